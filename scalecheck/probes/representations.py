"""Other representations of the same URL: content codings, HEAD, and conditional requests."""

from collections.abc import Iterator

from scalecheck.model.evidence import Ask, Exchange, Request
from scalecheck.model.site import Site
from scalecheck.probes.discovery import first
from scalecheck.probes.probe import Asks, probe
from scalecheck.probes.sampling import shared, spread, text
from scalecheck.wire.fields import Fields

CODINGS = ("identity", "gzip", "br", "zstd")


@probe(after=[first])
def encodings(site: Site) -> Asks:
    """Ask text in every content coding: identity, gzip, br, zstd; the label is the coding asked for."""
    for exchange in spread(site, text(site.good())):
        for coding in CODINGS:
            yield variant(exchange, coding, accept_encoding=coding)


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
