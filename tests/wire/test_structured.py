import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.structured import MAX_CHARS, read_dictionary, read_item, read_list


def test_items() -> None:
    assert read_item("a;b=1;c") == ("a", {"b": 1, "c": True})
    assert read_item('"a b"') == ("a b", {})
    assert read_item("?0") == (False, {})
    assert type((read_item("token") or (None,))[0]) is str


def test_lists() -> None:
    assert read_list("a;b=1, 2") == (("a", {"b": 1}), (2, {}))
    assert read_list("") == ()
    assert read_list("a, (b c)") is None


def test_dictionaries() -> None:
    assert read_dictionary("max-age=60, public") == {"max-age": (60, {}), "public": (True, {})}
    assert read_dictionary("a=1, a=2") == {"a": (2, {})}
    assert read_dictionary("a=1, b=(c d)") == {"a": (1, {})}


@pytest.mark.parametrize(
    "text",
    ["a,", "MAX-AGE=60", "max-age =60", "max-age= 60", "a=&", 'a="b', "a=1234567890123456", "é", "a=@999999999999999"],
)
def test_parse_errors(text: str) -> None:
    assert read_dictionary(text) is None


def test_length_is_bounded() -> None:
    assert read_list("a" * MAX_CHARS) == (("a" * MAX_CHARS, {}),)
    assert read_list("a" * (MAX_CHARS + 1)) is None


@given(st.text() | st.text('a1,;="()?:@%.\\ '))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read(text: str) -> None:
    for read in (read_item(text), read_list(text), read_dictionary(text)):
        assert read is None or isinstance(read, tuple | dict)
