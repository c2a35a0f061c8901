import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.ranges import Part, content_range

READ = [
    (None, None),
    ("bytes 4-9/10", Part(4, 9, 10)),
    ("Bytes  4-9/*", Part(4, 9, None)),
    ("bytes */10", None),
    ("bytes 9-4/10", None),
    ("bytes 4-10/10", None),
    ("items 4-9/10", None),
    ("bytes 4-9", None),
    ("bytes 0-1/" + "9" * 5000, None),
]


@pytest.mark.parametrize(("text", "expected"), READ, ids=[str(text)[:20] for text, _ in READ])
def test_content_range(text: str | None, expected: Part | None) -> None:
    assert content_range(text) == expected


COVERED = [
    ("bytes=4-9", True),
    ("bytes=6-8", True),
    ("bytes=6-", True),
    ("bytes=6-99", True),
    ("bytes=-1", True),
    ("bytes=-6", True),
    ("bytes=-7", False),
    ("bytes=3-5", False),
    ("bytes=10-", False),
    ("bytes=8-6", False),
    ("bytes=-0", False),
    ("bytes=-", False),
    ("bytes=4-5,7-8", False),
    ("", False),
]


@pytest.mark.parametrize(("requested", "expected"), COVERED)
def test_covers(requested: str, expected: bool) -> None:
    assert Part(4, 9, 10).covers(requested) is expected


@pytest.mark.parametrize("requested", ["bytes=6-", "bytes=-1", "bytes=6-10"])
def test_an_end_that_is_not_known_covers_nothing_open(requested: str) -> None:
    assert not Part(4, 9, None).covers(requested)
    assert not Part(4, 9, 20).covers(requested)


@given(st.text() | st.from_regex(r"bytes=[0-9]{0,3}-[0-9]{0,3}", fullmatch=True))
@settings(max_examples=50, deadline=None)
def test_any_text_is_read(text: str) -> None:
    assert content_range(text) is None or text.lower().startswith("bytes")
    assert Part(0, 9, 10).covers(text) in {True, False}
