"""What assets hold and how they travel."""

import gzip
from typing import Any

import pytest

from scalecheck.checks.assets import (
    compressed,
    fonts,
    kept_after_deploy,
    no_duplicates,
    same_bytes,
    same_bytes_since,
    typed,
)
from scalecheck.model.evidence import Exchange, Record
from scalecheck.model.site import Site
from tests.checks.rows import (
    FAIL,
    PASS,
    ROUTES,
    SKIP,
    UNKNOWN,
    WARN,
    Case,
    case,
    exchange,
    failure,
    profile,
    site,
)

HASHED = "/_next/static/app.9f2c1b7e.js"
OTHER = "/_next/static/lib.0b1c2d3e.js"
SHELL = "<!doctype html><title>Shop</title><div id=root></div>"
LONG = "".join(f"export const value{number} = {number * number};\n" for number in range(200))
GZIPPED = len(gzip.compress(LONG.encode(), 6))


def asked(body: str = "let a", probe: str = "again", label: str = "1", **keys: Any) -> Exchange:
    return exchange(HASHED, probe=probe, of=1, label=label, body=body, **keys)


FIRST = exchange(HASHED, body="let a")
SAME = [
    case("other bytes on another node", same_bytes, FAIL, FIRST, asked(), asked("let b", label="2")),
    case(
        "other bytes in br",
        same_bytes,
        FAIL,
        FIRST,
        asked("let b", "encodings", "br", fields={"content-encoding": "br"}),
    ),
    case("gone on another node", same_bytes, FAIL, FIRST, asked(status=404), observed="status 404"),
    case("the same", same_bytes, PASS, FIRST, asked(), asked(label="2"), observed="the same bytes 3 times"),
    case("a repeat that failed proves nothing", same_bytes, PASS, FIRST, asked(), asked("oops", label="2", status=503)),
    case("a repeat cut short proves nothing", same_bytes, PASS, FIRST, asked(), asked("le", label="2", truncated=True)),
    case("asked once", same_bytes, SKIP, FIRST),
    case(
        "no fingerprint",
        same_bytes,
        SKIP,
        exchange("/static/a.js"),
        exchange("/static/a.js", probe="again", of=1, body="let b"),
    ),
    case("lost", same_bytes, UNKNOWN, FIRST, failure(HASHED, probe="again", of=1)),
]


def before(*records: Record) -> Site:
    return site(*records)


def kept(body: str = "let a", status: int = 200, **keys: Any) -> Exchange:
    return exchange(HASHED, probe="kept", body=body, status=status, **keys)


SINCE = [
    case("other bytes", same_bytes_since, FAIL, exchange(HASHED, body="let b"), before=before(FIRST)),
    case("other bytes under a name that pages left", same_bytes_since, FAIL, kept("let b"), before=before(FIRST)),
    case("the same", same_bytes_since, PASS, FIRST, before=before(FIRST)),
    case("gone is kept_after_deploy's", same_bytes_since, SKIP, kept(status=404), before=before(FIRST)),
    case("a new name", same_bytes_since, SKIP, exchange(OTHER), before=before(FIRST)),
    case(
        "no fingerprint",
        same_bytes_since,
        SKIP,
        exchange("/static/a.js", body="b"),
        before=before(exchange("/static/a.js")),
    ),
    case("cut short then", same_bytes_since, SKIP, FIRST, before=before(exchange(HASHED, body="le", truncated=True))),
    case("no earlier run", same_bytes_since, SKIP, FIRST, reason="--before"),
    case("lost", same_bytes_since, UNKNOWN, failure(HASHED, probe="kept"), before=before(FIRST)),
    case("gone", kept_after_deploy, FAIL, kept(status=404), before=before(FIRST), observed="status 404"),
    case(
        "the shell instead",
        kept_after_deploy,
        FAIL,
        kept(SHELL, content_type="text/html"),
        before=before(FIRST),
        observed="status 200, the page shell",
    ),
    case("kept", kept_after_deploy, PASS, kept(), before=before(FIRST)),
    case("still named", kept_after_deploy, PASS, FIRST, before=before(FIRST)),
    case(
        "one of two gone",
        kept_after_deploy,
        FAIL,
        exchange(OTHER),
        kept(status=410),
        before=before(FIRST, exchange(OTHER)),
    ),
    case("new ones prove nothing", kept_after_deploy, SKIP, exchange(OTHER), before=before(exchange("/"))),
    case("no earlier run", kept_after_deploy, SKIP, FIRST, reason="--before"),
    case("lost", kept_after_deploy, UNKNOWN, failure(HASHED, probe="kept"), before=before(FIRST)),
]

TWIN = "let twin = 1;" * 40


def page(*tags: str) -> Exchange:
    return exchange("/", body="".join(tags))


def script(url: str, extra: str = "") -> str:
    return f'<script {extra} src="{url}"></script>'


