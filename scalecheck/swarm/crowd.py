"""The visitors of one worker: a page view is taken by somebody in the middle of a visit, or by somebody new.

A page view goes to the visitor whose think time passed first; else to somebody whose visit began before the run, as
many as would be there had the first level lasted for ever; else to somebody new. So page views come exactly as the
course says, a spike is made of new visitors, and a steady load is steady from its first second. Nobody who thinks
costs a timer.
"""

import time
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from heapq import heappop, heappush
from random import Random
from typing import TYPE_CHECKING, Any

from scalecheck.engine.engine import Engine
from scalecheck.engine.pool import Pool
from scalecheck.model.load import Key, Part
from scalecheck.model.profile import Profile
from scalecheck.page.fetches import Use
from scalecheck.plan.shapes import whole
from scalecheck.swarm.cache import Entry, Shelf
from scalecheck.swarm.errands import Errand, Errands, Pose, Wanted
from scalecheck.swarm.ledger import Ledger
from scalecheck.swarm.pages import Page, World
from scalecheck.swarm.poses import Poses
from scalecheck.swarm.rated import Rated
from scalecheck.swarm.residents import AT_ONCE, ONE, Visits
from scalecheck.swarm.scout import identity_of
from scalecheck.swarm.script import Script
from scalecheck.swarm.view import CALLS, THINK, View
from scalecheck.swarm.visitor import NOTHING_HELD, Visitor
from scalecheck.wire.urls import resolve

if TYPE_CHECKING:
    from scalecheck.wire.fields import Fields

SEEN_OTHER = 303
REWRITTEN = frozenset({301, 302, 303})
"""Redirects after which a write is asked for by GET (Fetch, HTTP-redirect fetch)."""


