"""Traffic as a log or a recording shows it: which pages, how often, which calls each makes, and who looks at them.

Requests are taken one by one, in the order of their times; what is kept grows with the number of addresses and of
visitors, not with the number of requests.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from scalecheck.model.calls import SAFE
from scalecheck.model.kinds import PAGES, Kind
from scalecheck.model.profile import Profile, Route
from scalecheck.wire.access_log import Hit

IDLE_S = 30 * 60
"""A visitor who asks for no page for so long has left; the next page begins another visit."""
PATHS_AT_MOST = 20_000
"""Addresses that are told apart; what comes behind is counted and left out."""
VISITORS_AT_MOST = 1_000_000
ASSET = re.compile(
    r"\.(?:js|mjs|css|map|png|jpe?g|gif|webp|avif|svg|ico|woff2?|ttf|otf|eot|mp4|webm|mp3|json|xml|txt|pdf|wasm|webmanifest)$",
    re.IGNORECASE,
)
CALL = re.compile(r"^/(?:[^/]+/)?(?:api|graphql|rest|rpc|v\d+)(?:/|$)|^/(?:[^/]+/)*_next/data/", re.IGNORECASE)
BOT = re.compile(r"bot|crawl|spider|slurp|monitor|pingdom|uptime|curl/|wget/|python-|go-http|scalecheck", re.IGNORECASE)
INSTANCE = re.compile(r"\d+|[0-9a-f]{8}-[0-9a-f-]{27}|(?=[^/]*\d)[0-9a-f]{12,}|\d[\w-]*-\d[\w-]*|\d{4}-\d\d-\d\d")
"""A segment that names one of many: a number, an UUID, a long hexadecimal word, a date."""


@dataclass(slots=True)
class Address:
    """One address, or many that differ in what their parameter stands for."""

    pattern: str
    """`/products/{id}`."""
    seen: int = 0
    instances: Counter[str] = field(default_factory=Counter)
    """Paths of the pattern, as they were asked for."""
    size: int = 0
    sized: int = 0


@dataclass(slots=True)
class _Visitor:
    last_at: float
    page: str
    pages: int = 1


@dataclass
class Recorder:
    """What was seen so far; `take` adds one request."""

    profile: Profile | None = None
    """Whose routes say what is a page; without it, names do."""
    pages: dict[str, Address] = field(default_factory=dict)
    calls: dict[str, Address] = field(default_factory=dict)
    """By method and pattern."""
    made: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Calls by the page that makes them; the empty page where nobody knows."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Why requests were left out."""
    devices: Counter[str] = field(default_factory=Counter)
    """Visits by user agent."""
    lengths: Counter[int] = field(default_factory=Counter)
    """Visits by their number of pages."""
    thinking: Counter[int] = field(default_factory=Counter)
    """Whole seconds from one page to the next."""
    by_hour: Counter[int] = field(default_factory=Counter)
    """Page views by hour since the epoch."""
    by_minute: Counter[int] = field(default_factory=Counter)
    """Requests by minute since the epoch, assets too."""
    first_at: float = float("inf")
    last_at: float = float("-inf")
    visitors: dict[tuple[str, str], _Visitor] = field(default_factory=dict)

    def take(self, hit: Hit) -> None:
        """Count one request."""
        if _is_bot(hit.agent) or "{" in hit.target or "}" in hit.target:
            self.left_out["of bots and tools" if _is_bot(hit.agent) else "with braces in their address"] += 1
            return
        self.first_at, self.last_at = min(self.first_at, hit.at), max(self.last_at, hit.at)
        self.by_minute[int(hit.at // 60)] += 1
        kind, pattern = self._sorted(hit)
        if kind is Kind.API:
            self._call(hit, pattern)
        elif kind in PAGES:
            self._page(hit, pattern)
        elif kind is None:
            self.left_out["neither pages, calls nor assets"] += 1

    def finish(self) -> None:
        """End the visits that are still going on."""
        for visitor in self.visitors.values():
            self.lengths[visitor.pages] += 1
        self.visitors.clear()

    def _sorted(self, hit: Hit) -> tuple[Kind | None, str]:
        """Return the kind of a request and its pattern."""
        path = urlsplit(hit.target).path
        route = self.profile.route_for(path) if self.profile is not None else None
        if route is not None:
            return route.kind, _pattern(route, path)
        return _kind(hit, path), generalised(path)

    def _page(self, hit: Hit, pattern: str) -> None:
        if hit.status not in {200, 304}:
            self.left_out[f"pages answered with {hit.status // 100}xx"] += 1
        elif self._count(self.pages, pattern, hit):
            self.by_hour[int(hit.at // 3600)] += 1
            self._visit(hit, pattern)

    def _visit(self, hit: Hit, pattern: str) -> None:
        """Follow a visitor from page to page."""
        who = hit.client, hit.agent
        before = self.visitors.get(who)
        if before is not None and hit.at - before.last_at <= IDLE_S:
            self.thinking[max(0, round(hit.at - before.last_at))] += 1
            before.last_at, before.page, before.pages = max(before.last_at, hit.at), pattern, before.pages + 1
            return
        if before is not None:
            self.lengths[before.pages] += 1
        elif len(self.visitors) >= VISITORS_AT_MOST:
            return
        self.visitors[who] = _Visitor(hit.at, pattern)
        self.devices[hit.agent] += 1

    def _call(self, hit: Hit, pattern: str) -> None:
        endpoint = f"{hit.method} {pattern}"
        if hit.status >= 400:
            self.left_out[f"calls answered with {hit.status // 100}xx"] += 1
        elif self._count(self.calls, endpoint, hit):
            self.made[self._caller(hit), endpoint] += 1

    def _caller(self, hit: Hit) -> str:
        """Return the page that made a call: the one it names, else the one that its visitor looks at."""
        if hit.referer:
            kind, pattern = self._sorted(Hit(hit.at, "GET", urlsplit(hit.referer).path or "/", 200))
            if kind in PAGES and pattern in self.pages:
                return pattern
        visitor = self.visitors.get((hit.client, hit.agent))
        return visitor.page if visitor is not None and hit.at - visitor.last_at <= IDLE_S else ""

    def _count(self, among: dict[str, Address], name: str, hit: Hit) -> bool:
        """Count an address; False where there are too many of them."""
        address = among.get(name)
        if address is None:
            if len(among) >= PATHS_AT_MOST:
                self.left_out["more addresses than are told apart"] += 1
                return False
            address = among[name] = Address(name.rpartition(" ")[2])
        address.seen += 1
        path = urlsplit(hit.target).path
        if path in address.instances or len(address.instances) < PATHS_AT_MOST:
            address.instances[path] += 1
        if hit.size is not None and hit.status == 200:
            address.size, address.sized = address.size + hit.size, address.sized + 1
        return True


def _kind(hit: Hit, path: str) -> Kind:
    """Return what a request seems to be: by its media type where a recording has it, else by method and name."""
    if hit.content_type:
        return _TYPES.get(hit.content_type, Kind.STATIC)
    if hit.method not in SAFE or CALL.search(path):
        return Kind.API
    return Kind.STATIC if ASSET.search(path) else Kind.SSR


_TYPES = {"text/html": Kind.SSR, "application/xhtml+xml": Kind.SSR, "application/json": Kind.API}


def _pattern(route: Route, path: str) -> str:
    """Return a route's path as traffic can name it: a glob is no parameter, so that its instances stand apart."""
    return route.path if "*" not in route.path else generalised(path)


@lru_cache(maxsize=65_536)
def _is_bot(agent: str) -> bool:
    return BOT.search(agent) is not None


@lru_cache(maxsize=65_536)
def generalised(path: str) -> str:
    """Return a path with a parameter in the place of every segment that names one of many."""
    names = iter(("id", *(f"id{number}" for number in range(2, 100))))
    segments = [f"{{{next(names)}}}" if INSTANCE.fullmatch(each) else each for each in path.split("/")[:50]]
    return "/".join(segments)
