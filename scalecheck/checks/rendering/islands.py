"""What is one visitor's own on pages that everybody shares."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from scalecheck.checks.answers import answers, is_hit, said, shown_policy, storable, unbounded
from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.checks.precedence import freshness_speaker, is_shared
from scalecheck.model.contract import Storing
from scalecheck.model.evidence import Exchange
from scalecheck.model.profile import Route
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.identities import ANONYMOUS, as_identity
from scalecheck.probes.pages import AGAIN, THEN, greeted, islands, islands_of, mark
from scalecheck.wire import content_type

LOGGED_IN_ONLY = frozenset({401, 403})
"""What an island may answer to nobody in particular."""
NOT_NOW = frozenset({429, 503})


@check(
    needs=[greeted, islands, as_identity],
    source="RFC 9111 section 7.3, scalecheck: what is not everybody's comes by a call of its own",
    declared_by="routes.{route}.islands",
)
def islands_are_live(site: Site) -> Findings:
    """Shared pages hold nothing of one visitor; what is not everybody's comes by calls that no shared cache keeps.

    A page that greets its visitor by name and is kept for everybody greets everybody by that name. So the shared page
    stays the same for all, and its islands (the name, the basket) are asked for by the browser; an island that a shared
    cache keeps is one visitor's for all again. Asked as the first identity and as nobody, pages under queries of our
    own, so that no visitor is harmed.

    Fix: take session and cookies out of what renders the shared page; let a script ask for the rest, from calls that
    answer with `Cache-Control: private, no-store`.

    On nginx: `proxy_set_header Cookie "";` in the location of the shared pages, so that the application cannot know who
    asks; and `proxy_cache off;` for the islands.

    On Varnish: `unset req.http.Cookie;` for the shared pages, `return (pass);` for the islands.

    On Next.js: do not call `cookies()` or `headers()` on a page that is to be shared, nor in its layouts; read them in
    a route handler that the browser calls.

    On Cloudflare: no "Cache Everything" rule that covers the islands.

    On CloudFront: CachingDisabled on the islands' behaviour, and no cookies in the origin request policy of the pages.
    """
    if not site.profile.identities and not any(True for _ in islands_of(site)):
        yield skipped("the profile declares neither identities nor islands")
    for page in site.pages():
        if asked := site.following(page, "greeted"):
            yield from _alike(site, {each.ask.label: each for each in asked})
    by_url: dict[str, list[Exchange]] = {}
    for each in site.seen("islands"):
        by_url.setdefault(each.url, []).append(each)
    for route, url in islands_of(site):
        if url in by_url:
            yield replace(_live(site, by_url[url], route), route=route.name)
        else:
            yield Finding(
                Verdict.UNKNOWN, f"GET {url}", route=route.name, reason="it was not answered, see site.answers"
            )


def _alike(site: Site, asked: dict[str, Exchange]) -> Iterator[Finding]:
    """Yield whether a shared page is the same for the first identity as for nobody."""
    name = next(iter(site.profile.identities))
    own, leaked = asked.get(name), asked.get(f"{name}, {THEN} {ANONYMOUS}")
    expected = f"nothing of {name}'s"
    if own is None or own.status != 200:
        return
    if leaked is not None and _shows(site, leaked, name):
        yield expect(False, leaked, expected=expected, observed=f"{name}'s page, sent to {ANONYMOUS}")
    elif _shows(site, own, name) and unbounded(own):
        yield left(own, "cache.vary_is_bounded")
    elif _shows(site, own, name) and is_shared(site, own):
        observed = f"{name}'s marker, for shared caches to keep ({shown_policy(site, own)})"
        yield expect(False, own, expected=expected, observed=observed)
    elif _shows(site, own, name):
        observed = f"{name}'s marker, for {name} alone ({shown_policy(site, own) or 'no Cache-Control'})"
        yield expect(True, own, expected=expected, observed=observed)
    elif is_shared(site, own) and _differs(site, asked, name):
        observed = f"other bytes for {name} than for {ANONYMOUS}, for shared caches to keep"
        yield expect(False, own, expected="one page for everybody", observed=observed, otherwise=Verdict.WARN)
    else:
        yield expect(True, own, expected=expected, observed=f"nothing of {name}'s")


def _shows(site: Site, exchange: Exchange, name: str) -> bool:
    """Whether an answer holds the marker of an identity."""
    return site.profile.identities[name].marker.encode() in (exchange.response.body or b"")


def _differs(site: Site, asked: dict[str, Exchange], name: str) -> bool:
    """Whether the identity gets other bytes than nobody does, each of them the same bytes twice."""
    bodies = {
        who: {_body(site, asked.get(label), label) for label in (who, f"{who} {AGAIN}")} for who in (name, ANONYMOUS)
    }
    steady = all(len(each) == 1 and None not in each for each in bodies.values())
    return steady and bodies[name] != bodies[ANONYMOUS]


def _body(site: Site, exchange: Exchange | None, label: str) -> bytes | None:
    """Return a page without the query that it was asked under; None where there is no whole page."""
    if exchange is None:
        return None
    response = exchange.response
    if exchange.status != 200 or response.body is None or response.truncated or response.undecodable:
        return None
    return response.body.replace(mark(site, label).encode(), b"")


def _live(site: Site, asked: Sequence[Exchange], route: Route) -> Finding:
    """Return whether an island answers, and no shared cache keeps what it answers."""
    own, nobody = asked[0], asked[-1]
    name = own.request.identity
    if own.status in NOT_NOW:
        return undecided(own, "the site did not answer for load", expected="an answer", observed=f"status {own.status}")
    if not _answers(own):
        return expect(False, own, expected="an answer", observed=_described(own))
    leaked = name is not None and nobody.request.identity is None and _shows(site, nobody, name)
    kept = next((each for each in asked if each.status == 200 and storable(site, each, shared=True)), None)
    hit = next((each for each in asked if is_hit(site, each)), None)
    about = nobody if leaked else kept or hit or own
    if (leaked or kept or hit) and (speaker := _speaker(site, about, leaked=leaked)):
        return left(about, speaker)
    if leaked:
        return expect(False, about, expected=f"nothing of {name}'s", observed=f"{name}'s answer, sent to {ANONYMOUS}")
    policy = shown_policy(site, about) or "no Cache-Control"
    if hit is not None and kept is None:
        return expect(False, about, expected="not from a shared cache", observed=said(site, about))
    observed = policy if kept is not None else f"status {own.status}, {policy}"
    return expect(kept is None, about, expected="private or no-store", observed=observed)


def _answers(exchange: Exchange) -> bool:
    """Whether an island answered with something of its own: not with an error, a redirect, or the shell of a page."""
    if exchange.status in LOGGED_IN_ONLY and exchange.request.identity is None:
        return True
    return 200 <= exchange.status < 300 and not _is_document(exchange)


def _is_document(exchange: Exchange) -> bool:
    """Whether it is a whole web page; islands may well be pieces of HTML."""
    start = (exchange.response.body or b"")[:1000].lstrip().lower()
    return content_type.is_html(exchange.response.content_type) and start.startswith((b"<!doctype", b"<html"))


def _described(exchange: Exchange) -> str:
    return f"status {exchange.status}" + (", a whole web page" if _is_document(exchange) else "")


def _speaker(site: Site, island: Exchange, *, leaked: bool) -> str:
    """Return the id of the check that judges by the island's own route who may keep it; empty where none does."""
    route = site.route(island)
    if route is None:
        return ""
    if route.personal and any(each.url == island.url for each in site.seen("as_identity")):
        return "cache.personal_stays_personal" if leaked else "cache.personal_is_private"
    sampled = next((each for each in answers(site) if each.url == island.url), None)
    if leaked or sampled is None or not storable(site, sampled, shared=True):
        return ""
    forbidden = site.contract(sampled).storing in {Storing.PRIVATE, Storing.NO_STORE}
    return freshness_speaker(site, sampled) or ("cache.contract" if forbidden else "")
