"""The edge as such: simultaneous requests, other providers, the origin behind it, its transport."""

from collections.abc import Iterator

from scalecheck.checks.answers import (
    browser_lifetime_s,
    is_hit,
    nearest,
    plain_on_loopback,
    shared_lifetime_s,
    storable,
)
from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.checks.precedence import strips, unkept
from scalecheck.model.evidence import Exchange, Failure, Loss
from scalecheck.model.kinds import ASSETS, PAGES
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.discovery import first
from scalecheck.probes.edges import origin, providers
from scalecheck.probes.handshakes import RETURNS, handshakes, hosts
from scalecheck.probes.repeats import again
from scalecheck.probes.variants import burst
from scalecheck.wire.content_type import charset, media_type
from scalecheck.wire.vendors import State

SHUT = frozenset({Loss.DNS, Loss.REFUSED, Loss.UNREACHABLE, Loss.TIMEOUT, Loss.CUT})
"""Losses that show a closed door; a failed handshake may only be a certificate that others do not ask about."""
PASSED_BY = frozenset({State.BYPASS, State.DYNAMIC})


@check(needs=[burst, again], source="RFC 9111 section 4, collapsed requests")
def coalesces(site: Site) -> Findings:
    """Simultaneous requests for a missing object reach the origin once.

    When a popular page expires during a spike, an edge that does not coalesce sends every waiting visitor's request to
    the origin at the same moment.

    Fix: switch on request coalescing (also: request collapsing, cache lock, origin shield).

    On nginx: `proxy_cache_lock on;` beside `proxy_cache_use_stale updating;`

    On Varnish: it coalesces by itself, unless the object is hit-for-miss or hit-for-pass: give it a lifetime.

    On Cloudflare: it coalesces what is cacheable; make the page eligible with a cache rule.

    On CloudFront: it coalesces what is cacheable; a TTL of 0 in the cache policy switches that off.

    On HAProxy: its cache does not coalesce; put Varnish or a CDN before it.

    On Apache: `CacheLock on`
    """
    for subject in site.good():
        answers = site.following(subject, "burst")
        if not answers:
            continue
        states = [state.state for each in answers if (state := nearest(site, each)) is not None]
        asked = sum(is_hit(site, each) is False for each in answers)
        if speaker := unkept(site, subject) or _never_kept(site, subject):
            yield left(subject, speaker)
        elif len(states) < 2 or all(state is State.NONE for state in states):
            yield left(subject, "cdn.speaks")
        elif all(state in PASSED_BY for state in states):
            yield skipped("the edge does not keep this URL with a parameter added", subject)
        elif not asked:
            yield skipped("the edge held the object already: it ignores unknown parameters", subject)
        else:
            observed = f"{asked} of {len(states)} simultaneous requests"
            yield expect(asked == 1, answers[0], expected="1 request reaching the origin", observed=observed)


def _never_kept(site: Site, subject: Exchange) -> str:
    """Return the id of the check that speaks of an URL which is never a hit: there is nothing to wait for."""
    repeats = site.following(subject, "again")
    if not repeats or any(is_hit(site, each) is not False for each in repeats):
        return ""
    kind = site.kind(subject)
    return "cdn.page_hit_ratio" if kind in PAGES else "cdn.static_hit_ratio" if kind in ASSETS else ""


@check(
    needs=[providers, again],
    source="scalecheck: one site, whichever CDN answers",
    declared_by="edge.providers",
)
def providers_agree(site: Site) -> Findings:
    """Every declared CDN answers alike: bytes, contract, freshness.

    Visitors are sent to one CDN or another by DNS. Where they differ, half of the visitors see another site, and no
    single machine can show it.

    Fix: compare the two configurations for this path: cache rules, header rewriting, compression, and which deploy each
    has.
    """
    if not site.profile.edge.providers:
        yield skipped("the profile declares no other CDN (edge.providers)")
        return
    lost = {failure.ask.label: failure for failure in reversed(tuple(site.lost("providers")))}
    for name in site.profile.edge.providers:
        answered = [
            (subject, answer)
            for subject in site.good()
            for answer in site.following(subject, "providers")
            if answer.ask.label == name
        ]
        yield from (_alike(site, subject, answer) for subject, answer in answered)
        if name in lost or not answered:
            yield _unheard(name, lost.get(name))


