"""When arrivals are due: every stream's own moments, merged in order of time, and this shard's share of them.

Nothing here knows a clock: a schedule is a pure function of streams, seed and shard, worked out a few thousand
arrivals at a time, so that a day at tens of thousands a second takes no more memory than a minute.

Even arrivals are `plan.courses.due_s`: number n comes when the course has come to n. Random ones are a Poisson
process. The expected number of arrivals is cut into blocks of equal expectation; how many really come in a block is
drawn from the Poisson distribution, and given that, they lie in it as independent uniform numbers do, in order. That
is the same process as one of exponential gaps, at any course, but the total is known without drawing each arrival.
Every shard draws every arrival and takes those with n % of == shard, so that what arrives does not depend on the number
of workers, and numpy's frozen generator (NEP 19) makes it the same whatever version a worker has.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from scalecheck.model.load import Key
from scalecheck.plan.courses import Course, arrivals
from scalecheck.plan.inverse import Floats, Inverse
from scalecheck.swarm.streams import Stream

BLOCK = 4096
"""Arrivals that are worked out at a time: of even ones, of random ones so many are expected."""
WINDOW = 1024
"""Own arrivals of all streams that are expected to be merged at a time: some 0.1 ms of work."""
COUNTS = 16_384
"""Blocks whose numbers of arrivals are drawn at a time."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Which arrivals of a stream are this process's own: those with n % of == number."""

    number: int
    of: int


class Schedule:
    """The arrivals of all streams that are one shard's own, in order of time; each is handed out once."""

    def __init__(
        self,
        streams: Sequence[Stream],
        arrivals: Literal["random", "even"],
        seed: int,
        shard: int = 0,
        of: int = 1,
    ) -> None:
        self._moments: list[_Moments] = [
            _Random(each, (seed, index)) if arrivals == "random" else _Even(each) for index, each in enumerate(streams)
        ]
        self._keys: Mapping[Key, int] = {each.key: index for index, each in enumerate(streams)}
        self._queues = [_Queue(each.own(Shard(shard, of))) for each in self._moments]
        self._windows = _windows(streams, WINDOW * of)
        self._times: list[float] = []
        self._indices: list[int] = []
        self._next = 0

    def total(self, key: Key) -> int:
        """Return how many arrivals a stream has, over all shards; about 30 ns for each 4,096 random ones."""
        return self._moments[self._keys[key]].total()

    @property
    def next_s(self) -> float | None:
        """When the next arrival is due, in seconds since the beginning of the run; None after the last."""
        return self._times[self._next] if self._next < len(self._times) or self._merge() else None

    def due(self, until_s: float, most: int | None = None) -> list[tuple[float, int]]:
        """Return what is due until a moment and was not returned before: when, and the number of its stream.

        No more than `most` of it; the rest is returned next time.
        """
        found: list[tuple[float, int]] = []
        while (when_s := self.next_s) is not None and when_s <= until_s and (most is None or len(found) < most):
            end = bisect_right(self._times, until_s, self._next)
            if most is not None:
                end = min(end, self._next + most - len(found))
            found += zip(self._times[self._next : end], self._indices[self._next : end], strict=True)
            self._next = end
        return found

    def _merge(self) -> bool:
        """Merge what the next window of time holds; False where nothing is left."""
        for until_s in self._windows:
            parts = [each.until(until_s) for each in self._queues]
            times = np.concatenate(parts) if parts else np.empty(0)
            if times.size:
                order = np.argsort(times, kind="stable")
                indices = np.repeat(np.arange(len(parts)), [part.size for part in parts])
                self._times, self._indices = times[order].tolist(), indices[order].tolist()
                self._next = 0
                return True
        return False


class _Moments(Protocol):
    """The arrivals of one stream."""

    def total(self) -> int:
        """Return how many there are, over all shards."""

    def own(self, shard: Shard) -> Iterator[Floats]:
        """Yield when those of a shard are due, in order, some at a time."""


class _Even:
    """Arrivals evenly spaced, in the area of the course."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def total(self) -> int:
        return arrivals(self._stream.course, self._stream.per_s)

    def own(self, shard: Shard) -> Iterator[Floats]:
        total, step = self.total(), shard.of
        inverse = Inverse(self._stream.course)
        for first in range(shard.number, total, BLOCK * step):
            yield inverse(np.arange(first, min(total, first + BLOCK * step), step) / self._stream.per_s)


class _Random:
    """Arrivals of a Poisson process."""

    def __init__(self, stream: Stream, seed: tuple[int, int]) -> None:
        self._stream = stream
        self._seed = seed
        expected = stream.course.area * stream.per_s
        self._blocks = ceil(expected / BLOCK)
        self._width = expected / self._blocks / stream.per_s if self._blocks else 0.0
        self._total: int | None = None

    def total(self) -> int:
        if self._total is None:
            self._total = sum(int(each.sum()) for each in self._counts())
        return self._total

    def own(self, shard: Shard) -> Iterator[Floats]:
        inverse, generator, number, block = Inverse(self._stream.course), self._generator("moments"), 0, 0
        for counts in self._counts():
            for count in counts.tolist():
                places = generator.random_sample(count)
                places.sort()
                mine = places[(shard.number - number) % shard.of :: shard.of]
                if mine.size:
                    yield inverse((block + mine) * self._width)
                number, block = number + count, block + 1

    def _counts(self) -> Iterator[NDArray[np.int_]]:
        """Yield how many arrivals each block has, some blocks at a time."""
        generator = self._generator("counts")
        for first in range(0, self._blocks, COUNTS):
            size = min(COUNTS, self._blocks - first)
            yield generator.poisson(self._width * self._stream.per_s, size)

    def _generator(self, what: Literal["counts", "moments"]) -> np.random.RandomState:
        purpose = ("counts", "moments").index(what)
        return np.random.RandomState(np.random.PCG64(np.random.SeedSequence((*self._seed, purpose))))


class _Queue:
    """Moments of one stream that were worked out and not yet taken."""

    def __init__(self, moments: Iterator[Floats]) -> None:
        self._moments = moments
        self._ahead: Floats = np.empty(0)

    def until(self, until_s: float) -> Floats:
        """Return those until a moment that were not returned before."""
        parts: list[Floats] = []
        while not self._ahead.size or self._ahead[-1] <= until_s:
            parts.append(self._ahead)
            if (ahead := next(self._moments, None)) is None:
                self._ahead = np.empty(0)
                break
            self._ahead = ahead
        else:
            taken = int(self._ahead.searchsorted(until_s, side="right"))
            parts.append(self._ahead[:taken])
            self._ahead = self._ahead[taken:]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _windows(streams: Sequence[Stream], most: int) -> Iterator[float]:
    """Yield ends of windows in which no more than so many arrivals are expected for each course that is played."""
    per_s: dict[Course, float] = {}
    for each in streams:
        per_s[each.course] = per_s.get(each.course, 0.0) + each.per_s
    quotas = [(course, most / rate) for course, rate in per_s.items() if rate]
    until_s = 0.0
    while until_s < inf:
        ends = (course.when(course.until(until_s) + quota) for course, quota in quotas)
        until_s = min((end for end in ends if end is not None), default=inf)
        yield until_s
