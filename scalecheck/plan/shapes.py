"""Shapes as courses: hold, ramp and day, by region; pure functions of the profile and of a date."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from scalecheck.model.profile_shapes import Day, Stage
from scalecheck.model.profile_traffic import Region
from scalecheck.model.quantities import DAY_S, Hours
from scalecheck.plan.courses import Course, Piece, total

EVERYWHERE: Mapping[str, Region] = {"all": Region(share=1.0)}
"""Where visitors come from when the profile does not say."""


def courses(
    stages: Sequence[Stage], regions: Mapping[str, Region], on: date, *, scale: float = 1.0
) -> dict[str, Course]:
    """Return the course of every region, each by its own share; together they are what the origin sees.

    A day begins at midnight UTC of its date; a ramp begins where the stage before it ended, and the first one at
    nothing.
    """
    return {
        name: _course(stages, region, on).scaled(region.share * scale)
        for name, region in (regions or EVERYWHERE).items()
    }


def whole(stages: Sequence[Stage], regions: Mapping[str, Region], on: date, *, scale: float = 1.0) -> Course:
    """Return the course of all regions together."""
    return total(courses(stages, regions, on, scale=scale).values())


def _course(stages: Iterable[Stage], region: Region, on: date) -> Course:
    course = Course(())
    for stage in stages:
        course = course.then(_stage(stage, course.end, region, on))
    return course


def _stage(stage: Stage, level: float, region: Region, on: date) -> Course:
    """Return the course of one stage that begins at a level."""
    if stage.day is not None:
        day = total(_zone(stage.day, zone, on).scaled(1 / len(region.timezones)) for zone in region.timezones)
        return day.squeezed(stage.day.squeeze.factor) if stage.day.squeeze else day
    if stage.ramp is not None:
        return Course((Piece(stage.duration_s, level, stage.ramp),))
    held = stage.hold or 0.0
    return Course((Piece(stage.duration_s, held, held),))


def _zone(day: Day, zone: str, on: date) -> Course:
    """Return a day of UTC as a time zone lives through it: of its own days, three touch one of UTC."""
    swings = [_swing(day, ZoneInfo(zone), on + timedelta(days=offset), on) for offset in (-2, -1, 0, 1, 2)]
    busy = total(_cut(points) for points in swings)
    pieces = (Piece(each.seconds, _level(day, each.start), _level(day, each.end)) for each in busy.pieces)
    return Course(tuple(pieces))


def _level(day: Day, busy: float) -> float:
    """Return the level of so much of the busy hours, 0 to 1; where two days overlap, no more than the plateau."""
    return day.night + (day.plateau - day.night) * min(1.0, busy)


def _swing(day: Day, zone: ZoneInfo, local: date, on: date) -> tuple[tuple[float, float], ...]:
    """Return the corners of one local day: seconds after midnight UTC of `on`, and how busy it is, 0 to 1."""
    start_s, end_s = (_instant(second, zone, local, on) for second in _ends(day.hours))
    return (start_s - day.shoulders, 0.0), (start_s, 1.0), (end_s, 1.0), (end_s + day.shoulders, 0.0)


def _ends(hours: Hours) -> tuple[int, int]:
    return hours.start_s, hours.end_s if hours.end_s > hours.start_s else hours.end_s + DAY_S


def _instant(second: int, zone: ZoneInfo, local: date, on: date) -> float:
    """Return when a clock on the wall shows a time, in seconds after midnight UTC of `on`.

    A time that clocks skip is the moment at which they do; of one that they show twice, the first.
    """
    days, rest = divmod(second, DAY_S)
    wall = datetime.combine(local + timedelta(days=days), datetime.min.time()) + timedelta(seconds=rest)
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != wall:  # skipped: the moment before, by the later offset
        moment = _skip(wall, zone)
    return (moment - datetime.combine(on, datetime.min.time(), tzinfo=UTC)).total_seconds()


def _skip(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment at which clocks skip a time."""
    earlier, later = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    while (later - earlier) > timedelta(seconds=1):
        middle = earlier + (later - earlier) / 2
        if middle.astimezone(zone).utcoffset() == earlier.astimezone(zone).utcoffset():
            earlier = middle
        else:
            later = middle
    return later.replace(microsecond=0)


def _cut(points: Sequence[tuple[float, float]]) -> Course:
    """Return what lies between the two midnights of UTC of a line through points, at nothing before and after."""
    return Course(tuple(_pieces([(min(0.0, points[0][0]), 0.0), *points, (max(DAY_S, points[-1][0]), 0.0)])))


def _pieces(points: Sequence[tuple[float, float]]) -> Iterator[Piece]:
    for (start_s, start), (end_s, end) in pairwise(points):
        low, high = max(0.0, start_s), min(float(DAY_S), end_s)
        if high > low:
            line = Piece(end_s - start_s, start, end)
            yield Piece(high - low, line.at(low - start_s), line.at(high - start_s))
