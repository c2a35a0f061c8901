"""A socket on gevent's loop: opened by trying an origin's addresses, through a proxy or not, with TLS or without."""

import _socket
import errno
import os
import socket
import ssl
from typing import TYPE_CHECKING, Any, Protocol

from scalecheck.engine.head import LONGEST, ProtocolError, read_head
from scalecheck.engine.tls import Tls, reason
from scalecheck.model.evidence import Loss

if TYPE_CHECKING:
    from scalecheck.engine.engine import Engine
    from scalecheck.engine.origin import Address, Origin

READ, WRITE = 1, 2
"""What libev watches for."""
SEGMENT = 64 * 1024
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM})
"""Errors that say this machine has no more to give."""
RESET = frozenset({errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE})
"""Errors of a server that was there, and went while a connection was being opened."""


class Owner(Protocol):
    """Whoever speaks over a link."""

    def linked(self) -> None:
        """Take note that the link is open."""

    def received(self, data: bytes) -> None:
        """Take what the other side sent."""

    def ended(self) -> None:
        """Take note that the other side sends nothing more."""

    def failed(self, loss: Loss, detail: str) -> None:
        """Take note that there is no link, or no more."""


class _Nobody:
    """Whoever a closed link belongs to.

    A link and its owner name each other. Were that to stay so, no counting of references would free them, and Python's
    collector, which alone could, looks at no cycle twice while a swarm runs (`swarm.collector`).
    """

    def linked(self) -> None: ...
    def received(self, data: bytes) -> None: ...
    def ended(self) -> None: ...
    def failed(self, loss: Loss, detail: str) -> None: ...


NOBODY = _Nobody()


