"""The visitors of one worker: a page view is taken by somebody in the middle of a visit, or by somebody new.

A page view goes to the visitor whose think time passed first; else to somebody whose visit began before the run, as
many as would be there had the first level lasted for ever; else to somebody new. So page views come exactly as the
course says, a spike is made of new visitors, and a steady load is steady from its first second. Nobody who thinks
costs a timer.

What is drawn for an arrival depends on the seed, the stream and the arrival's number alone: the same numbers are drawn
for each, used or not, so that answers which take longer make nobody else somebody else.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from heapq import heappop, heappush
from typing import Any

from scalecheck.engine.engine import Engine
from scalecheck.engine.outgoing import Lines
from scalecheck.engine.pool import Pool
from scalecheck.model.profile import Profile
from scalecheck.plan.shapes import whole
from scalecheck.swarm.asked import identity_of, rated
from scalecheck.swarm.cache import Entry, Shelf
from scalecheck.swarm.errands import Errand, Errands, Pose
from scalecheck.swarm.ledger import Ledger
from scalecheck.swarm.pages import Page, World
from scalecheck.swarm.poses import Poses, numbers
from scalecheck.swarm.rated import Rated
from scalecheck.swarm.residents import AT_ONCE, ONE, Visits
from scalecheck.swarm.script import Script
from scalecheck.swarm.view import CALLS, THINK, View
from scalecheck.swarm.visitor import NOTHING_HELD, Visitor
from scalecheck.wire.urls import origin, resolve

SEEN_OTHER = 303
REWRITTEN = frozenset({301, 302, 303})
"""Redirects after which a write is asked for by GET (Fetch, HTTP-redirect fetch)."""
OWN_TO_AN_ORIGIN = frozenset({"authorization", "cookie", "proxy-authorization"})
"""Fields that do not follow a redirect to another origin."""
REGION, DEVICE, PAGES, RETURNS = range(-4, 0)
"""Which of the numbers that are drawn for an arrival say who comes, where somebody new does; they come last."""
HURRIED = "a page view came too early for its visitor, since safety.max_users were there"
ELSEWHERE_AT_MOST = 20
"""URLs of redirects that are told; a site that makes up a new one each time fills no report."""
LONGEST_TOLD = 500
"""Characters of one of them."""
Arrival = tuple[Page, float, list[float]]
"""A page view that is due: of what, since when, and the numbers drawn for it."""


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
    ) -> None:
        self._profile, self._engine = profile, engine
        self._of, self._begins_s = of, 0.0
        self.shelf = Shelf()
        self.cdn = profile.cdn
        self.now = engine.now
        self.epoch_s = time.time() - time.perf_counter()
        on, traffic = date.fromisoformat(script.started), profile.traffic
        self._numbers = partial(numbers, seed, shard, of)
        self._poses = Poses(profile, script.shape, on, script.run_id)
        self._errands = Errands(profile, engine.origin, ledger.counter)
        self._world = World(script, profile, self._errands)
        self._pages = tuple(Page(self._world, name) for name in traffic.pages)
        self._rated = tuple(
            Rated(self._world, each, engine, self._poses, self._numbers(each), self.cdn) for each in rated(profile)
        )
        views = (partial(self._arrived, page, self._numbers(page.name)) for page in self._pages)
        self._handlers: tuple[Callable[[float], None], ...] = (*views, *(each.arrive for each in self._rated))
        audience = traffic.audience
        self._visits = Visits(audience.pages_per_user or ONE, audience.think_time or AT_ONCE)
        self._returning = audience.returning or 0.0
        course = whole(traffic.shapes[script.shape], traffic.regions, on, scale=script.scale)
        self._first_per_s = course.at(0.0) * (traffic.normal or 0.0) / of
        most = profile.safety.max_users
        self._most = None if most is None else max(1, most // of + (shard < most % of))
        self._residents = 0
        self._number = shard
        self._thinking: list[tuple[float, int, Visitor]] = []
        self._queue: deque[Arrival] = deque()
        """Page views that wait for somebody, since `safety.max_users` are there and none of them thinks."""
        self._underway = 0
        self._closed = False
        self.hurried = 0
        """Page views that should have been a new visitor's, and came too early for others: `max_users` were there."""
        self.elsewhere: dict[str, int] = {}
        """Redirects that were not followed, since they lead to hosts that get no load, by URL."""
        self._held_s = engine.now()
        self._held = {pose: self._warm(pose, script) for pose in self._poses.all}

    def begin(self, at_s: float) -> None:
        """Take this moment for the beginning of the run."""
        self._begins_s = at_s
        for each in self._rated:
            each.begins_s = at_s

    @property
    def visitors(self) -> int:
        """How many are in the middle of a visit."""
        return self._underway + len(self._thinking)

    def handlers(self) -> list[Callable[[float], None]]:
        """Return what takes an arrival of each stream; it gets the intended start."""
        return list(self._handlers)

    def idle(self) -> bool:
        """Whether no view is under way, and no request of a route."""
        return not self._underway and not self._queue and all(each.idle for each in self._rated)

    def close(self) -> None:
        """Send everybody home; page views that still waited for somebody are not sent."""
        self._closed = True
        for page, due_s, _ in self._queue:
            page.counter.given_up(due_s)
        self._queue.clear()
        for _, _, visitor in self._thinking:
            visitor.leave()
        self._thinking.clear()
        for each in self._rated:
            each.close()

    def noted(self) -> Mapping[str, int]:
        """Return what a report has to say of how the visitors fared, each with how many times it happened."""
        found = {f"a redirect to {url} was not followed": count for url, count in self.elsewhere.items()}
        return found | ({HURRIED: self.hurried} if self.hurried else {})

    def _arrived(self, page: Page, draw: Callable[[], float], due_s: float) -> None:
        """Take a page view that is due."""
        arrival = page, due_s, [draw() for _ in range(CALLS + page.draws - REGION)]
        if self._is_full and not self._is_ready(due_s):
            self.hurried += 1
        if self._queue or not self._view(arrival):
            self._queue.append(arrival)

    def _view(self, arrival: Arrival) -> bool:
        """Begin a view, where there is somebody to see it."""
        page, due_s, draws = arrival
        visitor = self._somebody(due_s, draws)
        if visitor is None:
            return False
        visitor.left -= 1
        self._underway += 1
        View(self, page, visitor, due_s, draws).begin()
        return True

    def _is_ready(self, due_s: float) -> bool:
        """Whether somebody has thought long enough."""
        return bool(self._thinking) and self._thinking[0][0] <= due_s

    @property
    def _is_full(self) -> bool:
        """Whether nobody new may come."""
        return self._most is not None and self.visitors >= self._most

    def _next(self) -> None:
        """Let the view that waits longest begin."""
        if self._queue and self._view(self._queue[0]):
            self._queue.popleft()

    def _somebody(self, due_s: float, draws: list[float]) -> Visitor | None:
        """Return who takes a page view; None where nobody new may come, and of those who are there nobody thinks."""
        thinking = self._thinking
        if self._is_ready(due_s) or (self._is_full and thinking):
            return heappop(thinking)[2]
        if self._is_full:
            return None
        elapsed_s = due_s - self._begins_s
        pose = self._poses.drawn(elapsed_s, draws[REGION], draws[DEVICE])
        if self._visits.residents(self._first_per_s, elapsed_s) >= self._residents + 1:
            self._residents += 1
            return self._new(pose, self._visits.rest(draws[PAGES]), warm=True, at_s=due_s)
        warm = draws[RETURNS] < self._returning
        return self._new(pose, self._visits.drawn(draws[PAGES]), warm=warm, at_s=due_s)

    def _new(self, pose: Pose, pages: int, *, warm: bool, at_s: float) -> Visitor:
        number = self._number
        self._number += self._of
        return Visitor(number, pose, pages, self._held[pose] if warm else NOTHING_HELD, at_s - self._held_s)

    def _warm(self, pose: Pose, script: Script) -> Mapping[str, Entry]:
        """Return what a warm cache holds for a pose: what earlier visits of the scouted pages would have brought."""
        asked = {errand.url: errand for page in self._pages for errand in page.asked(pose)}
        held, fields = {}, {}
        for url, each in script.warm.items():
            errand = next((asked[via] for via in (url, *each.via) if via in asked), None)
            if errand is not None:
                onward = errand if errand.url == url else self._errands.of(pose, replace(errand.wanted, url=url))
                held[url], fields[url] = each, onward.fields
        return self.shelf.warm(held, fields, self._held_s + self.epoch_s)

    # what views call

    def pool(self, origin: Any, most: int) -> Pool:
        """Return connections of one's own."""
        return Pool(self._engine, origin, most)

    def hop(self, visitor: Visitor, errand: Errand, status: int, location: str) -> Errand | None:
        """Return how a redirect is followed; None where it leads to a host that gets no load."""
        url, wanted = resolve(errand.url, location), errand.wanted
        if url is None or not self._profile.allows(url):
            told = location.partition("?")[0][:LONGEST_TOLD]  # what follows may be somebody's token
            if told in self.elsewhere or len(self.elsewhere) < ELSEWHERE_AT_MOST:
                self.elsewhere[told] = self.elsewhere.get(told, 0) + 1
            return None
        rewritten = status == SEEN_OTHER or (status in REWRITTEN and wanted.method == "POST")
        method = "GET" if rewritten and wanted.method not in {"GET", "HEAD"} else wanted.method
        onward = replace(
            wanted,
            url=url,
            method=method,
            fields=_carried(errand, url) if method == wanted.method else (),
            identity=identity_of(self._profile, url, visitor.number),
            body=wanted.body if method == wanted.method else b"",
        )
        return self._errands.of(visitor.pose, onward)

    def over(self, view: View, ended_s: float) -> None:
        """Count a view, and let its visitor think about the next one."""
        view.page.counter.viewed(view.due_s, ended_s, view.size, cold=view.cold, failure=view.failure)
        self._underway -= 1
        if self._queue and not self._closed:
            self._engine.later(self._next)
        visitor = view.visitor
        if visitor.left <= 0 or self._closed:
            visitor.leave()
            return
        thinks_s = self._visits.thinks_s(view.draws[THINK])
        if self._profile.safety.obey_retry_after:
            thinks_s = max(thinks_s, view.wait_s)
        heappush(self._thinking, (ended_s + thinks_s, visitor.number, visitor))


def _carried(errand: Errand, url: str) -> Lines:
    """Return the profile's fields of a request as a redirect carries them along."""
    fields = errand.wanted.fields
    if origin(url) == origin(errand.url):
        return fields
    return tuple(line for line in fields if line[0].lower() not in OWN_TO_AN_ORIGIN)
