"""A swarm's totals for those who watch it from elsewhere: counters and histograms by route. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from scalecheck.model.histogram import Histogram, merged
from scalecheck.model.load import Generator, Key, LoadRecord, SwarmRun, Tally, Window
from scalecheck.model.load_totals import added

BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Limits of the buckets: those that OpenTelemetry's conventions have for HTTP durations."""
LAGS_S = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 1.0, 10.0)


@dataclass
class Totals:
    """A fold over the records of one run."""

    run: SwarmRun | None = None
    tallies: dict[Key, Tally] = field(default_factory=dict)
    lag: Histogram = field(default_factory=Histogram)
    workers: dict[str, Generator] = field(default_factory=dict)
    """The last report of each."""

    def take(self, record: LoadRecord) -> None:
        """Count a record."""
        if isinstance(record, SwarmRun):
            self.run = record
        elif isinstance(record, Window):
            for key, tally in record.tallies.items():
                before = self.tallies.get(key)
                self.tallies[key] = tally if before is None else added((before, tally))
        elif isinstance(record, Generator):
            self.lag = merged((self.lag, record.lag))
            self.workers[record.worker] = record

    def outcomes(self) -> Iterator[tuple[Key, str, int]]:
        """Yield how many requests, or page views, of each key ended how: `answered`, or why not."""
        for key, tally in self.tallies.items():
            yield key, "answered", tally.answered
            for why, count in tally.failed.items():
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
