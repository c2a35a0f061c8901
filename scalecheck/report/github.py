"""GitHub workflow annotations at the profile's lines, and the text of the step summary."""

from collections.abc import Iterator

from scalecheck.model.verdict import Report, Verdict
from scalecheck.report import md
from scalecheck.report.cases import Case, cases, place
from scalecheck.report.inert import SUBJECT, inert
from scalecheck.report.summary import counted, label, meaning, tally

ANNOTATIONS_AT_MOST = 10
"""Annotations of one level a step may make; GitHub drops the rest without a word."""
SUMMARY_AT_MOST = 500_000
"""Characters of a step summary; GitHub refuses one beyond 1 MiB, and a character may take several bytes."""

_LEVELS = {Verdict.FAIL: "error", Verdict.UNKNOWN: "error", Verdict.WARN: "warning"}


def render(report: Report) -> str:
    """Return workflow commands, most severe first, and the verdict; of each level at most ten, the last one counts."""
    shown = sorted((case for case in cases(report) if case.verdict in _LEVELS), key=lambda case: -case.verdict.badness)
    lines = [line for level in ("error", "warning") for line in _level(level, shown, report)]
    verdict = f"scalecheck {label(report)}, exit {report.exit_code}: {meaning(report)}. {tally(report)}"
    return "\n".join((*lines, f"{verdict}. {inert(report.target, SUBJECT)}")) + "\n"


def step_summary(report: Report) -> str:
    """Return the Markdown to append to the file that GITHUB_STEP_SUMMARY names."""
    return md.rendered(report, SUMMARY_AT_MOST) + "\n"


def _level(level: str, shown: list[Case], report: Report) -> Iterator[str]:
    """Yield the commands of one level."""
    among = [case for case in shown if _LEVELS[case.verdict] == level]
    most = ANNOTATIONS_AT_MOST if len(among) <= ANNOTATIONS_AT_MOST else ANNOTATIONS_AT_MOST - 1
    for case in among[:most]:
        said = "could not be judged\n" if case.verdict is Verdict.UNKNOWN else ""
        yield _command(level, _place(case, report), case.name, said + "\n".join(case.account))
    if rest := len(among) - most if len(among) > most else 0:
        names = ", ".join(dict.fromkeys(case.check for case in among[most:]))
        yield _command(level, {}, f"and {counted(rest, level)} more", f"{names}; the report has them all")


def _place(case: Case, report: Report) -> dict[str, str]:
    path, line = place(case, report)
    return {"file": path, "line": str(line)} if line else {}


def _command(level: str, place: dict[str, str], title: str, message: str) -> str:
    properties = ",".join(f"{name}={_property(value)}" for name, value in {**place, "title": title}.items())
    return f"::{level} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
