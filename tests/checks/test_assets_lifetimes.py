"""Names and lifetimes of assets, and what answers for files that are not there."""

from typing import Any

import pytest

from scalecheck.checks.assets import (
    cookieless,
    fingerprinted,
    immutable,
    missing_is_404,
    source_maps_private,
    unhashed_is_short,
)
from scalecheck.model.evidence import Exchange
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
    judged,
    profile,
    site,
)

HASHED = "/_next/static/app.9f2c1b7e.js"
BARE = profile(routes={"home": ROUTES["home"]})
SHELL = "<!doctype html><title>Shop</title><div id=root></div>"


def loads(*urls: str) -> Exchange:
    """Return a page that loads these scripts, styles and images."""
    tags = {"css": '<link rel="stylesheet" href="{}">', "png": '<img src="{}">', "ico": '<link rel="icon" href="{}">'}
    body = "".join(
        tags.get(url.partition("?")[0].rpartition(".")[2], '<script src="{}"></script>').format(url) for url in urls
    )
    return exchange("/", body=body)


def cc(url: str, value: str, **more: str) -> Exchange:
    return exchange(url, {"cache-control": value, **{name.replace("_", "-"): text for name, text in more.items()}})


def shell(url: str, value: str = "no-cache", **keys: Any) -> Exchange:
    """Return the page shell in the place of a file."""
    return exchange(url, {"cache-control": value}, content_type="text/html", body=SHELL, **keys)


FINGERPRINTED = [
    case(
        "a script by its name alone", fingerprinted, FAIL, loads("/app.js"), cc("/app.js", "no-cache"), observed="none"
    ),
    case("a style sheet too", fingerprinted, FAIL, loads("/app.css"), cc("/app.css", "no-cache"), profile=BARE),
    case("in a route that promises hashes", fingerprinted, FAIL, cc("/_next/static/app.js", YEAR)),
    case("an image in a route that promises hashes", fingerprinted, WARN, cc("/_next/static/logo.png", YEAR)),
    case(
        "by its version",
        fingerprinted,
        WARN,
        loads("/a.js?ver=6.4.2"),
        cc("/a.js?ver=6.4.2", "max-age=60"),
        observed="version 6.4.2",
        profile=BARE,
    ),
    case(
        "by its version, in the path",
        fingerprinted,
        WARN,
        loads("/jquery-3.7.1.min.js"),
        cc("/jquery-3.7.1.min.js", "max-age=60"),
        profile=BARE,
    ),
    case("by its content", fingerprinted, PASS, loads(HASHED), cc(HASHED, YEAR), observed="9f2c1b7e"),
    case(
        "a hash that reads as a word, among others",
        fingerprinted,
        PASS,
        loads("/assets/main-KocXUcul.js"),
        *(cc(f"/assets/{name}.js", YEAR) for name in ("main-KocXUcul", "index-D7SOqDqN", "article-BKX2kYXi")),
        profile=BARE,
    ),
    case("by its content, undeclared", fingerprinted, PASS, loads("/app.9f2c1b7e.js"), cc("/app.9f2c1b7e.js", YEAR)),
    case(
        "declared as static",
        fingerprinted,
        SKIP,
        loads("/static/app.js"),
        cc("/static/app.js", "no-cache"),
        reason="static",
    ),
    case(
        "kept for a year is unhashed_is_short's",
        fingerprinted,
        SKIP,
        loads("/app.js"),
        cc("/app.js", YEAR),
        reason="unhashed_is_short",
    ),
    case(
        "the platform's own script",
        fingerprinted,
        SKIP,
        loads("/cdn-cgi/rocket.js"),
        cc("/cdn-cgi/rocket.js", "max-age=60"),
    ),
    case("a script of somebody else", fingerprinted, SKIP, loads("https://cdn.example/app.js")),
    case("images need none", fingerprinted, SKIP, loads("/logo.png"), cc("/logo.png", "no-cache")),
    case("a script that is the shell", fingerprinted, SKIP, loads("/app.js"), shell("/app.js")),
    case("lost", fingerprinted, UNKNOWN, loads("/app.js"), failure("/app.js")),
]

