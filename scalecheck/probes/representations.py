"""Other representations of the same URL: content codings, picture formats, HEAD, and conditional requests."""

from collections.abc import Iterable, Iterator

from scalecheck.model.evidence import Ask, Exchange, Request
from scalecheck.model.site import Site
from scalecheck.probes.discovery import first
from scalecheck.probes.probe import Asks, probe
from scalecheck.probes.sampling import shared, spread, text
from scalecheck.wire import accept
from scalecheck.wire.content_type import is_image
from scalecheck.wire.fields import Fields
from scalecheck.wire.picture import DRAWN, MODERN, read_picture
from scalecheck.wire.urls import with_query

CODINGS = ("identity", "gzip", "br", "zstd")
CLIENTS = {"chrome": accept.CHROME, "safari": accept.SAFARI, "old": accept.OLD}
"""Who asks for pictures, and the Accept each sends."""
PAST_THE_CACHE = "old, past the cache"


@probe(after=[first])
def encodings(site: Site) -> Asks:
    """Ask text in every content coding: identity, gzip, br, zstd; the label is the coding asked for."""
    for exchange in spread(site, text(site.good())):
        for coding in CODINGS:
            yield variant(exchange, coding, accept_encoding=coding)


@probe(after=[first], rounds=2)
def accepts(site: Site) -> Asks:
    """Ask pictures as Chrome, Safari and an old client would; the label is the client, Chrome comes first.

    An old client that gets a format it cannot read asks again under a query that no cache knows (`old, past the
    cache`): only that tells a cache that mixes clients up from a server that has nothing else.
    """
    for exchange in spread(site, _pictures(site.good())):
        for client, accepted in CLIENTS.items():
            if exchange.request.fields.get("accept") != accepted:
                yield variant(exchange, client, accept=accepted)
        old = next((each for each in site.following(exchange, "accepts") if each.ask.label == "old"), None)
        picture = read_picture(old.response.body or b"") if old is not None and old.status == 200 else None
        if old is not None and picture is not None and picture.format in MODERN:
            url = with_query(exchange.url, scalecheck=site.nonce)
            yield Ask(Request(url, fields=old.request.fields), of=exchange.number, label=PAST_THE_CACHE)


def _pictures(exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """Yield what is a picture made of pixels, by its bytes or else by its media type."""
    for exchange in exchanges:
        picture = read_picture(exchange.response.body or b"")
        kind = exchange.response.content_type if picture is None else picture.format
        if is_image(kind) and kind not in DRAWN:
            yield exchange


@probe(after=[first])
def conditional(site: Site) -> Asks:
    """Ask again with the validator just received; the label is the validator: `etag` or `last-modified`."""
    for exchange in spread(site, site.good()):
        etag, modified = exchange.fields.first("etag"), exchange.fields.first("last-modified")
        if etag is not None:
            yield variant(exchange, "etag", if_none_match=etag)
        elif modified is not None:
            yield variant(exchange, "last-modified", if_modified_since=modified)


@probe(after=[first])
def head(site: Site) -> Asks:
    """Ask HEAD of what was asked with GET."""
    for exchange in spread(site, site.good(), at_most=2):
        request = Request(exchange.url, "HEAD", exchange.request.fields)
        yield Ask(request, of=exchange.number)


def variant(exchange: Exchange, label: str, **fields: str) -> Ask:
    """Return the exchange's request with fields changed; `accept_encoding=` means `accept-encoding`."""
    added = Fields.of(**fields)
    kept = exchange.request.fields.without(*(name for name, _ in added))
    return Ask(Request(exchange.url, fields=kept.with_lines(added)), of=exchange.number, label=label)


def cacheable_pages(site: Site) -> Iterator[Exchange]:
    """Yield one page, API answer or asset of each route that shared caches may keep."""
    return spread(site, shared(site, site.good()), at_most=1)
