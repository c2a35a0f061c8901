"""Parameters in targets, queries, headers and bodies."""

from typing import Any

import pytest

from scalecheck.swarm.template import Template, body_bytes, body_names

VALUES = {"a": "x/y z", "b": "&?", "c": '"', "d": "1"}

TARGETS = [
    ("/p", "/p"),
    ("/p/{a}", "/p/x%2Fy%20z"),
    ("/{a}{b}/q", "/x%2Fy%20z%26%3F/q"),
    ("/p?q={a}&r={b}", "/p?q=x%2Fy+z&r=%26%3F"),
    ("/{a}?q={a}", "/x%2Fy%20z?q=x%2Fy+z"),
    ("https://cdn.shop.test/{d}", "https://cdn.shop.test/1"),
]


@pytest.mark.parametrize(("text", "filled"), TARGETS)
def test_targets(text: str, filled: str) -> None:
    assert Template.target(text).filled(VALUES.__getitem__) == filled


def test_other_texts_are_taken_as_they_are() -> None:
    template = Template("Bearer {a}, {c}, {a}")
    assert template.names == ("a", "c")
    assert template.filled(VALUES.__getitem__) == 'Bearer x/y z, ", x/y z'


BODIES: list[tuple[Any, bytes]] = [
    ({}, b"{}"),
    ({"sku": "{d}", "qty": "1"}, b'{"sku":"1","qty":1}'),
    ({"a": ["{c}", "true", "x{d}"]}, b'{"a":["\\"",true,"x1"]}'),
    ("{c}", b'"\\""'),
]


@pytest.mark.parametrize(("body", "filled"), BODIES)
def test_bodies(body: Any, filled: bytes) -> None:
    assert body_bytes(body, VALUES.__getitem__) == filled


def test_names_of_a_body() -> None:
    assert body_names({"a": ["{c}", {"b": "{d}{c}"}]}) == ("c", "d")
    assert body_names(None) == ()
