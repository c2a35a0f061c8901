"""Which check speaks of which mistake: one mistake, one failure.

An answer's freshness can be wrong in several ways, and one header can break several promises. The first of these that
applies speaks; the later ones leave the answer to it:

    1  personal, and a shared cache may store it                  cache.personal_is_private
    2  malformed, duplicate or contradictory directives           cache.directives_parse
    3  an asset with a fingerprint, or among files that have one  assets.immutable
    4  nothing says how long                                      cache.explicit
    5  a script or style of a hashed route, without fingerprint   assets.fingerprinted
    6  a service worker that browsers keep too long               rendering.worker_fresh
    7  any other asset without fingerprint, kept too long         assets.unhashed_is_short
    8  HTML that browsers keep too long or too short              cache.pages_revalidate
    9  anything else the contract asks                            cache.contract

Beside that:

- A cookie on a shared asset is assets.cookieless's, on any other shared answer cache.no_cookie_when_shared's.
- What an answer itself forbids an edge to keep (`unkept`) is no second failure of the edge: cdn's ratios leave it, and
  what has no lifetime of its own. Where the edge hides its lifetimes and keeps nothing, cache.contract says so.
- A personal answer that says `private` and reached somebody else is cache.personal_stays_personal's; one that does not
  say so is cache.personal_is_private's, whatever came of it. cache.not_deceivable leaves pages that one of them fails.
- An island on a route of its own is that route's: personal_is_private, personal_stays_personal, explicit or contract
  speak of who may keep it; rendering.islands_are_live of islands that no route declares, and of pages that hold
  somebody's marker though everybody shares them.
- A shell that would be small enough compressed is assets.compressed's; one that is too large for a shell is
  rendering.shell_is_small's, whatever the budget of HTML.
- Errors (4xx, 5xx) are cache.errors_are_short's; an invented chunk that gets 200 is assets.missing_is_404's.
- An edge that does not say what it did is cdn.speaks's; one that never answers from its store is cdn's hit ratios'.
- Validators that change while the bytes do not are cache.etag_is_steady's; revalidates leaves them.
- A Vary that is missing from some 200 and from the 304 or HEAD as well is cache.vary_names_encoding's.
- What is over its budget for want of compression is assets.compressed's; a page that is over by its scripts, sheets,
  HTML, fonts or images alone is that budget's, and so is one chunk that is too much of too much JavaScript.
- What has grown beyond its share and is over its budget is the budget's, which says as well what has grown.
- The same bytes twice on one page are assets.no_duplicates'; bundle.split_by_route speaks of copies across pages.
- Where the edge hides its own lifetime (`hidden`), cache.contract and cache.age_within_lifetime judge what it does.
"""

from math import inf

from scalecheck.checks.answers import (
    browser_lifetime_s,
    edges,
    fresh_hits,
    is_hit,
    lifetime,
    mistakes,
    policy,
    shared_lifetime_s,
    stale_window_s,
    storable,
    unbounded,
)
from scalecheck.model.evidence import Exchange
from scalecheck.model.kinds import ASSETS, PAGES, Kind
from scalecheck.model.site import Site
from scalecheck.wire import content_type
from scalecheck.wire.fingerprint import fingerprint
from scalecheck.wire.vary import vary

DAY_S = 86_400


def freshness_speaker(site: Site, exchange: Exchange) -> str:
    """Return the id of the check that speaks if this answer's freshness is wrong, of 1 to 8; empty for the contract."""
    if overshared(site, exchange):
        return "cache.personal_is_private"
    if mistakes(exchange):
        return "cache.directives_parse"
    if is_hashed(site, exchange):
        return "assets.immutable"
    if implicit(site, exchange):
        return "cache.explicit"
    if is_nameless(site, exchange):
        return "assets.fingerprinted"
    if is_old_worker(site, exchange):
        return "rendering.worker_fresh"
    if kept_too_long(site, exchange):
        return "assets.unhashed_is_short"
    return "cache.pages_revalidate" if page_is_off(site, exchange) else ""


def overshared(site: Site, exchange: Exchange) -> bool:
    """Whether a shared cache may store what belongs to one visitor.

    The shell of a page that is rendered in the browser belongs to nobody, unless it shows somebody's marker.
    """
    route = site.route(exchange)
    if route is None or not route.personal or exchange.status >= 400:
        return False
    return storable(site, exchange, shared=True) and (route.kind is not Kind.CSR or shows_somebody(site, exchange))


def shows_somebody(site: Site, exchange: Exchange) -> bool:
    """Whether an answer holds the marker of an identity; a redirect is somebody's, since it depends on who asks."""
    body = exchange.response.body or b""
    return exchange.status != 200 or any(each.marker.encode() in body for each in site.profile.identities.values())


def is_hashed(site: Site, exchange: Exchange) -> bool:
    """Whether an asset's URL names one body for ever."""
    return site.kind(exchange) in ASSETS and has_fingerprint(site, exchange)


def has_fingerprint(site: Site, exchange: Exchange) -> bool:
    """Whether a URL carries a content hash, or seems to where all others of its folder do."""
    return exchange.url in site.fingerprinted or fingerprint(exchange.url) is not None


