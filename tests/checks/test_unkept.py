"""What an answer itself forbids an edge to keep is named by another check than the edge's."""

from collections.abc import Iterable
from typing import Any

import pytest

from scalecheck.checks.precedence import unkept
from scalecheck.model.evidence import Record
from tests.checks.rows import YEAR, exchange, profile, repeats, site

PAGE = {"cache-control": "public, max-age=0, s-maxage=3600"}
NGINX_HIT, NGINX_MISS = ({"server": "nginx", "x-cache-status": state} for state in ("HIT", "MISS"))
VERCEL_HIT, VERCEL_MISS = (
    {"cache-control": "public, max-age=0, must-revalidate", "server": "Vercel", "x-vercel-cache": state}
    for state in ("HIT", "MISS")
)
OLD = "Tue, 14 Nov 2022 22:13:20 GMT"
CHUNK = "/app.9f2c1b7e.js"

ROWS: list[Any] = [
    ("an answer that says how long", [exchange("/", PAGE)], ""),
    ("one that caches would guess about", [exchange("/", {"last-modified": OLD})], "cache.explicit"),
    ("one that says nothing, kept by a rule of the edge", [exchange("/", NGINX_HIT)], "cache.explicit"),
    ("a chunk that says nothing", [exchange(CHUNK, {"last-modified": OLD})], "assets.immutable"),
    ("a cookie", [exchange("/", {**PAGE, "set-cookie": "a=1"})], "cache.no_cookie_when_shared"),
    ("a cookie on a chunk", [exchange(CHUNK, {"cache-control": YEAR, "set-cookie": "a=1"})], "assets.cookieless"),
    ("a Vary by visitor", [exchange("/", {**PAGE, "vary": "Cookie"})], "cache.vary_is_bounded"),
    ("no time for shared caches", [exchange("/", {"cache-control": "public, max-age=0"})], "cache.contract"),
    (
        "no time, and yet kept by a rule of the edge",
        [
            exchange("/", {"cache-control": "public, max-age=0", **NGINX_MISS}),
            repeats("/", {"cache-control": "public, max-age=0", **NGINX_HIT}),
        ],
        "",
    ),
    ("stripped, and kept", [exchange("/", VERCEL_MISS), repeats("/", VERCEL_HIT)], ""),
    ("stripped, and kept at times", [exchange("/", VERCEL_MISS), repeats("/", VERCEL_MISS, VERCEL_HIT)], ""),
    ("stripped, and never kept", [exchange("/", VERCEL_MISS), repeats("/", VERCEL_MISS)], "cache.contract"),
    ("stripped, and not asked again", [exchange("/", VERCEL_MISS)], ""),
    (
        "a chunk that a stripping edge never keeps",
        [
            exchange(CHUNK, {**VERCEL_MISS, "cache-control": YEAR}),
            repeats(CHUNK, {**VERCEL_MISS, "cache-control": YEAR}),
        ],
        "cache.contract",
    ),
    (
        "a chunk that is given no time, and never kept",
        [exchange(CHUNK, VERCEL_MISS), repeats(CHUNK, VERCEL_MISS)],
        "assets.immutable",
    ),
    ("an edge that keeps what it was told to, badly", [exchange("/", PAGE), repeats("/", {**PAGE, **NGINX_MISS})], ""),
]


@pytest.mark.parametrize(("name", "records", "speaker"), ROWS, ids=[row[0] for row in ROWS])
def test_unkept_is_left_to(name: str, records: list[Record | Iterable[Record]], speaker: str) -> None:
    known = site(*records, asked=("again",))
    subject = next(known.good())
    assert unkept(known, subject) == speaker


def test_company_makes_a_chunk_of_a_name() -> None:
    names = ("index-D7SOqDqN.js", "article-BKX2kYXi.js", "main-KocXUcul.js")
    files = [exchange(f"/assets/{name}", {"cache-control": YEAR}) for name in names]
    known = site(*files, profile=profile(routes={}))
    assert [known.kind(each) for each in known.good()] == ["hashed"] * 3


ICONS = [("/favicon.svg", "static"), ("/icons/apple-touch-icon-180x180.png", "static"), ("/icon.png", "image")]


@pytest.mark.parametrize(("path", "kind"), ICONS)
def test_an_icon_of_the_site_is_no_image_to_keep(path: str, kind: str) -> None:
    known = site(exchange(path), profile=profile(routes={}))
    assert known.kind(next(known.good())) == kind