class Crowd:
    """Takes arrivals; one handler for each stream, the pages first."""

    def __init__(
        self,
        script: Script,
        profile: Profile,
        engine: Engine,
        ledger: Ledger,
        *,
        seed: int,
        shard: int,
        of: int,
        begins_s: float,
    ) -> None:
        self._profile, self._engine = profile, engine
        self._of, self._begins_s = of, begins_s
        self.shelf = Shelf()
        self.cdn = profile.cdn
        self.now = engine.now
        self.epoch_s = time.time() - time.perf_counter()
        on, traffic = date.fromisoformat(script.started), profile.traffic
        self._random = Random(f"{seed}/{shard}").random
        self._poses = Poses(profile, script.shape, on, script.run_id)
        self._errands = Errands(profile, engine.origin, ledger.counter)
        self._world = World(script, profile, self._errands)
        self._pages = tuple(Page(self._world, name) for name in traffic.pages)
        rated = [endpoint for endpoint, load in traffic.routes.items() if load.rate is not None]
        self._rated = tuple(
            Rated(self._world, each, engine, self._poses, self._random, self.cdn, begins_s) for each in rated
        )
        audience = traffic.audience
        self._visits = Visits(audience.pages_per_user or ONE, audience.think_time or AT_ONCE)
        self._returning = audience.returning or 0.0
        course = whole(traffic.shapes[script.shape], traffic.regions, on, scale=script.scale)
        self._first_per_s = course.at(0.0) * (traffic.normal or 0.0) / of
        self._most = None if profile.safety.max_users is None else max(1, profile.safety.max_users // of)
        self._residents = 0
        self._number = shard
        self._thinking: list[tuple[float, int, Visitor]] = []
        self._underway = 0
        self.hurried = 0
        """Page views that somebody took before their think time had passed, since `safety.max_users` were there."""
        self.elsewhere: dict[str, int] = {}
        """Redirects that were not followed, since they lead to hosts that get no load, by URL."""
        self._held = {pose: self._warm(script, pose) for pose in self._poses.all}

    @property
    def visitors(self) -> int:
        """How many are in the middle of a visit."""
        return self._underway + len(self._thinking)

    def handlers(self) -> list[Callable[[float], None]]:
        """Return what takes an arrival of each stream; it gets the intended start."""
        pages = (partial(self._view, page) for page in self._pages)
        return [*pages, *(each.arrive for each in self._rated)]

    def idle(self) -> bool:
        """Whether no view is under way, and no request of a route."""
        return not self._underway and all(each.idle for each in self._rated)

    def close(self) -> None:
        """Send everybody home."""
        for _, _, visitor in self._thinking:
            visitor.leave()
        self._thinking.clear()
        for each in self._rated:
            each.close()

    def _view(self, page: Page, due_s: float) -> None:
        draw = self._random
        draws = [draw() for _ in range(CALLS + page.draws)]
        visitor = self._somebody(due_s)
        visitor.left -= 1
        self._underway += 1
        View(self, page, visitor, due_s, draws).begin()

    def _somebody(self, due_s: float) -> Visitor:
        """Return who takes a page view."""
        thinking, draw = self._thinking, self._random
        if thinking and thinking[0][0] <= due_s:
            return heappop(thinking)[2]
        elapsed_s = due_s - self._begins_s
        resident = self._visits.residents(self._first_per_s, elapsed_s) >= self._residents + 1
        if self._most is not None and self.visitors >= self._most and thinking:
            self.hurried += 1
            return heappop(thinking)[2]
        pose = self._poses.drawn(elapsed_s, draw(), draw())
        if resident:
            self._residents += 1
            return self._new(pose, self._visits.rest(draw()), warm=True, elapsed_s=0.0)
        return self._new(pose, self._visits.drawn(draw()), warm=draw() < self._returning, elapsed_s=elapsed_s)

    def _new(self, pose: Pose, pages: int, *, warm: bool, elapsed_s: float) -> Visitor:
        number = self._number
        self._number += self._of
        return Visitor(number, pose, pages, self._held[pose] if warm else NOTHING_HELD, elapsed_s)

    def _warm(self, script: Script, pose: Pose) -> Mapping[str, Entry]:
        """Return what a warm cache holds for a pose: what earlier visits of the scouted pages would have brought."""
        asked: dict[str, Fields] = {}
        for name, views in script.views.items():
            for sample in views.get(pose.device, ()):
                wanted = Wanted(sample.url, Key(Part.DOCUMENT, name), Use.DOCUMENT, "navigate")
                asked[sample.url] = self._errands.of(pose, wanted).fields
        for page in self._pages:
            asked.update(page.asked(pose))
        held = {url: each for url, each in script.warm.items() if url in asked}
        begins_at = self._begins_s + self.epoch_s
        return self.shelf.warm(held, asked, begins_at)

    # what views call

    def pool(self, origin: Any, most: int) -> Pool:
        """Return connections of one's own."""
        return Pool(self._engine, origin, most)

    def hop(self, visitor: Visitor, errand: Errand, status: int, location: str) -> Errand | None:
        """Return how a redirect is followed; None where it leads to a host that gets no load."""
        url, wanted = resolve(errand.url, location), errand.wanted
        if url is None or not self._profile.allows(url):
            if len(self.elsewhere) < 1000:
                self.elsewhere[location[:500]] = self.elsewhere.get(location[:500], 0) + 1
            return None
        rewritten = status == SEEN_OTHER or (status in REWRITTEN and wanted.method == "POST")
        method = "GET" if rewritten and wanted.method not in {"GET", "HEAD"} else wanted.method
        onward = Wanted(
            url.partition("#")[0],
            wanted.key,
            wanted.use,
            wanted.mode,
            method,
            wanted.page,
            wanted.referrer,
            wanted.expected,
            wanted.fields if method == wanted.method else (),
            identity_of(self._profile, url, visitor.number),
            wanted.body if method == wanted.method else b"",
        )
        return self._errands.of(visitor.pose, onward)

    def over(self, view: View, ended_s: float) -> None:
        """Count a view, and let its visitor think about the next one."""
        view.page.counter.viewed(view.due_s, ended_s, view.size, cold=view.cold, failure=view.failure)
        self._underway -= 1
        visitor = view.visitor
        if visitor.left <= 0:
            visitor.leave()
            return
        thinks_s = self._visits.thinks_s(view.draws[THINK])
        if self._profile.safety.obey_retry_after:
            thinks_s = max(thinks_s, view.wait_s)
        heappush(self._thinking, (ended_s + thinks_s, visitor.number, visitor))
