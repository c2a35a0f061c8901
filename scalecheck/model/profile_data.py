"""Data files of a profile's traffic: whether they are there, and have the columns that requests take values from.

An audit needs none of them, so that a profile reads without; whoever plans or sends load asks here first.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from scalecheck.model.calls import parameters
from scalecheck.model.guess import guess
from scalecheck.model.profile import Profile
from scalecheck.model.profile_traffic import Data
from scalecheck.model.profile_yaml import Problem, dotted

HEADER_AT_MOST = 64 * 1024
"""Characters of a header and the row behind it."""
COLUMNS_SHOWN = 8
Keys = tuple[str | int, ...]


class Table(NamedTuple):
    """The columns of a data file; what is wrong with it, empty where nothing is."""

    columns: tuple[str, ...]
    problem: str = ""


def data_problems(profile: Profile) -> tuple[Problem, ...]:
    """Return what is wrong with the data files that a profile names, each with its place."""
    tables = {keys: read_table(data_file(profile, keys, data)) for keys, data in declared_data(profile)}
    found = [(keys, table.problem) for keys, table in tables.items() if table.problem]
    readable = {keys[:3]: table for keys, table in tables.items() if not table.problem}
    if not found:  # a column that is missing may stand in the file that cannot be read
        found = [(keys, said) for keys, owner, text in _texts(profile) for said in _missing(text, owner, readable)]
    return tuple(Problem(*profile.place(*keys), dotted(keys), said) for keys, said in dict.fromkeys(found))


def read_table(path: Path) -> Table:
    """Return the columns of a CSV file with a header and at least one row."""
    try:
        if not path.is_file():
            near = guess(path.name, [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else ())
            return Table((), f"{path}: no such file{near}" if not path.exists() else f"{path}: expected a file")
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.read(HEADER_AT_MOST)
        rows = list(csv.reader(head.splitlines(keepends=True)[:50]))
    except UnicodeDecodeError:
        return Table((), f"{path}: expected CSV in UTF-8")
    except (OSError, csv.Error) as error:
        return Table((), f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}".lower())
    columns = tuple(name.strip() for name in rows[0]) if rows else ()
    if not any(columns):
        return Table((), f"{path}: expected CSV whose first line names its columns, found nothing there")
    if twice := next((name for name in columns if columns.count(name) > 1), None):
        return Table((), f"{path}: the column {twice} stands there twice")
    if not any(any(row) for row in rows[1:]):
        return Table((), f"{path}: has no row behind its header")
    return Table(columns)


def data_file(profile: Profile, keys: Keys, data: Data) -> Path:
    """Return the path of a data file: relative to the profile that names it."""
    return Path(profile.place(*keys).file).parent / data.file


def declared_data(profile: Profile) -> Iterator[tuple[Keys, Data]]:
    """Yield the data of every page and route that has any, with the keys under which it stands."""
    for table in ("pages", "routes"):
        for name, each in getattr(profile.traffic, table).items():
            if each.data is not None:
                yield ("traffic", table, name, "data", "from"), each.data


def _texts(profile: Profile) -> Iterator[tuple[Keys, Keys, str]]:
    """Yield every text that may take values, with its key and with the page or route whose data it takes first."""
    for name, page in profile.traffic.pages.items():
        owner: Keys = ("traffic", "pages", name)
        yield (*owner, "get"), owner, page.get
        for number, call in enumerate(page.api):
            own: Keys = ("traffic", "routes", call.endpoint)
            declared = profile.traffic.routes.get(call.endpoint)
            yield (*owner, "api", number), own if declared is not None and declared.data else owner, call.target
    for endpoint, load in profile.traffic.routes.items():
        owner = ("traffic", "routes", endpoint)
        yield owner, owner, endpoint
        yield from (((*owner, "query", name), owner, value) for name, value in load.query.items())
        if load.body is not None:
            yield (*owner, "json"), owner, json.dumps(load.body)


def _missing(text: str, owner: Keys, tables: dict[Keys, Table]) -> Iterator[str]:
    """Yield the parameters that no column holds: of its own data, else of any that a visitor may have drawn from."""
    everywhere = tuple(dict.fromkeys(name for table in tables.values() for name in table.columns))
    for name in parameters(text):
        if name not in everywhere:
            columns = tables[owner].columns if owner in tables else everywhere
            more = ", …" if len(columns) > COLUMNS_SHOWN else ""
            listed = f"; there are {', '.join(columns[:COLUMNS_SHOWN])}{more}"
            yield f"no data has a column {name}{guess(name, everywhere) or listed}"
