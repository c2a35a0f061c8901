"""Medians of few runs, and how often they decide wrongly."""

from math import comb

import pytest

from scalecheck.model.medians import ENOUGH, MORE, Median
from scalecheck.model.verdict import Verdict

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([1.0], PASS),
        ([1.001], FAIL),
        ([1.0, 1.1], UNKNOWN),
        ([1.0] * 5, PASS),
        ([1.0] * 4 + [1.1], UNKNOWN),
        ([1.1] * 5, FAIL),
        ([1.1] * 4 + [1.0], UNKNOWN),
        ([1.0] * 7 + [9.0], UNKNOWN),
        ([1.0] * 8 + [9.0], PASS),
        ([9.0] * 8 + [1.0], FAIL),
        ([1.0] * 7 + [9.0] * 2, UNKNOWN),
        ([1.0] * 11 + [9.0] * 2, PASS),
    ],
)
def test_judged(values: list[float], verdict: Verdict) -> None:
    assert Median.of(values).judged(1.0) is verdict
    assert Median.of(reversed(values)).judged(1.0) is verdict


@pytest.mark.parametrize(
    ("values", "middle", "low", "high"),
    [([3.0], 3, 3, 3), ([2, 1], 1.5, 1, 2), ([5, 1, 2, 4, 3], 3, 1, 5), ([9, 1, 2, 4, 3, 5, 7, 6, 8], 5, 2, 8)],
)
def test_bounds_are_runs(values: list[float], middle: float, low: float, high: float) -> None:
    found = Median.of(values)
    assert (found.value, found.low, found.high) == (middle, low, high)


@pytest.mark.parametrize(
    ("runs", "confidence"), [(1, 0.5), (3, 0.875), (5, 0.96875), (9, 0.98046875), (13, 0.98876953)]
)
def test_confidence(runs: int, confidence: float) -> None:
    assert Median.of([1.0] * runs).confidence == pytest.approx(confidence)


def test_five_are_the_fewest_that_prove_a_median() -> None:
    assert Median.of([1.0] * (ENOUGH - 1)).confidence < 0.95 <= Median.of([1.0] * ENOUGH).confidence


def test_runs_needed() -> None:
    assert Median.of([1, 1, 1, 1, 9]).runs_needed(2) == 9
    assert Median.of([1, 1, 9, 9, 9]).runs_needed(2) == 13
    assert Median.of([1] * 7 + [9, 9]).runs_needed(2) == 13


def wrong_passes(stages: tuple[int, ...]) -> float:
    """Return the chance that a median at the limit passes at one of these numbers of runs, counted out.

    Each run lies above the limit with probability 1/2; who has passed is not looked at again.
    """
    undecided, wrong, before = {0: 1.0}, 0.0, 0
    for runs in stages:
        more, allowed = runs - before, max(0, (runs - ENOUGH) // MORE)
        spread: dict[int, float] = {}
        for above, chance in undecided.items():
            for further in range(more + 1):
                share = chance * comb(more, further) / 2**more
                spread[above + further] = spread.get(above + further, 0.0) + share
        wrong += sum(chance for above, chance in spread.items() if above <= allowed)
        undecided = {above: chance for above, chance in spread.items() if above > allowed}
        before = runs
    return wrong


def test_looking_again_after_more_runs_keeps_the_error_rate() -> None:
    assert wrong_passes((5,)) == pytest.approx(1 / 32)
    assert wrong_passes((5, 9, 13)) == pytest.approx(0.0446, abs=0.0005)
    assert wrong_passes((5, 9, 13)) < 0.05
    assert wrong_passes((7, 11, 15)) < 0.05
