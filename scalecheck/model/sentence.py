"""Service levels as sentences: metric, operator, value with its unit, optional window. One grammar for slo and abort.

`p95 < 300ms`, `errors < 0.1%`, `status 5xx > 200/s`, `p95 < 300ms within 60s`, `p95 growth < 10% per 1h`; and of a
baseline, what changed since: `p95 up 10%`, `errors up 0.05pp`.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from scalecheck.model.guess import guess
from scalecheck.wire import units


class Measure(StrEnum):
    """What a metric measures, as sentences name it."""

    LATENCY = "latency"
    """From the intended start of a request to its last byte: `p95`, `max`."""
    TTFB = "ttfb"
    """To its first byte: `ttfb p95`."""
    PAGE = "page"
    """Of a whole page, with what it pulls: `page p95`."""
    ERRORS = "errors"
    """Share of requests that failed."""
    STATUS = "status"
    """Answers with such a status: `status 5xx`, `status 429`; a share of requests, or a rate."""
    HIT_RATIO = "hit ratio"
    """Share of requests that a shared cache answered."""
    FIRST_BYTES = "bytes per first visit"
    """Bytes of a page view with an empty cache."""
    REPEAT_BYTES = "bytes per repeat visit"
    """Bytes of a page view with a warm one."""
    DELIVERED = "delivered"
    """Share of planned arrivals that were sent on time."""
    REQUESTS = "requests"
    """Requests per second."""
    PAGES = "pages"
    """Page views per second."""
    LAG = "generator lag"
    """How late the generator itself is."""
    WORKERS_LOST = "workers lost"
    """Number of workers that no longer report."""


class Unit(StrEnum):
    """What a value counts."""

    SECONDS = "a duration such as 300ms"
    SHARE = "a share such as 0.1%"
    RATE = "a rate such as 200/s"
    BYTES = "a size such as 900KB"
    COUNT = "a whole number such as 0"
    POINTS = "percentage points such as 0.05pp"


class Operator(StrEnum):
    """How a metric is compared with a value."""

    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="

    @property
    def upwards(self) -> bool:
        """Whether larger metrics meet it."""
        return self in {Operator.ABOVE, Operator.AT_LEAST}


class Span(StrEnum):
    """What a window says."""

    WITHIN = "within"
    """How soon after its stage begins a sentence holds."""
    PER = "per"
    """In which time a metric may grow by so much."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What a sentence is about."""

    measure: Measure
    quantile: float | None = None
    """0 to 1; 1 is the maximum. None where there is none."""
    status: str = ""
    """`5xx` or `429`."""
    growth: bool = False
    """Whether it is how much the metric grows."""

    def __str__(self) -> str:
        words = [] if self.measure is Measure.LATENCY else [self.measure.value]
        if self.quantile is not None:
            words.append("max" if self.quantile == 1 else f"p{units.show_number(self.quantile * 100)}")
        words += [self.status] if self.status else []
        return " ".join([*words, "growth"] if self.growth else words)

    @property
    def units(self) -> tuple[Unit, ...]:
        """What its values may count."""
        return (Unit.SHARE,) if self.growth else _UNITS[self.measure]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One service level, or the condition of an abort."""

    metric: Metric
    operator: Operator
    value: float
    """In seconds, 0 to 1, per second, bytes or a count."""
    unit: Unit
    span: Span | None = None
    window_s: float = 0.0
    """Seconds of the window; 0 without one."""

    def __str__(self) -> str:
        window = f" {self.span} {units.show_seconds(self.window_s)}" if self.span else ""
        return f"{self.metric} {self.operator} {_SHOWN[self.unit](self.value)}{window}"

    def holds(self, value: float) -> bool:
        """Whether a figure in the sentence's own unit meets it."""
        return _COMPARE[self.operator](value, self.value)

    def shown(self, value: float) -> str:
        """Return a figure in the sentence's own unit, to four digits; rates are those of a second."""
        rounded = float(f"{value:.4g}")
        match self.unit:
            case Unit.BYTES:
                return units.show_bytes(round(value))
            case Unit.RATE:
                return f"{units.show_number(rounded)}/s"
            case Unit.COUNT:
                return _SHOWN[self.unit](value)
            case _:
                return _SHOWN[self.unit](rounded)

    @property
    def certain(self) -> bool | None:
        """Whether it holds, or not, whatever happens; None where that depends."""
        low = -math.inf if self.metric.growth else 0.0
        high = 1.0 if self.unit is Unit.SHARE and not self.metric.growth else math.inf
        holds = _COMPARE[self.operator]
        ends = holds(low, self.value), holds(high, self.value)
        return ends[0] if ends[0] == ends[1] else None


