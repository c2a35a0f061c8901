"""What shared answers are kept under: Vary, noise in the request, HEAD, and fields nobody keys by."""

from collections.abc import Iterator

from scalecheck.checks.answers import is_hit, said, unbounded
from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.checks.precedence import is_shared, unsaid_coding, varies_by_coding
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.discovery import first
from scalecheck.probes.repeats import again
from scalecheck.probes.representations import encodings, head
from scalecheck.probes.variants import odd_encoding, tracking, write
from scalecheck.wire.cache_control import cache_control

COMPARED = ("cache-control", "cdn-cache-control", "expires", "last-modified", "vary")
"""Fields that HEAD repeats; an ETag may follow the coding, so only its presence counts."""
LESSER = frozenset({"vary"})
"""What nginx leaves out where it would have compressed the body: worth a warning."""


@check(needs=[first], source="RFC 9110 section 12.5.5, RFC 9111 section 4.1")
def vary_is_bounded(site: Site) -> Findings:
    """Answers that shared caches keep do not vary by visitor.

    Every value of a field named in Vary gets a copy of its own. There are as many Cookie and User-Agent values as
    visitors, so the cache holds the page a million times and finds it never; `Vary: *` forbids reuse altogether.

    Fix: let Vary name only what the answer depends on and what has few values: Accept-Encoding, Accept for image
    formats, a field that the edge has reduced to a few classes. What depends on the visitor is `private`.

    On nginx: find the upstream that adds it (`add_header Vary …` or the application); `proxy_hide_header Vary;` and
    `add_header Vary Accept-Encoding always;` repair it at the edge.

    On Varnish: `sub vcl_backend_response { set beresp.http.Vary = "Accept-Encoding"; }`, after making sure that the
    page is the same for everybody.

    On Next.js: reading `cookies()` or `headers()` while rendering makes a page depend on the visitor; move it to a
    component that loads after the page.
    """
    for exchange in site.good():
        if is_shared(site, exchange):
            observed, expected = exchange.fields.get("vary"), "Vary without *, Cookie, User-Agent, Authorization"
            yield expect(not unbounded(exchange), exchange, expected=expected, observed=observed)


@check(needs=[encodings], source="RFC 9110 section 12.5.5")
def vary_names_encoding(site: Site) -> Findings:
    """What is served compressed says `Vary: Accept-Encoding`, its uncompressed version too.

    A cache that is not told hands the brotli bytes it holds to a client that cannot read them, or the uncompressed ones
    to everybody.

    Fix: send `Vary: Accept-Encoding` whenever the answer could have been compressed, whether this one was or not.

    On nginx: `gzip_vary on;`

    On Apache: `Header append Vary Accept-Encoding` beside mod_deflate's filter.

    On Caddy: `encode` adds it; a `header Vary …` behind it replaces it, so write `header +Vary …`.

    On Varnish: Varnish compresses by itself and adds it; look for `unset beresp.http.Vary` in the VCL.
    """
    for exchange in site.good():
        served = [each for each in (exchange, *site.following(exchange, "encodings")) if each.status == 200]
        codings = sorted({each.response.coding for each in served})
        if len(codings) < 2 or any(cache_control(each.fields).has("no-store") for each in served):
            continue
        silent = [each for each in served if not varies_by_coding(each)]
        about = silent[0] if silent else exchange
        observed = f"{about.response.coding} with Vary: {about.fields.get('vary') or 'nothing'}"
        expected = f"Vary: Accept-Encoding on each of {', '.join(codings)}"
        yield expect(not silent, about, expected=expected, observed=observed)


@check(needs=[tracking], source="RFC 9111 section 2, scalecheck: one page, one cache key")
def query_noise_ignored(site: Site) -> Findings:
    """Links with tracking parameters (utm_source, gclid) share the cached copy of the plain URL.

    A newsletter or an advert adds utm_source or gclid to every link. If the edge keys by them, the visitors of a
    campaign all miss, on the day when there are most of them.

    Fix: leave utm_*, gclid, fbclid and their kind out of the cache key, or redirect nowhere and strip them at the edge.

    On nginx: build `proxy_cache_key` from `$uri` and the parameters that count: `proxy_cache_key
    "$scheme$host$uri?page=$arg_page";`

    On Varnish: `sub vcl_recv { set req.url = regsuball(req.url, "(utm_[a-z]+|gclid|fbclid)=[^&]*&?", ""); }` and trim a
    trailing `?` or `&`.

    On Cloudflare: a cache rule with a custom cache key that includes the query parameters that count only.

    On CloudFront: a cache policy whose query strings are an allow-list.

    On Netlify: `Netlify-Vary: query=page|sort` names the parameters that count.
    """
    yield from _still_hits(site, "tracking")


