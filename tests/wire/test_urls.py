import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.urls import (
    URL_AT_MOST,
    PathPattern,
    address,
    is_loopback,
    is_private,
    normalise,
    origin,
    path_of,
    resolve,
    same_origin,
    with_query,
    without_fragment,
)

BASE = "https://shop.test/a/b?q=1#f"


@pytest.mark.parametrize(
    "reference",
    [
        "http://[",
        "http://[::1",
        "http://",
        "http://a b/",
        "http://h:99999/",
        "http://h:x/",
        "http://256.1.1.1/",
        "http://1.2.3.4.5/",
        "http://exa%20mple/",
        "http://exa%2fmple/",
        "http://\ud800/",
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "blob:https://shop.test/1",
        "mailto:a@b.test",
        "tel:1",
        "ftp://h/",
        "file:///etc/passwd",
        "about:blank",
        "/" + "x" * URL_AT_MOST,
    ],
)
def test_what_is_no_web_address_has_no_reading(reference: str) -> None:
    assert resolve(BASE, reference) is None


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("", "https://shop.test/a/b?q=1"),
        ("#top", "https://shop.test/a/b?q=1"),
        ("c", "https://shop.test/a/c"),
        ("./c", "https://shop.test/a/c"),
        ("../../../c", "https://shop.test/c"),
        ("/x/../y/./z/..", "https://shop.test/y/"),
        ("https://shop.test/x/../y", "https://shop.test/y"),
        ("?r=2", "https://shop.test/a/b?r=2"),
        ("//cdn.test/x", "https://cdn.test/x"),
        ("  /x\n", "https://shop.test/x"),
        ("/a\tb", "https://shop.test/ab"),
        ("\\\\evil.test\\x", "https://evil.test/x"),
        ("http://evil.test\\@shop.test/", "http://evil.test/@shop.test/"),
        ("HTTP://SHOP.test:80", "http://shop.test/"),
        ("https://shop.test:443/x#y", "https://shop.test/x"),
        ("https://shop.test:8443/", "https://shop.test:8443/"),
        ("https://user:secret@shop.test/", "https://shop.test/"),
        ('/a b?c d="é"', "https://shop.test/a%20b?c%20d=%22%C3%A9%22"),
        ("/%7Euser/%e9", "https://shop.test/%7Euser/%e9"),
        ("/_next/[slug]/{a}", "https://shop.test/_next/[slug]/%7Ba%7D"),
        ("http://bücher.test/", "http://xn--bcher-kva.test/"),
        ("http://127.1/", "http://127.0.0.1/"),
        ("http://0x7f000001/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://%31%32%37.0.0.1/", "http://127.0.0.1/"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
        ("http://[0:0:0:0:0:0:0:1]/", "http://[::1]/"),
        ("/" + "\ud800", "https://shop.test/%3F"),
    ],
)
def test_a_reference_resolves_as_in_browsers(reference: str, expected: str) -> None:
    assert resolve(BASE, reference) == expected


def test_origins_compare_by_scheme_host_and_port() -> None:
    assert origin("HTTPS://Shop.test:443/x") == "https://shop.test"
    assert origin("https://shop.test:8443/x") == "https://shop.test:8443"
    assert origin("nonsense") is None
    assert same_origin("https://shop.test/a", "https://SHOP.test:443/b")
    assert not same_origin("https://shop.test/", "http://shop.test/")
    assert not same_origin("https://shop.test/", "https://shop.test:8443/")
    assert not same_origin("", "")


def test_an_address_has_its_default_port() -> None:
    assert address("https://shop.test/") == ("shop.test", 443)
    assert address("http://shop.test:8080") == ("shop.test", 8080)
    assert address("http://[::1]:1/") == ("::1", 1)
    assert address("http://[") is None