@dataclass(frozen=True, slots=True)
class Change:
    """By how much a metric may be worse than it was."""

    metric: Metric
    up: bool
    by: float
    """Of what it was, 0 to 1; or percentage points, 0 to 1."""
    unit: Unit

    def __str__(self) -> str:
        return f"{self.metric} {'up' if self.up else 'down'} {_SHOWN[self.unit](self.by)}"


_UNITS = {
    Measure.LATENCY: (Unit.SECONDS,),
    Measure.TTFB: (Unit.SECONDS,),
    Measure.PAGE: (Unit.SECONDS,),
    Measure.ERRORS: (Unit.SHARE,),
    Measure.STATUS: (Unit.RATE, Unit.SHARE),
    Measure.HIT_RATIO: (Unit.SHARE,),
    Measure.FIRST_BYTES: (Unit.BYTES,),
    Measure.REPEAT_BYTES: (Unit.BYTES,),
    Measure.DELIVERED: (Unit.SHARE,),
    Measure.REQUESTS: (Unit.RATE,),
    Measure.PAGES: (Unit.RATE,),
    Measure.LAG: (Unit.SECONDS,),
    Measure.WORKERS_LOST: (Unit.COUNT,),
}
_TIMES = {"": Measure.LATENCY, "ttfb ": Measure.TTFB, "page ": Measure.PAGE}
_PLAIN = {each.value: each for each in Measure if each not in {*_TIMES.values(), Measure.STATUS}}
KNOWN = (
    *(f"{prefix}{quantile}" for prefix in _TIMES for quantile in ("p50", "p90", "p95", "p99", "p99.9", "max")),
    *_PLAIN,
    "status 5xx",
    "p95 growth",
)
"""Metrics as messages name them."""
_QUANTILE = r"(ttfb |page )?(p\d{1,2}(?:\.\d{1,3})?|max)"
_STATUS = r"status ([1-5]xx|[1-5]\d\d)"
_WINDOW = r"(.*?\S) (within|per) (\S+)"
EXAMPLES = "a sentence such as p95 < 300ms, errors < 0.1% or p95 < 300ms within 60s"
PATTERN = r"[A-Za-z][A-Za-z0-9. ]{0,40}? ?(<=|>=|<|>) ?\d[A-Za-z0-9_.%/]{0,40}( (within|per) \d[A-Za-z0-9_.]{0,20})?"
CHANGE_PATTERN = r"[A-Za-z][A-Za-z0-9. ]{0,40}? (up|down) \d[0-9_.]{0,20}(%|pp)"


def read_sentence(text: str) -> Sentence:
    """Return a service level; ValueError says which of its words is wrong."""
    matched = re.fullmatch(r"([^<>=]{1,60}?)\s*(<=|>=|<|>)\s*([^<>=]{1,80})", text.strip())
    if matched is None:
        raise ValueError(f"expected {EXAMPLES}")
    metric = read_metric(matched[1])
    said, span, window_s = _windowed(matched[3])
    if metric.growth != (span is Span.PER):
        raise ValueError(_GROWTH if metric.growth else f"expected no per window: only growth has one, as in {_GROWN}")
    value, unit = _value(metric, said)
    return Sentence(metric, Operator(matched[2]), value, unit, span, window_s)


