"""An engine for one test, and one request at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import gevent
from gevent.event import Event

from scalecheck.engine.engine import Engine
from scalecheck.engine.exchange import Exchange
from scalecheck.engine.outgoing import Outgoing
from scalecheck.engine.pool import Pool

LONGEST_S = 10.0


@dataclass
class Asking:
    """An engine, and a pool of it for one origin."""

    engine: Engine
    pool: Pool
    authority: str
    done: list[Exchange] = field(default_factory=list)

    def ask(self, target: str = "/", method: str = "GET", **named: Any) -> Exchange:
        """Return what came of one request."""
        return self.all([Outgoing(method, target, self.authority, **named)])[0]

    def all(self, outgoing: list[Outgoing]) -> list[Exchange]:
        """Return what came of several that are sent at once."""
        over = Event()
        ended: list[Exchange] = []

        def done(exchange: Exchange) -> None:
            ended.append(exchange)
            if len(ended) == len(outgoing):
                over.set()

        exchanges = [Exchange(each, self.engine.now(), done) for each in outgoing]
        for each in exchanges:
            self.pool.send(each)
        with gevent.Timeout(LONGEST_S):
            over.wait()
        assert sorted(map(id, ended)) == sorted(map(id, exchanges))
        return exchanges


@contextmanager
def asking(
    port: int, *, scheme: str = "http", host: str = "127.0.0.1", most: int = 6, **named: Any
) -> Iterator[Asking]:
    """Run an engine until the block ends."""
    engine = Engine(**named)
    try:
        yield Asking(engine, Pool(engine, engine.origin(scheme, host, port), most), f"{host}:{port}")
    finally:
        engine.close()
        gevent.sleep(0)
