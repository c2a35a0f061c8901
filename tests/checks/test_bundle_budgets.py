"""Budgets: what counts, at the limit and one past it, what is missing, and who speaks of what."""

from typing import Any

import pytest

from scalecheck.checks.bundle import fonts, html, initial_css, initial_js, page, requests
from scalecheck.checks.judge import judge_one
from scalecheck.model.evidence import Exchange, Loss
from scalecheck.model.profile import Profile
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
    site,
)

LAYOUT = "<!doctype html><head>{head}</head><body>{body}</body>"


def document(head: str = "", body: str = "", url: str = "/", size: int = 2_000, **more: Any) -> Exchange:
    return exchange(url, body=LAYOUT.format(head=head, body=body), wire_bytes=size, **more)


def script(url: str, size: int, **more: Any) -> Exchange:
    return exchange(url, {"cache-control": YEAR}, wire_bytes=size, decoded_bytes=4 * size, **more)


def budgets(**keys: str) -> Profile:
    return profile(budgets=keys)


ONE = document('<script src="/a.js" defer></script>')
TWO = document('<script src="/a.js" defer></script><script src="/b.js" type="module"></script>')
STYLED = document('<link rel="stylesheet" href="/a.css"><link rel="stylesheet" href="/b.css">')
DRAWN = document(body='<img src="/a.png"><img src="/b.png" loading="lazy">')
TAGGED = document('<script src="/a.js" defer></script><script src="https://tags.example/t.js" async></script>')
LETTERED = document('<link rel="preload" as="font" href="/a.woff2" crossorigin>')
CHECKOUT = {**ROUTES, "about": {"path": "/about", "kind": "ssg", "budget": {"js": "50KB"}}}
ABOUT = document('<script src="/a.js" defer></script>', url="/about")
FACES = '@font-face {{ font-family: A; src: url("{}") format("woff2") }} body {{ font-family: A }}'

