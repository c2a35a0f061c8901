"""The profile: how a site must behave. Frozen types; reading and resolving YAML is `model.profile_file`."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, PrivateAttr, field_validator

from scalecheck.model.contract import Contract, Span, Storing
from scalecheck.model.kinds import Kind
from scalecheck.model.profile_pages import VIEWPORTS, Browser, Observability
from scalecheck.model.profile_parts import (
    Budgets,
    Cache,
    Edge,
    Identity,
    KindDefaults,
    Level,
    Part,
    Route,
    Targets,
    Waiver,
)
from scalecheck.model.profile_proxy import shown_proxy
from scalecheck.model.profile_safety import Safety
from scalecheck.model.profile_scalars import DEFAULT_PORTS, Format, Name, Text, WebOrigin, Window, read_origin
from scalecheck.model.profile_slo import Abort, Slo
from scalecheck.model.profile_traffic import Traffic
from scalecheck.wire.fields import Fields
from scalecheck.wire.urls import PathPattern, address

__all__ = [
    "PLACEHOLDER",
    "Abort",
    "Budgets",
    "Cache",
    "Edge",
    "Identity",
    "KindDefaults",
    "Level",
    "Profile",
    "Route",
    "Safety",
    "Slo",
    "Targets",
    "Traffic",
    "Waiver",
]

PLACEHOLDER = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")
"""Where a profile names an environment variable instead of a secret."""
CREDENTIALS = re.compile(r"[^/?#]*[/\\]{2}[^/?#\\]*@")
"""The beginning of an URL that names a user; no such URL is ever asked for."""
SENSITIVE = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
"""Fields whose value is never repeated, even where the profile spells it out (lower case)."""
WITHHELD = "(as the profile says)"
"""What stands for such a value in evidence."""


class Profile(Part):
    """How a site must behave."""

    scalecheck: Format = 1
    """Number of the format."""
    site: WebOrigin = ""
    """`https://shop.example.com`; empty where the command line says it."""
    extends: Text | None = None
    """What it builds on: a built-in name, or a path relative to this file."""
    cdn: Text = "auto"
    """The CDN in front of the site, where it cannot be recognised."""
    routes: dict[Name, Route] = Field(default_factory=dict)
    """Classes of URLs by name; the first that matches wins, top to bottom."""
    kinds: dict[Kind, KindDefaults] = Field(default_factory=dict)
    """What each kind of route implies."""
    budgets: Budgets = Budgets()
    """Budgets of every page."""
    viewports: dict[Name, Window] = Field(default_factory=lambda: dict(VIEWPORTS), min_length=1)
    """Windows, by name, in which pages are looked at."""
    browser: Browser = Browser()
    """How pages are opened in a real browser."""
    observability: Observability = Observability()
    """What the site tells its operators."""
    identities: dict[Name, Identity] = Field(default_factory=dict)
    """Who the site may take us for; personal routes need two."""
    targets: Targets = Targets()
    """Figures to reach."""
    edge: Edge = Edge()
    """What the edge does."""
    traffic: Traffic = Traffic()
    """The load to expect."""
    slo: Slo = Slo()
    """Service levels under load."""
    abort: tuple[Abort, ...] = ()
    """When a swarm stops at once."""
    safety: Safety = Safety()
    """What scalecheck may do."""
    levels: dict[str, Level] = Field(default_factory=dict)
    """The worst a check, or a whole group, can do: off, warn or fail."""
    waivers: tuple[Waiver, ...] = ()
    """Findings that are accepted for a while."""

    _source: str | None = PrivateAttr(None)
    _lines: Mapping[tuple[str, ...], int] = PrivateAttr(default_factory=dict)
    _places: "Mapping[tuple[str, ...], Place]" = PrivateAttr(default_factory=dict)
    _environment: Mapping[str, str] = PrivateAttr(default_factory=dict)

    @field_validator("routes")
    @classmethod
    def _name_routes(cls, routes: dict[str, Route]) -> dict[str, Route]:
        return {name: route.named(name) for name, route in routes.items()}

    def read_from(
        self,
        source: str,
        lines: Mapping[tuple[str, ...], int],
        environment: Mapping[str, str],
        places: "Mapping[tuple[str, ...], Place] | None" = None,
    ) -> Self:
        """Return this profile as read from a file: its path, the line of every key, and the variables it names.

        `lines` are those of the file itself, `places` those of all that it extends too.
        """
        profile = self.model_copy()
        profile._source, profile._lines, profile._environment = source, lines, environment
        profile._places = places or {}
        return profile

    def at(self, url: str) -> Self:
        """Return this profile for the site of an URL; ValueError when that is not http or https."""
        origin = re.match(r"[^/?#]*//[^/?#]*", url)
        return self.model_copy(update={"site": read_origin(origin[0] if origin else url)})

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some keys changed; what was derived from the old ones is derived anew."""
        changed = dict(update or {})
        if "routes" in changed:
            changed["routes"] = self._name_routes(changed["routes"])
        copied = super().model_copy(update=changed, deep=deep)
        for name in ("_first_match", "_patterns", "_authorities", "_contracts"):
            copied.__dict__.pop(name, None)
        return copied

    @property
    def source(self) -> str | None:
        """Path of the user's own file, as given, or a built-in name; None for a profile of no file."""
        return self._source

    def line(self, *path: str | int) -> int | None:
        """Return the line of the user's own file that declares a key, or what holds it; None when nothing does."""
        return next((self._lines[keys] for keys in _holding(path) if keys in self._lines), None)

    def place(self, *path: str | int) -> "Place":
        """Return file and line that declare a key, or what holds it, whichever of the extended files that is."""
        source = Place(self._source or "profile", None)
        return next((self._places[keys] for keys in _holding(path) if keys in self._places), source)

    def route_for(self, url: str) -> Route | None:
        """Return the first route that matches an URL of an allowed host, or a path; None when none does."""
        return self._first_match(url)

    @cached_property
    def _first_match(self) -> Callable[[str], Route | None]:
        """`_matched`, remembered: checks ask for the same URLs over and over."""
        return lru_cache(maxsize=8192)(self._matched)

    def _matched(self, url: str) -> Route | None:
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        if (parts.netloc or parts.scheme) and not self.allows(url):
            return None
        path, carried = parts.path or "/", None
        twin = path[:-1] if path.endswith("/") else path + "/"
        for pattern, either, query, route in self._patterns:
            if pattern.matches(path) or (either and pattern.matches(twin)):
                if not query:
                    return route
                carried = carried if carried is not None else frozenset(_query(parts.query))
                if query <= carried:
                    return route
        return None

    def allows(self, url: str) -> bool:
        """Whether requests to an URL are allowed: http or https, to the site or to a host under `safety`."""
        return not CREDENTIALS.match(url) and address(url) in self._authorities

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """Names of the hosts that may be asked, without ports, in lower case."""
        return frozenset(host for host, _ in self._authorities)

    def contract(self, route: Route) -> Contract:
        """Return the caching contract of a route: what it declares over what its kind implies."""
        found = self._contracts.get(route.name) if self.routes.get(route.name) is route else None
        return found or _cache(route, self._kind(route.kind).cache).contract

    def kind_contract(self, kind: Kind) -> Contract:
        """Return the caching contract that a kind implies."""
        return self._kind(kind).cache.contract

    def statuses(self, route: Route) -> tuple[int, ...]:
        """Return the status codes that are in order for a route."""
        return route.status or self._kind(route.kind).status

    def budget(self, route: Route | None) -> Budgets:
        """Return the budgets of a page: its route's over the profile's."""
        return self.budgets if route is None else route.budget.over(self.budgets)

    def level(self, check_id: str) -> Level | None:
        """Return the worst that a check can do by its own id or its group's; None when the profile does not say."""
        return self.levels.get(check_id) or self.levels.get(check_id.partition(".")[0])

    def identity_fields(self, name: str) -> Fields:
        """Return the fields that make us this visitor, secrets in place; KeyError when one is not known."""
        headers = self.identities[name].headers
        return Fields(tuple((key, PLACEHOLDER.sub(self._secret, value)) for key, value in headers.items()))

    def revealed(self, text: str) -> str:
        """Return a header's text with the secrets that it names in place; KeyError when one is not known."""
        return PLACEHOLDER.sub(self._secret, text)

    @property
    def secrets(self) -> frozenset[str]:
        """Values of the environment variables that the profile names: what must never be written anywhere."""
        return frozenset(self._environment.values())

    def public(self) -> dict[str, object]:
        """Return the profile as plain data, to be shown and written: secrets as `${env:NAME}`, cookies withheld.

        Every default stands in it but those of routes, which would hide what a route declares.
        """
        data = self.portable()
        for sent in (*data.get("identities", {}).values(), *data.get("traffic", {}).get("routes", {}).values()):
            if "headers" in sent:
                sent["headers"] = {key: _shown(key, value) for key, value in sent["headers"].items()}
        if self.traffic.proxy is not None:
            data["traffic"]["proxy"] = shown_proxy(self.traffic.proxy)
        return data

    def portable(self) -> dict[str, Any]:
        """Return the profile as plain data for another process of the same run: what a header spells out stands in it.

        Secrets are `${env:NAME}` all the same: `equipped` reads them there.
        """
        data = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"extends", "routes"})
        for name, route in self.routes.items():
            data.setdefault("routes", {})[name] = route.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        order = [key for key in type(self).model_fields if data.get(key) not in ({}, [], "", None)]
        return {key: _pruned(data[key]) for key in order}

    def equipped(self, env: Mapping[str, str]) -> Self:
        """Return this profile with the secrets that it names; ValueError says which variable is not set."""
        headers = [each.headers for each in self.identities.values()]
        headers += [each.headers for each in self.traffic.routes.values()]
        texts = [value for each in headers for value in each.values()] + [self.traffic.proxy or ""]
        names = {name for text in texts for name in PLACEHOLDER.findall(text)}
        missing = sorted(name for name in names if not env.get(name))
        if missing:
            raise ValueError(f"the environment variable {missing[0]} is not set")
        profile = self.model_copy()
        profile._environment = {name: env[name] for name in names}
        return profile

    def _secret(self, placeholder: re.Match[str]) -> str:
        return self._environment[placeholder[1]]

    def _kind(self, kind: Kind) -> KindDefaults:
        return self.kinds.get(kind) or KindDefaults()

    @cached_property
    def _contracts(self) -> dict[str, Contract]:
        return {name: _cache(each, self._kind(each.kind).cache).contract for name, each in self.routes.items()}

    @cached_property
    def _patterns(self) -> "tuple[_Declared, ...]":
        """The routes as they are matched.

        Servers redirect between `/a` and `/a/`: both are the route's, unless another route declares the other one.
        """
        paths = {each.path for each in self.routes.values()}
        return tuple(
            _Declared(PathPattern(each.path), not paths & _twins(each.path), frozenset(each.query.items()), each)
            for each in self.routes.values()
        )

    @cached_property
    def _authorities(self) -> frozenset[tuple[str, int]]:
        """Host and port of all that may be asked; a host without port is asked on the ports of http and https."""
        named = [each for name in self.safety.allow_hosts for each in _ports(name)]
        if (own := address(self.site)) is not None:
            named += [(own[0], port) for port in DEFAULT_PORTS.values()] if own[1] in DEFAULT_PORTS.values() else [own]
        return frozenset(named)


