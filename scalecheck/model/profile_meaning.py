"""What a profile says that cannot be meant, although every key of it is well formed."""

import re
from collections.abc import Collection, Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

from scalecheck.model import slo_meaning, traffic_meaning
from scalecheck.model.guess import guess
from scalecheck.model.kinds import ASSETS, PAGES, Kind
from scalecheck.model.profile import Profile, Route
from scalecheck.model.profile_yaml import Problem, dotted
from scalecheck.wire.urls import PathPattern

Mistake = tuple[tuple[str | int, ...], str]
"""Path of the key and what is wrong with it."""

SEGMENT = "q7z-any-q7z"
"""A segment that nobody declares, in the place of a parameter or a glob."""
IDENTITIES_NEEDED = 2
OF_PAGES = ("content", "content_at", "hero", "streams", "islands", "offline")
"""Keys of a route that speak of its page."""


def mistakes(profile: Profile) -> Iterator[Mistake]:
    """Yield everything that contradicts itself."""
    earlier: list[Route] = []
    for route in profile.routes.values():
        yield from _own(profile, route)
        covering = next((each for each in earlier if _covers(each, route)), None)
        if covering is None:
            yield from _samples(profile, route)
        else:
            message = f"never matches: routes.{covering.name} ({covering.path}) stands above and catches it first"
            yield ("routes", route.name, "path"), message
        earlier.append(route)
    if (flags := profile.observability.flags) and _is_elsewhere(profile, flags):
        yield ("observability", "flags"), _elsewhere(flags)
    yield from traffic_meaning.mistakes(profile)
    yield from slo_meaning.mistakes(profile)


def unknown_ids(profile: Profile, known: Collection[str], cdns: Collection[str] = ()) -> tuple[Problem, ...]:
    """Return levels and waivers that name no known check, and a `cdn` that is none of these where any are given."""
    groups = {check.partition(".")[0] for check in known}
    wrong: list[tuple[tuple[str, ...], str, set[str]]] = [
        (("levels", check), check, groups | {*known}) for check in profile.levels
    ]
    wrong += [(("waivers", str(number), "check"), each.check, {*known}) for number, each in enumerate(profile.waivers)]
    if cdns:
        wrong.append((("cdn",), profile.cdn, {"auto", *cdns}))
    return tuple(
        Problem(
            profile.source or "profile", profile.line(*path), dotted(path), f'no such name "{name}"{guess(name, names)}'
        )
        for path, name, names in wrong
        if name not in names
    )


def _own(profile: Profile, route: Route) -> Iterator[Mistake]:
    """Yield contradictions within one route."""
    place = ("routes", route.name)
    if route.revalidate is not None and route.kind is not Kind.ISR:
        yield (*place, "revalidate"), f"belongs to routes of kind isr, not {route.kind}; say cache: {{shared: …}}"
    if route.personal and len(profile.identities) < IDENTITIES_NEEDED:
        yield (*place, "personal"), f"needs two identities to compare, found {len(profile.identities)}"
    if route.personal and route.kind in ASSETS:
        yield (*place, "personal"), f"expected no {route.kind} route: assets are anybody's; say kind: ssr, csr or api"
    if route.personal and (route.cache.shared is not None and route.cache.shared.high_s != 0):
        yield (*place, "cache", "shared"), "a personal answer has no shared lifetime"
    yield from _shown(profile, route)


def _shown(profile: Profile, route: Route) -> Iterator[Mistake]:
    """Yield what a route says of its page though it is none, or not of that sort."""
    place = ("routes", route.name)
    for key in OF_PAGES:
        if getattr(route, key) and route.kind not in PAGES:
            yield (*place, key), f"belongs to pages (kind ssg, isr, ssr or csr), not to {route.kind} routes"
    for key in ("content", "content_at"):
        if getattr(route, key) and route.kind is Kind.CSR:
            yield (*place, key), "belongs to pages whose HTML holds their content (ssg, isr, ssr), not to csr routes"
    for number, island in enumerate(route.islands):
        target = profile.route_for(island)
        if _is_elsewhere(profile, island):
            yield (*place, "islands", number), _elsewhere(island)
        elif target is not None and profile.contract(target).cacheable_at_edge:
            yield (*place, "islands", number), f"is of routes.{target.name}, which shared caches keep; an island is not"


def _samples(profile: Profile, route: Route) -> Iterator[Mistake]:
    """Yield samples that are not of their route."""
    pattern = PathPattern(route.path)
    for number, sample in enumerate(route.samples):
        place = ("routes", route.name, "samples", number)
        parts = urlsplit(sample)
        if _is_elsewhere(profile, sample):
            yield place, _elsewhere(sample)
        elif not pattern.matches(parts.path or "/"):
            yield place, f"does not match the route's path {route.path}"
        elif not _carries(parts.query, route):
            yield place, "does not carry the route's query"
        elif (first := profile.route_for(_local(sample, route))) is not None and first.name != route.name:
            yield place, f"is caught by routes.{first.name} ({first.path}), which stands above"


def _is_elsewhere(profile: Profile, reference: str) -> bool:
    """Whether a path or URL is of a host that we may not ask."""
    return bool(urlsplit(reference).netloc and profile.site) and not profile.allows(reference)


def _elsewhere(reference: str) -> str:
    return f"is on a host that is neither the site nor under safety.allow_hosts: {urlsplit(reference).netloc}"


def _carries(query: str, route: Route) -> bool:
    """Whether a sample has the route's query; one without any gets it."""
    return not query or set(route.query.items()) <= set(parse_qsl(query, keep_blank_values=True))


def _local(sample: str, route: Route) -> str:
    """Return a sample as a path on the site, with its query or its route's."""
    parts = urlsplit(sample)
    query = parts.query or urlencode(route.query)
    return (parts.path or "/") + (f"?{query}" if query else "")


def _covers(earlier: Route, later: Route) -> bool:
    """Whether every URL of the later route is one of the earlier route; only where that is certain."""
    if not earlier.query.items() <= later.query.items():
        return False
    if earlier.path == later.path:
        return True
    pattern = PathPattern(earlier.path)
    return all(pattern.matches(path) for path in _instances(later.path))


def _instances(path: str) -> tuple[str, ...]:
    """Return paths that a pattern matches, as unlike each other as it allows."""
    fillings = (SEGMENT, "/".join([SEGMENT] * 9), f"{SEGMENT}.{SEGMENT}")
    return tuple(_filled(path, filling) for filling in fillings)


def _filled(path: str, across: str) -> str:
    single = across if "/" not in across else SEGMENT
    return re.sub(r"\*\*|\*|\{[^{}]*\}", lambda sign: across if sign[0] == "**" else single, path)