def is_nameless(site: Site, exchange: Exchange) -> bool:
    """Whether a script or style sheet of a hashed route lacks the fingerprint that the route promises."""
    media_type = exchange.response.content_type
    code = content_type.is_javascript(media_type) or content_type.is_css(media_type)
    return site.kind(exchange) is Kind.HASHED and code and not has_fingerprint(site, exchange)


def implicit(site: Site, exchange: Exchange) -> bool:
    """Whether caches of both sorts would have to guess how long to keep it."""
    return not (lifetime(site, exchange, shared=False).explicit or lifetime(site, exchange, shared=True).explicit)


def is_old_worker(site: Site, exchange: Exchange) -> bool:
    """Whether browsers keep a service worker's script longer than its route says, or for as long as it lives."""
    span = site.contract(exchange).browser
    if site.kind(exchange) is not Kind.SERVICE_WORKER:
        return False
    return policy(exchange).has("immutable") or (span is not None and browser_lifetime_s(site, exchange) not in span)


def kept_too_long(site: Site, exchange: Exchange) -> bool:
    """Whether an asset without fingerprint is kept longer than its contract lets it, or says that it never changes."""
    if site.kind(exchange) not in ASSETS - {Kind.HASHED} or is_hashed(site, exchange):
        return False
    marked = policy(exchange).has("immutable") and not site.contract(exchange).immutable
    return marked or browser_lifetime_s(site, exchange) > longest_unhashed_s(site, exchange)


def longest_unhashed_s(site: Site, exchange: Exchange) -> float:
    """Return for how long browsers may keep an asset without fingerprint: a day, or what its contract says beyond."""
    declared = site.contract(exchange).browser
    if declared is None:
        return DAY_S
    return inf if declared.high_s is None else max(DAY_S, declared.high_s)


def page_is_off(site: Site, exchange: Exchange) -> bool:
    """Whether browsers keep a page longer or shorter than its route says."""
    span = site.contract(exchange).browser
    return site.kind(exchange) in PAGES and span is not None and browser_lifetime_s(site, exchange) not in span


def is_shared(site: Site, exchange: Exchange) -> bool:
    """Whether shared caches keep an answer: it says so, or its contract does and the edge hides the saying."""
    route = site.route(exchange)
    if (route is not None and route.personal) or not storable(site, exchange, shared=True):
        return False
    return shared_lifetime_s(site, exchange) > 0 or (
        strips(site, exchange) and site.contract(exchange).cacheable_at_edge
    )


def unkept(site: Site, exchange: Exchange) -> str:
    """Return the id of the check that says why a shared cache does not keep this answer; empty if it may."""
    if "set-cookie" in exchange.fields:
        return "assets.cookieless" if site.kind(exchange) in ASSETS else "cache.no_cookie_when_shared"
    if unbounded(exchange):
        return "cache.vary_is_bounded"
    speaker = freshness_speaker(site, exchange)
    if strips(site, exchange) and _never_a_hit(site, exchange):
        return "cache.contract" if never_kept(site, exchange) else speaker or "cache.contract"
    if is_shared(site, exchange) and not implicit(site, exchange):
        return ""
    return "" if not speaker and hidden(site, exchange) else speaker or "cache.contract"


def never_kept(site: Site, exchange: Exchange) -> bool:
    """Whether an edge that hides its lifetimes never kept what it may keep, chunks included."""
    if not strips(site, exchange) or implicit(site, exchange) or not _never_a_hit(site, exchange):
        return False
    if is_hashed(site, exchange):
        return shared_lifetime_s(site, exchange) > 0
    return is_shared(site, exchange) and not freshness_speaker(site, exchange)


def _never_a_hit(site: Site, exchange: Exchange) -> bool:
    repeats = site.following(exchange, "again")
    return bool(repeats) and all(is_hit(site, each) is False for each in (exchange, *repeats))


def unsaid_coding(site: Site, exchange: Exchange) -> bool:
    """Whether it is served in several codings, and one of them does not say so in Vary."""
    served = [each for each in (exchange, *site.following(exchange, "encodings")) if each.status == 200]
    return len({each.response.coding for each in served}) > 1 and not all(map(varies_by_coding, served))


def varies_by_coding(exchange: Exchange) -> bool:
    """Whether an answer says that it depends on Accept-Encoding."""
    varies = vary(exchange.fields)
    return varies.star or "accept-encoding" in varies.names


def strips(site: Site, exchange: Exchange) -> bool:
    """Whether a CDN on the way takes the shared lifetime out of what its clients see."""
    return any("s-maxage" in each.strips for each in edges(site, exchange))


def hidden(site: Site, exchange: Exchange) -> bool:
    """Whether the edge keeps an answer by a rule of its own that its clients do not see.

    Either it is known to, or the contract wants it kept, the answer gives shared caches no time at all, and yet repeats
    are reported as fresh hits: a lifetime set in the edge's configuration, or in a targeted field that it consumed.
    """
    if strips(site, exchange):
        return True
    told = shared_lifetime_s(site, exchange) or stale_window_s(site, exchange) or policy(exchange).has("s-maxage")
    meant = site.contract(exchange).cacheable_at_edge and storable(site, exchange, shared=True)
    return meant and not told and bool(fresh_hits(site, (exchange, *site.following(exchange, "again"))))
