"""Figures of traffic: for one page view, for a second, for a day; and how they are written."""

from collections.abc import Iterable
from dataclasses import dataclass

from scalecheck.model.quantities import Between
from scalecheck.plan.costs import Flow, Part

SIGNIFICANT = 3
"""Digits that a plan shows of a figure: its inputs have no more."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What so many page views come to."""

    pages: float
    visits: float
    requests: float
    calls: float
    """API calls among the requests."""
    size: float
    """Bytes to visitors; of what nobody knows the size of, nothing."""
    origin_requests: float
    """Requests that reach the origin behind a warm edge; behind one that was purged, all of them do at first."""
    origin_size: float
    visitors: float
    """Who looks at a page at the same time, by Little's law: of page views a second only."""

    def times(self, factor: float) -> "Figures":
        """Return what so many times as many page views come to."""
        return Figures(*(getattr(self, name) * factor for name in self.__slots__))


def per_page(those: Iterable[Flow], pages_per_visit: float, think_s: float) -> Figures:
    """Return what one page view comes to.

    Visits are page views divided by the pages of one; visitors at the same time are visits a second times the seconds
    of one, which are its pages times the time to think after each, so that the pages of a visit cancel out.
    """
    found = tuple(those)
    return Figures(
        pages=1.0,
        visits=1 / max(1.0, pages_per_visit),
        requests=sum(each.requests for each in found),
        calls=sum(each.requests for each in found if each.part is Part.CALL),
        size=sum(each.size or 0.0 for each in found),
        origin_requests=sum(each.requests * (1 - each.hit_ratio) for each in found),
        origin_size=sum((each.size or 0.0) * (1 - each.hit_ratio) for each in found),
        visitors=think_s,
    )


@dataclass(frozen=True, slots=True)
class Spread:
    """Figures for the fewest pages that a visitor sees, for the usual number, and for the most."""

    few: Figures
    usual: Figures
    many: Figures

    def of(self, name: str) -> Between:
        """Return one figure from its lowest to its highest."""
        found = [getattr(each, name) for each in (self.few, self.usual, self.many)]
        return Between(min(found), max(found))


def number(value: float) -> str:
    """Return a number to read: `0.42`, `14.2`, `2,956`, `7.5M`."""
    for unit, size in (("T", 1e12), ("G", 1e9), ("M", 1e6)):
        if abs(value) >= size * 0.9995:
            return f"{_digits(value / size)}{unit}"
    return _digits(value)


def size(value: float) -> str:
    """Return bytes to read: `412MB`, `3.12TB`."""
    for unit, factor in (("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if value >= factor * 0.9995:
            return f"{_digits(value / factor)}{unit}"
    return f"{_digits(value)}B"


def between(range_: Between, unit: str = "") -> str:
    """Return a range to read: `104..208`, or one number."""
    low, high = (size(end) if unit == "bytes" else number(end) for end in (range_.low, range_.high))
    return low if low == high else f"{low}..{high}"


def _digits(value: float) -> str:
    """Return a number in three significant digits, whole ones with their thousands apart."""
    if abs(value) >= 10 ** (SIGNIFICANT - 1):
        return f"{value:,.0f}"
    text = f"{value:.{SIGNIFICANT}g}"
    return f"{float(text):.10f}".rstrip("0").rstrip(".") if "e" in text else text
