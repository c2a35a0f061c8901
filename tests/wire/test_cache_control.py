import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.cache_control import Directive, cache_control, members, unquoted
from scalecheck.wire.directive_problems import problems
from scalecheck.wire.fields import Fields


def policy(*lines: str) -> Fields:
    return Fields(tuple(("Cache-Control", line) for line in lines))


SECONDS = [
    ("absent", (), None),
    ("another directive", ("s-maxage=60",), None),
    ("a colon makes another name", ("max-age: 60",), None),
    ("inside a quoted string", ('ext="max-age=60"',), None),
    ("plain", ("max-age=60",), 60),
    ("case and space", (" ,, MaX-aGe=60 ,",), 60),
    ("zero", ("max-age=0",), 0),
    ("leading zeros", ("max-age=0060",), 60),
    ("quoted", ('max-age="60"',), 60),
    ("quoted with an escape", ('max-age="6\\0"',), 60),
    ("no argument", ("max-age",), 0),
    ("empty argument", ("max-age=",), 0),
    ("negative", ("max-age=-60",), 0),
    ("decimal", ("max-age=60.0",), 0),
    ("a unit", ("max-age=60s",), 0),
    ("digits of another script", ("max-age=٦٠",), 0),
    ("space before the =", ("max-age =60",), 0),
    ("space after the =", ("max-age= 60",), 0),
    ("a semicolon behind", ("max-age=60; public",), 0),
    ("the largest", ("max-age=2147483648",), 2**31),
    ("one past the largest", ("max-age=2147483649",), 2**31),
    ("5,000 digits", ("max-age=" + "9" * 5000,), 2**31),
    ("5,000 zeros", ("max-age=" + "0" * 5000,), 0),
    ("twice the same", ("max-age=60, max-age=60",), 60),
    ("the second shorter", ("max-age=60, max-age=1",), 1),
    ("the first shorter, on two lines", ("max-age=1", "max-age=60"), 1),
    ("one of two malformed", ("max-age=60, max-age=x",), 0),
    ("behind a quote left open on the line before", ('private="x', "max-age=60"), 60),
]


@pytest.mark.parametrize(("lines", "expected"), [pytest.param(*row[1:], id=row[0]) for row in SECONDS])
def test_seconds(lines: tuple[str, ...], expected: int | None) -> None:
    assert cache_control(policy(*lines)).seconds("max-age") == expected


QUALIFIED = [
    ("absent", "public", False, ()),
    ("plain", "private", True, ()),
    ("one field", 'private="Set-Cookie"', False, ("set-cookie",)),
    ("fields with a comma", 'private="a, B"', False, ("a", "b")),
    ("unquoted", "private=a", False, ("a",)),
    ("empty", 'private=""', True, ()),
    ("nothing behind the =", "private=", True, ()),
    ("both forms", 'private="a", private', True, ("a",)),
]


@pytest.mark.parametrize(("line", "whole", "names"), [pytest.param(*row[1:], id=row[0]) for row in QUALIFIED])
def test_qualified(line: str, whole: bool, names: tuple[str, ...]) -> None:
    read = cache_control(policy(line))
    assert (read.unqualified("private"), read.qualified("private")) == (whole, names)


def test_directives_keep_order_and_argument() -> None:
    read = cache_control(policy('Max-Age=60,x="a, b"', "PUBLIC"))
    assert read.directives == (Directive("max-age", "60"), Directive("x", '"a, b"'), Directive("public"))
    assert str(read) == 'max-age=60, x="a, b", public'
    assert read.has("public")
    assert not read.has("Public")


def test_another_field_of_the_same_form() -> None:
    fields = Fields.of(surrogate_control="max-age=5", cache_control="max-age=6")
    assert cache_control(fields, "Surrogate-Control").seconds("max-age") == 5


def test_absent_is_empty() -> None:
    assert (cache_control(Fields()).directives, str(cache_control(Fields()))) == ((), "")


@given(st.lists(st.text() | st.text('",=\\ab0;: \t'), max_size=4))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read(lines: list[str]) -> None:
    read = cache_control(policy(*lines))
    assert all(each.name == each.name.lower() for each in read.directives)
    assert {type(problem.text) for problem in problems(read)} <= {str}
    for name in ("max-age", "private", *(each.name for each in read.directives)):
        assert (read.seconds(name) is None) == (not read.has(name))
        assert read.unqualified(name) <= read.has(name)


@given(st.text('",\\ab') | st.text())
@settings(max_examples=100, deadline=None)
def test_members_lose_nothing_but_space_and_commas(line: str) -> None:
    def kept(text: str) -> str:
        return text.replace(",", "").replace(" ", "").replace("\t", "")

    assert kept("".join(members(line))) == kept(line)


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ['"', "\\", '"\\', '\\"', ",", "a,", '"a",', "a=", "=", " ", '="', '",', "a b"])
def test_100_kilobytes_of_a_pattern(pattern: str) -> None:
    line = pattern * (100_000 // len(pattern))
    read = cache_control(policy(line, line))
    assert len(problems(read)) <= 20
    assert read.seconds("max-age") is None
    assert len(unquoted(f'"{line}"')) <= len(line)
