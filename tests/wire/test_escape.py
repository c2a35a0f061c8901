import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.escape import plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("max-age=60, größe 日本 😀", "max-age=60, größe 日本 😀"),
        ("a\\nb", "a\\nb"),
        ("a\nb\rc\td", "a\\nb\\rc\\td"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("\0\x7f\x85", "\\x00\\x7f\\x85"),
        ("user\u202egnp.exe", "user\\u{202e}gnp.exe"),
        ("a\u2066b\u200bc\u2028d\ufeff", "a\\u{2066}b\\u{200b}c\\u{2028}d\\u{feff}"),
        ("\ud800", "\\u{d800}"),
        ("\U000e0041", "\\u{e0041}"),
        ("a\u00a0b", "a b"),
    ],
)
def test_nothing_acts_on_the_terminal(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12345", "12345"),
        ("123456", "12345… (1 more)"),
        ("1\n2\n3", "1\\n2… (2 more)"),
        ("x" * 10**6, "xxxxx… (999995 more)"),
    ],
)
def test_long_text_is_cut_and_says_so(text: str, expected: str) -> None:
    assert plain(text, limit=5) == expected


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_one_line_of_visible_characters(text: str) -> None:
    shown = plain(text)
    assert len(shown) < 320
    assert len(shown.splitlines()) <= 1
    assert not {unicodedata.category(each) for each in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
