import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.etag import ETag, etag, etags, none_match

READ = [
    (None, None),
    ("", None),
    ("abc", None),
    ('"abc', None),
    ('w/"abc"', None),
    ('W"abc"', None),
    ('"a b"', None),
    ('"a", "b"', None),
    ('""', ETag("")),
    (' "abc" ', ETag("abc")),
    ('W/"abc"', ETag("abc", weak=True)),
    ('"a\\b,ü"', ETag("a\\b,ü")),
]


@pytest.mark.parametrize(("text", "expected"), READ, ids=[repr(text) for text, _ in READ])
def test_etag(text: str | None, expected: ETag | None) -> None:
    assert etag(text) == expected
    assert expected is None or etag(str(expected)) == expected


def test_comparison() -> None:
    strong, weak = ETag("a"), ETag("a", weak=True)
    assert strong.strongly_equals(ETag("a"))
    assert not strong.strongly_equals(weak)
    assert not weak.strongly_equals(weak)
    assert strong.weakly_equals(weak)
    assert not strong.weakly_equals(ETag("b"))


CONDITIONS = [
    ('"a"', ETag("a"), False),
    ('W/"a"', ETag("a"), False),
    ('"b", W/"a"', ETag("a", weak=True), False),
    ('"b"', ETag("a"), True),
    ("a", ETag("a"), True),
    ("*", ETag("a"), False),
    ('"a"', None, True),
    ("", ETag("a"), True),
]


@pytest.mark.parametrize(("condition", "current", "expected"), CONDITIONS)
def test_none_match(condition: str, current: ETag | None, expected: bool) -> None:
    assert none_match(condition, current) is expected


@given(st.text() | st.text('W/"a, '))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read(text: str) -> None:
    read = etag(text)
    assert read is None or etags(text) == (read,)


@pytest.mark.parametrize("pattern", ['"', "W/", '"a', 'W/"', '" ', "a"])
def test_100_kilobytes_of_a_pattern(pattern: str) -> None:
    assert len(etags(pattern * (100_000 // len(pattern)))) <= 50_000
