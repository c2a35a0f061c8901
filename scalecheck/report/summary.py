"""What a whole report says in a line: verdict, counts, exit code, time."""

from datetime import UTC, datetime

from scalecheck.model.verdict import Outcome, Report, Verdict

PROBLEMS = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN)
"""Verdicts that a reader must see, worst first."""

MEANINGS = {
    0: "may ship",
    1: "must not ship",
    3: "could not be judged",
    130: "interrupted, judged by what was gathered until then",
}
"""What each exit code says."""

_COUNTED = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN, Verdict.WAIVED, Verdict.PASS, Verdict.SKIP)


def label(report: Report) -> str:
    """Return the report's verdict in capitals."""
    return report.verdict.upper()


def meaning(report: Report) -> str:
    """Return what the exit code says, with why where it is not plain from the counts."""
    said = MEANINGS[report.exit_code]
    return said if report.judged else f"{said}, no check came to a verdict"


def tally(report: Report) -> str:
    """Return the checks by verdict, worst first: `2 fail, 1 warn, 61 pass, 9 skip`."""
    counts = report.counts
    return ", ".join(f"{counts[each]} {each}" for each in _COUNTED if counts[each]) or "no checks"


def started(report: Report) -> str:
    """Return when the run began, RFC 3339 in UTC."""
    return datetime.fromtimestamp(report.started_at, UTC).isoformat().replace("+00:00", "Z")


def took(report: Report) -> str:
    """Return how long the run took, for people."""
    return f"{report.seconds:.1f} s" if report.seconds < 120 else f"{report.seconds / 60:.0f} min"


def with_verdict(report: Report, verdict: Verdict) -> tuple[Outcome, ...]:
    """Return the outcomes of this verdict, in the report's order."""
    return tuple(outcome for outcome in report.outcomes if outcome.verdict is verdict)


def problems(report: Report) -> tuple[Outcome, ...]:
    """Return the outcomes that a reader must see one by one, worst first."""
    together = {outcome.check for outcomes in unjudged(report).values() for outcome in outcomes}
    seen = (outcome for verdict in PROBLEMS for outcome in with_verdict(report, verdict))
    return tuple(outcome for outcome in seen if outcome.check not in together)


def unjudged(report: Report) -> dict[str, tuple[Outcome, ...]]:
    """Return by reason the checks that could not be judged, where several share it: one outage is one message."""
    reasons: dict[str, list[Outcome]] = {}
    for outcome in with_verdict(report, Verdict.UNKNOWN):
        if len(outcome.findings) == 1 and not outcome.findings[0].subject:
            reasons.setdefault(outcome.findings[0].reason, []).append(outcome)
    return {reason: tuple(outcomes) for reason, outcomes in reasons.items() if len(outcomes) > 1}


def group(check: str) -> str:
    """Return the group of a check's id."""
    return check.partition(".")[0]


def short(check: str) -> str:
    """Return a check's name within its group."""
    return check.partition(".")[2] or check


def by_group(outcomes: tuple[Outcome, ...]) -> dict[str, list[Outcome]]:
    """Return outcomes by group, in order of first appearance."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(group(outcome.check), []).append(outcome)
    return groups


def counted(number: int, noun: str) -> str:
    """Return `1 check`, `2 checks`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
