"""The moments of many areas at a time are those of one after the other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.plan.courses import Course, Piece
from scalecheck.plan.inverse import Inverse

levels = st.floats(0, 50) | st.just(0.0)
pieces = st.builds(Piece, st.floats(0.01, 30_000), levels, levels)
some = st.lists(pieces, min_size=1, max_size=8).map(lambda each: Course(tuple(each)))

COURSES = [
    ("a hold", Course((Piece(60, 1, 1),))),
    ("a ramp from nothing", Course((Piece(10, 0, 1000),))),
    ("a ramp to nothing", Course((Piece(10, 1000, 0),))),
    ("next to no slope", Course((Piece(28_800, 3, 3 + 1e-12),))),
    (
        "nothing before and after",
        Course((Piece(5, 0, 0), Piece(5, 1, 1), Piece(5, 0, 0), Piece(5, 2, 2), Piece(9, 0, 0))),
    ),
    ("nothing at all", Course((Piece(5, 0, 0),))),
    ("jumps", Course((Piece(10, 1, 1), Piece(10, 10, 10), Piece(0.5, 1, 7)))),
]


def same(course: Course, areas: list[float]) -> None:
    one_by_one = [course.when(each) for each in areas]
    assert Inverse(course)(np.array(areas)) == pytest.approx(np.array(one_by_one), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("course", [each for _, each in COURSES], ids=[name for name, _ in COURSES])
def test_it_agrees_at_corners_and_between(course: Course) -> None:
    corners = [course.until(sum(each.seconds for each in course.pieces[:n])) for n in range(len(course.pieces) + 1)]
    same(course, [*corners, *(course.area * share for share in (0, 1e-9, 0.1, 1 / 3, 0.5, 0.999_999, 1))])


@pytest.mark.slow
@settings(max_examples=200)
@given(some, st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_it_agrees_anywhere(course: Course, shares: list[float]) -> None:
    same(course, [min(course.area, course.area * share) for share in shares])


def test_beyond_its_end_it_is_its_end() -> None:
    assert Inverse(Course((Piece(4, 1, 1),)))(np.array([3.5, 4.0, 4.1])).tolist() == [3.5, 4.0, 4.0]
    assert Inverse(Course(()))(np.array([0.0, 1.0])).tolist() == [0.0, 0.0]
