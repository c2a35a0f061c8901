"""What a real browser saw of a page: one frozen record per visit, from Chromium or from Lighthouse.

They stand in the evidence beside exchanges. Values that a page stores are never kept, only what they look like.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scalecheck.model.asking import Ask, Request
from scalecheck.wire.fields import Fields


@dataclass(frozen=True, slots=True)
class Fetched:
    """One request that a browser sent, and what came of it."""

    url: str
    use: str
    """The browser's resource type in lower case: document, script, stylesheet, image, font, xhr, fetch, ping …"""
    method: str = "GET"
    status: int | None = None
    """None where no answer came."""
    failure: str = ""
    """Why no answer came."""
    header_bytes: int = 0
    """Of the answer, as transferred."""
    body_bytes: int = 0
    """Of the answer, as transferred."""
    decoded_bytes: int = 0
    sent_body_bytes: int = 0
    """Of the request."""
    started_s: float = 0.0
    """Since the navigation began."""
    ended_s: float | None = None
    initiator: str = ""
    """URL of the document, script or sheet that made it; empty where the browser does not say."""
    cached: bool = False
    """The browser answered it from its own cache or from a service worker: nothing was transferred."""
    by: str = "page"
    """Who sent it: the page with its frames, or a worker, shared_worker or service_worker of it."""
    request_fields: Fields = Fields()
    """Those that checks read, values bounded."""
    response_fields: Fields = Fields()


@dataclass(frozen=True, slots=True)
class Stored:
    """Something that a page keeps in the browser."""

    area: str
    """localStorage, sessionStorage, indexedDB or cookie."""
    key: str
    looks_like: str = ""
    """`a JSON Web Token` and its kind; empty for what is no secret."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A service worker that a page registered."""

    script: str
    scope: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """One visit of a page in Chromium."""

    number: int
    """The line of the evidence file."""
    probe: str
    ask: Ask
    browser: str
    """Name and version."""
    sent_at: float
    received_at: float
    status: int | None = None
    """Of the document; None where it did not answer."""
    requests: tuple[Fetched, ...] = ()
    """In the order sent, the document first."""
    text: str = ""
    """What the page shows once its scripts have run, white space folded, bounded."""
    stored: tuple[Stored, ...] = ()
    workers: tuple[Worker, ...] = ()
    errors: tuple[str, ...] = ()
    """Uncaught errors and what the console calls errors, bounded."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """What the page's own clock says: `lcp_s`, `fcp_s`, `cls`, `load_s` …"""
    marks: Mapping[str, float] = field(default_factory=dict)
    """What was done to it, in seconds since the navigation began: `watched` till, an error `thrown`, `left`."""
    missed: Mapping[str, str] = field(default_factory=dict)
    """Why something was not seen: of the `page` as a whole, its `text`, what it has `stored`, `metrics`, `workers`."""

    @property
    def request(self) -> Request:
        """What was opened."""
        return self.ask.request

    @property
    def url(self) -> str:
        """The URL opened."""
        return self.ask.request.url


@dataclass(frozen=True, slots=True)
class LabRun:
    """One run of Lighthouse on one page."""

    number: int
    probe: str
    ask: Ask
    """Its label names device and run: `mobile 2`."""
    lighthouse: str
    """Version."""
    browser: str
    sent_at: float
    received_at: float
    metrics: Mapping[str, float] = field(default_factory=dict)
    """`lcp_s`, `fcp_s`, `tbt_s`, `ttfb_s`, `speed_index_s`, and `cls`, which has no unit."""
    requests: tuple[Fetched, ...] = ()
    waste: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Bytes that could be saved, by kind (`unused-javascript`, `legacy-javascript` …) and URL."""
    third_parties: Mapping[str, int] = field(default_factory=dict)
    """Transferred bytes by name."""
    warnings: tuple[str, ...] = ()
    throttling: str = ""
    """The conditions that were simulated: round trip, throughput, processor."""
    benchmark: float | None = None
    """How fast Lighthouse found this machine; more is faster. Figures of unlike machines are not comparable."""

    @property
    def request(self) -> Request:
        """What was opened."""
        return self.ask.request

    @property
    def url(self) -> str:
        """The URL opened."""
        return self.ask.request.url
