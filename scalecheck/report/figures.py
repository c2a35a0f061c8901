"""Measures in words: a figure in its unit, with its interval and the number of samples."""

from scalecheck.model.verdict import Measure
from scalecheck.report.inert import NAME, inert
from scalecheck.report.summary import counted


def figure(value: float, unit: str) -> str:
    """Return a figure as people read it: ratios in percent, short times in ms, bytes in KB of 1000."""
    if unit == "ratio":
        return f"{value * 100:.1f} %"
    if unit == "seconds":
        return f"{value * 1000:.0f} ms" if abs(value) < 1 else f"{value:.2f} s"
    if unit == "bytes":
        return _bytes(value)
    return f"{value:,.6g} {inert(unit, NAME)}".rstrip()


def certainty(measure: Measure) -> str:
    """Return the interval where one is known, and the number of samples."""
    samples = counted(measure.samples, "sample")
    if measure.low is None and measure.high is None:
        return samples
    low, high = (None if end is None else figure(end, measure.unit) for end in (measure.low, measure.high))
    between = f"at most {high}" if low is None else f"at least {low}" if high is None else f"{low} to {high}"
    return f"{between}, {samples}"


def of(measure: Measure) -> str:
    """Return the route and stage a measure is of; empty when it is of the whole run."""
    return " ".join(inert(each, NAME) for each in (measure.route, measure.stage) if each)


def _bytes(value: float) -> str:
    for size, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if abs(value) >= size:
            return f"{value / size:.1f} {name}"
    return f"{value:.0f} bytes"
