"""The parts of a profile that say how routes behave, what must be reached and what scalecheck may do."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from scalecheck.model.contract import Contract, Span, Storing
from scalecheck.model.kinds import Kind
from scalecheck.model.profile_scalars import (
    Address,
    Bytes,
    Count,
    Day,
    Factor,
    FieldName,
    FieldValue,
    Method,
    Number,
    Path,
    Reference,
    Seconds,
    Selector,
    Share,
    Spans,
    Status,
    Text,
    Truth,
)


class Level(StrEnum):
    """The worst a check can do."""

    OFF = "off"
    WARN = "warn"
    FAIL = "fail"


class Part(BaseModel):
    """A mapping of the profile; unknown keys are errors.

    What stands below an attribute describes it in the JSON Schema. Only `profile_schema` reads it: pydantic would parse
    the source of every part whenever the command line starts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Cache(Part):
    """How long answers may be reused, and by whom; what a route leaves out its kind says."""

    browser: Spans | None = None
    """Freshness for browsers (max-age): `60s` exactly, `1h..` at least, `..5m` at most, `30s..2m`, or `any`."""
    shared: Spans | None = None
    """Freshness for shared caches: s-maxage, CDN-Cache-Control or the vendor's own (RFC 9213)."""
    stale_while_revalidate: Spans | None = None
    """How long a stale answer is served at once while it is renewed (RFC 5861)."""
    storing: Storing | None = None
    """Who may keep an answer: public, private (browsers only), no-store (nobody), any (the contract does not say)."""
    immutable: Truth | None = None
    """Whether the answer says that it never changes (RFC 8246)."""

    def over(self, inherited: "Cache") -> "Cache":
        """Return this one with the gaps filled from another."""
        return inherited.model_copy(update={name: getattr(self, name) for name in self.model_fields_set})

    @property
    def contract(self) -> Contract:
        """What checks compare answers with; a span that is `any` is no part of it."""
        return Contract(
            browser=_narrowing(self.browser),
            shared=_narrowing(self.shared),
            stale_while_revalidate=_narrowing(self.stale_while_revalidate),
            storing=self.storing or Storing.ANY,
            immutable=bool(self.immutable),
        )


def _narrowing(span: Span | None) -> Span | None:
    return None if span == Span() else span


class KindDefaults(Part):
    """What a kind of route implies unless the route says otherwise."""

    cache: Cache = Cache()
    """The caching contract."""
    status: tuple[Status, ...] = (200,)
    """Status codes that are in order."""


class Budgets(Part):
    """Most of what one page view may load of the site's own, as transferred: compressed, with HTTP/1's headers."""

    js: Bytes | None = None
    """Initial JavaScript: scripts of the HTML, module preloads and what they import statically."""
    css: Bytes | None = None
    """Style sheets, whatever media they are for: browsers fetch them all."""
    html: Bytes | None = None
    """The document itself."""
    fonts: Bytes | None = None
    """Fonts that a first visit loads."""
    images: Bytes | None = None
    """Images that are loaded before anybody scrolls."""
    page: Bytes | None = None
    """Everything together."""
    requests: Count | None = None
    """Number of requests, those to third parties among them."""
    third_parties: Count | None = None
    """Number of others asked, by registrable domain; hosts under `safety.allow_hosts` are the site's own."""
    third_party_bytes: Bytes | None = None
    """What those send, where a browser's HAR holds it."""
    largest_chunk: Share | None = None
    """Share of the initial JavaScript in its largest file; a file within this share of the budget is in order."""
    image: Bytes | None = None
    """The largest image."""
    api_calls: Count | None = None
    """Number of API calls."""

    def over(self, inherited: "Budgets") -> "Budgets":
        """Return these with the gaps filled from others."""
        return inherited.model_copy(update={name: getattr(self, name) for name in self.model_fields_set})


