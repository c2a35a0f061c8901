"""Slowdowns beyond noise: on runs of which nothing changed, and on pages that did get slower.

A report compares the four figures of 1, 4 or 10 pages and devices, five runs before and five after. It raises an alarm
where a figure is more than 10 % worse and that is beyond noise. With the seeds below,
and a slow page being 20 % slower than before:

| noise, of 5 % (paints), 20 % (blocking), 15 % (shift) | false alarms | shown, among 1, 4, 10 pages |
| --- | --- | --- |
| normal | 8 | 100, 97, 90 |
| heavy tails | 4 | 95, 86, 76 |
| two modes, 25 % apart | 9 | 44, 23, 21 |
| one run in twenty 2.5 times as long | 6 | 58, 50, 57 |
"""

from collections.abc import Callable
from math import inf

import numpy
import pytest
from numpy.typing import NDArray

from scalecheck.model.slowdowns import DEALT, ERROR_RATE, Pair, Slowdown, runs_to_show, slowdowns

Factors = NDArray[numpy.float64]
Noise = Callable[[numpy.random.Generator, float], Factors]
"""From a relative spread to a factor for each run."""

FIGURES = ((2.0, 0.05, 0.05), (1.2, 0.05, 0.05), (0.15, 0.2, 0.05), (0.03, 0.15, 0.02))
"""Typical value, spread of its runs as on a quiet machine, and floor: of both paints, of blocking and of shifts."""
RUNS = 5
ALLOWED = 1.1
REPORTS = 200


def normal(random: numpy.random.Generator, spread: float) -> Factors:
    return numpy.exp(random.normal(0, spread, RUNS))


def heavy(random: numpy.random.Generator, spread: float) -> Factors:
    """Return factors of infinite kurtosis: Student's t with 2.5 degrees of freedom."""
    return numpy.exp(random.standard_t(2.5, RUNS) * spread * 0.7)


def two_modes(random: numpy.random.Generator, spread: float) -> Factors:
    """Return factors of which a quarter is 25 % more: another instance, or a font that came late."""
    return numpy.where(random.random(RUNS) < 0.25, 1.25, 1.0) * numpy.exp(random.normal(0, spread * 0.6, RUNS))


def hiccups(random: numpy.random.Generator, spread: float) -> Factors:
    """Return factors of which one in twenty is two and a half times as much."""
    return normal(random, spread) * numpy.where(random.random(RUNS) < 0.05, 2.5, 1.0)


NOISES = (normal, heavy, two_modes, hiccups)
POWER = ((normal, 4, 90), (heavy, 4, 80), (two_modes, 1, 40), (hiccups, 1, 40))
"""Noise, pages of one report, and of how many reports in a hundred the slow page is shown at least."""


def report(random: numpy.random.Generator, noise: Noise, pages: int, slower: float = 1.0) -> list[Pair]:
    """Return what one report compares; the first figure of the first page is slower by that factor."""
    pairs: list[Pair] = []
    for _ in range(pages):
        for typical, spread, floor in FIGURES:
            value = typical * (0.4 + 1.2 * random.random())
            before, after = (value * noise(random, spread) for _ in range(2))
            pairs.append(Pair(tuple(before), tuple(after * (1.0 if pairs else slower)), floor))
    return pairs


def alarm(found: Slowdown) -> bool:
    return found.shown and found.ratio > ALLOWED


@pytest.mark.slow
@pytest.mark.parametrize("noise", NOISES, ids=lambda each: each.__name__)
def test_of_200_reports_without_a_change_at_most_one_in_twenty_raises_an_alarm(noise: Noise) -> None:
    """What is shown at all, however little slower, keeps the rate too: more than 18 of 200 is one case in 200."""
    random = numpy.random.default_rng(42)
    found = [slowdowns(report(random, noise, pages)) for _ in range(REPORTS // 4) for pages in (1, 1, 4, 10)]
    assert sum(any(map(alarm, each)) for each in found) <= ERROR_RATE * REPORTS
    assert sum(any(one.shown for one in each) for each in found) <= 18


@pytest.mark.slow
@pytest.mark.parametrize(("noise", "pages", "least"), POWER, ids=lambda each: getattr(each, "__name__", str(each)))
def test_a_page_that_is_20_percent_slower_is_found_with_five_runs(noise: Noise, pages: int, least: int) -> None:
    random = numpy.random.default_rng(7)
    assert sum(alarm(slowdowns(report(random, noise, pages, 1.2))[0]) for _ in range(100)) >= least


def test_the_same_runs_are_judged_the_same_way() -> None:
    pairs = report(numpy.random.default_rng(1), normal, 3, 1.1)
    assert slowdowns(pairs) == slowdowns(pairs)


def test_nothing_to_compare() -> None:
    assert slowdowns(()) == ()


def test_runs_that_read_alike_are_no_change() -> None:
    same = slowdowns([Pair((1.0,) * 5, (1.0,) * 5, 0.05)])[0]
    assert (same.ratio, same.chance) == (1.0, 1.0)
    assert same.visible == pytest.approx(1.0)


def test_runs_that_do_not_spread_and_differ_are_a_change() -> None:
    found = slowdowns([Pair((1.0,) * 5, (1.3,) * 5, 0.0)])[0]
    assert found.ratio == pytest.approx(1.3)
    assert found.chance == pytest.approx(1 / 252, abs=0.003)  # of as many ways to deal five of ten


def test_getting_faster_is_no_slowdown() -> None:
    found = slowdowns([Pair((2.0, 2.1, 2.2, 2.0, 2.1), (1.0, 1.1, 1.2, 1.0, 1.1), 0.05)])[0]
    assert found.ratio < 0.6
    assert not found.suspected


def test_a_floor_makes_tiny_values_alike() -> None:
    """3 ms are half as much again as 2 ms, and nobody feels it."""
    two, three = (0.002, 0.0021, 0.0019, 0.002, 0.002), (0.003, 0.0031, 0.0029, 0.003, 0.003)
    assert slowdowns([Pair(two, three, 0.0)])[0].ratio == pytest.approx(1.5, abs=0.01)
    assert slowdowns([Pair(two, three, 0.05)])[0].ratio < 1.03


def test_zeros_have_logarithms() -> None:
    assert slowdowns([Pair((0.0,) * 5, (0.5,) * 5, 0.02)])[0].shown


def test_three_runs_show_nothing_among_many() -> None:
    random = numpy.random.default_rng(3)
    pairs = [Pair(p.before[:3], p.after[:3], p.floor) for p in report(random, normal, 4, 1.2)]
    assert not any(each.shown for each in slowdowns(pairs))


def test_chances_are_shares_of_the_deals() -> None:
    found = slowdowns(report(numpy.random.default_rng(5), heavy, 4))
    assert all(1 / (DEALT + 1) <= each.chance <= 1.0 for each in found)


def test_runs_to_show() -> None:
    pair = Pair((1.0,) * 5, (1.2,) * 5, 0.05)
    assert runs_to_show(pair, Slowdown(1.2, 0.1, 1.2)) == 6
    assert runs_to_show(pair, Slowdown(1.2, 0.1, 1.4)) == 18
    assert runs_to_show(pair, Slowdown(0.9, 1.0, inf)) == 6
    assert runs_to_show(Pair((1.0,) * 2, (1.2,) * 2, 0.05), Slowdown(1.2, 0.5, inf)) == 5
    assert runs_to_show(pair, Slowdown(1.001, 0.2, 3.0)) == 50
