"""The client against servers that do what no server should: every request ends with the right record."""

import asyncio
import gzip
import random
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import brotli
import pytest

from scalecheck.gather.bodies import FIRST_BYTES
from scalecheck.gather.client import Client
from scalecheck.model.evidence import Ask, Exchange, Failure, Loss, Record, Request
from scalecheck.model.profile import Identity, Profile, Safety
from scalecheck.wire.fields import Fields
from tests.gather.servers import (
    HEAD,
    OK,
    Script,
    Server,
    aborting,
    always,
    answering,
    endless,
    recording,
    serving,
    silent,
)

DEADLINE_S = 10.0
SHORT_DEADLINE_S = 0.25
"""Where nothing comes before it ends."""
BODY_LIMIT = 1024 * 1024
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
ZEROS = bytes(8 * BODY_LIMIT)


def limited(server: Server, **safety: Any) -> Profile:
    return Profile(
        site=server.site,
        safety=Safety.model_construct(**{"timeout": DEADLINE_S, "body_limit": BODY_LIMIT, "patience": 0.05} | safety),
        identities={"alice": Identity(headers={"Cookie": "session=a1"}, marker="Alice")},
    )


def told(script: Script, using: Callable[[Client, Server], Awaitable[Any]], **safety: Any) -> Any:
    """Return what `using` returns, given a client of a site that behaves as scripted."""

    async def run() -> Any:
        async with serving(script) as server, Client(limited(server, **safety)) as client:
            return await using(client, server)

    return asyncio.run(run())


def asked(script: Script, request: Request | None = None, **safety: Any) -> Record:
    """Return the record of one request, by default a GET of `/`; a path is one of the site."""
    wanted = request or Request("/")

    async def using(client: Client, server: Server) -> Record:
        url = server.site + wanted.url if wanted.url.startswith("/") else wanted.url
        sent = Request(url, wanted.method, wanted.fields, wanted.identity, wanted.connect_to)
        return await client.send("first", Ask(sent), 2)

    record: Record = told(script, using, **safety)
    return record


def answered(script: Script, request: Request | None = None, **safety: Any) -> Exchange:
    record = asked(script, request, **safety)
    assert isinstance(record, Exchange), record
    return record


def lost(script: Script, request: Request | None = None, **safety: Any) -> Failure:
    record = asked(script, request, **safety)
    assert isinstance(record, Failure), record
    return record


def with_fields(*lines: bytes) -> Script:
    return answering(HEAD + b"".join(line + b"\r\n" for line in lines) + b"Content-Length: 2\r\n\r\nok")


def coded(coding: bytes, body: bytes) -> Script:
    return answering(HEAD + b"Content-Type: text/html\r\nContent-Encoding: " + coding + b"\r\n\r\n" + body)


