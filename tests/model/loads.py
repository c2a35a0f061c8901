"""The little language of tests about swarms: durations, tallies, windows."""

from collections.abc import Iterable
from typing import Any

from scalecheck.model.histogram import Histogram, bucket
from scalecheck.model.load import Key, Part, Tally

PAGE, DOCUMENT, ASSET, CALL, ROUTE = Part
HOME = Key(Part.PAGE, "home")
HOME_HTML = Key(Part.DOCUMENT, "home")
ASSETS = Key(Part.ASSET, "assets")
MENU = Key(Part.CALL, "GET /api/menu")
SEARCH = Key(Part.ROUTE, "GET /api/search")


def took(*durations: tuple[int, float]) -> Histogram:
    """Return durations: how many took how many seconds."""
    counts: dict[int, int] = {}
    for count, duration_s in durations:
        at = bucket(round(duration_s * 1e6))
        counts[at] = counts.get(at, 0) + count
    total_s = sum(count * duration_s for count, duration_s in durations)
    return Histogram({index: count for index, count in counts.items() if count}, total_s, _longest(durations))


def _longest(durations: Iterable[tuple[int, float]]) -> float:
    return max((duration_s for count, duration_s in durations if count), default=0.0)


def tally(*answered: tuple[int, float], failed: dict[str, int] | None = None, **keys: Any) -> Tally:
    """Return a tally of so many answers that took so long each, and of failures that came after 10 ms.

    What is not said follows: everything was planned, sent on time and answered with 200.
    """
    failed = failed or {}
    count, lost = sum(count for count, _ in answered), sum(failed.values())
    statuses = {200: count} if count else {}
    for why, number in failed.items():
        if why.startswith("status "):
            statuses[int(why.removeprefix("status "))] = number
    said: dict[str, Any] = {
        "planned": count + lost,
        "sent": count + lost,
        "answered": count,
        "failed": failed,
        "statuses": statuses,
        "latency": took(*answered),
        "first_byte": took(*answered),
        "failures": took((lost, 0.01)),
    }
    return Tally(**{**said, **keys})
