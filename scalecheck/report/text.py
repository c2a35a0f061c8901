"""The report for people at a terminal: the verdict, what is wrong and how to mend it, the rest in a few lines."""

from collections.abc import Iterable, Iterator
from io import StringIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from scalecheck.model.verdict import Measure, Outcome, Report, Verdict
from scalecheck.report import load
from scalecheck.report.alike import Alike, alike, wrong
from scalecheck.report.figures import rows
from scalecheck.report.inert import COMMAND, NAME, PROSE, SUBJECT, inert, inert_lines
from scalecheck.report.summary import (
    PROBLEMS,
    by_group,
    counted,
    label,
    meaning,
    problems,
    short,
    tally,
    took,
    unjudged,
    with_verdict,
)
from scalecheck.report.text_lines import NARROWEST, STYLES, aligned, entry, fitting, guarded, styled

GROUPS_SHOWN = 4
"""Distinct findings shown of one check."""
SUBJECTS_SHOWN = 5
"""Subjects shown of findings that say the same."""
WIDEST = 120
"""Columns used at most: longer lines are hard to read."""


def render(report: Report, *, width: int = 100, color: bool = False, verbose: bool = False) -> str:
    """Return the report as text for so many columns, with terminal colours if wanted."""
    file = StringIO()
    console = Console(
        file=file,
        width=width,
        color_system="standard" if color else None,
        force_terminal=color,
        no_color=not color,
        legacy_windows=False,
    )
    print_text(report, console, verbose=verbose)
    return file.getvalue()


def print_text(report: Report, console: Console | None = None, *, verbose: bool = False) -> None:
    """Print the report to a console; without one to standard output, in colour on a terminal unless NO_COLOR is set."""
    console = console or Console()
    width = min(console.width, WIDEST)
    for line in _lines(report, width, verbose=verbose):
        console.print(guarded(line, console.encoding), soft_wrap=True, highlight=False)


def _lines(report: Report, width: int, *, verbose: bool) -> Iterator[Text]:
    yield from _heading(report, width)
    for outcome in problems(report):
        yield Text()
        yield from _problem(outcome, report, width)
    for section in (
        _unjudged(report, width),
        _figures(report, width),
        _waived(report, width),
        _quiet(report, width, verbose=verbose),
    ):
        lines = tuple(section)
        yield from (Text(), *lines) if lines else ()
    yield Text()
    yield _verdict(report).append(f" ({tally(report)})")


def _verdict(report: Report) -> Text:
    word = label(report)
    return Text.assemble((word, STYLES[Verdict(word.lower())]), f", exit {report.exit_code}: {meaning(report)}")


def _heading(report: Report, width: int) -> Iterator[Text]:
    yield _verdict(report)
    yield from entry("site", inert(report.target, SUBJECT), width)
    yield from entry("checks", f"{tally(report)}; {took(report)}", width)
    yield from entry("profile", inert(report.profile or "none: kinds of routes were inferred", SUBJECT), width)
    for verdict in PROBLEMS:
        names = ", ".join(inert(outcome.check, NAME) for outcome in problems(report) if outcome.verdict is verdict)
        yield from entry(verdict, names, width) if names else ()
    for note in report.notes:
        yield from entry("note", inert(note, PROSE), width)


def _problem(outcome: Outcome, report: Report, width: int) -> Iterator[Text]:
    """Yield a check that did not hold: its promise, what was found, why it matters and what to do."""
    title = Text.assemble((outcome.verdict.upper(), STYLES[outcome.verdict]), " ", (inert(outcome.check, NAME), "bold"))
    yield title
    yield from entry("promise", styled(inert(outcome.title, PROSE)), width)
    groups = alike(wrong(outcome.findings))
    for each in groups[:GROUPS_SHOWN]:
        yield from _found(each, outcome, report, width)
    if len(groups) > GROUPS_SHOWN:
        rest = sum(len(each.findings) for each in groups[GROUPS_SHOWN:])
        yield from entry("", f"and {counted(rest, 'finding')} more; --format json has them all", width)
    for name, lines in (("why", inert_lines(outcome.why)), ("fix", inert_lines(outcome.fix))):
        yield from _paragraphs(name, lines, width)
    if outcome.source:
        yield from entry("source", inert(outcome.source, NAME), width)


