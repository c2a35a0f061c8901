"""Was there anything to judge."""

from typing import Any

import pytest

from scalecheck.checks.site import answers, clock, redirects_settle, routes_seen
from scalecheck.model.evidence import Exchange, Loss
from scalecheck.model.verdict import Verdict
from tests.checks.rows import (
    DATE,
    FAIL,
    PASS,
    ROUTES,
    SITE,
    SKIP,
    UNKNOWN,
    WARN,
    Case,
    case,
    exchange,
    failure,
    judged,
    profile,
    site,
)

HOME = profile(routes={"home": ROUTES["home"]})
TEXT = "<h1>A small shop</h1>"

ANSWERS = [
    case("a page that is not found", answers, FAIL, exchange("/", status=404), observed="status 404"),
    case("a server that fails", answers, FAIL, exchange("/", status=500)),
    case("one of two fails", answers, FAIL, exchange("/"), exchange("/about", status=503)),
    case("an undeclared asset that is gone", answers, FAIL, exchange("/old.js", status=404)),
    case("a page that wants a login, not declared personal", answers, FAIL, exchange("/", status=401)),
    case(
        "a status that the route does not list",
        answers,
        FAIL,
        exchange("/", status=301),
        profile=profile(routes={"home": {**ROUTES["home"], "status": [200]}}),
    ),
    case(
        "a status that the route lists",
        answers,
        PASS,
        exchange("/", status=404),
        profile=profile(routes={"home": {**ROUTES["home"], "status": [404]}}),
    ),
    case("a status of its kind", answers, PASS, exchange("/health", status=503)),
    case("a personal page that wants a login", answers, PASS, exchange("/account", status=401)),
    case("a redirect is on its way", answers, PASS, exchange("/", status=308)),
    case("a page", answers, PASS, exchange("/")),
    case("too many of our requests", answers, UNKNOWN, exchange("/", status=429), reason="safety.rate"),
    case("taken for a bot", answers, UNKNOWN, exchange("/", {"cf-mitigated": "challenge"}, status=403), reason="bot"),
    case("the first answer lost, others not", answers, FAIL, failure("/about"), exchange("/")),
    case("a later probe's answer lost", answers, FAIL, exchange("/"), failure("/", Loss.CUT, probe="again", of=1)),
    case("everything lost", answers, UNKNOWN, failure("/", Loss.REFUSED), failure("/about", Loss.REFUSED)),
    case(
        "the refusal of old TLS is no loss",
        answers,
        PASS,
        exchange("/"),
        failure("/", Loss.TLS, probe="old_tls", of=1),
    ),
    case(
        "the origin's refusal is no loss",
        answers,
        PASS,
        exchange("/"),
        failure("/", Loss.REFUSED, probe="origin", of=1),
    ),
    case("a browser that failed is no fact about it", answers, PASS, exchange("/"), failure("/about", Loss.BROWSER)),
    case("not asked for want of budget", answers, UNKNOWN, exchange("/"), failure("/about", Loss.BUDGET)),
    case("interrupted", answers, UNKNOWN, exchange("/"), failure("/about", Loss.INTERRUPTED)),
    case("nothing asked", answers, SKIP),
]

OPTIONAL = profile(routes={"home": ROUTES["home"], "images": {**ROUTES["images"], "optional": "true"}})
SOCKET = profile(routes={"home": ROUTES["home"], "live": {"path": "/ws", "kind": "socket"}})
ACCOUNT = profile(routes={"account": ROUTES["account"]})
API = profile(routes={"api": ROUTES["api"]})

