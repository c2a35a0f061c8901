"""Which of the first answers the costlier probes follow up."""

from collections import Counter
from collections.abc import Iterable, Iterator

from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.wire import content_type


def spread(site: Site, exchanges: Iterable[Exchange], at_most: int | None = None) -> Iterator[Exchange]:
    """Yield up to the sample limit of exchanges for each route and media type, in the order asked.

    Routes are served by one handler each, and servers switch compression and validators by media type: these two
    tell apart what may behave differently.
    """
    limit = site.profile.safety.samples if at_most is None else at_most
    taken: Counter[tuple[str | None, str]] = Counter()
    for exchange in exchanges:
        route = site.route(exchange)
        group = (route.name if route is not None else site.kind(exchange), exchange.response.content_type)
        if taken[group] < limit:
            taken[group] += 1
            yield exchange


def text(exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """Yield the exchanges whose media type is worth compressing."""
    return (each for each in exchanges if content_type.is_compressible(each.response.content_type))


def shared(site: Site, exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """Yield the exchanges that a shared cache is meant to answer from its store."""
    return (each for each in exchanges if site.contract(each).cacheable_at_edge)
