"""What the edge keeps answers under: requests reduced to what the answer depends on."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from scalecheck.lab.codings import best_coding
from scalecheck.lab.message import Request
from scalecheck.wire.fields import Fields

TRACKING = re.compile(r"utm_.*|gclid|gbraid|wbraid|fbclid|msclkid|dclid|mc_cid|mc_eid|_ga", re.IGNORECASE)
"""Parameters that say where a visitor came from and change nothing."""
IMAGE_FORMATS = ("image/avif", "image/webp")
"""Best first."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """A request as the cache looks it up and as the origin sees it.

    The host is no part of it, since the edge serves one site, whatever it is called.
    """

    path: str
    query: str
    accept_encoding: str
    accept: str

    @property
    def target(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def key(self, *, varies_on_accept: bool) -> tuple[str, ...]:
        """Return the cache key; image formats count only where the answer varies on Accept."""
        return self.path, self.query, self.accept_encoding, self.accept if varies_on_accept else ""


def reduced(request: Request, faults: frozenset[str]) -> Reduced:
    """Return what counts of a request."""
    accept_encoding = request.fields.get("accept-encoding")
    accept = request.fields.get("accept") or ""
    return Reduced(
        request.path,
        request.query_string if "query-splits-key" in faults else _query(request.query_string),
        (accept_encoding or "") if "encoding-splits-key" in faults else best_coding(accept_encoding),
        next((each for each in IMAGE_FORMATS if each in accept), "*/*"),
    )


def forwarded(request: Request, lookup: Reduced, secret: tuple[str, str], faults: frozenset[str]) -> Request:
    """Return the request for the origin: only fields that may change the answer, so that none can poison it."""
    passed = ["cookie", "authorization", "content-type", *(["x-forwarded-host"] if "poisonable-host" in faults else [])]
    lines = ((name, value) for name in passed if (value := request.fields.get(name)) is not None)
    said = (("accept-encoding", lookup.accept_encoding), ("accept", lookup.accept), secret)
    method = "GET" if request.method == "HEAD" else request.method
    return Request(method, lookup.target, Fields((*said, *lines)), request.body)


def _query(text: str) -> str:
    """Return a query without tracking parameters, the others in the order of their names."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return text
    return urlencode(sorted((name, value) for name, value in pairs if not TRACKING.fullmatch(name)))