def image(url: str) -> str:
    return f'<img src="{url}">'


DUPLICATES = [
    case(
        "a library under two names",
        no_duplicates,
        FAIL,
        page(script(HASHED), script(OTHER)),
        exchange(HASHED, body=TWIN),
        exchange(OTHER, body=TWIN),
    ),
    case(
        "under two queries",
        no_duplicates,
        FAIL,
        page(script("/static/a.js?v=1"), script("/static/a.js?v=2")),
        exchange("/static/a.js?v=1", body=TWIN),
        exchange("/static/a.js?v=2", body=TWIN),
    ),
    case(
        "a picture under two names",
        no_duplicates,
        WARN,
        page(image("/images/a.png"), image("/images/b.png")),
        exchange("/images/a.png", body=TWIN),
        exchange("/images/b.png", body=TWIN),
    ),
    case(
        "named twice, loaded once",
        no_duplicates,
        PASS,
        page(script(HASHED), script(HASHED)),
        exchange(HASHED, body=TWIN),
    ),
    case(
        "two bodies",
        no_duplicates,
        PASS,
        page(script(HASHED), script(OTHER)),
        exchange(HASHED, body=TWIN),
        exchange(OTHER, body=TWIN + "2"),
    ),
    case(
        "on two pages",
        no_duplicates,
        PASS,
        page(script(HASHED)),
        exchange("/about", body=script(OTHER)),
        exchange(HASHED, body=TWIN),
        exchange(OTHER, body=TWIN),
    ),
    case(
        "for old browsers",
        no_duplicates,
        PASS,
        page(script(HASHED), script(OTHER, "nomodule")),
        exchange(HASHED, body=TWIN),
        exchange(OTHER, body=TWIN),
    ),
    case(
        "one of several icons",
        no_duplicates,
        SKIP,
        page('<link rel=icon href="/images/a.png">', '<link rel="apple-touch-icon" href="/images/b.png">'),
        exchange("/images/a.png", body=TWIN),
        exchange("/images/b.png", body=TWIN),
    ),
    case(
        "empty files",
        no_duplicates,
        SKIP,
        page(script(HASHED), script(OTHER)),
        exchange(HASHED, body="//"),
        exchange(OTHER, body="//"),
    ),
    case(
        "the shell twice is missing_is_404's",
        no_duplicates,
        SKIP,
        page(script(HASHED), script(OTHER)),
        *(exchange(url, body=SHELL + TWIN, content_type="text/html") for url in (HASHED, OTHER)),
    ),
    case("lost", no_duplicates, UNKNOWN, failure("/")),
]


def sent(coding: str, wire_bytes: int, body: str | None = LONG, **keys: Any) -> Exchange:
    fields = {"vary": "Accept-Encoding"} | ({"content-encoding": coding} if coding != "identity" else {})
    return exchange(HASHED, fields, body=body, wire_bytes=wire_bytes, **keys)


def coded(label: str, coding: str, vary: str = "Accept-Encoding", **keys: Any) -> Exchange:
    fields = {"vary": vary} | ({"content-encoding": coding} if coding != "identity" else {})
    return exchange(HASHED, fields, probe="encodings", of=1, label=label, body=LONG, **keys)


IDENTITY = coded("identity", "identity")
AT_MOST = int(GZIPPED * 1.1) + 64
COMPRESSED = [
    case(
        "not at all", compressed, FAIL, sent("identity", len(LONG)), IDENTITY, observed=f"identity, {len(LONG)} bytes"
    ),
    case("larger than gzip -6", compressed, FAIL, sent("gzip", AT_MOST + 1), IDENTITY),
    case("br, and larger than gzip -6", compressed, FAIL, sent("br", AT_MOST + 1), IDENTITY),
    case("not at all, and not kept", compressed, FAIL, sent("identity", 9000, None, decoded_bytes=9000), IDENTITY),
    case("identity asked, gzip sent", compressed, FAIL, sent("gzip", 500), coded("identity", "gzip"), observed="gzip"),
    case(
        "a body that is not what it says",
        compressed,
        FAIL,
        sent("br", 500),
        coded("br", "br", undecodable="br: broken"),
        observed="br: broken",
    ),
    case("gzip", compressed, WARN, sent("gzip", AT_MOST), IDENTITY),
    case("br", compressed, PASS, sent("br", 500), IDENTITY),
    case("zstd", compressed, PASS, sent("zstd", 500), IDENTITY),
    case("br, of a body that was not kept", compressed, PASS, sent("br", 500, None, decoded_bytes=9000), IDENTITY),
    case("in one packet", compressed, SKIP, sent("identity", 1399, "a" * 1399), IDENTITY),
    case(
        "mixed up for want of Vary",
        compressed,
        SKIP,
        sent("br", 500),
        coded("identity", "gzip", vary=""),
        reason="vary_names_encoding",
    ),
    case(
        "an image",
        compressed,
        SKIP,
        exchange("/images/a.png", body=LONG),
        exchange("/images/a.png", probe="encodings", of=1, label="identity"),
    ),
    case("not asked", compressed, SKIP, sent("identity", len(LONG))),
    case(
        "lost", compressed, UNKNOWN, sent("identity", len(LONG)), failure(HASHED, probe="encodings", of=1, label="br")
    ),
]