LOSSES = [
    ("reset as soon as it stands", aborting, Loss.CUT, "while waiting for the first byte"),
    ("closed without a word", answering(b""), Loss.CUT, "while waiting for the first byte"),
    ("cut in the status line", answering(b"HTTP/1.1 2"), Loss.CUT, ""),
    ("cut in a field line", answering(HEAD + b"Cache-Con"), Loss.CUT, "in the header"),
    ("cut between field lines", answering(HEAD + b"Age: 1\r\n"), Loss.CUT, "in the header"),
    ("cut in a body of known length", answering(HEAD + b"Content-Length: 10\r\n\r\nok"), Loss.CUT, "after 2 bytes"),
    ("cut in a chunk", answering(HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\nabc"), Loss.CUT, "after 3 bytes"),
    ("cut between chunks", answering(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"), Loss.CUT, "after 2"),
    (
        "a chunk size that is none",
        answering(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        Loss.PROTOCOL,
        "chunk",
    ),
    ("HTTP/0.9", answering(b"<html>hello</html>"), Loss.PROTOCOL, "HTTP/0.9"),
    ("bytes", answering(b"\x00\x01\x02\xff" * 9), Loss.PROTOCOL, "HTTP/0.9"),
    ("a version nobody knows", answering(b"HTTP/9.9 200 OK\r\n\r\n"), Loss.PROTOCOL, "version"),
    ("a status of four digits", answering(b"HTTP/1.1 2000 OK\r\n\r\n"), Loss.PROTOCOL, "status line"),
    ("two lengths", answering(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!"), Loss.PROTOCOL, "Length"),
    ("a NUL in a field", answering(HEAD + b"X-A: a\0b\r\n\r\n"), Loss.PROTOCOL, "NUL"),
    ("a line of 128 KB", with_fields(b"X-A: " + b"a" * 131072), Loss.TOO_LARGE, "larger than allowed"),
    ("10,000 fields", with_fields(*(b"X-%d: a" % n for n in range(10_000))), Loss.TOO_LARGE, "1000 lines"),
    ("300 KB of fields", with_fields(*(b"X-%d: %s" % (n, b"a" * 1000) for n in range(300))), Loss.TOO_LARGE, "262144"),
    ("an endless header", endless(HEAD, b"Age: 1\r\n"), Loss.TOO_LARGE, "1000 lines"),
    ("an endless field", endless(HEAD + b"X-A: ", b"a" * 1000), Loss.TOO_LARGE, "larger than allowed"),
    ("endless interim answers", endless(b"", INTERIM), Loss.TOO_LARGE, "1000 lines"),
    ("silence", silent, Loss.TIMEOUT, "while waiting for the first byte"),
    ("a byte now and then", endless(HEAD + b"\r\n", b"x", 0.04), Loss.TIMEOUT, "of the body"),
    ("a field now and then", endless(HEAD, b"Age: 1\r\n", 0.04), Loss.TIMEOUT, "in the header"),
]


@pytest.mark.parametrize(("script", "loss", "detail"), [row[1:] for row in LOSSES], ids=[row[0] for row in LOSSES])
def test_what_is_no_answer_is_a_failure_that_says_why(script: Script, loss: Loss, detail: str) -> None:
    failure = lost(script, timeout=SHORT_DEADLINE_S if loss is Loss.TIMEOUT else DEADLINE_S)
    assert failure.loss is loss
    assert detail in failure.detail
    assert "\n" not in failure.detail


FIELDS = [
    ("64 KB in one line", b"X-A: " + b"a" * 65536, ("X-A", "a" * 65536)),
    ("terminal escapes", b"X-A: a\x1b[31mb\x07", ("X-A", "a\x1b[31mb\x07")),
    ("bytes beyond ASCII", b"X-A: \xff\xc3\xa9", ("X-A", "\xff\xc3\xa9")),
    ("an obsolete fold", b"X-A: a\r\n  b", ("X-A", "a b")),
    ("no name", b": a", ("", "a")),
    ("no value", b"X-A:", ("X-A", "")),
    ("a name that looks like a status line", b"HTTP/1.1: 404", ("HTTP/1.1", "404")),
    ("case as sent", b"cAcHe-CoNtRoL:max-age=60\t", ("cAcHe-CoNtRoL", "max-age=60")),
]


@pytest.mark.parametrize(("line", "field"), [row[1:] for row in FIELDS], ids=[row[0] for row in FIELDS])
def test_odd_fields_are_kept_as_text(line: bytes, field: tuple[str, str]) -> None:
    assert answered(with_fields(line)).fields.lines == (field, ("Content-Length", "2"))


BODIES = [
    ("none with 204", b"HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n", b"", False),
    ("none with 304", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nContent-Encoding: br\r\n\r\n", b"", False),
    ("HTTP/1.0, to the end", b"HTTP/1.0 200 OK\r\n\r\nhello", b"hello", False),
    ("longer than it says", HEAD + b"Content-Length: 2\r\n\r\nok, and more", b"ok", False),
    (
        "chunked, with trailers",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n",
        b"ok",
        False,
    ),
    ("invalid UTF-8", HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n\xff\xfe<p>", b"\xff\xfe<p>", False),
    ("gzip", HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello"), b"hello", False),
    ("at the limit", HEAD + b"\r\n" + ZEROS[:BODY_LIMIT], ZEROS[:BODY_LIMIT], False),
    ("one byte past it", HEAD + b"\r\n" + ZEROS[: BODY_LIMIT + 1], ZEROS[:BODY_LIMIT], True),
    ("a gzip bomb", HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(ZEROS), ZEROS[:BODY_LIMIT], True),
    ("a br bomb", HEAD + b"Content-Encoding: br\r\n\r\n" + brotli.compress(ZEROS), ZEROS[:BODY_LIMIT], True),
]


@pytest.mark.parametrize(("answer", "body", "truncated"), [r[1:] for r in BODIES], ids=[r[0] for r in BODIES])
def test_bodies_are_decoded_within_the_limit(answer: bytes, body: bytes, truncated: bool) -> None:
    response = answered(answering(answer)).response
    assert (response.body, response.decoded_bytes, response.truncated) == (body, len(body), truncated)
    assert response.undecodable == ""


def test_an_endless_body_is_cut_at_the_limit() -> None:
    response = answered(endless(HEAD + b"\r\n", b"x" * 65536)).response
    assert (response.wire_bytes, response.truncated) == (BODY_LIMIT, True)


def test_a_body_cut_by_us_is_not_called_undecodable() -> None:
    noise = random.Random(1).randbytes(BODY_LIMIT + 1000)
    response = answered(coded(b"gzip", gzip.compress(noise, 1))).response
    assert (response.truncated, response.undecodable) == (True, "")


def test_a_body_that_is_not_what_it_says_is_undecodable() -> None:
    assert answered(coded(b"gzip", b"plain text")).response.undecodable


def test_of_images_the_first_bytes_are_kept_and_all_are_hashed() -> None:
    image = b"\x89PNG" + bytes(3 * FIRST_BYTES)
    response = answered(answering(HEAD + b"Content-Type: image/png\r\n\r\n" + image)).response
    assert response.body == image[:FIRST_BYTES]
    assert (response.decoded_bytes, response.truncated) == (len(image), False)


def test_equal_bodies_share_their_memory() -> None:
    async def twice(client: Client, server: Server) -> list[Record]:
        return [await client.send("first", Ask(Request(server.site)), number) for number in (2, 3)]

    first, second = told(always(OK), twice)
    assert first.response.body == b"ok"
    assert first.response.body is second.response.body
    assert first.response.digest is second.response.digest
    assert (first.reused, second.reused) == (False, True)
    assert second.timings.connect_s is None


def test_interim_answers_come_first() -> None:
    response = answered(answering(INTERIM + OK)).response
    assert response.status == 200
    assert response.interim == ((103, Fields((("Link", "</a.css>; rel=preload"),))),)


def test_an_exchange_tells_version_address_and_phases() -> None:
    exchange = answered(answering(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"))
    assert exchange.response.http_version == "1.0"
    assert exchange.remote_address.startswith("127.0.0.1:")
    assert exchange.tls is None
    assert exchange.timings.tls_s is None
    assert exchange.timings.connect_s is not None
    assert 0 < exchange.timings.connect_s <= exchange.timings.first_byte_s <= exchange.timings.total_s
    assert exchange.received_at == exchange.sent_at + exchange.timings.total_s


def request_of(sent: Request, **safety: Any) -> bytes:
    """Return the header section that a request goes out with."""
    seen: list[bytes] = []
    answered(recording(seen, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), sent, **safety)
    return seen[0]


def test_what_every_request_carries() -> None:
    first, *lines = request_of(Request("/a?b=%20c|d")).decode().split("\r\n")
    assert first == "GET /a?b=%20c|d HTTP/1.1"
    assert [line.partition(":")[0] for line in lines if line] == ["Host", "User-Agent", "Accept", "Accept-Encoding"]
    assert "Accept-Encoding: gzip, br, zstd" in lines


def test_the_ask_comes_before_what_every_request_carries() -> None:
    sent = request_of(Request("/", fields=Fields.of(accept_encoding="br", x_empty="")))
    assert b"accept-encoding: br\r\n" in sent
    assert b"x-empty:\r\n" in sent
    assert b"gzip" not in sent


def test_an_identity_is_sent_and_not_recorded() -> None:
    seen: list[bytes] = []
    exchange = answered(recording(seen), Request("/", identity="alice"))
    assert b"Cookie: session=a1\r\n" in seen[0]
    assert exchange.request.fields == Fields()


def test_cookies_are_not_kept_for_the_next_ask() -> None:
    seen: list[bytes] = []

    async def twice(client: Client, server: Server) -> None:
        for number in (2, 3):
            await client.send("first", Ask(Request(server.site)), number)

    told(recording(seen, b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"), twice)
    assert len(seen) == 2
    assert b"ookie" not in seen[1]


@pytest.mark.parametrize("method", ["HEAD", "POST", "PURGE"])
def test_methods_are_sent_as_asked(method: str) -> None:
    sent = request_of(Request("/", method), writes=True)
    assert sent.startswith(method.encode() + b" / HTTP/1.1\r\n")
    assert b"Content-Type" not in sent
    assert b"Expect" not in sent


REFUSED = [
    ("a write", Request("/", "POST"), "safety.writes"),
    ("another host", Request("http://example.com/"), "example.com:80 is not the site's own"),
    ("another port of loopback", Request("http://127.0.0.1:1/"), "127.0.0.1:1 is not the site's own"),
    ("no URL", Request("http://[::1"), "no URL"),
    ("a field that breaks its line", Request("/", fields=Fields.of(if_none_match='"a"\r\nX-Evil: 1')), "if-none-match"),
    ("a field that cannot be written", Request("/", fields=Fields.of(x_a="\u20ac")), "characters"),
    ("an identity nobody declared", Request("/", identity="bob"), "'bob'"),
]


@pytest.mark.parametrize(("request_", "detail"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_the_rules_forbid_is_not_sent(request_: Request, detail: str) -> None:
    seen: list[bytes] = []
    failure = lost(recording(seen), request_)
    assert failure.loss is Loss.FORBIDDEN
    assert detail in failure.detail
    assert seen == []


def test_a_redirect_is_an_answer_and_its_target_is_asked_through_the_rules() -> None:
    location = b"http://169.254.169.254/latest/meta-data/"

    async def hop(client: Client, server: Server) -> tuple[Record, Record]:
        first = await client.send("first", Ask(Request(server.site)), 2)
        assert isinstance(first, Exchange)
        return first, await client.send("first", Ask(Request(first.fields.first("location") or "")), 3)

    first, second = told(answering(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\n\r\n"), hop)
    assert first.status == 302
    assert second.loss is Loss.FORBIDDEN


def test_a_chosen_address_is_asked_for_the_name_in_the_url() -> None:
    seen: list[bytes] = []

    async def by_address(client: Client, server: Server) -> Record:
        request = Request("http://shop.test/", connect_to=server.site.removeprefix("http://"))
        return await client.send("providers", Ask(request), 2)

    exchange = told(recording(seen), by_address, allow_hosts=("shop.test",))
    assert isinstance(exchange, Exchange), exchange
    assert b"Host: shop.test\r\n" in seen[0]


def test_every_request_goes_to_the_address_of_the_run() -> None:
    seen: list[bytes] = []

    async def run() -> Record:
        async with serving(recording(seen)) as server:
            profile = Profile(site="http://shop.test")
            async with Client(profile, connect_to=f"127.0.0.1:{server.port}") as client:
                return await client.send("first", Ask(Request("http://shop.test/")), 2)

    assert isinstance(asyncio.run(run()), Exchange)
    assert b"Host: shop.test\r\n" in seen[0]


def test_the_budget_is_kept() -> None:
    async def thrice(client: Client, server: Server) -> list[Record]:
        asks = [client.send("first", Ask(Request(server.site), label=str(n)), n) for n in (2, 3, 4)]
        return list(await asyncio.gather(*asks))

    records = told(always(OK), thrice, requests=2)
    assert [isinstance(record, Exchange) for record in records] == [True, True, False]
    assert records[2].loss is Loss.BUDGET


def test_a_burst_is_simultaneous_and_each_on_its_own_connection() -> None:
    gathered = asyncio.Barrier(5)

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await gathered.wait()
        writer.write(OK)

    async def burst(client: Client, server: Server) -> tuple[list[Record], int]:
        asks = [Ask(Request(server.site), label=str(n), together=True) for n in range(5)]
        return list(await asyncio.gather(*(client.send("burst", ask, 2) for ask in asks))), server.connections

    records, connections = told(script, burst, concurrency=1)
    assert all(isinstance(record, Exchange) for record in records)
    assert connections == 5


BUSY = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"


def test_a_busy_host_is_asked_once_more() -> None:
    assert answered(answering(BUSY, OK)).status == 200
    assert answered(answering(BUSY, BUSY, OK)).status == 429


def test_a_burst_keeps_the_refusal() -> None:
    async def one(client: Client, server: Server) -> Record:
        return await client.send("burst", Ask(Request(server.site), together=True), 2)

    assert told(answering(BUSY, OK), one).status == 429


def test_a_host_that_wants_a_long_pause_is_not_asked_again() -> None:
    async def twice(client: Client, server: Server) -> list[Record]:
        return [await client.send("first", Ask(Request(server.site)), number) for number in (2, 3)]

    busy = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n"
    first, second = told(always(busy), twice)
    assert first.status == 503
    assert second.loss is Loss.FORBIDDEN
    assert "Retry-After" in second.detail


def test_nobody_listens() -> None:
    async def closed(client: Client, server: Server) -> Record:
        return await client.send("first", Ask(Request(f"http://127.0.0.1:{free}/")), 2)

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        free = taken.getsockname()[1]
        failure = told(always(OK), closed, allow_hosts=(f"127.0.0.1:{free}",))
    assert failure.loss is Loss.REFUSED
    assert "connection refused" in failure.detail


def test_cancelling_frees_the_connection_and_the_client_goes_on() -> None:
    started = asyncio.Event()

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if b"slow" in await reader.readuntil(b"\r\n\r\n"):
            started.set()
            await reader.read()  # until the client lets go
            ended.set()
        else:
            writer.write(OK)

    ended = asyncio.Event()

    async def cancel(client: Client, server: Server) -> Record:
        task = asyncio.create_task(client.send("first", Ask(Request(f"{server.site}/slow")), 2))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await ended.wait()
        return await client.send("first", Ask(Request(server.site)), 3)

    assert isinstance(told(script, cancel), Exchange)


def test_leaving_the_client_ends_what_is_under_way() -> None:
    async def run() -> asyncio.Task[Record]:
        async with serving(silent) as server:
            async with Client(limited(server)) as client:
                task = asyncio.create_task(client.send("first", Ask(Request(server.site)), 2))
                await asyncio.sleep(0.01)
            await asyncio.wait([task])
            return task

    assert asyncio.run(run()).cancelled()


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert answered(always(OK)).status == 200


def test_a_write_without_body_says_so_once() -> None:
    sent = request_of(Request("/", "POST"), writes=True)
    assert sent.lower().count(b"content-length: 0\r\n") == 1
