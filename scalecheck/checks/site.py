"""Was there anything to judge: answers, routes, redirects, the clock."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from scalecheck.checks.answers import is_hit, plain_on_loopback
from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.model.evidence import Exchange, Loss
from scalecheck.model.kinds import PAGES, Kind
from scalecheck.model.profile import Route
from scalecheck.model.site import FIRST, Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.discovery import NEVER_FIRST, first, redirect_target
from scalecheck.wire import content_type
from scalecheck.wire.dates import http_date
from scalecheck.wire.loads import LoadKind
from scalecheck.wire.redirects import REDIRECTS
from scalecheck.wire.urls import address, origin

OURS = frozenset({Loss.BUDGET, Loss.FORBIDDEN, Loss.INTERRUPTED})
"""Losses that say nothing of the site: we did not ask. Nor do browsers that failed; whoever needs them says so."""
TO_BE_REFUSED = frozenset({"origin", "old_tls"})
"""Probes whose requests are to be refused; cdn.origin_is_hidden and security.tls speak of them."""
NAMED = frozenset({LoadKind.SCRIPT, LoadKind.STYLE})
PERSONAL = frozenset({401, 403})
"""What a personal route may answer besides, while nobody has said who asks."""


@check(needs=[first], source="RFC 9110 section 15")
def answers(site: Site) -> Findings:
    """Every sampled URL answers, within the time limit, with a status its route allows.

    A page that fails once in a thousand times fails for a thousand of a million visitors every day. What was not
    answered could not be judged by any other check either: this one speaks for all of them.

    Fix: find the URL in the server's log at the time of the finding; mend what fails there, correct the route's samples
    if the URL should not exist, or declare the `status` that is meant.
    """
    for exchange in site.seen(FIRST):
        allowed = _allowed(site, exchange)
        if exchange.status not in allowed and (reason := _kept_out(exchange)):
            yield undecided(exchange, reason, expected=_listed(allowed), observed=f"status {exchange.status}")
        else:
            met = exchange.status in allowed
            yield expect(met, exchange, expected=_listed(allowed), observed=f"status {exchange.status}")
    yield from _lost(site)
    yield from _not_asked(site)


def _allowed(site: Site, exchange: Exchange) -> frozenset[int]:
    """Return the statuses that are in order for a first, anonymous GET."""
    route = site.route(exchange)
    if route is None:
        return frozenset({200}) | REDIRECTS
    declared = frozenset(site.profile.statuses(route))
    if route.status:
        return declared
    return declared | REDIRECTS | (PERSONAL if route.personal else frozenset())


def _listed(statuses: frozenset[int]) -> str:
    return "status " + ", ".join(str(status) for status in sorted(statuses))


def _kept_out(exchange: Exchange) -> str:
    """Return why an answer is about us rather than the site; empty when it is not."""
    if exchange.status == 429:
        return "the site limits how often we may ask; lower safety.rate"
    if (exchange.fields.first("cf-mitigated") or "").lower() == "challenge":
        return "the edge takes us for a bot; let this client through, or ask from an address that it knows"
    return ""


def _lost(site: Site) -> Iterator[Finding]:
    """Yield what was not answered: unknown where the whole site was out of reach, since that is no fact about it."""
    reached = any(True for _ in site.seen(FIRST))
    told: set[tuple[str, str | None, Loss]] = set()
    for failure in site.losses:
        key = failure.url, failure.request.connect_to, failure.loss
        if failure.loss in {*OURS, Loss.BROWSER} or failure.probe in TO_BE_REFUSED or key in told:
            continue
        told.add(key)
        address = f" from {failure.request.connect_to}" if failure.request.connect_to else ""
        observed = f"no answer{address} ({failure.loss}): {failure.detail}"
        if reached:
            yield expect(False, failure, expected="an answer", observed=observed)
        else:
            yield undecided(failure, "the site could not be reached", expected="an answer", observed=observed)


def _not_asked(site: Site) -> Iterator[Finding]:
    """Yield one unknown for each reason for which we did not ask."""
    ours = [failure for failure in site.losses if failure.loss in OURS]
    for loss in dict.fromkeys(failure.loss for failure in ours):
        those = [failure for failure in ours if failure.loss is loss]
        observed = f"{len(those)} not asked ({loss})"
        yield undecided(those[0], f"not asked: {those[0].detail}", expected="every request sent", observed=observed)


@check(needs=[first], source="scalecheck: no evidence is never a pass")
def routes_seen(site: Site) -> Findings:
    """Every declared route matched at least one answered URL, and every page kind at least one page.

    A pattern that matches nothing would turn every check of that route green without a single request. So would a page
    that is empty, or that is only ever a redirect.

    Fix: correct the route's path to where its pages really are, or give the route `samples`; if the route is gone, take
    it out of the profile.
    """
    answered = _by_route(site, site.seen(FIRST))
    lost = {route.name for each in site.lost(FIRST) if (route := site.route(each)) is not None}
    blind = _blind(site)
    for name, route in site.profile.routes.items():
        if route.kind in NEVER_FIRST:
            yield Finding(Verdict.SKIP, name, route=name, reason=f"a {route.kind} does not answer a plain GET")
        elif name in answered:
            yield _with_content(site, route, answered[name])
        elif name in lost or (blind and not route.optional):
            reason = "the requests" if name in lost else "pages that may link to it"
            reason += " were lost or failed, see site.answers"
            yield Finding(Verdict.UNKNOWN, name, "at least 1 answered URL", "0", route=name, reason=reason)
        elif route.optional:
            yield Finding(Verdict.SKIP, name, route=name, reason="optional, and no URL of it was found")
        else:
            observed = f"0: no URL found for {route.path}"
            yield Finding(Verdict.FAIL, name, "at least 1 answered URL", observed, route=name)
    yield from _elsewhere(site)
    if not site.profile.routes:
        reason = "nothing was found that could be judged"
        yield Finding(Verdict.UNKNOWN, "the site", "at least 1 page", "no page", reason=reason)


def _blind(site: Site) -> bool:
    """Whether what pages link to could not be seen: one of them was lost, or there are none but failing ones."""
    if any(site.kind(each) in PAGES for each in site.lost(FIRST)):
        return True
    return not any(site.pages()) and any(each.status >= 400 for each in site.seen(FIRST, PAGES))


def _elsewhere(site: Site) -> Findings:
    """Yield a warning where pages load scripts and styles, and all of them from hosts that we may not ask.

    A site's own asset host is such a host until the profile names it; its assets would all go unjudged. It may as well
    be that there is nothing but third parties': so it is no failure.
    """
    named = {load.url: page for page in site.pages() for load in site.page(page).loads if load.kind in NAMED}
    if named and not any(site.profile.allows(url) for url in named):
        hosts = dict.fromkeys(found[0] for url in named if (found := address(url)) is not None)
        about = next(iter(named.values()))
        expected = "scripts and styles of the site; is one of these its own host, name it in safety.allow_hosts"
        yield expect(False, about, expected=expected, observed=f"all from {', '.join(hosts)}", otherwise=Verdict.WARN)


def _by_route(site: Site, exchanges: Iterable[Exchange]) -> Mapping[str, list[Exchange]]:
    """Return the exchanges of each declared route, by its name."""
    grouped: dict[str, list[Exchange]] = {}
    for exchange in exchanges:
        if (route := site.route(exchange)) is not None:
            grouped.setdefault(route.name, []).append(exchange)
    return grouped


def _with_content(site: Site, route: Route, answered: list[Exchange]) -> Finding:
    """Return whether a route that answered has what its kind promises: a page route at least one page with content.

    Bad statuses are left to site.answers; what an anonymous visitor gets of a personal route need not be a page.
    """
    if route.kind in PAGES and not route.personal and not route.status:
        expected = all(each.status in REDIRECTS | {200} for each in answered)
        if expected and not any(_is_page(site, each) for each in answered):
            if speaker := _speaker(site, answered):
                return replace(left(answered[0], speaker), subject=route.name, route=route.name)
            observed = ", ".join(dict.fromkeys(_described(each) for each in answered[:10]))
            number, promised = answered[0].number, "at least 1 HTML page with content"
            return Finding(Verdict.FAIL, route.name, promised, observed, route=route.name, evidence=number)
    return Finding(Verdict.PASS, route.name, "at least 1 answered URL", f"{len(answered)} answered", route=route.name)


def _speaker(site: Site, answered: list[Exchange]) -> str:
    """Return the id of the check that says why none of these answers is a page; empty where nobody does."""
    if any(each.response.undecodable for each in answered):
        return "assets.compressed"
    lost = {url for chain, finding in _journeys(site) if finding.verdict is Verdict.FAIL for url in chain}
    return "site.redirects_settle" if all(each.url in lost for each in answered) else ""


def _is_page(site: Site, exchange: Exchange) -> bool:
    """Whether the answer is HTML that shows or loads anything."""
    if exchange.status != 200 or not content_type.is_html(exchange.response.content_type):
        return False
    page = site.page(exchange)
    return bool(page.text_length or page.loads or page.inline_script_count)


def _described(exchange: Exchange) -> str:
    """Return in what way an answer is no page."""
    if exchange.status != 200:
        target = redirect_target(exchange)
        return f"status {exchange.status}" + (f" to {target}" if target is not None else "")
    if content_type.is_html(exchange.response.content_type):
        return "an empty page"
    return exchange.response.content_type or "no Content-Type"


@check(needs=[first], source="RFC 9110 section 15.4", declared_by="targets.redirects")
def redirects_settle(site: Site) -> Findings:
    """A URL settles within two redirects, on https, inside the allowed hosts.

    Every hop is a round trip before the first byte of the page, on a phone often half a second; a loop is an outage.

    Fix: link to the final URL, and let one redirect lead there: scheme, host and path corrected in a single hop. Where
    the site lives on another host (`www.`), audit that one, or name it under `safety.allow_hosts`.

    On nginx: `return 301 https://www.example.com$request_uri;` in the servers of the other names and of port 80.

    On Apache: `Redirect permanent / https://www.example.com/` in the virtual hosts of the other names and of port 80.

    On Caddy: `example.com { redir https://www.example.com{uri} permanent }`; https is its default.
    """
    yield from (finding for _, finding in _journeys(site))


def _journeys(site: Site) -> Iterator[tuple[list[str], Finding]]:
    """Yield each chain of redirects, also of none, with the verdict on it."""
    answered = {each.url: each for each in site.seen(FIRST)}
    led_to = {target for each in answered.values() if (target := redirect_target(each)) is not None}
    passed: set[str] = set()
    starts = [each for each in answered.values() if each.url not in led_to]
    for exchange in (*starts, *answered.values()):  # what stands behind the starts and was not passed is a closed loop
        if exchange.url not in passed:
            chain = _chain(exchange, answered)
            passed.update(chain)
            yield chain, _settled(site, exchange, chain, answered)


def _chain(start: Exchange, answered: Mapping[str, Exchange]) -> list[str]:
    """Return the URLs that a client is sent to, in order; of a loop up to the first that is met again."""
    chain = [start.url]
    while (current := answered.get(chain[-1])) is not None and (target := redirect_target(current)) is not None:
        chain.append(target)
        if target in chain[:-1]:
            break
    return chain


def _settled(site: Site, start: Exchange, chain: list[str], answered: Mapping[str, Exchange]) -> Finding:
    most, way = site.profile.targets.redirects, " → ".join(chain)
    if chain[-1] in chain[:-1]:
        return expect(False, start, expected=f"at most {most} redirects", observed=f"a loop: {way}")
    outside = next((url for url in chain if not site.profile.allows(url)), None)
    if outside is not None and not _may_leave(site, start):
        return expect(False, start, expected="a host that the profile allows", observed=outside)
    if outside is None and not chain[-1].startswith("https:") and not plain_on_loopback(chain[-1]):
        return expect(False, start, expected="https", observed=way)
    if len(chain) - 1 > most:
        return expect(False, start, expected=f"at most {most} redirects", observed=f"{len(chain) - 1}: {way}")
    last = answered.get(chain[-1])
    if last is not None and last.status in REDIRECTS:
        observed = f"Location: {last.fields.first('location') or 'nothing'}"
        return expect(False, last, expected="a Location that can be followed", observed=observed)
    if last is None and outside is None:
        return skipped(f"{chain[-1]} was not answered, see site.answers", start)
    return expect(True, start, expected=f"at most {most} redirects", observed=f"{len(chain) - 1}")


def _may_leave(site: Site, exchange: Exchange) -> bool:
    """Whether a redirect to another host is in order: that of a login, which often lives elsewhere."""
    route = site.route(exchange)
    return route is not None and (route.personal or route.kind is Kind.AUTH)


@check(needs=[first], source="RFC 9110 section 6.6.1", declared_by="targets.clock_skew")
def clock(site: Site) -> Findings:
    """The server's Date is within 5 s of ours, so that ages and Expires mean what they say.

    Caches compute an answer's age from Date. A server that is a minute fast makes fresh pages stale, and a slow one
    keeps them a minute too long.

    Fix: run an NTP client on the servers that write Date (chrony, systemd-timesyncd), and on the machine that audits.
    """
    most_s = site.profile.targets.clock_skew
    worst: dict[str, tuple[float, Exchange]] = {}
    for exchange in site.seen(FIRST):
        date = exchange.fields.first("date")
        if date is None or "age" in exchange.fields or is_hit(site, exchange):
            continue  # a stored answer's Date is as old as the answer
        stamped_at = http_date(date, exchange.received_at)
        if stamped_at is None:
            yield expect(False, exchange, expected="an HTTP-date", observed=date)
            continue
        host, skew_s = origin(exchange.url) or "", _skew_s(stamped_at, exchange)
        if host not in worst or skew_s > worst[host][0]:
            worst[host] = skew_s, exchange
    for skew_s, exchange in worst.values():
        expected, observed = f"within {most_s:g}s of our clock", f"{skew_s:.0f}s apart"
        yield expect(skew_s <= most_s, exchange, expected=expected, observed=observed)


def _skew_s(stamped_at: float, exchange: Exchange) -> float:
    """Return how far Date lies outside the time of the exchange, in seconds; Date has whole seconds."""
    return max(0.0, exchange.sent_at - 1.0 - stamped_at, stamped_at - exchange.received_at)
