"""What Lighthouse saw of each page on each device, and how its figures are judged and told."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from scalecheck.checks.check import expect, left, undecided
from scalecheck.model.browsing import LabRun
from scalecheck.model.evidence import Failure
from scalecheck.model.medians import ENOUGH, Median
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Measure, Verdict
from scalecheck.probes.lab_runs import LAB_RUNS, device_of

BROWSER = "needs a browser (--browser)"
DESKTOP = "desktop"


@dataclass(frozen=True, slots=True)
class Metric:
    """One of Lighthouse's figures."""

    key: str
    """Its name in the evidence."""
    check: str
    """Id of the check that holds it against its target."""
    unit: str
    """`seconds`, or nothing."""
    floor: float
    """A difference that nobody feels."""

    @property
    def name(self) -> str:
        """As reports call it: `lcp`."""
        return self.key.removesuffix("_s")

    def shown(self, value: float) -> str:
        """Return a value in words."""
        if self.unit != "seconds":
            return f"{value:.3g}"
        return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


LCP = Metric("lcp_s", "vitals.lcp", "seconds", 0.05)
FCP = Metric("fcp_s", "vitals.fcp", "seconds", 0.05)
TBT = Metric("tbt_s", "vitals.inp_proxy", "seconds", 0.05)
CLS = Metric("cls", "vitals.cls", "", 0.02)
METRICS = (LCP, FCP, CLS, TBT)
TTFB = Metric("ttfb_s", "vitals.ttfb", "seconds", 0.05)
"""The server's own time as Lighthouse saw it: one request a run, so nothing is judged by it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The runs of one page on one device."""

    url: str
    device: str
    runs: tuple[LabRun, ...]
    lost: tuple[Failure, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Path with query, and device: by which an earlier run of another host is compared."""
        parts = urlsplit(self.url)
        return parts.path + (f"?{parts.query}" if parts.query else ""), self.device

    @property
    def about(self) -> LabRun | Failure:
        """The first record, of which there is one."""
        return self.runs[0] if self.runs else self.lost[0]

    def values(self, metric: Metric) -> tuple[float, ...]:
        """Return one figure of the runs that have it."""
        return tuple(run.metrics[metric.key] for run in self.runs if metric.key in run.metrics)

    def median(self, metric: Metric) -> Median | None:
        """Return the median of a figure; None where no run has it."""
        values = self.values(metric)
        return Median.of(values) if values else None


def seen(site: Site) -> tuple[Seen, ...]:
    """Return the pages that were run, each on each device; nothing where no run brought any figures."""
    groups: dict[tuple[str, str], tuple[list[LabRun], list[Failure]]] = {}
    for record in site.all(LAB_RUNS):
        runs, lost = groups.setdefault((record.url, device_of(record)), ([], []))
        if isinstance(record, LabRun):
            runs.append(record)
        elif isinstance(record, Failure):
            lost.append(record)
    views = tuple(Seen(url, device, tuple(runs), tuple(lost)) for (url, device), (runs, lost) in groups.items())
    return views if any(view.runs for view in views) else ()


def measures(site: Site, metric: Metric) -> Iterator[Measure]:
    """Yield the figure of each route on each device: of several pages, that of the slowest."""
    slowest: dict[tuple[str | None, str], Measure] = {}
    for view in seen(site):
        if (found := view.median(metric)) is None:
            continue
        route = site.route(view.runs[0])
        key = route.name if route is not None else None, view.device
        low, high = (found.low, found.high) if found.samples > 1 else (None, None)
        measure = Measure(metric.name, found.value, metric.unit, found.samples, low, high, *key)
        slowest[key] = max(measure, slowest.get(key, measure), key=lambda each: each.value)
    yield from slowest.values()


def judged(site: Site, view: Seen, metric: Metric, target: float) -> Finding:
    """Return how the median of one page on one device stands to a target."""
    expected = f"a median of at most {metric.shown(target)}"
    found = view.median(metric)
    about = _typical(view, metric)
    if found is None or found.samples < min(ENOUGH, site.profile.browser.runs):
        observed = "no figure" if found is None else told(metric, found)
        return on(view, undecided(about, _why_short(view, metric), expected=expected, observed=observed))
    observed, verdict = told(metric, found), found.judged(target)
    if verdict is not Verdict.UNKNOWN:
        return on(view, expect(verdict is Verdict.PASS, about, expected=expected, observed=observed))
    above = sum(value > target for value in found.values)
    reason = f"{above} of {found.samples} runs are above it; {found.runs_needed(target)} runs would decide (--runs)"
    return on(view, undecided(about, reason, expected=expected, observed=observed))


def _why_short(view: Seen, metric: Metric) -> str:
    """Return why there are fewer figures than were asked for."""
    if view.lost:
        return f"{len(view.lost)} of {len(view.lost) + len(view.runs)} runs were lost: {view.lost[0].detail}"
    return f"Lighthouse took no {metric.name} in some of its runs"


def told(metric: Metric, found: Median) -> str:
    """Return a median in words, with the bounds that its runs give."""
    if found.samples == 1:
        return f"{metric.shown(found.value)} (1 run)"
    between = f"{metric.shown(found.low)} to {metric.shown(found.high)}"
    sure = "" if found.samples >= ENOUGH else f", {found.confidence:.0%} sure"
    return f"{metric.shown(found.value)} ({between} in {found.samples} runs{sure})"


def on(view: Seen, finding: Finding) -> Finding:
    """Return a finding that names the device, and the command that shows it where something is wrong."""
    wrong = finding.verdict.badness > Verdict.PASS.badness
    preset = "--preset=desktop " if view.device == DESKTOP else ""
    command = f"lighthouse {shlex.quote(view.url)} {preset}--only-categories=performance" if wrong else ""
    return replace(finding, subject=f"GET {view.url} ({view.device})", reproduce=command)


def left_on(view: Seen, to: str) -> Finding:
    """Return a skip of one page on one device, of which a more specific check speaks."""
    return on(view, left(view.about, to))


def _typical(view: Seen, metric: Metric) -> LabRun | Failure:
    """Return the run whose figure is the median, or the first record where there is none."""
    found = view.median(metric)
    having = [run for run in view.runs if metric.key in run.metrics]
    if found is None or not having:
        return view.about
    return min(having, key=lambda run: abs(run.metrics[metric.key] - found.value))
