"""The part of a profile that says who comes, from where, with what, and what they ask for."""

import json
from typing import Annotated, Any, Literal

from pydantic import Field

from scalecheck.model.profile_parts import Part
from scalecheck.model.profile_scalars import (
    Bytes,
    Count,
    FieldName,
    FieldValue,
    Name,
    Rate,
    Share,
    Text,
    Truth,
)
from scalecheck.model.profile_shapes import Stage
from scalecheck.model.traffic_scalars import (
    Body,
    Browser,
    BytePrice,
    Calls,
    CountPrice,
    Durations,
    Endpoint,
    Languages,
    MonthlyBudget,
    Numbers,
    PageRate,
    ProxyUrl,
    Query,
    RequestRates,
    Statuses,
    Target,
    Texts,
    TimeZone,
)


class Audience(Part):
    """How many come, and how they behave; what is not said is taken as the plan says."""

    daily_users: Annotated[Count, Field(ge=1)] | None = None
    """Visitors a day; each comes once."""
    pages_per_user: Numbers | None = None
    """Pages that one of them sees."""
    think_time: Durations | None = None
    """From one page of a visitor to the next."""
    peak_concurrent: Annotated[Count, Field(ge=1)] | None = None
    """Sessions that are open at the same time, idle ones included."""
    returning: Share | None = None
    """Share of visitors who arrive with a warm cache."""


class Region(Part):
    """Where visitors are."""

    share: Share
    """Of all visitors; the regions' shares add up to 100%."""
    timezones: tuple[TimeZone, ...] = ("UTC",)
    """Their clocks; each has an equal part of the region."""
    language: Languages | None = None
    """Accept-Language."""


class Device(Part):
    """What visitors come with."""

    share: Share
    """Of all visitors; the devices' shares add up to 100%."""
    user_agent: Browser | None = None
    """Name of a browser (`chrome-android`), or the text of its User-Agent."""
    viewport: Name | None = None
    """Window, by its name under `viewports`; the one of the device's own name where there is one."""
    client_hints: Truth = False
    """Whether it sends client hints; Chromium does."""
    connections_per_host: Annotated[Count, Field(ge=1, le=256)] = 6
    """Connections to one host over HTTP/1.1."""


class Data(Part):
    """Where the values of parameters come from."""

    file: Text = Field(alias="from")
    """A CSV file with a header, relative to the profile."""
    pick: Literal["random", "zipf"] = "random"
    """How rows are drawn: all alike, or the n-th one 1/n as often as the first."""


class Expect(Part):
    """What an answer has to be; anything else counts as an error."""

    status: Statuses = ()
    """Status codes that are in order; without them those of the route, or 200 to 399."""
    contains: Texts = ()
    """Text that the body holds."""
    body: Body = Field(default=None, alias="json")
    """What the JSON of the body holds, at least."""


class ViewCost(Part):
    """What one view of a page takes, its document included and its API calls left out."""

    requests: Annotated[Count, Field(ge=1)] | None = None
    """Number of requests."""
    size: Bytes | None = Field(default=None, alias="bytes")
    """Bytes as transferred."""


class PageView(Part):
    """One page that visitors see."""

    share: Share
    """Of all page views; the pages' shares add up to 100%."""
    get: Target
    """Path or URL, with parameters of the data: `/p/{sku}`."""
    data: Data | None = None
    """Where its parameters come from; without it they are those that the visitor had last."""
    assets: Literal["discover", "none"] = "discover"
    """Whether what the HTML and CSS name is fetched, as a browser would."""
    api: Calls = ()
    """Calls that a view makes: `GET /api/products/{sku} x3`; or their number, which a plan can count with."""
    first: ViewCost = ViewCost()
    """What a view with an empty cache takes, where nothing measured says so."""
    repeat: ViewCost = ViewCost()
    """What a view with a warm cache takes."""
    expect: Expect = Expect()
    """What the document has to be."""


class Load(Part):
    """One route: load that no page view causes, or how a call of the pages is sent."""

    rate: Annotated[Rate, Field(gt=0)] | None = None
    """Requests per second at 1x, whatever visitors do."""
    connections: Annotated[Count, Field(ge=1)] | None = None
    """Connections held open at 1x, instead of a rate: WebSockets where its route's kind is `socket`, else streams of
    server-sent events."""
    query: dict[str, Query] = Field(default_factory=dict)
    """Query parameters."""
    data: Data | None = None
    """Where its parameters come from."""
    writes: Truth = False
    """Whether a method other than GET and HEAD may be sent."""
    headers: dict[FieldName, FieldValue] = Field(default_factory=dict)
    """Fields to send; `${env:NAME}` stands for a secret."""
    body: Body = Field(default=None, alias="json")
    """JSON to send; what reads as a number, true, false or null is one, and text that does is quoted twice."""
    size: Bytes | None = Field(default=None, alias="bytes")
    """Bytes of an answer, for the plan."""
    expect: Expect = Expect()
    """What the answer has to be."""


class Prices(Part):
    """What traffic costs, for the plan; all in one currency."""

    egress: BytePrice | None = None
    """Bytes from the edge to visitors: `0.085 USD/GB`."""
    requests: CountPrice | None = None
    """Requests to the edge: `0.01 USD/10_000`."""
    origin_egress: BytePrice | None = None
    """Bytes from the origin to the edge."""
    origin_requests: CountPrice | None = None
    """Requests that reach the origin: what functions are paid by."""


class Costs(Part):
    """What traffic may cost in a month, by `prices` and by what a swarm measures."""

    egress: MonthlyBudget | None = None
    """Of bytes from the edge to visitors: `500 USD/month`."""
    origin_requests: MonthlyBudget | None = None
    """Of requests that reach the origin."""


class Traffic(Part):
    """The load to expect."""

    normal: Annotated[PageRate, Field(gt=0)] | None = None
    """What 1x means: `200 pages/s`."""
    expect: RequestRates | None = None
    """Requests per second that the busiest hour comes to, as the server counts them."""
    arrivals: Literal["random", "even"] = "random"
    """Spacing of visits: random is Poisson."""
    http: Literal["1.1", "2"] = "1.1"
    """What visitors speak over TLS: 2 where the server speaks it too. It costs the generator more than 1.1."""
    proxy: ProxyUrl | None = None
    """The HTTP proxy that all load goes through: `http://user:${env:PASSWORD}@proxy.internal:3128`."""
    audience: Audience = Audience()
    """Who comes in a day."""
    regions: dict[Name, Region] = Field(default_factory=dict)
    """Where from, by name."""
    devices: dict[Name, Device] = Field(default_factory=dict)
    """With what, by name."""
    pages: dict[Name, PageView] = Field(default_factory=dict)
    """What they see, by name."""
    routes: dict[Endpoint, Load] = Field(default_factory=dict)
    """Load besides, and how calls are sent, by method and path."""
    shapes: dict[Name, tuple[Stage, ...]] = Field(default_factory=dict)
    """Courses of load by name: stages one after the other."""
    prices: Prices = Prices()
    """What it costs."""
    cost: Costs = Costs()
    """What it may cost."""


def typed(body: Any) -> Any:
    """Return a declared body as JSON has it: what reads as a number, true, false, null or quoted text is that."""
    if isinstance(body, dict):
        return {key: typed(each) for key, each in body.items()}
    if isinstance(body, list | tuple):
        return [typed(each) for each in body]
    try:
        value = json.loads(body, parse_constant=lambda word: word)
    except (TypeError, ValueError, RecursionError):
        return body
    return body if isinstance(value, dict | list) else value
