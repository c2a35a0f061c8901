"""The same URL with one thing changed, and URLs that do not exist."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from scalecheck.model.evidence import Ask, Exchange, Request
from scalecheck.model.kinds import PAGES, Kind
from scalecheck.model.site import Site
from scalecheck.probes.discovery import first
from scalecheck.probes.probe import Asks, probe
from scalecheck.probes.repeats import again
from scalecheck.probes.representations import cacheable_pages, variant
from scalecheck.probes.sampling import spread
from scalecheck.wire import content_type
from scalecheck.wire.fields import Fields
from scalecheck.wire.urls import with_query

BURST = 10
"""Simultaneous requests for one missing object: enough to show whether the edge asks the origin for each."""

POISONS = {
    "host": {
        "x_forwarded_host": "{nonce}.invalid",
        "x_host": "{nonce}.invalid",
        "x_forwarded_server": "{nonce}.invalid",
    },
    "scheme": {"x_forwarded_scheme": "http", "x_forwarded_proto": "{nonce}"},
    "path": {"x_original_url": "/{nonce}", "x_rewrite_url": "/{nonce}"},
}
"""Fields that frameworks trust and caches leave out of their key (Kettle, Practical Web Cache Poisoning, 2018)."""


@probe(after=[again])
def tracking(site: Site) -> Asks:
    """Ask what is cached with tracking parameters added."""
    for exchange in cacheable_pages(site):
        if site.kind(exchange) in PAGES:
            url = with_query(exchange.url, utm_source=site.nonce, utm_campaign="scalecheck", gclid=site.nonce)
            yield Ask(Request(url, fields=exchange.request.fields), of=exchange.number)


@probe(after=[again])
def odd_encoding(site: Site) -> Asks:
    """Ask what is cached with a content coding nobody knows added to the usual ones."""
    for exchange in cacheable_pages(site):
        if content_type.is_compressible(exchange.response.content_type):
            yield variant(exchange, "", accept_encoding=f"gzip, br, zstd, x-{site.nonce}")


@probe(after=[first], rounds=2)
def poison(site: Site) -> Asks:
    """Ask with forwarded fields under a cache-buster, then the same URL without them; no visitor can be harmed.

    The label names the fields; the plain request's label ends with `, then plain`.
    """
    asked = any(True for _ in site.seen("poison"))
    for exchange in cacheable_pages(site):
        for label, fields in POISONS.items():
            url = with_query(exchange.url, scalecheck=f"{site.nonce}-{label}")
            sent = Fields.of(**{name: value.format(nonce=site.nonce) for name, value in fields.items()})
            yield Ask(Request(url, fields=sent), of=exchange.number, label=label)
            if asked:
                yield Ask(Request(url), of=exchange.number, label=f"{label}, then plain")


@probe(after=[first])
def missing(site: Site) -> Asks:
    """Ask invented URLs beside real ones: a page, an asset in each asset folder, and each script's source map.

    The label is `page`, `asset` or `source map`.
    """
    yield Ask(Request(f"{site.profile.site}/{site.nonce}"), label="page")
    for folder, asset in _folders(site).items():
        suffix = urlsplit(asset.url).path.rpartition(".")[2]
        yield Ask(Request(f"{folder}{site.nonce}.0a1b2c3d.{suffix}"), of=asset.number, label="asset")
    scripts = (each for each in site.assets() if content_type.is_javascript(each.response.content_type))
    for script in spread(site, scripts):
        yield Ask(Request(source_map_url(script)), of=script.number, label="source map")


def _folders(site: Site) -> dict[str, Exchange]:
    """Return a script or style sheet for each folder that serves fingerprinted ones."""
    folders: dict[str, Exchange] = {}
    for asset in site.good({Kind.HASHED}):
        media_type = asset.response.content_type
        if content_type.is_javascript(media_type) or content_type.is_css(media_type):
            folders.setdefault(urljoin(asset.url, "."), asset)
    return folders


def source_map_url(script: Exchange) -> str:
    """Return where a script's source map would be: beside it, with `.map` behind its name."""
    return script.url.partition("?")[0] + ".map"


@probe(after=[first])
def burst(site: Site) -> Asks:
    """Ask for an object that no cache holds, many times at the same moment."""
    for exchange in _first_of(cacheable_pages(site)):
        request = Request(with_query(exchange.url, scalecheck=f"{site.nonce}-burst"), fields=exchange.request.fields)
        yield from (Ask(request, of=exchange.number, label=str(n), together=True) for n in range(1, BURST + 1))


def _first_of(exchanges: Iterator[Exchange]) -> Iterator[Exchange]:
    """Yield one exchange: a burst is the one impolite thing the audit does."""
    yield from (exchange for _, exchange in zip(range(1), exchanges, strict=False))


@probe(after=[again])
def write(site: Site) -> Asks:
    """Send a write to what is cached; only where the profile says `writes: true`."""
    if site.profile.safety.writes:
        for exchange in cacheable_pages(site):
            yield Ask(Request(exchange.url, "POST"), of=exchange.number)


@probe(after=[again])
def purge(site: Site) -> Asks:
    """Ask for a purge as an anonymous visitor, of a URL nobody uses; only where the profile says `writes: true`."""
    if site.profile.safety.writes:
        for exchange in _first_of(cacheable_pages(site)):
            yield Ask(Request(with_query(exchange.url, scalecheck=f"{site.nonce}-purge"), "PURGE"), of=exchange.number)
