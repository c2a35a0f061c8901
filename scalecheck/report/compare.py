"""What got worse from one report to another, beyond noise."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from scalecheck.model.verdict import Finding, Measure, Outcome, Report, Verdict
from scalecheck.report.alike import alike, wrong
from scalecheck.report.figures import certainty, figure, of
from scalecheck.report.inert import NAME, inert
from scalecheck.report.load import FIGURES

SUBJECTS_SHOWN = 5

_RANKS = {Verdict.PASS: 0, Verdict.WAIVED: 0, Verdict.WARN: 1, Verdict.UNKNOWN: 2, Verdict.FAIL: 3}
"""How bad a judged check is; a waived mistake is as good as none, as somebody decided so. Skips are not judged."""

MORE_IS_BETTER = ("hit_ratio", "rate", "answered", "sent", "delivered", "delivered_ratio")
"""Last parts of the names of measures of which more is better; of all others less is: times, bytes, errors."""

GROWTH = 0.05
"""Share by which a size may grow, as `targets.growth` by default: pages do not weigh the same on two days."""
UNNOTICED = {"bytes": 1_000.0, "requests": 2.0}
"""Units of sizes, and by how much these may grow whatever their share."""
SLOWDOWN = 0.1
"""Share by which what visitors wait for may get worse, as `targets.slowdown` by default."""
UNFELT = {"lcp": 0.05, "fcp": 0.05, "tbt": 0.05, "cls": 0.02}
"""Names of Lighthouse's figures, and by how much these may get worse whatever their share."""
WAITED = 0.005
"""Seconds by which times under load may get worse whatever their share; beyond them counts SLOWDOWN."""
SHARES = {"hit_ratio": 0.01, "error_ratio": 0.0005, "delivered_ratio": 0.001}
"""Names of a swarm's shares, and by how much they may get worse: of a million requests, any difference is certain."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was."""

    what: str
    """A check's id or a measure's name."""
    before: str
    after: str
    findings: tuple[Finding, ...] = ()
    """Of a check that got worse: the findings that are new."""

    def lines(self) -> Iterator[str]:
        """Yield the change in words, harmless, the first line without indent."""
        yield f"{inert(self.what, NAME)}: {self.before} -> {self.after}"
        for each in alike(self.findings):
            first = each.first
            words = (("expected", inert(first.expected)), ("observed", each.observed), ("because", inert(first.reason)))
            yield from (f"  {word} {said}" for word, said in words if said)
            yield from (f"  where {subject}" for subject in each.subjects(SUBJECTS_SHOWN))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two reports differ in."""

    worse: tuple[Change, ...]
    better: tuple[Change, ...]
    same: int
    """Checks and measures that neither got worse nor better."""


def compare(base: Report, head: Report) -> Comparison:
    """Return what got worse and what got better from base to head.

    A check got worse when its verdict did, when it passed and is no longer judged, or when subjects fail that did not,
    in a way that none of their route did. A measure did when its interval does not touch the earlier one; sizes of
    pages when they also grew by more than a twentieth, Lighthouse's figures and times under load by more than a tenth.
    Without intervals,
    nothing can be told from noise; those of five runs lie apart by chance in one of 126 cases.
    """
    changes = (*_outcomes(base, head), *_measures(base, head))
    worse = tuple(change for sign, change in changes if sign > 0)
    better = tuple(change for sign, change in changes if sign < 0)
    return Comparison(worse, better, len(changes) - len(worse) - len(better))


def render(comparison: Comparison) -> str:
    """Return the comparison as text: what got worse first."""
    worse, better = len(comparison.worse), len(comparison.better)
    lines = [f"{'WORSE' if worse else 'NOT WORSE'}: {worse} worse, {better} better, {comparison.same} as before"]
    for word, changes in (("worse", comparison.worse), ("better", comparison.better)):
        for change in changes:
            first, *rest = change.lines()
            lines += ["", f"{word}  {first}", *(f"       {line}" for line in rest)]
    return "\n".join(lines)


Signed = tuple[int, Change]
"""A change, and whether it is for the worse (1), for the better (-1) or neither (0)."""


def _outcomes(base: Report, head: Report) -> Iterator[Signed]:
    """Yield how each check of either report changed."""
    earlier = {outcome.check: outcome for outcome in base.outcomes}
    later = {outcome.check: outcome for outcome in head.outcomes}
    for check in dict.fromkeys((*earlier, *later)):
        yield _outcome(check, earlier.get(check), later.get(check), base, head)


def _outcome(check: str, before: Outcome | None, after: Outcome | None, base: Report, head: Report) -> Signed:
    change = Change(check, _verdict(before), _verdict(after))
    was, is_now = _rank(before), _rank(after)
    if is_now is None or after is None:
        return (1 if was == 0 else 0), change
    new = _new(before, after, base, head)
    worse = is_now > (was or 0) or bool(new)
    if worse:
        return 1, Change(check, change.before, change.after, new)
    return (-1 if was is not None and is_now < was else 0), change


def _rank(outcome: Outcome | None) -> int | None:
    """Return how bad an outcome is; None when the check was not judged."""
    return None if outcome is None else _RANKS.get(outcome.verdict)


def _verdict(outcome: Outcome | None) -> str:
    return "not run" if outcome is None else str(outcome.verdict)


def _new(before: Outcome | None, after: Outcome, base: Report, head: Report) -> tuple[Finding, ...]:
    """Return the findings that are wrong now and were not.

    Another sampled URL of the same route that fails in the same way is the same mistake, seen elsewhere.
    """
    earlier = wrong(before.findings) if before is not None else ()
    subjects = {_subject(each, base): _RANKS[each.verdict] for each in earlier}
    ways = {(each.verdict, each.route, each.expected, each.observed, each.reason) for each in earlier}
    return tuple(
        each
        for each in wrong(after.findings)
        if subjects.get(_subject(each, head), 0) < _RANKS[each.verdict]
        and (each.verdict, each.route, each.expected, each.observed, each.reason) not in ways
    )


def _subject(finding: Finding, report: Report) -> tuple[str | None, str]:
    """Return a subject without the target's origin, so that a preview can be compared with the live site."""
    return finding.route, finding.subject.replace(report.target.rstrip("/"), "") if report.target else finding.subject


