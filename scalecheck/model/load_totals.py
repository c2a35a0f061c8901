"""Tallies added up, and the figures that service levels name read from them.

Adding is linear in what there is: every tally is looked at once for each stretch of time that is asked for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from scalecheck.model.histogram import Histogram, merged
from scalecheck.model.load import Key, Part, Tally
from scalecheck.model.sentence import Measure, Metric, Unit
from scalecheck.wire.cache_state import State

UNSENT = "unsent"
"""A failure that is the generator's own: the request was given up before it was sent."""
LAG_QUANTILE = 0.99
"""What `generator lag` means: all but one in a hundred arrivals were turned to sooner."""
ARRIVALS = frozenset({Part.PAGE, Part.ROUTE})
"""What the schedule drives; documents, assets and calls follow from pages."""
_Name = TypeVar("_Name", str, int)
_STATES = {each.value: each for each in State}
_COUNTS = (
    *("planned", "sent", "late", "answered", "size", "cold", "cold_size", "warm", "warm_size"),
    *("kept", "renewed", "messages", "retried", "impolite"),
)


def added(tallies: Iterable[Tally]) -> Tally:
    """Return what all of them counted together."""
    each = tuple(tallies)
    if len(each) == 1:
        return each[0]
    sums = {name: sum(getattr(tally, name) for tally in each) for name in _COUNTS}
    return Tally(
        **sums,
        failed=_tables(tally.failed for tally in each),
        statuses=_tables(tally.statuses for tally in each),
        states=_tables(tally.states for tally in each),
        latency=merged(tally.latency for tally in each),
        failures=merged(tally.failures for tally in each),
        first_byte=merged(tally.first_byte for tally in each),
    )


def _tables(tables: Iterable[Mapping[_Name, int]]) -> dict[_Name, int]:
    sums: dict[_Name, int] = {}
    for table in tables:
        for name, count in table.items():
            sums[name] = sums.get(name, 0) + count
    return sums


@dataclass(frozen=True)
class Slice:
    """What came of some requests in some stretch of a run."""

    requests: Tally = field(default_factory=Tally)
    """Of single requests."""
    pages: Tally = field(default_factory=Tally)
    """Of whole page views."""
    seconds: float = 1.0
    """How long the stretch is."""
    planned: int = 0
    """Arrivals that were due, page views and requests of rated routes."""
    late: int = 0
    """Arrivals that were not sent on time."""
    lag: Histogram = field(default_factory=Histogram)
    """How late the generator turned to arrivals."""
    workers_lost: int = 0
    of_page: bool = False
    """Whether it is of one page: then errors are those of whole views."""

    @property
    def failing(self) -> Tally:
        """What errors are counted of: requests, or the views of one page."""
        return self.pages if self.of_page else self.requests

    def timed(self, measure: Measure) -> Histogram:
        """Return the durations that a metric of time is read from."""
        if measure is Measure.LAG:
            return self.lag
        if measure is Measure.PAGE:
            return self.pages.latency
        return self.requests.first_byte if measure is Measure.TTFB else self.requests.latency


def sliced(tallies: Mapping[Key, Tally], seconds: float, lag: Histogram | None = None, workers_lost: int = 0) -> Slice:
    """Return everything of a stretch of time."""
    arrivals = [tally for key, tally in tallies.items() if key.part in ARRIVALS]
    return Slice(
        requests=added(tally for key, tally in tallies.items() if key.part is not Part.PAGE),
        pages=added(tally for key, tally in tallies.items() if key.part is Part.PAGE),
        seconds=seconds,
        planned=sum(each.planned for each in arrivals),
        late=sum(each.late for each in arrivals),
        lag=lag or Histogram(),
        workers_lost=workers_lost,
    )


def lost(tally: Tally) -> int:
    """Return how many failed after they had been sent."""
    return tally.lost - tally.failed.get(UNSENT, 0)


def finished(tally: Tally) -> int:
    """Return how many came to an end, answered or not."""
    return tally.answered + lost(tally)


def with_status(tally: Tally, status: str) -> int:
    """Return how many answers had a status such as `5xx` or `429`."""
    if status.endswith("xx"):
        return sum(count for code, count in tally.statuses.items() if code // 100 == int(status[0]))
    return tally.statuses.get(int(status), 0)


def hits(tally: Tally) -> tuple[int, int]:
    """Return how many answers came from a shared cache, and how many a hit ratio counts at all."""
    known = [(_STATES[value], count) for value, count in tally.states.items() if value in _STATES]
    return (
        sum(count for state, count in known if state.served_from_cache),
        sum(count for state, count in known if state.in_denominator),
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure and how much it was read from."""

    value: float
    """In the sentence's base unit: seconds, 0 to 1, per second, bytes, a count."""
    samples: int


def reading(metric: Metric, unit: Unit, of: Slice) -> Reading | None:
    """Return what a metric comes to; None where nothing says, which is never the same as nothing wrong."""
    match metric.measure:
        case Measure.LATENCY | Measure.TTFB | Measure.PAGE | Measure.LAG:
            durations = of.timed(metric.measure)
            value = durations.quantile_s(metric.quantile or LAG_QUANTILE)
            return None if value is None else Reading(value, durations.count)
        case Measure.STATUS if unit is Unit.RATE:
            return Reading(with_status(of.requests, metric.status) / of.seconds, finished(of.requests))
        case Measure.REQUESTS:
            return Reading(of.requests.answered / of.seconds, finished(of.requests))
        case Measure.PAGES:
            return Reading(of.pages.answered / of.seconds, finished(of.pages))
        case Measure.FIRST_BYTES:
            return Reading(of.pages.cold_size / of.pages.cold, of.pages.cold) if of.pages.cold else None
        case Measure.REPEAT_BYTES:
            return Reading(of.pages.warm_size / of.pages.warm, of.pages.warm) if of.pages.warm else None
        case Measure.WORKERS_LOST:
            return Reading(of.workers_lost, 1)
        case _:
            part, whole = shares(metric, of)
            return Reading(part / whole, whole) if whole else None


def shares(metric: Metric, of: Slice) -> tuple[int, int]:
    """Return how many of how many a metric that is a share counts."""
    match metric.measure:
        case Measure.ERRORS:
            return lost(of.failing), finished(of.failing)
        case Measure.STATUS:
            return with_status(of.requests, metric.status), finished(of.requests)
        case Measure.HIT_RATIO:
            return hits(of.requests)
        case Measure.DELIVERED:
            return max(0, of.planned - of.late), of.planned
        case measure:
            raise ValueError(f"{measure} is no share")
