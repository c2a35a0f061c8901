"""Asking as declared identities: what belongs to one visitor must not reach another."""

from collections.abc import Iterator

from scalecheck.model.evidence import Ask, Request
from scalecheck.model.profile import Route
from scalecheck.model.site import Site
from scalecheck.probes.discovery import first, sample_urls
from scalecheck.probes.probe import Asks, probe

ANONYMOUS = "anonymous"
DECEPTIONS = {"css": "/{nonce}.css", "js": "/{nonce}.js", "semicolon": ";{nonce}.css", "dot": "/..%2f{nonce}.css"}
"""Paths behind a personal one that a cache may take for a static file, while the origin answers the personal page."""


@probe(after=[first], rounds=4)
def as_identity(site: Site) -> Asks:
    """Ask personal routes as the first identity twice, then as the second, then as nobody; the label says as whom.

    In rounds, one after the other: a leak shows only once a cache had the chance to store the first answer.
    """
    stages = _stages(site)
    done = {record.ask.label for record in site.all("as_identity")}
    for label, identity in stages:
        for url in personal_urls(site):
            yield Ask(Request(url, identity=identity), label=label)
        if label not in done:
            return


def _stages(site: Site) -> tuple[tuple[str, str | None], ...]:
    """Return label and identity of each round."""
    names = tuple(site.profile.identities)[:2]
    if not names:
        return ()
    again = (f"{names[0]} again", names[0])
    return (names[0], names[0]), again, *((name, name) for name in names[1:]), (ANONYMOUS, None)


def personal_urls(site: Site) -> Iterator[str]:
    """Yield the sampled URLs of personal routes."""
    for route in personal_routes(site):
        urls = sample_urls(site, route)
        found = (each.url for each in site.seen("first") if site.route(each) == route)
        yield from dict.fromkeys((*urls, *found))


def personal_routes(site: Site) -> Iterator[Route]:
    """Yield the routes whose answers belong to one visitor."""
    return (route for route in site.profile.routes.values() if route.personal)


@probe(after=[as_identity], rounds=2)
def deceive(site: Site) -> Asks:
    """Ask personal pages under names that look static, as the first identity and then as nobody."""
    names = tuple(site.profile.identities)[:1]
    personal = tuple(each for each in site.seen("as_identity") if each.status == 200 and each.ask.label in names)
    asked = site.asked("deceive") and any(True for _ in site.seen("deceive"))
    for exchange in personal:
        base = exchange.url.partition("?")[0].rstrip("/")
        for label, suffix in DECEPTIONS.items():
            url = base + suffix.format(nonce=site.nonce)
            yield Ask(Request(url, identity=exchange.request.identity), of=exchange.number, label=label)
            if asked:
                yield Ask(Request(url), of=exchange.number, label=f"{label}, then {ANONYMOUS}")
