"""How long answers say they may be reused."""

from typing import Any

import pytest

from scalecheck.checks.cache import contract, directives_parse, errors_are_short, explicit, pages_revalidate
from tests.checks.rows import (
    DATE,
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
    profile,
    repeats,
)

HIT = {"cf-cache-status": "HIT", "cf-ray": "8f2-FRA", "server": "cloudflare"}
MISS = {"cf-cache-status": "MISS", "cf-ray": "8f2-FRA", "server": "cloudflare"}
PAGE = "public, max-age=0, s-maxage=3600"
ISR = "public, max-age=0, s-maxage=60, stale-while-revalidate=86400"
VERCEL = {"cache-control": "public, max-age=0, must-revalidate", "server": "Vercel"}
VERCEL_HIT = {**VERCEL, "x-vercel-cache": "HIT"}
VERCEL_MISS = {**VERCEL, "x-vercel-cache": "MISS"}
LAST_MODIFIED = "Tue, 14 Nov 2022 22:13:20 GMT"


def cc(value: str, **more: str) -> dict[str, str]:
    return {"cache-control": value, **{name.replace("_", "-"): text for name, text in more.items()}}


EXPLICIT = [
    case("nothing at all", explicit, FAIL, exchange("/"), observed="no Cache-Control, no Expires"),
    case("only a validator", explicit, FAIL, exchange("/", {"etag": '"1"', "last-modified": LAST_MODIFIED})),
    case("public says who, not how long", explicit, FAIL, exchange("/", cc("public"))),
    case("must-revalidate says nothing of fresh answers", explicit, FAIL, exchange("/", cc("must-revalidate"))),
    case("an unknown word is no lifetime", explicit, FAIL, exchange("/", cc("forever"))),
    case("an undeclared URL counts too", explicit, FAIL, exchange("/elsewhere")),
    case("max-age=0", explicit, PASS, exchange("/", cc("max-age=0"))),
    case("s-maxage alone", explicit, PASS, exchange("/", cc("s-maxage=60"))),
    case("a targeted field alone", explicit, PASS, exchange("/", {"cdn-cache-control": "max-age=60"})),
    case("Expires alone", explicit, PASS, exchange("/", {"date": DATE, "expires": DATE})),
    case("an Expires that is no date has passed", explicit, PASS, exchange("/", {"expires": "0"})),
    case("no-store", explicit, PASS, exchange("/", cc("no-store"))),
    case("no-cache", explicit, PASS, exchange("/", cc("no-cache"))),
    case("private", explicit, PASS, exchange("/", cc("private"))),
    case("a permanent redirect without lifetime", explicit, WARN, exchange("/", status=308)),
    case("a temporary redirect is not cacheable", explicit, SKIP, exchange("/", status=307)),
    case("errors are not its subject", explicit, SKIP, exchange("/", status=404)),
    case("a fingerprinted asset is assets.immutable's", explicit, SKIP, exchange("/_next/static/a.9f2c1b7e.js")),
    case(
        "a personal page is personal_is_private's", explicit, SKIP, exchange("/account"), reason="personal_is_private"
    ),
    case("what does not parse is directives_parse's", explicit, SKIP, exchange("/", cc("public, public"))),
    case("nothing asked", explicit, SKIP),
    case("lost", explicit, UNKNOWN, failure("/")),
]

DIRECTIVES = [
    case("a word for a number", directives_parse, FAIL, exchange("/", cc("max-age=abc"))),
    case("a negative number", directives_parse, FAIL, exchange("/", cc("max-age=-1"))),
    case("a semicolon for a comma", directives_parse, FAIL, exchange("/", cc("public; max-age=60"))),
    case("no number", directives_parse, FAIL, exchange("/", cc("s-maxage=60, stale-while-revalidate"))),
    case("two lifetimes", directives_parse, FAIL, exchange("/", {"cache-control": ["max-age=60", "max-age=0"]})),
    case("no-store beside a lifetime", directives_parse, FAIL, exchange("/", cc("no-store, max-age=60"))),
    case("public beside private", directives_parse, FAIL, exchange("/", cc("public, private, max-age=60"))),
    case("an unknown directive only warns", directives_parse, WARN, exchange("/", cc("max-age=60, maxage=1"))),
    case(
        "what frameworks send to forbid",
        directives_parse,
        PASS,
        exchange("/", cc("private, no-cache, no-store, max-age=0")),
    ),
    case("the contract of an isr page", directives_parse, PASS, exchange("/", cc(ISR))),
    case("no directive", directives_parse, SKIP, exchange("/")),
    case("lost", directives_parse, UNKNOWN, failure("/")),
]

