"""A swarm's totals for those who watch it from elsewhere: counters and histograms by route. Pure."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from scalecheck.model.histogram import Histogram
from scalecheck.model.load import Generator, Key, LoadRecord, SwarmRun, Tally, Window

BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Limits of the buckets: those that OpenTelemetry's conventions have for HTTP durations."""
LAGS_S = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 1.0, 10.0)


@dataclass
class Durations:
    """Durations in the few buckets that are shown: a long run takes no more memory than a short one."""

    bounds_s: tuple[float, ...]
    counts: list[int]
    """Up to each limit and above the one before; the last is what lies beyond all."""
    total_s: float = 0.0
    max_s: float = 0.0

    @classmethod
    def none(cls, bounds_s: tuple[float, ...]) -> "Durations":
        """Return buckets with nothing in them."""
        return cls(bounds_s, [0] * (len(bounds_s) + 1))

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self.counts)

    def add(self, found: Histogram) -> None:
        """Count durations."""
        if found.count:
            self.counts = [had + new for had, new in zip(self.counts, buckets(found, self.bounds_s), strict=True)]
            self.total_s += found.total_s
            self.max_s = max(self.max_s, found.max_s)


@dataclass
class Total:
    """What came of one key."""

    planned: int = 0
    answered: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    size: int = 0
    latency: Durations = field(default_factory=lambda: Durations.none(BOUNDS_S))

    def add(self, tally: Tally) -> None:
        """Count what came of it since."""
        self.planned += tally.planned
        self.answered += tally.answered
        self.size += tally.size
        self.latency.add(tally.latency)
        for why, count in tally.failed.items():
            self.failed[why] = self.failed.get(why, 0) + count


@dataclass
class Totals:
    """A fold over the records of one run."""

    run: SwarmRun | None = None
    keys: dict[Key, Total] = field(default_factory=dict)
    lag: Durations = field(default_factory=lambda: Durations.none(LAGS_S))
    workers: dict[str, Generator] = field(default_factory=dict)
    """The last report of each."""
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)
    """Held by whoever reads several figures: others ask from threads of their own."""

    def take(self, record: LoadRecord) -> None:
        """Count a record."""
        with self.lock:
            self._take(record)

    def _take(self, record: LoadRecord) -> None:
        if isinstance(record, SwarmRun):
            self.run = record
        elif isinstance(record, Window):
            for key, tally in record.tallies.items():
                self.keys.setdefault(key, Total()).add(tally)
        elif isinstance(record, Generator):
            self.lag.add(record.lag)
            self.workers[record.worker] = record

    def outcomes(self) -> Iterator[tuple[Key, str, int]]:
        """Yield how many requests, or page views, of each key ended how: `answered`, or why not."""
        for key, total in self.keys.items():
            yield key, "answered", total.answered
            for why, count in total.failed.items():
                yield key, why, count

    @property
    def visitors(self) -> int:
        """Visitors in the middle of a visit."""
        return sum(each.visitors for each in self.workers.values())

    @property
    def connections(self) -> int:
        """Connections that are open."""
        return sum(each.connections for each in self.workers.values())


def buckets(durations: Histogram, bounds_s: tuple[float, ...]) -> list[int]:
    """Return how many durations lie up to each limit and above the one before; the last is what lies beyond all."""
    beyond = [durations.count, *(durations.beyond(bound) for bound in bounds_s)]
    return [*(above - below for above, below in pairwise(beyond)), beyond[-1]]
