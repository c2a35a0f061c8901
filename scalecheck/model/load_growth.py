"""Whether a time grows while the load stays the same.

A hold is cut into pieces, and a line laid through their quantiles by the median of all slopes between two of them
(Theil 1950, Sen 1968), which a few bad pieces do not bend; its 90 % interval gives one-sided bounds of 95 %.
"""

from dataclasses import dataclass

from scalecheck.model.load_totals import Slice
from scalecheck.model.sentence import Sentence
from scalecheck.model.verdict import Verdict

PIECES = 30
"""Into so many pieces a hold is cut, at most."""
PIECES_NEEDED = 8
"""With fewer pieces nothing can be told from noise."""
SAMPLES_NEEDED = 30
"""A piece with fewer answers says nothing."""


@dataclass(frozen=True, slots=True)
class Growth:
    """By how much a time grows in a window, as a share of what it was at first; with one-sided 95 % bounds."""

    value: float
    low: float
    high: float
    pieces: int

    def judged(self, sentence: Sentence) -> Verdict:
        """Return pass where all of the interval meets the sentence, fail where none of it does, else unknown."""
        ends = sentence.holds(self.low), sentence.holds(self.high)
        if ends[0] and ends[1]:
            return Verdict.PASS
        return Verdict.FAIL if not (ends[0] or ends[1]) else Verdict.UNKNOWN


def width_s(seconds: int) -> int:
    """Return how long a piece of a hold is, in seconds."""
    return max(1, seconds // PIECES)


def growth(sentence: Sentence, pieces: tuple[Slice, ...], piece_s: int) -> Growth | None:
    """Return the growth of a sentence's metric over its window; None where too few pieces say anything."""
    points = [
        (number * piece_s, value)
        for number, piece in enumerate(pieces)
        if (durations := piece.timed(sentence.metric.measure)).count >= SAMPLES_NEEDED
        and (value := durations.quantile_s(sentence.metric.quantile or 0.95)) is not None
    ]
    if len(points) < PIECES_NEEDED:
        return None
    from scipy.stats import theilslopes  # heavy, and only soaks need it

    moments, values = zip(*points, strict=True)
    slope, begin, low, high = theilslopes(values, moments, alpha=0.9)
    base = max(begin + slope * moments[0], 1e-6)
    by = sentence.window_s / base
    return Growth(float(slope * by), float(low * by), float(high * by), len(points))
