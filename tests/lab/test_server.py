"""The lab's HTTP/1.1: bytes on a socket."""

import asyncio

import pytest

from scalecheck.lab.message import Answer, Handler, Request
from scalecheck.lab.server import BODY_AT_MOST_BYTES, HEAD_AT_MOST_BYTES, Server
from scalecheck.wire.fields import Fields
from tests.lab.visitor import Visitor


async def echo(request: Request) -> Answer:
    return Answer(200, request.fields.without("host", "content-length", "expect"), request.body or b"hello")


def told(*sent: bytes, handler: Handler = echo) -> bytes:
    """Return all that the server sends for these bytes, until it closes or the client has sent everything."""

    async def talk() -> bytes:
        server = Server(handler)
        host, _, port = (await server.start("127.0.0.1", 0)).partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.writelines(sent)
            writer.write_eof()
            return await reader.read()
        finally:
            writer.close()
            await server.stop()

    return asyncio.run(talk())


def test_a_connection_carries_several_requests() -> None:
    answer = told(b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 ") == 2
    assert answer.endswith(b"\r\n\r\nhello")


async def slowly(request: Request) -> Answer:
    return Answer(200, Fields.of(content_type="text/plain"), b"head" + b"rest", at_once=4, rest_s=0.01)


def test_a_body_that_is_still_being_made_is_sent_in_chunks() -> None:
    answer = told(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", handler=slowly)
    assert b"Transfer-Encoding: chunked" in answer
    assert answer.endswith(b"\r\n\r\n4\r\nhead\r\n4\r\nrest\r\n0\r\n\r\n")


def test_head_of_such_a_body_waits_for_nothing() -> None:
    answer = told(b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", handler=slowly)
    assert b"Transfer-Encoding: chunked\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_head_has_the_length_and_no_body() -> None:
    answer = told(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"Content-Length: 5\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_a_body_is_read_whole_after_the_client_was_told_to_go_on() -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    assert told(head, b"abc").endswith(b"\r\n\r\nabc")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 2 * HEAD_AT_MOST_BYTES, b"431"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n" + b"y" * 2 * BODY_AT_MOST_BYTES, b"413"),
    ],
)
def test_what_is_no_request_is_refused(sent: bytes, status: bytes) -> None:
    assert told(sent).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"])
def test_a_client_that_leaves_early_does_no_harm(sent: bytes) -> None:
    assert b"200" not in told(sent)


def test_stopping_ends_idle_connections() -> None:
    async def scene() -> bytes:
        server = Server(echo)
        host, _, port = (await server.start("127.0.0.1", 0)).partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"hello")
        await server.stop()
        rest = await reader.read()
        writer.close()
        return rest

    assert asyncio.run(scene()) == b""


def test_unusual_targets_are_answered(visitor: Visitor) -> None:
    for path in ("//", "/%00", "/..", "/products/%31", "/search?q=%ff&q=", "/?" + "a=1&" * 200, "/images/-.png"):
        assert visitor.get(path).status_code in {200, 404}
