"""Which sentence of a profile is asked of what, in which stages of a run, and which check judges it.

Every sentence is judged by exactly one check in each stage. What stands under `slo.during` replaces what `slo.all` says
of the same metric in those stages; what it says of a stage by its own name replaces what it says of the whole shape.
Times and errors belong

    within … of a stage                               load.recovers
    after a rise, back at the level before it         load.recovers
    at ten times the first hold, or more              load.survives_spike
    at three times it, or more                        load.headroom
    growth                                            load.steady
    everywhere else                                   load.latency, load.page_time, load.errors

and what is neither a time nor an error belongs to one check wherever it stands. Who declares no level of errors, of the
first byte or of the hit ratio is judged by the profile's `targets`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from scalecheck.model.calls import path
from scalecheck.model.load import Key, Part, StageRun, SwarmRun
from scalecheck.model.profile import Profile
from scalecheck.model.sentence import Measure, Metric, Operator, Sentence, Span, Unit

SPIKE = 10.0
"""Times the level before it that make a spike."""
RAISED = 3.0
"""Times the level before it that show headroom."""
BACK = 1.5
"""Up to so many times the level before it, load is back."""
SETTLES_S = 60.0
"""Seconds, at most half of a stage, in which a site may recover where the profile does not say."""
SOAK_S = 1800.0
"""A hold of so many seconds shows growth, where the profile does not say in which time to look for it."""
GROWTH = 0.1
"""Share by which times may grow over a whole soak, where the profile does not say."""
CLOSE = 1e-6


class Role(StrEnum):
    """What a stage shows."""

    PLAIN = ""
    HEADROOM = "load.headroom"
    SPIKE = "load.survives_spike"
    RECOVERY = "load.recovers"


CHECKS = {
    Measure.LATENCY: "load.latency",
    Measure.TTFB: "load.latency",
    Measure.PAGE: "load.page_time",
    Measure.ERRORS: "load.errors",
    Measure.STATUS: "load.errors",
    Measure.HIT_RATIO: "load.hit_ratio",
    Measure.FIRST_BYTES: "load.bytes",
    Measure.REPEAT_BYTES: "load.bytes",
    Measure.DELIVERED: "load.delivered",
    Measure.LAG: "load.delivered",
    Measure.WORKERS_LOST: "load.delivered",
    Measure.REQUESTS: "load.throughput",
    Measure.PAGES: "load.throughput",
}
BY_STAGE = frozenset({Measure.LATENCY, Measure.TTFB, Measure.PAGE, Measure.ERRORS, Measure.STATUS})
"""What a site's visitors feel, of which the stage decides who judges it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a sentence is about."""

    table: str
    """`all`, `pages`, `assets`, `routes`, or `documents`: those pages that shared caches may keep."""
    names: tuple[str, ...] = ()
    """Pages or endpoints."""
    documents: tuple[str, ...] = ()
    """Pages whose document is such an endpoint."""

    def __str__(self) -> str:
        if self.table == "pages":
            return f"page {self.names[0]}"
        groups = {"all": "all requests", "assets": "assets", "documents": "cacheable pages"}
        return groups[self.table] if self.table in groups else self.names[0]

    @property
    def of_page(self) -> bool:
        """Whether it is one page, of which whole views fail."""
        return self.table == "pages"

    def holds(self, key: Key) -> bool:
        """Whether a tally belongs to it."""
        match self.table:
            case "all":
                return True
            case "assets":  # page views too: what visits take is counted of them
                return key.part in {Part.ASSET, Part.PAGE}
            case "pages":
                return key.part in {Part.PAGE, Part.DOCUMENT} and key.name in self.names
            case "documents":
                return key.part is Part.DOCUMENT and key.name in self.names
            case _:
                if key.part is Part.DOCUMENT:
                    return key.name in self.documents
                return key.part in {Part.CALL, Part.ROUTE} and key.name in self.names


EVERYTHING = Scope("all")


@dataclass(frozen=True, slots=True)
class Level:
    """One sentence, of what it is asked, in which stages, and by which check."""

    sentence: Sentence
    place: tuple[str | int, ...]
    """Its keys in the profile."""
    scope: Scope
    stages: tuple[int, ...]
    """By their number in the run."""
    check: str
    since_s: float = 0.0
    """Seconds at the beginning of each stage that are left out."""
    optional: bool = False
    """Whether the profile does not ask for it: a default, which says nothing where nothing tells."""


