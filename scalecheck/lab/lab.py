"""The whole site running on loopback: two edges, and the origin behind them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass
from secrets import token_hex
from threading import Thread
from types import TracebackType
from typing import Self

from scalecheck.lab.edge import Edge
from scalecheck.lab.faults import chosen
from scalecheck.lab.faults_load import FAULTS as OF_LOAD
from scalecheck.lab.message import Handler
from scalecheck.lab.origin import SECRET_FIELD, Origin
from scalecheck.lab.pressure import Pressure
from scalecheck.lab.server import Server

HOST = "127.0.0.1"
LATENCY_S = 0.02
"""What rendering takes; a hit takes next to nothing, so that the two can be told apart."""
STARTS_WITHIN_S = 30.0
UNDER_LOAD = frozenset(fault.name for fault in OF_LOAD)


@dataclass(frozen=True, slots=True)
class Parts:
    """The running site."""

    url: str
    """Scheme, host and port of the edge that visitors reach."""
    second_edge: str
    """`host:port` of another edge with a cache of its own."""
    origin: str
    """`host:port` of the origin, which refuses whoever is not an edge."""
    application: Origin
    edges: tuple[Edge, Edge]

    async def release(self, deploy: int) -> None:
        """Put another deploy live, purge both edges and warm them, as a deploy does."""
        self.application.release(deploy)
        for edge in self.edges:
            edge.purge()
            await edge.warm()


@asynccontextmanager
async def running(
    host: str = HOST, port: int = 0, faults: Iterable[str] = (), deploy: int = 1, latency_s: float = LATENCY_S
) -> AsyncIterator[Parts]:
    """Run the site for as long as the context lasts.

    With a port, the second edge and the origin take the next two; with 0, all take free ones. OSError when one is
    taken, ValueError for a fault that does not exist.
    """
    broken = chosen(faults)
    doors: list[Handler] = []

    def door(at: int) -> Handler:
        return lambda request: doors[at](request)

    servers = [Server(door(at)) for at in range(3)]
    parts: Parts | None = None
    try:
        addresses = [await server.start(host, port and port + offset) for offset, server in enumerate(servers)]
        parts = _assembled(addresses, broken, deploy, latency_s)
        edges = [Pressure(edge, broken) if broken & UNDER_LOAD else edge for edge in parts.edges]
        doors += [*edges, parts.application]
        await asyncio.gather(*(edge.warm() for edge in parts.edges))
        yield parts
    finally:
        for server in servers:
            await server.stop()
        for edge in parts.edges if parts is not None else ():
            await edge.close()


class Lab:
    """The site in a thread of its own, for as long as the `with` statement lasts."""

    def __init__(
        self, *, port: int = 0, faults: Iterable[str] = (), deploy: int = 1, latency_s: float = LATENCY_S
    ) -> None:
        self._site = running(HOST, port, faults, deploy, latency_s)
        self._ready: Future[Parts] = Future()
        self._thread = Thread(target=lambda: asyncio.run(self._live()), name="scalecheck-lab", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._parts = self._ready.result(STARTS_WITHIN_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def url(self) -> str:
        """Scheme, host and port of the edge."""
        return self._parts.url

    @property
    def second_edge(self) -> str:
        """`host:port` of the other edge."""
        return self._parts.second_edge

    @property
    def origin(self) -> str:
        """`host:port` of the origin."""
        return self._parts.origin

    @property
    def requests(self) -> int:
        """Requests that the origin has seen so far, those that warmed the edges among them."""
        return self._parts.application.requests

    @property
    def profile(self) -> str:
        """The text of a profile: the built-in `demo`, at the ports that this lab has."""
        edge = f'edge: {{providers: {{second: "{self.second_edge}"}}, origin: "{self.origin}"}}'
        return f"scalecheck: 1\nextends: demo\nsite: {self.url}\n{edge}\n"

    def release(self, deploy: int) -> None:
        """Put another deploy live, purge both edges and warm them."""
        asyncio.run_coroutine_threadsafe(self._parts.release(deploy), self._loop).result(STARTS_WITHIN_S)

    async def _live(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with self._site as parts:
                self._ready.set_result(parts)
                await self._stop.wait()
        except Exception as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)


def _assembled(addresses: list[str], faults: frozenset[str], deploy: int, latency_s: float) -> Parts:
    first, second, origin = addresses
    site = f"http://{first}"
    secret = token_hex(16)
    application = Origin(site, secret=secret, faults=faults, deploy=deploy, latency_s=latency_s)
    hit_delay_s = 7 * latency_s if "slow-hits" in faults else 0.0
    agreeing = faults - {"second-edge-disagrees"}
    key = (SECRET_FIELD, secret)
    edges = (
        Edge(application, secret=key, faults=agreeing, hit_delay_s=hit_delay_s),
        Edge(application, secret=key, faults=faults, hit_delay_s=hit_delay_s),
    )
    return Parts(site, second, origin, application, edges)
