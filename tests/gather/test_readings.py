"""What is kept of what was read in a page: never a value."""

import math
from typing import Any

import pytest

from scalecheck.gather.readings import figures, stored, workers
from scalecheck.model.browsing import Stored, Worker

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


def test_a_value_leaves_only_what_it_looks_like() -> None:
    kept, unread = stored([["localStorage", "theme", "dark"], ["localStorage", "t", JWT]])
    assert kept == (Stored("localStorage", "theme"), Stored("localStorage", "t", "a JSON Web Token"))
    assert unread == ""
    assert JWT not in repr(kept)


def test_a_key_that_is_a_token_itself_is_not_kept_either() -> None:
    kept, _ = stored([["localStorage", JWT, "1"]])
    assert kept == (Stored("localStorage", "(a JSON Web Token)"),)


def test_the_name_within_a_database_counts() -> None:
    kept, _ = stored([["indexedDB", 'auth/tokens/"accessToken"', '"a8f9c2e1d4b7a6f3e0"']])
    assert kept[0].looks_like == "an access token"


def test_what_could_not_be_read_is_said() -> None:
    assert stored([["unread", "indexedDB", "NotFoundError"]]) == ((), "indexedDB: NotFoundError")


@pytest.mark.parametrize("rows", [[None], [[]], [["a", "b"]], ["abc"], [{"a": 1}], [[1, 2]]])
def test_rows_of_another_shape_are_left(rows: list[Any]) -> None:
    assert stored(rows) == ((), "")
    assert workers(rows) == ()


def test_as_many_as_a_page_likes_are_not_kept() -> None:
    kept, _ = stored([["localStorage", f"k{number}" + "x" * 1000, ""] for number in range(5000)])
    assert len(kept) == 800
    assert max(len(each.key) for each in kept) == 200


def test_workers() -> None:
    assert workers([["https://shop.test/sw.js", "https://shop.test/", "activated"]]) == (
        Worker("https://shop.test/sw.js", "https://shop.test/", "activated"),
    )


def test_only_numbers_are_figures() -> None:
    measured = {"lcp_s": 1.23456, "cls": 0, "bad": "x", "nan": math.nan, "endless": math.inf, "none": None}
    assert figures(measured) == {"lcp_s": 1.2346, "cls": 0.0}


def test_figures_are_bounded() -> None:
    assert len(figures({f"m{number}": number for number in range(500)})) == 20
