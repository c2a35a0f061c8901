"""HTTP/1.1 on loopback: connections that stay open, bounded requests, any handler behind them."""

import asyncio
from contextlib import nullcontext

import h11

from scalecheck.lab.message import Answer, Handler, Request
from scalecheck.wire.fields import Fields

HEAD_AT_MOST_BYTES = 64 * 1024
BODY_AT_MOST_BYTES = 64 * 1024
IDLE_S = 30.0
"""For how long a connection may send nothing."""
LINGERED_AT_MOST_BYTES = 1024 * 1024
LINGER_S = 2.0


class Server:
    """A listener whose requests a handler answers."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._listener: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> str:
        """Listen, and return `host:port`; port 0 takes a free one. OSError when it is taken."""
        self._listener = await asyncio.start_server(self._serve, host, port, limit=HEAD_AT_MOST_BYTES)
        return f"{host}:{self._listener.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Stop listening, close every connection, and wait until their last requests are through."""
        if self._listener is not None:
            self._listener.close()
        for writer in self._connections.values():
            writer.close()
        await asyncio.gather(*self._connections, return_exceptions=True)
        if self._listener is not None:
            await self._listener.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "asyncio.start_server runs this as a task"
        self._connections[task] = writer
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_AT_MOST_BYTES)
        try:
            try:
                while await self._exchange(connection, reader, writer):
                    connection.start_next_cycle()
            except h11.RemoteProtocolError as error:
                _refuse(connection, writer, error.error_status_hint)
                await _linger(reader, writer)
        except (ConnectionError, TimeoutError):
            pass  # the client is gone, or says nothing: nobody is left to answer
        finally:
            writer.close()
            del self._connections[task]

    async def _exchange(
        self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer one request; return whether the connection may carry another."""
        request = await _read(connection, reader, writer)
        if request is None:
            return False
        await _send(connection, writer, request.method, await self._handler(request))
        await writer.drain()
        return connection.our_state is h11.DONE and connection.their_state is h11.DONE


async def _read(
    connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Request | None:
    """Return the next request, whole; None when the client is gone. RemoteProtocolError past the bounds."""
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            if connection.they_are_waiting_for_100_continue:
                writer.write(connection.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
            async with asyncio.timeout(IDLE_S):
                connection.receive_data(await reader.read(HEAD_AT_MOST_BYTES))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > BODY_AT_MOST_BYTES:
                raise h11.RemoteProtocolError("body too large", error_status_hint=413)
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return _request(head, bytes(body))
        else:
            return None


def _request(head: h11.Request, body: bytes) -> Request:
    lines = tuple((name.decode("ascii"), value.decode("latin-1")) for name, value in head.headers.raw_items())
    return Request(head.method.decode("ascii"), head.target.decode("latin-1"), Fields(lines), body)


async def _send(connection: h11.Connection, writer: asyncio.StreamWriter, method: str, answer: Answer) -> None:
    """Send an answer; one whose body is still being made as it comes, in chunks."""
    if not answer.rest_s:
        _write(connection, writer, method, answer)
        return
    sent = connection.send(h11.Response(status_code=answer.status, headers=_lines(answer))) or b""
    if method == "HEAD":
        writer.write(sent + (connection.send(h11.EndOfMessage()) or b""))
        return
    if answer.at_once:
        writer.write(sent + (connection.send(h11.Data(data=answer.body[: answer.at_once])) or b""))
        await writer.drain()
        sent = b""
    async with answer.one_at_a_time or nullcontext():
        await asyncio.sleep(answer.rest_s)
    rest = connection.send(h11.Data(data=answer.body[answer.at_once :])) or b""
    writer.write(sent + rest + (connection.send(h11.EndOfMessage()) or b""))


def _lines(answer: Answer) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in answer.fields]


def _write(connection: h11.Connection, writer: asyncio.StreamWriter, method: str, answer: Answer) -> None:
    lines = _lines(answer)
    if answer.status not in {204, 304}:
        lines.append((b"Content-Length", str(len(answer.body)).encode()))
    sent = [connection.send(h11.Response(status_code=answer.status, headers=lines))]
    if answer.body and method != "HEAD" and answer.status not in {204, 304}:
        sent.append(connection.send(h11.Data(data=answer.body)))
    sent.append(connection.send(h11.EndOfMessage()))
    writer.write(b"".join(part or b"" for part in sent))


def _refuse(connection: h11.Connection, writer: asyncio.StreamWriter, status: int) -> None:
    """Say what was wrong with the request where that can still be said."""
    if connection.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
        fields = Fields.of(("Connection", "close"), ("Cache-Control", "no-store"))
        _write(connection, writer, "GET", Answer(status, fields))


async def _linger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read on for a moment: closing with bytes unread resets the connection, and the refusal is lost with it."""
    writer.write_eof()
    read = 0
    async with asyncio.timeout(LINGER_S):
        while read < LINGERED_AT_MOST_BYTES and (more := await reader.read(HEAD_AT_MOST_BYTES)):
            read += len(more)