def read_change(text: str) -> Change:
    """Return by how much a metric may be worse than it was; ValueError says which of its words is wrong."""
    matched = re.fullmatch(r"(.{1,60}?) (up|down) (\S+)", text.strip())
    if matched is None:
        raise ValueError("expected a change such as p95 up 10%, errors up 0.05pp or hit ratio down 2pp")
    metric = read_metric(matched[1])
    if metric.growth:
        raise ValueError("expected a metric that an earlier run has, such as p95")
    points = matched[3].endswith("pp")
    if points and Unit.SHARE not in metric.units:
        raise ValueError(f"expected {metric} to change by a share such as 10%: only shares have percentage points")
    try:
        by = units.ratio(matched[3].removesuffix("pp") + "%" if points else matched[3])
    except ValueError:
        shares = f", or {Unit.POINTS.value}" if Unit.SHARE in metric.units else ""
        raise ValueError(f"expected {metric} to change by a share such as 10%{shares}") from None
    return Change(metric, matched[2] == "up", by, Unit.POINTS if points else Unit.SHARE)


def read_metric(text: str) -> Metric:
    """Return the metric of some words; ValueError with a guess where there is none."""
    words = " ".join(text.split())
    bare = words.removesuffix(" growth")
    grows = bare != words
    if matched := re.fullmatch(_QUANTILE, bare):
        quantile = 1.0 if matched[2] == "max" else round(float(matched[2][1:]) / 100, 9)
        if quantile:
            return Metric(_TIMES[matched[1] or ""], quantile, growth=grows)
    if (matched := re.fullmatch(_STATUS, bare)) and not grows:
        return Metric(Measure.STATUS, status=matched[1])
    if bare in _PLAIN and not grows:
        return Metric(_PLAIN[bare])
    if bare in _PLAIN:
        raise ValueError(f"expected growth of a time, as in {_GROWN}")
    known = f"; known are p50 … p99.9, max, ttfb p95, page p95, {', '.join(KNOWN[KNOWN.index('errors') :])}"
    raise ValueError(f'unknown metric "{words}"{guess(words, KNOWN) or known}')


_GROWN = "p95 growth < 10% per 1h"
_GROWTH = f"expected in which time it may grow so much, as in {_GROWN}"


def _windowed(text: str) -> tuple[str, Span | None, float]:
    """Return value, kind of window and its seconds."""
    matched = re.fullmatch(_WINDOW, text.strip())
    if matched is None:
        return text.strip(), None, 0.0
    try:
        window_s = units.seconds(matched[3])
    except ValueError:
        raise ValueError(f"expected a window such as {matched[2]} 60s") from None
    if not window_s:
        raise ValueError(f"expected a window of more than nothing, such as {matched[2]} 60s")
    return matched[1], Span(matched[2]), window_s


def _value(metric: Metric, text: str) -> tuple[float, Unit]:
    """Return a value in its base unit, and what it counts."""
    for unit in metric.units:
        try:
            return _READ[unit](text), unit
        except ValueError:
            continue
    raise ValueError(f"expected {metric} with {' or '.join(unit.value for unit in metric.units)}")


_READ: dict[Unit, Callable[[str], float]] = {
    Unit.SECONDS: units.seconds,
    Unit.SHARE: units.ratio,
    Unit.RATE: units.per_second,
    Unit.BYTES: units.byte_count,
    Unit.COUNT: units.count,
}
_SHOWN: dict[Unit, Callable[[float], str]] = {
    Unit.SECONDS: units.show_seconds,
    Unit.SHARE: units.show_ratio,
    Unit.RATE: units.show_rate,
    Unit.BYTES: lambda value: units.write_bytes(round(value)),
    Unit.COUNT: lambda value: str(round(value)),
    Unit.POINTS: lambda value: units.show_ratio(value).replace("%", "pp"),
}
_COMPARE: dict[Operator, Callable[[float, float], bool]] = {
    Operator.BELOW: lambda seen, value: seen < value,
    Operator.AT_MOST: lambda seen, value: seen <= value,
    Operator.ABOVE: lambda seen, value: seen > value,
    Operator.AT_LEAST: lambda seen, value: seen >= value,
}
