"""Rows of data as a swarm draws them: for pages and routes with data of their own, and without."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scalecheck.swarm.data import Draw, Row, Source, Table

Had = tuple[Table, int]
"""A row that a visitor had."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Where a page or route takes its values from."""

    table: Table
    draw: Draw

    def row(self, share: float) -> Had:
        """Return the row for a number from 0 to 1 that was drawn."""
        return self.table, self.draw.at(share)


class Rows:
    """All data of a script."""

    def __init__(self, tables: Mapping[str, Table], sources: Mapping[str, Source]) -> None:
        self._tables = tuple(tables.values())
        self.drawings = {
            name: Drawing(tables[each.table], Draw(len(tables[each.table].rows), each.pick))
            for name, each in sources.items()
        }
        """By the name of the page, or the endpoint of the route."""

    def missing(self, name: str, share: float) -> Had:
        """Return a row for a parameter that the visitor never had; LookupError where no table has it."""
        table = next((each for each in self._tables if name in each.columns), None)
        if table is None:
            raise LookupError(f"no data has a column {name}")
        return table, min(int(share * len(table.rows)), len(table.rows) - 1)

    def values(self, drawing: Drawing | None, share: float) -> Callable[[str], str]:
        """Return the values of one row; of a column that its own data has not, one of any data that has."""
        own = drawing.row(share) if drawing is not None else None

        def value(name: str) -> str:
            found = value_of(own, name) if own is not None else None
            return found if found is not None else value_of(self.missing(name, share), name) or ""

        return value


def value_of(row: Had, name: str) -> str | None:
    """Return the value of a column in a row; None where there is no such column."""
    table, number = row
    if name not in table.columns:
        return None
    values: Row = table.rows[number]
    return values[table.columns.index(name)]
