"""Asking what a swarm's visitors will ask for, once: the documents and calls that are named, and what those load."""

from collections.abc import Iterator, Mapping

from scalecheck.model.evidence import Ask, Request
from scalecheck.model.site import FIRST, Site
from scalecheck.page.cost import settled
from scalecheck.page.fetches import Use
from scalecheck.page.loading import loading
from scalecheck.probes.discovery import AS_PICTURE, ROUNDS, redirect_target
from scalecheck.probes.probe import Asks, Probe
from scalecheck.wire.fields import Fields
from scalecheck.wire.viewport import Viewport

ASSETS_AT_MOST = 2_000
"""Of all documents together."""


def scouting(documents: Mapping[str, str | None], windows: tuple[Viewport, ...]) -> Probe:
    """Return the probe that asks these URLs, each as the identity named, and what their HTML loads in these windows.

    It stands where an audit's first answers do, so that all that reads those reads these.
    """

    def asks(site: Site) -> Asks:
        yield from (Ask(Request(url, identity=identity)) for url, identity in documents.items())
        yield from _redirected(site)
        yield from _loaded(site, tuple(documents), windows)

    return Probe(FIRST, "Ask what visitors will ask for, once.", asks, rounds=ROUNDS)


def _redirected(site: Site) -> Iterator[Ask]:
    for exchange in site.seen(FIRST):
        target = redirect_target(exchange)
        if target is not None and site.profile.allows(target):
            yield Ask(Request(target, fields=exchange.request.fields, identity=exchange.request.identity))


def _loaded(site: Site, documents: tuple[str, ...], windows: tuple[Viewport, ...]) -> Iterator[Ask]:
    """Yield what every first view of these documents loads."""
    seen = set(documents)
    for page in filter(None, (settled(site, url) for url in documents)):
        for window in windows:
            for fetch in loading(site, page, window).initial():
                if fetch.url not in seen and site.profile.allows(fetch.url) and len(seen) < ASSETS_AT_MOST:
                    seen.add(fetch.url)
                    yield Ask(Request(fetch.url, fields=AS_PICTURE if fetch.use is Use.IMAGE else Fields()))