class Place(NamedTuple):
    """Where a key stands."""

    file: str
    line: int | None


class _Declared(NamedTuple):
    """A route as it is matched."""

    pattern: PathPattern
    either: bool
    """Whether a slash at the end of the path makes no difference."""
    query: frozenset[tuple[str, str]]
    route: Route


def _holding(path: tuple[str | int, ...]) -> Iterator[tuple[str, ...]]:
    """Yield a path and the shorter ones that hold it, the longest first."""
    keys = tuple(map(str, path))
    return (keys[:end] for end in range(len(keys), 0, -1))


def _twins(path: str) -> set[str]:
    """Return the path with, or without, a slash at its end; itself where that would be another thing."""
    if path == "/" or path.endswith("*"):
        return {path}
    return {path[:-1] if path.endswith("/") else path + "/"}


def _ports(name: str) -> list[tuple[str, int]]:
    """Return host and ports of `host` or `host:port`: without a port those of http and of https."""
    schemes = DEFAULT_PORTS if name.endswith("]") or ":" not in name else ("http",)
    found = (address(f"{scheme}://{name}/") for scheme in schemes)
    return [each for each in found if each is not None]


def _query(text: str) -> list[tuple[str, str]]:
    """Return the parameters of a query; none when there are more than anybody declares."""
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return []


