"""The proxy that load goes through: where it is, and by which name and password it lets anybody through (RFC 7617)."""

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from scalecheck.model.profile_scalars import read_host

_SECRET = r"\$\{env:[A-Za-z_][A-Za-z0-9_]*\}"
_CREDENTIALS = re.compile(rf"((?:{_SECRET}|[^\s/?#@:])+)(:(?:{_SECRET}|[^\s/?#@])*)?", re.ASCII)
_SECRETS = re.compile(f"(?:{_SECRET})*", re.ASCII)
PROXY = r"^[Hh][Tt][Tt][Pp]://([^\s/?#@]+@)?[^\s/?#@]+/?$"
"""As an editor checks it."""
_EXPECTED = (
    "expected an HTTP proxy such as http://proxy.internal:3128, or http://user:${env:PASSWORD}@proxy.internal:3128, in "
    "which user and password write / ? # @ and % as %2F, %3F, %23, %40 and %25"
)
WITHHELD = "withheld"
"""What stands for credentials that a profile spells out."""


class ProxyParts(NamedTuple):
    """A proxy as a profile declares it."""

    credentials: str
    """`user:password` as they are written; empty without any."""
    authority: str


class Proxy(NamedTuple):
    """An HTTP proxy that every connection goes through."""

    host: str
    port: int
    authorization: str = ""
    """`user:password`, which goes to the proxy as Proxy-Authorization says it; empty without one."""


def proxy_of(url: str | None, revealed: Callable[[str], str]) -> Proxy | None:
    """Return the proxy of a profile's traffic, secrets in place as `revealed` reads them; None where there is none."""
    if url is None:
        return None
    parts = urlsplit(f"//{proxy_parts(url).authority}")
    return Proxy(parts.hostname or "", parts.port or 80, proxy_credentials(url, revealed))


def read_proxy(text: str) -> str:
    """Return the URL of a proxy, host in lower case; secrets stand in its credentials as `${env:NAME}`."""
    scheme, slashes, rest = text.partition("://")
    credentials, at, authority = rest.removesuffix("/").rpartition("@")
    known = _CREDENTIALS.fullmatch(credentials) and unquote(credentials).isprintable() if at else True
    try:
        host = read_host(authority)
    except ValueError:
        raise ValueError(_EXPECTED) from None
    if scheme.lower() != "http" or not slashes or not known:
        raise ValueError(_EXPECTED)
    return f"http://{credentials}{at}{host}"


def proxy_parts(url: str) -> ProxyParts:
    """Return the parts of what `read_proxy` returned."""
    credentials, _, authority = url.removeprefix("http://").rpartition("@")
    return ProxyParts(credentials, authority)


def shown_proxy(url: str) -> str:
    """Return a proxy's URL as it may be written: passwords, and names without one, as `${env:NAME}` or not at all."""
    credentials, authority = proxy_parts(url)
    found = _CREDENTIALS.fullmatch(credentials)
    if found is None:
        return url
    sensitive = found[1] if found[2] is None else found[2].removeprefix(":")
    return url if _SECRETS.fullmatch(sensitive) else f"http://{WITHHELD}@{authority}"


def proxy_credentials(url: str, revealed: Callable[[str], str]) -> str:
    """Return `user:password` of a proxy, escapes undone, secrets in place as `revealed` reads them; empty if none."""
    pieces = re.split(f"({_SECRET})", proxy_parts(url).credentials, flags=re.ASCII)
    found = "".join(revealed(piece) if number % 2 else unquote(piece) for number, piece in enumerate(pieces))
    return found if not found or ":" in found else f"{found}:"
