"""Whether pages got slower since an earlier run, beyond noise."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf
from statistics import median

from scalecheck.checks.check import Findings, check, expect, skipped, undecided
from scalecheck.checks.vitals.views import METRICS, Metric, Seen, judged, left_on, on, seen
from scalecheck.model.browsing import LabRun
from scalecheck.model.evidence import Failure
from scalecheck.model.medians import ENOUGH
from scalecheck.model.site import Site
from scalecheck.model.slowdowns import ERROR_RATE, Pair, Slowdown, runs_to_show, slowdowns
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.lab_runs import LAB_RUNS, lab_runs, limits, run_of

FEWEST = 2
"""Runs of either side without which nothing can be said of noise."""
BLIND = 2.0
"""Where not even a page that takes twice as long would have been noticed, nothing was looked at."""
SLOWER_MACHINE = 1.5
"""By how much the machine itself may have been slower than in the earlier run."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of one page on one device, in both runs."""

    view: Seen
    metric: Metric
    pair: Pair


@check(
    needs=[lab_runs],
    source="Westfall and Young 1993, single-step maxT; scalecheck: at most 10 % slower",
    declared_by="targets.slowdown",
    opt_in="needs a browser (--browser) and the evidence of an earlier run (--before)",
)
def not_regressed(site: Site) -> Findings:
    """No page got slower than in the earlier run by more than the declared share, beyond noise.

    A page that gets 10 % slower with each release is slow after seven, and no target is missed until then. Both runs
    hold several runs of Lighthouse for each page and device, and all their medians are compared together: where nothing
    changed, at most one report in twenty fails. Nothing is said of differences that nobody feels: 50 ms, or 0.02 of
    layout shift. Take both runs on one machine, and with one version of Lighthouse.

    Fix: look at what was deployed in between; `scalecheck bundles` says what grew. Where the reason is more than noise
    but less than proof, run both sides with more `--runs`.
    """
    views = seen(site)
    if not views:
        return
    if site.before is None or not site.before.asked(LAB_RUNS):
        yield skipped("needs the evidence of an earlier run (--before) with --browser")
        return
    earlier = {view.key: view for view in seen(site.before)}
    common = [(view, earlier[view.key]) for view in views if view.runs and view.key in earlier]
    if not common:
        yield undecided(views[0].about, _why_none(site.before))
        return
    unlike = {view.key: reason for view, before in common if (reason := _unlike(before, view))}
    yield from (on(view, undecided(view.about, unlike[view.key])) for view, _ in common if view.key in unlike)
    alike = [(view, before) for view, before in common if view.key not in unlike]
    yield from _judged(site, alike, slow_machine=_slow_machine(alike))


def _why_none(before: Site) -> str:
    """Return why there is nothing to compare with."""
    lost = next((each for each in before.all(LAB_RUNS) if isinstance(each, Failure)), None)
    if lost is not None and not seen(before):
        return f"the earlier run brought no figures: {lost.detail}"
    return "the earlier run opened none of these pages"


def _unlike(before: Seen, after: Seen) -> str:
    """Return what makes the figures of two runs incomparable; empty when nothing does."""
    for what, told in (("Lighthouse", _major), ("throttling", lambda run: run.throttling)):
        then, now = ({told(run) for run in each.runs} for each in (before, after))
        if then != now:
            return f"not comparable: {what} {_listed(then)} in the earlier run, {_listed(now)} now"
    return ""


def _major(run: LabRun) -> str:
    return run.lighthouse.partition(".")[0]


def _listed(names: Iterable[str]) -> str:
    return " and ".join(sorted(name or "nothing" for name in names)) or "nothing"


def _slow_machine(common: Iterable[tuple[Seen, Seen]]) -> str:
    """Return how much slower this machine was than the earlier one; empty where it was about as fast."""
    pairs = tuple(common)
    now = [run.benchmark for view, _ in pairs for run in view.runs if run.benchmark]
    then = [run.benchmark for _, view in pairs for run in view.runs if run.benchmark]
    if not now or not then or median(then) <= SLOWER_MACHINE * median(now):
        return ""
    return f"the machine itself was {median(then) / median(now):.1f} times slower than in the earlier run"


