"""What arrives on a clock: one stream for each page and each route with a rate of its own, and the stages they play."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from scalecheck.model.load import Key, Part, StageRun
from scalecheck.model.profile import Profile
from scalecheck.model.profile_shapes import VERBS, Stage
from scalecheck.plan.courses import Course
from scalecheck.plan.shapes import whole
from scalecheck.swarm.asked import rated


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of arrival: how often it comes, and how that goes up and down."""

    key: Key
    per_s: float
    """Arrivals per second at 1x."""
    course: Course
    """Level over time in multiples of that, scale included."""


def streams(profile: Profile, shape: str, scale: float, on: date) -> tuple[Stream, ...]:
    """Return what a shape makes arrive: page views by page, then the routes with a rate, in the profile's order.

    What is never sent does not arrive either: writes that the profile does not allow, hosts that get no load.

    A day begins at midnight UTC of its date. KeyError where the profile has no such shape.
    """
    traffic = profile.traffic
    course = whole(traffic.shapes[shape], traffic.regions, on, scale=scale)
    normal = traffic.normal or 0.0
    pages = (Stream(Key(Part.PAGE, name), normal * page.share, course) for name, page in traffic.pages.items())
    routes = (Stream(Key(Part.ROUTE, name), traffic.routes[name].rate or 0.0, course) for name in rated(profile))
    return (*pages, *routes)


def stages(profile: Profile, shape: str, scale: float, on: date) -> tuple[StageRun, ...]:
    """Return the stages of a shape with their levels; one that is not named is called `hold 1`, `ramp 2` and so on."""
    return tuple(_stages(profile, profile.traffic.shapes[shape], scale, on))


def _stages(profile: Profile, declared: tuple[Stage, ...], scale: float, on: date) -> Iterator[StageRun]:
    begins_s = level = 0.0
    for number, stage in enumerate(declared, 1):
        start, end = _levels(profile, stage, level, scale, on)
        ends_s = begins_s + stage.duration_s
        yield StageRun(stage.judge or f"{_verb(stage)} {number}", begins_s, ends_s, start, end)
        begins_s, level = ends_s, end


def _verb(stage: Stage) -> str:
    return next(verb for verb in VERBS if getattr(stage, verb) is not None)


def _levels(profile: Profile, stage: Stage, level: float, scale: float, on: date) -> tuple[float, float]:
    """Return the levels at both ends of a stage that begins at a level."""
    if stage.ramp is not None:
        return level, stage.ramp * scale
    if stage.hold is not None:
        return stage.hold * scale, stage.hold * scale
    day = whole((stage,), profile.traffic.regions, on, scale=scale)
    return day.at(0.0), day.end
