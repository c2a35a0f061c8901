"""Finding what to ask: declared samples, links and sitemaps, and what the pages load."""

from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlencode, urlsplit

from scalecheck.model.evidence import Ask, Exchange, Request
from scalecheck.model.kinds import ASSETS, Kind
from scalecheck.model.profile import Route
from scalecheck.model.site import FIRST, Site
from scalecheck.page.fetches import Use, When
from scalecheck.page.loading import loading
from scalecheck.probes.probe import Asks, probe
from scalecheck.wire.accept import CHROME
from scalecheck.wire.fields import Fields
from scalecheck.wire.loads import LoadKind
from scalecheck.wire.redirects import REDIRECTS
from scalecheck.wire.robots import read_robots
from scalecheck.wire.sitemap import Sitemap, read_sitemap
from scalecheck.wire.urls import resolve

ASSETS_AT_MOST = 400
"""Assets that pages load and that are asked for; a page of more has other troubles first."""
SITEMAPS_AT_MOST = 5
NEVER_FIRST = frozenset({Kind.BEACON, Kind.SOCKET})
"""Kinds that do not answer a plain GET."""
LOADED = frozenset(
    {
        LoadKind.SCRIPT,
        LoadKind.STYLE,
        LoadKind.MODULEPRELOAD,
        LoadKind.PRELOAD,
        LoadKind.IMAGE,
        LoadKind.FONT,
        LoadKind.ICON,
    }
)
"""Loads of the HTML that the audit asks for, even where no window needs them."""
PICTURES = frozenset({LoadKind.IMAGE, LoadKind.ICON})
AS_PICTURE = Fields.of(accept=CHROME)
"""What Chrome sends for pictures: servers may choose the format by it."""
ASKED = (When.INITIAL, When.LAZY, When.POSSIBLE, When.DYNAMIC)
"""What pages load that the audit asks for; what is for other pages is left to those."""
ROUNDS = 32
"""Of imports within imports, a round for each level; what is deeper is left unresolved."""


@probe(rounds=3)
def sitemap(site: Site) -> Asks:
    """Ask robots.txt and the sitemaps for pages of the routes that name no samples."""
    if not any(_open(route) for route in site.profile.routes.values()):
        return
    yield _ask(_absolute(site, "/robots.txt"))
    yield _ask(_absolute(site, "/sitemap.xml"))
    named: dict[str, None] = {}
    for exchange in site.seen("sitemap"):
        body = exchange.response.body or b""
        if urlsplit(exchange.url).path == "/robots.txt":
            named.update(dict.fromkeys(read_robots(body).sitemaps))
        else:
            named.update(dict.fromkeys(_listed(body, exchange.url).sitemaps))
    for url in tuple(named)[:SITEMAPS_AT_MOST]:
        if site.profile.allows(url):
            yield _ask(url)


@probe(after=[sitemap], rounds=ROUNDS)
def first(site: Site) -> Asks:
    """Ask every sampled URL once: declared samples, pages found by links and sitemaps, and what those pages load."""
    yield from _declared(site)
    yield from _redirected(site)
    yield from _linked(site)
    yield from _loaded(site)


def sample_urls(site: Site, route: Route) -> tuple[str, ...]:
    """Return the URLs a route itself names: its samples, or its path where that is literal."""
    query = f"?{urlencode(route.query)}" if route.query else ""
    paths = route.samples or (() if _open(route) else (route.path,))
    return tuple(_absolute(site, path if "?" in path else path + query) for path in paths)


def _declared(site: Site) -> Iterator[Ask]:
    for route in site.profile.routes.values():
        if route.kind not in NEVER_FIRST:
            fields = AS_PICTURE if route.kind is Kind.IMAGE else Fields()
            yield from (Ask(Request(url, fields=fields)) for url in sample_urls(site, route))


def _redirected(site: Site) -> Iterator[Ask]:
    """Yield the next hop of every redirect that stays inside the allowed hosts; the probe's rounds bound the chain."""
    for exchange in site.seen(FIRST):
        target = redirect_target(exchange)
        if target is not None and site.profile.allows(target):
            yield Ask(Request(target, fields=exchange.request.fields))


def redirect_target(exchange: Exchange) -> str | None:
    """Return where an answer sends its client; None when it does not, or says so unreadably."""
    location = exchange.fields.first("location")
    if exchange.status not in REDIRECTS or location is None:
        return None
    return resolve(exchange.url, location)


def _linked(site: Site) -> Iterator[Ask]:
    """Yield up to the sample limit of found URLs for each route that names no samples."""
    limit = site.profile.safety.samples
    wanted = {route.name: limit for route in site.profile.routes.values() if _open(route) and _is_page_like(route)}
    for url in _found_urls(site):
        if not wanted:
            return
        route = site.profile.route_for(url)
        if route is not None and route.name in wanted:
            wanted[route.name] -= 1
            if not wanted[route.name]:
                del wanted[route.name]
            yield _ask(url)


def _is_page_like(route: Route) -> bool:
    """Whether its URLs stand in links and sitemaps."""
    return route.kind not in NEVER_FIRST and route.kind not in ASSETS


def _found_urls(site: Site) -> Iterator[str]:
    """Yield each URL that pages link to, and, before any page is known, what sitemaps list, once.

    A sitemap may list 50,000 URLs. It does not change from round to round, and what it names is asked in the first one.
    """
    seen: set[str] = set()
    for page in site.pages():
        for url in site.page(page).links:
            if url not in seen:
                seen.add(url)
                yield url
    for exchange in site.seen("sitemap") if not site.all(FIRST) else ():
        for url in _listed(exchange.response.body or b"", exchange.url).urls:
            if url not in seen:
                seen.add(url)
                yield url


@lru_cache(maxsize=SITEMAPS_AT_MOST + 2)
def _listed(body: bytes, url: str) -> Sitemap:
    return read_sitemap(body, url)


def _loaded(site: Site) -> Iterator[Ask]:
    """Yield what the good pages load from allowed hosts, the most certain first; what routes name is asked anyway."""
    seen: set[str] = set()
    named = {ask.request.url for ask in _declared(site)}
    for url, picture in loaded_urls(site):
        if url not in seen and site.profile.allows(url):
            seen.add(url)
            if url not in named:
                yield Ask(Request(url, fields=AS_PICTURE if picture else Fields()))
            if len(seen) >= ASSETS_AT_MOST:
                return


def loaded_urls(site: Site) -> Iterator[tuple[str, bool]]:
    """Yield the URLs that pages load in any declared window, then what their HTML names besides; some repeatedly.

    With each stands whether it is loaded as a picture.

    Besides are the icons, and what only other windows or other browsers load.
    """
    windows = tuple(dict.fromkeys(site.profile.viewports.values()))
    loadings = [loading(site, page, window) for page in site.pages() for window in windows]
    for when in ASKED:
        found = (fetch for each in loadings for fetch in each.fetches[1:] if fetch.when is when)
        yield from ((fetch.url, fetch.use is Use.IMAGE) for fetch in found)
    for page in site.pages():
        yield from ((load.url, load.kind in PICTURES) for load in site.page(page).loads if load.kind in LOADED)


def _open(route: Route) -> bool:
    """Whether the route's URLs have to be found: a pattern without samples."""
    return not route.samples and not route.literal


def _absolute(site: Site, path: str) -> str:
    return resolve(site.profile.site + "/", path) or path


def _ask(url: str) -> Ask:
    return Ask(Request(url))