SEEN = [
    case(
        "a route that nothing matched",
        routes_seen,
        FAIL,
        exchange("/", body=TEXT),
        observed="0: no URL found for /about",
        profile=profile(routes={"home": ROUTES["home"], "about": ROUTES["about"]}),
    ),
    case(
        "every page fails, so that no chunk can be found",
        routes_seen,
        UNKNOWN,
        exchange("/", status=503, body="sorry"),
        profile=profile(routes={"home": ROUTES["home"], "chunks": ROUTES["chunks"]}),
    ),
    case("nothing asked", routes_seen, FAIL, profile=HOME),
    case("an empty page", routes_seen, FAIL, exchange("/"), observed="an empty page", profile=HOME),
    case("a page of white space", routes_seen, FAIL, exchange("/", body="<body> <p> \n</p>"), profile=HOME),
    case(
        "a page that is none",
        routes_seen,
        FAIL,
        exchange("/", body="{}", content_type="application/json"),
        observed="application/json",
        profile=HOME,
    ),
    case(
        "scripts from hosts that may not be asked only",
        routes_seen,
        WARN,
        exchange("/", body='<p>hi<script src="https://cdn.test/a.js"></script>'),
        profile=HOME,
    ),
    case(
        "one script of its own beside another's",
        routes_seen,
        PASS,
        exchange("/", body='<p>hi<script src="https://cdn.test/a.js"></script><script src="/b.js"></script>'),
        profile=HOME,
    ),
    case(
        "a redirect elsewhere",
        routes_seen,
        FAIL,
        exchange("/", {"location": "/en"}, status=302),
        exchange("/en", body=TEXT),
        observed=f"status 302 to {SITE}/en",
        profile=HOME,
    ),
    case(
        "a redirect to itself is redirects_settle's",
        routes_seen,
        SKIP,
        exchange("/", {"location": "/"}, status=302),
        reason="site.redirects_settle",
        profile=HOME,
    ),
    case(
        "a redirect to nowhere too",
        routes_seen,
        SKIP,
        exchange("/", status=302),
        reason="site.redirects_settle",
        profile=HOME,
    ),
    case(
        "a redirect that a login is allowed",
        routes_seen,
        FAIL,
        exchange("/account", {"location": "/about"}, status=302),
        exchange("/about", {"location": "https://login.test/"}, status=302),
        profile=profile(routes={"account": ROUTES["account"], "about": ROUTES["about"]}),
        observed="status 302 to https://login.test/",
    ),
    case(
        "a body that cannot be decoded is compressed's",
        routes_seen,
        SKIP,
        exchange("/", undecodable="gzip: no header"),
        reason="assets.compressed",
        profile=HOME,
    ),
    case("a page with text", routes_seen, PASS, exchange("/", body=TEXT), profile=HOME),
    case(
        "a shell that only loads", routes_seen, PASS, exchange("/", body='<script src="/a.js"></script>'), profile=HOME
    ),
    case("a page that failed is site.answers'", routes_seen, PASS, exchange("/", status=500), profile=HOME),
    case(
        "one good page of two",
        routes_seen,
        PASS,
        exchange("/products/1", status=301),
        exchange("/products/2", body=TEXT),
        profile=profile(routes={"product": ROUTES["product"]}),
    ),
    case(
        "a personal page that sends nobody to the login",
        routes_seen,
        PASS,
        exchange("/account", status=302),
        profile=ACCOUNT,
    ),
    case(
        "an API has no page",
        routes_seen,
        PASS,
        exchange("/api/me", body="{}", content_type="application/json"),
        profile=API,
    ),
    case("an optional route without URL", routes_seen, PASS, exchange("/", body=TEXT), profile=OPTIONAL),
    case("a socket is not asked", routes_seen, PASS, exchange("/", body=TEXT), profile=SOCKET),
    case("only a socket", routes_seen, SKIP, profile=profile(routes={"live": {"path": "/ws", "kind": "socket"}})),
    case("lost", routes_seen, UNKNOWN, failure("/"), profile=HOME),
    case(
        "not found, since the page that links to it was lost",
        routes_seen,
        UNKNOWN,
        failure("/"),
        profile=profile(routes={"product": ROUTES["product"], "home": ROUTES["home"]}),
    ),
    case(
        "no route at all",
        routes_seen,
        UNKNOWN,
        exchange("/", body="{}", content_type="application/json"),
        profile=profile(routes={}),
    ),
]


def to(url: str, target: str, status: int = 301) -> Exchange:
    return exchange(url, {"location": target}, status=status)


WWW = "https://www.shop.test/"
HTTP = profile(site="http://shop.test")
ALLOWED = profile(safety={"allow_hosts": ["www.shop.test"]})
LOCAL = profile(site="http://127.0.0.1:8080")

