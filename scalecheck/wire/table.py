"""Tables of JSON that somebody else wrote, read with the place of what is wrong; light, since workers import it."""

import math
from enum import StrEnum
from typing import Any, TypeVar

LARGEST = 2**53
"""Counts beyond this are none: JSON's readers do not tell them apart."""
LONGEST_NAME = 4096
MOST = 100_000
"""Entries that one list or table may have."""
Known = TypeVar("Known", bound=StrEnum)


class Table:
    """A JSON object of which every value is looked at before it is believed."""

    def __init__(self, data: object, place: str) -> None:
        if not isinstance(data, dict):
            raise ValueError(f"{place}: expected an object, found {_found(data)}")
        self._data, self._place = data, place

    def wrong(self, key: str, expected: str) -> ValueError:
        """Return what to raise of a value that is none."""
        return ValueError(f"{self._place}.{key}: expected {expected}, found {_found(self._data.get(key))}")

    def count(self, key: str, least: int = 0) -> int:
        """Return a whole number; 0 where there is none."""
        value = self._data.get(key, 0)
        if type(value) is not int or not least <= value <= LARGEST:
            raise self.wrong(key, f"a whole number from {least}")
        return value

    def number(self, key: str, least: float = 0.0) -> float:
        """Return a number; 0 where there is none."""
        value = self._data.get(key, 0)
        if not is_number(value, least):
            raise self.wrong(key, f"a number from {least:g}")
        return float(value)

    def text(self, key: str, *, needed: bool = False) -> str:
        """Return a text; empty where there is none and none is needed."""
        value = self._data.get(key, "")
        if not isinstance(value, str) or len(value) > LONGEST_NAME or (needed and not value):
            raise self.wrong(key, "a text")
        return value

    def one_of(self, key: str, known: type[Known]) -> Known:
        """Return one of the words there are."""
        try:
            return known(str(self._data.get(key)))
        except ValueError:
            raise self.wrong(key, f"one of {', '.join(known)}") from None

    def counts(self, key: str) -> dict[str, int]:
        """Return a table of whole numbers."""
        value = self._data.get(key, {})
        if not isinstance(value, dict) or len(value) > MOST or any(len(name) > LONGEST_NAME for name in value):
            raise self.wrong(key, "a table of whole numbers")
        within = Table(value, f"{self._place}.{key}")
        return {name: within.count(name) for name in value}

    def entries(self, key: str) -> list[Any]:
        """Return a list; empty where there is none."""
        value = self._data.get(key, [])
        if not isinstance(value, list) or len(value) > MOST:
            raise self.wrong(key, "a list")
        return value

    def tables(self, key: str) -> "list[Table]":
        """Return a list of objects."""
        return [Table(each, f"{self._place}.{key}.{number}") for number, each in enumerate(self.entries(key))]

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; empty where there is none."""
        value = self.entries(key)
        if not all(isinstance(each, str) and len(each) <= LONGEST_NAME for each in value):
            raise self.wrong(key, "a list of texts")
        return tuple(value)

    def rows(self, key: str, names: str) -> "list[Table]":
        """Return a list of lists as objects of these names."""
        columns, rows = names.split(), self.entries(key)
        if not all(isinstance(row, list) and len(row) == len(columns) for row in rows):
            raise self.wrong(key, f"rows of {', '.join(columns)}")
        return [
            Table(dict(zip(columns, row, strict=True)), f"{self._place}.{key}.{number}")
            for number, row in enumerate(rows)
        ]


def is_number(value: object, least: float = 0.0) -> bool:
    """Whether a value of JSON is a number that can be counted with."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return least <= value <= LARGEST and math.isfinite(value)


def _found(value: object) -> str:
    """Return what was found instead, cut short: it may be anything."""
    if value is None or isinstance(value, bool | int | float | str):
        shown = repr(value)
        return shown if len(shown) <= 60 else f"{shown[:57]}..."
    return type(value).__name__
