"""What answers say of their own caching, as every group reads it."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from scalecheck.model.evidence import Exchange
from scalecheck.model.site import FIRST, Site
from scalecheck.wire import reuse
from scalecheck.wire.cache_control import CacheControl, cache_control
from scalecheck.wire.cache_state import State
from scalecheck.wire.directive_problems import Problem, ProblemKind, problems
from scalecheck.wire.fields import Fields
from scalecheck.wire.freshness import Lifetime, freshness_lifetime
from scalecheck.wire.targeted import CDN_CACHE_CONTROL, governing
from scalecheck.wire.urls import address, is_loopback
from scalecheck.wire.vary import vary
from scalecheck.wire.vendors import CacheState, Vendor, cache_states, nearest_state, recognise, vendor

LESSER = frozenset({ProblemKind.UNKNOWN, ProblemKind.DOUBTFUL})
"""Problems that are worth a warning, and break no other promise."""
FRESH_STATES = frozenset({State.HIT, State.HIT_SHIELD, State.PRERENDER})
UNBOUNDED = ("cookie", "user-agent", "authorization")
"""Request fields with about as many values as there are visitors."""


def answers(site: Site) -> Iterator[Exchange]:
    """Yield the first answers whose status is in order for their route, one a URL; 200 where no route says."""
    urls = set()
    for exchange in site.seen(FIRST):
        route = site.route(exchange)
        statuses = site.profile.statuses(route) if route is not None else ()
        if (exchange.status == 200 or exchange.status in statuses) and exchange.url not in urls:
            urls.add(exchange.url)
            yield exchange


def policy(exchange: Exchange) -> CacheControl:
    """Return the directives of Cache-Control."""
    return cache_control(exchange.fields)


def shown_policy(site: Site, exchange: Exchange) -> str:
    """Return what an answer says of its freshness, as it was sent; empty when it says nothing."""
    names = ("cache-control", *targets(site, exchange), "expires")
    sent = [(name, value) for name in names if (value := exchange.fields.get(name)) is not None]
    return "; ".join(value if name == "cache-control" else f"{name}: {value}" for name, value in sent)


def edges(site: Site, exchange: Exchange) -> tuple[Vendor, ...]:
    """Return what is known of the servers and CDNs that an answer came through, the one nearest the client first."""
    return _edges(exchange.fields, site.profile.cdn)


@lru_cache(maxsize=16_384)
def _edges(fields: Fields, cdn: str) -> tuple[Vendor, ...]:
    names = dict.fromkeys((cdn, *reversed(recognise(fields))))
    return tuple(known for name in names if (known := vendor(name)) is not None)


def targets(site: Site, exchange: Exchange) -> tuple[str, ...]:
    """Return the targeted fields that the caches on the way obey; of caches nobody knows, the one of RFC 9213."""
    known = edges(site, exchange)
    return tuple(dict.fromkeys(name for each in known for name in each.targets)) if known else (CDN_CACHE_CONTROL,)


def lifetime(site: Site, exchange: Exchange, *, shared: bool) -> Lifetime:
    """Return how long a browser, or a shared cache, may reuse an answer without asking."""
    obeyed = targets(site, exchange) if shared else ()
    return _lifetime(exchange.status, exchange.fields, shared, exchange.received_at, obeyed)


@lru_cache(maxsize=16_384)
def _lifetime(status: int, fields: Fields, shared: bool, received_at: float, obeyed: tuple[str, ...]) -> Lifetime:
    return freshness_lifetime(status, fields, shared=shared, received_at=received_at, targets=obeyed)


def browser_lifetime_s(site: Site, exchange: Exchange) -> int:
    """Return the whole seconds for which a browser reuses an answer without asking."""
    return int(lifetime(site, exchange, shared=False).seconds)


def shared_lifetime_s(site: Site, exchange: Exchange) -> int:
    """Return the whole seconds for which a shared cache reuses an answer without asking."""
    return int(lifetime(site, exchange, shared=True).seconds)


def storable(site: Site, exchange: Exchange, *, shared: bool = False) -> bool:
    """Whether a browser, or a shared cache, may store an answer; what is kept for no time at all is stored too."""
    obeyed = targets(site, exchange) if shared else ()
    sent, method = exchange.request.fields, exchange.request.method
    return reuse.storable(sent, exchange.status, exchange.fields, shared=shared, method=method, targets=obeyed)


def stale_window_s(site: Site, exchange: Exchange) -> int:
    """Return for how many seconds after expiry a shared cache may serve it while renewing it (RFC 5861); 0 without."""
    return governing(exchange.fields, targets(site, exchange)).seconds("stale-while-revalidate") or 0


def mistakes(exchange: Exchange) -> tuple[Problem, ...]:
    """Return malformed, duplicate and contradictory directives."""
    return tuple(each for each in problems(policy(exchange)) if each.kind not in LESSER)


def unbounded(exchange: Exchange) -> tuple[str, ...]:
    """Return the members of Vary that leave no two visitors the same stored answer."""
    varies = vary(exchange.fields)
    return (*(("*",) if varies.star else ()), *(name for name in varies.names if name in UNBOUNDED))


def nearest(site: Site, exchange: Exchange) -> CacheState | None:
    """Return what the layer nearest the client says it did; None when no layer says anything we may rely on."""
    return nearest_state(exchange.fields, site.profile.cdn)


def hinted(site: Site, exchange: Exchange) -> str:
    """Return words of the layer nearest the client that are not verified with its vendor; empty without any."""
    states = cache_states(exchange.fields, site.profile.cdn)
    unsure = bool(states) and not states[-1].certain and states[-1].header != "age"
    return str(states[-1]) if unsure and states[-1].state is not State.NONE else ""


def is_hit(site: Site, exchange: Exchange) -> bool | None:
    """Whether the layer nearest the client answered from its store; None where it does not say."""
    state = nearest(site, exchange)
    return state.state.served_from_cache if state is not None and state.state.in_denominator else None


def said(site: Site, exchange: Exchange) -> str:
    """Return the words in which the layer nearest the client says what it did; empty without any."""
    return str(nearest(site, exchange) or "")


def fresh_hits(site: Site, exchanges: Iterable[Exchange]) -> tuple[Exchange, ...]:
    """Return those that the layer nearest the client answered from its store without asking, and not as stale."""
    said_so = ((each, nearest(site, each)) for each in exchanges)
    return tuple(each for each, state in said_so if state is not None and state.state in FRESH_STATES)


def plain_on_loopback(url: str) -> bool:
    """Whether a URL is plain http to this machine, where encryption is nobody's duty."""
    return url.startswith("http:") and (named := address(url)) is not None and is_loopback(named[0])
