"""Visitors who do what a team's own tasks say, in the same world as those of a script: engine, caches, cookies, counts.

They see pages as visitors do, and ask for whatever else their tasks name. Callbacks throughout: `swarm.user` makes of
them what a task can wait for.
"""

from collections.abc import Callable, Mapping
from typing import Any

from scalecheck.engine.engine import Engine
from scalecheck.engine.exchange import Exchange
from scalecheck.engine.outgoing import Lines
from scalecheck.model.calls import SAFE
from scalecheck.model.histogram import Histogram
from scalecheck.model.load import Key, Part, Tally
from scalecheck.model.profile import Profile
from scalecheck.page.fetches import Use
from scalecheck.swarm.asked import absolute, identity_of
from scalecheck.swarm.crowd import Crowd
from scalecheck.swarm.errands import Errand, Wanted
from scalecheck.swarm.expectations import FINE, Expectation
from scalecheck.swarm.ledger import Ledger
from scalecheck.swarm.pages import Page
from scalecheck.swarm.script import Script
from scalecheck.swarm.view import CALLS, View
from scalecheck.swarm.visitor import Visitor
from scalecheck.wire.urls import resolve

ENDLESS = 1 << 30
"""Pages that a guest may still see: how many they do, their tasks say."""


class RefusedError(Exception):
    """A task asks for what the profile does not allow, or does not have."""


class Fetch(View):
    """One request of a guest, with their cookies, and by way of their cache where the task says so."""

    __slots__ = ("_by_cache", "errand", "exchange")

    def __init__(
        self, around: Any, page: Page, visitor: Visitor, due_s: float, errand: Errand, *, by_cache: bool
    ) -> None:
        super().__init__(around, page, visitor, due_s, [])
        self._by_cache = by_cache
        self.errand = errand
        self.exchange: Exchange | None = None
        """The last one; None where the cache had the answer."""

    def begin(self) -> None:
        """Ask for it."""
        if self._by_cache:
            self._ask(self.errand, self.due_s, None)
        else:
            self._pending += 1
            self._send(self.errand, self.due_s, self._ended, (self.errand, None, None, 0), None)
        self._one_less(self._around.now())

    def _ended(self, exchange: Exchange) -> None:
        self.exchange = exchange
        super()._ended(exchange)


