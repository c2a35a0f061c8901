"""What was read in a page, as it is kept: values that a page stores are looked at here, and go no further."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from scalecheck.gather.in_page import KEYS_AT_MOST, LONGEST_KEY
from scalecheck.model.browsing import Stored, Worker
from scalecheck.wire.kept_values import looks_like

METRICS_AT_MOST = 20
LONGEST_URL = 2000


@dataclass(slots=True)
class Seen:
    """What a visit saw, as far as it came."""

    text: str = ""
    stored: tuple[Stored, ...] = ()
    workers: tuple[Worker, ...] = ()
    metrics: dict[str, float] = field(default_factory=dict)
    marks: dict[str, float] = field(default_factory=dict)
    missed: dict[str, str] = field(default_factory=dict)


def stored(rows: Iterable[object]) -> tuple[tuple[Stored, ...], str]:
    """Return what is kept in the browser, and why something of it could not be read; empty where all was."""
    kept: list[Stored] = []
    unread = ""
    for area, key, value in _threes(rows):
        if area == "unread":
            unread = f"{key}: {value}"
        elif len(kept) < 4 * KEYS_AT_MOST:
            said = looks_like("", key)
            kept.append(
                Stored(area, f"({said})" if said else key[:LONGEST_KEY], looks_like(key.rpartition("/")[2], value))
            )
    return tuple(kept), unread


def workers(rows: Iterable[object]) -> tuple[Worker, ...]:
    """Return the service workers of a page."""
    return tuple(
        Worker(script[:LONGEST_URL], scope[:LONGEST_URL], state[:20]) for script, scope, state in _threes(rows)
    )


def figures(measured: Mapping[str, object]) -> dict[str, float]:
    """Return what the page's own clock says, where it is a number."""
    numbers = ((name[:40], value) for name, value in list(measured.items())[:METRICS_AT_MOST])
    return {
        name: round(float(value), 4)
        for name, value in numbers
        if isinstance(value, int | float) and math.isfinite(value)
    }


def _threes(rows: Iterable[object]) -> Iterator[tuple[str, str, str]]:
    for row in rows:
        if isinstance(row, list) and len(row) == 3:
            yield str(row[0]), str(row[1]), str(row[2])
