"""Clopper-Pearson bounds against the figures that the design states."""

import pytest

from scalecheck.model.ratio import Ratio, samples_needed
from scalecheck.model.verdict import Verdict


@pytest.mark.parametrize(
    ("hits", "samples", "target", "verdict"),
    [
        (0, 0, 0.95, Verdict.UNKNOWN),
        (58, 58, 0.95, Verdict.UNKNOWN),
        (59, 59, 0.95, Verdict.PASS),
        (91, 92, 0.95, Verdict.UNKNOWN),
        (92, 93, 0.95, Verdict.PASS),
        (8, 8, 0.70, Verdict.UNKNOWN),
        (9, 9, 0.70, Verdict.PASS),
        (13, 14, 0.70, Verdict.PASS),
        (12, 13, 0.70, Verdict.UNKNOWN),
        (0, 1, 0.95, Verdict.UNKNOWN),
        (0, 2, 0.95, Verdict.FAIL),
        (0, 1, 0.70, Verdict.UNKNOWN),
        (0, 3, 0.70, Verdict.FAIL),
        (50, 59, 0.95, Verdict.FAIL),
        (1, 1, 0.0, Verdict.PASS),
    ],
)
def test_a_ratio_passes_or_fails_only_with_confidence(hits: int, samples: int, target: float, verdict: Verdict) -> None:
    assert Ratio(hits, samples).judged(target) is verdict


@pytest.mark.parametrize(
    ("target", "misses", "needed"),
    [(0.95, 0, 59), (0.95, 1, 93), (0.70, 0, 9), (0.70, 1, 14), (0.5, 0, 5), (0.99, 0, 299)],
)
def test_the_samples_that_would_decide_are_named(target: float, misses: int, needed: int) -> None:
    assert samples_needed(target, misses) == needed
    assert Ratio(needed - misses, needed).judged(target) is Verdict.PASS
    assert Ratio(needed - 1 - misses, needed - 1).judged(target) is not Verdict.PASS


def test_bounds_enclose_the_observed_share() -> None:
    ratio = Ratio(17, 20)
    assert ratio.low < ratio.value == 0.85 < ratio.high
    assert (Ratio(0, 5).low, Ratio(5, 5).high) == (0.0, 1.0)
