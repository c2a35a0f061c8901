import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.fields import Fields
from scalecheck.wire.vary import Vary, vary

READ = [
    ((), Vary()),
    (("",), Vary()),
    (("Accept-Encoding",), Vary(("accept-encoding",))),
    (("B, a ,, b", "C"), Vary(("b", "a", "c"))),
    (("*",), Vary(star=True)),
    (("a, *", "*"), Vary(("a",), star=True)),
]


@pytest.mark.parametrize(("lines", "expected"), READ, ids=[repr(lines) for lines, _ in READ])
def test_vary(lines: tuple[str, ...], expected: Vary) -> None:
    assert vary(Fields(tuple(("vary", line) for line in lines))) == expected


MATCHES = [
    ("no names", "", {}, {"cookie": "a"}, True),
    ("both absent", "a", {}, {"b": "1"}, True),
    ("one absent", "a", {"a": "1"}, {}, False),
    ("absent and empty", "a", {"a": ""}, {}, False),
    ("equal", "a", {"a": "1"}, {"A": "1"}, True),
    ("case of a value", "a", {"a": "x"}, {"a": "X"}, False),
    ("order of an unknown list", "a", {"a": "x, y"}, {"a": "y, x"}, False),
    ("space in a list", "a", {"a": "x,y"}, {"a": "x , y"}, True),
    ("order of languages", "accept-language", {"accept-language": "en, DE"}, {"accept-language": "de,en"}, True),
    ("another coding", "accept-encoding", {"accept-encoding": "gzip"}, {"accept-encoding": "gzip, br"}, False),
    ("star", "*", {"a": "1"}, {"a": "1"}, False),
]


@pytest.mark.parametrize(
    ("names", "first", "second", "expected"), [pytest.param(*row[1:], id=row[0]) for row in MATCHES]
)
def test_matches(names: str, first: dict[str, str], second: dict[str, str], expected: bool) -> None:
    varies = vary(Fields.of(vary=names))
    assert varies.matches(Fields(tuple(first.items())), Fields(tuple(second.items()))) is expected


def test_shown() -> None:
    assert (str(vary(Fields.of(vary="A,b, *"))), str(Vary())) == ("*, a, b", "")


@given(st.text(), st.text())
@settings(max_examples=50, deadline=None)
def test_any_text_matches_itself(names: str, value: str) -> None:
    request = Fields(tuple((name.strip(), value) for name in names.split(",")))
    varies = vary(Fields.of(vary=names))
    assert varies.matches(request, request) is not varies.star
