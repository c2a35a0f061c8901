"""The figures of a swarm as one table: everything by stage, then each route over the whole run."""

from collections.abc import Iterable, Mapping

from scalecheck.model.verdict import Measure
from scalecheck.report.figures import figure
from scalecheck.report.inert import NAME, inert

EVERYTHING = "*"
"""The route of what is of all routes together."""
MARKS = frozenset({"planned", "sent", "answered", "failed"})
"""Figures that only a swarm takes: what has any of them of everything together is a swarm's report."""
FIGURES = MARKS | {
    *("rate", "page_rate", "error_ratio", "hit_ratio", "bytes", "first_visit_bytes", "repeat_visit_bytes"),
    *(f"{of}{quantile}" for of in ("", "page_") for quantile in ("p50", "p90", "p95", "p99", "p999", "max")),
    *("ttfb_p95", "delivered_ratio", "lag_p99"),
}
HEAD = ("", "sent", "failed", "rate", "p50", "p95", "p99", "max", "hits")
ROUTES_AT_MOST = 60

Row = tuple[str, ...]
Figures = Mapping[str, Measure]


def split(measures: Iterable[Measure]) -> tuple[tuple[Measure, ...], tuple[Measure, ...]]:
    """Return the figures of a swarm, and all others."""
    every = tuple(measures)
    if not any(each.route == EVERYTHING and each.name in MARKS for each in every):
        return (), every
    load = tuple(each for each in every if each.route is not None and each.name in FIGURES)
    return load, tuple(each for each in every if not (each.route is not None and each.name in FIGURES))


def table(measures: Iterable[Measure]) -> tuple[Row, ...]:
    """Return the rows of a swarm's table below its head."""
    found: dict[tuple[str, str | None], dict[str, Measure]] = {}
    for each in measures:
        if each.route == EVERYTHING or each.stage is None:
            found.setdefault((each.route or "", each.stage), {})[each.name] = each
    rows = [_row(_name(route, stage), figures) for (route, stage), figures in found.items()]
    kept = [row for row in rows if row is not None]
    rest = len(kept) - ROUTES_AT_MOST
    more = [(f"and {rest} more", *[""] * (len(HEAD) - 1))] if rest > 0 else []
    return (*kept[:ROUTES_AT_MOST], *more)


def said(measures: Iterable[Measure]) -> str:
    """Return what is said of the generator itself: how much was sent on time, and how late it was."""
    whole = {each.name: each for each in measures if each.route == EVERYTHING and each.stage is None}
    delivered, lag = whole.get("delivered_ratio"), whole.get("lag_p99")
    words = [f"{figure(delivered.value, 'ratio')} of arrivals sent on time"] if delivered is not None else []
    words += [f"own lag p99 {_time(lag)}"] if lag is not None else []
    for name, text in (("first_visit_bytes", "first visit"), ("repeat_visit_bytes", "repeat visit")):
        if (each := whole.get(name)) is not None:
            words.append(f"{figure(each.value, 'bytes')} a {text}")
    return "; ".join(words)


def _name(route: str, stage: str | None) -> str:
    if route == EVERYTHING:
        return "all" if stage is None else f"  {inert(stage, NAME)}"
    return inert(route, NAME)


def _row(name: str, figures: Figures) -> Row | None:
    if "sent" not in figures and "page_p50" not in figures:
        return None
    sent, errors, rate, hits = (figures.get(each) for each in ("sent", "error_ratio", "rate", "hit_ratio"))
    return (
        name,
        f"{sent.value:,.0f}" if sent is not None else "",
        f"{errors.value * 100:.2g}%" if errors is not None else "",
        f"{rate.value:,.3g}/s" if rate is not None else "",
        *(_time(figures.get(each)) for each in ("p50", "p95", "p99", "max")),
        f"{hits.value * 100:.0f}%" if hits is not None else "",
    )


def _time(measure: Measure | None) -> str:
    if measure is None:
        return ""
    ms = measure.value * 1000
    return f"{ms:.2g} ms" if ms < 10 else f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.2f} s"
