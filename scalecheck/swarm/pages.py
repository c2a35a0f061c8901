"""Pages as visitors see them: the document, what it loads, and what it calls, as errands of a pose."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scalecheck.engine.outgoing import Lines
from scalecheck.model.calls import Call
from scalecheck.model.load import Key, Part
from scalecheck.model.profile import Profile
from scalecheck.model.profile_traffic import Load
from scalecheck.page.fetches import Use
from scalecheck.swarm.asked import absolute, identity_of, is_sent
from scalecheck.swarm.errands import Errand, Errands, Pose, Wanted
from scalecheck.swarm.expectations import expectation
from scalecheck.swarm.rows import Drawing, Rows
from scalecheck.swarm.script import Asset, Script, ViewSample
from scalecheck.swarm.template import Template, Value, body_bytes, body_names, query_of
from scalecheck.wire.urls import resolve

UNDECLARED = "assets"
"""Whose tally an asset counts for that no route of the profile matches."""
NO_LOAD = Load()
FILLED_AT_MOST = 16_384
"""Requests of one template and pose that are kept; a catalogue has its popular rows."""


class Step:
    """One asset of a view, and what is asked for once it is there."""

    __slots__ = ("errand", "then")

    def __init__(self, errand: Errand) -> None:
        self.errand = errand
        self.then: tuple[Step, ...] = ()


class Request:
    """One request with parameters, and its errands as they are filled."""

    def __init__(self, world: "World", target: str, wanted: Callable[[str], Wanted], load: Load = NO_LOAD) -> None:
        self._world = world
        self._wanted = wanted
        self._body = load.body
        text = absolute(world.profile, target) + query_of(target, load.query)
        self._target = Template.target(text)
        secrets = world.profile.revealed
        self._headers = tuple((name, Template(each, literal=secrets)) for name, each in load.headers.items())
        own = (*(name for _, each in self._headers for name in each.names), *body_names(load.body))
        self.names = tuple(dict.fromkeys((*self._target.names, *own)))
        for name in self.names:
            world.rows.missing(name, 0.0)
        self._whole = bool(own)
        """Whether more than the target differs from row to row."""
        self._fixed: dict[tuple[Pose, str | None, str], Errand] = {}

    def errand(self, pose: Pose, value: Value, number: int, page: str) -> Errand:
        """Return the request as one visitor makes it, from a page."""
        url = self._target.filled(value)
        key = pose, identity_of(self._world.profile, url, number), page
        if self._whole:
            return self._made(key, url, value)
        if not self._target.names:
            found = self._fixed.get(key)
            if found is None:
                found = self._fixed[key] = self._made(key, url, value)
            return found
        return self._filled(key, url, value)

    def _filled(self, key: tuple[Pose, str | None, str], url: str, value: Value) -> Errand:
        """Return the errand of a row, made after the one of the row before."""
        first = self._fixed.get(key)
        if first is None:
            first = self._fixed[key] = self._made(key, url, value)
        if first.url == url:
            return first
        found = self._world.filled.get((first, url))
        if found is None:
            if len(self._world.filled) >= FILLED_AT_MOST:
                self._world.filled.clear()
            target = "/" + url.split("/", 3)[3]
            found = self._world.filled[(first, url)] = first.aimed(url, target)
        return found

    def _made(self, key: tuple[Pose, str | None, str], url: str, value: Value) -> Errand:
        pose, identity, page = key
        fields = tuple((name, each.filled(value)) for name, each in self._headers)
        body = b"" if self._body is None else body_bytes(self._body, value)
        typed = (("Content-Type", "application/json"),) if body else ()
        wanted = self._wanted(resolve(self._world.profile.site + "/", url) or url)
        return self._world.errands.of(pose, _with(wanted, page, (*typed, *fields), identity, body))


def _with(wanted: Wanted, page: str, fields: Lines, identity: str | None, body: bytes) -> Wanted:
    return Wanted(
        wanted.url,
        wanted.key,
        wanted.use,
        wanted.mode,
        wanted.method,
        page,
        "",
        wanted.expected,
        fields,
        identity,
        body,
    )


class World:
    """What all pages and routes of one process share."""

    def __init__(self, script: Script, profile: Profile, errands: Errands) -> None:
        self.script = script
        self.profile = profile
        self.errands = errands
        self.rows = Rows(script.tables, script.sources)
        self.filled: dict[tuple[Errand, str], Errand] = {}

    def call(self, endpoint: str, *, part: Part, mode: str) -> "Request":
        """Return how an endpoint is asked."""
        method, _, target = endpoint.partition(" ")
        load = self.profile.traffic.routes.get(endpoint, NO_LOAD)
        route = self.profile.route_for(absolute(self.profile, target))
        statuses = self.profile.statuses(route) if route is not None else ()
        expected = expectation(load.expect, statuses, self.profile.safety.body_limit)
        key = Key(part, endpoint)
        return Request(self, target, lambda url: Wanted(url, key, Use.FETCH, mode, method, expected=expected), load)


@dataclass(frozen=True, slots=True)
class Calling:
    """An API call of a page."""

    request: Request
    drawing: Drawing | None
    """Its own data; None where it takes what the visitor had last."""
    times: int


class Page:
    """One page that visitors see."""

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self._views: dict[tuple[Pose, int, int], tuple[Step, ...]] = {}
        self._samples = world.script.views.get(name, {})
        declared = world.profile.traffic.pages[name]
        key = Key(Part.DOCUMENT, name)
        route = world.profile.route_for(absolute(world.profile, declared.get))
        statuses = world.profile.statuses(route) if route is not None else ()
        expected = expectation(declared.expect, statuses, world.profile.safety.body_limit)
        self.name = name
        self.counter = world.errands.counter(Key(Part.PAGE, name))
        self.drawing = world.rows.drawings.get(name)
        self.document = Request(
            world, declared.get, lambda url: Wanted(url, key, Use.DOCUMENT, "navigate", expected=expected)
        )
        self.calls = tuple(_calling(world, call) for call in declared.api if is_sent(world.profile, call.endpoint))
        self.draws = sum(each.times for each in self.calls if each.drawing is not None)
        """How many numbers its calls draw for rows of their own."""
        self.missing = world.rows.missing
        self._identities = max(1, len(world.profile.identities))
        self._alike = not any(each.drawing is not None or each.request.names for each in self.calls)
        """Whether every view of a pose makes the same calls."""
        self._called: dict[tuple[Pose, int, str], tuple[Errand, ...]] = {}

    def calls_alike(self, pose: Pose, number: int, url: str) -> tuple[Errand, ...] | None:
        """Return the calls of a view, where every view of a pose and identity makes the same; None where not."""
        if not self._alike:
            return None
        key = pose, number % self._identities, url
        found = self._called.get(key)
        if found is None:
            made = ([each.request.errand(pose, str, number, url)] * each.times for each in self.calls)
            found = self._called[key] = tuple(errand for errands in made for errand in errands)
        return found

    def sample(self, pose: Pose, row: int | None) -> ViewSample | None:
        """Return what was scouted of the page with a row, else of one of the others; None where nothing was."""
        samples = self._samples.get(pose.device, ())
        if not samples:
            return None
        if row is None:
            return samples[0]
        return next((each for each in samples if each.row == row), samples[row % len(samples)])

    def assets(self, pose: Pose, sample: ViewSample, number: int) -> tuple[Step, ...]:
        """Return what the document loads at once; with each stands what follows it."""
        key = pose, id(sample), number % self._identities
        found = self._views.get(key)
        if found is None:
            found = self._views[key] = self._compiled(pose, sample, number)
        return found

    def asked(self, pose: Pose) -> Iterator[Errand]:
        """Yield what every view of the page asks for."""
        samples = self._samples.get(pose.device, ())
        for sample in samples:
            yield from (self._asset(pose, sample, asset, 0) for asset in sample.assets)
        page = samples[0].url if samples else ""
        for request, by in ((self.document, ""), *((call.request, page) for call in self.calls)):
            if not request.names:
                yield request.errand(pose, str, 0, by)

    def _compiled(self, pose: Pose, sample: ViewSample, number: int) -> tuple[Step, ...]:
        steps: list[tuple[Asset, Step]] = []
        by_url: dict[str, Step] = {}
        for asset in sample.assets:
            step = Step(self._asset(pose, sample, asset, number))
            steps.append((asset, step))
            by_url.setdefault(asset.url, step)
        first: list[Step] = []
        for asset, step in steps:
            before = by_url.get(asset.via) if asset.via != asset.url else None
            if before is None:
                first.append(step)
            else:
                before.then = (*before.then, step)
        return tuple(first)

    def _asset(self, pose: Pose, sample: ViewSample, asset: Asset, number: int) -> Errand:
        profile = self._world.profile
        route = profile.route_for(asset.url)
        wanted = Wanted(
            asset.url,
            Key(Part.ASSET, route.name if route is not None else UNDECLARED),
            Use(asset.use),
            asset.mode,
            page=sample.url,
            referrer=asset.via,
            expected=self._world.errands.expectation(asset.url, asset.status),
            identity=identity_of(profile, asset.url, number),
        )
        return self._world.errands.of(pose, wanted)


def _calling(world: World, call: Call) -> Calling:
    load = world.profile.traffic.routes.get(call.endpoint, NO_LOAD)
    own = world.rows.drawings.get(call.endpoint) if load.data is not None else None
    return Calling(world.call(call.endpoint, part=Part.CALL, mode="include"), own, call.times)
