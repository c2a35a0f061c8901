"""Load over time: the closed form agrees with adding up, and shards with the whole."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.plan.courses import Course, Piece, arrivals, due_s, total

RAMP = Course((Piece(10, 2, 4),))
SPIKE = Course((Piece(10, 1, 1), Piece(0.5, 1, 5), Piece(10, 5, 5), Piece(5, 0, 0), Piece(10, 1, 1)))

levels = st.floats(0, 50) | st.just(0.0)
pieces = st.builds(Piece, st.floats(0.01, 500), levels, levels)
some = st.lists(pieces, min_size=1, max_size=6).map(lambda each: Course(tuple(each)))


def test_a_ramp_comes_to_what_gatling_makes_of_it() -> None:
    """From 2/s to 4/s in 10 s are 30 arrivals, the first at once, the second half a second later (or a little less)."""
    assert arrivals(RAMP, 1) == 30
    assert due_s(RAMP, 1, 0) == 0
    assert due_s(RAMP, 1, 1) == pytest.approx(0.488, abs=0.001)
    assert due_s(RAMP, 1, 29) == pytest.approx(9.748, abs=0.001)
    assert due_s(RAMP, 1, 30) is None


def test_half_of_a_ramp_from_nothing_has_come_after_seven_tenths_of_it() -> None:
    assert Course((Piece(10, 0, 1000),)).when(2500) == pytest.approx(10 * math.sqrt(0.5))


CONSTANT = [(0.0, 0), (0.05, 1), (0.1, 1), (0.10001, 2), (1.0, 10), (59.99, 600), (60, 600), (61, 600)]


@pytest.mark.parametrize(("until_s", "number"), CONSTANT)
def test_a_constant_rate_sends_one_each_tenth_of_a_second(until_s: float, number: int) -> None:
    assert arrivals(Course((Piece(60, 1, 1),)), 10, until_s) == number


LEVELS = [(-1, 0), (0, 1), (9.99, 1), (10.25, 3), (10.5, 5), (20.5, 0), (25.4, 0), (25.5, 1), (35.49, 1), (35.5, 0)]


@pytest.mark.parametrize(("elapsed_s", "level"), LEVELS)
def test_a_level_at_a_moment(elapsed_s: float, level: float) -> None:
    assert SPIKE.at(elapsed_s) == pytest.approx(level)


def test_nothing_arrives_while_the_level_is_nothing() -> None:
    assert SPIKE.until(20.5) == SPIKE.until(25.5) == 61.5
    assert SPIKE.when(61.5) == 25.5
    assert Course((Piece(5, 0, 0), Piece(5, 1, 1))).when(0) == 5
    assert Course((Piece(5, 0, 0),)).when(0) == 5
    assert arrivals(Course((Piece(5, 0, 0),)), 1000) == 0
    assert arrivals(Course(()), 1000) == 0


@pytest.mark.parametrize(("within_s", "climb"), [(0.01, 1), (0.25, 2), (0.5, 4), (1, 4), (20, 5), (100, 5)])
def test_the_steepest_climb_within_a_time(within_s: float, climb: float) -> None:
    assert SPIKE.steepest(within_s) == pytest.approx(climb)


def test_a_fall_is_no_climb() -> None:
    assert Course((Piece(5, 3, 0), Piece(5, 0, 0))).steepest(60) == 3
    assert Course((Piece(10, 0, 5), Piece(10, 5, 0))).steepest(1) == pytest.approx(0.5)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(some, st.floats(0, 1))
def test_the_integral_is_what_adding_up_comes_to(course: Course, share: float) -> None:
    until_s = course.duration_s * share
    steps = 20_000
    middle = sum(course.at(until_s * (step + 0.5) / steps) for step in range(steps)) * until_s / steps
    assert course.until(until_s) == pytest.approx(middle, rel=0.01, abs=course.peak * until_s / steps * 10 + 1e-6)


@given(some, st.floats(0, 1))
def test_when_undoes_until(course: Course, share: float) -> None:
    area = course.area * share
    moment = course.when(area)
    assert moment is not None
    assert course.until(moment) == pytest.approx(area, rel=1e-9, abs=1e-9 * (1 + course.area))


@given(some, st.integers(1, 12), st.floats(0.1, 30), st.floats(0, 1.1))
def test_shards_add_up_exactly(course: Course, of: int, per_s: float, share: float) -> None:
    until_s = course.duration_s * share
    whole = arrivals(course, per_s, until_s)
    assert sum(arrivals(course, per_s, until_s, shard=shard, of=of) for shard in range(of)) == whole


@settings(max_examples=40)
@given(some, st.integers(2, 5))
def test_shards_interleave_to_the_whole(course: Course, of: int) -> None:
    per_s = 40 / max(course.area, 1)
    whole = [due_s(course, per_s, number) for number in range(arrivals(course, per_s))]
    shards = [
        [due_s(course, per_s, n, shard=shard, of=of) for n in range(arrivals(course, per_s, shard=shard, of=of))]
        for shard in range(of)
    ]
    assert [shards[number % of][number // of] for number in range(len(whole))] == whole
    assert None not in whole
    assert whole == sorted(whole, key=lambda due: due or 0)


@given(some, st.floats(1, 100))
def test_squeezed_it_keeps_its_levels_in_less_time(course: Course, factor: float) -> None:
    squeezed = course.squeezed(factor)
    assert squeezed.duration_s == pytest.approx(course.duration_s / factor)
    assert squeezed.peak == course.peak
    assert squeezed.area == pytest.approx(course.area / factor)


@given(some, st.floats(0.01, 10))
def test_scaled_it_keeps_its_time(course: Course, factor: float) -> None:
    scaled = course.scaled(factor)
    assert scaled.duration_s == course.duration_s
    assert scaled.area == pytest.approx(course.area * factor)


@given(st.lists(st.floats(0.1, 50), min_size=1, max_size=5), st.lists(st.floats(0.1, 50), min_size=1, max_size=5))
def test_a_sum_comes_to_what_its_parts_do(first: list[float], second: list[float]) -> None:
    """Two courses of the same length, cut in different places."""
    one = Course(tuple(Piece(each / sum(first) * 100, each, 2) for each in first))
    other = Course(tuple(Piece(each / sum(second) * 100, 1, each) for each in second))
    both = total([one, other])
    assert both.duration_s == pytest.approx(100)
    assert both.area == pytest.approx(one.area + other.area)
    assert both.at(37.7) == pytest.approx(one.at(37.7) + other.at(37.7))
