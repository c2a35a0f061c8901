"""What answers tell of themselves, and where flags come from."""

import json

from scalecheck.checks.answers import (
    answers,
    browser_lifetime_s,
    policy,
    shared_lifetime_s,
    shown_policy,
    stale_window_s,
)
from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.checks.precedence import freshness_speaker
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding
from scalecheck.probes.discovery import first
from scalecheck.probes.pages import REFUSED, flags
from scalecheck.wire import content_type
from scalecheck.wire.server_timing import server_timing as metrics_of
from scalecheck.wire.units import show_seconds

NOT_NOW = frozenset({429, 503})
NAMES_SHOWN = 10


@check(needs=[first], source="Server Timing (W3C), section 3", declared_by="observability.server_timing")
def server_timing(site: Site) -> Findings:
    """Pages say in Server-Timing what the server spent its time on.

    A slow page is one number in real-user monitoring. With Server-Timing beside it, the same beacon tells whether the
    cache, the database or the rendering was slow for that visitor.

    Fix: send `Server-Timing: render;dur=53` (milliseconds) with the names that the profile declares; every layer may
    add a line of its own.

    On nginx: `add_header Server-Timing 'cache;desc="$upstream_cache_status"' always;`, and no `proxy_hide_header
    Server-Timing`.

    On CloudFront: Server-Timing in the response headers policy adds the CDN's own, at the sampling rate set there.
    """
    wanted = site.profile.observability.server_timing
    if not wanted:
        yield skipped("the profile declares no names (observability.server_timing)")
        return
    for page in site.pages():
        names = tuple(dict.fromkeys(metric.name for metric in metrics_of(page.fields)))
        missing = [name for name in wanted if name not in names]
        observed = ", ".join(names[:NAMES_SHOWN]) or ("no name" if "server-timing" in page.fields else "no field")
        yield expect(not missing, page, expected=f"Server-Timing with {', '.join(wanted)}", observed=observed)


@check(
    needs=[flags],
    source="RFC 9111 section 4.2.1, scalecheck: a flag is flipped to be seen",
    declared_by="targets.flag_lifetime",
)
def flags_served(site: Site) -> Findings:
    """Feature flags are served as JSON, and nobody keeps them for longer than a flipped flag may take.

    A flag is the fastest way to switch a broken feature off. Kept for a day in browsers, it is off a day later. Where
    an error or a page comes instead, every visitor gets what the script takes for granted.

    Fix: answer with JSON and a lifetime that an incident can wait for: `Cache-Control: max-age=0, s-maxage=30`; or
    raise `targets.flag_lifetime`, if it may take longer.

    On nginx: `location = /api/flags { add_header Cache-Control "public, max-age=0, s-maxage=30"; }`, and no `expires`
    by extension that covers it.

    On Next.js: a route handler with `export const dynamic = "force-dynamic"`, or `revalidate = 30`; one that is made at
    build time keeps the flags of the build.

    On Cloudflare: no Edge Cache TTL rule that covers the path.

    On CloudFront: a cache policy on the path's behaviour whose minimum TTL is 0.
    """
    if site.profile.observability.flags is None:
        yield skipped("the profile names no place for flags (observability.flags)")
        return
    asked = list(site.seen("flags"))
    if not asked:
        return
    answer = next((each for each in asked if each.status not in REFUSED), asked[0])
    expected, observed = "JSON, with status 200", _described(answer)
    if answer.status in NOT_NOW:
        yield undecided(answer, "the site did not answer for load", expected=expected, observed=observed)
    elif answer.response.undecodable:
        yield left(answer, "assets.compressed")
    elif answer.status != 200 or not _is_json(answer):
        yield expect(False, answer, expected=expected, observed=observed)
    else:
        yield _fresh(site, answer)


def _described(answer: Exchange) -> str:
    if answer.status != 200:
        return f"status {answer.status}"
    if content_type.looks_like_html(answer.response.body or b""):
        return "a web page"
    return f"{answer.response.content_type or 'no Content-Type'}, no JSON"


def _is_json(answer: Exchange) -> bool:
    """Whether the body is JSON, whatever its type says."""
    try:
        json.loads(answer.response.body or b"")
    except (ValueError, RecursionError):
        return False
    return True


def _fresh(site: Site, answer: Exchange) -> Finding:
    most_s = site.profile.targets.flag_lifetime
    shared_s = shared_lifetime_s(site, answer)
    longest_s = max(browser_lifetime_s(site, answer), shared_s and shared_s + stale_window_s(site, answer))
    met = longest_s <= most_s and not policy(answer).has("immutable")
    if not met and (speaker := _speaker(site, answer)):
        return left(answer, speaker)
    observed = f"{show_seconds(longest_s)} ({shown_policy(site, answer) or 'no Cache-Control'})"
    return expect(met, answer, expected=f"kept for at most {show_seconds(most_s)}", observed=observed)


def _speaker(site: Site, answer: Exchange) -> str:
    """Return the id of the check that says so by the flags' own route; empty where that is kept, or there is none."""
    sampled = next((each for each in answers(site) if each.url == answer.url), None)
    if sampled is None or site.route(sampled) is None:
        return ""
    promised = site.contract(sampled)
    spans = ((promised.browser, browser_lifetime_s(site, sampled)), (promised.shared, shared_lifetime_s(site, sampled)))
    off = any(span is not None and seconds not in span for span, seconds in spans)
    return freshness_speaker(site, sampled) or ("cache.contract" if off else "")
