"""What the edge does."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from scalecheck.checks.cdn import (
    coalesces,
    hits_are_fast,
    modern_transport,
    origin_is_hidden,
    page_hit_ratio,
    providers_agree,
    speaks,
    static_hit_ratio,
    warm,
)
from scalecheck.model.evidence import Exchange, Failure, Loss, Timings, Tls
from scalecheck.model.verdict import Verdict
from tests.checks.rows import (
    FAIL,
    PASS,
    ROUTES,
    SKIP,
    UNKNOWN,
    WARN,
    YEAR,
    Case,
    case,
    exchange,
    failure,
    judged,
    profile,
    repeats,
    site,
)

PAGE = {"cache-control": "public, max-age=0, s-maxage=3600"}
PRIVATE = {"cache-control": "private, no-store"}
CHUNK = "/_next/static/app.9f2c1b7e.js"
ASSET = {"cache-control": YEAR}
HIT, MISS = {"x-cache-status": "HIT"}, {"x-cache-status": "MISS"}
SYNTHETIC = {"x-cache": "Error from cloudfront", "via": "1.1 a.cloudfront.net (CloudFront)"}


def page(said: Mapping[str, str] = MISS, **keys: Any) -> Exchange:
    return exchange("/", {**PAGE, **said}, **keys)


def again(hits: int, misses: int = 0, url: str = "/", base: Mapping[str, str] = PAGE) -> tuple[Exchange, ...]:
    """Return this many repeats of the first answer, hits first."""
    return repeats(url, *([{**base, **HIT}] * hits), *([{**base, **MISS}] * misses))


SPEAKS = [
    case("nothing", speaks, FAIL, page({}), observed="nothing from 1 of 1 answers"),
    case("Age alone", speaks, FAIL, page({"age": "5"})),
    case("a word that nobody knows", speaks, FAIL, page({"x-cache-status": "PERHAPS"})),
    case(
        "silent on one repeat",
        speaks,
        FAIL,
        page(),
        *repeats("/", {**PAGE, **HIT}, PAGE),
        observed="nothing from 1 of 3 answers",
    ),
    case(
        "words that are not verified with the vendor",
        speaks,
        UNKNOWN,
        page({"server": "BunnyCDN-DE1-1049", "cdn-cache": "HIT"}),
        observed="cdn-cache: HIT",
    ),
    case(
        "a repeat that was refused says nothing of it", speaks, PASS, page(), page({}, probe="again", of=1, status=429)
    ),
    case("on pages, not on assets", speaks, FAIL, page(), exchange(CHUNK, ASSET)),
    case("a miss", speaks, PASS, page(), observed="x-cache-status: MISS"),
    case("Cache-Status", speaks, PASS, page({"cache-status": "edge; hit"})),
    case("a bypass says something too", speaks, PASS, page({"x-cache-status": "BYPASS"})),
    case("what may not be kept is not its subject", speaks, SKIP, exchange("/", PRIVATE)),
    case("a route that is not shared", speaks, SKIP, exchange("/live", PAGE)),
    case("nothing asked", speaks, SKIP),
    case("lost", speaks, UNKNOWN, failure("/")),
]

STATIC = (exchange(CHUNK, {**ASSET, **MISS}), *again(59, url=CHUNK, base=ASSET))
RATIOS = [
    case("half of the pages", page_hit_ratio, FAIL, page(), *again(20, 20)),
    case("never", page_hit_ratio, FAIL, page(), *again(0, 9)),
    case("eight of eight do not prove 70 %", page_hit_ratio, UNKNOWN, page(), *again(8), reason="9 would"),
    case("nine of nine do", page_hit_ratio, PASS, page(), *again(9)),
    case("the first miss does not count", page_hit_ratio, PASS, page(MISS), *again(9)),
    case("silence is speaks'", page_hit_ratio, SKIP, page({}), *repeats("/", PAGE), reason="cdn.speaks"),
    case(
        "neither hit nor miss",
        page_hit_ratio,
        UNKNOWN,
        page(SYNTHETIC),
        *repeats("/", {**PAGE, **SYNTHETIC}),
    ),
    case(
        "a cookie is no_cookie_when_shared's",
        page_hit_ratio,
        SKIP,
        page({"set-cookie": "a=1"}),
        *again(0, 9),
        reason="no_cookie_when_shared",
    ),
    case(
        "a page that nobody may keep",
        page_hit_ratio,
        SKIP,
        exchange("/", {**PRIVATE, **MISS}),
        *again(0, 9, base=PRIVATE),
        reason="cache.contract",
    ),
    case(
        "a page without policy",
        page_hit_ratio,
        SKIP,
        exchange("/", MISS),
        *again(0, 9, base={}),
        reason="cache.explicit",
    ),
    case("no page is shared", page_hit_ratio, SKIP, exchange("/live"), reason="no URL"),
    case("repeats lost", page_hit_ratio, UNKNOWN, page(), failure("/", probe="again", of=1)),
    case("lost", page_hit_ratio, UNKNOWN, failure("/")),
    case("58 of 58 do not prove 95 %", static_hit_ratio, UNKNOWN, STATIC[:-1]),
    case(
        "too few samples where others are kept from the edge",
        static_hit_ratio,
        SKIP,
        STATIC[:-1],
        exchange("/fonts/a.woff2", {**ASSET, "vary": "Cookie"}),
        reason="cache.vary_is_bounded",
    ),
    case("59 of 59 do", static_hit_ratio, PASS, STATIC),
    case(
        "nine in ten", static_hit_ratio, FAIL, exchange(CHUNK, {**ASSET, **MISS}), *again(90, 30, url=CHUNK, base=ASSET)
    ),
    case("pages do not count", static_hit_ratio, SKIP, page(), *again(0, 9)),
    case(
        "a cookie is cookieless'",
        static_hit_ratio,
        SKIP,
        exchange(CHUNK, {**ASSET, "set-cookie": "a=1"}),
        reason="assets.cookieless",
    ),
    case("lost", static_hit_ratio, UNKNOWN, failure(CHUNK)),
]

POPULAR = profile(routes={**ROUTES, "home": {**ROUTES["home"], "warm": "true"}})
WARM = [
    case("a miss", warm, FAIL, page(), profile=POPULAR, observed="x-cache-status: MISS"),
    case("a hit", warm, PASS, page(HIT), profile=POPULAR),
    case("another route may miss", warm, PASS, page(HIT), exchange("/about", {**PAGE, **MISS}), profile=POPULAR),
    case("silence is speaks'", warm, SKIP, page({}), profile=POPULAR, reason="cdn.speaks"),
    case("made by the edge", warm, SKIP, page(SYNTHETIC), profile=POPULAR),
    case(
        "a page that nobody may keep",
        warm,
        SKIP,
        exchange("/", {**PRIVATE, **MISS}),
        profile=POPULAR,
        reason="cache.contract",
    ),
    case("nothing declared", warm, SKIP, page(), reason="names no route"),
    case("lost", warm, UNKNOWN, failure("/"), profile=POPULAR),
]


def timed(miss_s: float, hit_s: float, urls: Iterable[str] = ("/", "/about", "/search"), **keys: Any) -> list[Exchange]:
    """Return pages that miss first and hit then, each with its time to the first byte."""
    firsts = [
        exchange(url, {**PAGE, "cache-control": "public, max-age=0, s-maxage=3600", **MISS}, ttfb_s=miss_s, **keys)
        for url in urls
    ]
    then = [
        exchange(url, {**PAGE, **HIT}, probe="again", of=number, ttfb_s=hit_s, label="1")
        for number, url in enumerate(urls, 1)
    ]
    return [*firsts, *then]


def alone(*times_s: float, by: Mapping[str, str] = HIT) -> list[Exchange]:
    """Return the page asked again with nothing else under way, each time with its time to the first byte."""
    return [
        exchange("/", {**PAGE, **by}, probe="timed", of=1, ttfb_s=each, label=f"hit {number}")
        for number, each in enumerate(times_s, 1)
    ]


URLS = tuple(enumerate(("/", "/about", "/search"), 1))
CONNECTED = Timings(total_s=0.2, first_byte_s=0.19, connect_s=0.08)
FAST = [
    case("past the target", hits_are_fast, FAIL, page(HIT, ttfb_s=0.201), observed="201 ms over 1 hits"),
    case(
        "one route of two past the target",
        hits_are_fast,
        FAIL,
        page(HIT),
        exchange(CHUNK, {**ASSET, **HIT}, ttfb_s=0.5),
    ),
    case("as slow as misses", hits_are_fast, FAIL, timed(0.150, 0.150)),
    case("a little faster than misses", hits_are_fast, FAIL, timed(0.150, 0.120)),
    case("as slow as misses, less the way there", hits_are_fast, FAIL, timed(0, 0.110, timings=CONNECTED)),
    case("as slow as misses that cost next to nothing", hits_are_fast, PASS, timed(0.019, 0.018)),
    case("as slow as misses that cost a little", hits_are_fast, FAIL, timed(0.020, 0.018)),
    case(
        "late among others and alone",
        hits_are_fast,
        FAIL,
        page(HIT, ttfb_s=0.5),
        alone(0.1, 0.3, 0.3),
        observed="300 ms over 3 hits",
    ),
    case("late among others, alone too seldom to tell", hits_are_fast, FAIL, page(HIT, ttfb_s=0.5), alone(0.01)),
    case(
        "late among others and in time alone",
        hits_are_fast,
        PASS,
        page(HIT, ttfb_s=0.5),
        alone(0.1, 0.1, 0.3),
        observed="100 ms over 3 hits",
    ),
    case("in time, and no hit any more when alone", hits_are_fast, PASS, page(HIT), alone(0.9, 0.9, 0.9, by=MISS)),
    case("at the target", hits_are_fast, PASS, page(HIT, ttfb_s=0.2)),
    case("twice as fast as misses", hits_are_fast, PASS, timed(0.150, 0.075)),
    case(
        "as slow as misses among others and fast alone",
        hits_are_fast,
        PASS,
        timed(0.150, 0.150),
        [exchange(url, {**PAGE, **HIT}, probe="timed", of=of, ttfb_s=0.02, label="unbeaten 1") for of, url in URLS],
    ),
    case(
        "as slow as misses, alone too",
        hits_are_fast,
        FAIL,
        timed(0.150, 0.150),
        [exchange(url, {**PAGE, **HIT}, probe="timed", of=of, ttfb_s=0.14, label="unbeaten 1") for of, url in URLS],
        observed="140 ms",
    ),
    case("faster than misses, on a long way", hits_are_fast, PASS, timed(0, 0.082, timings=CONNECTED)),
    case("misses that are fast themselves", hits_are_fast, PASS, timed(0.009, 0.009)),
    case("two URLs are too few to compare", hits_are_fast, PASS, timed(0.1, 0.1, ("/", "/about"))),
    case(
        "what waited for the origin is no fast hit",
        hits_are_fast,
        SKIP,
        page({"x-cache-status": "REVALIDATED"}, ttfb_s=1.0),
    ),
    case("no hit", hits_are_fast, SKIP, page(ttfb_s=1.0)),
    case("lost", hits_are_fast, UNKNOWN, failure("/")),
]


def burst(*said: Mapping[str, str]) -> tuple[Exchange, ...]:
    url = "/?scalecheck=x"
    return page(), *(
        exchange(url, {**PAGE, **each}, probe="burst", of=1, label=str(number)) for number, each in enumerate(said)
    )


COALESCES = [
    case("each asks the origin", coalesces, FAIL, burst(*[MISS] * 10), observed="10 of 10 simultaneous requests"),
    case(
        "what is never kept cannot be waited for",
        coalesces,
        SKIP,
        burst(*[MISS] * 10),
        *again(0, 3),
        reason="cdn.page_hit_ratio",
    ),
    case("two do", coalesces, FAIL, burst(MISS, MISS, HIT)),
    case("one does", coalesces, PASS, burst(MISS, *[HIT] * 9)),
    case(
        "the others wait for it", coalesces, PASS, burst(MISS, {"cache-status": "edge; fwd=uri-miss; collapsed"}, HIT)
    ),
    case("held already", coalesces, SKIP, burst(HIT, HIT), reason="held"),
    case(
        "never kept with a parameter", coalesces, SKIP, burst(*[{"x-cache-status": "BYPASS"}] * 3), reason="parameter"
    ),
    case("silent", coalesces, SKIP, burst({}, {}), reason="cdn.speaks"),
    case(
        "a page that nobody may keep",
        coalesces,
        SKIP,
        exchange("/", PRIVATE),
        burst(MISS, MISS)[1:],
        reason="cache.contract",
    ),
    case("nothing asked", coalesces, SKIP, page()),
    case("lost", coalesces, UNKNOWN, page(), failure("/", probe="burst", of=1)),
]

TWO = profile(edge={"providers": {"other": "192.0.2.1:443"}})
BOTH = profile(edge={"providers": {"other": "192.0.2.1:443", "third": "192.0.2.2:443"}})


def elsewhere(fields: Mapping[str, str] = PAGE, body: str = "", label: str = "other", **keys: Any) -> Exchange:
    return exchange("/", fields, probe="providers", of=1, label=label, body=body, connect_to="192.0.2.1:443", **keys)


def unheard(label: str) -> Failure:
    return failure("/", Loss.REFUSED, probe="providers", of=1, label=label)


VERCEL = {"cache-control": "public, max-age=0, must-revalidate", "server": "Vercel", "x-vercel-cache": "HIT"}
CHUNKS = (exchange(CHUNK, ASSET, body="a"), exchange(CHUNK, ASSET, probe="providers", of=1, label="other", body="b"))
AGREE = [
    case(
        "another status",
        providers_agree,
        FAIL,
        page(),
        elsewhere(status=404),
        profile=TWO,
        observed="status 404 from other",
    ),
    case("another type", providers_agree, FAIL, page(), elsewhere(content_type="text/plain"), profile=TWO),
    case(
        "longer in browsers",
        providers_agree,
        FAIL,
        page(),
        elsewhere({"cache-control": "max-age=60, s-maxage=3600"}),
        profile=TWO,
    ),
    case(
        "shorter at the edge",
        providers_agree,
        FAIL,
        page(),
        elsewhere({"cache-control": "max-age=0, s-maxage=60"}),
        profile=TWO,
        observed="shared caches keep it 60s from other",
    ),
    case(
        "private there", providers_agree, FAIL, page(), elsewhere({"cache-control": "private, max-age=0"}), profile=TWO
    ),
    case("other bytes of an asset", providers_agree, FAIL, CHUNKS, profile=TWO),
    case(
        "other bytes of a page that is always the same",
        providers_agree,
        FAIL,
        page(body="a"),
        exchange("/", PAGE, probe="again", of=1, body="a"),
        elsewhere(body="b"),
        profile=TWO,
    ),
    case(
        "a page that is never the same",
        providers_agree,
        PASS,
        page(body="a"),
        exchange("/", PAGE, probe="again", of=1, body="c"),
        elsewhere(body="b"),
        profile=TWO,
    ),
    case("the same", providers_agree, PASS, page(), elsewhere(), profile=TWO),
    case(
        "the same in other words",
        providers_agree,
        PASS,
        page(),
        elsewhere({"cache-control": "s-maxage=3600,max-age=0,public"}, content_type="text/html;charset=UTF-8"),
        profile=TWO,
    ),
    case("an edge that hides its lifetime", providers_agree, PASS, page(), elsewhere(VERCEL), profile=TWO),
    case("one of two did not answer", providers_agree, UNKNOWN, page(), elsewhere(), unheard("third"), profile=BOTH),
    case(
        "one of two was not asked",
        providers_agree,
        UNKNOWN,
        page(),
        elsewhere(),
        profile=BOTH,
        reason="nothing was asked",
    ),
    case("half of its answers lost", providers_agree, UNKNOWN, page(), elsewhere(), unheard("other"), profile=TWO),
    case("none declared", providers_agree, SKIP, page(), reason="edge.providers"),
    case("lost", providers_agree, UNKNOWN, page(), unheard("other"), profile=TWO),
]

ORIGIN = profile(edge={"origin": "192.0.2.9:443"})


def direct(status: int) -> tuple[Exchange, ...]:
    return page(), exchange("/", probe="origin", of=1, status=status, connect_to="192.0.2.9:443")


def shut(loss: Loss) -> tuple[Exchange, Failure]:
    return page(), failure("/", loss, probe="origin", of=1)


HIDDEN = [
    case("the page", origin_is_hidden, FAIL, direct(200), profile=ORIGIN, observed="status 200"),
    case("a redirect of its own", origin_is_hidden, FAIL, direct(301), profile=ORIGIN),
    case("forbidden", origin_is_hidden, PASS, direct(403), profile=ORIGIN),
    case("no such site", origin_is_hidden, PASS, direct(404), profile=ORIGIN),
    case("refused", origin_is_hidden, PASS, shut(Loss.REFUSED), profile=ORIGIN),
    case("no answer", origin_is_hidden, PASS, shut(Loss.TIMEOUT), profile=ORIGIN),
    case("no name", origin_is_hidden, PASS, shut(Loss.DNS), profile=ORIGIN),
    case("failed", origin_is_hidden, UNKNOWN, direct(502), profile=ORIGIN),
    case(
        "a certificate that we do not trust",
        origin_is_hidden,
        UNKNOWN,
        shut(Loss.TLS),
        profile=ORIGIN,
        reason="certificate",
    ),
    case("not asked for want of budget", origin_is_hidden, UNKNOWN, shut(Loss.BUDGET), profile=ORIGIN),
    case("no page to ask for", origin_is_hidden, UNKNOWN, profile=ORIGIN, reason="no page"),
    case("nothing answers us at all", origin_is_hidden, UNKNOWN, shut(Loss.REFUSED)[1:], profile=ORIGIN),
    case("none declared", origin_is_hidden, SKIP, page(), reason="edge.origin"),
    case("lost", origin_is_hidden, UNKNOWN, failure("/"), profile=ORIGIN),
]


def over(version: str, tls: str | None = "TLSv1.3", h3: bool = True, url: str = "/") -> Exchange:
    fields = {"alt-svc": 'h3=":443"; ma=86400'} if h3 else {}
    return exchange(url, fields, http_version=version, tls=Tls(tls) if tls else None)


def returning(*resumed: bool | None, tls: str = "TLSv1.3") -> tuple[Exchange, ...]:
    """Return a visit and the connections of the visitor who comes back."""
    labelled = zip(("visit", "return 1", "return 2"), (False, *resumed), strict=False)
    keys: dict[str, Any] = {"probe": "handshakes", "of": 1, "method": "HEAD"}
    return tuple(exchange("/", label=label, tls=Tls(tls, resumed=each), **keys) for label, each in labelled)


RESUMED = returning(True, True)
LOCAL = profile(site="http://127.0.0.1:8080")
TRANSPORT = [
    case(
        "no session is resumed", modern_transport, WARN, over("2"), returning(False, False), observed="0 of 2 resumed"
    ),
    case("machines with keys of their own", modern_transport, WARN, over("2"), returning(True, False)),
    case("one return is enough evidence", modern_transport, PASS, over("2"), returning(True)),
    case("nothing tells of resumption", modern_transport, UNKNOWN, over("2"), returning(None, None), reason="second"),
    case("nobody returned", modern_transport, UNKNOWN, over("2"), returning(), reason="second"),
    case(
        "the returns were lost",
        modern_transport,
        UNKNOWN,
        over("2"),
        failure("/", probe="handshakes", of=1, label="return 1"),
    ),
    case(
        "without TLS 1.3 resumption is no second mistake",
        modern_transport,
        FAIL,
        over("2", "TLSv1.2"),
        returning(False, False, tls="TLSv1.2"),
        observed="TLSv1.2",
    ),
    case("HTTP/1.1", modern_transport, FAIL, over("1.1"), RESUMED, observed="HTTP/1.1"),
    case("TLS 1.2", modern_transport, FAIL, over("2", "TLSv1.2"), observed="TLSv1.2"),
    case("HTTP/3 is not offered", modern_transport, WARN, over("2", h3=False), RESUMED),
    case("a forbidden version is security.tls's", modern_transport, PASS, over("2", "TLSv1")),
    case("all four", modern_transport, PASS, over("2"), RESUMED),
    case("HTTP/3 itself", modern_transport, PASS, over("3", h3=False), RESUMED),
    case("evidence without handshake", modern_transport, UNKNOWN, over("2", None)),
    case(
        "plain http on loopback",
        modern_transport,
        SKIP,
        over("1.1", None, url="http://127.0.0.1:8080/"),
        profile=LOCAL,
        reason="loopback",
    ),
    case(
        "plain http",
        modern_transport,
        SKIP,
        over("1.1", None, url="http://shop.test/"),
        profile=profile(site="http://shop.test"),
        reason="redirects_settle",
    ),
    case("lost", modern_transport, UNKNOWN, failure("/")),
]

CASES: list[Any] = [*SPEAKS, *RATIOS, *WARM, *FAST, *COALESCES, *AGREE, *HIDDEN, *TRANSPORT]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()


def test_silent_assets_of_one_route_are_told_once() -> None:
    known = site(*(exchange(f"/_next/static/{number}.9f2c1b7e.js", ASSET) for number in range(9)))
    assert [each.verdict for each in judged(speaks, known).findings] == [FAIL]


def test_each_provider_has_its_verdict() -> None:
    known = site(page(), elsewhere(), unheard("third"), profile=BOTH)
    verdicts = {each.subject: each.verdict for each in judged(providers_agree, known).findings}
    assert verdicts == {"third": Verdict.UNKNOWN, "GET https://shop.test/": Verdict.PASS}


def test_a_failing_ratio_names_what_missed() -> None:
    finding = judged(page_hit_ratio, site(page(), *again(0, 9))).findings[0]
    assert "https://shop.test/" in finding.reason
    assert finding.evidence == 2
