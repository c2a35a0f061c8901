"""Asking what pages rest on: how they are sent, who sees what in them, and what stands beside them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from scalecheck.model.evidence import Ask, Exchange, Request
from scalecheck.model.kinds import PAGES
from scalecheck.model.profile import Route
from scalecheck.model.site import FIRST, Site
from scalecheck.probes.discovery import first
from scalecheck.probes.identities import ANONYMOUS
from scalecheck.probes.probe import Asks, probe
from scalecheck.probes.sampling import shared, spread
from scalecheck.wire.content_type import is_javascript
from scalecheck.wire.loads import LoadKind
from scalecheck.wire.manifest import Manifest, read_manifest
from scalecheck.wire.registrations import registrations
from scalecheck.wire.urls import resolve, with_query

RENDERED = ("1", "2", "3")
"""How often a page that streams is rendered: one slow start, or one quick answer, shows nothing."""
EACH = 2
"""Pages of every route that are looked at."""
AGAIN, THEN = "again", "then"
WORKERS_AT_MOST = 10
MANIFESTS_AT_MOST = 5
ICONS_AT_MOST = 12
REFUSED = frozenset({401, 403})


@probe(after=[first], rounds=len(RENDERED))
def streamed(site: Site) -> Asks:
    """Ask pages that stream to be rendered, each time under a query that no cache knows; the label is a number.

    One after the other, for what comes at the same time is timed less well. What belongs to one visitor is asked for as
    the first identity.
    """
    found = (each for each in site.seen(FIRST, PAGES) if _streams(site, each))
    done = len({record.ask.label for record in site.all("streamed")})
    for exchange in spread(site, found, at_most=EACH):
        identity = _somebody(site) if _is_personal(site, exchange) else None
        for number in RENDERED[: done + 1]:
            url = with_query(exchange.url, scalecheck=f"{site.nonce}-render-{number}")
            yield Ask(Request(url, identity=identity), of=exchange.number, label=number)


def _streams(site: Site, exchange: Exchange) -> bool:
    route = site.route(exchange)
    return route is not None and route.streams and (exchange.status == 200 or route.personal)


def _is_personal(site: Site, exchange: Exchange) -> bool:
    route = site.route(exchange)
    return route is not None and route.personal


def _somebody(site: Site) -> str | None:
    """Return the name of the first identity; None where none is declared."""
    return next(iter(site.profile.identities), None)


@probe(after=[first], rounds=2)
def greeted(site: Site) -> Asks:
    """Ask pages that everybody shares as the first identity and as nobody, under queries that no visitor asks for.

    The label says as whom, twice each; the last one, `NAME, then anonymous`, asks as nobody for what that identity was
    asked for: had a cache kept it, here it would show.
    """
    if (name := _somebody(site)) is None:
        return
    asked = any(True for _ in site.seen("greeted"))
    for exchange in spread(site, shared(site, site.pages()), at_most=EACH):
        for label, identity in ((name, name), (ANONYMOUS, None)):
            for said in (label, f"{label} {AGAIN}"):
                yield Ask(Request(marked(site, exchange, said), identity=identity), of=exchange.number, label=said)
        if asked:
            url = marked(site, exchange, name)
            yield Ask(Request(url), of=exchange.number, label=f"{name}, {THEN} {ANONYMOUS}")


def marked(site: Site, exchange: Exchange, label: str) -> str:
    """Return the URL of a shared page under the query by which `greeted` asks for it."""
    return with_query(exchange.url, scalecheck=mark(site, label))


def mark(site: Site, label: str) -> str:
    """Return a word that stands in an URL, the same in every notation."""
    return f"{site.nonce}-{''.join(c if c.isascii() and c.isalnum() else '-' for c in label)}"


@probe(after=[first], rounds=3)
def islands(site: Site) -> Asks:
    """Ask the declared islands as the first identity, again, and then as nobody; the label says as whom."""
    name = _somebody(site)
    stages = [(ANONYMOUS, None)] if name is None else [(name, name), (f"{name} {AGAIN}", name), (ANONYMOUS, None)]
    done = {record.ask.label for record in site.all("islands")}
    for label, identity in stages:
        for _, url in islands_of(site):
            yield Ask(Request(url, identity=identity), label=label)
        if label not in done:
            return


def islands_of(site: Site) -> Iterator[tuple[Route, str]]:
    """Yield each declared island, absolute, once, with the first route that names it."""
    named: dict[str, Route] = {}
    for route in site.profile.routes.values():
        for island in route.islands:
            named.setdefault(_absolute(site, island), route)
    return ((route, url) for url, route in named.items() if site.profile.allows(url))


@dataclass(frozen=True, slots=True)
class Registered:
    """A service worker that a page registers, itself or by a script that it loads."""

    page: Exchange
    url: str
    scope: str | None = None
    """Absolute; None where it says none, and then it is the worker's own folder."""
    computed: bool = False
    """The scope is known only when the script runs."""