FIVE_MINUTES = profile(routes={**ROUTES, "home": {"path": "/", "kind": "ssg", "cache": {"browser": "..5m"}}})
UNTOLD = profile(routes={**ROUTES, "home": {"path": "/", "kind": "ssg", "cache": {"browser": "any"}}})
PAGES = [
    case("a year", pages_revalidate, FAIL, exchange("/", cc("public, max-age=31536000"))),
    case(
        "one second",
        pages_revalidate,
        FAIL,
        exchange("/", cc("max-age=1, s-maxage=3600")),
        observed="1s (max-age=1, s-maxage=3600)",
    ),
    case("max-age=0", pages_revalidate, PASS, exchange("/", cc(PAGE))),
    case("no-cache", pages_revalidate, PASS, exchange("/", cc("no-cache"))),
    case("no-store", pages_revalidate, PASS, exchange("/", cc("no-store"))),
    case("s-maxage is not for browsers", pages_revalidate, PASS, exchange("/", cc("s-maxage=3600"))),
    case(
        "private leaves browsers a guess",
        pages_revalidate,
        FAIL,
        exchange("/", cc("private", date=DATE, last_modified=LAST_MODIFIED)),
    ),
    case(
        "Expires in a day",
        pages_revalidate,
        FAIL,
        exchange("/", {"date": DATE, "expires": "Wed, 15 Nov 2023 22:13:20 GMT"}),
    ),
    case(
        "at the route's limit",
        pages_revalidate,
        PASS,
        exchange("/", cc("max-age=300, s-maxage=3600")),
        profile=FIVE_MINUTES,
    ),
    case("one past it", pages_revalidate, FAIL, exchange("/", cc("max-age=301, s-maxage=3600")), profile=FIVE_MINUTES),
    case("the route does not say", pages_revalidate, SKIP, exchange("/", cc("max-age=99")), profile=UNTOLD),
    case("no policy is explicit's", pages_revalidate, SKIP, exchange("/"), reason="cache.explicit"),
    case("no page", pages_revalidate, SKIP, exchange("/images/a.png", cc("max-age=99"))),
    case("a page that failed", pages_revalidate, SKIP, exchange("/", cc("max-age=99"), status=500)),
    case("lost", pages_revalidate, UNKNOWN, failure("/")),
]