REDIRECTS = [
    case("no redirect", redirects_settle, PASS, exchange("/"), observed="0"),
    case("one", redirects_settle, PASS, to("/a", "/"), exchange("/")),
    case("two, the limit", redirects_settle, PASS, to("/a", "/b"), to("/b", "/"), exchange("/")),
    case(
        "three",
        redirects_settle,
        FAIL,
        to("/a", "/b"),
        to("/b", "/c"),
        to("/c", "/"),
        exchange("/"),
        observed=f"3: {SITE}/a → {SITE}/b → {SITE}/c → {SITE}/",
    ),
    case(
        "as many as the profile says",
        redirects_settle,
        PASS,
        to("/a", "/b"),
        to("/b", "/c"),
        to("/c", "/"),
        exchange("/"),
        profile=profile(targets={"redirects": "3"}),
    ),
    case(
        "a loop",
        redirects_settle,
        FAIL,
        to("/a", "/b"),
        to("/b", "/a"),
        observed=f"a loop: {SITE}/a → {SITE}/b → {SITE}/a",
    ),
    case("a loop behind a redirect", redirects_settle, FAIL, to("/x", "/a"), to("/a", "/b"), to("/b", "/a")),
    case("to itself", redirects_settle, FAIL, to("/a", "/a")),
    case("to another host", redirects_settle, FAIL, to("/", WWW), observed=WWW),
    case("to an allowed host", redirects_settle, PASS, to("/", WWW), exchange(WWW), profile=ALLOWED),
    case("to a login elsewhere", redirects_settle, PASS, to("/account", "https://login.example/", 302)),
    case("down to plain http", redirects_settle, FAIL, to("/", "http://shop.test/"), exchange("http://shop.test/")),
    case("plain http that stays so", redirects_settle, FAIL, exchange("http://shop.test/"), profile=HTTP),
    case("up to https", redirects_settle, PASS, to("http://shop.test/", f"{SITE}/"), exchange("/")),
    case("plain http on loopback", redirects_settle, PASS, exchange("http://127.0.0.1:8080/"), profile=LOCAL),
    case("a Location that is none", redirects_settle, FAIL, exchange("/", {"location": "mailto:a@b"}, status=302)),
    case("no Location", redirects_settle, FAIL, exchange("/", status=302), observed="Location: nothing"),
    case("304 is no redirect", redirects_settle, PASS, exchange("/", status=304)),
    case("its target was lost", redirects_settle, SKIP, to("/a", "/"), failure("/"), reason="site.answers"),
    case("nothing asked", redirects_settle, SKIP),
    case("lost", redirects_settle, UNKNOWN, failure("/")),
]

CLOCK = [
    case(
        "six seconds slow", clock, FAIL, exchange("/", {"date": "Tue, 14 Nov 2023 22:13:13 GMT"}), observed="6s apart"
    ),
    case("six seconds fast", clock, FAIL, exchange("/", {"date": "Tue, 14 Nov 2023 22:13:26 GMT"})),
    case("a year fast", clock, FAIL, exchange("/", {"date": "Thu, 14 Nov 2024 22:13:20 GMT"})),
    case("no date", clock, FAIL, exchange("/", {"date": "yesterday"}), observed="yesterday"),
    case("at the limit", clock, PASS, exchange("/", {"date": "Tue, 14 Nov 2023 22:13:25 GMT"})),
    case("a slow answer", clock, PASS, exchange("/", {"date": "Tue, 14 Nov 2023 22:13:11 GMT"}, ttfb_s=9.0)),
    case("exact", clock, PASS, exchange("/", {"date": DATE})),
    case(
        "one node of two",
        clock,
        FAIL,
        exchange("/", {"date": DATE}),
        exchange("/about", {"date": "Tue, 14 Nov 2023 22:14:20 GMT"}),
    ),
    case(
        "as far as the profile lets it",
        clock,
        PASS,
        exchange("/", {"date": "Tue, 14 Nov 2023 22:14:20 GMT"}),
        profile=profile(targets={"clock_skew": "60s"}),
    ),
    case("a stored answer", clock, SKIP, exchange("/", {"date": "Tue, 14 Nov 2023 22:00:00 GMT", "age": "800"})),
    case(
        "a hit without Age",
        clock,
        SKIP,
        exchange("/", {"date": "Tue, 14 Nov 2023 22:00:00 GMT", "x-cache-status": "HIT"}),
    ),
    case("no Date", clock, SKIP, exchange("/")),
    case("lost", clock, UNKNOWN, failure("/")),
]

CASES: list[Any] = [*ANSWERS, *SEEN, *REDIRECTS, *CLOCK]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()


def test_a_url_that_is_lost_twice_is_told_once() -> None:
    lost = [failure("/", probe=probe, of=1) for probe in ("again", "conditional", "encodings")]
    findings = judged(answers, site(exchange("/"), *lost)).findings
    assert [each.verdict for each in findings] == [FAIL, PASS]


def test_what_was_not_asked_is_told_once() -> None:
    known = site(exchange("/"), *(failure(f"/{number}", Loss.BUDGET) for number in range(30)))
    findings = [each for each in judged(answers, known).findings if each.verdict is Verdict.UNKNOWN]
    assert [each.observed for each in findings] == ["30 not asked (budget)"]


def test_a_skewed_host_is_told_once() -> None:
    fast = {"date": "Tue, 14 Nov 2023 22:14:20 GMT"}
    findings = judged(clock, site(exchange("/", fast), exchange("/about", fast))).findings
    assert [each.verdict for each in findings] == [FAIL]
