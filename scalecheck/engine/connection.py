"""One HTTP/1.1 connection: opened for a request, kept for the next ones, whatever the server does in between."""

import errno
import os
import re
import socket
import ssl
from typing import TYPE_CHECKING, Any

from gevent.monkey import get_original

from scalecheck.engine.chunked import Chunks
from scalecheck.engine.exchange import Exchange
from scalecheck.engine.head import CHUNKED, LONGEST, UNTIL_CLOSE, Head, ProtocolError
from scalecheck.engine.tls import Tls, reason
from scalecheck.model.evidence import Loss

if TYPE_CHECKING:
    from scalecheck.engine.engine import Engine
    from scalecheck.engine.origin import Address
    from scalecheck.engine.pool import Pool

READ, WRITE = 1, 2
"""What libev watches for."""
SEGMENT = 64 * 1024
HEAD = -3
"""Instead of how much of the body is left: the head has not come yet."""
UPGRADED = -4
"""What follows is another protocol's."""
CLOSED = -5
EMPTY_LINE = re.compile(rb"\n\r?\n")
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM})
"""Errors that say this machine has no more to give."""

original_socket: type[socket.socket] = get_original("socket", "socket")
"""The one of the standard library, also where gevent has put its own in its place."""


class Connection:
    """Carries one request at a time for a pool."""

    __slots__ = (
        "_addresses",
        "_buffer",
        "_chunks",
        "_engine",
        "_head",
        "_kept",
        "_left",
        "_out",
        "_pool",
        "_receive",
        "_send",
        "_socket",
        "_tls",
        "_tunnel",
        "_used",
        "_watcher",
        "_watching",
        "exchange",
        "idle",
    )

    def __init__(self, engine: "Engine", pool: "Pool", exchange: Exchange) -> None:
        self._engine = engine
        self._pool = pool
        self.exchange: Exchange | None = exchange
        self.idle = False
        self._socket: socket.socket | None = None
        self._watcher: Any = None
        self._watching = 0
        self._tls: Tls | None = None
        self._tunnel = False
        """Whether a proxy's answer to CONNECT is awaited."""
        self._out = b""
        self._buffer = b""
        self._used = False
        """Whether a request was answered on it."""
        self._kept: list[bytes] | None = None
        self._chunks: Chunks | None = None
        self._head: Head | None = None
        self._left = HEAD
        self._addresses: tuple[Address, ...] = ()
        exchange.carrier = self
        engine.connections[self] = None
        if pool.origin.when_known(self._resolved):
            self._addresses = pool.origin.addresses()
            self._connect()

    # opening

    def _resolved(self) -> None:
        if self.exchange is None:
            return
        if self._pool.origin.failed:
            self._lose(Loss.DNS, self._pool.origin.failed)
        else:
            self._addresses = self._pool.origin.addresses()
            self._connect()

    def _connect(self) -> None:
        """Connect to the next address."""
        family, address = self._addresses[0]
        self._addresses = self._addresses[1:]
        try:
            self._socket = made = self._engine.socket(family)
            code = made.connect_ex(address)
        except OSError as error:
            code = error.errno or errno.EIO
        if code in {0, errno.EINPROGRESS, errno.EWOULDBLOCK}:
            self._engine.opened += 1
            self._receive, self._send = made.recv, made.send
            self._watch(WRITE, self._connected)
        else:
            self._engine.later(self._unconnected, code)

    def _unconnected(self, code: int) -> None:
        """Try the next address, or give up."""
        self._drop_socket()
        if self.exchange is None:
            return
        if self._addresses and code not in EXHAUSTED:
            self._connect()
        elif code in EXHAUSTED:
            self._lose(Loss.GENERATOR, f"no connection could be opened: {os.strerror(code).lower()}")
        elif code == errno.ECONNREFUSED:
            self._lose(Loss.REFUSED, "connection refused")
        else:
            self._lose(Loss.UNREACHABLE, os.strerror(code).lower())

    def _connected(self) -> None:
        assert self._socket is not None
        if code := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._unconnected(code)
            return
        origin = self._pool.origin
        if origin.proxy is not None and origin.tls:
            self._tunnel = True
            self._watch(READ, self._readable)
            self._put(self._engine.tunnel(origin))
        elif origin.tls:
            self._shake_hands()
        else:
            self._start()

    def _shake_hands(self) -> None:
        self._tls = Tls(self._engine.context, self._pool.origin.host, self._pool.session)
        self._watch(READ, self._readable)
        self._handshake()

    def _handshake(self) -> None:
        assert self._tls is not None
        try:
            self._put(self._tls.shake())
        except ssl.SSLError as error:
            self._lose(Loss.TLS, reason(error))
            return
        if self._tls is not None and self._tls.ready:
            self._start()

    def _start(self) -> None:
        """Send the request that it was opened for."""
        self._watch(READ, self._readable)
        if self.exchange is not None:
            self._transmit(self.exchange)

    # sending

    def begin(self, exchange: Exchange) -> None:
        """Send another request."""
        self.exchange = exchange
        exchange.carrier = self
        self._transmit(exchange)

    def _transmit(self, exchange: Exchange) -> None:
        outgoing = exchange.outgoing
        data = outgoing.data
        if self._pool.origin.absolute:
            data = self._engine.absolute(self._pool.origin, data)
        if outgoing.keep:
            self._kept = []
        exchange.sent_s = self._engine.now()
        self.write(data)

    def write(self, data: bytes) -> None:
        """Send bytes, encrypted where the connection is."""
        if self._tls is not None:
            data = self._tls.encrypted(data)
        self._put(data)

    def _put(self, data: bytes) -> None:
        """Send bytes as they are, what the socket does not take now later."""
        if self._out:
            self._out += data
            return
        if not data:
            return
        try:
            count = self._send(data)
        except BlockingIOError:
            count = 0
        except OSError as error:
            self._engine.later(self._broken, self._socket, error)
            return
        if count < len(data):
            self._out = data[count:]
            self._watch(READ | WRITE, self._both, pass_events=True)

    def _both(self, events: int) -> None:
        if events & WRITE and self._out:
            try:
                self._out = self._out[self._send(self._out) :]
            except BlockingIOError:
                pass
            except OSError as error:
                self._broken(self._socket, error)
                return
            if not self._out:
                self._watch(READ, self._readable)
        if events & READ and self._socket is not None:
            self._readable()

    # receiving

    def _readable(self) -> None:
        try:
            data = self._receive(SEGMENT)
        except BlockingIOError:
            return
        except OSError as error:
            self._broken(self._socket, error)
            return
        if self._tls is not None:
            self._take_encrypted(data)
        elif data:
            self._take(data)
        else:
            self._end()

    def _take_encrypted(self, data: bytes) -> None:
        tls = self._tls
        assert tls is not None
        tls.take(data)
        if not tls.ready:
            if data:
                self._handshake()
            else:
                self._lose(Loss.TLS, "the connection was closed during the handshake")
            if self._tls is None or not self._tls.ready:
                return
        try:
            plain = tls.decrypted()
        except ssl.SSLError as error:
            self._lose(Loss.TLS, reason(error))
            return
        if plain:
            self._take(plain)
        elif plain is None or not data:
            self._end()

    def _take(self, data: bytes) -> None:
        """Take what was received: the hot path is a whole answer in one piece."""
        exchange = self.exchange
        if exchange is None:  # nobody asked: what follows could not be told from an answer
            self.close()
            return
        if self._left != HEAD:
            exchange.size += len(data)
            self._take_body(exchange, data)
            return
        if not exchange.first_s:
            exchange.first_s = self._engine.now()
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
        self._take_head(exchange, head, data, end + 4)

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
        empty, exchange = EMPTY_LINE.search(data), self.exchange
        if empty is None or exchange is None:
            self._lose(Loss.PROTOCOL, otherwise)
            return
        try:
            head = self._engine.heads[data[: empty.start()]]
        except ProtocolError as error:
            self._lose(Loss.PROTOCOL, str(error))
            return
        self._take_head(exchange, head, data, empty.end())

    def _take_head(self, exchange: Exchange, head: Head, data: bytes, at: int) -> None:
        """Take a head, and what came behind it."""
        self._buffer = b""
        status = head.status
        if self._tunnel:
            self._take_tunnel(head)
            return
        if status < 200:
            self._take_interim(exchange, head, data, at)
            return
        exchange.head = head
        exchange.status = status
        exchange.size += len(data)
        left = head.length
        if exchange.outgoing.method == "HEAD":
            left = 0
        received = len(data) - at
        if received == left:
            if self._kept is not None or exchange.stream is not None:
                self._keep(data[at:])
            self._finish(exchange, head.keep_alive)
            return
        self._head = head
        self._left = left
        if left == CHUNKED:
            self._chunks = Chunks(self._keep if self._kept is not None or exchange.stream is not None else None)
        if exchange.stream is not None:
            self._engine.endless(exchange)
        if received or left == 0:
            self._take_body(exchange, data[at:])

    def _take_interim(self, exchange: Exchange, head: Head, data: bytes, at: int) -> None:
        """Pass over a 1xx answer; after a 101 that was asked for, what follows is no HTTP."""
        exchange.size += at
        if head.status == 101:
            if exchange.stream is None:
                self._lose(Loss.PROTOCOL, "the server changed to another protocol unasked")
                return
            exchange.head, exchange.status, self._left = head, 101, UPGRADED
            self._engine.endless(exchange)
            exchange.stream(exchange, b"")
        if data[at:]:
            self._take(data[at:])

    def _take_body(self, exchange: Exchange, data: bytes) -> None:
        """Take more of a body."""
        left = self._left
        if left >= 0:
            if self._kept is not None or exchange.stream is not None:
                self._keep(data[:left])
            if len(data) < left:
                self._left = left - len(data)
            else:  # more than was announced is nobody's: the answer counts, the connection is not used again
                self._finish(exchange, len(data) == left and self._head is not None and self._head.keep_alive)
        elif left == CHUNKED:
            assert self._chunks is not None
            try:
                end = self._chunks.feed(data)
            except ProtocolError as error:
                self._lose(Loss.PROTOCOL, str(error))
                return
            if end is not None:
                self._finish(exchange, end == len(data) and self._head is not None and self._head.keep_alive)
        elif left == UPGRADED or self._kept is not None or exchange.stream is not None:
            self._keep(data)

    def _keep(self, data: bytes) -> None:
        """Hand back what the request wants of the body."""
        exchange = self.exchange
        if exchange is None:
            return
        if exchange.stream is not None:
            if data:
                exchange.stream(exchange, data)
            return
        if self._kept is not None and (room := exchange.outgoing.keep - sum(map(len, self._kept))) > 0:
            self._kept.append(data[:room])

    def _take_tunnel(self, head: Head) -> None:
        """Take a proxy's answer to CONNECT."""
        self._tunnel = False
        if 200 <= head.status < 300:
            self._shake_hands()
        else:
            self._lose(Loss.UNREACHABLE, f"the proxy answered {head.status} to CONNECT")

    # ending

    def _finish(self, exchange: Exchange, keep_alive: bool) -> None:
        """Hand back the answer, after the connection is free for the next request."""
        exchange.ended_s = self._engine.now()
        if self._kept is not None:
            exchange.body = b"".join(self._kept)
            self._kept = None
        self._head = self._chunks = None
        self._left = HEAD
        self.exchange = exchange.carrier = None
        if not self._used:
            self._used = True
            if self._tls is not None:
                self._pool.session = self._tls.session
        self._engine.ended(exchange)
        if keep_alive and not self._out:
            self._rest()
        else:
            self.close()
        exchange.done(exchange)

    def _rest(self) -> None:
        self._pool.free(self)

    def _end(self) -> None:
        """Take the end of the connection."""
        exchange = self.exchange
        if exchange is None:
            self.close()
        elif self._left in {UNTIL_CLOSE, UPGRADED}:
            self._finish(exchange, keep_alive=False)
        elif self._stale(exchange):
            self._send_again(exchange)
        else:
            began = "in the middle of" if exchange.size or self._buffer else "before"
            self._lose(Loss.CUT, f"the connection was closed {began} the answer")

    def _broken(self, broken: socket.socket | None, error: OSError) -> None:
        """Take an error of the socket, if it is still this connection's."""
        if broken is None or broken is not self._socket:
            return
        exchange = self.exchange
        if exchange is None:
            self.close()
        elif self._stale(exchange):
            self._send_again(exchange)
        elif self._left == UPGRADED:
            self._finish(exchange, keep_alive=False)
        else:
            self._lose(Loss.CUT, (error.strerror or str(error)).lower())

    def _stale(self, exchange: Exchange) -> bool:
        """Whether a kept connection was closed before the server can have seen the request (RFC 9112 section 9.3.1)."""
        unseen = self._used and not exchange.first_s
        return unseen and not exchange.retried and exchange.outgoing.idempotent

    def _send_again(self, exchange: Exchange) -> None:
        self.exchange = exchange.carrier = None
        exchange.retried = True
        self.close()
        self._pool.again(exchange)

    def _lose(self, loss: Loss, detail: str) -> None:
        """End without an answer."""
        exchange = self.exchange
        self.exchange = None
        self.close()
        if exchange is not None:
            self._engine.lost(exchange, loss, detail)

    def give_up(self, exchange: Exchange, loss: Loss, detail: str) -> None:
        """End a request that takes too long or is not wanted any more."""
        if exchange is self.exchange:
            self._lose(loss, detail)

    def end(self, loss: Loss, detail: str) -> None:
        """Close the connection; what is under way on it is lost."""
        self._lose(loss, detail)

    def close(self) -> None:
        """Close the connection, once."""
        if self._left == CLOSED:
            return
        self._left = CLOSED
        self._drop_socket()
        self._tls = None
        self._kept = self._chunks = self._head = None
        self._buffer = self._out = b""
        self._engine.gone(self)
        self._pool.gone(self)

    def _drop_socket(self) -> None:
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher.close()
            self._watcher = None
            self._watching = 0
        if self._socket is not None:
            self._engine.sockets -= 1
            self._socket.close()
            self._socket = None

    def _watch(self, events: int, callback: Any, *, pass_events: bool = False) -> None:
        if self._watching == events and self._watcher is not None:
            return
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher.close()
        assert self._socket is not None
        self._watcher = self._engine.loop.io(self._socket.fileno(), events)
        self._watching = events
        if pass_events:
            self._watcher.start(callback, pass_events=True)
        else:
            self._watcher.start(callback)
