import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.fields import Fields
from scalecheck.wire.set_cookie import SetCookie, set_cookies

CASES = [
    ("", SetCookie("", "")),
    ("a", SetCookie("", "a")),
    ("a=", SetCookie("a", "")),
    ("a=b=c", SetCookie("a", "b=c")),
    (' a = "b" ;  Secure ; HttpOnly', SetCookie("a", '"b"', (("secure", ""), ("httponly", "")))),
    ("a=b; SameSite=Lax; Max-Age=60", SetCookie("a", "b", (("samesite", "Lax"), ("max-age", "60")))),
    ("a=b;;", SetCookie("a", "b", (("", ""), ("", "")))),
]


@pytest.mark.parametrize(("line", "expected"), CASES)
def test_set_cookie(line: str, expected: SetCookie) -> None:
    assert set_cookies(Fields.of(set_cookie=line)) == (expected,)


def test_every_line_is_a_cookie() -> None:
    fields = Fields.of(("Set-Cookie", "a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT"), ("set-cookie", "b=2"))
    assert [cookie.name for cookie in set_cookies(fields)] == ["a", "b"]
    assert set_cookies(Fields()) == ()


def test_flags() -> None:
    (cookie,) = set_cookies(Fields.of(set_cookie="__Host-a=1; SECURE; httponly; SameSite=STRICT; Path=/"))
    assert (cookie.secure, cookie.http_only, cookie.same_site, cookie.host_bound) == (True, True, "strict", True)
    (bare,) = set_cookies(Fields.of(set_cookie="a=1; SameSite=maybe; Domain=x.test"))
    assert (bare.secure, bare.http_only, bare.same_site, bare.host_bound) == (False, False, None, False)


def test_the_last_of_an_attribute_counts() -> None:
    (cookie,) = set_cookies(Fields.of(set_cookie="a=1; SameSite=None; SameSite=Lax"))
    assert cookie.same_site == "lax"


@given(st.text() | st.text("a=;, "))
@settings(max_examples=50, deadline=None)
def test_any_text_is_read(line: str) -> None:
    (cookie,) = set_cookies(Fields.of(set_cookie=line))
    assert len(cookie.attributes) == line.count(";")
