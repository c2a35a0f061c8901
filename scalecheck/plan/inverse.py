"""The moments at which a course has come to given areas, for many areas at a time."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from scalecheck.plan.courses import Course

Floats: TypeAlias = NDArray[np.float64]


class Inverse:
    """`Course.when` of whole arrays, by the same arithmetic and to the same last digit."""

    def __init__(self, course: Course) -> None:
        seconds, start, end = np.array([(p.seconds, p.start, p.end) for p in course.pieces]).reshape(-1, 3).T
        self._seconds, self._level, self._slope = seconds, start, (end - start) / seconds
        self._starts = np.concatenate(([0.0], np.cumsum(seconds)))
        self._areas = np.concatenate(([0.0], np.cumsum(seconds * (start + end) / 2)))
        self._last = max(0, len(seconds) - 1)

    def __call__(self, areas: Floats) -> Floats:
        """Return the moments from which on it has come to more than so much; of areas beyond its own, its end."""
        if not self._seconds.size:
            return np.zeros_like(areas)
        number = np.searchsorted(self._areas, areas, side="right") - 1
        beyond = number > self._last
        number = np.minimum(number, self._last)
        moments = self._starts[number] + self._within(number, areas - self._areas[number])
        found: Floats = np.where(beyond, self._starts[-1], moments)
        return found

    def _within(self, number: NDArray[np.intp], rest: Floats) -> Floats:
        """Return the seconds after which pieces come to what is left of the areas."""
        level = self._level[number]
        root = np.sqrt(np.maximum(0.0, level * level + 2 * self._slope[number] * rest))
        # the form of the quadratic's solution that loses nothing where the slope is next to none
        rise = level + root
        after = np.divide(2 * rest, rise, out=np.zeros_like(rest), where=rise > 0)
        within: Floats = np.minimum(self._seconds[number], after)
        return within
