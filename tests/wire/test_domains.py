import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalecheck.wire.domains import owner, registrable_domain


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("shop.test", "shop.test"),
        ("cdn.shop.test", "shop.test"),
        ("A.B.Shop.CO.UK.", "shop.co.uk"),
        ("shop.com.au", "shop.com.au"),
        ("co.uk", "co.uk"),
        ("x.github.io", "x.github.io"),
        ("d1.cloudfront.net", "d1.cloudfront.net"),
        ("localhost", "localhost"),
        ("intranet", "intranet"),
        ("127.0.0.1", "127.0.0.1"),
        ("10.0.0.1", "10.0.0.1"),
        ("[::1]", "::1"),
        ("", ""),
        ("a..b", "a..b"),
    ],
)
def test_registrable_domain(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.shop.test:8443/a", "shop.test"),
        ("http://127.0.0.1:8080/", "127.0.0.1"),
        ("data:text/plain,x", ""),
        ("https://[", ""),
    ],
)
def test_owner(url: str, domain: str) -> None:
    assert owner(url) == domain


@given(st.text(max_size=80))
def test_nothing_is_too_odd(text: str) -> None:
    registrable_domain(text)
    owner(f"https://{text}/")
