"""Measures in words: a figure in its unit, with its interval and the number of samples."""

from collections.abc import Iterable

from scalecheck.model.verdict import Measure
from scalecheck.report.inert import NAME, inert
from scalecheck.report.summary import counted

Row = tuple[str, str, str, str]
"""A figure's name, what it is of, its value and its certainty, in words."""


def rows(measures: Iterable[Measure]) -> tuple[Row, ...]:
    """Return a row for each measure; what was counted of several routes stands in one, from least to most."""
    together: dict[tuple[str, str, str | None], list[Measure]] = {}
    for number, each in enumerate(measures):
        apart = "" if each.route is not None and _is_counted(each) else str(number)
        together.setdefault((each.name, f"{each.unit}{apart}", each.stage), []).append(each)
    return tuple(_row(found) for found in together.values())


def _row(found: list[Measure]) -> Row:
    one = found[0]
    if len(found) == 1:
        return inert(one.name, NAME), of(one), figure(one.value, one.unit), certainty(one)
    least, most = (pick(found, key=lambda each: each.value) for pick in (min, max))
    ends = {figure(each.value, each.unit): f" ({inert(each.route or '', NAME)})" for each in (most, least)}
    values = [f"{value}{whose if len(ends) > 1 else ''}" for value, whose in reversed(ends.items())]
    routes = " ".join((f"{len(found)} routes", *([inert(one.stage, NAME)] if one.stage else [])))
    return inert(one.name, NAME), routes, " to ".join(values), _samples(found)


def _samples(found: list[Measure]) -> str:
    return counted(sum(each.samples for each in found), "sample")


def figure(value: float, unit: str) -> str:
    """Return a figure as people read it: ratios in percent, short times in ms, bytes in KB of 1000."""
    if unit == "ratio":
        return f"{value * 100:.1f} %"
    if unit == "seconds":
        return f"{value * 1000:.0f} ms" if abs(value) < 1 else f"{value:.2f} s"
    if unit == "bytes":
        return _bytes(value)
    unit = unit[:-1] if value == 1 and unit.isalpha() and unit.endswith("s") else unit
    return f"{value:,.6g} {inert(unit, NAME)}".rstrip()


def certainty(measure: Measure) -> str:
    """Return the interval where one is known, and the number of samples."""
    samples = counted(measure.samples, "sample")
    if (measure.low is None and measure.high is None) or _is_counted(measure):
        return samples
    low, high = (None if end is None else figure(end, measure.unit) for end in (measure.low, measure.high))
    between = f"at most {high}" if low is None else f"at least {low}" if high is None else f"{low} to {high}"
    return f"{between}, {samples}"


def _is_counted(measure: Measure) -> bool:
    """Whether it was counted rather than sampled: it has no interval to speak of."""
    return measure.low == measure.value == measure.high


def of(measure: Measure) -> str:
    """Return the route and stage a measure is of; empty when it is of the whole run."""
    return " ".join(inert(each, NAME) for each in (measure.route, measure.stage) if each)


def _bytes(value: float) -> str:
    for size, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if abs(value) >= size:
            return f"{value / size:.1f} {name}"
    return f"{value:.0f} bytes"
