"""Cookies as browsers keep and send them."""

import pytest

from scalecheck.swarm.cookies import COOKIES_AT_MOST, Cookie, Jar, read_cookie
from scalecheck.wire.fields import Fields
from scalecheck.wire.set_cookie import NEVER, cookie_date, set_cookies

NOW = 1_795_000_000.0
HOST, PATH = "www.shop.co.uk", "/a/b"


def read(line: str, host: str = HOST, path: str = PATH, *, secure: bool = True) -> Cookie | None:
    (said,) = set_cookies(Fields.of(set_cookie=line))
    return read_cookie(said, host, path, NOW, secure=secure)


def jar(*lines: str, host: str = HOST, path: str = PATH, secure: bool = True) -> Jar:
    made = Jar()
    for line in lines:
        cookie = read(line, host, path, secure=secure)
        if cookie is not None:
            made.keep(cookie, NOW, secure=secure)
    return made


def sent(those: Jar, host: str = HOST, path: str = "/a/b", *, now: float = NOW, secure: bool = True) -> str:
    fields, lines = those.sent(host, path, now, secure=secure)
    value = fields[0][1] if fields else ""
    assert lines == (f"Cookie: {value}\r\n".encode() if fields else b"")
    return value


KEPT = [
    ("a pair", "a=b", "a=b"),
    ("no name", "b", "b"),
    ("an empty value", "a=", "a="),
    ("nothing", "", ""),
    ("nothing but attributes", "; path=/", ""),
    ("a control character", "a=\x01", ""),
    ("too long", "a=" + "b" * 4096, ""),
    ("as long as may be", "a=" + "b" * 4095, "a=" + "b" * 4095),
    ("an equals sign", "a=b=c", "a=b=c"),
    ("quotes stay", 'a="b c"', 'a="b c"'),
]


@pytest.mark.parametrize(("line", "value"), [pytest.param(*row[1:], id=row[0]) for row in KEPT])
def test_what_is_kept(line: str, value: str) -> None:
    assert sent(jar(line)) == value


DOMAINS = [
    ("none", "", HOST, True),
    ("none, below", "", f"x.{HOST}", False),
    ("its own", "; domain=www.shop.co.uk", f"x.{HOST}", True),
    ("above", "; domain=shop.co.uk", "shop.co.uk", True),
    ("above, with a dot and capitals", "; Domain=.Shop.co.uk", "img.shop.co.uk", True),
    ("above, but another's", "; domain=shop.co.uk", "othershop.co.uk", False),
    ("a public suffix", "; domain=co.uk", HOST, False),
    ("another's", "; domain=other.example", HOST, False),
    ("below", "; domain=x.www.shop.co.uk", HOST, False),
    ("empty: none", "; domain=", HOST, True),
    ("the last one counts", "; domain=other.example; domain=shop.co.uk", "shop.co.uk", True),
]


@pytest.mark.parametrize(("domain", "host", "comes"), [pytest.param(*row[1:], id=row[0]) for row in DOMAINS])
def test_domains(domain: str, host: str, comes: bool) -> None:
    assert bool(sent(jar(f"a=b{domain}"), host)) is comes


ADDRESSES = [
    ("127.0.0.1", "", "127.0.0.1", True),
    ("127.0.0.1", "; domain=127.0.0.1", "127.0.0.1", True),
    ("127.0.0.1", "; domain=0.0.1", "127.0.0.1", False),
    ("127.0.0.1", "; domain=127.0.0.1", "1.127.0.0.1", False),
    ("localhost", "; domain=localhost", "localhost", True),
    ("localhost", "; domain=localhost", "a.localhost", False),
]


@pytest.mark.parametrize(("by", "domain", "host", "comes"), ADDRESSES)
def test_addresses_and_names_of_one_label(by: str, domain: str, host: str, comes: bool) -> None:
    assert bool(sent(jar(f"a=b{domain}", host=by), host)) is comes


PATHS = [
    ("default", "", "/a/b", "/a", True),
    ("default, beside", "", "/a/b", "/ab", False),
    ("default, above", "", "/a/b", "/", False),
    ("default of the root", "", "/b", "/", True),
    ("default of a folder", "", "/a/", "/a/x", True),
    ("no path", "; path=", "/a/b", "/a/x", True),
    ("a path that is none", "; path=a", "/a/b", "/a/x", True),
    ("its own", "; path=/x", "/a/b", "/x", True),
    ("below its own", "; path=/x", "/a/b", "/x/y", True),
    ("longer, not below", "; path=/x", "/a/b", "/xy", False),
    ("with a slash", "; path=/x/", "/a/b", "/x", False),
    ("with a slash, below", "; path=/x/", "/a/b", "/x/y", True),
]


@pytest.mark.parametrize(("attribute", "by", "path", "comes"), [pytest.param(*row[1:], id=row[0]) for row in PATHS])
def test_paths(attribute: str, by: str, path: str, comes: bool) -> None:
    assert bool(sent(jar(f"a=b{attribute}", path=by), path=path)) is comes


