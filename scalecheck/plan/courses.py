"""Load over time as straight lines: how much at a moment, how much until then, and when so much has come.

A course says levels, in multiples of `normal`; its integral, in seconds at 1x. Arrivals follow from that without a
clock, without a random number and without adding anything up, so that any process can work out its own.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

JITTER = 1e-6
"""Arrivals by which a sum may be off: a run of 10^9 of them loses a millionth of one in floating point."""
LEVEL = 1e-9
"""By how much a sum of levels may be off."""
SAME_S = 1e-6
"""Seconds that separate one moment from another, for the same reason."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A straight line: for so many seconds, from one level to another."""

    seconds: float
    start: float
    end: float

    @property
    def area(self) -> float:
        """What it comes to, in seconds at 1x."""
        return self.seconds * (self.start + self.end) / 2

    def at(self, elapsed_s: float) -> float:
        """Return the level after so many seconds of it."""
        return self.start + (self.end - self.start) * (elapsed_s / self.seconds)

    def until(self, elapsed_s: float) -> float:
        """Return the area after so many seconds of it."""
        return elapsed_s * (self.start + self.at(elapsed_s)) / 2

    def when(self, area: float) -> float:
        """Return the seconds after which it comes to an area, which is no more than its own."""
        slope = (self.end - self.start) / self.seconds
        root = math.sqrt(max(0.0, self.start * self.start + 2 * slope * area))
        # the form of the quadratic's solution that loses nothing where the slope is next to none
        return min(self.seconds, 2 * area / (self.start + root)) if self.start + root else 0.0


@dataclass(frozen=True)
class Course:
    """A load from its beginning to its end."""

    pieces: tuple[Piece, ...]

    @property
    def duration_s(self) -> float:
        """Seconds that it takes."""
        return self._starts[-1]

    @property
    def area(self) -> float:
        """What the whole of it comes to, in seconds at 1x."""
        return self._areas[-1]

    @cached_property
    def peak(self) -> float:
        """Its highest level."""
        return max((max(piece.start, piece.end) for piece in self.pieces), default=0.0)

    @property
    def end(self) -> float:
        """The level at its end; 0 for a course of no pieces."""
        return self.pieces[-1].end if self.pieces else 0.0

    def at(self, elapsed_s: float) -> float:
        """Return the level at a moment; 0 before it begins, and from its end on."""
        if not 0 <= elapsed_s < self.duration_s:
            return 0.0
        number = bisect_right(self._starts, elapsed_s) - 1
        return self.pieces[number].at(elapsed_s - self._starts[number])

    def until(self, elapsed_s: float) -> float:
        """Return what it comes to until a moment, in seconds at 1x."""
        if elapsed_s >= self.duration_s or elapsed_s <= 0:
            return self.area if elapsed_s > 0 else 0.0
        number = bisect_right(self._starts, elapsed_s) - 1
        return self._areas[number] + self.pieces[number].until(elapsed_s - self._starts[number])

    def when(self, area: float) -> float | None:
        """Return the moment from which on it has come to more than so much; None where it never comes to so much."""
        if area > self.area:
            return None
        number = bisect_right(self._areas, area) - 1
        if number == len(self.pieces):
            return self.duration_s
        return self._starts[number] + self.pieces[number].when(area - self._areas[number])

    def first(self, level: float) -> float:
        """Return the first moment at which it has this level, or a higher one; its end where it never has."""
        for piece, start_s in zip(self.pieces, self._starts, strict=False):
            if piece.start >= level - LEVEL:
                return start_s
            if piece.end >= level - LEVEL:
                return start_s + piece.seconds * (level - piece.start) / (piece.end - piece.start)
        return self.duration_s

    def scaled(self, factor: float) -> "Course":
        """Return the course with its levels multiplied."""
        return Course(tuple(Piece(each.seconds, each.start * factor, each.end * factor) for each in self.pieces))

    def then(self, other: "Course") -> "Course":
        """Return the course followed by another."""
        return Course((*self.pieces, *other.pieces))

    def squeezed(self, factor: float) -> "Course":
        """Return the same levels in less time."""
        return Course(tuple(Piece(each.seconds / factor, each.start, each.end) for each in self.pieces))

    def steepest(self, within_s: float) -> float:
        """Return by how much the level rises most within a time."""
        moments = {*self._starts[:-1], *(moment - within_s for moment in self._starts)}
        return max(self._highest(moment, within_s) - min(self.at(moment), self._before(moment)) for moment in moments)

    def _highest(self, moment: float, within_s: float) -> float:
        """Return the highest level that follows a moment within a time, its end included."""
        ends = [moment + within_s, *(each for each in self._starts if moment < each <= moment + within_s)]
        return max(self.at(moment), *(max(self.at(each), self._before(each)) for each in ends))

    def _line(self, start_s: float, end_s: float) -> tuple[float, float]:
        """Return the levels at both ends of a time in which it is one straight line."""
        number = min(bisect_right(self._starts, (start_s + end_s) / 2) - 1, len(self.pieces) - 1)
        piece, began_s = self.pieces[number], self._starts[number]
        return piece.at(start_s - began_s), piece.at(end_s - began_s)

    def _before(self, moment: float) -> float:
        """Return the level just before a moment, which differs from the one at it where it jumps."""
        number = bisect_right(self._starts, moment) - 1
        if number < 0 or (moment == self._starts[number] and not number):
            return 0.0
        if moment == self._starts[number]:
            return self.pieces[number - 1].end
        return self.at(moment)

    @cached_property
    def _starts(self) -> tuple[float, ...]:
        """When each piece begins, and the end."""
        return tuple(accumulate((each.seconds for each in self.pieces), initial=0.0))

    @cached_property
    def _areas(self) -> tuple[float, ...]:
        """What it has come to when each piece begins, and at the end."""
        return tuple(accumulate((each.area for each in self.pieces), initial=0.0))


def total(courses: Iterable[Course]) -> Course:
    """Return the sum of courses that last equally long."""
    those = tuple(courses)
    moments = sorted({moment for each in those for moment in each._starts})
    ends = [moment for moment, after in zip(moments, [*moments[1:], math.inf], strict=True) if after - moment > SAME_S]
    lines = ((start, end, [each._line(start, end) for each in those]) for start, end in pairwise(ends))
    return Course(tuple(Piece(b - a, sum(x for x, _ in line), sum(y for _, y in line)) for a, b, line in lines))


def arrivals(course: Course, per_s: float, until_s: float | None = None, *, shard: int = 0, of: int = 1) -> int:
    """Return how many arrive before a moment, or at all; of several processes, how many are this one's.

    Arrival n, counted from 0, is due when n have come, so the first one at once. Process k of m has those with
    n % m == k: together they have every arrival, and each exactly once.
    """
    area = course.area if until_s is None else course.until(until_s)
    due = max(0, math.ceil(area * per_s - JITTER))
    return (due - shard + of - 1) // of


def due_s(course: Course, per_s: float, number: int, *, shard: int = 0, of: int = 1) -> float | None:
    """Return the moment of a process's own n-th arrival, evenly spaced; None where it has no so many."""
    number = number * of + shard
    return course.when(number / per_s) if number < arrivals(course, per_s) else None