CONTRACT = [
    case("an icon that no route declares", contract, SKIP, exchange("/favicon.ico", cc("public, max-age=3600"))),
    case("as declared", contract, PASS, exchange("/products/1", cc(ISR))),
    case("without `public`", contract, PASS, exchange("/products/1", cc("s-maxage=60, stale-while-revalidate=86400"))),
    case(
        "in a targeted field",
        contract,
        PASS,
        exchange("/products/1", cc("max-age=0", cdn_cache_control="max-age=60, stale-while-revalidate=86400")),
    ),
    case(
        "a targeted field that is too short wins",
        contract,
        FAIL,
        exchange("/products/1", cc(ISR, cdn_cache_control="max-age=59")),
    ),
    case(
        "a targeted field that nginx does not obey",
        contract,
        FAIL,
        exchange("/products/1", cc("max-age=0", cdn_cache_control="max-age=60", server="nginx")),
    ),
    case("a second short", contract, FAIL, exchange("/products/1", cc("s-maxage=59, stale-while-revalidate=86400"))),
    case("a second long", contract, FAIL, exchange("/products/1", cc("s-maxage=61, stale-while-revalidate=86400"))),
    case(
        "no stale window",
        contract,
        FAIL,
        exchange("/products/1", cc("s-maxage=60")),
        observed="stale-while-revalidate 0s (s-maxage=60)",
    ),
    case("private", contract, FAIL, exchange("/products/1", cc("private, max-age=0"))),
    case("no-store", contract, FAIL, exchange("/products/1", cc("no-store"))),
    case("browsers only", contract, FAIL, exchange("/", cc("max-age=0"))),
    case("at the least", contract, PASS, exchange("/", cc("s-maxage=3600"))),
    case("one below it", contract, FAIL, exchange("/", cc("s-maxage=3599"))),
    case("max-age serves shared caches too", contract, PASS, exchange("/fonts/a.woff2", cc("max-age=604800"))),
    case(
        "Expires does as well",
        contract,
        PASS,
        exchange("/fonts/a.woff2", {"date": DATE, "expires": "Thu, 14 Nov 2024 22:13:20 GMT"}),
    ),
    case(
        "too short for browsers",
        contract,
        FAIL,
        exchange("/images/a.png", cc("max-age=60, s-maxage=604800, stale-while-revalidate=604800")),
    ),
    case(
        "an image as declared",
        contract,
        PASS,
        exchange("/images/a.png", cc("max-age=86400, s-maxage=604800, stale-while-revalidate=604800")),
    ),
    case("an API is private", contract, PASS, exchange("/api/me", cc("private, no-cache"))),
    case("or not stored at all", contract, PASS, exchange("/api/me", cc("no-store"))),
    case("not shared", contract, FAIL, exchange("/api/me", cc("public, max-age=0"))),
    case("nor kept in browsers", contract, FAIL, exchange("/api/me", cc("private, max-age=60"))),
    case("health is not stored", contract, PASS, exchange("/health", cc("no-store"))),
    case("not even to be asked about", contract, FAIL, exchange("/health", cc("no-cache"))),
    case("a status of the route's own", contract, FAIL, exchange("/health", cc("max-age=9"), status=503)),
    case("the page's browser lifetime is pages_revalidate's", contract, SKIP, exchange("/", cc("max-age=60"))),
    case("but not what the edge is told beside it", contract, FAIL, exchange("/", cc("max-age=60, s-maxage=1"))),
    case("no policy is explicit's", contract, SKIP, exchange("/"), reason="cache.explicit"),
    case(
        "a fingerprinted asset is assets.immutable's",
        contract,
        SKIP,
        exchange("/_next/static/a.9f2c1b7e.js", cc("max-age=1")),
        reason="nothing to judge",
    ),
    case(
        "an unhashed one kept for a year is unhashed_is_short's",
        contract,
        SKIP,
        exchange("/static/a.js", cc(YEAR)),
        reason="assets.unhashed_is_short",
    ),
    case(
        "a personal page is personal_is_private's",
        contract,
        SKIP,
        exchange("/account", cc("max-age=60")),
        reason="personal_is_private",
    ),
    case("an undeclared URL has no contract", contract, SKIP, exchange("/elsewhere", cc("max-age=60"))),
    case("a failure is not its subject", contract, SKIP, exchange("/", cc("max-age=60"), status=500)),
    case("lost", contract, UNKNOWN, failure("/")),
    case(
        "stripped, but a hit", contract, PASS, exchange("/products/1", VERCEL_MISS), repeats("/products/1", VERCEL_HIT)
    ),
    case(
        "stripped, and never a hit",
        contract,
        FAIL,
        exchange("/products/1", VERCEL_MISS),
        repeats("/products/1", VERCEL_MISS),
    ),
    case(
        "stripped, and silent",
        contract,
        SKIP,
        exchange("/products/1", VERCEL),
        repeats("/products/1", VERCEL),
        reason="cdn.speaks",
    ),
    case(
        "stripped, and browsers told too little",
        contract,
        FAIL,
        exchange("/images/a.png", VERCEL_HIT),
        repeats("/images/a.png", VERCEL_HIT),
        observed="0s in browsers (public, max-age=0, must-revalidate)",
    ),
    case(
        "stripped, and never a hit",
        contract,
        FAIL,
        exchange("/products/1", VERCEL_MISS),
        repeats("/products/1", VERCEL_MISS, VERCEL_MISS),
        observed="x-vercel-cache: MISS 3 times",
    ),
    case(
        "a chunk that a stripping edge never keeps",
        contract,
        FAIL,
        exchange("/_next/static/app.9f2c1b7e.js", {**VERCEL_MISS, "cache-control": YEAR}),
        repeats("/_next/static/app.9f2c1b7e.js", {**VERCEL_MISS, "cache-control": YEAR}),
        observed="x-vercel-cache: MISS 2 times",
    ),
    case("stripped, and asked once", contract, UNKNOWN, exchange("/products/1", VERCEL_MISS)),
    case(
        "stripped, and sets a cookie",
        contract,
        SKIP,
        exchange("/products/1", {**VERCEL_MISS, "set-cookie": "a=1"}),
        repeats("/products/1", VERCEL_MISS),
    ),
    case(
        "the edge's own rule, seen by its hits",
        contract,
        PASS,
        exchange("/products/1", cc("max-age=0", **MISS)),
        repeats("/products/1", cc("max-age=0", **HIT)),
    ),
    case(
        "a declared lifetime is judged even on hits",
        contract,
        FAIL,
        exchange("/products/1", cc("s-maxage=5", **MISS)),
        repeats("/products/1", cc("s-maxage=5", **HIT)),
    ),
    case(
        "a stale hit is not kept by a rule of the edge's own",
        contract,
        FAIL,
        exchange("/products/1", cc("max-age=0", **MISS)),
        repeats("/products/1", cc("max-age=0", **{**HIT, "cf-cache-status": "UPDATING"})),
    ),
    case(
        "the profile names the CDN",
        contract,
        SKIP,
        exchange("/products/1", cc("public, max-age=0, must-revalidate")),
        profile=profile(cdn="Netlify"),
    ),
]

