"""The values that requests take from CSV files: read once and bounded, drawn all alike or by Zipf's law."""

import csv
import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from scalecheck.model.calls import parameters
from scalecheck.model.profile import Profile
from scalecheck.model.profile_data import data_file, declared_data
from scalecheck.model.profile_yaml import Problem, ProfileError

ROWS_AT_MOST = 200_000
"""Of one file; each of them travels to every worker."""
CHARACTERS_AT_MOST = 32 * 1024 * 1024
"""Of the values of one file."""
VALUE_AT_MOST = 4096
"""Characters of one value."""
ERRORS_AT_MOST = 20
"""Of one file that are told."""

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a data file: of its columns those that some request takes values from."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a page or route takes its values from."""

    table: str
    """Path of the file."""
    pick: str
    """`random` or `zipf`."""


@dataclass(frozen=True, slots=True)
class Data:
    """All values of a profile's traffic."""

    tables: dict[str, Table]
    """By path."""
    sources: dict[str, Source]
    """By the name of the page, or the endpoint of the route."""


class Draw:
    """Which row comes next: all alike, or the n-th 1/n as often as the first."""

    def __init__(self, count: int, pick: str) -> None:
        self._count = count
        self._sums = list(accumulate(1 / rank for rank in range(1, count + 1))) if pick == "zipf" else None

    def at(self, share: float) -> int:
        """Return the number of the row, from 0, for a number from 0 to 1 that was drawn."""
        if self._sums is None:
            return min(int(share * self._count), self._count - 1)
        return min(bisect_right(self._sums, share * self._sums[-1]), self._count - 1)


def read_data(profile: Profile) -> Data:
    """Return the values that a profile's traffic takes from files; ProfileError names every line that is wrong."""
    wanted = frozenset(name for text in _texts(profile) for name in parameters(text))
    sources, tables, found = {}, {}, []
    for keys, data in declared_data(profile):
        path = data_file(profile, keys, data)
        sources[str(keys[2])] = Source(str(path), data.pick)
        if str(path) not in tables:
            tables[str(path)], problems = read_rows(path, wanted)
            found += problems
    if found:
        raise ProfileError(tuple(found))
    return Data(tables, sources)


def read_rows(path: Path, wanted: frozenset[str]) -> tuple[Table, list[Problem]]:
    """Return the rows of a CSV file with a header, of the wanted columns; and what is wrong with which line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _rows(str(path), csv.reader(file), wanted)
    except UnicodeDecodeError:
        said = "expected CSV in UTF-8"
    except (OSError, csv.Error) as error:
        said = f"cannot be read: {getattr(error, 'strerror', None) or error}".lower()
    return Table((), ()), [Problem(str(path), None, "", said)]


def _rows(path: str, lines: Any, wanted: frozenset[str]) -> tuple[Table, list[Problem]]:
    header = [name.strip() for name in next(lines, [])]
    kept = [number for number, name in enumerate(header) if name in wanted]
    rows: list[Row] = []
    found: list[Problem] = []
    size = 0
    for line in lines:
        if not any(line):
            continue
        row = tuple(line[number].strip() if number < len(line) else "" for number in kept)
        size += sum(map(len, row))
        rows.append(row)
        said = _wrong(line, row, header, [header[number] for number in kept])
        if len(rows) > ROWS_AT_MOST or size > CHARACTERS_AT_MOST:
            said = f"expected at most {ROWS_AT_MOST} rows and {CHARACTERS_AT_MOST // 2**20} MiB of values"
        if said:
            found.append(Problem(path, lines.line_num, "", said))
        if len(found) >= ERRORS_AT_MOST or len(rows) > ROWS_AT_MOST or size > CHARACTERS_AT_MOST:
            break
    if not rows:
        found.append(Problem(path, None, "", "has no row behind its header"))
    return Table(tuple(header[number] for number in kept), tuple(rows)), found


def _wrong(line: list[str], row: Row, header: list[str], names: list[str]) -> str:
    """Return what is wrong with a row; empty when nothing is."""
    if len(line) != len(header):
        return f"expected {len(header)} columns, found {len(line)}"
    for name, value in zip(names, row, strict=True):
        if not value:
            return f"{name} is empty"
        if len(value) > VALUE_AT_MOST or not value.isprintable():
            return f"{name}: expected text of at most {VALUE_AT_MOST} characters without control characters"
    return ""


def _texts(profile: Profile) -> Iterator[str]:
    """Yield every text of the traffic that may take values."""
    for page in profile.traffic.pages.values():
        yield page.get
        yield from (call.target for call in page.api)
    for endpoint, load in profile.traffic.routes.items():
        yield endpoint
        yield from load.query.values()
        yield from load.headers.values()
        if load.body is not None:
            yield json.dumps(load.body, ensure_ascii=False)


def sampled(table: Table, count: int) -> tuple[int, ...]:
    """Return the numbers of some rows: the first ones, which are the most popular where Zipf's law holds."""
    return tuple(islice(range(len(table.rows)), count))
