"""The arithmetic of a profile's traffic: a day by hour and region, and what each shape comes to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from scalecheck.model.profile import Profile
from scalecheck.model.profile_shapes import Day, Stage
from scalecheck.model.quantities import Between
from scalecheck.plan.costs import Flow, Measured, PageFigures, empty_share, flows, page_figures
from scalecheck.plan.courses import Course, total
from scalecheck.plan.figures import Figures, Spread, per_page
from scalecheck.plan.shapes import courses

HOURS = 24
MONTH_DAYS = 30
ONE_PAGE = Between(1, 1)
PAID = {
    "egress": "size",
    "requests": "requests",
    "origin_egress": "origin_size",
    "origin_requests": "origin_requests",
}
"""What has a price, and the figure that it is the price of."""


class PlanError(ValueError):
    """The profile says too little to work anything out: key and what is missing."""

    def __init__(self, path: tuple[str, ...], message: str) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a day of UTC, on average over it and at the usual number of pages."""

    begins: int
    """0 to 23."""
    regions: Mapping[str, float]
    """Page views a second, by region."""
    figures: Figures
    """Of all regions, a second."""


@dataclass(frozen=True)
class Rhythm:
    """How a day's page views pass over the regions."""

    day: Day
    source: str
    """Key of the profile that says so; empty for the default."""
    on: date
    by_region: Mapping[str, Course]
    whole: Course

    @property
    def seconds(self) -> float:
        """Seconds of the plateau, were all regions awake at once, that the day comes to."""
        return self.whole.area / self.day.plateau

    @property
    def awake(self) -> float:
        """Share of the plateau that all regions come to at the busiest moment."""
        return self.whole.peak / self.day.plateau

    @property
    def busiest_s(self) -> float:
        """When the busiest moment begins, in seconds after midnight UTC."""
        return self.whole.first(self.whole.peak)


@dataclass(frozen=True, slots=True)
class Today:
    """A usual day."""

    rhythm: Rhythm
    pages: Between
    """Page views of it."""
    per_page: Spread
    total: Spread
    busiest: Spread
    """A second of its busiest moment."""
    hours: tuple[Hour, ...]
    from_audience: bool
    """Whether users and their pages say how many page views there are; else `normal` does."""


@dataclass(frozen=True, slots=True)
class ShapeRun:
    """One shape, played once."""

    name: str
    course: Course
    """In multiples of `normal`."""
    peak: Figures
    """A second of its busiest moment."""
    total: Figures


@dataclass(frozen=True, slots=True)
class Caches:
    """Page views with caches in one state, at the usual number of pages."""

    name: str
    empty: float
    """Share of page views that begin with an empty cache."""
    per_page: Figures


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a profile's traffic comes to."""

    profile: Profile
    pages: Mapping[str, PageFigures]
    flows: tuple[Flow, ...]
    """For one page view, at the usual number of pages."""
    caches: tuple[Caches, ...]
    today: Today
    runs: tuple[ShapeRun, ...]
    measured: Measured


def plan(profile: Profile, on: date, measured: Measured | None = None, shape: str | None = None) -> Plan:
    """Return the arithmetic of a profile's traffic on a date; PlanError where it says too little."""
    measured = measured or Measured()
    traffic = profile.traffic
    if traffic.normal is None:
        raise PlanError(("traffic", "normal"), "says what 1x means, such as 200 pages/s; without it nothing follows")
    if not traffic.pages:
        raise PlanError(("traffic", "pages"), "what visitors see is not declared, so no request follows from a visit")
    usual = (traffic.audience.pages_per_user or ONE_PAGE).mean
    shapes = {shape: traffic.shapes[shape]} if shape is not None else traffic.shapes
    return Plan(
        profile=profile,
        pages={name: page_figures(profile, name, measured) for name in traffic.pages},
        flows=flows(profile, measured, empty_share(profile, usual)),
        caches=tuple(_caches(profile, measured, usual)),
        today=_today(profile, on, measured, shape),
        runs=tuple(_run(profile, on, measured, name, stages) for name, stages in shapes.items()),
        measured=measured,
    )


def spread(profile: Profile, measured: Measured) -> Spread:
    """Return what one page view comes to, for few pages a visitor, the usual number, and many."""
    pages = profile.traffic.audience.pages_per_user or ONE_PAGE
    return Spread(*(_per_page(profile, measured, each) for each in (pages.low, pages.mean, pages.high)))