MONTH = profile(routes={**ROUTES, "chunks": {**ROUTES["chunks"], "cache": {"browser": "30d..", "shared": "30d.."}}})
DAY = profile(routes={**ROUTES, "images": {**ROUTES["images"], "cache": {"browser": "1d"}}})
IMMUTABLE = [
    case("no policy", immutable, FAIL, exchange(HASHED), observed="no Cache-Control"),
    case("a day short", immutable, FAIL, cc(HASHED, "public, max-age=31449600, immutable")),
    case(
        "without immutable",
        immutable,
        FAIL,
        cc(HASHED, "public, max-age=31536000"),
        observed="public, max-age=31536000",
    ),
    case("for browsers only", immutable, FAIL, cc(HASHED, "private, max-age=31536000, immutable")),
    case("not to be used unasked", immutable, FAIL, cc(HASHED, "no-cache")),
    case("a minute at the edge", immutable, FAIL, cc(HASHED, "max-age=31536000, s-maxage=60, immutable")),
    case("immutable for ten minutes", immutable, FAIL, cc(HASHED, "max-age=600, immutable")),
    case("an undeclared image", immutable, FAIL, cc("/logo.9f2c1b7e.png", "max-age=600")),
    case("a year, immutable", immutable, PASS, cc(HASHED, YEAR)),
    case("ten years", immutable, PASS, cc(HASHED, "public, max-age=315360000, immutable")),
    case("without `public`", immutable, PASS, cc(HASHED, "max-age=31536000, immutable")),
    case(
        "a year by Expires",
        immutable,
        PASS,
        exchange(HASHED, {"cache-control": "immutable", "date": DATE, "expires": "Wed, 13 Nov 2024 22:13:20 GMT"}),
    ),
    case("as its route declares", immutable, PASS, cc(HASHED, "max-age=2592000, immutable"), profile=MONTH),
    case(
        "a second less than its route declares",
        immutable,
        FAIL,
        cc(HASHED, "max-age=2591999, immutable"),
        profile=MONTH,
    ),
    case(
        "an image of a route that declares a day",
        immutable,
        PASS,
        cc("/images/a.9f2c1b7e.png", "max-age=86400, s-maxage=604800, stale-while-revalidate=604800"),
        profile=DAY,
    ),
    case("an image of a route that says nothing", immutable, FAIL, cc("/images/a.9f2c1b7e.png", "max-age=86400")),
    case("no fingerprint", immutable, SKIP, cc("/static/robots.js", "no-cache")),
    case(
        "a contradiction is directives_parse's",
        immutable,
        SKIP,
        cc(HASHED, "no-store, max-age=31536000"),
        reason="directives_parse",
    ),
    case("the shell is missing_is_404's", immutable, SKIP, shell(HASHED), reason="missing_is_404"),
    case("lost", immutable, UNKNOWN, failure(HASHED)),
]

LONG = profile(routes={**ROUTES, "files": {**ROUTES["files"], "cache": {"browser": "..7d"}}})
NEXT_IMAGE = "/_next/image?url=%2F_next%2Fstatic%2Fmedia%2Fhero.9f2c1b7e.webp&w=640&q=75"
SHORT = [
    case(
        "a year",
        unhashed_is_short,
        FAIL,
        cc("/static/a.js", "public, max-age=31536000"),
        observed="public, max-age=31536000",
    ),
    case("a second past a day", unhashed_is_short, FAIL, cc("/static/a.js", "max-age=86401")),
    case("immutable for an hour", unhashed_is_short, FAIL, cc("/static/a.js", "max-age=3600, immutable")),
    case("an undeclared file", unhashed_is_short, FAIL, cc("/a.js", YEAR)),
    case("a service worker is worker_fresh's", unhashed_is_short, SKIP, cc("/sw.js", "max-age=604800")),
    case("an image for a year", unhashed_is_short, FAIL, cc("/images/a.png", YEAR)),
    case(
        "under a version", unhashed_is_short, WARN, cc("/a.js?ver=6.4.2", YEAR), observed=f"{YEAR} under version 6.4.2"
    ),
    case("under a version in its folder", unhashed_is_short, WARN, cc("/v2/a.js", YEAR), profile=BARE),
    case("a day", unhashed_is_short, PASS, cc("/static/a.js", "max-age=86400")),
    case("to be asked about", unhashed_is_short, PASS, cc("/static/a.js", "no-cache")),
    case("a week at the edge only", unhashed_is_short, PASS, cc("/static/a.js", "max-age=0, s-maxage=604800")),
    case("a week, as its route declares", unhashed_is_short, PASS, cc("/static/a.js", "max-age=604800"), profile=LONG),
    case("a font for as long as its kind lets it", unhashed_is_short, PASS, cc("/fonts/a.woff2", "max-age=31536000")),
    case(
        "made from a fingerprinted file",
        unhashed_is_short,
        SKIP,
        exchange(NEXT_IMAGE, {"cache-control": YEAR}, content_type="image/webp"),
    ),
    case("the platform's own", unhashed_is_short, SKIP, cc("/cdn-cgi/scripts/a.js", "max-age=172800")),
    case("no policy is explicit's", unhashed_is_short, SKIP, exchange("/static/a.js"), reason="cache.explicit"),
    case(
        "a contradiction is directives_parse's",
        unhashed_is_short,
        SKIP,
        cc("/static/a.js", "no-store, max-age=31536000"),
        reason="directives_parse",
    ),
    case("in a route that promises hashes", unhashed_is_short, SKIP, cc("/_next/static/a.js", YEAR)),
    case("fingerprinted", unhashed_is_short, SKIP, cc(HASHED, YEAR)),
    case("lost", unhashed_is_short, UNKNOWN, failure("/static/a.js")),
]

