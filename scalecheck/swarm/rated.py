"""Load that no page view causes: one request for each arrival, over connections that all arrivals share."""

from collections.abc import Callable
from typing import Any

from scalecheck.engine.engine import Engine
from scalecheck.engine.exchange import Exchange
from scalecheck.engine.pool import Pool
from scalecheck.model.load import Part
from scalecheck.swarm.errands import Errand
from scalecheck.swarm.facts import facts
from scalecheck.swarm.ledger import REFUSALS
from scalecheck.swarm.pages import NO_LOAD, World
from scalecheck.swarm.poses import Poses

CONNECTIONS_AT_MOST = 60_000
"""To one origin; descriptors and ports run out first."""


class Rated:
    """One route with a rate of its own."""

    def __init__(
        self,
        world: World,
        endpoint: str,
        engine: Engine,
        poses: Poses,
        draw: Callable[[], float],
        cdn: str,
    ) -> None:
        self._request = world.call(endpoint, part=Part.ROUTE, mode="include")
        load = world.profile.traffic.routes.get(endpoint, NO_LOAD)
        self._drawing = world.rows.drawings.get(endpoint) if load.data is not None else None
        self._rows, self._engine = world.rows, engine
        self._poses, self._draw, self._cdn = poses, draw, cdn
        self.begins_s = 0.0
        self._obeys = world.profile.safety.obey_retry_after
        self._pools: dict[Any, Pool] = {}
        self._number = 0
        self._away_until_s = 0.0
        self._underway = 0

    @property
    def idle(self) -> bool:
        """Whether every request has ended."""
        return not self._underway

    def arrive(self, due_s: float) -> None:
        """Send one request, unless the server asked to be left alone for a while."""
        errand = self._errand(due_s)
        if due_s < self._away_until_s:
            errand.counter.withheld(due_s)
            return
        pool = self._pools.get(errand.origin)
        if pool is None:
            pool = self._pools[errand.origin] = Pool(self._engine, errand.origin, CONNECTIONS_AT_MOST)
        self._underway += 1
        pool.send(Exchange(errand.outgoing, due_s, self._ended, errand))

    def close(self) -> None:
        """Close the connections."""
        for pool in self._pools.values():
            pool.close()

    def _errand(self, due_s: float) -> Errand:
        draw = self._draw
        pose = self._poses.drawn(due_s - self.begins_s, draw(), draw())
        self._number += 1
        return self._request.errand(pose, self._rows.values(self._drawing, draw()), self._number, "")

    def _ended(self, exchange: Exchange) -> None:
        self._underway -= 1
        errand: Errand = exchange.tag
        said = facts(exchange.head, self._cdn) if exchange.head is not None else None
        failure = errand.expected.failure(exchange)
        errand.counter.ended(exchange, failure, said.state if said is not None else None)
        if failure is not None and self._obeys and said is not None and exchange.status in REFUSALS:
            self._away_until_s = max(self._away_until_s, exchange.ended_s + said.wait_s)
