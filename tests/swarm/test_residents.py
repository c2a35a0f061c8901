"""Visits: how many pages, how long between them, and who was there before the run."""

from collections import Counter
from itertools import pairwise

import pytest

from scalecheck.model.quantities import Between
from scalecheck.swarm.residents import Visits

MANY = 12_000
SHARES = [(number + 0.5) / MANY for number in range(MANY)]

PAGES = [
    ((1, 1), {1: 1.0}),
    ((0, 1), {1: 1.0}),
    ((2, 4), {2: 1 / 3, 3: 1 / 3, 4: 1 / 3}),
    ((2.4, 2.6), {2: 0.5, 3: 0.5}),
]


@pytest.mark.parametrize(("range_", "shares"), PAGES)
def test_every_number_of_pages_is_as_likely(range_: tuple[float, float], shares: dict[int, float]) -> None:
    visits = Visits(Between(*range_))
    found = Counter(visits.drawn(share) for share in SHARES)
    assert {pages: count / MANY for pages, count in found.items()} == pytest.approx(shares, abs=1e-3)
    assert visits.mean == pytest.approx(sum(pages * share for pages, share in shares.items()))


RESTS = [
    ((2, 2), {1: 1.0}),
    ((3, 3), {1: 0.5, 2: 0.5}),
    ((1, 3), {1: 2 / 3, 2: 1 / 3}),  # of visits of 2 and of 3: one has 1 left, the other 2 or 1
    ((2, 3), {1: 2 / 3, 2: 1 / 3}),
    ((3, 4), {1: 2 / 5, 2: 2 / 5, 3: 1 / 5}),
]


@pytest.mark.parametrize(("range_", "shares"), RESTS)
def test_who_is_in_the_middle_of_a_visit_has_the_rest_of_it_to_see(
    range_: tuple[float, float], shares: dict[int, float]
) -> None:
    found = Counter(Visits(Between(*range_)).rest(share) for share in SHARES)
    assert {pages: count / MANY for pages, count in found.items()} == pytest.approx(shares, abs=1e-3)


def test_think_times_are_uniform() -> None:
    visits = Visits(think_s=Between(20, 90))
    assert [visits.thinks_s(share) for share in (0.0, 0.5, 1.0)] == [20, 55, 90]


def test_residents_come_as_they_would_have() -> None:
    visits = Visits(Between(5, 5), Between(20, 90))
    assert visits.residents(10.0, 0.0) == 0
    assert visits.residents(10.0, 20.0) == pytest.approx(10 * 0.8 * 20)  # none has waited less than 20 s
    assert visits.residents(10.0, 90.0) == pytest.approx(10 * 0.8 * 55)  # all: the rate times the mean
    assert visits.residents(10.0, 1e9) == visits.residents(10.0, 90.0)
    steps = [visits.residents(10.0, second) for second in range(100)]
    assert all(later >= earlier for earlier, later in pairwise(steps))
    assert Visits(Between(1, 1), Between(20, 90)).residents(10.0, 60.0) == 0
    assert Visits(Between(2, 2), Between(0, 0)).residents(10.0, 60.0) == 0
    assert Visits(Between(2, 2), Between(30, 30)).residents(10.0, 60.0) == pytest.approx(10 * 0.5 * 30)
