"""Whose host it is: the domain that somebody registered, by the public suffix list (publicsuffix.org)."""

from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from scalecheck.wire.urls import address


@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str:
    """Return the domain below which everything is one owner's: `shop.co.uk` of `cdn.shop.co.uk`.

    What a hosting platform hands out (`x.github.io`, `d1.cloudfront.net`) counts as registered. An address, a public
    suffix and a name of one label are their own.
    """
    name = host.strip("[]").rstrip(".").lower()
    try:
        return str(ip_address(name))
    except ValueError:
        return str(_suffixes().privatesuffix(name) or name)


@lru_cache(maxsize=4096)
def is_public_suffix(host: str) -> bool:
    """Whether anybody may register below a name, so that no cookie may be set for all of it: `co.uk`, `localhost`."""
    return _suffixes().privatesuffix(host.rstrip(".").lower()) is None


def owner(url: str) -> str:
    """Return the registrable domain of an URL's host; empty where it has none."""
    named = address(url)
    return "" if named is None else registrable_domain(named[0])


@lru_cache(maxsize=1)
def _suffixes() -> Any:  # the library has no types
    from publicsuffixlist import PublicSuffixList  # reads its list, 30 ms, when first asked

    return PublicSuffixList()
