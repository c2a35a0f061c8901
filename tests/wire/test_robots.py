import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.robots import Robots, read_robots


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", ()),
        (b"# Sitemap: https://shop.test/a.xml", ()),
        (b"Sitemap:\nSitemap: /relative.xml\nSitemap: http://[\nXSitemap: https://shop.test/a.xml", ()),
        (
            b"\xef\xbb\xbfSITEMAP : https://shop.test/a.xml#x\r\nsitemap:https://shop.test/a.xml",
            ("https://shop.test/a.xml",),
        ),
        (b"User-agent: *\nDisallow: /\nSitemap: https://cdn.test/s.xml?a=1", ("https://cdn.test/s.xml?a=1",)),
    ],
)
def test_sitemaps(body: bytes, expected: tuple[str, ...]) -> None:
    assert read_robots(body).sitemaps == expected


@pytest.mark.parametrize(
    ("body", "path", "allowed"),
    [
        ("", "/", True),
        ("<html>", "/", True),
        ("Disallow: /", "/", True),
        ("User-agent: other\nDisallow: /", "/", True),
        ("User-agent: *\nDisallow:", "/", True),
        ("User-agent: *\nDisallow: /", "/x", False),
        ("User-agent: a\nUser-agent: *\nDisallow: /x", "/xy", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: ScaleCheck\nAllow: /", "/x", True),
        ("User-agent: scalecheck\nUser-agent: a\nDisallow: /a\nUser-agent: *\nDisallow: /", "/x", True),
        ("User-agent: *\nDisallow: /a\nUser-agent: b\nDisallow: /b\nUser-agent: *\nDisallow: /c", "/b", True),
        ("User-agent: *\nDisallow: /a\nUser-agent: b\nDisallow: /b\nUser-agent: *\nDisallow: /c", "/c", False),
        ("User-agent: *\nDisallow: /a # private\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.php$", "/x.php", False),
        ("User-agent: *\nDisallow: /*.php$", "/x.php?a=b", True),
        ("User-agent: *\nDisallow: /*?", "/x?a", False),
        ("User-agent: *\nDisallow: /a*b*c", "/aXbX", True),
        ("User-agent: *\nDisallow: /a$", "/a/b", True),
    ],
)
def test_rules(body: str, path: str, allowed: bool) -> None:
    assert read_robots(body.encode()).allows(path) is allowed


def test_robots_is_bounded_and_linear() -> None:
    assert len(read_robots(b"User-agent: *\n" + b"Disallow: /x\n" * 100_000).rules) < 10_000
    assert Robots(rules=(("/" + "*a" * 100 + "b$", False),)).allows("/" + "a" * 100_000)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80), st.text(max_size=30), st.text(max_size=30))
def test_never_raises(body: bytes, rule: str, path: str) -> None:
    text = f"user-agent: *\ndisallow: {rule}\n".encode("utf-8", "replace")
    assert isinstance(read_robots(text + body).allows(path), bool)
