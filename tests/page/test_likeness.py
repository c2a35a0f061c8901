"""Code that stands in two scripts is found, whatever its variables are called and wherever it stands."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.page.likeness import TEXT_AT_MOST, Likeness, likenesses


def library(seed: int, functions: int, names: str = "abc") -> str:
    """Return code as minifiers leave it: short names of variables, long ones of properties."""
    random = Random(seed)
    one, two, three = tuple(names)
    values = [(random.randrange(10**6), random.random()) for _ in range(functions)]
    return "".join(
        f'function {one}{n % 10}({two},{three}){{if({two}.property{key}){{return "{value}"}}'
        f"var {one}={two}.method{key}({three},{n});return {one}.result{n}}}"
        for n, (key, value) in enumerate(values)
    )


SHARED = library(1, 200)
OWN, OTHER = library(2, 200), library(3, 200)


def test_nothing_in_common() -> None:
    assert likenesses({"a": OWN, "b": OTHER}, 500) == ()


def test_the_same_text() -> None:
    (found,) = likenesses({"a": SHARED, "b": SHARED}, 500)
    assert (found.one, found.other) == ("a", "b")
    assert found.characters == len(SHARED)


@pytest.mark.parametrize("names", ["abc", "xyz", "_$Q"])
@pytest.mark.parametrize("behind", [True, False])
def test_a_library_in_two_bundles(names: str, behind: bool) -> None:
    bundled = library(1, 200, names)
    second = OTHER + bundled if behind else bundled + OTHER
    (found,) = likenesses({"a": OWN + SHARED, "b": second}, 500)
    assert found.characters == pytest.approx(len(SHARED), rel=0.01)


def test_at_the_threshold_and_below_it() -> None:
    (found,) = likenesses({"a": OWN + SHARED, "b": SHARED + OTHER}, 500)
    texts = {"a": OWN + SHARED, "b": SHARED + OTHER}
    assert likenesses(texts, found.characters) == (found,)
    assert likenesses(texts, found.characters + 1) == ()


def test_of_three_the_first_has_it() -> None:
    found = likenesses({"a": SHARED, "b": SHARED + OWN, "c": OTHER + SHARED}, 500)
    assert {(each.one, each.other) for each in found} == {("a", "b"), ("a", "c")}


def test_code_that_repeats_itself_is_not_like_itself() -> None:
    assert likenesses({"a": SHARED * 3}, 500) == ()


@pytest.mark.parametrize("text", ["}" * 100_000, "a;" * 100_000, "", ";{}" * 50_000, "x" * 100_000])
def test_what_is_short_or_no_code_is_like_nothing(text: str) -> None:
    assert likenesses({"a": text, "b": text}, 200) == ()


def test_only_so_much_is_read() -> None:
    padding = "x" * TEXT_AT_MOST
    assert likenesses({"a": padding + SHARED, "b": SHARED}, 500) == ()


@settings(max_examples=50)
@given(st.dictionaries(st.text(max_size=3), st.text(max_size=300), max_size=4))
def test_nothing_is_too_odd(texts: dict[str, str]) -> None:
    assert all(isinstance(each, Likeness) for each in likenesses(texts, 1))