ERRORS = [
    case(
        "a day", errors_are_short, FAIL, exchange("/x", cc("max-age=86400"), probe="missing", label="page", status=404)
    ),
    case(
        "a day at the edge",
        errors_are_short,
        FAIL,
        exchange("/x", cc("max-age=0, s-maxage=86400"), probe="missing", status=404),
    ),
    case("one past the limit", errors_are_short, FAIL, exchange("/x", cc("max-age=61"), probe="missing", status=404)),
    case("at the limit", errors_are_short, PASS, exchange("/x", cc("max-age=60"), probe="missing", status=404)),
    case("no policy", errors_are_short, PASS, exchange("/x", probe="missing", status=404)),
    case("older than the limit", errors_are_short, FAIL, exchange("/x", {"age": "61"}, probe="missing", status=404)),
    case("a chunk", errors_are_short, FAIL, exchange("/x.js", cc(YEAR), probe="missing", label="asset", status=404)),
    case("a 503", errors_are_short, FAIL, exchange("/x", cc("max-age=600"), probe="missing", status=503)),
    case(
        "the page shell instead",
        errors_are_short,
        SKIP,
        exchange("/x", cc(YEAR), probe="missing"),
        reason="missing_is_404",
    ),
    case("nothing asked", errors_are_short, SKIP, exchange("/")),
    case("lost", errors_are_short, UNKNOWN, failure("/x", probe="missing")),
    case(
        "as the profile says",
        errors_are_short,
        PASS,
        exchange("/x", cc("max-age=600"), probe="missing", status=404),
        profile=profile(targets={"error_lifetime": "10m"}),
    ),
]

CASES: list[Any] = [*EXPLICIT, *DIRECTIVES, *PAGES, *CONTRACT, *ERRORS]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
