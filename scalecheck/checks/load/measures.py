"""Figures of a swarm, by route and stage and of all together (`*`)."""

from collections.abc import Iterator
from dataclasses import replace
from math import ceil, floor, sqrt

from scalecheck.model.histogram import Histogram
from scalecheck.model.load_run import Chosen, Played
from scalecheck.model.load_totals import Slice, finished, hits, lost
from scalecheck.model.ratio import Ratio
from scalecheck.model.sentence import Measure as What
from scalecheck.model.sentence import Metric
from scalecheck.model.verdict import Measure

EVERYWHERE = "*"
QUANTILES = (("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999))
ONE_SIDED = 1.6449
"""Standard deviations beyond which 5 % lie."""
PREFIXES = {What.LATENCY: "", What.TTFB: "ttfb_", What.PAGE: "page_"}
NAMES = {
    What.ERRORS: "error_ratio",
    What.HIT_RATIO: "hit_ratio",
    What.FIRST_BYTES: "first_visit_bytes",
    What.REPEAT_BYTES: "repeat_visit_bytes",
    What.DELIVERED: "delivered_ratio",
    What.REQUESTS: "rate",
    What.PAGES: "page_rate",
}
GROUPS = {
    "load.delivered": ("planned", "sent", "lag_p99", "delivered_ratio"),
    "load.errors": ("answered", "failed", "error_ratio"),
    "load.throughput": ("rate", "page_rate"),
    "load.hit_ratio": ("hit_ratio",),
    "load.bytes": ("bytes", "first_visit_bytes", "repeat_visit_bytes"),
}
"""Names of the figures that a check brings along; times of requests are those of latency, of pages of page_time."""


def name_of(metric: Metric) -> str:
    """Return the name of the figure that a metric is."""
    if metric.measure in PREFIXES and metric.quantile is not None:
        named = "max" if metric.quantile == 1 else f"p{metric.quantile * 100:g}".replace(".", "")
        return f"{PREFIXES[metric.measure]}{named}"
    return NAMES.get(metric.measure, str(metric))


def check_of(name: str) -> str:
    """Return the check that brings a figure along."""
    found = next((check for check, names in GROUPS.items() if name in names), "")
    return found or ("load.page_time" if name.startswith("page_") else "load.latency")


def figures(played: Played) -> Iterator[Measure]:
    """Yield every figure of a run: of everything first, then of each route, of the whole run before its stages."""
    every = tuple(range(len(played.stages)))
    stretches = [(None, every), *((played.stages[number].name, (number,)) for number in every if len(every) > 1)]
    for route in (EVERYWHERE, *dict.fromkeys(key.name for key in played.keys)):
        for stage, numbers in stretches:
            of = played.slice(numbers, _among(route))
            if route == EVERYWHERE and stage is None:  # what was never reported was not shown to be sent
                unreported = max(0, played.scheduled - of.planned)
                of = replace(of, planned=of.planned + unreported, late=of.late + unreported)
            for figure in _of(of, everything=route == EVERYWHERE):
                yield replace(figure, route=route, stage=stage)


def _among(route: str) -> Chosen:
    """Return what tells whether a tally is of a route: a page and its document have one name."""
    return lambda key: route in {EVERYWHERE, key.name}


def _of(of: Slice, *, everything: bool) -> Iterator[Measure]:
    """Yield the figures of a slice; what nothing says is left out."""
    requests, pages = of.requests, of.pages
    count = finished(requests)
    if requests.planned or requests.sent or count:
        for name, value in (("planned", requests.planned), ("sent", requests.sent)):
            yield _counted(name, value, "requests")
        yield _counted("answered", requests.answered, "requests")
        yield _counted("failed", lost(requests), "requests")
        yield Measure("rate", requests.answered / of.seconds, "per second", count)
        yield Measure("bytes", requests.size, "bytes", count)
    if count:
        yield _ratio("error_ratio", Ratio(lost(requests), count))
    yield from _times("", requests.latency)
    yield from (each for each in _times("ttfb_", requests.first_byte) if each.name == "ttfb_p95")
    if finished(pages):
        yield Measure("page_rate", pages.answered / of.seconds, "per second", finished(pages))
    yield from _times("page_", pages.latency)
    for name, size, views in (
        ("first_visit_bytes", pages.cold_size, pages.cold),
        ("repeat_visit_bytes", pages.warm_size, pages.warm),
    ):
        if views:
            yield Measure(name, size / views, "bytes", views)
    found, told = hits(requests)
    if told:
        yield _ratio("hit_ratio", Ratio(found, told))
    if everything and of.planned:
        yield _ratio("delivered_ratio", Ratio(max(0, of.planned - of.late), of.planned))
    if everything and (lag := of.lag.quantile_s(0.99)) is not None:
        yield Measure("lag_p99", lag, "seconds", of.lag.count)


def _counted(name: str, value: float, unit: str) -> Measure:
    return Measure(name, value, unit, int(value))


def _ratio(name: str, ratio: Ratio) -> Measure:
    return Measure(name, ratio.value, "ratio", ratio.samples, low=ratio.low, high=ratio.high)


def _times(prefix: str, durations: Histogram) -> Iterator[Measure]:
    """Yield quantiles with the ranks between which the true one lies (95 %, one-sided each), and the maximum."""
    count = durations.count
    for name, share in QUANTILES if count else ():
        value = durations.quantile_s(share)
        spread = ONE_SIDED * sqrt(count * share * (1 - share))
        ranks = max(1, floor(count * share - spread)), min(count, ceil(count * share + spread) + 1)
        low, high = (durations.quantile_s(rank / count) for rank in ranks)
        if value is not None:
            yield Measure(f"{prefix}{name}", value, "seconds", count, low=low, high=high)
    if count:
        yield Measure(f"{prefix}max", durations.max_s, "seconds", count)
