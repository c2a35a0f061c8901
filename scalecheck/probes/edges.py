"""Asking one address rather than what DNS says: other CDNs, and the origin itself."""

from scalecheck.model.evidence import Ask, Request
from scalecheck.model.site import Site
from scalecheck.probes.discovery import first
from scalecheck.probes.probe import Asks, probe
from scalecheck.probes.sampling import spread

EACH = 2
"""URLs of every route that are compared between edges."""


@probe(after=[first])
def providers(site: Site) -> Asks:
    """Ask every declared CDN for the same URLs; the label is its name."""
    for name, address in site.profile.edge.providers.items():
        for exchange in spread(site, site.good(), at_most=EACH):
            request = Request(exchange.url, fields=exchange.request.fields, connect_to=address)
            yield Ask(request, of=exchange.number, label=name)


@probe(after=[first])
def origin(site: Site) -> Asks:
    """Ask the declared origin directly, by its address, as anybody could."""
    if (address := site.profile.edge.origin) is not None:
        for exchange in spread(site, site.pages(), at_most=1):
            yield Ask(Request(exchange.url, connect_to=address), of=exchange.number)
