"""How old what the edge hands out is."""

from collections.abc import Iterator
from math import inf

from scalecheck.checks.answers import (
    browser_lifetime_s,
    is_hit,
    nearest,
    said,
    shared_lifetime_s,
    shown_policy,
    stale_window_s,
    storable,
)
from scalecheck.checks.check import Findings, check, expect, left, skipped
from scalecheck.checks.precedence import freshness_speaker, hidden
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.repeats import again, later, seconds_to_expiry
from scalecheck.probes.sampling import shared, spread
from scalecheck.wire.cache_state import State
from scalecheck.wire.freshness import age_s
from scalecheck.wire.units import show_seconds

STALE_STATES = frozenset({State.HIT_STALE, State.HIT_STALE_ASYNC, State.HIT_STALE_ERROR})


@check(needs=[again], source="RFC 9111 section 4.2.4, RFC 5861 section 3")
def age_within_lifetime(site: Site) -> Findings:
    """The edge hands out nothing older than its lifetime plus its stale window.

    What is older than that, no cache may serve without asking. An edge that does shows visitors prices and stock that
    the origin took back.

    Fix: let the edge take its lifetime from the answer, or declare the longer one in the answer.

    On nginx: no `proxy_ignore_headers Cache-Control` beside `proxy_cache_valid`; `proxy_cache_use_stale` without
    `updating` unless stale-while-revalidate says how long.

    On Varnish: `beresp.ttl` and `beresp.grace` in VCL override the answer; `default_grace` is 10s.

    On CloudFront: a minimum TTL above the origin's s-maxage wins over it.

    On Cloudflare: an Edge Cache TTL that ignores the origin's field wins over it.
    """
    for exchange in site.good():
        route = site.route(exchange)
        asked = (exchange, *site.following(exchange, "again"))
        aged = [each for each in asked if each.status == 200 and age_s(each.fields) is not None]
        if not aged or (route is not None and route.personal):
            continue
        oldest = max(aged, key=lambda each: (age_s(each.fields) or 0) - (_most_s(site, exchange, each) or 0))
        most_s, age = _most_s(site, exchange, oldest), age_s(oldest.fields) or 0
        if most_s is not None:
            observed = f"Age: {age} ({shown_policy(site, oldest) or 'no Cache-Control'})"
            yield expect(age <= most_s, oldest, expected=f"Age: at most {most_s}", observed=observed)


def _most_s(site: Site, exchange: Exchange, answer: Exchange) -> int | None:
    """Return the greatest Age that is in order, in seconds; None where nobody declares one."""
    if not hidden(site, exchange):
        return shared_lifetime_s(site, answer) + stale_window_s(site, answer)
    promised = site.contract(exchange)
    window_s = promised.stale_while_revalidate.high_s if promised.stale_while_revalidate is not None else 0
    if promised.shared is None or promised.shared.high_s is None or window_s is None:
        return None
    return promised.shared.high_s + window_s


@check(needs=[again], source="RFC 9111 section 4.2.3, section 5.1", declared_by="targets.freshness_left")
def browser_gets_freshness(site: Site) -> Findings:
    """What the edge hands out stays fresh in the browser for a useful share of its lifetime.

    A browser counts an answer's lifetime from when the origin made it: `max-age=60` that arrives with `Age: 59` is
    worth one second. An edge that keeps answers longer than browsers may hands out files that are stale on arrival,
    and every page view asks for them again.

    Fix: give browsers as much time as the edge, or more; or let the edge reset Age and max-age when it hands out.

    On Varnish: `sub vcl_deliver { unset resp.http.Age; }` with a max-age that is meant for browsers.

    On Cloudflare: a Browser Cache TTL, which is counted from delivery.
    """
    least = site.profile.targets.freshness_left
    for exchange in site.good():
        asked = [each for each in (exchange, *site.following(exchange, "again")) if each.status == 200]
        if not browser_lifetime_s(site, exchange) or not any("age" in each.fields for each in asked):
            continue
        best = max(asked, key=lambda each: _left(site, each))
        lifetime_s, age = browser_lifetime_s(site, best), age_s(best.fields) or 0
        expected = f"at least {least:.0%} of {lifetime_s}s left"
        observed = f"{max(0, lifetime_s - age)}s left (Age: {age}, {shown_policy(site, best)})"
        kept_s = shared_lifetime_s(site, best) + stale_window_s(site, best)
        if _left(site, best) < least and age > kept_s:
            yield left(best, "cache.age_within_lifetime")
        else:
            # An edge that renews no later than browsers must is so for a moment only; one that keeps it longer, often.
            otherwise = Verdict.FAIL if kept_s > lifetime_s else Verdict.WARN
            yield expect(_left(site, best) >= least, best, expected=expected, observed=observed, otherwise=otherwise)


