"""Ratios from few samples: what can be said of them with 95 % confidence."""

from dataclasses import dataclass

from scalecheck.model.verdict import Verdict

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Ratio:
    """`hits` of `samples`, with one-sided Clopper-Pearson bounds (Clopper and Pearson, Biometrika 26, 1934)."""

    hits: int
    samples: int

    @property
    def value(self) -> float:
        """The observed share, 0 to 1; 0 without samples."""
        return self.hits / self.samples if self.samples else 0.0

    @property
    def low(self) -> float:
        """The share that the true one exceeds with 95 % confidence."""
        from scipy.special import betaincinv  # heavy, and only needed where a ratio is judged

        return float(betaincinv(self.hits, self.samples - self.hits + 1, 1 - CONFIDENCE)) if self.hits else 0.0

    @property
    def high(self) -> float:
        """The share that the true one stays below with 95 % confidence."""
        from scipy.special import betaincinv

        missed = self.samples - self.hits
        return float(betaincinv(self.hits + 1, missed, CONFIDENCE)) if missed else 1.0

    def judged(self, target: float) -> Verdict:
        """Return pass when the lower bound meets the target, fail when the upper bound misses it, else unknown."""
        if not self.samples:
            return Verdict.UNKNOWN
        if self.low >= target:
            return Verdict.PASS
        return Verdict.FAIL if self.high < target else Verdict.UNKNOWN


def samples_needed(target: float, misses: int = 0) -> int:
    """Return how many samples prove a target if no more than `misses` of them miss: 59 for 95 %, 9 for 70 %."""
    low, high = misses + 1, misses + 2
    while Ratio(high - misses, high).low < target:
        low, high = high, high * 2
        if high > 1_000_000:
            return high
    while low < high:
        middle = (low + high) // 2
        if Ratio(middle - misses, middle).low >= target:
            high = middle
        else:
            low = middle + 1
    return low