class Route(Part):
    """One class of URLs that behave alike."""

    path: Path
    """`/products/{id}` (a parameter is one segment) or a glob: `*` within a segment, `**` across segments."""
    query: dict[str, str] = Field(default_factory=dict)
    """Query parameters that an URL must carry to be of this route."""
    kind: Kind
    """How it is rendered, and so which contract holds unless `cache` says otherwise."""
    revalidate: Seconds | None = None
    """The interval of an isr route, in seconds: its shared lifetime."""
    samples: tuple[Reference, ...] = ()
    """Paths or URLs to ask; without them they are found by links and sitemap."""
    cache: Cache = Cache()
    """The caching contract where it differs from the kind's."""
    optional: Truth = False
    """Whether the site may have no URL of it; otherwise a route that matches nothing is a mistake."""
    personal: Truth = False
    """Whether the answer belongs to one visitor; it must never be shared."""
    login: Reference | None = None
    """Where anonymous visitors are sent."""
    status: tuple[Status, ...] = ()
    """Status codes that are in order; without them those of the kind."""
    methods: tuple[Method, ...] = ("GET", "HEAD")
    """Methods that the route answers."""
    warm: Truth = False
    """Whether its samples are so popular that the very first request must be a hit."""
    budget: Budgets = Budgets()
    """Budgets that differ from the profile's."""
    source_maps: Literal["public", "private"] = "private"
    """Whether source maps may be fetched."""
    content: tuple[Text, ...] = ()
    """Text that its HTML must show before any script runs."""
    content_at: Selector | None = None
    """CSS selector of the element that must hold that text, or any text where none is named."""
    hero: Text | None = None
    """Glob over the URL of the picture that visitors see first; without it, the first large one."""
    streams: Truth = False
    """Whether the head of its HTML is sent before its content is ready."""
    islands: tuple[Reference, ...] = ()
    """Uncached calls from which the parts of a shared page come that are not everybody's."""
    offline: Truth = False
    """Whether somebody who has been there before sees it without a network."""

    _name: str = PrivateAttr("")

    @property
    def name(self) -> str:
        """The key under `routes`; empty for a route outside of a profile."""
        return self._name

    @property
    def literal(self) -> bool:
        """Whether the path names one resource: no parameter, no glob."""
        return "{" not in self.path and "*" not in self.path

    def named(self, name: str) -> "Route":
        """Return this route under its key."""
        if self._name == name:
            return self
        route = self.model_copy()
        route._name = name
        return route


class Identity(Part):
    """Somebody the site may take us for."""

    headers: dict[FieldName, FieldValue]
    """Fields that make us this visitor, as written: `${env:NAME}` stands for a secret."""
    marker: Text
    """Text that only this visitor's pages contain."""


class Targets(Part):
    """Figures to reach."""

    static_hit_ratio: Share = 0.95
    """Least share of asset requests answered by a shared cache."""
    page_hit_ratio: Share = 0.7
    """Least share of page requests answered by a shared cache."""
    ttfb: Seconds = 0.2
    """Most seconds to the first byte of a hit."""
    first_byte: Seconds = 0.8
    """Most seconds to the first byte of an answer that the application computes."""
    hit_speedup: Factor = 1.5
    """How many times faster the first byte of a hit is than that of a miss, at least."""
    lcp: Seconds = 2.5
    """Most seconds to the largest contentful paint."""
    fcp: Seconds = 1.8
    """Most seconds to the first contentful paint."""
    cls: Number = 0.1
    """Largest cumulative layout shift."""
    tbt: Seconds = 0.2
    """Longest total blocking time, which stands for the interaction to next paint."""
    shell: Bytes = 14_000
    """Largest HTML of a page that the browser renders, compressed: what the first round trip carries."""
    oversize: Factor = 2.0
    """How many times larger than its place a picture may be, in device pixels."""
    growth: Share = 0.05
    """Most by which a budgeted size may grow since the earlier run."""
    slowdown: Share = 0.1
    """Most by which a page's vitals may get worse since the earlier run."""
    error_rate: Share = 0.001
    """Most requests that may fail."""
    slow: Seconds = 1.0
    """Seconds from which on a request counts as slow under load, whether it is answered or not."""
    slow_ratio: Share = 0.01
    """Most requests that may be slow."""
    error_lifetime: Seconds = 60.0
    """Longest time in seconds that a 404 or a 5xx may be reused."""
    flag_lifetime: Seconds = 60.0
    """Longest time in seconds that feature flags may be reused."""
    freshness_left: Share = 0.1
    """Least share of its lifetime that an answer has left when the edge hands it out."""
    clock_skew: Seconds = 5.0
    """Most seconds between the server's Date and our clock."""
    redirects: Count = 2
    """Most redirects until an URL settles."""


class Edge(Part):
    """What the edge does before the application."""

    providers: dict[str, Address] = Field(default_factory=dict)
    """Other CDNs that serve the site, by name: `host:port` to connect to."""
    origin: Address | None = None
    """The origin's own `host:port` or URL; it must not answer the public."""
    auth: Any = None
    """Redirects to the login."""
    flags: Any = None
    """Feature flags that answers carry."""
    experiments: Any = None
    """Experiments and the shares of their buckets."""
    geo: Any = None
    """What differs by country."""
    bots: Any = None
    """Which bots are let through and which not."""
    rate_limits: Any = None
    """Limits that must hold."""
    attacks: Any = None
    """Harmless probes that must be refused."""


class Waiver(Part):
    """A finding that is accepted for a while."""

    check: Text
    """Id of the check."""
    subject: Text = "*"
    """Glob over what the finding is about: its subject, its path or its route."""
    reason: Text
    """Why."""
    until: Day
    """The last day on which it counts."""
