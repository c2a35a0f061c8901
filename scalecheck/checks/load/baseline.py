"""What a swarm's figures have become since the earlier run that `slo.baseline` names.

A figure is worse where it is beyond what the profile allows and its interval does not touch the earlier one's; where
they touch, nobody knows. Each change is judged by the check that judges its metric.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from scalecheck.checks.load.doubt import Seen, trusted
from scalecheck.checks.load.measures import EVERYWHERE, name_of
from scalecheck.model.load_levels import CHECKS
from scalecheck.model.load_verdict import Judged
from scalecheck.model.sentence import Change, Unit
from scalecheck.model.verdict import Finding, Measure, Verdict
from scalecheck.wire.units import show_ratio, show_seconds


@dataclass(frozen=True, slots=True)
class Pair:
    """One figure of one route, before and now."""

    route: str
    before: Measure
    now: Measure


def changes(run: Seen, check: str) -> Iterator[Finding]:
    """Yield how the figures that a check judges compare with the earlier run's."""
    baseline = run.site.profile.slo.baseline
    for number, change in enumerate(baseline.fail):
        if CHECKS[change.metric.measure] != check:
            continue
        place = run.site.profile.line("slo", "baseline", "fail", number)
        pairs = tuple(_pairs(run, change))
        if not pairs:
            yield Finding(Verdict.SKIP, "all requests", str(change), reason=_why(run, change), profile_line=place)
        for pair in pairs:
            found = trusted(run, change.metric.measure, _judged(change, pair, baseline.ignore_below))
            subject = "all requests" if pair.route == EVERYWHERE else pair.route
            route = None if pair.route == EVERYWHERE else pair.route
            expected = f"not {change} since the earlier run ({_shown(pair.before)})"
            yield Finding(
                found.verdict, subject, expected, found.observed, route, profile_line=place, reason=found.reason
            )


def _why(run: Seen, change: Change) -> str:
    """Return why there is nothing to compare with."""
    if run.site.baseline is None:
        return "no figures of an earlier run: keep its report as slo.baseline.file, or name its evidence with --before"
    return f"the earlier run has no {change.metric}"


def _pairs(run: Seen, change: Change) -> Iterator[Pair]:
    """Yield the figure of everything, and of each route that both runs know."""
    name = name_of(change.metric)
    before = {each.route: each for each in run.site.baseline or () if each.name == name and each.stage is None}
    for now in run.figures:
        if now.name == name and now.stage is None and now.route is not None and now.route in before:
            yield Pair(now.route, before[now.route], now)


def _judged(change: Change, pair: Pair, ignored: float) -> Judged:
    """Return whether a figure stayed within what may change, beyond noise."""
    before, now, sign = pair.before, pair.now, 1 if change.up else -1
    allowed = change.by if change.unit is Unit.POINTS else before.value * change.by
    small = now.unit == "seconds" and abs(now.value - before.value) < ignored
    observed = _shown(now)
    if small or sign * (now.value - before.value) <= allowed:
        return Judged(Verdict.PASS, observed)
    ends = [each.value if end is None else end for each, end in _ends(before, now, up=change.up)]
    if sign * (ends[1] - ends[0]) > 0:
        return Judged(Verdict.FAIL, observed)
    return Judged(Verdict.UNKNOWN, observed, f"{before.samples:,} and {now.samples:,} samples leave it open")


def _ends(before: Measure, now: Measure, *, up: bool) -> tuple[tuple[Measure, float | None], ...]:
    """Return the ends of the two intervals that face each other."""
    return ((before, before.high), (now, now.low)) if up else ((before, before.low), (now, now.high))


def _shown(figure: Measure) -> str:
    value = float(f"{figure.value:.4g}")
    if figure.unit == "seconds":
        return show_seconds(value)
    return show_ratio(value) if figure.unit == "ratio" else f"{value:,.6g} {figure.unit}"
