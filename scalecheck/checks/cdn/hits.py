"""What the edge answers from its store: whether it says so, its share, and its speed."""

from collections.abc import Iterable, Iterator
from statistics import median

from scalecheck.checks.answers import hinted, is_hit, nearest, said
from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.checks.precedence import unkept
from scalecheck.model.evidence import Exchange
from scalecheck.model.kinds import ASSETS, PAGES, Kind
from scalecheck.model.ratio import Ratio, samples_needed
from scalecheck.model.site import FIRST, Site
from scalecheck.model.verdict import Finding, Measure, Verdict
from scalecheck.probes.discovery import first
from scalecheck.probes.first_bytes import WORTH_BEATING_S, fairest, is_strict_hit, timed, way_s
from scalecheck.probes.repeats import again
from scalecheck.probes.sampling import shared
from scalecheck.wire.vendors import State

COMPARED = 3
"""URLs that were both a miss and a hit, before the two times are compared."""
MISSES_NAMED = 20


@check(needs=[again], source="RFC 9211 section 2", declared_by="cdn")
def speaks(site: Site) -> Findings:
    """The edge says what it did with each request.

    Without Cache-Status, or a vendor's field that says hit or miss, nobody can tell a page that the edge serves from
    one that every visitor takes from the origin; the first sign of a lost cache is then the origin going down.

    Fix: put a shared cache before the site, and have it send `Cache-Status` (RFC 9211) or its vendor's field.

    On nginx: `add_header X-Cache-Status $upstream_cache_status always;`

    On Varnish: `sub vcl_deliver { if (obj.hits > 0) { set resp.http.X-Cache = "HIT"; } else { set resp.http.X-Cache =
    "MISS"; } }`

    On HAProxy: `http-response set-header X-Cache-Status HIT if { res.cache_hit }`

    On Caddy: the cache handler (souin) sends Cache-Status by itself; nothing else in Caddy caches.

    On Apache: `CacheHeader on` sends X-Cache.

    On Google Cloud CDN: a custom response header with `{cdn_cache_status}`.
    """
    for answers in _by_route(site):
        asked = [each for url in answers for each in url if each.status == 200]
        silent = [each for each in asked if _is_silent(site, each)]
        expected = "Cache-Status, or the vendor's own field"
        if not silent:
            yield expect(True, asked[0], expected=expected, observed=said(site, asked[0]))
        elif all(words := [hinted(site, each) for each in silent]):
            yield undecided(
                silent[0], "these words are not verified with the vendor", expected=expected, observed=words[0]
            )
        else:
            observed = f"nothing from {len(silent)} of {len(asked)} answers"
            yield expect(False, silent[0], expected=expected, observed=observed)


def _by_route(site: Site) -> Iterable[list[tuple[Exchange, ...]]]:
    """Return the first answer and the repeats of each URL that is kept, those of one route and media type together."""
    groups: dict[tuple[str | None, str], list[tuple[Exchange, ...]]] = {}
    for exchange in kept(site, site.good()):
        route = site.route(exchange)
        group = (route.name if route is not None else site.kind(exchange), exchange.response.content_type)
        groups.setdefault(group, []).append((exchange, *site.following(exchange, "again")))
    return groups.values()