@pytest.mark.parametrize(
    ("host", "loopback", "private"),
    [
        ("shop.test", False, False),
        ("8.8.8.8", False, False),
        ("[2606:4700::1111]", False, False),
        ("localhost.example", False, False),
        ("127.0.0.1", True, True),
        ("127.1", True, True),
        ("0x7f.1", True, True),
        ("2130706433", True, True),
        ("127.0.0.1.", True, True),
        ("[::1]", True, True),
        ("::ffff:127.0.0.1", True, True),
        ("localhost", True, True),
        ("Shop.Localhost.", True, True),
        ("10.0.0.1", False, True),
        ("192.168.1.1", False, True),
        ("172.16.0.1", False, True),
        ("169.254.169.254", False, True),
        ("::ffff:10.0.0.1", False, True),
        ("fd00::1", False, True),
        ("fe80::1", False, True),
        ("0.0.0.0", False, True),
        ("100.64.0.1", False, True),
        ("224.0.0.1", False, True),
        ("", False, False),
        ("1.2.3.4.5", False, False),
    ],
)
def test_private_addresses_are_known_in_every_notation(host: str, loopback: bool, private: bool) -> None:
    assert (is_loopback(host), is_private(host)) == (loopback, private)


def test_a_query_is_added_behind_what_stands_there() -> None:
    assert with_query("https://h/a#f", utm="x y") == "https://h/a?utm=x+y"
    assert with_query("https://h/a?b=%20&c", utm="1", v="2") == "https://h/a?b=%20&c&utm=1&v=2"
    assert with_query("https://h/a?", utm="1") == "https://h/a?utm=1"
    assert without_fragment("https://h/a#b#c") == "https://h/a"
    assert path_of("https://h?q") == "/"
    assert path_of("http://[") == "/"


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/products/{id}", "/products/1/reviews", False),
        ("/products/{id}", "/products/", False),
        ("/products/{id}", "/products", False),
        ("/products/{id}", "/products/1/", False),
        ("/products/{id}", "/products/1", True),
        ("/products/*", "/products/", False),
        ("/products/*", "/products/a.b", True),
        ("/products/*/x", "/products/1/2/x", False),
        ("/item-{id}.html", "/item-.html", False),
        ("/item-{id}.html", "/item-7.html", True),
        ("/item-{id}.html", "/item-7.htmlx", False),
        ("/{a}-{b}", "/1-2-3", True),
        ("/{a}-{b}", "/1-", False),
        ("/{a}-{b}", "/-1", False),
        ("/aa*a", "/aa", False),
        ("/aa*a", "/aaa", True),
        ("/feeds/*.xml", "/feeds/.xml", True),
        ("/feeds/*.xml", "/feeds/a/b.xml", False),
        ("/images/**", "/image", False),
        ("/images/**", "/imagesx", False),
        ("/images/**", "/images", True),
        ("/images/**", "/images/", True),
        ("/images/**", "/images/a/b/c.png", True),
        ("/**", "/", True),
        ("/**/*.js", "/a.js", True),
        ("/**/*.js", "/a/b/c.js", True),
        ("/**/*.js", "/a/b/c.css", False),
        ("/a/**/b/**/c", "/a/b/x/b/y/c", True),
        ("/a/**/b/**/c", "/a/x/y/c", False),
        ("/_next/static/**", "/_next/static/chunks/a.js", True),
        ("/", "/", True),
        ("/", "/a", False),
        ("/sw.js", "/swxjs", False),
        ("/blog/[slug]", "/blog/[slug]", True),
        ("/suche/größe", "/suche/gr%C3%B6%C3%9Fe", True),
        ("/products/{id", "/products/1", False),
    ],
)
def test_a_path_pattern_takes_segments(pattern: str, path: str, expected: bool) -> None:
    assert PathPattern(pattern).matches(path) is expected


def test_a_path_pattern_is_linear_in_the_path() -> None:
    assert not PathPattern("/**/a/**/a/**/a*a*a*b").matches("/a" * 100_000)
    assert not PathPattern("/*a*a*a*a*b").matches("/" + "a" * 1_000_000)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["", "http://", "//", "/", "http://[", "http://h:", "https://h/"]))
def test_never_raises(text: str, prefix: str) -> None:
    url = prefix + text
    resolved = resolve(BASE, url)
    assert resolved is None or (resolved.isascii() and normalise(resolved) == resolved)
    assert resolve(url, text) != ""
    assert isinstance(is_private(text), bool)
    assert isinstance(PathPattern(text).matches(url), bool)
    assert with_query(url, a=text).count("a=") >= 1
    assert path_of(url)
