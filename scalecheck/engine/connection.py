"""One HTTP/1.1 connection: opened for a request, kept for the next ones, whatever the server does in between."""

import re
from typing import TYPE_CHECKING

from scalecheck.engine.chunked import Chunks
from scalecheck.engine.head import CHUNKED, LONGEST, UNTIL_CLOSE, Head, ProtocolError
from scalecheck.engine.link import Link
from scalecheck.model.evidence import Loss

if TYPE_CHECKING:
    from scalecheck.engine.engine import Engine
    from scalecheck.engine.exchange import Exchange
    from scalecheck.engine.pool import Pool

HEAD = -3
"""Instead of how much of the body is left: the head has not come yet."""
UPGRADED = -4
"""What follows is another protocol's."""
EMPTY_LINE = re.compile(rb"\n\r?\n")


class Connection:
    """Carries one request at a time for a pool."""

    __slots__ = (
        "_buffer",
        "_chunks",
        "_closed",
        "_engine",
        "_exchange",
        "_head",
        "_kept",
        "_left",
        "_link",
        "_pool",
        "_used",
        "idle",
    )

    def __init__(self, engine: "Engine", pool: "Pool", exchange: "Exchange") -> None:
        self._engine = engine
        self._pool = pool
        self._exchange: Exchange | None = exchange
        self.idle = False
        self._closed = False
        self._buffer = b""
        self._used = False
        """Whether a request was answered on it."""
        self._kept: list[bytes] | None = None
        self._chunks: Chunks | None = None
        self._head: Head | None = None
        self._left = HEAD
        exchange.carrier = self
        engine.connections[self] = None
        self._link = Link(engine, pool.origin, self, pool.session, http2=pool.http2)

    # sending

    def begin(self, exchange: "Exchange") -> None:
        """Send a request."""
        exchange.carrier = self
        self._exchange = exchange
        outgoing = exchange.outgoing
        data = outgoing.data
        if self._pool.origin.absolute:
            data = self._engine.absolute(self._pool.origin, data)
        if outgoing.keep:
            self._kept = []
        exchange.sent_s = self._engine.now()
        self._link.write(data)

    def write(self, data: bytes) -> None:
        """Send bytes of another protocol, after a 101."""
        self._link.write(data)

    def linked(self) -> None:
        """Send the request that it was opened for."""
        exchange = self._exchange
        if self._link.protocol == "h2":
            from scalecheck.engine.http2 import Http2  # few runs ask for it

            self._engine.connections.pop(self, None)
            Http2(self._engine, self._pool, self._link, exchange)
        elif exchange is not None:
            self._pool.origin.http2 = False
            self.begin(exchange)

    # receiving

    def received(self, data: bytes) -> None:
        """Take what was received: the hot path is a whole answer in one piece."""
        exchange = self._exchange
        if exchange is None:  # nobody asked: what follows could not be told from the next answer
            self.close()
            return
        if self._left != HEAD:
            exchange.size += len(data)
            self._take_body(exchange, data)
            return
        moment_s = self._engine.now()
        if not exchange.first_s:
            exchange.first_s = moment_s
        if self._buffer:
            data = self._buffer + data
        end = data.find(b"\r\n\r\n")
        if end < 0:
            self._take_part(data)
            return
        try:
            head = self._engine.heads[data[:end]]
        except ProtocolError as error:
            self._take_bare(data, str(error))
            return
        self._take_head(exchange, head, data, end + 4, moment_s)

    def _take_part(self, data: bytes) -> None:
        """Keep a head that is not whole yet; one whose lines end in line feeds alone is whole at its empty line."""
        self._buffer = data
        if EMPTY_LINE.search(data) is not None:
            self._take_bare(data, "")
        elif len(data) > LONGEST:
            self._lose(Loss.PROTOCOL, f"the head of the answer is longer than {LONGEST} bytes")
        elif len(data) >= 5 and not data.startswith(b"HTTP/"):
            self._lose(Loss.PROTOCOL, f"expected a status line, found {data[:40]!r}")

    def _take_bare(self, data: bytes, otherwise: str) -> None:
        """Take a head whose lines end in line feeds alone; `otherwise` is what is wrong where there is none."""
        empty, exchange = EMPTY_LINE.search(data), self._exchange
        if empty is None or exchange is None:
            self._lose(Loss.PROTOCOL, otherwise)
            return
        try:
            head = self._engine.heads[data[: empty.start()]]
        except ProtocolError as error:
            self._lose(Loss.PROTOCOL, str(error))
            return
        self._take_head(exchange, head, data, empty.end(), self._engine.now())

    def _take_head(self, exchange: "Exchange", head: Head, data: bytes, at: int, moment_s: float) -> None:
        """Take a head that came at a moment, and what came behind it."""
        self._buffer = b""
        if head.status < 200:
            self._take_interim(exchange, head, data, at)
            return
        exchange.head = head
        exchange.status = head.status
        exchange.size += len(data)
        left = 0 if exchange.outgoing.method == "HEAD" else head.length
        received = len(data) - at
        if received == left:
            if self._kept is not None or exchange.stream is not None:
                self._keep(exchange, data[at:])
            self._finish(exchange, head.keep_alive, moment_s)
            return
        self._head = head
        self._left = left
        if left == CHUNKED:
            self._chunks = Chunks()
        if exchange.stream is not None:
            self._engine.endless(exchange)
            exchange.stream(exchange, b"")
            if self._closed:
                return
        if received or left == 0:
            self._take_body(exchange, data[at:])

    def _take_interim(self, exchange: "Exchange", head: Head, data: bytes, at: int) -> None:
        """Pass over a 1xx answer; after a 101 that was asked for, what follows is no HTTP."""
        exchange.size += at
        if head.status == 101:
            if exchange.stream is None:
                self._lose(Loss.PROTOCOL, "the server changed to another protocol unasked")
                return
            exchange.head, exchange.status, self._left = head, 101, UPGRADED
            self._engine.endless(exchange)
            exchange.stream(exchange, b"")
        if data[at:] and not self._closed:
            self.received(data[at:])

    def _take_body(self, exchange: "Exchange", data: bytes) -> None:
        """Take more of a body."""
        left = self._left
        wanted = self._kept is not None or exchange.stream is not None
        if left >= 0:
            if wanted:
                self._keep(exchange, data[:left])
            if len(data) < left:
                self._left = left - len(data)
            else:  # more than was announced is nobody's: the answer counts, the connection is not used again
                self._finish(exchange, len(data) == left and self._head is not None and self._head.keep_alive)
        elif left == CHUNKED:
            self._take_chunks(exchange, data, wanted=wanted)
        elif wanted:
            self._keep(exchange, data)

    def _take_chunks(self, exchange: "Exchange", data: bytes, *, wanted: bool) -> None:
        assert self._chunks is not None
        try:
            end = self._chunks.feed(data, wanted=wanted)
        except ProtocolError as error:
            self._lose(Loss.PROTOCOL, str(error))
            return
        for piece in self._chunks.take():
            self._keep(exchange, piece)
        if end is not None:
            self._finish(exchange, end == len(data) and self._head is not None and self._head.keep_alive)

    def _keep(self, exchange: "Exchange", data: bytes) -> None:
        """Hand back what the request wants of the body."""
        if exchange.stream is not None:
            if data and not self._closed:
                exchange.stream(exchange, data)
        elif self._kept is not None and (room := exchange.outgoing.keep - sum(map(len, self._kept))) > 0:
            self._kept.append(data[:room])

    # ending

    def _finish(self, exchange: "Exchange", keep_alive: bool, moment_s: float | None = None) -> None:
        """Hand back the answer, which ended at a moment or now, after the connection is free for the next request."""
        exchange.ended_s = self._engine.now() if moment_s is None else moment_s
        if self._kept is not None:
            exchange.body = b"".join(self._kept)
            self._kept = None
        self._head = self._chunks = None
        self._left = HEAD
        self._exchange = exchange.carrier = None
        if not self._used:
            self._used = True
            if self._pool.origin.tls:
                self._pool.session = self._link.session
        self._engine.under_way.pop(exchange, None)
        if keep_alive and not self._link.pending:
            self._pool.free(self)
        else:
            self.close()
        exchange.done(exchange)

    def ended(self) -> None:
        """Take the end of what the server sends."""
        exchange = self._exchange
        if exchange is not None and self._left in {UNTIL_CLOSE, UPGRADED}:
            self._finish(exchange, keep_alive=False)
            return
        began = exchange is not None and (exchange.size or self._buffer)
        self.failed(Loss.CUT, f"the connection was closed {'in the middle of' if began else 'before'} the answer")

    def failed(self, loss: Loss, detail: str) -> None:
        """Take note that the connection is no more: what is under way is sent again where that is safe, or lost."""
        exchange = self._exchange
        if exchange is None:
            self.close()
        elif loss is Loss.CUT and self._left == UPGRADED:
            self._finish(exchange, keep_alive=False)
        elif loss is Loss.CUT and self._stale(exchange):
            self._exchange = exchange.carrier = None
            exchange.retried = True
            self.close()
            self._pool.again(exchange)
        else:
            self._lose(loss, detail)

    def _stale(self, exchange: "Exchange") -> bool:
        """Whether a kept connection was closed before the server can have seen the request (RFC 9112 section 9.3.1)."""
        unseen = self._used and not exchange.first_s
        return unseen and not exchange.retried and exchange.outgoing.idempotent

    def _lose(self, loss: Loss, detail: str) -> None:
        """End without an answer."""
        exchange = self._exchange
        self._exchange = None
        self.close()
        if exchange is not None:
            self._engine.lost(exchange, loss, detail)

    def give_up(self, exchange: "Exchange", loss: Loss, detail: str) -> None:
        """End a request that takes too long or is not wanted any more."""
        if exchange is self._exchange:
            self._lose(loss, detail)

    def end(self, loss: Loss, detail: str) -> None:
        """Close the connection; what is under way on it is lost."""
        self._lose(loss, detail)

    def close(self) -> None:
        """Close the connection, once."""
        if self._closed:
            return
        self._closed = True
        self._link.close()
        self._kept = self._chunks = self._head = None
        self._buffer = b""
        self._engine.gone(self)
        self._pool.gone(self)