def _measures(base: Report, head: Report) -> Iterator[Signed]:
    """Yield how each measure that both reports hold changed."""
    earlier = {_identity(each): each for each in base.measures}
    for after in head.measures:
        if (before := earlier.get(_identity(after))) is not None:
            name = f"{after.name} of {of(after)}" if of(after) else after.name
            yield _sign(before, after), Change(name, _shown(before), _shown(after))


def _identity(measure: Measure) -> tuple[object, ...]:
    return measure.name, measure.route, measure.stage, measure.unit


def _sign(before: Measure, after: Measure) -> int:
    """Return whether a measure is worse (1), better (-1), or within noise (0)."""
    if before.low is None or before.high is None or after.low is None or after.high is None:
        return 0
    more = after.value - before.value
    up, down = after.low > before.high and more > _noise(before), after.high < before.low and -more > _noise(before)
    return (up - down) * (-1 if after.name.endswith(MORE_IS_BETTER) else 1)


def _noise(before: Measure) -> float:
    """Return by how much a figure may change without anybody noticing; less than nothing where any change counts."""
    if before.name in SHARES:
        return SHARES[before.name]
    if before.unit == "seconds" and before.name in FIGURES:
        return max(WAITED, SLOWDOWN * before.value)
    if before.name in UNFELT:
        return max(UNFELT[before.name], SLOWDOWN * before.value)
    return max(UNNOTICED[before.unit], GROWTH * before.value) if before.unit in UNNOTICED else -inf


def _shown(measure: Measure) -> str:
    return f"{figure(measure.value, measure.unit)} ({certainty(measure)})"
