"""The engine: what all connections share, and the only clock that they read."""

import _socket  # no more of it is needed than the C part, which gevent leaves alone
import base64
import resource
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gevent

from scalecheck.engine.exchange import Carrier, Exchange
from scalecheck.engine.head import Heads
from scalecheck.engine.link import EXHAUSTED
from scalecheck.engine.origin import Origin
from scalecheck.engine.tls import context
from scalecheck.model.evidence import Loss
from scalecheck.model.profile_proxy import Proxy

if TYPE_CHECKING:
    import ssl

STREAM = socket.SOCK_STREAM | getattr(socket, "SOCK_NONBLOCK", 0)
"""A TCP socket that never waits from the beginning, where the system can: one call less."""
SWEEP_S = 0.05
"""How often requests are looked through for those that take too long."""
FILES_KEPT = 64
"""Descriptors that are left for everything but connections."""


class Handle:
    """Something that is to happen later."""

    __slots__ = ("_timer",)

    def __init__(self, timer: Any) -> None:
        self._timer = timer

    def cancel(self) -> None:
        """Let it not happen."""
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
            self._timer = None


class Engine:
    """Opens connections on gevent's loop, counts them, and ends what takes too long.

    `timeout_s` is from the moment a request is handed over to its last byte. `connect_to` is where to connect to
    instead of an origin's own address, by host. At most `idle_most` connections wait for a next request; those that
    wait longest are closed first.
    """

    def __init__(
        self,
        *,
        timeout_s: float = 30.0,
        ca_file: Path | None = None,
        http2: bool = False,
        proxy: Proxy | None = None,
        connect_to: tuple[str, int] | None = None,
        idle_most: int | None = None,
    ) -> None:
        self.loop = gevent.get_hub().loop
        self.now = time.perf_counter
        self.timeout_s = timeout_s
        self.heads = Heads()
        self.http2 = http2
        self.opened = 0
        """Connections opened, or tried to be, so far."""
        self.sockets = 0
        """Sockets that are open."""
        self.under_way: dict[Exchange, None] = {}
        """Requests handed over and not ended, the oldest first."""
        self.connections: dict[Carrier, None] = {}
        """Those that are open, or being opened."""
        self._ca_file = ca_file
        self._proxy = proxy
        self._connect_to = connect_to
        self._origins: dict[tuple[str, str, int], Origin] = {}
        self.idle: dict[Carrier, None] = {}
        """Those that wait for a next request, the longest first."""
        self.idle_most = idle_most if idle_most is not None else max(16, files_limit() - FILES_KEPT)
        self._contexts: dict[bool, ssl.SSLContext] = {}
        self._sweeper = self.loop.timer(SWEEP_S, SWEEP_S)
        self._sweeper.start(self._sweep)

    def context(self, *, http2: bool) -> "ssl.SSLContext":
        """Return how servers are verified, and whether HTTP/2 is offered."""
        found = self._contexts.get(http2)
        if found is None:
            found = self._contexts[http2] = context(self._ca_file, http2=http2)
        return found

    def origin(self, scheme: str, host: str, port: int) -> Origin:
        """Return an origin, always the same one."""
        key = scheme, host, port
        found = self._origins.get(key)
        if found is None:
            found = self._origins[key] = Origin(scheme, host, port, connect_to=self._connect_to, proxy=self._proxy)
        return found

    def after(self, delay_s: float, callback: Callable[..., None], *args: object) -> Handle:
        """Call something later."""
        timer = self.loop.timer(max(0.0, delay_s))
        timer.start(callback, *args)
        return Handle(timer)

    def later(self, callback: Callable[..., None], *args: object) -> None:
        """Call something once what runs now is over."""
        self.loop.run_callback(callback, *args)

    def close(self) -> None:
        """End everything: what is under way is lost as interrupted."""
        self._sweeper.stop()
        self._sweeper.close()
        for origin in self._origins.values():
            origin.close()
        for exchange in tuple(self.under_way):
            self.give_up(exchange, Loss.INTERRUPTED, "the run ended")
        for connection in tuple(self.connections):
            connection.end(Loss.INTERRUPTED, "the run ended")

    # what connections and pools call

    def socket(self, family: int) -> _socket.socket:
        """Return a new socket; OSError where this machine has no more, although the idle ones were given up."""
        try:
            made = _socket.socket(family, STREAM)
        except OSError as error:
            if error.errno not in EXHAUSTED or not self.idle:
                raise
            for connection in tuple(self.idle)[: max(1, len(self.idle) // 8)]:
                connection.close()
            made = _socket.socket(family, STREAM)
        self.sockets += 1
        if STREAM == socket.SOCK_STREAM:
            made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def ended(self, exchange: Exchange) -> None:
        """Take note that a request needs no more watching."""
        self.under_way.pop(exchange, None)

    endless = ended
    """Its answer has begun, and need not end."""

    def lost(self, exchange: Exchange, loss: Loss, detail: str) -> None:
        """End a request without an answer; its caller hears of it once what runs now is over."""
        self.ended(exchange)
        if exchange.ended_s:
            return
        exchange.ended_s = self.now()
        exchange.loss = loss
        exchange.detail = detail
        exchange.status = 0
        self.later(exchange.done, exchange)

    def gone(self, connection: Carrier) -> None:
        """Forget a connection that was closed."""
        self.idle.pop(connection, None)
        self.connections.pop(connection, None)

    def absolute(self, origin: Origin, data: bytes) -> bytes:
        """Return a request as a proxy wants it: with the whole URL, and with what the proxy asks for."""
        method, _, rest = data.partition(b" ")
        line, _, fields = rest.partition(b"\r\n")
        return b"%b %b%b\r\n%b%b" % (method, origin.url.encode(), line, self._credentials(), fields)

    def tunnel(self, origin: Origin) -> bytes:
        """Return how a proxy is asked for a tunnel."""
        host = f"[{origin.host}]" if ":" in origin.host else origin.host
        target = f"{host}:{origin.port}".encode()
        return b"CONNECT %b HTTP/1.1\r\nHost: %b\r\n%b\r\n" % (target, target, self._credentials())

    def _credentials(self) -> bytes:
        if self._proxy is None or not self._proxy.authorization:
            return b""
        token = base64.b64encode(self._proxy.authorization.encode()).decode()
        return f"Proxy-Authorization: Basic {token}\r\n".encode()

    def _sweep(self) -> None:
        """Give up what takes too long; the oldest come first."""
        limit = self.now() - self.timeout_s
        overdue = list(takewhile(lambda each: each.submitted_s < limit, self.under_way))
        for exchange in overdue:
            self.give_up(exchange, Loss.TIMEOUT, f"no whole answer within {self.timeout_s:g} s")

    def give_up(self, exchange: Exchange, loss: Loss, detail: str) -> None:
        """End a request, wherever it is."""
        if exchange.carrier is not None:
            exchange.carrier.give_up(exchange, loss, detail)
        else:
            self.lost(exchange, loss, detail)


def files_limit() -> int:
    """Return how many descriptors this process may have open, raised as far as it may raise it itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    return soft if soft != resource.RLIM_INFINITY else 1 << 20