def _found(each: Alike, outcome: Outcome, report: Report, width: int) -> Iterator[Text]:
    """Yield findings that say the same: what, of what, who asks for it, and the command that shows it."""
    finding = each.first
    if finding.verdict is not outcome.verdict:
        yield from entry(finding.verdict.lower(), "", width)
    for name, said in (("expected", inert(finding.expected)), ("observed", each.observed)):
        if said:
            yield from entry(name, Text(said, "bold" if name == "observed" else ""), width)
    if finding.reason:
        yield from entry("because", styled(inert(finding.reason, PROSE)), width)
    listed = "where" if each.observed or not finding.observed else "observed"
    yield from _paragraphs(listed, each.subjects(SUBJECTS_SHOWN, within=report.target), width)
    if asked := each.asked_by(report.profile):
        yield from entry("asked by", asked, width)
    if each.reproduce:  # one line however long, so that it can be copied
        yield Text.assemble(("  reproduce ", "dim"), inert(each.reproduce, COMMAND))


def _paragraphs(name: str, lines: Iterable[str], width: int) -> Iterator[Text]:
    """Yield lines under one name, which stands beside the first."""
    for at, line in enumerate(lines):
        yield from entry(name if at == 0 else "", styled(line), width)


def _unjudged(report: Report, width: int) -> Iterator[Text]:
    """Yield the checks that share the reason for which they could not be judged."""
    for reason, outcomes in unjudged(report).items():
        said = Text.assemble(("UNKNOWN", STYLES[Verdict.UNKNOWN]), f" {counted(len(outcomes), 'check')}: ")
        yield said.append_text(styled(inert(reason, PROSE)))
        yield from entry("", ", ".join(inert(outcome.check, NAME) for outcome in outcomes), width)


def _figures(report: Report, width: int) -> Iterator[Text]:
    swarm, others = load.split(report.measures)
    if swarm:
        yield Text("Load", "bold")
        yield from _load(swarm, width)
    if others:
        yield Text("Figures", "bold")
        yield from aligned(rows(others), width)


def _load(measures: Iterable[Measure], width: int) -> Iterator[Text]:
    """Yield the table of a swarm, numbers to the right; a name that is too long is cut."""
    found = (load.HEAD, *load.table(measures))
    widths = [max(cell_len(row[at]) for row in found) for at in range(len(load.HEAD))]
    names = max(NARROWEST, min(widths[0], width - sum(widths[1:]) - 2 * len(widths)))
    for number, row in enumerate(found):
        name = row[0] if cell_len(row[0]) <= names else set_cell_size(row[0], names - 1) + "…"
        sized = zip(row[1:], widths[1:], strict=True)
        cells = "".join("  " + " " * (size - cell_len(cell)) + cell for cell, size in sized)
        line = Text(f"  {name}{' ' * (names - cell_len(name))}{cells}".rstrip(), "dim" if number == 0 else "")
        line.no_wrap = True
        yield line
    if about := load.said(measures):
        yield from entry("", about, width)


def _waived(report: Report, width: int) -> Iterator[Text]:
    """Yield waived checks with their reasons: a waiver that nobody sees is never ended."""
    for outcome in with_verdict(report, Verdict.WAIVED):
        yield from _with_reason(outcome, width)


def _quiet(report: Report, width: int, *, verbose: bool) -> Iterator[Text]:
    """Yield passes by group and the number of skips; by check and with reasons when verbose."""
    passed, skipped = with_verdict(report, Verdict.PASS), with_verdict(report, Verdict.SKIP)
    if verbose:
        for outcome in (*passed, *skipped):
            yield from _with_reason(outcome, width)
        return
    groups = by_group(passed)
    column = max((len(inert(name, NAME)) for name in groups), default=0)
    for name, among in groups.items():
        head = f" {inert(name, NAME):<{column}} {len(among):>3}  "
        names = fitting([inert(short(each.check), NAME) for each in among], width - 4 - len(head))
        yield Text.assemble(("PASS", STYLES[Verdict.PASS]), head, (names, "dim"))
    if skipped:
        said = f" {counted(len(skipped), 'check')} had nothing to judge; --verbose says why"
        yield Text.assemble(("SKIP", STYLES[Verdict.SKIP]), said)


def _with_reason(outcome: Outcome, width: int) -> Iterator[Text]:
    """Yield a check on a line, with its reasons or its promise below."""
    verdict = outcome.verdict
    yield Text.assemble((verdict.upper(), STYLES[verdict]), " ", inert(outcome.check, NAME))
    reasons = tuple(dict.fromkeys(inert(each.reason, PROSE) for each in outcome.findings if each.reason))
    shown = reasons[:GROUPS_SHOWN] if verdict is not Verdict.PASS else (inert(outcome.title, PROSE),)
    for reason in shown:
        yield from entry("", styled(reason), width)