def levels(profile: Profile, run: SwarmRun) -> tuple[Level, ...]:
    """Return every sentence that this run can be asked, each stage of it by one check."""
    found = [*_said(profile, run)]
    return tuple(part for level in found for part in _by_role(level, run))


def roles(stages: tuple[StageRun, ...], scale: float) -> tuple[Role, ...]:
    """Return what each stage shows, by how its load compares with that of the first hold."""
    first = next((stage.start for stage in stages if abs(stage.start - stage.end) < CLOSE and stage.start), scale)
    base = scale if first >= RAISED * scale - CLOSE and scale else first
    found: list[Role] = []
    for stage in stages:
        most = max(stage.start, stage.end) / base if base else 0.0
        if most >= RAISED - CLOSE:
            found.append(Role.SPIKE if _peak(stages, stage) / base >= SPIKE - CLOSE else Role.HEADROOM)
        else:
            held, risen = abs(stage.start - stage.end) < CLOSE, any(role is not Role.PLAIN for role in found)
            found.append(Role.RECOVERY if held and risen and most <= BACK else Role.PLAIN)
    return tuple(found)


def _peak(stages: tuple[StageRun, ...], stage: StageRun) -> float:
    """Return the highest level of the rise that a stage is a part of: its ramps belong to a spike as its top does."""
    number, most = stages.index(stage), max(stage.start, stage.end)
    return max([most, *(_joined(stages[number + 1 :], most)), *(_joined(stages[:number][::-1], most))])


def _joined(stages: tuple[StageRun, ...], level: float) -> Iterator[float]:
    """Yield the levels of the stage beside, where it goes on from this one's top and higher."""
    for stage in stages[:1]:
        if min(stage.start, stage.end) >= level - CLOSE:
            yield max(stage.start, stage.end)


def _by_role(level: Level, run: SwarmRun) -> Iterator[Level]:
    """Yield a level once for each check that judges it."""
    metric = level.sentence.metric
    if level.check or metric.growth or metric.measure not in BY_STAGE:
        yield replace(level, check=level.check or ("load.steady" if metric.growth else CHECKS[metric.measure]))
        return
    shown = roles(run.stages, run.scale)
    for role in Role:
        stages = tuple(number for number in level.stages if shown[number] is role)
        if not stages:
            continue
        settles = role is Role.RECOVERY and level.place[1:2] != ("during",)
        since_s = min(SETTLES_S, *(_lasts(run.stages[number]) / 2 for number in stages)) if settles else 0.0
        yield replace(level, stages=stages, check=role or CHECKS[metric.measure], since_s=since_s)


def _lasts(stage: StageRun) -> float:
    return stage.ends_s - stage.begins_s


def _said(profile: Profile, run: SwarmRun) -> Iterator[Level]:
    """Yield every sentence of the profile with the stages it is asked of, and what is asked by default."""
    slo, every = profile.slo, tuple(range(len(run.stages)))
    during = _during(profile, run)
    for number, sentence in enumerate(slo.all):
        replaced = {stage for each in during if each.sentence.metric == sentence.metric for stage in each.stages}
        stages = tuple(stage for stage in every if stage not in replaced)
        if stages:
            yield Level(sentence, ("slo", "all", number), EVERYTHING, stages, "")
    for number, sentence in enumerate(slo.assets):
        yield Level(sentence, ("slo", "assets", number), Scope("assets"), every, "")
    for name, sentences in slo.pages.items():
        for number, sentence in enumerate(sentences):
            yield Level(sentence, ("slo", "pages", name, number), Scope("pages", (name,)), every, "")
    for name, sentences in slo.routes.items():
        for number, sentence in enumerate(sentences):
            yield Level(sentence, ("slo", "routes", name, number), route(profile, name), every, "")
    yield from during
    yield from _defaults(profile, run, every, during)


def route(profile: Profile, endpoint: str) -> Scope:
    """Return the scope of an endpoint, which may be the document of a page as well."""
    documents = tuple(name for name, page in profile.traffic.pages.items() if f"GET {page.get}" == endpoint)
    return Scope("routes", (endpoint,), documents)


