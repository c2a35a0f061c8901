import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalecheck.wire.media_query import CHARACTERS_AT_MOST, DEPTH_AT_MOST, matches
from scalecheck.wire.viewport import Viewport

PHONE = Viewport(412, 823, 1.75)
DESK = Viewport(1350, 940, 1)


CASES = [
    ("", True, True),
    (" , ", False, False),
    ("screen", True, True),
    ("SCREEN AND (Min-Width:1PX)", True, True),
    ("print", False, False),
    ("speech", False, False),
    ("print, all", True, True),
    ("not print", True, True),
    ("not all", False, False),
    ("not", False, False),
    ("only screen and (color)", True, True),
    ("screen and", False, False),
    ("screen and (min-width: 1px) or (color)", False, False),
    ("not screen and (min-width: 5000px)", True, True),
    ("(min-width: 412px)", True, True),
    ("(min-width: 412.02px)", False, True),
    ("(max-width: 411.98px)", False, False),
    ("(min-width: 25.75em)", True, True),
    ("(min-width: 26rem)", False, True),
    ("(min-width: 1e3px)", False, True),
    ("(min-width: 0)", True, True),
    ("(min-width: 400)", False, False),
    ("(min-width)", False, False),
    ("(width)", True, True),
    ("(max-width: 1350px) and (min-height: 900px)", False, True),
    ("(min-width: calc(400px + 12px))", True, True),
    ("(min-width: calc(400px + 13px))", False, True),
    ("(min-width: calc(1px * 2px))", False, False),
    ("(400px <= width < 820px)", True, False),
    ("(820px >= width > 412px)", False, False),
    ("(400px <= width > 500px)", False, False),
    ("(width > = 400px)", False, False),
    ("(width >= 1350px)", False, True),
    ("(1350px<=width)", False, True),
    ("(orientation: portrait)", True, False),
    ("(orientation: landscape)", False, True),
    ("(orientation: sideways)", False, False),
    ("(min-aspect-ratio: 1/1)", False, True),
    ("(aspect-ratio < 16 / 9)", True, True),
    ("(max-aspect-ratio: 1)", True, False),
    ("(min-resolution: 1.75dppx)", True, False),
    ("(min-resolution: 168dpi)", True, False),
    ("(resolution <= 1x)", False, True),
    ("(resolution > 1)", False, False),
    ("(-webkit-min-device-pixel-ratio: 1.5)", True, False),
    ("(min--webkit-device-pixel-ratio: 1)", False, False),
    ("(prefers-color-scheme: light)", True, True),
    ("(prefers-color-scheme: dark)", False, False),
    ("(prefers-color-scheme: sepia), not (prefers-color-scheme: sepia)", False, False),
    ("(prefers-reduced-motion)", False, False),
    ("not (prefers-reduced-motion: reduce)", True, True),
    ("(hover: hover) and (pointer: fine)", False, True),
    ("(any-pointer: coarse)", True, False),
    ("(hover)", False, True),
    ("(grid: 0)", True, True),
    ("(display-mode: browser)", True, True),
    ("(monochrome)", False, False),
    ("(color) and (not (grid))", True, True),
    ("(color) and not (grid)", False, False),
    ("(color) and (grid) or (color)", False, False),
    ("((color) or (grid))", True, True),
    ("(unheard-of: 1)", False, False),
    ("not (unheard-of: 1)", False, False),
    ("(unheard-of) or (color)", True, True),
    ("not ((unheard-of) and (grid))", True, True),
    ("supports(display: grid)", False, False),
    ("()", False, False),
    ("(color", True, True),
    ("(min-width: 1px;)", False, False),
    ("(min-width: 400px/* wide */)", True, True),
]
"""A query, and whether it holds on a phone and on a desk."""


@pytest.mark.parametrize(("media", "on_a_phone", "on_a_desk"), CASES)
def test_whether_a_query_holds(media: str, on_a_phone: bool, on_a_desk: bool) -> None:
    assert (matches(media, PHONE), matches(media, DESK)) == (on_a_phone, on_a_desk)


def test_it_is_bounded() -> None:
    assert matches(" " * (CHARACTERS_AT_MOST - 3) + "all", DESK)
    assert not matches(" " * (CHARACTERS_AT_MOST - 2) + "all", DESK)
    assert matches("(" * DEPTH_AT_MOST + "color" + ")" * DEPTH_AT_MOST, DESK)
    assert not matches("(" * 4000 + "color" + ")" * 4000, DESK)
    assert not matches("(min-width: " + "calc(" * 1000 + "1px" + ")" * 1001, DESK)
    assert not matches("(min-width: " + "9" * 5000 + "px)", DESK)


WORDS = [
    "screen",
    "not ",
    " and ",
    " or ",
    ",",
    "(",
    ")",
    "min-width",
    ":",
    "1px",
    "calc(",
    "<",
    "=",
    "/",
    "1",
    "color",
]


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=30).map("".join))
def test_it_never_raises(media: str) -> None:
    assert {matches(media, PHONE), matches(media, Viewport(0, 0, 0))} <= {True, False}
