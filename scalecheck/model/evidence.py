"""What came back: one frozen record per request, answered or not.

Times are seconds since the epoch (`_at`) or durations (`_s`). Nothing here reads a clock: evidence carries its own
times, so that judging an old file gives the same verdicts for ever.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from scalecheck.model.asking import Ask, Request
from scalecheck.model.browsing import LabRun, View
from scalecheck.wire.fields import Fields

__all__ = [
    "FORMAT",
    "Ask",
    "Exchange",
    "Failure",
    "LabRun",
    "Loss",
    "Record",
    "Request",
    "Response",
    "Run",
    "Timings",
    "Tls",
    "View",
]

FORMAT = "scalecheck-evidence/1"
"""Name and number of the format of evidence files."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Durations by phase, in seconds; None where the phase did not happen (a reused connection, no TLS)."""

    total_s: float
    first_byte_s: float
    """From the start of the request, connection included, to the first byte of the answer."""
    dns_s: float | None = None
    connect_s: float | None = None
    tls_s: float | None = None
    head_s: float | None = None
    """From the start of the request to the byte with which a page's head was complete; None of what is no page."""
    pause_s: float | None = None
    """The longest time behind that in which nothing came."""

    @property
    def setup_s(self) -> float:
        """Seconds that setting up the connection took; 0 on one that was there."""
        return (self.dns_s or 0.0) + (self.connect_s or 0.0) + (self.tls_s or 0.0)

    @property
    def ttfb_s(self) -> float:
        """Seconds the server took for the first byte: first_byte_s less what setting up the connection took."""
        return max(0.0, self.first_byte_s - self.setup_s)


@dataclass(frozen=True, slots=True)
class Response:
    """The final answer to one request."""

    status: int
    fields: Fields = Fields()
    http_version: str = "1.1"
    """`1.0`, `1.1`, `2` or `3`."""
    wire_bytes: int = 0
    """Body bytes as transferred, before decoding."""
    header_bytes: int = 0
    """Bytes of the header as transferred; 0 where it was compressed (HTTP/2 and 3), which makes it a few dozen."""
    decoded_bytes: int = 0
    digest: str = ""
    """SHA-256 of the decoded body, hexadecimal; of nothing when the body is empty."""
    body: bytes | None = None
    """The decoded body where a check reads it, of images the first bytes; None where it was not kept."""
    truncated: bool = False
    """The body was larger than the limit and was cut off there."""
    undecodable: str = ""
    """Why the body's content coding could not be undone; empty when it could."""
    interim: tuple[tuple[int, Fields], ...] = ()
    """1xx answers that came first."""

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty when absent."""
        return (self.fields.first("content-type") or "").partition(";")[0].strip().lower()

    @property
    def coding(self) -> str:
        """The content coding in lower case; `identity` when there is none."""
        return (self.fields.get("content-encoding") or "identity").strip().lower()


@dataclass(frozen=True, slots=True)
class Tls:
    """What the handshake settled."""

    version: str
    """`TLSv1.3` and its kind."""
    alpn: str = ""
    resumed: bool | None = None
    """Whether it took up the session of an earlier connection; None where nothing tells."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer."""

    number: int
    """The line of the evidence file."""
    probe: str
    ask: Ask
    response: Response
    timings: Timings
    sent_at: float
    received_at: float
    remote_address: str = ""
    tls: Tls | None = None
    reused: bool = False
    """The connection had carried a request before."""

    @property
    def request(self) -> Request:
        """What was sent, without what the client adds for every request."""
        return self.ask.request

    @property
    def url(self) -> str:
        """The URL asked for."""
        return self.ask.request.url

    @property
    def status(self) -> int:
        """The answer's status code."""
        return self.response.status

    @property
    def fields(self) -> Fields:
        """The answer's fields."""
        return self.response.fields


class Loss(StrEnum):
    """Why a request has no answer."""

    DNS = "dns"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIMEOUT = "timeout"
    CUT = "cut"
    PROTOCOL = "protocol"
    TOO_LARGE = "too-large"
    FORBIDDEN = "forbidden"
    """The profile's safety rules do not allow this request."""
    BUDGET = "budget"
    """The request budget was used up first."""
    INTERRUPTED = "interrupted"
    GENERATOR = "generator"
    """This machine had no file descriptor, port or memory left; it says nothing of the site."""
    BROWSER = "browser"
    """Chromium or Lighthouse is missing, failed or hung; it says nothing of the site."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A request without an answer."""

    number: int
    probe: str
    ask: Ask
    loss: Loss
    detail: str
    sent_at: float
    after_s: float = 0.0

    @property
    def request(self) -> Request:
        """What was to be sent."""
        return self.ask.request

    @property
    def url(self) -> str:
        """The URL asked for."""
        return self.ask.request.url


Record = Exchange | Failure | View | LabRun
"""One line of evidence: the last two are what a real browser saw."""


@dataclass(frozen=True, slots=True)
class Run:
    """The header of an evidence file: what was asked of whom, when, and by which profile."""

    tool: str
    target: str
    started_at: float
    profile: dict[str, object] = field(default_factory=dict)
    """The resolved profile, secrets left as `${env:NAME}`; empty until one is inferred."""
    profile_path: str | None = None
    """As given on the command line or found; None when the profile was inferred."""
    checks: tuple[str, ...] = ()
    """Ids of the checks that were chosen."""