class Guests(Crowd):
    """The guests of one process."""

    def __init__(
        self, script: Script, profile: Profile, engine: Engine, ledger: Ledger, *, seed: int, shard: int, of: int
    ) -> None:
        super().__init__(script, profile, engine, ledger, seed=seed, shard=shard, of=of)
        self._random = self._numbers("guests")
        self._named = {page.name: page for page in self._pages}
        self._waiting: dict[View, Callable[[View, float], None]] = {}
        self._expected: dict[frozenset[int], Expectation] = {}
        self.asked: set[str] = set()
        """Names of what was asked for besides pages."""

    def newcomer(self) -> Visitor:
        """Return somebody new: a device of a region, an empty cache or a warm one, by the audience's shares."""
        draw, now = self._random, self.now()
        pose = self._poses.drawn(max(0.0, now - self._begins_s), draw(), draw())
        return self._new(pose, ENDLESS, warm=draw() < self._returning, at_s=now)

    def visit(self, visitor: Visitor, name: str, done: Callable[[View, float], None]) -> None:
        """Have somebody see a page; `done` gets the view and when it ended. RefusedError for a page there is not."""
        page = self._named.get(name)
        if page is None:
            raise RefusedError(f"no page {name!r} in the profile's traffic; there are {', '.join(self._named)}")
        draws = [self._random() for _ in range(CALLS + page.draws)]
        due_s = self.now()
        page.counter.planned(due_s)
        self._begun(View(self, page, visitor, due_s, draws), done)

    def fetch(
        self,
        visitor: Visitor,
        method: str,
        target: str,
        done: Callable[[View, float], None],
        *,
        name: str | None = None,
        fields: Lines = (),
        body: bytes = b"",
        by_cache: bool = False,
    ) -> None:
        """Have somebody send a request, by way of their cache or past it; RefusedError for what may not be sent."""
        url = resolve(self._profile.site + "/", absolute(self._profile, target)) or target
        if not self._profile.allows(url):
            raise RefusedError(f"{url}: its host is neither the site's nor among safety.allow_hosts")
        if method not in SAFE and not self._profile.safety.writes:
            raise RefusedError(f"{method} {url}: a write, and safety.writes does not allow it")
        named = name or f"{method} {target.partition('?')[0]}"
        self.asked.add(named)
        wanted = Wanted(
            url,
            Key(Part.ROUTE, named),
            Use.FETCH,
            "include",
            method,
            expected=self._expectation(url),
            fields=fields,
            identity=identity_of(self._profile, url, visitor.number),
            body=body,
        )
        errand = self._errands.of(visitor.pose, wanted)
        self._begun(Fetch(self, self._pages[0], visitor, self.now(), errand, by_cache=by_cache), done)

    def over(self, view: View, ended_s: float) -> None:
        """Count a view, and tell whoever waits for it."""
        done = self._waiting.pop(view)
        self._underway -= 1
        if not isinstance(view, Fetch):
            view.page.counter.viewed(view.due_s, ended_s, view.size, cold=view.cold, failure=view.failure)
        done(view, ended_s)

    def _begun(self, view: View, done: Callable[[View, float], None]) -> None:
        self._waiting[view] = done
        self._underway += 1
        view.begin()

    def _expectation(self, url: str) -> Expectation:
        """Return what is expected: the statuses of the URL's route, else 200 to 399; the body is kept for the task."""
        route = self._profile.route_for(url)
        statuses = frozenset(self._profile.statuses(route)) if route is not None else FINE
        return self._expected.setdefault(statuses, Expectation(statuses, contains=("",)))


class GuestPlayer:
    """What a worker plays whose arrivals are Locust's own: its users', by their wait times (`worker.Player`)."""

    def __init__(self, script: Script, profile: Profile, engine: Engine, *, shard: int, of: int) -> None:
        self._engine = engine
        self._ledger = Ledger(0.0)
        self.guests = Guests(script, profile, engine, self._ledger, seed=script.seed, shard=shard, of=of)
        self.stopped = False
        self._opened = 0

    def begin(self, at_s: float) -> None:
        """Begin the first second at a moment of `time.perf_counter`."""
        self._ledger.begin(at_s)
        self.guests.begin(at_s)

    def stop(self) -> None:
        """Send nothing more: users that ask for something are ended."""
        self.stopped = True

    def idle(self) -> bool:
        """Whether it was stopped, and every answer has come or is lost."""
        return self.stopped and not self._engine.under_way and self.guests.idle()

    def take(self) -> Mapping[int, Mapping[Key, Tally]]:
        """Return by second what was counted since the last time."""
        return self._ledger.take()

    def lag(self) -> Histogram:
        """Return nothing: arrivals have no intended start here but the moment at which a task asks."""
        return Histogram()

    def fired(self) -> tuple[str, ...]:
        """Return the names of requests for which `events.request` was fired, so that Locust has counted them."""
        return tuple(sorted(self.guests.asked))

    def noted(self) -> Mapping[str, int]:
        """Return what a report has to say of how the visitors fared, each with how many times it happened."""
        return self.guests.noted()

    def gauges(self) -> Mapping[str, int]:
        """Return what is open and under way."""
        opened, self._opened = self._engine.opened - self._opened, self._engine.opened
        found = {"connections": self._engine.sockets, "opened": opened, "under_way": len(self._engine.under_way)}
        return found | {"visitors": self.guests.visitors, "messages": 0, "held": 0}

    def close(self) -> None:
        """Close every connection; what is under way is lost."""
        self.stop()
        self.guests.close()
        self._engine.close()