@probe(after=[first])
def workers(site: Site) -> Asks:
    """Ask the service workers that pages register by name, where no sample was among them."""
    known = {each.url for each in site.seen(FIRST)}
    for each in registrations_of(site):
        if each.url not in known and site.profile.allows(each.url):
            yield Ask(Request(each.url), of=each.page.number)


def registrations_of(site: Site) -> Iterator[Registered]:
    """Yield the service workers that pages register, each URL and scope once."""
    told: set[tuple[str, str | None, bool]] = set()
    scripts = {each.url: each for each in site.good() if is_javascript(each.response.content_type)}
    for page in site.pages():
        read = site.page(page)
        loaded = [scripts[load.url].response.body or b"" for load in read.loads if load.url in scripts]
        found = [*map(registrations, read.inline_scripts), *map(registrations, loaded)]
        for each in chain.from_iterable(found):
            scope = resolve(read.base, each.scope) if each.scope is not None else None
            key = resolve(read.base, each.script) or "", scope, each.computed_scope
            if key[0] and key not in told and len(told) < WORKERS_AT_MOST:
                told.add(key)
                yield Registered(page, *key)


@probe(after=[first], rounds=2)
def manifests(site: Site) -> Asks:
    """Ask the manifests that pages name, and then their icons and where they start.

    The label is `manifest`, `icon` or `start`.
    """
    for url, page in manifests_of(site).items():
        if site.profile.allows(url):
            yield Ask(Request(url), of=page.number, label="manifest")
    for exchange in site.seen("manifests"):
        if exchange.ask.label == "manifest" and exchange.status == 200:
            yield from _named_by(site, exchange)


def manifests_of(site: Site) -> dict[str, Exchange]:
    """Return the manifests that pages name, each with the first page that does."""
    found: dict[str, Exchange] = {}
    for page in site.pages():
        named = (load.url for load in site.page(page).loads if load.kind is LoadKind.MANIFEST)
        if (url := next(named, None)) is not None and len(found) < MANIFESTS_AT_MOST:  # browsers take the first
            found.setdefault(url, page)
    return found


def _named_by(site: Site, exchange: Exchange) -> Asks:
    manifest = manifest_of(exchange)
    icons = dict.fromkeys(icon.url for icon in manifest.icons if icon.url is not None)
    asked = [("icon", url) for url in tuple(icons)[:ICONS_AT_MOST]]
    if manifest.start_url is not None and not manifest.starts_elsewhere:
        asked.append(("start", manifest.start_url))
    for label, url in asked:
        if site.profile.allows(url):
            yield Ask(Request(url), of=exchange.number, label=label)


def manifest_of(exchange: Exchange) -> Manifest:
    """Return what an answer says as a manifest."""
    return read_manifest(exchange.response.body or b"", exchange.url)


@probe(after=[first], rounds=2)
def flags(site: Site) -> Asks:
    """Ask where feature flags are served, and as the first identity where nobody in particular is refused."""
    if site.profile.observability.flags is None:
        return
    url = _absolute(site, site.profile.observability.flags)
    yield Ask(Request(url))
    refused = any(each.status in REFUSED for each in site.seen("flags"))
    if refused and (name := _somebody(site)) is not None:
        yield Ask(Request(url, identity=name), label=name)


def _absolute(site: Site, reference: str) -> str:
    return resolve(site.profile.site + "/", reference) or reference
