"""What a profile says of its traffic that cannot be meant, although every key of it is well formed."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scalecheck.model.calls import SAFE, parameters
from scalecheck.model.guess import guess
from scalecheck.model.profile_traffic import Device, Load, PageView, Traffic
from scalecheck.model.user_agents import USER_AGENTS
from scalecheck.wire import units

if TYPE_CHECKING:
    from scalecheck.model.profile import Profile

Mistake = tuple[tuple[str | int, ...], str]

TOLERANCE = 0.001
"""By how much shares may miss 100%: three of 33.3% make 99.9%."""
TERMS_SHOWN = 6
NO_CLOCK = "names no time zone, so nobody there is ever awake"


def mistakes(profile: "Profile") -> Iterator[Mistake]:
    """Yield everything in `traffic` that contradicts itself."""
    traffic = profile.traffic
    for name in ("regions", "devices", "pages"):
        table: Mapping[str, Device] = getattr(traffic, name)  # each of them has a share
        yield from _shares(name, {key: each.share for key, each in table.items()})
    yield from (
        _at("regions", name, "timezones", NO_CLOCK) for name in traffic.regions if not traffic.regions[name].timezones
    )
    for name, device in traffic.devices.items():
        yield from (_at("devices", name, *each) for each in _device(device, profile))
    for name, page in traffic.pages.items():
        yield from (_at("pages", name, *each) for each in _page(page, profile))
    called = {call.endpoint for page in traffic.pages.values() for call in page.api}
    for endpoint, load in traffic.routes.items():
        yield from (_at("routes", endpoint, *each) for each in _load(endpoint, load, called, profile))
    yield from _shapes(traffic)
    yield from _currencies(traffic)
    yield from _budgets(traffic)


def endpoints(traffic: Traffic) -> tuple[str, ...]:
    """Return every request that the traffic names, as `GET /path`: documents, calls and routes."""
    documents = (f"GET {page.get}" for page in traffic.pages.values())
    calls = (call.endpoint for page in traffic.pages.values() for call in page.api if call.endpoint)
    return tuple(dict.fromkeys((*documents, *calls, *traffic.routes)))


def _at(*path: str | int) -> Mistake:
    """Return a mistake whose message stands behind its path."""
    return ("traffic", *path[:-1]), str(path[-1])


def _shares(table: str, shares: Mapping[str, float]) -> Iterator[Mistake]:
    """Yield shares that do not add up to the whole."""
    total = sum(shares.values())
    if not shares or abs(total - 1) <= TOLERANCE + 1e-9:
        return
    terms = [f"{name} {units.show_ratio(share)}" for name, share in shares.items()]
    more = [f"{len(terms) - TERMS_SHOWN} more"] if len(terms) > TERMS_SHOWN else []
    sum_ = " + ".join([*terms[:TERMS_SHOWN], *more])
    tolerance = units.show_ratio(TOLERANCE)
    said = f"the shares add up to {units.show_ratio(round(total, 6))}, not to 100% within {tolerance}: {sum_}"
    yield _at(table, said)


def _device(device: Device, profile: "Profile") -> Iterator[tuple[str, str]]:
    known = USER_AGENTS.get(device.user_agent or "")
    if device.client_hints and known is not None and not known.hints:
        yield "client_hints", f"{device.user_agent} sends none; Chromium does"
    if device.viewport is not None and device.viewport not in profile.viewports:
        known_names = ", ".join(profile.viewports)
        hint = guess(device.viewport, profile.viewports) or f"; known are {known_names}"
        yield "viewport", f'no viewport "{device.viewport}"{hint}'


def _page(page: PageView, profile: "Profile") -> Iterator[tuple[str | int, ...]]:
    """Yield path and message of what is wrong with a page."""
    yield from (("get", said) for said in _target(page.get, profile))
    if page.data is None:
        yield from (("get", said) for said in _undrawn(page.get, profile))
    for number, call in enumerate(page.api):
        place = ("api", number) if call.endpoint else ("api",)
        yield from ((*place, said) for said in _target(call.target, profile))
        if page.data is None and not _own_data(call.endpoint, profile):
            yield from ((*place, said) for said in _undrawn(call.target, profile))
        declared = profile.traffic.routes.get(call.endpoint)
        if call.method and call.method not in SAFE and (declared is None or not declared.writes):
            yield (
                *place,
                f'{call.method} is not sent until `"{call.endpoint}": {{writes: true}}` stands in traffic.routes',
            )
    for bound in ("size", "requests"):
        first, repeat = getattr(page.first, bound), getattr(page.repeat, bound)
        if first is not None and repeat is not None and repeat > first:
            key = "bytes" if bound == "size" else bound
            yield "repeat", key, f"a warm cache needs no more than an empty one, which needs {_shown(key, first)}"


def _shown(key: str, value: int) -> str:
    return units.write_bytes(value) if key == "bytes" else str(value)


def _load(endpoint: str, load: Load, called: set[str], profile: "Profile") -> Iterator[tuple[str, ...]]:
    """Yield path and message of what is wrong with a route."""
    method, _, target = endpoint.partition(" ")
    yield from ((said,) for said in _target(target, profile))
    if load.rate is None and load.connections is None and endpoint not in called:
        hint = guess(endpoint, called)
        yield (f"has no rate, and no page calls it, so it would never be asked{hint}",)
    if load.connections is not None:
        yield from _held(endpoint, load, called)
    if method not in SAFE and not load.writes:
        yield (f"{method} is not sent without writes: true",)
    if method in SAFE and load.body is not None:
        yield "json", f"{method} carries no body"
    if load.data is None:
        for key, text in _texts(load, target):
            yield from ((*key, said) for said in _undrawn(text, profile))


def _held(endpoint: str, load: Load, called: set[str]) -> Iterator[tuple[str, ...]]:
    """Yield path and message of what is wrong with a route whose connections are held."""
    if load.rate is not None:
        yield "connections", "a route either has a rate or holds connections"
    if endpoint in called:
        yield "connections", "pages call it, and a call that does not end would hold up their views"
    if not endpoint.startswith("GET "):
        yield "connections", "only GET can be held: WebSockets and server-sent events begin with it"


def _texts(load: Load, target: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what may hold parameters, with its key."""
    yield (), target
    yield from ((("query", name), value) for name, value in load.query.items())
    if load.body is not None:
        yield ("json",), json.dumps(load.body)


