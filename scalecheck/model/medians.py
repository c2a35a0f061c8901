"""Medians of few noisy runs: what can be said of them without knowing how they are distributed."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import comb
from statistics import median
from typing import Self

from scalecheck.model.verdict import Verdict

ENOUGH = 5
"""Runs from which on a median is known with 95 % confidence on either side: if all five lie on one side of it, that is
chance in one of 32 cases."""
MORE = 4
"""Further runs with which one outlier is allowed."""


@dataclass(frozen=True, slots=True)
class Median:
    """A sample's median, between the order statistics that the true one is surely between.

    Of n runs, one for each four beyond five may lie on the wrong side of a limit. Looking after 5, 9 and 13 runs and
    stopping when it is decided, the chance to decide wrongly is 4.5 % (each run is above the true median with
    probability 1/2, whatever the distribution; tests count it out). With fewer than five runs all must agree, and
    `confidence` says how little that proves.
    """

    values: tuple[float, ...]
    """Sorted."""

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Return the median of these values, of which there must be one."""
        return cls(tuple(sorted(values)))

    @property
    def value(self) -> float:
        """The median."""
        return median(self.values)

    @property
    def samples(self) -> int:
        """Number of runs."""
        return len(self.values)

    @property
    def outliers(self) -> int:
        """Runs that may lie beyond either bound."""
        return max(0, (self.samples - ENOUGH) // MORE)

    @property
    def low(self) -> float:
        """What the true median exceeds."""
        return self.values[self.outliers]

    @property
    def high(self) -> float:
        """What the true median stays below."""
        return self.values[-1 - self.outliers]

    @property
    def confidence(self) -> float:
        """Of one bound, had the number of runs been settled before."""
        wrong = sum(comb(self.samples, each) for each in range(self.outliers + 1))
        return 1.0 - wrong / 2.0**self.samples

    def judged(self, limit: float) -> Verdict:
        """Return pass when the upper bound meets a limit, fail when the lower bound exceeds it, else unknown."""
        if self.high <= limit:
            return Verdict.PASS
        return Verdict.FAIL if self.low > limit else Verdict.UNKNOWN

    def runs_needed(self, limit: float) -> int:
        """Return how many runs would decide if no more of them lay on the rarer side of the limit."""
        above = sum(value > limit for value in self.values)
        return ENOUGH + MORE * min(above, self.samples - above)
