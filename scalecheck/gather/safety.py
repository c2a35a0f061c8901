"""What may be asked: hosts, methods and addresses. A page can name any URL; it cannot make us ask one.

Hosts are the site's own and those that the profile allows, port included: a site on loopback leads to no other port of
loopback. Redirects are asked hop by hop, each through the same rules.

Names that the user gave are the user's, so a staging host may well resolve to a private address. But a name that was
public once must not turn private later in the run (DNS rebinding), and no name leads to link-local, metadata,
unspecified or multicast addresses: whoever means those writes the address itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Self

import httpx

from scalecheck.model.evidence import Request

PORTS = {"http": 80, "https": 443}
SAFE_METHODS = frozenset({"GET", "HEAD"})
METADATA = frozenset({"169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"})
"""Where clouds tell a machine its secrets; those outside link-local space need naming."""
NAT64 = IPv6Network("64:ff9b::/96")
"""IPv6 addresses that stand for the IPv4 address in their last 32 bits (RFC 6052)."""

Origin = tuple[str, int]
"""Host in lower case, an IPv6 address without brackets, and port."""
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Rules:
    """Which requests may be sent."""

    origins: frozenset[Origin]
    writes: bool = False
    """Whether methods other than GET and HEAD may be sent."""
    secure: bool = False
    """The site is on https: what an identity adds never goes over plain http."""

    @classmethod
    def of(cls, site: str, allow_hosts: Iterable[str] = (), *, writes: bool = False) -> Self:
        """Return the rules for a site; ValueError when one of these names no host.

        A host without port, and a site on its scheme's own, is asked on the ports of http and https.
        """
        url = httpx.URL(site)
        own = _origin(url)
        origins = {own} if own[1] not in PORTS.values() else {(own[0], port) for port in PORTS.values()}
        for name in allow_hosts:
            host, port = _origin(httpx.URL(f"http://{name}"))
            has_port = ":" in name.rpartition("]")[2]
            origins.update({(host, port)} if has_port else {(host, each) for each in PORTS.values()})
        return cls(frozenset(origins), writes, url.scheme == "https")

    def refusal(self, request: Request) -> str | None:
        """Return why a request is not sent; None when it may be."""
        if request.method not in SAFE_METHODS and not self.writes:
            return f"{request.method} is a write; safety.writes does not allow it"
        try:
            url = parsed(request.url)
            host, port = _origin(url)
        except (httpx.InvalidURL, ValueError) as error:
            return f"no URL that can be asked: {error}"
        if (host, port) not in self.origins:
            return f"{host}:{port} is not the site's own, nor among safety.allow_hosts"
        if request.identity is not None and self.secure and url.scheme != "https":
            return f"identity {request.identity!r} is not sent over plain http"
        return None


@dataclass(slots=True)
class Addresses:
    """Which addresses the allowed names may resolve to; remembers which of them were public."""

    _public: set[str] = field(default_factory=set)

    def refusal(self, name: str, address: str) -> str | None:
        """Return why an address is not connected to for this name; None when it may be."""
        found = _unwrapped(address)
        if found is None:
            return f"{name} resolves to {address}, which is no IP address"
        if _unwrapped(name) == found:
            return None
        if str(found) in METADATA or found.is_link_local or found.is_unspecified or found.is_multicast:
            return f"{name} resolves to {address}; such an address is asked only where it is named itself"
        if found.is_global:
            self._public.add(name)
        elif name in self._public:
            return f"{name} resolved to a public address before, and to {address} now"
        return None


@lru_cache(maxsize=8192)
def parsed(url: str) -> httpx.URL:
    """Return a URL parsed, once for the many requests that ask for it; httpx.InvalidURL for what is none."""
    return httpx.URL(url)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name alone."""
    address = _unwrapped(host)
    return address.is_loopback if address is not None else host == "localhost" or host.endswith(".localhost")


def _origin(url: httpx.URL) -> Origin:
    if url.scheme not in PORTS:
        raise ValueError(f"expected http or https, found {url.scheme or 'no scheme'!r}")
    if url.userinfo:
        raise ValueError("credentials in an URL")
    port = PORTS[url.scheme] if url.port is None else url.port
    if not url.host or not 0 < port < 65536:
        raise ValueError("no host, or a port that is none")
    return url.raw_host.decode("ascii").lower(), port


def _unwrapped(text: str) -> Address | None:
    """Return an IP address, of an IPv6 address that stands for an IPv4 one the latter; None for what is no address."""
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in NAT64:
        inner = IPv4Address(int(address) & 0xFFFF_FFFF)
    return inner or address