def _unheard(name: str, failure: Failure | None) -> Finding:
    reason = "the requests were lost, see site.answers" if failure is not None else "nothing was asked of it"
    number = failure.number if failure is not None else None
    observed = f"no answer ({failure.loss})" if failure is not None else ""
    return Finding(Verdict.UNKNOWN, name, "the same answers", observed, evidence=number, reason=reason)


def _alike(site: Site, here: Exchange, there: Exchange) -> Finding:
    """Return whether two edges answered alike; a failure names what differs."""
    differing = [
        (f"{name} {one}", f"{name} {other}") for name, one, other in _compared(site, here, there) if one != other
    ]
    if not differing:
        return expect(True, there, expected="the same answer", observed=f"the same from {there.ask.label}")
    expected, observed = ("; ".join(texts) for texts in zip(*differing, strict=True))
    return expect(False, there, expected=expected, observed=f"{observed} from {there.ask.label}")


def _compared(site: Site, here: Exchange, there: Exchange) -> Iterator[tuple[str, str, str]]:
    """Yield each thing in which edges may not differ: its name, and what either of the two says."""
    yield "status", str(here.status), str(there.status)
    yield "Content-Type", _type(here), _type(there)
    yield "browsers keep it", f"{browser_lifetime_s(site, here)}s", f"{browser_lifetime_s(site, there)}s"
    if not strips(site, here) and not strips(site, there):
        yield "shared caches keep it", _shared(site, here), _shared(site, there)
    if here.status == there.status and _is_comparable(site, here):
        yield "sha256", here.response.digest[:12], there.response.digest[:12]


def _type(exchange: Exchange) -> str:
    sent = exchange.fields.first("content-type") or ""
    return " ".join(part for part in (media_type(sent), charset(sent)) if part) or "nothing"


def _shared(site: Site, exchange: Exchange) -> str:
    return f"{shared_lifetime_s(site, exchange)}s" if storable(site, exchange, shared=True) else "not at all"


def _is_comparable(site: Site, exchange: Exchange) -> bool:
    """Whether two requests for it get the same bytes: assets always, anything else where its repeats were the same."""
    if exchange.response.truncated or exchange.response.undecodable:
        return False
    repeats = [each.response.digest for each in site.following(exchange, "again") if each.status == 200]
    return site.kind(exchange) in ASSETS or (bool(repeats) and set(repeats) == {exchange.response.digest})


@check(
    needs=[origin],
    source="scalecheck: what bypasses the edge bypasses its cache, limits and firewall",
    declared_by="edge.origin",
)
def origin_is_hidden(site: Site) -> Findings:
    """The origin does not answer the public by its own name.

    Whoever finds the origin's address can send it all of the traffic that the edge was to keep away from it.

    Fix: let the origin accept the edge's connections only: the CDN's address ranges, a client certificate, a shared
    secret in a field, or a tunnel from the origin to the edge.

    On Cloudflare: Cloudflare Tunnel, or Authenticated Origin Pulls.

    On CloudFront: origin access control for S3, the managed prefix list in the security group, or a secret field.

    On Fastly: the published address list, or mutual TLS to origins.
    """
    if site.profile.edge.origin is None:
        yield skipped("the profile declares no origin (edge.origin)")
        return
    reached = any(True for _ in site.good())
    yield from (_refused(exchange) for exchange in site.seen("origin"))
    yield from (_shut(failure, reached) for failure in site.lost("origin"))
    if not site.all("origin"):
        yield Finding(Verdict.UNKNOWN, "the origin", "no answer", "not asked", reason="no page was found to ask it for")


def _refused(exchange: Exchange) -> Finding:
    expected, observed = "no answer, or a refusal such as 403", f"status {exchange.status}"
    if exchange.status >= 500 or exchange.status == 429:
        return undecided(exchange, "it failed rather than refused", expected=expected, observed=observed)
    return expect(exchange.status >= 400, exchange, expected=expected, observed=observed)


