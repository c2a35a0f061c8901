"""Requests as a profile's traffic names them: `GET /api/products/{sku} x3`."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

METHOD = r"[A-Z]{2,20}"
TARGET = r"(?:https?://[^\s/?#{}]+)?/[^\s#]*"
ENDPOINT = rf"{METHOD} {TARGET}"
CALL = rf"{ENDPOINT}( x[1-9]\d{{0,3}})?"
PARAMETER = re.compile(r"\{([A-Za-z_]\w{0,79})\}", re.ASCII)
"""Where a target, a query or a body takes a value of the data."""
SAFE = frozenset({"GET", "HEAD"})
"""Methods that are sent without `writes: true`."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that a page view makes, and how often."""

    endpoint: str
    """Method and target; empty for calls that are counted and not named."""
    times: int = 1

    @property
    def method(self) -> str:
        """The method; empty for unnamed calls."""
        return self.endpoint.partition(" ")[0]

    @property
    def target(self) -> str:
        """Path or URL, parameters in place; empty for unnamed calls."""
        return self.endpoint.partition(" ")[2]

    def __str__(self) -> str:
        if not self.endpoint:
            return str(self.times)
        return self.endpoint if self.times == 1 else f"{self.endpoint} x{self.times}"


def read_target(text: str) -> str:
    """Return a path, or an absolute URL, with parameters such as {sku}."""
    if text.startswith("//") or not re.fullmatch(TARGET, text):
        raise ValueError("expected a path such as /p/{sku}, or an URL with http or https")
    if re.search(r"[{}]", PARAMETER.sub("", text)):
        raise ValueError("expected parameters such as {sku}, named by letters, digits and _")
    return text


def read_endpoint(text: str) -> str:
    """Return method and target: `GET /api/search`."""
    method, _, target = text.partition(" ")
    if not re.fullmatch(METHOD, method) or not target:
        raise ValueError("expected a method and a path such as GET /api/search")
    return f"{method} {read_target(target)}"


def read_call(text: str) -> Call:
    """Return a request and how often it is made: `GET /api/products/{sku} x3`."""
    endpoint, _, times = text.rpartition(" x")
    if not endpoint or not times.isdecimal():
        return Call(read_endpoint(text))
    if not re.fullmatch(r"[1-9]\d{0,3}", times, re.ASCII):
        raise ValueError("expected a call such as GET /api/products/{sku} x3, up to x9999")
    return Call(read_endpoint(endpoint), int(times))


def parameters(text: str) -> tuple[str, ...]:
    """Return the names of the parameters in a text, in their order, once each."""
    return tuple(dict.fromkeys(PARAMETER.findall(text)))


def path(target: str) -> str:
    """Return the path of a target, without host and query."""
    return urlsplit(target).path or "/"
