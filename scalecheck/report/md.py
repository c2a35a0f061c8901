"""Markdown for a pull request: the verdict, a table of what is wrong, and folded details."""

from collections.abc import Iterable, Iterator

from scalecheck.model.verdict import Measure, Outcome, Report, Verdict
from scalecheck.report import load
from scalecheck.report.alike import Alike, alike, on_site, wrong
from scalecheck.report.figures import rows
from scalecheck.report.inert import COMMAND, NAME, SUBJECT, inert
from scalecheck.report.markdown import code, fenced, prose
from scalecheck.report.summary import (
    by_group,
    counted,
    group,
    label,
    meaning,
    problems,
    short,
    tally,
    took,
    unjudged,
    with_verdict,
)

COMMENT_AT_MOST = 65_000
"""Characters of a comment; GitHub refuses one of more than 65,536."""
SUBJECTS_SHOWN = 10
FIGURES_SHOWN = 100
CELL = 120
"""Characters of a value in a table."""
CUT = 200
"""Characters kept free for the line that says what was left out."""


def render(report: Report) -> str:
    """Return the report as Markdown that fits a comment."""
    return rendered(report, COMMENT_AT_MOST)


def rendered(report: Report, most: int) -> str:
    """Return the report as Markdown of at most so many characters, the most important first."""
    text = _heading(report)
    details = [_details(each, report) for each in problems(report)]
    sections = [_table(report, most // 3), *details, *(_fold(*each) for each in _quiet(report))]
    left_out = 0
    for section in sections:
        if section and len(text) + len(section) + CUT <= most:
            text += f"\n\n{section}"
        elif section:
            left_out += 1
    if left_out:
        text += f"\n\n{counted(left_out, 'section')} left out, as a comment may be no longer; the JSON report has all."
    return text + "\n"


def _heading(report: Report) -> str:
    profile = f"profile {code(report.profile, NAME)}" if report.profile else "without a profile"
    facts = (code(report.target, SUBJECT), profile, f"{tally(report)}, in {took(report)}", code(report.tool, NAME))
    notes = "".join(f"\n> {prose(note)}\n>" for note in report.notes[:20]).removesuffix("\n>")
    title = f"## scalecheck: {label(report)}, {meaning(report)}"
    return f"{title}\n\n{' · '.join(facts)}. Exit code {report.exit_code}." + (f"\n{notes}" if notes else "")


def _table(report: Report, most: int) -> str:
    """Return the table of what is wrong, a row for each check and distinct expectation."""
    rows = ["| | check | route | expected | observed | where |", "|---|---|---|---|---|---|"]
    groups = [(outcome, each) for outcome in problems(report) for each in alike(wrong(outcome.findings))]
    for at, (outcome, each) in enumerate(groups):
        row = _row(outcome, each, report)
        if sum(map(len, rows)) + len(row) > most:
            return "\n".join((*rows, f"| | {counted(len(groups) - at, 'row')} more | | | | |"))
        rows.append(row)
    return "\n".join(rows) if groups else ""


def _row(outcome: Outcome, each: Alike, report: Report) -> str:
    finding = each.first
    seen = each.observed or finding.observed or finding.reason
    more = f" and {len(each.findings) - 1} more" if len(each.findings) > 1 else ""
    where = f"{code(on_site(finding.subject, report.target), CELL)}{more}"
    cells = (
        finding.verdict.upper(),
        code(outcome.check, NAME),
        code(", ".join(dict.fromkeys(finding.route for finding in each.findings if finding.route)), CELL),
        code(finding.expected, CELL),
        code(seen, CELL),
        where,
    )
    return f"| {' | '.join(cells)} |"


def _details(outcome: Outcome, report: Report) -> str:
    """Return what a reader needs to mend one check, folded."""
    parts = [part for each in alike(wrong(outcome.findings))[:SUBJECTS_SHOWN] for part in _account(each, report)]
    parts += [f"**Why** {prose(line)}" for line in outcome.why.split("\n") if line]
    parts += [f"**Fix** {prose(line)}" for line in outcome.fix.split("\n") if line]
    parts += [f"Source: {prose(outcome.source, NAME)}"] if outcome.source else []
    return _fold(f"{outcome.verdict.upper()} {code(outcome.check, NAME)} {prose(outcome.title)}", "\n\n".join(parts))


def _account(each: Alike, report: Report) -> Iterator[str]:
    finding = each.first
    lines = [
        f"- {word} {written}"
        for word, written in (
            ("expected", code(finding.expected)),
            ("observed", code(each.observed)),
            ("because", prose(finding.reason)),
            ("asked by", code(each.asked_by(report.profile))),
        )
        if written
    ]
    yield "\n".join(
        (*lines, *(f"- {code(subject)}" for subject in each.subjects(SUBJECTS_SHOWN, within=report.target)))
    )
    if each.reproduce:
        yield fenced(inert(each.reproduce, COMMAND))


def _quiet(report: Report) -> Iterator[tuple[str, str]]:
    """Yield the title and text of what needs no action: measures, waived, passed and skipped checks."""
    for reason, outcomes in unjudged(report).items():
        names = ", ".join(code(outcome.check, NAME) for outcome in outcomes)
        yield f"UNKNOWN {counted(len(outcomes), 'check')}: {prose(reason)}", names
    swarm, others = load.split(report.measures)
    if swarm:
        yield "Load", _load(swarm)
    if others:
        yield "Figures", _figures(others)
    for verdict, title in ((Verdict.WAIVED, "waived"), (Verdict.PASS, "passed"), (Verdict.SKIP, "skipped")):
        if outcomes := with_verdict(report, verdict):
            text = _passed(outcomes) if verdict is Verdict.PASS else _with_reasons(outcomes)
            yield f"{counted(len(outcomes), 'check')} {title}", text


def _load(measures: Iterable[Measure]) -> str:
    lines = (" | ".join((code(row[0].strip(), NAME), *row[1:])) for row in load.table(measures))
    head = ("| " + " | ".join(load.HEAD) + " |", "|---" + "|---:" * (len(load.HEAD) - 1) + "|")
    return "\n".join((*head, *(f"| {line} |" for line in lines), "", prose(load.said(measures))))


def _figures(measures: Iterable[Measure]) -> str:
    found = rows(measures)
    lines = [
        f"| {code(name, NAME)} | {code(whose, NAME)} | {prose(value)} | {prose(certainty)} |"
        for name, whose, value, certainty in found[:FIGURES_SHOWN]
    ]
    if (rest := len(found) - FIGURES_SHOWN) > 0:
        lines.append(f"| and {rest} more | | | |")
    return "\n".join(("| figure | of | value | certainty (95 %) |", "|---|---|---|---|", *lines))


def _passed(outcomes: tuple[Outcome, ...]) -> str:
    groups = by_group(outcomes).items()
    return "\n".join(
        f"- {code(group(name), NAME)}: {', '.join(code(short(each.check), NAME) for each in among)}"
        for name, among in groups
    )


def _with_reasons(outcomes: Iterable[Outcome]) -> str:
    lines = []
    for outcome in outcomes:
        reasons = tuple(dict.fromkeys(finding.reason for finding in outcome.findings if finding.reason))
        said = "; ".join(prose(reason, SUBJECT) for reason in reasons[:5])
        lines.append(f"- {code(outcome.check, NAME)} {said}".rstrip())
    return "\n".join(lines)


def _fold(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"