def _during(profile: Profile, run: SwarmRun) -> tuple[Level, ...]:
    """Return what is said of this shape and of stages by their names, the latter in the place of the former."""
    every = tuple(range(len(run.stages)))
    named: list[Level] = []
    for name, sentences in profile.slo.during.items():
        stages = tuple(number for number in every if run.stages[number].name == name)
        for number, sentence in enumerate(sentences if stages else ()):
            named.append(_one(sentence, name, number, stages))
    of_stage = {(level.sentence.metric, stage) for level in named for stage in level.stages}
    for number, sentence in enumerate(profile.slo.during.get(run.shape, ())):
        stages = tuple(stage for stage in every if (sentence.metric, stage) not in of_stage)
        if stages:
            named.append(_one(sentence, run.shape, number, stages))
    return tuple(named)


def _one(sentence: Sentence, name: str, number: int, stages: tuple[int, ...]) -> Level:
    within = sentence.span is Span.WITHIN
    since_s = sentence.window_s if within else 0.0
    check = "load.recovers" if within else ""
    return Level(sentence, ("slo", "during", name, number), EVERYTHING, stages, check, since_s)


def _defaults(profile: Profile, run: SwarmRun, every: tuple[int, ...], during: tuple[Level, ...]) -> Iterator[Level]:
    """Yield what `targets` say of what the profile has no level of."""
    targets, said = profile.targets, (*profile.slo.all, *profile.slo.assets)
    measures = {each.metric.measure for each in said if not each.metric.growth}
    errors = Sentence(Metric(Measure.ERRORS), Operator.AT_MOST, targets.error_rate, Unit.SHARE)
    replaced = {stage for each in during if each.sentence.metric == errors.metric for stage in each.stages}
    stages = tuple(stage for stage in every if stage not in replaced)
    if Measure.ERRORS not in measures and stages:
        yield Level(errors, ("targets", "error_rate"), EVERYTHING, stages, "")
    if not measures & {Measure.LATENCY, Measure.TTFB}:
        first = Sentence(Metric(Measure.TTFB, 0.95), Operator.AT_MOST, targets.first_byte, Unit.SECONDS)
        yield Level(first, ("targets", "first_byte"), EVERYTHING, every, "")
    yield from _hit_ratios(profile, every)
    yield from _growth(profile, run, during)


def _hit_ratios(profile: Profile, every: tuple[int, ...]) -> Iterator[Level]:
    """Yield the hit ratios that `targets` ask for, of assets and of pages that shared caches may keep.

    What the profile says of assets is no answer for pages.
    """
    slo = profile.slo
    asked = (
        ("static_hit_ratio", Scope("assets"), (*slo.all, *slo.assets)),
        ("page_hit_ratio", cacheable(profile), slo.all),
    )
    for name, scope, said in asked:
        if any(each.metric.measure is Measure.HIT_RATIO for each in said):
            continue
        least = getattr(profile.targets, name)
        sentence = Sentence(Metric(Measure.HIT_RATIO), Operator.AT_LEAST, least, Unit.SHARE)
        if scope.table == "assets" or scope.names:
            yield Level(sentence, ("targets", name), scope, every, "", optional=True)


def cacheable(profile: Profile) -> Scope:
    """Return the pages that shared caches may keep by their contract."""
    names = []
    for name, page in profile.traffic.pages.items():
        declared = profile.route_for(path(page.get).replace("{", "").replace("}", ""))
        if declared is not None and profile.contract(declared).cacheable_at_edge:
            names.append(name)
    return Scope("documents", tuple(names))


def _growth(profile: Profile, run: SwarmRun, during: tuple[Level, ...]) -> Iterator[Level]:
    """Yield that times do not grow over a long hold, where no sentence says by how much they may."""
    if any(each.metric.growth for each in (*profile.slo.all, *(level.sentence for level in during))):
        return
    for number, stage in enumerate(run.stages):
        if abs(stage.start - stage.end) < CLOSE and _lasts(stage) >= SOAK_S:
            metric = Metric(Measure.LATENCY, 0.95, growth=True)
            sentence = Sentence(metric, Operator.BELOW, GROWTH, Unit.SHARE, Span.PER, _lasts(stage))
            yield Level(sentence, ("slo", "all"), EVERYTHING, (number,), "load.steady", optional=True)


def where(stages: tuple[StageRun, ...], numbers: tuple[int, ...]) -> str:
    """Return the stages in words; empty where they are all there are."""
    if len(numbers) == len(stages):
        return ""
    names = [stages[number].name for number in numbers]
    return f" during {', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}"
