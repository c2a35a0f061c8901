"""Visitors of a site that was scouted, held against what `page.cost` says of its pages."""

import io
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import gevent
from gevent.event import AsyncResult

from scalecheck.cli.swarm_scout import Asking, Scouted, data_of, scouted
from scalecheck.engine.engine import Engine
from scalecheck.engine.exchange import Exchange
from scalecheck.gather.record import EvidenceFile
from scalecheck.model.evidence import Run
from scalecheck.model.load import Part
from scalecheck.model.profile import Profile
from scalecheck.model.profile_file import parse_profile
from scalecheck.page.cost import HOUR_S, Cost, answers, cost, hops, repeated, settled
from scalecheck.page.fetches import When
from scalecheck.page.loading import loading
from scalecheck.swarm.errands import Errand, Pose
from scalecheck.swarm.guests import Guests
from scalecheck.swarm.ledger import Ledger
from scalecheck.swarm.scout import script, window
from scalecheck.swarm.visitor import Sends, Visitor

Requests = Mapping[str, tuple[int, int]]
"""By what a page names: how many requests come of it, redirects among them, and how many of those are conditional."""
SHAPES = "  shapes: {s: [{hold: 1x, for: 100s}]}\n  audience: {pages_per_user: 2, think_time: 1s}\n"


class Noting:
    """Connections that note down what is sent."""

    def __init__(self, pool: Sends, sent: list[Exchange]) -> None:
        self._pool, self._sent = pool, sent

    def send(self, exchange: Exchange) -> None:
        self._sent.append(exchange)
        self._pool.send(exchange)

    def close(self) -> None:
        self._pool.close()


class Site:
    """A site that was scouted, and a crowd that comes to it."""

    def __init__(self, profile: Profile, seen: Scouted, engine: Engine) -> None:
        self.profile, self.seen = profile, seen
        written = script(
            seen.site, seen.documents, seen.data, shape="s", scale=1, seed=1, run_id="run", started="2026-11-27"
        )
        self.crowd = Guests(written, profile, engine, Ledger(engine.now()), seed=1, shard=0, of=1)
        self._sent: list[Exchange] = []
        pool = self.crowd.pool
        self.crowd.pool = lambda origin, most: Noting(pool(origin, most), self._sent)  # type: ignore[method-assign, assignment, return-value]  # as a view sees it

    @property
    def poses(self) -> tuple[Pose, ...]:
        return self.crowd._poses.all

    def visitor(self, pose: Pose, *, warm: bool = False) -> Visitor:
        return self.crowd._new(pose, 1, warm=warm, at_s=self.crowd.now())

    def visit(self, visitor: Visitor, page: str) -> Requests:
        """Have somebody see a page; return what was asked for, calls left out."""
        over: AsyncResult = AsyncResult()
        self._sent.clear()
        self.crowd.visit(visitor, page, lambda view, ended_s: over.set(view))
        view = over.get(timeout=10)
        assert view.failure is None, view.failure
        with gevent.Timeout(10):
            while any(not each.ended_s for each in self._sent):
                gevent.sleep(0.002)  # what is renewed behind the page
        found: dict[str, tuple[int, int]] = {}
        roots = self._roots(page, visitor.pose)
        for exchange in self._sent:
            errand: Errand = exchange.tag[0]
            if errand.wanted.key.part is not Part.CALL:
                names = {name.lower() for name, _ in exchange.outgoing.fields}
                conditional = bool(names & {"if-none-match", "if-modified-since"})
                root = roots.get(errand.url, errand.url)
                count, asking = found.get(root, (0, 0))
                found[root] = count + 1, asking + conditional
        return found

    def first(self, page: str, pose: Pose) -> Requests:
        """Return what the first visit of a page costs in requests."""
        return self._requests(self._cost(page, pose))

    def again(self, page: str, pose: Pose) -> Requests:
        """Return what the next visit costs in requests, an hour later."""
        return self._requests(repeated(self.seen.site, self._cost(page, pose)))

    def _cost(self, page: str, pose: Pose) -> Cost:
        url = next(each.url for each in self.seen.documents if each.page == page)
        document = settled(self.seen.site, url)
        assert document is not None
        return cost(self.seen.site, loading(self.seen.site, document, window(self.profile, pose.device)))

    def _requests(self, of: Cost) -> Requests:
        found: dict[str, tuple[int, int]] = {}
        for item in of.items:
            if item.when is When.INITIAL and self.profile.allows(item.url) and item.figures.requests:
                count, asking = found.get(item.url, (0, 0))
                found[item.url] = count + item.figures.requests, asking + item.estimated
        return found

    def _roots(self, page: str, pose: Pose) -> Mapping[str, str]:
        """Return what each URL was asked for on the way to: redirects are paid by what leads to them."""
        known = answers(self.seen.site)
        return {hop.url: item.url for item in self._cost(page, pose).items for hop in hops(item.url, known)}


@contextmanager
def scouting(text: str) -> Iterator[Site]:
    """Scout the pages of a profile, and let a crowd come."""
    profile = parse_profile(text)
    run = Run("scalecheck", profile.site, time.time(), profile.public(), None, ())
    seen = scouted(profile, data_of(profile), Asking(EvidenceFile(io.StringIO(), run)))
    engine = Engine(timeout_s=5.0)
    site = Site(profile, seen, engine)
    try:
        yield site
    finally:
        site.crowd.close()
        engine.close()


def compare(site: Site, page: str, *before: Requests) -> None:
    """Hold the first visit of a page, and both ways to come back, against what it costs.

    `before` is what leads to the page, on either visit: that is nothing of the page's own.
    """
    way, way_again = before or ({}, {})
    for pose in site.poses:
        visitor = site.visitor(pose)
        first, again = {**way, **site.first(page, pose)}, {**way_again, **site.again(page, pose)}
        assert site.visit(visitor, page) == first
        site.crowd.epoch_s += HOUR_S
        assert site.visit(visitor, page) == again
        site.crowd.epoch_s -= HOUR_S
        assert site.visit(site.visitor(pose, warm=True), page) == again
