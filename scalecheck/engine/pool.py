"""The connections of one visitor to one origin."""

from collections import deque
from typing import TYPE_CHECKING

from scalecheck.engine.connection import Connection
from scalecheck.engine.exchange import Carrier, Exchange
from scalecheck.engine.origin import Origin

if TYPE_CHECKING:
    import ssl

    from scalecheck.engine.engine import Engine


class Pool:
    """Sends requests to one origin over connections of its own, at most so many at a time; the rest wait their turn."""

    __slots__ = ("_count", "_engine", "_idle", "_most", "_shared", "_waiting", "closed", "http2", "origin", "session")

    def __init__(self, engine: "Engine", origin: Origin, most: int, *, http2: bool | None = None) -> None:
        self._engine = engine
        self.origin = origin
        self.http2 = engine.http2 if http2 is None else http2
        """Whether HTTP/2 is offered; without a word, where the engine does so."""
        self._most = most
        self._idle: list[Carrier] = []
        self._count = 0
        self._waiting: deque[Exchange] | None = None
        self._shared: Carrier | None = None
        """The one of HTTP/2, which takes every request."""
        self.closed = False
        self.session: ssl.SSLSession | None = None
        """The TLS session that its next connection takes up."""

    def send(self, exchange: Exchange) -> None:
        """Send a request, at once where a connection is free or may be opened."""
        engine = self._engine
        exchange.submitted_s = engine.now()
        engine.under_way[exchange] = None
        connection = self._shared
        if connection is None and self._idle:
            connection = self._idle.pop()
        if connection is None:
            self._open_or_wait(exchange)
        else:
            connection.idle = False
            engine.idle.pop(connection, None)
            connection.begin(exchange)

    def close(self) -> None:
        """Close what is idle now, and the rest once it is."""
        self.closed = True
        for connection in tuple(self._idle):
            connection.close()
        if self._shared is not None and self._shared.idle:
            self._shared.close()

    def multiplexes(self, connection: Carrier, first: Exchange | None) -> None:
        """Take note that a connection speaks HTTP/2: it takes all that waits, and what comes later."""
        self.origin.http2 = True
        self._shared = connection
        if first is not None:
            connection.begin(first)
        while self._waiting and (exchange := self._next()) is not None:
            connection.begin(exchange)

    def parts(self, connection: Carrier) -> None:
        """Take note that a connection takes no more requests."""
        if connection is self._shared:
            self._shared = None

    def free(self, connection: Carrier) -> None:
        """Take back a connection that can carry another request; where too many wait for one, the longest idle goes."""
        if self._waiting:
            self._widen()
        if self._waiting and (exchange := self._next()) is not None:
            connection.begin(exchange)
        elif self.closed:
            connection.close()
        else:
            if connection is not self._shared:
                self._idle.append(connection)
            engine = self._engine
            connection.idle = True
            engine.idle[connection] = None
            if len(engine.idle) > engine.idle_most:
                next(iter(engine.idle)).close()

    def gone(self, connection: Carrier) -> None:
        """Take note that a connection was closed."""
        self._count -= 1
        if connection is self._shared:
            self._shared = None
        elif connection.idle and connection in self._idle:
            self._idle.remove(connection)
        if self._waiting and (exchange := self._next()) is not None:
            self._open_or_wait(exchange)

    @property
    def _limit(self) -> int:
        """How many connections it may have: one where it may turn out to speak HTTP/2."""
        hopes = self.http2 and self.origin.tls and self.origin.http2 is not False
        return 1 if hopes else self._most

    def _widen(self) -> None:
        """Open what may be opened for those that wait: an origin that speaks no HTTP/2 takes several connections."""
        while self.http2 and self._count < self._limit and (exchange := self._next()) is not None:
            self._open(exchange)

    def again(self, exchange: Exchange) -> None:
        """Send a request once more, on a new connection; it is one that may be."""
        self._engine.under_way[exchange] = None
        if self._shared is not None:
            self._shared.begin(exchange)
        elif self._count < self._limit:
            self._open(exchange)
        else:
            self._wait(exchange, first=True)

    def _open_or_wait(self, exchange: Exchange) -> None:
        if self._count < self._limit:
            self._open(exchange)
        else:
            self._wait(exchange)

    def _wait(self, exchange: Exchange, *, first: bool = False) -> None:
        if self._waiting is None:
            self._waiting = deque()
        if first:
            self._waiting.appendleft(exchange)
        else:
            self._waiting.append(exchange)

    def _next(self) -> Exchange | None:
        """Return the next request that still waits; those that waited too long have ended."""
        while self._waiting:
            exchange = self._waiting.popleft()
            if not exchange.ended_s:
                return exchange
        return None

    def _open(self, exchange: Exchange) -> None:
        self._count += 1
        exchange.opened = True
        Connection(self._engine, self, exchange)
