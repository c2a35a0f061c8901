"""HTML that is readable without scripts and styles: Jenkins' content security policy takes the few there are away."""

from collections.abc import Iterable, Iterator
from html import escape

from scalecheck.model.verdict import Outcome, Report, Verdict
from scalecheck.report.alike import Alike, alike, wrong
from scalecheck.report.figures import Row, rows
from scalecheck.report.inert import COMMAND, NAME, PROSE, SUBJECT, VALUE, inert
from scalecheck.report.summary import counted, label, meaning, problems, started, tally, took, unjudged, with_verdict

SUBJECTS_SHOWN = 100
"""Subjects listed of findings that say the same; the JSON report has them all."""
STYLE = """\
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem }
h2 { margin-top: 2.5rem } h3 { margin-top: 2rem }
code, pre { font: 0.875em/1.5 ui-monospace, monospace } pre { margin: 0; white-space: pre-wrap }
code, td { overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: 7rem 1fr; gap: 0.125rem 1rem } dt { opacity: 0.7 } dd { margin: 0 }
table { border-collapse: collapse; width: 100% } th, td { text-align: start; vertical-align: top }
th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: 0.25rem 1rem 0.25rem 0 }
td:first-child { white-space: nowrap } summary { cursor: pointer; margin: 1rem 0 0.5rem }
"""


def render(report: Report) -> str:
    """Return the report as one page of semantic HTML."""
    title = f"{label(report)}: {meaning(report)}"
    body = "\n".join((*_heading(report, title), *_wrong(report), *_figures(report), *_quiet(report)))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>scalecheck {escape(title)}</title>\n<style>\n{STYLE}</style>\n"
        f"</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _heading(report: Report, title: str) -> Iterator[str]:
    yield f"<h1>{escape(title)}</h1>"
    facts = (
        ("Target", _code(report.target, SUBJECT)),
        ("Checks", escape(tally(report))),
        ("Exit code", str(report.exit_code)),
        ("Profile", _code(report.profile or "", SUBJECT) or "none: inferred"),
        ("Started", f"{started(report)}, took {took(report)}"),
        ("Tool", _code(report.tool, NAME)),
    )
    yield _definitions(facts)
    yield from (f"<p>Note: {_prose(note)}</p>" for note in report.notes)


def _wrong(report: Report) -> Iterator[str]:
    if outcomes := problems(report):
        yield "<h2>What is wrong</h2>"
        yield _table(
            ("Verdict", "Check", "Promise"),
            ((each.verdict.upper(), _code(each.check, NAME), _prose(each.title)) for each in outcomes),
        )
    for outcome in outcomes:
        yield f"<h3>{outcome.verdict.upper()} {_code(outcome.check, NAME)}</h3>"
        yield f"<p>{_prose(outcome.title)}</p>"
        yield from (_account(each, report.profile) for each in alike(wrong(outcome.findings)))
        yield _explanation(outcome)
    for reason, unknown in unjudged(report).items():
        yield f"<h3>UNKNOWN: {_prose(reason)}</h3>"
        yield f"<p>{', '.join(_code(each.check, NAME) for each in unknown)}</p>"


def _account(each: Alike, profile: str | None) -> str:
    finding = each.first
    facts = (
        ("Verdict", finding.verdict.upper()),
        ("Asked by", _code(each.asked_by(profile))),
        ("Expected", _code(finding.expected)),
        ("Observed", _code(each.observed)),
        ("Because", _prose(finding.reason)),
        ("To see it", f"<pre>{_code(each.reproduce, COMMAND)}</pre>" if each.reproduce else ""),
    )
    items = "".join(f"<li>{_code(subject)}</li>" for subject in each.subjects(SUBJECTS_SHOWN))
    return _definitions(facts) + (f"\n<ul>{items}</ul>" if items else "")


def _explanation(outcome: Outcome) -> str:
    parts = [("Why", line) for line in outcome.why.split("\n")] + [("Fix", line) for line in outcome.fix.split("\n")]
    parts.append(("Source", outcome.source))
    return "\n".join(f"<p><strong>{word}</strong> {_prose(line)}</p>" for word, line in parts if line)


def _figures(report: Report) -> Iterator[str]:
    if report.measures:
        yield "<h2>Figures</h2>"
        yield _table(
            ("Figure", "Of", "Value", "Certainty (95 %)"),
            (_figure(each) for each in rows(report.measures)),
        )


def _figure(row: Row) -> tuple[str, ...]:
    name, of, value, certainty = (escape(each) for each in row)
    return f"<code>{name}</code>", of, value, certainty


def _quiet(report: Report) -> Iterator[str]:
    for verdict, word in ((Verdict.WAIVED, "waived"), (Verdict.PASS, "passed"), (Verdict.SKIP, "skipped")):
        if outcomes := with_verdict(report, verdict):
            yield f"<details><summary>{counted(len(outcomes), 'check')} {word}</summary>"
            yield _table(("Check", "Promise", "Reason"), (_quiet_row(each) for each in outcomes))
            yield "</details>"


def _quiet_row(outcome: Outcome) -> tuple[str, ...]:
    reasons = dict.fromkeys(finding.reason for finding in outcome.findings if finding.reason)
    return _code(outcome.check, NAME), _prose(outcome.title), "; ".join(_prose(each) for each in list(reasons)[:10])


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = ["<table>", _cells("th", head), *(_cells("td", row) for row in rows), "</table>"]
    return "\n".join(lines)


def _cells(element: str, cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{element}>{cell}</{element}>' for cell in cells)}</tr>"


def _definitions(facts: Iterable[tuple[str, str]]) -> str:
    return "<dl>\n" + "\n".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts if value) + "\n</dl>"


def _code(text: str, limit: int = VALUE) -> str:
    return f"<code>{escape(inert(text, limit))}</code>" if text else ""


def _prose(text: str) -> str:
    """Return prose, with what stands between backticks as code."""
    pieces = escape(inert(text, PROSE)).split("`")
    if len(pieces) % 2 == 0:
        pieces[-2:] = [f"{pieces[-2]}`{pieces[-1]}"]
    return "".join(f"<code>{each}</code>" if at % 2 else each for at, each in enumerate(pieces))