CASES = [
    case("no budget", initial_js, SKIP, ONE, script("/a.js", 300_000), reason="no budget is declared: budgets.js"),
    case(
        "no budget of this route",
        initial_js,
        SKIP,
        ONE,
        script("/a.js", 300_000),
        profile=profile(routes=CHECKOUT),
        reason="no budget is declared for it",
    ),
    case("no scripts", initial_js, PASS, document(), profile=budgets(js="0KB"), observed="0B"),
    case("at the limit", initial_js, PASS, ONE, script("/a.js", 200_000), profile=budgets(js="200KB")),
    case(
        "one byte past it",
        initial_js,
        FAIL,
        ONE,
        script("/a.js", 200_001),
        profile=budgets(js="200KB"),
        observed="200.001KB: /a.js 200.001KB",
    ),
    case(
        "the header counts as transferred",
        initial_js,
        FAIL,
        ONE,
        script("/a.js", 199_900, header_bytes=101),
        profile=budgets(js="200KB"),
    ),
    case(
        "two files together, the largest first",
        initial_js,
        FAIL,
        TWO,
        script("/a.js", 50_000),
        script("/b.js", 160_000),
        profile=budgets(js="200KB"),
        observed="210KB in 2 files: /b.js 160KB, /a.js 50KB",
    ),
    case(
        "the route's own budget is smaller",
        initial_js,
        FAIL,
        ABOUT,
        script("/a.js", 60_000),
        profile=profile(budgets={"js": "200KB"}, routes=CHECKOUT),
    ),
    case(
        "what nomodule keeps from today's browsers",
        initial_js,
        PASS,
        document('<script src="/old.js" nomodule></script>'),
        script("/old.js", 300_000),
        profile=budgets(js="200KB"),
        observed="0B",
    ),
    case(
        "third parties have a budget of their own",
        initial_js,
        PASS,
        TAGGED,
        script("/a.js", 100_000),
        profile=budgets(js="200KB"),
        observed="100KB: /a.js 100KB; plus 1 of third parties, not asked",
    ),
    case(
        "a script that was lost",
        initial_js,
        UNKNOWN,
        TWO,
        script("/a.js", 100_000),
        failure("/b.js"),
        profile=budgets(js="200KB"),
        reason="/b.js: not answered",
    ),
    case(
        "too much already, whatever the lost one holds",
        initial_js,
        FAIL,
        TWO,
        script("/a.js", 200_001),
        failure("/b.js"),
        profile=budgets(js="200KB"),
    ),
    case(
        "a script for which the requests did not last",
        initial_js,
        UNKNOWN,
        ONE,
        failure("/a.js", Loss.BUDGET),
        profile=budgets(js="200KB"),
        reason="request budget was used up",
    ),
    case(
        "a host of the same owner that may not be asked",
        initial_js,
        UNKNOWN,
        document('<script src="https://cdn.shop.test/a.js" defer></script>'),
        profile=budgets(js="200KB"),
        reason="safety.allow_hosts",
    ),
    case(
        "a lost picture is no matter of scripts",
        initial_js,
        PASS,
        document('<script src="/a.js" defer></script>', '<img src="/a.png">'),
        script("/a.js", 1_000),
        failure("/a.png"),
        profile=budgets(js="200KB"),
    ),
    case("no budget", initial_css, SKIP, STYLED),
    case(
        "at the limit",
        initial_css,
        PASS,
        STYLED,
        exchange("/a.css", wire_bytes=40_000),
        exchange("/b.css", wire_bytes=20_000),
        profile=budgets(css="60KB"),
    ),
    case(
        "one byte past it",
        initial_css,
        FAIL,
        STYLED,
        exchange("/a.css", wire_bytes=40_000),
        exchange("/b.css", wire_bytes=20_001),
        profile=budgets(css="60KB"),
        observed="60.001KB in 2 files: /a.css 40KB, /b.css 20.001KB",
    ),
    case(
        "over for want of compression, which has a check of its own",
        initial_css,
        SKIP,
        STYLED,
        exchange("/a.css", body=".a { color: red }" * 5_000),
        exchange("/b.css", wire_bytes=20_000),
        profile=budgets(css="60KB"),
        reason="left to assets.compressed",
    ),
    case(
        "over even if it were compressed",
        initial_css,
        FAIL,
        STYLED,
        exchange("/a.css", body=".a { color: red }" * 5_000),
        exchange("/b.css", {"content-encoding": "br"}, wire_bytes=61_000),
        profile=budgets(css="60KB"),
    ),
    case("a sheet that was lost", initial_css, UNKNOWN, STYLED, failure("/a.css"), profile=budgets(css="60KB")),
    case("no budget", html, SKIP, document()),
    case("at the limit", html, PASS, document(size=30_000), profile=budgets(html="30KB")),
    case("one byte past it", html, FAIL, document(size=30_001), profile=budgets(html="30KB")),
    case(
        "too large for a shell is shell_is_small's",
        html,
        SKIP,
        exchange("/app", body="<!doctype html>", wire_bytes=14_001),
        profile=budgets(html="10KB"),
        reason="rendering.shell_is_small",
    ),
    case(
        "a shell that is small enough, and over its budget",
        html,
        FAIL,
        exchange("/app", body="<!doctype html>", wire_bytes=14_000),
        profile=budgets(html="10KB"),
    ),
    case("no budget", fonts, SKIP, LETTERED),
    case("at the limit", fonts, PASS, LETTERED, exchange("/a.woff2", wire_bytes=40_000), profile=budgets(fonts="40KB")),
    case("one past it", fonts, FAIL, LETTERED, exchange("/a.woff2", wire_bytes=40_001), profile=budgets(fonts="40KB")),
    case("no font", fonts, PASS, document(), profile=budgets(fonts="40KB"), observed="0B"),
    case("no budget", page, SKIP, document()),
    case(
        "at the limit",
        page,
        PASS,
        DRAWN,
        exchange("/a.png", wire_bytes=98_000),
        exchange("/b.png", wire_bytes=500_000),
        profile=budgets(page="100KB"),
        observed="100KB in 2 files: /a.png 98KB, / 2KB",
    ),
    case("one byte past it", page, FAIL, DRAWN, exchange("/a.png", wire_bytes=98_001), profile=budgets(page="100KB")),
    case(
        "a picture that was lost",
        page,
        UNKNOWN,
        DRAWN,
        failure("/a.png"),
        profile=budgets(page="100KB"),
        observed="at least 2KB in 2 files: / 2KB",
    ),
    case(
        "heavy by its scripts alone, which have a check of their own",
        page,
        SKIP,
        ONE,
        script("/a.js", 300_000),
        profile=budgets(js="200KB", page="210KB"),
        reason="left to bundle.initial_js",
    ),
    case(
        "heavy beyond what its scripts are over by",
        page,
        FAIL,
        ONE,
        script("/a.js", 201_000),
        profile=budgets(js="200KB", page="100KB"),
    ),
    case("no budget", requests, SKIP, document()),
    case("at the limit", requests, PASS, TWO, script("/a.js", 1), script("/b.js", 1), profile=budgets(requests="3")),
    case(
        "one past it",
        requests,
        FAIL,
        TWO,
        script("/a.js", 1),
        script("/b.js", 1),
        profile=budgets(requests="2"),
        observed="3 requests: 2 script, 1 document",
    ),
    case("those to third parties count", requests, FAIL, TAGGED, script("/a.js", 1), profile=budgets(requests="2")),
    case("lazy pictures do not", requests, PASS, DRAWN, exchange("/a.png"), profile=budgets(requests="2")),
    case("one that was lost is one", requests, PASS, DRAWN, failure("/a.png"), profile=budgets(requests="2")),
    case(
        "a script that was lost may ask for more",
        requests,
        UNKNOWN,
        TWO,
        script("/a.js", 1),
        failure("/b.js"),
        profile=budgets(requests="5"),
        observed="at least 3 requests: 2 script, 1 document",
    ),
]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()