def _shut(failure: Failure, reached: bool) -> Finding:
    """Return a pass where the door is shut to us but the edge's is not: else it may be our own network."""
    expected, observed = "no answer, or a refusal such as 403", f"no answer ({failure.loss})"
    if failure.loss in SHUT and reached:
        return expect(True, failure, expected=expected, observed=observed)
    reason = failure.detail if reached else "nothing of the site answered, so it may be our own network"
    if failure.loss is Loss.TLS:
        reason = "whether somebody who trusts any certificate gets an answer is open"
    return undecided(failure, reason, expected=expected, observed=observed)


@check(needs=[first, handshakes], source="RFC 9113, RFC 9114, RFC 8446", declared_by="site")
def modern_transport(site: Site) -> Findings:
    """Visitors get HTTP/2, are offered HTTP/3, connect with TLS 1.3, and resume when they return.

    A page of 60 requests over HTTP/1.1 waits for six connections; TLS 1.2 costs every new visitor one more round trip.
    HTTP/3 that is not offered is a warning. So is a returning visitor whose TLS session is not resumed: with TLS 1.3
    that costs no round trip, but certificates sent again, and a signature for every connection at a million visitors.

    Fix: switch on HTTP/2 and HTTP/3 (`Alt-Svc: h3=":443"`) and TLS 1.3 at the edge, and session tickets, with keys that
    all machines behind one address share.

    On nginx: `listen 443 ssl; http2 on; listen 443 quic reuseport; add_header Alt-Svc 'h3=":443"; ma=86400';` and
    `ssl_protocols TLSv1.2 TLSv1.3;`; `ssl_session_tickets on;` with a `ssl_session_ticket_key` that all machines share.

    On Apache: `Protocols h2 http/1.1` and `SSLProtocol -all +TLSv1.2 +TLSv1.3`; it has no HTTP/3.
    `SSLSessionTickets on` with a `SSLSessionTicketKeyFile` that all machines share.

    On HAProxy: `bind :443 ssl crt … alpn h2,http/1.1`, and `bind quic4@:443 ssl crt … alpn h3`

    On Caddy: all three are on by default; look for a proxy in front of it.

    On Varnish: it ends no TLS; HTTP/2 and TLS 1.3 are the matter of what stands before it (Hitch, HAProxy, a CDN).
    """
    for exchange in hosts(site):
        if exchange.url.startswith("https:"):
            yield from _transport(site, exchange)
        else:
            local = plain_on_loopback(exchange.url)
            yield skipped("plain http on loopback" if local else "plain http, see site.redirects_settle", exchange)


def _transport(site: Site, exchange: Exchange) -> Iterator[Finding]:
    version = exchange.response.http_version
    yield expect(version in {"2", "3"}, exchange, expected="HTTP/2", observed=f"HTTP/{version}")
    if exchange.tls is None:
        yield undecided(exchange, "the evidence does not hold the handshake", expected="TLSv1.3")
    elif exchange.tls.version not in {"TLSv1.2", "TLSv1.3"}:
        yield left(exchange, "security.tls")
    else:
        yield expect(exchange.tls.version == "TLSv1.3", exchange, expected="TLSv1.3", observed=exchange.tls.version)
        if exchange.tls.version == "TLSv1.3":
            yield _resumption(site, exchange)
    offered = exchange.fields.get("alt-svc") or ""
    met = version == "3" or "h3=" in offered
    yield expect(met, exchange, expected='Alt-Svc: h3="…"', observed=offered, otherwise=Verdict.WARN)


def _resumption(site: Site, exchange: Exchange) -> Finding:
    """Return whether a visitor who comes back takes up the session of the visit before."""
    returns = [each for each in site.following(exchange, "handshakes") if each.ask.label in RETURNS]
    told = [each for each in returns if each.tls is not None and each.tls.resumed is not None]
    expected = "every returning visitor's session resumed"
    if not told:
        return undecided(exchange, "the evidence does not hold a second handshake", expected=expected)
    full = [each for each in told if each.tls is not None and not each.tls.resumed]
    observed = f"{len(told) - len(full)} of {len(told)} resumed"
    return expect(not full, (full or told)[0], expected=expected, observed=observed, otherwise=Verdict.WARN)