BARE = profile(routes={"home": ROUTES["home"]})


def of_type(url: str, content_type: str, body: str = "") -> Exchange:
    return exchange(url, content_type=content_type, body=body)


TYPED = [
    case("a script as text", typed, FAIL, of_type(HASHED, "text/plain"), observed="text/plain"),
    case("a script as a page", typed, FAIL, of_type(HASHED, "text/html", "let a = 1")),
    case("a module nobody knows", typed, FAIL, of_type("/static/a.mjs", "application/octet-stream")),
    case("a style as text", typed, FAIL, of_type("/static/a.css", "text/plain; charset=utf-8")),
    case("a drawing as text", typed, FAIL, of_type("/images/a.svg", "text/xml")),
    case("no type", typed, FAIL, exchange(HASHED, content_type="")),
    case(
        "undeclared, but a page loads it as a script",
        typed,
        FAIL,
        page(script("/a.php")),
        of_type("/a.php", "text/plain"),
        profile=BARE,
    ),
    case("a font as bytes", typed, WARN, of_type("/fonts/a.ttf", "application/octet-stream")),
    case(
        "umlauts without charset", typed, WARN, of_type(HASHED, "text/javascript", "let ä"), observed="text/javascript"
    ),
    case("umlauts, and a charset", typed, PASS, of_type(HASHED, "text/javascript; charset=UTF-8", "let ä")),
    case(
        "umlauts, and the sheet says so", typed, PASS, of_type("/static/a.css", "text/css", '@charset "utf-8"; /* ä */')
    ),
    case("ASCII without charset", typed, PASS, of_type(HASHED, "application/javascript", "let a")),
    case("an image that the edge made smaller", typed, PASS, of_type("/images/a.jpg", "image/avif")),
    case("a file of no known extension", typed, PASS, of_type("/static/a.xyz", "application/octet-stream")),
    case(
        "a script without extension",
        typed,
        PASS,
        page(script("/run")),
        of_type("/run", "text/javascript"),
        profile=BARE,
    ),
    case(
        "the shell is missing_is_404's",
        typed,
        SKIP,
        page(script(HASHED)),
        of_type(HASHED, "text/html", SHELL),
        reason="missing_is_404",
    ),
    case("no asset", typed, SKIP, page()),
    case("lost", typed, UNKNOWN, page(script(HASHED)), failure(HASHED)),
]

PRELOAD = '<link rel="preload" as="font" href="/fonts/a.woff2"{}>'


def sheet(text: str) -> Exchange:
    return exchange("/static/a.css", body=text)


FACE = "@font-face {{ font-family: Inter; src: url(/fonts/{}); {} }}"
SWAP = "font-display: swap"
FONTS = [
    case("a preload without crossorigin", fonts, FAIL, page(PRELOAD.format(""))),
    case("a TTF alone", fonts, FAIL, sheet(FACE.format("a.ttf", SWAP)), observed="https://shop.test/fonts/a.ttf"),
    case("no font-display", fonts, FAIL, sheet(FACE.format("a.woff2", "")), observed="Inter: no font-display"),
    case("auto", fonts, FAIL, sheet(FACE.format("a.woff2", "font-display: auto"))),
    case("in the page itself", fonts, FAIL, page(f"<style>{FACE.format('a.ttf', SWAP)}</style>")),
    case("one of two faces", fonts, FAIL, sheet(FACE.format("a.woff2", SWAP) + FACE.format("b.woff2", ""))),
    case("block, as icons want it", fonts, WARN, sheet(FACE.format("a.woff2", "font-display: block"))),
    case("WOFF2 and swap", fonts, PASS, sheet(FACE.format("a.woff2", SWAP))),
    case(
        "WOFF2 with a TTF behind it",
        fonts,
        PASS,
        sheet("@font-face { src: url(a) format('woff2'), url(a.ttf); font-display: optional }"),
    ),
    case("a preload with crossorigin", fonts, PASS, page(PRELOAD.format(" crossorigin"))),
    case("local fonts load nothing", fonts, SKIP, sheet("@font-face { font-family: A; src: local(Arial) }")),
    case("no font", fonts, SKIP, page("<p>"), sheet("p { margin: 0 }")),
    case("lost", fonts, UNKNOWN, page("<p>"), failure("/static/a.css")),
]

CASES: list[Any] = [*SAME, *SINCE, *DUPLICATES, *COMPRESSED, *TYPED, *FONTS]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