def _judged(site: Site, common: Iterable[tuple[Seen, Seen]], *, slow_machine: str) -> Iterator[Finding]:
    """Yield how each figure of each page changed, all of them judged together."""
    compared: list[Compared] = []
    for view, before in common:
        for metric in METRICS:
            then, now = _steady(site, before, metric), _steady(site, view, metric)
            if not then and not now:
                continue
            if _misses_target(site, view, metric):
                yield left_on(view, metric.check)
            elif min(len(then), len(now)) < FEWEST:
                reason = f"too few runs have a figure for {metric.name}: {len(then)} before, {len(now)} now"
                yield on(view, undecided(view.about, reason))
            else:
                compared.append(Compared(view, metric, Pair(then, now, metric.floor)))
    for each, found in zip(compared, slowdowns([each.pair for each in compared]), strict=True):
        yield _finding(site, each, found, slow_machine)


def _steady(site: Site, view: Seen, metric: Metric) -> tuple[float, ...]:
    """Return the figures of the runs that were settled on beforehand.

    Those that followed because a target was near are left out: whether they were made depends on what they are
    compared with.
    """
    runs = [run for run in view.runs if run_of(run) <= site.profile.browser.runs]
    return tuple(run.metrics[metric.key] for run in runs if metric.key in run.metrics)


def _misses_target(site: Site, view: Seen, metric: Metric) -> bool:
    return judged(site, view, metric, dict(limits(site))[metric.key]).verdict is Verdict.FAIL


def _finding(site: Site, compared: Compared, found: Slowdown, slow_machine: str) -> Finding:
    metric, pair, view = compared.metric, compared.pair, compared.view
    about, base = view.about, median(pair.before)
    limit = max(base + metric.floor, base * (1 + site.profile.targets.slowdown))
    more = (base + metric.floor) * (found.ratio - 1)
    expected = f"{metric.name} at most {metric.shown(limit)}, where it was {metric.shown(base)}"
    observed = f"{metric.name} {metric.shown(median(pair.after))}, {_change(metric, more)}"
    worse = base + more > limit
    if worse and found.suspected and slow_machine:
        return on(view, undecided(about, slow_machine, expected=expected, observed=observed))
    if worse and found.shown:
        said = f"{observed}; chance of noise {found.chance:.1%}"
        return on(view, expect(False, about, expected=expected, observed=said))
    if worse and found.suspected:
        return on(view, undecided(about, _doubt(pair, found), expected=expected, observed=observed))
    if found.visible > BLIND:
        return on(view, _blind(compared, found))
    within = f"{observed}, within noise; {found.visible - 1:.0%} would have shown" if worse else observed
    return on(view, expect(True, about, expected=expected, observed=within))


def _doubt(pair: Pair, found: Slowdown) -> str:
    """Return why a change can neither be shown nor be waved through."""
    chance = f"noise with a chance of {found.chance:.0%}, and {ERROR_RATE:.0%} are proof"
    needed = runs_to_show(pair, found)
    return f"{chance}, in {_counted(pair)}; about {needed} of each would tell (--runs)"


def _blind(compared: Compared, found: Slowdown) -> Finding:
    """Return unknown where runs are too few, and a warning where this machine is too restless."""
    pair, metric, about = compared.pair, compared.metric, compared.view.about
    expected = f"{metric.name} runs that agree enough to show one that is {BLIND:g} times as long"
    shown = "nothing" if found.visible == inf else f"{found.visible:.2g} times as long"
    observed = f"{metric.name} runs that would show {shown}, {_counted(pair)}"
    if min(len(pair.before), len(pair.after)) < ENOUGH:
        reason = f"too few runs to tell a slow page from noise; {ENOUGH} or more of each may do (--runs)"
        return undecided(about, reason, expected=expected, observed=observed)
    return expect(False, about, expected=expected, observed=observed, otherwise=Verdict.WARN)


def _counted(pair: Pair) -> str:
    return f"{len(pair.before)} runs before and {len(pair.after)} now"


def _change(metric: Metric, more: float) -> str:
    """Return a difference as people say it."""
    return f"{metric.shown(abs(more))} {'more' if more >= 0 else 'less'}"
