"""What a worker tells the master each second, as data that Locust's messages carry; and what the master reads of it.

A report holds differences only: what was counted since the one before it. Reports are numbered, so that one that was
lost on the way is missed. Buckets of durations travel as they are: to compress them, as evidence does, would hold up
the worker's loop.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from scalecheck.model.histogram import Histogram
from scalecheck.model.load import Generator, Key, Part, Tally, Window

NOTHING: Mapping[str, int] = {}
FORMAT = 2
"""Number of the format; a worker of another version is told so rather than misread."""
NAME = "scalecheck"
"""Where a report stands in what Locust's workers send."""
_TALLY = tuple(each.name for each in fields(Tally))
_OWN = tuple(each.name for each in fields(Generator) if each.name not in {"number", "worker", "sequence"})


class ReportError(ValueError):
    """A report that cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class Report:
    """One report, read."""

    windows: tuple[Window, ...]
    generator: Generator
    last: bool
    """The worker has sent everything and has every answer; nothing follows."""
    fired: frozenset[str] = frozenset()
    """Names of routes whose requests Locust has counted itself."""
    noted: Mapping[str, int] = field(default_factory=dict)
    """What the end report has to say, a sentence each, with how many times it happened; of the last report only."""


def packed(
    seconds: Mapping[int, Sequence[Any]],
    generator: Generator,
    *,
    last: bool,
    fired: Sequence[str] = (),
    noted: Mapping[str, int] = NOTHING,
) -> dict[str, Any]:
    """Return a report as plain data: by second what `packed_tally` made of its tallies."""
    return {
        "format": FORMAT,
        "sequence": generator.sequence,
        "last": last,
        "fired": list(fired),
        "noted": dict(noted),
        "generator": _row(generator, _OWN),
        "seconds": [[second, list(tallies)] for second, tallies in seconds.items()],
    }


def packed_tally(key: Key, tally: Tally) -> list[Any]:
    """Return a tally as plain data."""
    return [key.part.value, key.name, *_row(tally, _TALLY)]


def read_report(worker: str, data: Mapping[str, Any]) -> Report:
    """Return a worker's report; ReportError where it is of another version, or none."""
    if (found := data.get("format")) != FORMAT:
        raise ReportError(f"worker {worker} reports in format {found}, the master reads {FORMAT}: install one version")
    try:
        sequence = data["sequence"]
        generator = Generator(0, worker, sequence, **_named(data["generator"], _OWN))
        windows = tuple(Window(0, worker, sequence, second, dict(_read(rows))) for second, rows in data["seconds"])
        noted = {str(said): int(count) for said, count in data["noted"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReportError(f"worker {worker} sent a report that cannot be read: {error}") from None
    return Report(windows, generator, bool(data["last"]), frozenset(data["fired"]), noted)


def _read(rows: Sequence[Sequence[Any]]) -> Iterator[tuple[Key, Tally]]:
    for part, name, *rest in rows:
        yield Key(Part(part), name), Tally(**_named(rest, _TALLY))


def _row(record: object, names: Sequence[str]) -> list[Any]:
    values = (getattr(record, name) for name in names)
    return [_flat(value) if isinstance(value, Histogram) else value for value in values]


def _named(row: Sequence[Any], names: Sequence[str]) -> dict[str, Any]:
    return {
        name: _histogram(value) if isinstance(value, list | tuple) else value
        for name, value in zip(names, row, strict=True)
    }


def _flat(histogram: Histogram) -> list[Any]:
    """Return buckets and counts in one list, which packs smaller and faster than a mapping."""
    flat: list[int] = []
    for pair in histogram.counts.items():
        flat += pair
    return [histogram.total_s, histogram.max_s, *flat]


def _histogram(row: Sequence[Any]) -> Histogram:
    return Histogram(dict(zip(row[2::2], row[3::2], strict=True)), row[0], row[1])
