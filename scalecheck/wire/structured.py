"""Structured fields (RFC 9651), read by http_sf; bounded, and None where it finds an error."""

from datetime import datetime
from decimal import Decimal
from typing import Any

MAX_CHARS = 16_384
"""A longer field is not read: no honest structured field comes near it."""

Bare = str | int | Decimal | bool | bytes | datetime
Parameters = dict[str, Bare]
Item = tuple[Bare, Parameters]
"""A bare item and its parameters; tokens and strings are both str."""


def read_item(text: str) -> Item | None:
    """Return an item; None when it does not parse."""
    read = _read(text, "item")
    return None if read is None else _item(read)


def read_list(text: str) -> tuple[Item, ...] | None:
    """Return the items of a list; None when it does not parse or has an inner list."""
    read = _read(text, "list")
    if read is None or any(isinstance(member[0], list) for member in read):
        return None
    return tuple(_item(member) for member in read)


def read_dictionary(text: str) -> dict[str, Item] | None:
    """Return a dictionary's members in order, inner lists left out; None when it does not parse."""
    read = _read(text, "dictionary")
    if read is None:
        return None
    return {key: _item(member) for key, member in read.items() if not isinstance(member[0], list)}


def _read(text: str, kind: str) -> Any:
    """Return what http_sf makes of the text; None when it cannot."""
    if len(text) > MAX_CHARS or not text.isascii():
        return None
    import http_sf  # only where a structured field was sent

    try:
        return http_sf.parse(text.encode(), tltype=kind)
    except (http_sf.StructuredFieldError, ValueError, OverflowError):
        return None


def _item(read: Any) -> Item:
    value, parameters = read
    return _bare(value), {key: _bare(each) for key, each in parameters.items()}


def _bare(value: Any) -> Bare:
    """Return the value in Python's own types."""
    return value if isinstance(value, Bare) else str(value)