def _per_page(profile: Profile, measured: Measured, pages: float, empty: float | None = None) -> Figures:
    think = profile.traffic.audience.think_time
    share = empty_share(profile, pages) if empty is None else empty
    return per_page(flows(profile, measured, share), pages, think.mean if think is not None else 0.0)


def _caches(profile: Profile, measured: Measured, usual: float) -> Iterator[Caches]:
    """Yield what a page view takes with every cache empty, as declared, and with every cache warm."""
    for name, empty in (("empty", 1.0), ("as declared", empty_share(profile, usual)), ("warm", 0.0)):
        yield Caches(name, empty, _per_page(profile, measured, usual, empty))


def _today(profile: Profile, on: date, measured: Measured, shape: str | None) -> Today:
    """Return a day of the audience; where that is not declared, a day whose plateau is 1x."""
    audience, rhythm, each = profile.traffic.audience, _rhythm(profile, on, shape), spread(profile, measured)
    users = audience.daily_users
    pages_each = audience.pages_per_user or ONE_PAGE
    if users is None:
        plateau = (profile.traffic.normal or 0.0) * rhythm.seconds
        pages = (plateau, plateau, plateau)
    else:
        pages = (users * pages_each.low, users * pages_each.mean, users * pages_each.high)
    figures = (each.few, each.usual, each.many)
    whole = Spread(*(one.times(count) for one, count in zip(figures, pages, strict=True)))
    at_once = rhythm.whole.peak / rhythm.whole.area
    busiest = Spread(*(one.times(at_once) for one in (whole.few, whole.usual, whole.many)))
    hours = tuple(_hour(rhythm, number, whole.usual) for number in range(HOURS))
    return Today(rhythm, Between(pages[0], pages[2]), each, whole, busiest, hours, users is not None)


def _rhythm(profile: Profile, on: date, shape: str | None) -> Rhythm:
    """Return how a day passes: as the chosen shape has it, else as the first that has one, else from nine to six."""
    shapes = profile.traffic.shapes
    names = ([shape] if shape is not None else []) + [name for name in shapes if name != shape]
    found = ((name, stage.day) for name in names for stage in shapes[name] if stage.day is not None)
    name, declared = next(((name, day) for name, day in found if day.plateau), ("", Day()))
    day = declared.model_copy(update={"squeeze": None})
    by_region = courses((Stage(day=day),), profile.traffic.regions, on)
    return Rhythm(day, f"traffic.shapes.{name}" if name else "", on, by_region, total(by_region.values()))


def _hour(rhythm: Rhythm, number: int, whole: Figures) -> Hour:
    """Return one hour of a day that comes to so much."""
    from_s, to_s = number * 3600.0, (number + 1) * 3600.0
    rates = {
        name: (course.until(to_s) - course.until(from_s)) / 3600 / rhythm.whole.area
        for name, course in rhythm.by_region.items()
    }
    return Hour(number, {name: rate * whole.pages for name, rate in rates.items()}, whole.times(sum(rates.values())))


def _run(profile: Profile, on: date, measured: Measured, name: str, stages: tuple[Stage, ...]) -> ShapeRun:
    usual, normal = spread(profile, measured).usual, profile.traffic.normal or 0.0
    course = total(courses(stages, profile.traffic.regions, on).values())
    return ShapeRun(name, course, usual.times(course.peak * normal), usual.times(course.area * normal))


def month(a_day: Between) -> Between:
    """Return what a figure of a day comes to in a month."""
    return a_day.times(MONTH_DAYS)


def prices(profile: Profile, today: Spread) -> Mapping[str, Between]:
    """Return what a day costs, by what is paid for; only what has a price."""
    paid = {
        "egress": "size",
        "requests": "requests",
        "origin_egress": "origin_size",
        "origin_requests": "origin_requests",
    }
    found = {name: (getattr(profile.traffic.prices, name), today.of(figure)) for name, figure in paid.items()}
    return {
        name: Between(price.of(amount.low), price.of(amount.high))
        for name, (price, amount) in found.items()
        if price is not None
    }


def currency(profile: Profile) -> str | None:
    """Return the currency that prices are in; None without any price."""
    declared = (getattr(profile.traffic.prices, name) for name in PAID)
    return next((price.currency for price in declared if price is not None), None)