def test_a_routes_own_budget_is_named_by_its_line() -> None:
    declared = profile(budgets={"js": "200KB"}, routes=CHECKOUT)
    lines = {("budgets", "js"): 4, ("routes", "about", "budget", "js"): 9}
    known = site(ABOUT, ONE, script("/a.js", 300_000), profile=declared.read_from("shop.yaml", lines, {}))
    found = {each.route: each.profile_line for each in judged(initial_js, known).findings}
    assert found == {"about": 9, "home": 4}


def test_figures_of_each_route_are_those_of_its_largest_page() -> None:
    products = [document(f'<script src="/{n}.js" defer></script>', url=f"/products/{n}") for n in (1, 2)]
    known = site(*products, script("/1.js", 1_000), script("/2.js", 3_000), asked=["sitemap"])
    (measure,) = judge_one(known, initial_js).measures
    assert (measure.name, measure.route, measure.value, measure.unit) == ("initial_js", "product", 3_000, "bytes")
    assert (measure.samples, measure.low, measure.high) == (2, 3_000, 3_000)


def test_the_next_visit_is_measured_too() -> None:
    known = site(ONE, script("/a.js", 1_000), asked=["sitemap", "conditional"])
    found = {each.name: each.value for each in judge_one(known, page).measures}
    assert found == {"page": 3_000, "page_again": 2_000, "requests_again": 1}


def test_over_budget_says_what_has_grown_since() -> None:
    before = site(ONE, script("/a.js", 150_000))
    known = site(ONE, script("/a.js", 250_000), before=before, profile=budgets(js="200KB"))
    worst = judged(initial_js, known).findings[0]
    expected = "250KB: /a.js 250KB; 150KB in the earlier run, since then /a.js 150KB to 250KB"
    assert (worst.verdict, worst.observed) == (FAIL, expected)


@pytest.mark.parametrize(("limit", "verdict"), [("100KB", PASS), ("60KB", WARN), ("30KB", FAIL)])
def test_fonts_that_text_may_need(limit: str, verdict: object) -> None:
    head = '<link rel="preload" as="font" href="/a.woff2" crossorigin><link rel="stylesheet" href="/a.css">'
    sheet = exchange("/a.css", body=FACES.format("/a.woff2") + FACES.format("/b.woff2"))
    faces = (exchange("/a.woff2", wire_bytes=40_000), exchange("/b.woff2", wire_bytes=40_000))
    known = site(document(head), sheet, *faces, profile=budgets(fonts=limit))
    assert judged(fonts, known).verdict is verdict
