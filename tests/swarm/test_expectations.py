"""What answers have to be."""

import gzip
from typing import Any

import brotli
import pytest
import zstandard

from scalecheck.engine.exchange import Exchange
from scalecheck.engine.head import Head
from scalecheck.engine.outgoing import Outgoing
from scalecheck.model.evidence import Loss
from scalecheck.model.profile_traffic import Expect
from scalecheck.swarm.expectations import Expectation, expectation, lacking
from scalecheck.wire.fields import Fields


def answer(body: bytes = b"", status: int = 200, coding: str = "") -> Exchange:
    exchange = Exchange(Outgoing("GET", "/", "shop.test"), 0.0, lambda _: None)
    exchange.status, exchange.body = status, body
    exchange.head = Head.of(status, Fields.of(content_encoding=coding) if coding else Fields())
    return exchange


def lost(loss: Loss) -> Exchange:
    exchange = Exchange(Outgoing("GET", "/", "shop.test"), 0.0, lambda _: None)
    exchange.loss = loss
    return exchange


STATUSES: list[tuple[dict[str, Any], tuple[int, ...], int, str | None]] = [
    ({}, (), 200, None),
    ({}, (), 399, None),
    ({}, (), 400, "status 400"),
    ({}, (), 199, "status 199"),
    ({}, (401,), 401, None),
    ({}, (401,), 200, "status 200"),
    ({"status": [201]}, (200,), 201, None),
    ({"status": [201]}, (200,), 200, "status 200"),
]


@pytest.mark.parametrize(("expect", "route", "status", "said"), STATUSES)
def test_statuses(expect: dict[str, Any], route: tuple[int, ...], status: int, said: str | None) -> None:
    expected = expectation(Expect.model_validate(expect), route, 1000)
    assert expected.failure(answer(status=status)) == said
    assert expected.keep == 0


def test_a_loss_is_told_as_such() -> None:
    assert Expectation(contains=("x",)).failure(lost(Loss.TIMEOUT)) == "timeout"


BODIES = [
    ("there", ("sho",), b"a shop", None),
    ("not there", ("Shop",), b"a shop", "expected Shop"),
    ("one of two", ("a", "b"), b"a", "expected b"),
    ("in UTF-8", ("Größe",), "Größe".encode(), None),
    ("behind the limit", ("shop",), b"x" * 100 + b"shop", "expected shop"),
    ("long", ("x" * 100,), b"", f"expected {'x' * 60}…"),
    ("of several lines", ("a\n  b",), b"", "expected a b"),
]


@pytest.mark.parametrize(("contains", "body", "said"), [pytest.param(*row[1:], id=row[0]) for row in BODIES])
def test_text(contains: tuple[str, ...], body: bytes, said: str | None) -> None:
    expected = Expectation(contains=contains, limit=100)
    assert expected.keep == 100
    assert expected.failure(answer(body)) == said


CODINGS = [
    ("gzip", gzip.compress(b"shop", mtime=0)),
    ("br", brotli.compress(b"shop")),
    ("zstd", zstandard.compress(b"shop")),
    ("gzip, br", brotli.compress(gzip.compress(b"shop", mtime=0))),
]


@pytest.mark.parametrize(("coding", "body"), CODINGS)
def test_content_codings(coding: str, body: bytes) -> None:
    expected = Expectation(contains=("shop",))
    assert expected.failure(answer(body, coding=coding)) is None
    assert expected.failure(answer(body[: len(body) // 2], coding=coding)) == "expected a body that can be decoded"


LACKING: list[tuple[Any, Any, str | None]] = [
    ({"ok": True}, {"ok": True}, None),
    ({"ok": True, "more": 1}, {"ok": True}, None),
    ({}, {"ok": True}, "ok=true"),
    ({"ok": 1}, {"ok": True}, "ok=true"),
    ({"ok": True}, {"ok": 1}, "ok=1"),
    ({"n": 1.0}, {"n": 1}, None),
    ({"n": "1"}, {"n": 1}, "n=1"),
    ({"a": {"b": None}}, {"a": {"b": None}}, None),
    ({"a": {}}, {"a": {"b": None}}, "a.b=null"),
    ([1, 2, 3], [1, 2], None),
    ([1], [1, 2], "[1]=2"),
    ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, "a[0].b=2"),
    ([], {"a": 1}, "JSON to be an object"),
    ({"a": 1}, {"a": []}, "a to be a list"),
    ("x", "x", None),
    (True, 1, "JSON=1"),
]


@pytest.mark.parametrize(("found", "wanted", "said"), LACKING)
def test_what_json_lacks(found: Any, wanted: Any, said: str | None) -> None:
    assert lacking(found, wanted) == said


def test_json() -> None:
    expected = expectation(Expect.model_validate({"json": {"ok": "true", "cart": {"qty": "1"}}}), (), 1000)
    assert expected.failure(answer(b'{"ok": true, "cart": {"qty": 1, "sku": "a"}}')) is None
    assert expected.failure(answer(b'{"ok": true, "cart": {"qty": 2}}')) == "expected cart.qty=1"
    assert expected.failure(answer(b"<html>")) == "expected JSON"
    assert expected.failure(answer(b"[" * 100_000)) == "expected JSON"
    assert expected.failure(answer(b"{}", status=500)) == "status 500"
