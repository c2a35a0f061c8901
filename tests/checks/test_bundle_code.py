"""How scripts are cut, what they hold, whom they ask, and what has grown."""

from random import Random
from typing import Any

import pytest

from scalecheck.checks.bundle import (
    no_legacy,
    no_mega_chunk,
    not_grown,
    split_by_route,
    third_parties,
    third_party_bytes,
    unblocked,
)
from scalecheck.checks.bundle.chunks import SHARED_AT_LEAST
from scalecheck.checks.bundle.earlier import nameless
from scalecheck.model.evidence import Exchange
from scalecheck.model.profile import Profile
from scalecheck.model.site import Site
from tests.checks.rows import (
    FAIL,
    PASS,
    SKIP,
    UNKNOWN,
    YEAR,
    Case,
    case,
    exchange,
    failure,
    fetched,
    judged,
    profile,
    site,
    view,
)


def page(*scripts: str, url: str = "/", head: str = "", body: str = "", size: int = 2_000) -> Exchange:
    tags = "".join(f'<script src="{each}" defer></script>' for each in scripts)
    return exchange(url, body=f"<!doctype html><head>{tags}{head}</head><body>{body}", wire_bytes=size)


def script(url: str, size: int = 1_000, text: str | None = "", **more: Any) -> Exchange:
    known = {} if text else {"digest": url, "decoded_bytes": size}
    return exchange(url, {"cache-control": YEAR}, wire_bytes=size, body=text, **{**known, **more})


def budgets(**keys: str) -> Profile:
    return profile(budgets=keys)


def code(seed: int, size: int, names: str = "abc") -> str:
    """Return so many characters of minified code."""
    random, text = Random(seed), ""
    one, two, three = tuple(names)
    while len(text) < size:
        number = random.randrange(10**9)
        text += (
            f'function {one}({two},{three}){{if({two}.key{number}){{return"{number:x}"}}return {three}.get{number}()}};'
        )
    return text


