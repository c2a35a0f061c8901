"""The connections of one visitor to one origin."""

from collections import deque
from typing import TYPE_CHECKING

from scalecheck.engine.connection import Connection
from scalecheck.engine.exchange import Exchange
from scalecheck.engine.origin import Origin

if TYPE_CHECKING:
    import ssl

    from scalecheck.engine.engine import Engine


class Pool:
    """Sends requests to one origin over connections of its own, at most so many at a time; the rest wait their turn."""

    __slots__ = ("_closed", "_count", "_engine", "_idle", "_most", "_waiting", "origin", "session")

    def __init__(self, engine: "Engine", origin: Origin, most: int) -> None:
        self._engine = engine
        self.origin = origin
        self._most = most
        self._idle: list[Connection] = []
        self._count = 0
        self._waiting: deque[Exchange] | None = None
        self._closed = False
        self.session: ssl.SSLSession | None = None
        """The TLS session that its next connection takes up."""

    def send(self, exchange: Exchange) -> None:
        """Send a request, at once where a connection is free or may be opened."""
        self._engine.began(exchange)
        if self._idle:
            connection = self._idle.pop()
            self._engine.busy(connection)
            connection.begin(exchange)
        else:
            self._open_or_wait(exchange)

    def close(self) -> None:
        """Close what is idle now, and the rest once it is."""
        self._closed = True
        for connection in tuple(self._idle):
            connection.close()

    def free(self, connection: Connection) -> None:
        """Take back a connection that can carry another request."""
        if self._waiting and (exchange := self._next()) is not None:
            connection.begin(exchange)
        elif self._closed:
            connection.close()
        else:
            self._idle.append(connection)
            self._engine.rests(connection)

    def gone(self, connection: Connection) -> None:
        """Take note that a connection was closed."""
        self._count -= 1
        if connection.idle:
            self._idle.remove(connection)
        if self._waiting and (exchange := self._next()) is not None:
            self._open_or_wait(exchange)

    def again(self, exchange: Exchange) -> None:
        """Send a request once more, on a new connection; it is one that may be."""
        if self._count < self._most:
            self._open(exchange)
        else:
            self._wait(exchange, first=True)

    def _open_or_wait(self, exchange: Exchange) -> None:
        if self._count < self._most:
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