def _own_data(endpoint: str, profile: "Profile") -> bool:
    declared = profile.traffic.routes.get(endpoint)
    return declared is not None and declared.data is not None


def _undrawn(text: str, profile: "Profile") -> Iterator[str]:
    """Yield the parameters of a text where nothing at all is drawn from data: then a visitor can have none."""
    traffic = profile.traffic
    pages, routes = traffic.pages.values(), traffic.routes.values()
    if any(page.data is not None for page in pages) or any(load.data is not None for load in routes):
        return
    for name in parameters(text):
        yield f"{{{name}}} has no value: declare data, such as data: {{from: data/{name}.csv}}"


def _target(target: str, profile: "Profile") -> Iterator[str]:
    """Yield that a target is on a host that may not be asked."""
    host = urlsplit(target).netloc
    if host and profile.site and not profile.allows(target):
        yield f"is on a host that is neither the site nor under safety.allow_hosts: {host}"


def _shapes(traffic: Traffic) -> Iterator[Mistake]:
    """Yield shapes that do nothing."""
    for name, stages in traffic.shapes.items():
        if not stages:
            yield _at("shapes", name, "a shape without a stage")
        elif not any(stage.hold or stage.ramp or (stage.day and stage.day.plateau) for stage in stages):
            yield _at("shapes", name, "sends nothing: every stage is at 0x")


def _currencies(traffic: Traffic) -> Iterator[Mistake]:
    """Yield prices in another currency than the first one."""
    prices = {name: price for name in type(traffic.prices).model_fields if (price := getattr(traffic.prices, name))}
    for name, price in prices.items():
        first = next(iter(prices.values())).currency
        if price.currency != first:
            yield _at("prices", name, f"expected prices in one currency, {first}, found {price.currency}")


def _budgets(traffic: Traffic) -> Iterator[Mistake]:
    """Yield budgets that nothing can be held against."""
    audience = traffic.audience
    for name in type(traffic.cost).model_fields:
        budget, price = getattr(traffic.cost, name), getattr(traffic.prices, name)
        if budget is None:
            continue
        if price is None:
            yield _at("cost", name, f"needs its price: traffic.prices.{name}")
        elif price.currency != budget.currency:
            yield _at("cost", name, f"expected the currency of its price, {price.currency}, found {budget.currency}")
        if audience.daily_users is None or audience.pages_per_user is None:
            yield _at("cost", name, "needs how many come: traffic.audience.daily_users and pages_per_user")
