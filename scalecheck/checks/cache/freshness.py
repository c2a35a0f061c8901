"""How long answers say they may be reused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from scalecheck.checks.answers import (
    answers,
    browser_lifetime_s,
    fresh_hits,
    is_hit,
    lifetime,
    mistakes,
    policy,
    said,
    shared_lifetime_s,
    shown_policy,
    stale_window_s,
    storable,
)
from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.checks.precedence import freshness_speaker, hidden, implicit, is_hashed, never_kept, unkept
from scalecheck.model.contract import Contract, Storing
from scalecheck.model.evidence import Exchange
from scalecheck.model.kinds import PAGES
from scalecheck.model.site import FIRST, Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.discovery import first
from scalecheck.probes.repeats import again
from scalecheck.probes.variants import missing
from scalecheck.wire.directive_problems import problems
from scalecheck.wire.freshness import HEURISTIC_STATUSES, Source, age_s

PERMANENT = frozenset({301, 308})
"""Redirects that browsers keep as long as they like when nothing says how long."""


@check(needs=[first], source="RFC 9111 section 4.2.2")
def explicit(site: Site) -> Findings:
    """Every cacheable answer says how long it stays fresh.

    Where nothing says how long, every browser and every cache guesses for itself, often a tenth of the time since
    the last change. What a visitor sees after a deploy is then a matter of luck.

    Fix: send `Cache-Control` on every answer: a lifetime (`max-age`, `s-maxage`), or `no-cache`, `private`, `no-store`.

    On nginx: `add_header Cache-Control "public, max-age=0, s-maxage=60, stale-while-revalidate=86400" always;`

    On Apache: `Header always set Cache-Control "…"`, or mod_expires with `ExpiresDefault`.

    On Caddy: `header Cache-Control "…"`; file_server sends none by itself.

    On Varnish: `sub vcl_backend_response { if (!beresp.http.Cache-Control) { set beresp.http.Cache-Control = "…"; } }`

    On Next.js: `headers()` in next.config.js for files under `public/`; `revalidate` for pages.

    On Netlify: a `Cache-Control` line for the path in `_headers`.

    On Cloudflare: a `Cache-Control` line for the path in `_headers` (Pages), or a response header transform rule.

    On CloudFront: a response headers policy with `Cache-Control`, override off.
    """
    for exchange in _each_url(site.seen(FIRST)):
        if exchange.status not in HEURISTIC_STATUSES or exchange.status >= 400:
            continue
        speaker = freshness_speaker(site, exchange)
        if implicit(site, exchange) and speaker != "cache.explicit":
            yield left(exchange, speaker)
        else:
            observed = shown_policy(site, exchange) or "no Cache-Control, no Expires"
            otherwise = Verdict.WARN if exchange.status in PERMANENT else Verdict.FAIL
            expected = "a lifetime, no-cache, private or no-store"
            yield expect(
                not implicit(site, exchange), exchange, expected=expected, observed=observed, otherwise=otherwise
            )


def _each_url(exchanges: Iterator[Exchange]) -> Iterator[Exchange]:
    """Yield the first exchange of each URL."""
    urls = set()
    for exchange in exchanges:
        if exchange.url not in urls:
            urls.add(exchange.url)
            yield exchange


@check(needs=[first], source="RFC 9111 section 5.2")
def directives_parse(site: Site) -> Findings:
    """No caching directive is malformed, given twice, or contradicted by another.

    Caches disagree on what they cannot read: some take the answer as stale, some ignore the word, some keep the
    answer for as long as they like. Of two directives that exclude each other, one has no effect, and somebody
    relies on it.

    Fix: write one `Cache-Control` line in one place, directives separated by commas, seconds as plain digits.

    On nginx: `add_header` and `expires` both write Cache-Control; use one of them, and `proxy_hide_header
    Cache-Control;` where the application sends its own.

    On Apache: `Header set` replaces, `Header append` and mod_expires add: use one of them.
    """
    for exchange in _each_url(site.seen(FIRST)):
        found = problems(policy(exchange))
        wrong = mistakes(exchange)
        if found:
            verdict = Verdict.FAIL if wrong else Verdict.WARN
            observed = "; ".join(problem.text for problem in wrong or found)
            yield expect(
                False, exchange, expected="directives that caches agree on", observed=observed, otherwise=verdict
            )
        elif policy(exchange).directives:
            yield expect(True, exchange, expected="directives that caches agree on", observed=policy(exchange))


@check(needs=[first], source="RFC 9111 section 4.2.1", declared_by="routes.{route}.cache.browser")
def pages_revalidate(site: Site) -> Findings:
    """Browsers ask the server before they reuse HTML, unless the route gives them a time.

    HTML names the scripts and styles of one deploy. A browser that keeps it for an hour shows yesterday's page for
    an hour, and no purge reaches it.

    Fix: give browsers no time of their own: `max-age=0` beside `s-maxage` for the edge, or `no-cache`. A route that
    means it declares `cache: {browser: 5m}`.

    On nginx: `location ~ \\.html$ { expires -1; }`, and let no `expires 1y;` cover `location /`.

    On Apache: `<FilesMatch "\\.html$"> Header set Cache-Control "public, max-age=0, s-maxage=60" </FilesMatch>`

    On Caddy: `@pages path / *.html` and `header @pages Cache-Control "public, max-age=0, s-maxage=60"`

    On Varnish: `sub vcl_deliver { if (resp.http.Content-Type ~ "text/html") { set resp.http.Cache-Control =
    "public, max-age=0, must-revalidate"; } }` gives browsers other words than Varnish itself obeyed.

    On Next.js: remove the rule for pages from `headers()` in next.config.js; Next.js writes their Cache-Control itself.

    On Vercel: no `Cache-Control` for pages in `vercel.json`; `CDN-Cache-Control` speaks to its edge alone.

    On Netlify: `Cache-Control: public, max-age=0, must-revalidate` and `Netlify-CDN-Cache-Control` for its edge.

    On Cloudflare: Browser Cache TTL set to "Respect Existing Headers"; any other value overrides what the site sends.
    """
    for exchange in site.pages():
        span, speaker = site.contract(exchange).browser, freshness_speaker(site, exchange)
        if span is None:
            continue
        if speaker not in {"", "cache.pages_revalidate"}:
            yield left(exchange, speaker)
        else:
            seconds = browser_lifetime_s(site, exchange)
            observed = f"{seconds}s ({shown_policy(site, exchange)})"
            yield expect(seconds in span, exchange, expected=f"{span} in browsers", observed=observed)


@check(
    needs=[first, again],
    source="RFC 9111 section 4.2.1, RFC 5861 section 3, RFC 9213 section 2.2",
    declared_by="routes.{route}.cache",
)
def contract(site: Site) -> Findings:
    """Every answer says who may keep it, and for how long, as its route declares.

    The contract is what capacity is planned on: a page that the edge keeps for a minute costs the origin one request a
    minute; one that it may not keep costs one per visitor.

    Fix: send the lifetime that the route declares: `s-maxage` (or `CDN-Cache-Control`) for shared caches, `max-age`
    for browsers, `stale-while-revalidate` for the window behind it, `private` or `no-store` for what is not to be
    shared. Or correct the route, if the site is right.

    On nginx: `add_header Cache-Control "public, max-age=0, s-maxage=60, stale-while-revalidate=86400" always;` on the
    origin's location; nginx itself obeys s-maxage, and stale-while-revalidate since 1.11.10 with
    `proxy_cache_use_stale updating; proxy_cache_background_update on;`

    On Varnish: `set beresp.ttl = 60s; set beresp.grace = 1d;` and Cache-Control to match in vcl_backend_response.

    On Apache: `Header set Cache-Control "public, max-age=0, s-maxage=60, stale-while-revalidate=86400"`

    On Caddy: `header Cache-Control "public, max-age=0, s-maxage=60, stale-while-revalidate=86400"`

    On Next.js: `export const revalidate = 60` on the page; for API routes set the field in the handler's response.

    On Vercel: `Vercel-CDN-Cache-Control: max-age=60, stale-while-revalidate=86400`; its edge removes the field, so
    what it does is judged: whether repeats are hits.

    On Netlify: `Netlify-CDN-Cache-Control: public, s-maxage=60, stale-while-revalidate=86400`; judged likewise.

    On Cloudflare: `CDN-Cache-Control: max-age=60`, and a cache rule that makes HTML eligible.

    On CloudFront: a cache policy whose minimum TTL is 0, so that the origin's s-maxage counts.
    """
    for exchange in answers(site):
        promised = site.contract(exchange)
        if promised == Contract() or (is_hashed(site, exchange) and not never_kept(site, exchange)):
            continue
        if site.route(exchange) is None and not is_hashed(site, exchange):
            continue  # nobody promised anything of it; what its kind must not do is assets.unhashed_is_short's
        if is_hashed(site, exchange):
            yield _by_behaviour(site, exchange, promised)
        elif (speaker := freshness_speaker(site, exchange)) and not _speaks_twice(site, exchange, speaker):
            yield left(exchange, speaker)
        elif promised.cacheable_at_edge and hidden(site, exchange):
            yield _by_behaviour(site, exchange, promised)
        else:
            yield _by_text(site, exchange, tuple(_parts(site, exchange, promised)))


def _speaks_twice(site: Site, exchange: Exchange, speaker: str) -> bool:
    """Whether a page that browsers keep too long says otherwise to shared caches, so that both can be wrong."""
    own = {Source.S_MAXAGE, Source.TARGETED}
    return speaker == "cache.pages_revalidate" and lifetime(site, exchange, shared=True).source in own


@dataclass(frozen=True, slots=True)
class _Part:
    """One thing a contract asks for."""

    expected: str
    observed: str
    met: bool


def _by_text(site: Site, exchange: Exchange, parts: tuple[_Part, ...]) -> Finding:
    """Return the verdict on what the answer says; a failure names the parts that differ."""
    shown = tuple(part for part in parts if not part.met) or parts
    expected, observed = (", ".join(texts) for texts in zip(*((p.expected, p.observed) for p in shown), strict=True))
    sent = shown_policy(site, exchange) or "no Cache-Control"
    return expect(
        shown == parts and all(p.met for p in parts), exchange, expected=expected, observed=f"{observed} ({sent})"
    )


def _parts(site: Site, exchange: Exchange, promised: Contract) -> Iterator[_Part]:
    storing = _storing(site, exchange)
    allowed = {
        Storing.NO_STORE: {Storing.NO_STORE},
        Storing.PRIVATE: {Storing.PRIVATE, Storing.NO_STORE},
        Storing.PUBLIC: {Storing.PUBLIC},
    }.get(promised.storing, set(Storing))
    yield _Part("kept by anybody" if promised.storing is Storing.ANY else promised.storing, storing, storing in allowed)
    if promised.shared is not None:
        seconds = shared_lifetime_s(site, exchange)
        yield _Part(f"{promised.shared} at the edge", f"{seconds}s at the edge", seconds in promised.shared)
    if (window := promised.stale_while_revalidate) is not None:
        seconds = stale_window_s(site, exchange)
        yield _Part(f"stale-while-revalidate {window}", f"stale-while-revalidate {seconds}s", seconds in window)
    yield from _browser_part(site, exchange, promised)


def _browser_part(site: Site, exchange: Exchange, promised: Contract) -> Iterator[_Part]:
    """Yield what browsers are to be told, which no edge takes away; of pages, cache.pages_revalidate speaks."""
    if promised.browser is not None and site.kind(exchange) not in PAGES:
        seconds = browser_lifetime_s(site, exchange)
        yield _Part(f"{promised.browser} in browsers", f"{seconds}s in browsers", seconds in promised.browser)


def _storing(site: Site, exchange: Exchange) -> Storing:
    """Return who may keep an answer, by its own words."""
    if storable(site, exchange, shared=True):
        return Storing.PUBLIC
    return Storing.NO_STORE if lifetime(site, exchange, shared=True).source is Source.NO_STORE else Storing.PRIVATE


def _by_behaviour(site: Site, exchange: Exchange, promised: Contract) -> Finding:
    """Return the verdict on what the edge does, where its clients do not see what it was told."""
    for part in _browser_part(site, exchange, promised):
        if not part.met:
            return _by_text(site, exchange, (part,))
    asked = (exchange, *site.following(exchange, "again"))
    expected = f"kept at the edge for {promised.shared}"
    if kept := fresh_hits(site, asked):
        return expect(True, kept[0], expected=expected, observed=f"{said(site, kept[0])}; the edge hides its lifetime")
    if (speaker := unkept(site, exchange)) and speaker != "cache.contract":
        return left(exchange, speaker)
    if any(is_hit(site, each) is None for each in asked):
        return left(exchange, "cdn.speaks")
    if len(asked) == 1:
        return undecided(exchange, "the edge hides its lifetime, and no repeat was answered", expected=expected)
    return expect(False, asked[-1], expected=expected, observed=", then ".join(_in_turn(site, asked)))


def _in_turn(site: Site, asked: Sequence[Exchange]) -> Iterator[str]:
    """Yield what the edge said of each answer, one after the other; the same words once, with their number."""
    for words, group in groupby(said(site, each) for each in asked):
        times = len(list(group))
        yield words if times == 1 else f"{words} {times} times"


@check(needs=[missing], source="RFC 9111 section 4.2.2, RFC 9110 section 15.5", declared_by="targets.error_lifetime")
def errors_are_short(site: Site) -> Findings:
    """A 404 or 5xx may be kept no longer than declared.

    A page that is published a minute after somebody asked for it, or that came back after an outage, stays missing for
    as long as caches keep the error.

    Fix: send errors with `no-store` or a lifetime of at most a minute, whatever their path's rule says.

    On nginx: leave `always` out of the `add_header Cache-Control …` for long lifetimes: without it, errors do not
    get the field; and `proxy_cache_valid 404 10s;`

    On Apache: `Header set` leaves errors alone, `Header always set` does not.

    On Caddy: `handle_errors { header Cache-Control "no-store" }`

    On Varnish: `sub vcl_backend_response { if (beresp.status >= 400) { set beresp.ttl = 10s; set
    beresp.http.Cache-Control = "max-age=10"; } }`

    On CloudFront: error caching minimum TTL of the custom error response.

    On Next.js: keep `headers()` rules to paths that exist; `notFound()` pages keep the `revalidate` of their route.
    """
    most_s = site.profile.targets.error_lifetime
    for exchange in site.seen("missing"):
        if exchange.status < 400:
            continue
        longest_s = max(
            browser_lifetime_s(site, exchange), shared_lifetime_s(site, exchange), age_s(exchange.fields) or 0
        )
        observed = f"status {exchange.status} for {longest_s}s" + (
            f" ({text})" if (text := shown_policy(site, exchange)) else ""
        )
        expected = f"status {exchange.status} for at most {most_s:g}s"
        yield expect(longest_s <= most_s, exchange, expected=expected, observed=observed)
    if not any(each.status >= 400 for each in site.seen("missing")) and any(True for _ in site.seen("missing")):
        yield skipped("every invented URL was answered as if it existed, see assets.missing_is_404")