def _left(site: Site, exchange: Exchange) -> float:
    """Return the share of its lifetime that a browser can still use, below 0 when it arrived stale."""
    lifetime_s = browser_lifetime_s(site, exchange)
    return (lifetime_s - (age_s(exchange.fields) or 0)) / lifetime_s if lifetime_s else 0.0


@check(needs=[later], source="RFC 5861 section 3", declared_by="routes.{route}.cache.stale_while_revalidate")
def stale_served_at_once(site: Site) -> Findings:
    """With stale-while-revalidate an expired answer comes at once, and the next one is fresh.

    That is what stale-while-revalidate is for: nobody waits for the origin when a popular page expires. An edge that
    ignores it makes one visitor in every lifetime wait, or, without coalescing, all who come at that moment.

    Fix: switch on background renewal at the edge; sending the directive is not enough for every cache.

    On nginx: `proxy_cache_use_stale updating error timeout; proxy_cache_background_update on;`

    On Varnish: `set beresp.grace = 1d;` as long as the window; Varnish renews in the background by itself.

    On Caddy: the cache handler's `stale` option.

    On Apache: mod_cache has no stale-while-revalidate; put a CDN or Varnish before it.

    On HAProxy: its cache has no stale-while-revalidate either.
    """
    for exchange in spread(site, shared(site, site.good()), at_most=1):
        wait_s = seconds_to_expiry(site, exchange)
        asked = {each.ask.label: each for each in site.following(exchange, "later")}
        earlier = (exchange, *site.following(exchange, "again"), *([asked["before"]] if "before" in asked else []))
        if wait_s is None:
            continue
        if not _has_window(site, exchange):
            yield left(exchange, freshness_speaker(site, exchange) or "cache.contract")
        elif "expired" in asked and all(is_hit(site, each) is False for each in earlier):
            yield skipped("it was never a hit, so there was nothing to expire", exchange)
        elif "expired" in asked:
            yield from _stale(site, exchange, asked["expired"], asked.get("renewed"))
        elif wait_s > site.profile.safety.patience:
            patience = show_seconds(site.profile.safety.patience)
            reason = f"expires in {round(wait_s)}s, after the patience of {patience} (safety.patience, --patience)"
            yield skipped(reason, exchange)


def _has_window(site: Site, exchange: Exchange) -> bool:
    """Whether the answer lets a shared cache serve it stale, as far as its clients can see."""
    seen = stale_window_s(site, exchange) or hidden(site, exchange)
    return storable(site, exchange, shared=True) and bool(seen)


def _stale(site: Site, exchange: Exchange, expired: Exchange, renewed: Exchange | None) -> Iterator[Finding]:
    """Yield whether the expired answer came from the store, and whether the one after it was new."""
    hit, most_s = is_hit(site, expired), _most_s(site, exchange, expired)
    if hit is None:
        yield left(expired, "cdn.speaks")
    elif hit and most_s is not None and (age_s(expired.fields) or 0) > most_s:
        yield left(expired, "cache.age_within_lifetime")
    elif hit and not _is_stale(site, exchange, expired):
        yield skipped("somebody else's request had renewed it before ours came", expired)
    else:
        yield expect(hit, expired, expected="a stale hit, at once", observed=said(site, expired))
        if hit and renewed is not None:
            old = _is_stale(site, exchange, renewed)
            yield expect(not old, renewed, expected="the renewed answer", observed=_shown_age(site, renewed))


def _is_stale(site: Site, exchange: Exchange, answer: Exchange) -> bool:
    """Whether an answer is past its lifetime, by what the edge says of it or by its Age."""
    state, age = nearest(site, answer), age_s(answer.fields)
    if state is not None and state.state in STALE_STATES:
        return True
    promised = site.contract(exchange).shared
    hidden_s = promised.high_s if promised is not None and promised.high_s is not None else inf
    lifetime_s = shared_lifetime_s(site, answer) or hidden_s
    return age is not None and age >= lifetime_s


def _shown_age(site: Site, answer: Exchange) -> str:
    age = answer.fields.first("age")
    return said(site, answer) if age is None else f"{said(site, answer)}, Age: {age}"