def _cache(route: Route, implied: Cache) -> Cache:
    """Return a route's cache rules: its own, then what its other keys imply, then its kind's."""
    own = route.cache
    if route.revalidate is not None and own.shared is None:
        own = Cache(shared=Span.exactly(round(route.revalidate))).over(own)
    if own.storing is None and route.personal:
        # the shell that browsers render is nobody's: keeping it is as much in order as not keeping it
        own = Cache(storing=Storing.ANY if route.kind is Kind.CSR else Storing.PRIVATE).over(own)
        implied = Cache(browser=implied.browser)
    if own.storing is None and own.shared is not None and own.shared.high_s != 0:
        own = Cache(storing=Storing.PUBLIC).over(own)
    if own.storing in {Storing.PRIVATE, Storing.NO_STORE}:
        implied = Cache(browser=implied.browser)
    return own.over(implied)


def _pruned(data: Any) -> Any:
    """Return data without the mappings and lists that hold nothing."""
    if not isinstance(data, dict):
        return data
    kept = ((key, _pruned(value)) for key, value in data.items())
    return {key: value for key, value in kept if value != {} and value != []}


def _shown(name: str, value: str) -> str:
    """Return a header's value as it may be written: with placeholders only, or withheld where it is sensitive."""
    return WITHHELD if name.lower() in SENSITIVE and not PLACEHOLDER.search(value) else value