SECURE = [
    ("plain, plain", "a=b", False, False, True),
    ("secure, set over plain http", "a=b; secure", False, True, False),
    ("secure, asked over plain http", "a=b; secure", True, False, False),
    ("secure", "a=b; secure", True, True, True),
    ("__Secure-, not secure", "__Secure-a=b", True, True, False),
    ("__secure-, in small letters", "__secure-a=b", True, True, False),
    ("__Secure-", "__Secure-a=b; secure", True, True, True),
    ("__Host-, no path", "__Host-a=b; secure", True, True, False),
    ("__Host-, a domain", "__Host-a=b; secure; path=/; domain=www.shop.co.uk", True, True, False),
    ("__Host-", "__Host-a=b; secure; path=/", True, True, True),
]


@pytest.mark.parametrize(("line", "by", "to", "comes"), [pytest.param(*row[1:], id=row[0]) for row in SECURE])
def test_secure(line: str, by: bool, to: bool, comes: bool) -> None:
    assert bool(sent(jar(line, secure=by), secure=to)) is comes


def test_plain_http_replaces_no_secure_cookie() -> None:
    kept = jar("a=1; secure; path=/")
    plain = read("a=2; path=/x", secure=False)
    assert plain is not None
    kept.keep(plain, NOW, secure=False)
    assert sent(kept, path="/x") == "a=1"


LIFE = [
    ("the visit's", "", 1e9, True),
    ("max-age, just before", "; max-age=10", 9.9, True),
    ("max-age, over", "; max-age=10", 10, False),
    ("max-age of nothing", "; max-age=0", 0, False),
    ("max-age before the present", "; max-age=-1", 0, False),
    ("max-age that is no number", "; max-age=1.5", 1e9, True),
    ("expires, over", "; expires=Thu, 01 Jan 1970 00:00:00 GMT", 0, False),
    ("expires, to come", "; expires=Fri, 01-Jan-2100 00:00:00 GMT", 1e6, True),
    ("expires that is no date", "; expires=soon", 1e9, True),
    ("max-age comes first", "; max-age=10; expires=Thu, 01 Jan 1970 00:00:00 GMT", 9, True),
]


@pytest.mark.parametrize(("attribute", "after_s", "comes"), [pytest.param(*row[1:], id=row[0]) for row in LIFE])
def test_lifetimes(attribute: str, after_s: float, comes: bool) -> None:
    assert bool(sent(jar(f"a=b{attribute}"), now=NOW + after_s)) is comes


def test_a_cookie_replaces_its_like_and_goes_by_expiring() -> None:
    kept = jar("a=1; path=/", "b=2; path=/", "a=3; path=/")
    assert sent(kept) == "a=3; b=2"
    for line, left in (
        ("b=; path=/; max-age=0", "a=3"),
        ("a=; path=/a; max-age=0", "a=3"),
        ("a=; path=/; max-age=0", ""),
    ):
        cookie = read(line)
        assert cookie is not None
        kept.keep(cookie, NOW, secure=True)
        assert sent(kept) == left
    assert len(kept) == 0


def test_longer_paths_come_first_then_older_cookies() -> None:
    kept = jar("a=1; path=/", "b=2; path=/a/b", "c=3; path=/a", "d=4; path=/")
    assert sent(kept) == "b=2; c=3; a=1; d=4"
    assert sent(kept, path="/a") == "c=3; a=1; d=4"
    assert sent(kept, path="/") == "a=1; d=4"


def test_the_field_is_written_once_until_a_cookie_changes() -> None:
    kept = jar("a=1; path=/; max-age=60")
    first = kept.sent(HOST, "/x", NOW, secure=True)
    assert kept.sent(HOST, "/y", NOW, secure=True) is first
    same = read("a=1; path=/; max-age=90")
    assert same is not None
    kept.keep(same, NOW, secure=True)
    assert kept.sent(HOST, "/y", NOW + 70, secure=True)[0] == (("Cookie", "a=1"),)
    assert kept.sent(HOST, "/y", NOW + 90, secure=True) == ((), b"")


def test_jars_are_bounded() -> None:
    kept = jar(*(f"c{number}=1; path=/" for number in range(COOKIES_AT_MOST + 2)))
    assert len(kept) == COOKIES_AT_MOST
    assert sent(kept).startswith("c2=1; c3=1")


DATES = [
    ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
    ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
    ("Sun Nov  6 08:49:37 1994", 784_111_777),
    ("1994 nov 6 8:49:37", 784_111_777),
    ("06 Nov 1994 08:49:37 +0100", 784_111_777),
    ("06 Nov 69 00:00:00", 3_150_921_600),
    ("06 Nov 70 00:00:00", 26_697_600),
    ("06 Nov 1994", None),
    ("31 Feb 1994 00:00:00", None),
    ("06 Nov 1994 24:00:00", None),
    ("06 Nov 1600 00:00:00", None),
    ("", None),
    ("8:49:37 6 6 6", None),
]


@pytest.mark.parametrize(("text", "at"), DATES)
def test_dates(text: str, at: int | None) -> None:
    assert cookie_date(text) == at


def test_a_cookie_without_an_end_never_expires() -> None:
    cookie = read("a=b")
    assert cookie is not None
    assert cookie.expires_at == NEVER