@check(needs=[odd_encoding], source="RFC 9110 section 12.5.3, RFC 9111 section 4.1")
def encoding_key_is_small(site: Site) -> Findings:
    """Requests with an unusual Accept-Encoding share the cached copies of usual ones.

    Browsers, bots and proxies send dozens of different Accept-Encoding values. An edge that keys by the text of the
    field holds a copy for each, and misses for each.

    Fix: reduce Accept-Encoding at the edge to the codings that are served, before the cache is asked.

    On nginx: compress at the edge (`gzip on; gzip_vary on;`) and ask the origin for one coding:
    `proxy_set_header Accept-Encoding "";`, so that the stored answer varies on nothing.

    On Varnish: it reduces the field to gzip by itself while `http_gzip_support` is on.

    On CloudFront: a cache policy with `EnableAcceptEncodingGzip` and `EnableAcceptEncodingBrotli`, and Accept-Encoding
    not among the headers it keys by.
    """
    yield from _still_hits(site, "odd_encoding")


def _still_hits(site: Site, probe: str) -> Iterator[Finding]:
    """Yield, for each variant of a URL that is a hit by itself, whether the variant is one too."""
    for exchange in site.good():
        plain = any(is_hit(site, each) for each in site.following(exchange, "again")[-1:])
        for each in site.following(exchange, probe):
            hit = is_hit(site, each)
            if not plain:
                yield skipped("the plain URL is not reported as a hit, so a miss here proves nothing", exchange)
            elif hit is None or each.status != exchange.status:
                reason = (
                    f"answered with status {each.status}" if each.status != exchange.status else "the edge does not say"
                )
                yield undecided(each, reason, expected="a hit, as without it")
            else:
                yield expect(hit, each, expected="a hit, as without it", observed=said(site, each))


@check(needs=[head, encodings], source="RFC 9110 section 9.3.2")
def head_matches_get(site: Site) -> Findings:
    """HEAD is answered with the same caching headers as GET.

    Monitors, link checkers and some caches ask with HEAD and believe the answer; RFC 9111 even lets a cache refresh or
    drop what it stored by it.

    Fix: answer HEAD with the handler of GET and drop the body afterwards; no rule for caching fields may name a method.

    On Next.js: a route handler that exports `GET` answers HEAD by itself; remove an own `HEAD` export.
    """
    for exchange in site.good():
        for answer in site.following(exchange, "head"):
            if answer.status != exchange.status:
                yield expect(False, answer, expected=f"status {exchange.status}", observed=f"status {answer.status}")
                continue
            different = [name for name in COMPARED if _normal(exchange, name) != _normal(answer, name)]
            if ("etag" in exchange.fields) != ("etag" in answer.fields):
                different.append("etag")
            if different == ["vary"] and unsaid_coding(site, exchange):
                yield left(answer, "cache.vary_names_encoding")
                continue
            names = different or [name for name in COMPARED if name in exchange.fields]
            otherwise = Verdict.WARN if set(different) <= LESSER else Verdict.FAIL
            expected, observed = _lines(exchange, names), _lines(answer, names)
            yield expect(not different, answer, expected=expected, observed=observed, otherwise=otherwise)


def _normal(exchange: Exchange, name: str) -> object:
    """Return what a field says whatever the order; of dates only that they are there, since they may move between."""
    if name in {"expires", "last-modified"}:
        return name in exchange.fields
    return frozenset(part.strip().lower() for part in (exchange.fields.get(name) or "").split(",") if part.strip())


def _lines(exchange: Exchange, names: list[str]) -> str:
    return "; ".join(f"{name}: {exchange.fields.get(name) or 'nothing'}" for name in names)


@check(
    needs=[write, again],
    source="RFC 9111 section 4, RFC 9110 section 9.2.1",
    declared_by="safety.writes",
    opt_in="it sends writes, and asks for `safety: {writes: true}`",
)
def writes_pass(site: Site) -> Findings:
    """A write is never answered from a cache.

    An order that the edge answers with a stored page looks placed to its buyer and never reaches the shop.

    Fix: look up GET and HEAD only; every other method goes to the origin.

    On nginx: `proxy_cache_methods GET HEAD;` (its default) without POST.

    On Varnish: keep `if (req.method != "GET" && req.method != "HEAD") { return (pass); }` in vcl_recv.
    """
    if not site.profile.safety.writes:
        yield skipped("it sends writes, and asks for `safety: {writes: true}`")
        return
    for exchange in site.good():
        for answer in site.following(exchange, "write"):
            hit = is_hit(site, answer)
            if hit is not None:
                yield expect(not hit, answer, expected="not from a cache", observed=said(site, answer))
            elif answer.fields.first("age") not in {None, "0"}:
                yield expect(False, answer, expected="no Age", observed=f"Age: {answer.fields.first('age')}")
            elif answer.status != exchange.status:
                yield expect(True, answer, expected="not the stored answer", observed=f"status {answer.status}")
            else:
                yield left(answer, "cdn.speaks")