SHARE = budgets(js="200KB", largest_chunk="40%")
LIBRARY = code(1, 40_000)
LIBRARY_AGAIN = code(1, 40_000, "xyz")
SMALL = code(2, SHARED_AT_LEAST // 2)
HOME, ABOUT = page("/a.js"), page("/b.js", url="/about")
LATER = '<script src="/a.js" {}></script>'
ES5 = 'throw new TypeError("Cannot call a class as a function");' + "function a(b){return b}" * 1_000
TAGS = "https://www.tags.example/t.js"
PIXEL = "https://pixel.other.co.uk/p.gif"
NAMES = ("fill", "find", "findIndex", "filter", "map", "some", "every", "flat", "flatMap", "forEach")
"""One more than pass."""
POLYFILLS = ";".join(f"Array.prototype.{name}=function(){{}}" for name in NAMES)

CASES = [
    case("no share declared", no_mega_chunk, SKIP, HOME, script("/a.js")),
    case("no script", no_mega_chunk, SKIP, page(), profile=SHARE, reason="no script of the site"),
    case("all of little in one file", no_mega_chunk, PASS, HOME, script("/a.js", 80_000), profile=SHARE),
    case(
        "all of more in one file",
        no_mega_chunk,
        FAIL,
        HOME,
        script("/a.js", 80_001),
        profile=SHARE,
        observed="/a.js 100%, 80.001KB of 80.001KB",
    ),
    case(
        "exactly its share",
        no_mega_chunk,
        PASS,
        page("/a.js", "/b.js", "/c.js"),
        *(script(f"/{name}.js", size) for name, size in (("a", 100_000), ("b", 75_000), ("c", 75_000))),
        profile=budgets(js="300KB", largest_chunk="40%"),
    ),
    case(
        "more than its share of a smaller page",
        no_mega_chunk,
        FAIL,
        page("/a.js", "/b.js"),
        script("/a.js", 110_000),
        script("/b.js", 60_000),
        profile=SHARE,
        observed="/a.js 65%, 110KB of 170KB",
    ),
    case(
        "little, on a page that may have less than the others",
        no_mega_chunk,
        PASS,
        page("/a.js", url="/about"),
        script("/a.js", 60_000),
        profile=profile(
            budgets={"js": "200KB", "largest_chunk": "40%"},
            routes={"about": {"path": "/about", "kind": "ssg", "budget": {"js": "70KB"}}},
        ),
    ),
    case(
        "too much of all is said by another",
        no_mega_chunk,
        SKIP,
        HOME,
        script("/a.js", 300_000),
        profile=SHARE,
        reason="left to bundle.initial_js",
    ),
    case(
        "a script that was lost",
        no_mega_chunk,
        UNKNOWN,
        page("/a.js", "/b.js"),
        script("/a.js", 100_000),
        failure("/b.js"),
        profile=SHARE,
    ),
    case("one page loads scripts", split_by_route, SKIP, HOME, script("/a.js", text=LIBRARY)),
    case("no page loads any", split_by_route, SKIP, page(), page(url="/about")),
    case(
        "one file for both",
        split_by_route,
        PASS,
        page("/l.js", "/a.js"),
        page("/l.js", "/b.js", url="/about"),
        script("/l.js", 9_000, LIBRARY),
        script("/a.js", 1_000, SMALL),
        script("/b.js", 1_000, code(3, 50_000)),
        observed="9KB of 10KB shared with other pages by URL, nothing copied",
    ),
    case(
        "a copy in each page's file",
        split_by_route,
        FAIL,
        HOME,
        ABOUT,
        script("/a.js", text=LIBRARY + SMALL),
        script("/b.js", text=code(4, 50_000) + LIBRARY_AGAIN),
    ),
    case(
        "a small copy",
        split_by_route,
        PASS,
        HOME,
        ABOUT,
        script("/a.js", text=code(5, 40_000) + SMALL),
        script("/b.js", text=code(6, 40_000) + SMALL),
    ),
    case(
        "the same bytes under two names",
        split_by_route,
        FAIL,
        HOME,
        ABOUT,
        script("/a.js", text=LIBRARY),
        script("/b.js", text=LIBRARY),
    ),
    case(
        "the same bytes twice on one page",
        split_by_route,
        SKIP,
        page("/a.js", "/b.js"),
        script("/a.js", text=LIBRARY),
        script("/b.js", text=LIBRARY),
        reason="left to assets.no_duplicates",
    ),
    case(
        "two versions of one file, while a deploy is under way",
        split_by_route,
        PASS,
        page("/app.9f2c1b7e.js"),
        page("/app.0b1d2e3f.js", url="/about"),
        script("/app.9f2c1b7e.js", text=LIBRARY),
        script("/app.0b1d2e3f.js", text=LIBRARY + SMALL),
    ),
    case(
        "another page's chunk",
        split_by_route,
        FAIL,
        page("/_next/static/chunks/pages/index-9f2c1b7e.js", "/_next/static/chunks/pages/about-0b1d2e3f.js"),
        script("/_next/static/chunks/pages/index-9f2c1b7e.js", text=code(7, 500)),
        script("/_next/static/chunks/pages/about-0b1d2e3f.js", text=code(8, 500)),
    ),
    case(
        "its own chunk and that of the application",
        split_by_route,
        SKIP,
        page("/_next/static/chunks/pages/index-9f2c1b7e.js", "/_next/static/chunks/pages/_app-0b1d2e3f.js"),
        script("/_next/static/chunks/pages/index-9f2c1b7e.js", text=code(7, 500)),
        script("/_next/static/chunks/pages/_app-0b1d2e3f.js", text=code(8, 500)),
    ),
    case(
        "texts that were not kept",
        split_by_route,
        UNKNOWN,
        HOME,
        ABOUT,
        script("/a.js", text=None),
        script("/b.js", text=LIBRARY),
        reason="its text was not kept",
    ),
    case("no scripts", unblocked, SKIP, page()),
    case("deferred", unblocked, PASS, page("/a.js")),
    *(case(f"{how}", unblocked, PASS, page(head=LATER.format(how))) for how in ("async", 'type="module"', "nomodule")),
    case("at the end of the body", unblocked, PASS, page(body=LATER.format(""))),
    case("a data block", unblocked, SKIP, page(head='<script type="application/json">{}</script>')),
    case("asked for", unblocked, PASS, page(head=LATER.format('type="module" blocking="render"'))),
    case("of the platform", unblocked, PASS, page(head='<script src="/cdn-cgi/rum.js"></script>')),
    case("bare", unblocked, FAIL, page(head=LATER.format("")), observed="/a.js"),
    case("of a third party", unblocked, FAIL, page(head=f'<script src="{TAGS}"></script>'), observed=TAGS),
    case(
        "four of them",
        unblocked,
        FAIL,
        page(head="".join(f'<script src="/{n}.js"></script>' for n in range(4))),
        observed="/0.js, /1.js, /2.js and 1 more",
    ),
    case(
        "code of today", no_legacy, PASS, HOME, script("/a.js", text="const a = async () => 1"), observed="0 polyfills"
    ),
    case("no scripts", no_legacy, SKIP, page()),
    case(
        "a few in passing",
        no_legacy,
        PASS,
        HOME,
        script("/a.js", text="Object.assign=function(){};Array.prototype.find=function(){}"),
        observed="2 polyfills (Array.prototype.find, Object.assign)",
    ),
    case("as many as pass", no_legacy, PASS, HOME, script("/a.js", text=POLYFILLS.partition(";")[2])),
    case("one more", no_legacy, FAIL, HOME, script("/a.js", text=POLYFILLS)),
    case(
        "a library compiled down among code of today",
        no_legacy,
        PASS,
        HOME,
        script("/a.js", text=ES5 + "let a=()=>{};" * 20),
        observed="0 polyfills; parts compiled for browsers without classes",
    ),
    case(
        "all of it compiled down",
        no_legacy,
        FAIL,
        HOME,
        script("/a.js", text=ES5),
        observed="0 polyfills; all of it compiled for browsers without classes",
    ),
    case(
        "kept from today's browsers",
        no_legacy,
        SKIP,
        page(head=LATER.format("nomodule")),
        script("/a.js", text=POLYFILLS),
    ),
    case(
        "a service that sends them",
        no_legacy,
        FAIL,
        page("https://cdn.polyfill.io/v3/polyfill.min.js?features=es6"),
        observed="https://cdn.polyfill.io/v3/polyfill.min.js?features=es6",
    ),
    case("a third party whose name is like it", no_legacy, SKIP, page("https://polyfills.example/a.js")),
    case("a text that was not kept", no_legacy, UNKNOWN, HOME, script("/a.js", text=None)),
    case("no budget", third_parties, SKIP, page(TAGS)),
    case(
        "none",
        third_parties,
        PASS,
        HOME,
        script("/a.js"),
        profile=budgets(third_parties="0"),
        observed="0 third parties",
    ),
    case(
        "at the limit, two hosts of one owner",
        third_parties,
        PASS,
        page(TAGS, "https://cdn.tags.example/u.js"),
        profile=budgets(third_parties="1"),
        observed="1 third party: tags.example",
    ),
    case(
        "one past it",
        third_parties,
        FAIL,
        page(TAGS, body=f'<img src="{PIXEL}">'),
        profile=budgets(third_parties="1"),
        observed="2 third parties: other.co.uk, tags.example",
    ),
    case(
        "hosts of one's own",
        third_parties,
        PASS,
        page("https://cdn.shop.test/a.js", "https://cdn.partner.test/b.js"),
        exchange("https://cdn.shop.test/a.js"),
        exchange("https://cdn.partner.test/b.js"),
        profile=profile(budgets={"third_parties": "0"}, safety={"allow_hosts": ["cdn.shop.test", "cdn.partner.test"]}),
    ),
    case(
        "one that only a browser saw",
        third_parties,
        FAIL,
        page(TAGS),
        view("/", fetched("https://more.example/a.js", "script", status=None, failure="not allowed")),
        profile=budgets(third_parties="1"),
        observed="2 third parties: tags.example, more.example",
    ),
    case(
        "what a browser asks of the site, and data",
        third_parties,
        PASS,
        HOME,
        script("/a.js"),
        view("/", fetched("/a.js", "script"), fetched("data:image/gif,x", "image"), fetched("blob:https://x", "image")),
        profile=budgets(third_parties="0"),
    ),
    case(
        "a browser's visit of another page",
        third_parties,
        PASS,
        HOME,
        script("/a.js"),
        view("/about", fetched(TAGS, "script")),
        profile=budgets(third_parties="0"),
    ),
    case(
        "a lazy picture",
        third_parties,
        PASS,
        page(body=f'<img src="{PIXEL}" loading="lazy">'),
        profile=budgets(third_parties="0"),
    ),
    case("a script that was lost", third_parties, UNKNOWN, HOME, failure("/a.js"), profile=budgets(third_parties="0")),
    case("no budget", third_party_bytes, SKIP, page(TAGS)),
    case("no third party", third_party_bytes, PASS, page(), profile=budgets(third_party_bytes="0KB")),
    case(
        "never asked",
        third_party_bytes,
        UNKNOWN,
        page(TAGS),
        profile=budgets(third_party_bytes="100KB"),
        reason="never asked: tags.example",
        observed="at least 0B from 1 third party: tags.example",
    ),
    case(
        "recorded by a browser",
        third_party_bytes,
        PASS,
        page(TAGS),
        exchange(TAGS, wire_bytes=100_000),
        profile=budgets(third_party_bytes="100KB"),
    ),
    case(
        "recorded by a browser, and too much",
        third_party_bytes,
        FAIL,
        page(TAGS),
        exchange(TAGS, wire_bytes=100_001),
        profile=budgets(third_party_bytes="100KB"),
        observed="100.001KB from 1 third party: tags.example",
    ),
]


def earlier(*records: Exchange) -> Site:
    return site(*records)


BASE = earlier(HOME, script("/a.js", 100_000))
CASES += [
    case("no earlier run", not_grown, SKIP, HOME, script("/a.js")),
    case("no budget", not_grown, SKIP, HOME, script("/a.js", 200_000), before=BASE, reason="no budget is declared"),
    case("another page", not_grown, SKIP, ABOUT, script("/b.js"), before=BASE, profile=SHARE, reason="did not see it"),
    case("as it was", not_grown, PASS, HOME, script("/a.js", 100_000), before=BASE, profile=SHARE),
    case("smaller", not_grown, PASS, HOME, script("/a.js", 1), before=BASE, profile=SHARE),
    case("by its share", not_grown, PASS, HOME, script("/a.js", 105_000), before=BASE, profile=SHARE),
    case(
        "by more",
        not_grown,
        FAIL,
        HOME,
        script("/a.js", 105_001),
        before=BASE,
        profile=SHARE,
        observed="105.001KB, +5.0% since 100KB: /a.js 100KB to 105.001KB",
    ),
    case(
        "by a new file, told from one with a new hash",
        not_grown,
        FAIL,
        page("/app.9f2c1b7e.js", "/more.js"),
        script("/app.9f2c1b7e.js", 101_000),
        script("/more.js", 20_000),
        before=earlier(page("/app.0b1d2e3f.js"), script("/app.0b1d2e3f.js", 100_000)),
        profile=SHARE,
        observed="121KB, +21.0% since 100KB: new /more.js 20KB, /app.js 100KB to 101KB",
    ),
    case(
        "little by little",
        not_grown,
        PASS,
        HOME,
        script("/a.js", 1_500),
        before=earlier(HOME, script("/a.js", 500)),
        profile=SHARE,
    ),
    case(
        "over its budget by now",
        not_grown,
        SKIP,
        HOME,
        script("/a.js", 300_000),
        before=BASE,
        profile=budgets(js="200KB"),
        reason="left to bundle.initial_js",
    ),
    case(
        "the page by what its scripts have grown",
        not_grown,
        FAIL,
        HOME,
        script("/a.js", 150_000),
        before=BASE,
        profile=budgets(js="200KB", page="900KB"),
        observed="150KB, +50.0% since 100KB: /a.js 100KB to 150KB",
    ),
    case(
        "for want of compression, which has a check of its own",
        not_grown,
        SKIP,
        HOME,
        script("/a.js", 120_000, "const a = 1;" * 10_000),
        before=BASE,
        profile=budgets(js="200KB"),
        reason="left to assets.compressed",
    ),
    case(
        "the page by its pictures",
        not_grown,
        FAIL,
        page("/a.js", body='<img src="/a.png">'),
        script("/a.js", 100_000),
        exchange("/a.png", wire_bytes=50_000),
        before=BASE,
        profile=budgets(js="200KB", page="900KB"),
        observed="152KB, +49.0% since 102KB: new /a.png 50KB",
    ),
    case(
        "by requests",
        not_grown,
        FAIL,
        page(*(f"/{n}.js" for n in range(5))),
        *(script(f"/{n}.js", 1) for n in range(5)),
        before=earlier(page("/0.js", "/1.js"), script("/0.js", 1), script("/1.js", 1)),
        profile=budgets(requests="60"),
    ),
    case(
        "a script that is lost today, of which its budget says that it is unknown",
        not_grown,
        SKIP,
        HOME,
        failure("/a.js"),
        before=BASE,
        profile=budgets(js="200KB"),
        reason="left to bundle.initial_js",
    ),
    case(
        "a script that was lost then",
        not_grown,
        UNKNOWN,
        HOME,
        script("/a.js", 150_000),
        before=earlier(HOME),
        profile=SHARE,
        reason="in the earlier run: https://shop.test/a.js",
    ),
]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()


def test_a_preview_is_compared_with_the_live_site() -> None:
    before = site(HOME, script("/a.js", 100_000))
    moved = [
        exchange("https://preview.test/", body='<script src="/a.js" defer></script>'),
        exchange("https://preview.test/a.js", wire_bytes=150_000),
    ]
    known = site(*moved, before=before, profile=profile(site="https://preview.test", budgets={"js": "200KB"}))
    assert judged(not_grown, known).verdict is FAIL


def test_a_copy_is_named_with_its_size_and_pages() -> None:
    known = site(HOME, ABOUT, script("/a.js", text=LIBRARY), script("/b.js", text=LIBRARY_AGAIN + SMALL))
    worst = judged(split_by_route, known).findings[0]
    assert worst.subject == "GET https://shop.test/b.js"
    assert "of it stand in /a.js too (loaded by / and /about)" in worst.observed


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://shop.test/assets/app.9f2c1b7e.js", "/assets/app.js"),
        ("https://shop.test/assets/index-D7SOqDqN.js", "/assets/index.js"),
        ("https://shop.test/_next/static/chunks/0m3mby5pxg4oz.js", "/_next/static/chunks/0m3mby5pxg4oz.js"),
        ("https://shop.test/app.js?v=9f2c1b7e", "/app.js"),
        ("https://shop.test/app.js", "/app.js"),
    ],
)
def test_names_without_hash(url: str, name: str) -> None:
    assert nameless(url) == name