class Link:
    """One connection's bytes; after `ended`, `failed` or `close` nothing is called back any more."""

    __slots__ = (
        "_addresses",
        "_engine",
        "_http2",
        "_origin",
        "_receive",
        "_send",
        "_session",
        "_socket",
        "_tls",
        "_tunnel",
        "_watcher",
        "_watching",
        "closed",
        "owner",
        "pending",
    )

    def __init__(
        self, engine: "Engine", origin: "Origin", owner: Owner, session: ssl.SSLSession | None, *, http2: bool
    ) -> None:
        self._engine = engine
        self._origin = origin
        self.owner = owner
        self._session = session
        self._http2 = http2
        self.closed = False
        self._socket: _socket.socket | None = None
        self._watcher: Any = None
        self._watching = 0
        self._tls: Tls | None = None
        self._tunnel: bytes | None = None
        """What a proxy has answered to CONNECT so far; None where it is not asked, or not any more."""
        self.pending = b""
        """What was written and has not been sent yet."""
        self._addresses: tuple[Address, ...] = ()
        if origin.when_known(self._resolved):
            self._addresses = origin.addresses()
            self._connect()

    @property
    def protocol(self) -> str | None:
        """What the TLS handshake settled; None without TLS."""
        return self._tls.protocol if self._tls is not None else None

    @property
    def session(self) -> ssl.SSLSession | None:
        """The TLS session that a later link can take up; None where there is none."""
        return self._tls.session if self._tls is not None else None

    def write(self, data: bytes, *, sealed: bool = False) -> None:
        """Send bytes, what the socket does not take now later; TLS has sealed some already."""
        if self._tls is not None and not sealed:
            data = self._tls.encrypted(data)
        if self.pending:
            self.pending += data
            return
        if not data:
            return
        try:
            count = self._send(data)
        except BlockingIOError:
            count = 0
        except OSError as error:
            self._engine.later(self._broken, error)
            return
        if count < len(data):
            self.pending = data[count:]
            self._watch(READ | WRITE, self._both, pass_events=True)

    def close(self) -> None:
        """Close it, once."""
        self.closed = True
        self._drop()
        self.owner = NOBODY

    # opening

    def _resolved(self) -> None:
        if self.closed:
            return
        if self._origin.failed:
            self._fail(Loss.DNS, self._origin.failed)
        else:
            self._addresses = self._origin.addresses()
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
            if _is_connected(made):  # as on loopback, where waiting for it would cost more than the rest
                self._engine.later(self._opened)
            else:
                self._watch(WRITE, self._connected)
        else:
            self._engine.later(self._unconnected, code)

    def _unconnected(self, code: int) -> None:
        """Try the next address, or give up."""
        self._drop()
        if self.closed:
            return
        if code in EXHAUSTED:
            self._fail(Loss.GENERATOR, f"no connection could be opened: {os.strerror(code).lower()}")
        elif self._addresses:
            self._connect()
        elif code == errno.ECONNREFUSED:
            self._fail(Loss.REFUSED, "connection refused")
        elif code in RESET:
            self._fail(Loss.CUT, os.strerror(code).lower())
        else:
            self._fail(Loss.UNREACHABLE, os.strerror(code).lower())

    def _connected(self) -> None:
        """Take note that connecting is over, one way or the other."""
        if self._socket is None:
            return
        if code := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._unconnected(code)
        else:
            self._opened()

    def _opened(self) -> None:
        if self._socket is None:
            return
        self._watch(READ, self._readable)
        if self._origin.proxy is not None and self._origin.tls:
            self._tunnel = b""
            self.write(self._engine.tunnel(self._origin))
        elif self._origin.tls:
            self._shake_hands()
        else:
            self.owner.linked()

    def _take_tunnel(self, data: bytes) -> None:
        """Take a proxy's answer to CONNECT; nothing follows it before we speak."""
        self._tunnel = (self._tunnel or b"") + data
        end = self._tunnel.find(b"\r\n\r\n")
        if end < 0 and data and len(self._tunnel) < LONGEST:
            return
        try:
            status = read_head(self._tunnel[: max(end, 0)]).status
        except ProtocolError as error:
            self._fail(Loss.UNREACHABLE, f"the proxy's answer to CONNECT: {error}")
            return
        if 200 <= status < 300:
            self._tunnel = None
            self._shake_hands()
        else:
            self._fail(Loss.UNREACHABLE, f"the proxy answered {status} to CONNECT")

    def _shake_hands(self) -> None:
        self._tls = Tls(self._engine.context(http2=self._http2), self._origin.host, self._session)
        self._handshake(self._tls)

    def _handshake(self, tls: Tls) -> None:
        try:
            self.write(tls.shake(), sealed=True)
        except ssl.SSLError as error:
            self.write(tls.encrypted(b""), sealed=True)  # the alert that tells the server why
            self._fail(Loss.TLS, reason(error))
            return
        if tls.ready:
            self.owner.linked()

    # sending

    def _both(self, events: int) -> None:
        if events & WRITE and self.pending:
            try:
                self.pending = self.pending[self._send(self.pending) :]
            except BlockingIOError:
                return
            except OSError as error:
                self._broken(error)
                return
            if not self.pending:
                self._watch(READ, self._readable)
        if events & READ and not self.closed:
            self._readable()

    # receiving

    def _readable(self) -> None:
        try:
            data = self._receive(SEGMENT)
        except BlockingIOError:
            return
        except OSError as error:
            self._broken(error)
            return
        if self._tls is None and self._tunnel is None and data:
            self.owner.received(data)
        else:
            self._take(data)

    def _take(self, data: bytes) -> None:
        """Take everything but plain bytes: TLS, a proxy's answer, the end."""
        if self._tunnel is not None:
            self._take_tunnel(data)
        elif self._tls is not None:
            self._take_encrypted(self._tls, data)
        else:
            self._end()

    def _take_encrypted(self, tls: Tls, data: bytes) -> None:
        tls.take(data)
        if not tls.ready:
            if not data:
                self._fail(Loss.TLS, "the connection was closed during the handshake")
                return
            self._handshake(tls)
            if self.closed or not tls.ready:
                return
        try:
            plain = tls.decrypted()
        except ssl.SSLError as error:
            self._fail(Loss.TLS, reason(error))
            return
        if plain:
            self.owner.received(plain)
        elif plain is None or not data:
            self._end()

    # ending

    def _end(self) -> None:
        if not self.closed:
            self.owner.ended()

    def _broken(self, error: OSError) -> None:
        """Take an error of the socket: the other side is gone."""
        self._fail(Loss.CUT, (error.strerror or str(error)).lower())

    def _fail(self, loss: Loss, detail: str) -> None:
        if not self.closed:
            owner = self.owner
            self.close()
            owner.failed(loss, detail)

    def _drop(self) -> None:
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
        if self._watching == events:
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


def _is_connected(made: _socket.socket) -> bool:
    try:
        made.getpeername()
    except OSError:
        return False
    return True