COOKIELESS = [
    case("one", cookieless, FAIL, exchange(HASHED, {"set-cookie": "a=1; Path=/"}), observed="Set-Cookie: a"),
    case(
        "two", cookieless, FAIL, exchange("/images/a.png", {"set-cookie": ["a=1", "b=2"]}), observed="Set-Cookie: a, b"
    ),
    case("one that is none", cookieless, FAIL, exchange(HASHED, {"set-cookie": ""})),
    case("none", cookieless, PASS, exchange(HASHED)),
    case("a page may", cookieless, SKIP, exchange("/", {"set-cookie": "a=1"})),
    case("lost", cookieless, UNKNOWN, failure(HASHED)),
]


def invented(status: int, content_type: str = "text/html", **fields: str) -> tuple[Exchange, ...]:
    """Return a chunk, and the answer to an invented one beside it."""
    url, real = "/_next/static/sc1.0a1b2c3d.js", cc(HASHED, YEAR)
    return real, exchange(url, fields, probe="missing", of=1, label="asset", status=status, content_type=content_type)


MISSING = [
    case(
        "the shell, for a year",
        missing_is_404,
        FAIL,
        invented(200, cache_control=YEAR),
        observed="status 200, text/html, no Cache-Control",
    ),
    case("a script of that name", missing_is_404, FAIL, invented(200, "text/javascript")),
    case("a redirect home", missing_is_404, FAIL, invented(302, location="/"), observed="status 302, Location: /"),
    case("a server that fails", missing_is_404, FAIL, invented(500)),
    case("a chunk that a page names", missing_is_404, FAIL, loads(HASHED), shell(HASHED)),
    case(
        "an undeclared chunk that a page names",
        missing_is_404,
        FAIL,
        loads("/a.9f2c1b7e.js"),
        shell("/a.9f2c1b7e.js"),
        profile=BARE,
    ),
    case("an icon that a page names", missing_is_404, FAIL, loads("/favicon.ico"), shell("/favicon.ico"), profile=BARE),
    case("a bucket that says forbidden", missing_is_404, WARN, invented(403)),
    case("404", missing_is_404, PASS, invented(404)),
    case("410", missing_is_404, PASS, invented(410)),
    case("too many requests", missing_is_404, UNKNOWN, invented(429)),
    case("an invented page is not its subject", missing_is_404, SKIP, exchange("/sc1", probe="missing", label="page")),
    case(
        "a script under a page's type is typed's",
        missing_is_404,
        SKIP,
        loads("/a.js"),
        exchange("/a.js", content_type="text/html", body="let a = 1"),
    ),
    case("no chunk", missing_is_404, SKIP, exchange("/")),
    case(
        "lost",
        missing_is_404,
        UNKNOWN,
        cc(HASHED, YEAR),
        failure("/_next/static/sc1.0a1b2c3d.js", probe="missing", of=1, label="asset"),
    ),
]


def source_map(
    status: int = 200, body: str | None = '{"version":3,"sources":[],"mappings":""}', **keys: Any
) -> tuple[Exchange, ...]:
    """Return a chunk, and the answer for its source map."""
    answer = exchange(HASHED + ".map", probe="missing", of=1, label="source map", status=status, body=body, **keys)
    return cc(HASHED, YEAR), answer


PUBLIC = profile(routes={**ROUTES, "chunks": {**ROUTES["chunks"], "source_maps": "public"}})
INLINE = "let a\n//# sourceMappingURL=data:application/json;base64," + "eyJ2" * 100
MAPS = [
    case("a source map", source_maps_private, FAIL, source_map(), observed="status 200, a source map"),
    case("of a type nobody knows", source_maps_private, FAIL, source_map(content_type="application/octet-stream")),
    case("whose text was not kept", source_maps_private, FAIL, source_map(body=None, decoded_bytes=90_000)),
    case("inside the script", source_maps_private, FAIL, exchange(HASHED, body=INLINE)),
    case("an empty one inside the script", source_maps_private, SKIP, exchange(HASHED, body=INLINE[:90])),
    case("none", source_maps_private, PASS, source_map(404)),
    case("refused", source_maps_private, PASS, source_map(403)),
    case("the shell instead", source_maps_private, PASS, source_map(body=SHELL, content_type="text/html")),
    case("an answer in JSON that is none", source_maps_private, PASS, source_map(body='{"error":"not found"}')),
    case("declared public", source_maps_private, SKIP, source_map(), profile=PUBLIC, reason="declared public"),
    case("no script", source_maps_private, SKIP, exchange("/")),
    case(
        "lost",
        source_maps_private,
        UNKNOWN,
        cc(HASHED, YEAR),
        failure(HASHED + ".map", probe="missing", of=1, label="source map"),
    ),
]

CASES: list[Any] = [*FINGERPRINTED, *IMMUTABLE, *SHORT, *COOKIELESS, *MISSING, *MAPS]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()


def test_a_script_of_two_pages_is_told_once() -> None:
    pages = (exchange(path, body='<script src="/app.js"></script>') for path in ("/", "/about"))
    assert len(judged(fingerprinted, site(*pages, cc("/app.js", "no-cache"))).findings) == 1
