import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.sitemap import BYTES_AT_MOST, URLS_AT_MOST, Sitemap, read_sitemap

URL = "https://shop.test/sitemap.xml"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(*locations: str) -> bytes:
    entries = "".join(f"<url><loc>{each}</loc><lastmod>2026-01-01</lastmod></url>" for each in locations)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {NAMESPACE}>{entries}</urlset>'.encode()


@pytest.mark.parametrize(
    ("body", "urls"),
    [
        (urlset(), ()),
        (urlset("", "javascript:x", "http://["), ()),
        (b"<urlset><loc>/x</loc><url><image><loc>/y</loc></image></url></urlset>", ()),
        (urlset("\n https://shop.test/a?b=1&amp;c \n", "https://shop.test/a?b=1&amp;c", "/x"), ("/a?b=1&c", "/x")),
        (b"\xef\xbb\xbf" + urlset("/x"), ("/x",)),
        (urlset("/x").decode().replace("UTF-8", "UTF-16").encode("utf-16"), ("/x",)),
        (gzip.compress(urlset("/x"), mtime=0), ("/x",)),
        (b"<urlset><url><loc><![CDATA[/x]]></loc></url></urlset>", ("/x",)),
    ],
)
def test_urls(body: bytes, urls: tuple[str, ...]) -> None:
    assert read_sitemap(body, URL) == Sitemap(tuple(f"https://shop.test{each}" for each in urls))


def test_an_index_names_sitemaps() -> None:
    body = f"<sitemapindex {NAMESPACE}><sitemap><loc>/a.xml.gz</loc></sitemap></sitemapindex>".encode()
    assert read_sitemap(body, URL) == Sitemap(sitemaps=("https://shop.test/a.xml.gz",))


BOMB = "".join(f'<!ENTITY a{each} "{f"&a{each - 1};" * 10}">' for each in range(1, 10))


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "no XML"),
        (b"<!DOCTYPE html><html>", "refused: DTDForbidden"),
        (b"<!doctype html><html>", "no XML"),
        (f'<!DOCTYPE x [<!ENTITY a0 "ha">{BOMB}]><urlset><url><loc>/&a9;</loc></url></urlset>'.encode(), "refused"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><urlset/>', "refused"),
        (b'<?xml version="1.0" encoding="nonsense"?><urlset/>', "no XML"),
        (b"\xff\xfe\xfd", "no XML"),
        (b"\x1f\x8b garbage", "gzip"),
        (gzip.compress(urlset("/x"), mtime=0)[:-30], "gzip"),
        (b"https://shop.test/a\n", "no XML"),
    ],
)
def test_what_cannot_be_read_is_a_problem(body: bytes, problem: str) -> None:
    read = read_sitemap(body, URL)
    assert problem in read.problem
    assert read.sitemaps == ()


def test_what_came_before_a_mistake_is_kept() -> None:
    read = read_sitemap(b"<urlset><url><loc>/x</loc></url><url><loc>/y</urlset>", URL)
    assert read.urls == ("https://shop.test/x",)
    assert "mismatched tag" in read.problem


@pytest.mark.slow
def test_a_sitemap_is_bounded() -> None:
    body = urlset(*("/x" for _ in range(URLS_AT_MOST + 1)))
    assert read_sitemap(body, URL) == Sitemap(("https://shop.test/x",), truncated=True)
    packed = gzip.compress(b"<urlset>" + b" " * BYTES_AT_MOST, 1)
    assert read_sitemap(packed, URL).truncated


@pytest.mark.parametrize(
    "body", [b"<a>" * 300_000, b"<url><loc>" + b"<b>x</b>" * 100_000, b"<url><loc>" + b"x" * 1_000_000]
)
def test_hostile_sitemaps_take_linear_time(body: bytes) -> None:
    assert read_sitemap(body, URL).urls == ()


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.binary(max_size=60), st.text(st.characters(codec="utf-8"), max_size=30).map(urlset)),
    st.text(max_size=20),
)
def test_never_raises(body: bytes, url: str) -> None:
    assert all(each.startswith("http") for each in read_sitemap(body, url).urls)
