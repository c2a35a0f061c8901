"""A swarm's records as lines of JSON: what is nothing is left out, and what is read back is what was written.

`line` and `read` are used by workers, by the pipe to the command line, and by the evidence file; they need nothing but
the standard library. Whatever a line holds, `read` returns a record or raises ValueError with the place in the line.
"""

from collections.abc import Callable, Mapping
from typing import Any

from scalecheck.model.histogram import Histogram, decode
from scalecheck.model.load import Event, Generator, Happening, Key, LoadRecord, Part, StageRun, SwarmRun, Tally, Window
from scalecheck.wire.table import Table, is_number

KINDS = ("swarm", "window", "generator", "event")
"""The one key of a line says what it is."""
_COUNTS = (
    *("planned", "sent", "late", "answered", "size", "cold", "cold_size", "warm", "warm_size"),
    *("kept", "renewed", "messages", "retried", "impolite"),
)
_HISTOGRAMS = ("latency", "failures", "first_byte")


def line(record: LoadRecord) -> dict[str, object]:
    """Return a record as JSON has it; its number is left out, since it is that of the line."""
    if isinstance(record, Window):
        tallies = [_tally(key, tally) for key, tally in record.tallies.items()]
        return {
            "window": {"worker": record.worker, "sequence": record.sequence, "second": record.second}
            | ({"tallies": tallies} if tallies else {})
        }
    if isinstance(record, Generator):
        return {"generator": _generator(record)}
    if isinstance(record, Event):
        said = {"second": record.second, "what": record.what.value, "detail": record.detail, "then": record.then}
        return {"event": _without_nothing(said)}
    return {"swarm": _swarm(record)}


def read(data: Mapping[str, Any], number: int) -> LoadRecord:
    """Return the record of a line; ValueError says which part of it is none."""
    kind = next((kind for kind in KINDS if kind in data), None)
    if kind is None:
        raise ValueError(f"expected one of {', '.join(KINDS)}")
    table = Table(data[kind], kind)
    return _READ[kind](table, number)


def _without_nothing(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value}


def _tally(key: Key, tally: Tally) -> dict[str, Any]:
    said: dict[str, Any] = {"part": key.part.value, "name": key.name}
    said |= {name: getattr(tally, name) for name in _COUNTS}
    said |= {"failed": dict(tally.failed), "states": dict(tally.states)}
    said["statuses"] = {str(status): count for status, count in tally.statuses.items()}
    said |= {name: _histogram(getattr(tally, name)) for name in _HISTOGRAMS}
    return _without_nothing(said)


def _histogram(histogram: Histogram) -> list[Any]:
    """Return buckets, sum and longest to the microsecond; nothing where nothing was counted."""
    return [histogram.encode(), round(histogram.total_s, 6), round(histogram.max_s, 6)] if histogram.counts else []


def _generator(record: Generator) -> dict[str, Any]:
    said = {name: getattr(record, name) for name in _GENERATOR_COUNTS}
    said |= {"cpu": record.cpu, "lag": _histogram(record.lag)}
    return {"worker": record.worker, "sequence": record.sequence, "second": record.second} | _without_nothing(said)


_GENERATOR_COUNTS = (
    "memory",
    "files",
    "files_limit",
    "connections",
    "opened",
    "under_way",
    "visitors",
    "messages",
    "held",
)


def _swarm(record: SwarmRun) -> dict[str, Any]:
    stages = [[each.name, each.begins_s, each.ends_s, each.start, each.end] for each in record.stages]
    said = {
        "shape": record.shape,
        "scale": record.scale,
        "normal": record.normal,
        "stages": stages,
        "workers": record.workers,
        "planned": [[key.part.value, key.name, count] for key, count in record.planned.items()],
        "seed": record.seed,
        "skipped": dict(record.skipped),
        "bare": list(record.bare),
        "notes": list(record.notes),
        "started_at": record.started_at,
    }
    return _without_nothing(said)


def _read_histogram(table: Table, key: str) -> Histogram:
    """Return durations; none where nothing is said."""
    value = table.entries(key)
    if not value:
        return Histogram()
    if len(value) == 3 and isinstance(value[0], str) and is_number(value[1]) and is_number(value[2]):
        try:
            counts = decode(value[0])
        except ValueError:
            counts = {}
        if counts:
            return Histogram(counts, float(value[1]), float(value[2]))
    raise table.wrong(key, "buckets, sum and maximum of durations")


def _read_swarm(table: Table, number: int) -> SwarmRun:
    del number  # there is one, and it has no other name
    stages = table.rows("stages", "name begins_s ends_s start end")
    planned = table.rows("planned", "part name count")
    return SwarmRun(
        shape=table.text("shape"),
        scale=table.number("scale"),
        normal=table.number("normal"),
        stages=tuple(_stage(each) for each in stages),
        workers=table.count("workers"),
        planned={Key(each.one_of("part", Part), each.text("name")): each.count("count") for each in planned},
        seed=table.count("seed"),
        skipped=table.counts("skipped"),
        bare=table.texts("bare"),
        notes=table.texts("notes"),
        started_at=table.number("started_at"),
    )


def _stage(row: Table) -> StageRun:
    begins_s, ends_s = row.number("begins_s"), row.number("ends_s")
    if ends_s < begins_s:
        raise row.wrong("ends_s", f"no less than {begins_s:g}")
    return StageRun(row.text("name"), begins_s, ends_s, row.number("start"), row.number("end"))


def _read_window(table: Table, number: int) -> Window:
    tallies: dict[Key, Tally] = {}
    for each in table.tables("tallies"):
        key = Key(each.one_of("part", Part), each.text("name"))
        if key in tallies:
            raise each.wrong("name", "each part and name once")
        tallies[key] = _read_tally(each)
    worker = table.text("worker", needed=True)
    return Window(number, worker, table.count("sequence", 1), table.count("second"), tallies)


def _read_tally(table: Table) -> Tally:
    statuses = table.counts("statuses")
    if not all(status.isascii() and status.isdigit() and len(status) == 3 for status in statuses):
        raise table.wrong("statuses", "status codes")
    counts: dict[str, Any] = {name: table.count(name) for name in _COUNTS}
    return Tally(
        **counts,
        latency=_read_histogram(table, "latency"),
        failures=_read_histogram(table, "failures"),
        first_byte=_read_histogram(table, "first_byte"),
        failed=table.counts("failed"),
        statuses={int(status): count for status, count in statuses.items()},
        states=table.counts("states"),
    )


def _read_generator(table: Table, number: int) -> Generator:
    counts = {name: table.count(name) for name in _GENERATOR_COUNTS}
    return Generator(
        number,
        table.text("worker", needed=True),
        table.count("sequence", 1),
        table.count("second"),
        lag=_read_histogram(table, "lag"),
        cpu=table.number("cpu"),
        **counts,
    )


def _read_event(table: Table, number: int) -> Event:
    what = table.one_of("what", Happening)
    return Event(number, table.number("second"), what, table.text("detail"), table.text("then"))


_READ: dict[str, Callable[[Table, int], LoadRecord]] = {
    "swarm": _read_swarm,
    "window": _read_window,
    "generator": _read_generator,
    "event": _read_event,
}