def kept(site: Site, exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """Yield what shared caches are meant to keep, and what the answer itself does not forbid them to."""
    return (each for each in shared(site, exchanges) if not unkept(site, each))


def _is_silent(site: Site, exchange: Exchange) -> bool:
    state = nearest(site, exchange)
    return state is None or state.state is State.NONE


@check(
    needs=[again],
    source="scalecheck: million-dau, static hit ratio above 95 %",
    declared_by="targets.static_hit_ratio",
)
def static_hit_ratio(site: Site) -> Findings:
    """The edge serves assets from its cache at the declared ratio.

    At a million visitors a day, 5 % of asset requests are tens of millions that the origin has to answer. The ratio
    comes from repeated requests and carries its one-sided 95 % bound.

    Fix: give assets a shared lifetime, keep cookies and query noise out of the cache key, and look at the URLs of the
    finding, which stayed misses.
    """
    yield from _ratio(site, "static_hit_ratio", ASSETS, site.profile.targets.static_hit_ratio)


@check(needs=[again], source="scalecheck: million-dau, page hit ratio above 70 %", declared_by="targets.page_hit_ratio")
def page_hit_ratio(site: Site) -> Findings:
    """The edge serves cacheable pages from its cache at the declared ratio.

    HTML is what the origin computes; every page from the edge is a page the origin need not render. The ratio comes
    from repeated requests and carries its one-sided 95 % bound.

    Fix: send `s-maxage` with `stale-while-revalidate` on pages, set no cookies on them, and let nothing but the path
    and real parameters into the cache key.

    On nginx: `proxy_cache` in the location, without `proxy_cache_bypass $http_cookie`.

    On Varnish: `unset req.http.Cookie;` in vcl_recv for pages that are the same for everybody.

    On Cloudflare: HTML is not cached unless a cache rule makes it eligible.

    On CloudFront: a cache policy on the default behaviour that keys by no cookie and no needless header.
    """
    yield from _ratio(site, "page_hit_ratio", PAGES, site.profile.targets.page_hit_ratio)


def _ratio(site: Site, name: str, kinds: Iterable[Kind], target: float) -> Findings:
    """Yield the share of repeats that were hits, of what may be; the rest is left to who forbids it."""
    meant = tuple(shared(site, site.good(kinds)))
    if not meant:
        yield from _without(site, "no URL that shared caches are meant to keep")
        return
    forbidden = [left(each, speaker) for each in meant if (speaker := unkept(site, each))]
    yield from forbidden
    subjects = tuple(kept(site, meant))
    repeats = [each for subject in subjects for each in site.following(subject, "again")]
    known = [each for each in repeats if is_hit(site, each) is not None]
    if known:
        misses = [each for each in known if not is_hit(site, each)]
        ratio = Ratio(len(known) - len(misses), len(known))
        judged = _judged(ratio, target, misses)
        if judged.verdict is Verdict.UNKNOWN and forbidden and not misses:
            yield left(known[0], forbidden[0].left_to)  # with what it keeps from the edge, samples are too few
        else:
            yield judged
        yield Measure(name, ratio.value, "ratio", ratio.samples, ratio.low, ratio.high)
    elif repeats and any(_is_silent(site, each) for each in repeats):
        yield left(repeats[0], "cdn.speaks")
    elif subjects:
        reason = "no repeat was answered" if not repeats else "the edge made each answer itself, neither hit nor miss"
        yield undecided(subjects[0], reason, expected=f"hits, at least {target:.0%}")


def _without(site: Site, reason: str) -> Iterator[Finding]:
    """Yield why there is nothing to judge; nothing where answers were lost, so that it stays unknown."""
    if not any(True for probe in (FIRST, "again") for _ in site.lost(probe)):
        yield skipped(reason)


def _judged(ratio: Ratio, target: float, misses: list[Exchange]) -> Finding:
    verdict = ratio.judged(target)
    span = f"{ratio.low:.1%} to {ratio.high:.1%} with 95 % confidence"
    observed, reason = f"{ratio.hits} of {ratio.samples} were hits: {span}", ""
    if verdict is Verdict.UNKNOWN:
        needed = samples_needed(target, len(misses))
        reason = f"too few samples to decide; {needed} would, if no more of them miss"
    elif misses:
        reason = "not from cache: " + ", ".join(dict.fromkeys(each.url for each in misses[:MISSES_NAMED]))
    number = misses[0].number if misses else None
    expected = f"at least {target:.0%}"
    return Finding(verdict, "hits among repeated requests", expected, observed, evidence=number, reason=reason)


@check(
    needs=[first, again],
    source="scalecheck: popular URLs are hits before the visitor comes",
    declared_by="routes.{route}.warm",
)
def warm(site: Site) -> Findings:
    """Popular URLs are hits on the very first request.

    A launch sends its first thousand visitors in the same second. What the edge does not hold by then, the origin
    answers for each place of the edge.

    Fix: request the popular URLs through the edge after each deploy and purge, or prerender them to its storage.

    On Vercel: prerender the page at build time; it is then served from static storage.

    On Varnish: `varnishadm` has no warm-up; run `curl` over the URLs behind each deploy.
    """
    popular = {route.name for route in site.profile.routes.values() if route.warm}
    if not popular:
        yield skipped("the profile names no route as warm (routes.….warm)")
        return
    for exchange in site.good():
        route = site.route(exchange)
        if route is None or route.name not in popular:
            continue
        hit = is_hit(site, exchange)
        if speaker := _unkept_at_first(site, exchange):
            yield left(exchange, speaker)
        elif hit is not None:
            yield expect(hit, exchange, expected="a hit", observed=said(site, exchange))
        elif _is_silent(site, exchange):
            yield left(exchange, "cdn.speaks")
        else:
            yield skipped(f"neither hit nor miss: {said(site, exchange)}", exchange)


def _unkept_at_first(site: Site, exchange: Exchange) -> str:
    return "" if is_hit(site, exchange) else unkept(site, exchange)


@check(needs=[first, timed], source="scalecheck: million-dau, TTFB under 200 ms", declared_by="targets.ttfb")
def hits_are_fast(site: Site) -> Findings:
    """Hits come within the declared time to first byte, and well before misses.

    A hit that is as slow as a miss is no hit: the edge asked somebody else, or the visitor is far from it. Hits that
    seem late are asked for again, one at a time, and judged by that: among many, they also wait for each other.

    Fix: look where the edge spends the time: disk instead of memory, revalidation in the foreground, a chain of caches,
    a distant point of presence, compression on every request.

    On nginx: `proxy_cache_path` on a fast disk or tmpfs, and `gzip_static`/`brotli_static` rather than compressing each
    hit.

    On Varnish: `-s malloc` rather than file storage.
    """
    routes, late = [_hits(site, answers) for answers in _by_route(site)], False
    for hits in routes:
        if hits:
            found = _in_time(site, hits)
            late = late or found.verdict is Verdict.FAIL
            yield found
    if not (every := [each for hits in routes for each in hits]):
        yield from _without(site, "no hit was seen")
        return
    yield Measure("ttfb_hit", median(each.timings.ttfb_s for each in every), "seconds", len(every))
    if not late:
        yield from _well_below(site, every[0])


def slow_hits(site: Site) -> frozenset[str]:
    """Return the names of the routes whose typical hit is late."""
    late: set[str] = set()
    for answers in _by_route(site):
        hits = _hits(site, answers)
        if hits and (route := site.route(hits[0])) is not None and _in_time(site, hits).verdict is Verdict.FAIL:
            late.add(route.name)
    return frozenset(late)


def _hits(site: Site, answers: Iterable[tuple[Exchange, ...]]) -> tuple[Exchange, ...]:
    """Return the hits by which the time of these URLs is judged, those that came from the store and waited for nobody.

    Each URL is given as its first answer and the repeats.
    """
    among_others = tuple(each for url in answers for each in url if is_strict_hit(site, each))
    return fairest(among_others, tuple(each for url in answers for each in _alone(site, url[0])))


def _alone(site: Site, first: Exchange) -> tuple[Exchange, ...]:
    """Return the hits of a URL that were asked for with nothing else under way."""
    return tuple(each for each in site.following(first, "timed") if is_strict_hit(site, each))


def _in_time(site: Site, hits: tuple[Exchange, ...]) -> Finding:
    """Return whether the typical hit of one route comes within the target."""
    target_s, typical_s = site.profile.targets.ttfb, median(each.timings.ttfb_s for each in hits)
    slowest = max(hits, key=lambda each: each.timings.ttfb_s)
    expected, observed = f"a median of at most {_ms(target_s)}", f"{_ms(typical_s)} over {len(hits)} hits"
    return expect(typical_s <= target_s, slowest, expected=expected, observed=observed)


def _well_below(site: Site, about: Exchange) -> Findings:
    """Yield whether hits beat the misses of the same URLs, where those take long enough to be beaten.

    The way to the edge and back counts for neither: it is what the fastest connection took.
    """
    way, pairs = way_s(site), []
    for answers in (url for urls in _by_route(site) for url in urls):
        slow = [each.timings.ttfb_s for each in answers if is_hit(site, each) is False]
        fast = [each.timings.ttfb_s for each in _alone(site, answers[0]) or answers if is_strict_hit(site, each)]
        if slow and fast:
            pairs.append((max(0.0, median(slow) - way), max(0.0, median(fast) - way)))
    if len(pairs) < COMPARED:
        return
    miss_s, hit_s = median(miss for miss, _ in pairs), median(hit for _, hit in pairs)
    yield Measure("ttfb_miss", miss_s + way, "seconds", len(pairs))
    if miss_s >= WORTH_BEATING_S:
        speedup = site.profile.targets.hit_speedup
        expected = f"at most {_ms(miss_s / speedup)}, {speedup:g} times faster than misses of the same URLs"
        yield expect(hit_s * speedup <= miss_s, about, expected=expected, observed=_ms(hit_s))


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms"
