"""Texts with parameters, filled with the values of a row."""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

from scalecheck.model.calls import PARAMETER, parameters
from scalecheck.model.profile_traffic import typed

Value = Callable[[str], str]
"""Returns the value of a parameter, by its name."""

in_path = lru_cache(maxsize=65_536)(lambda value: quote(value, safe=""))
"""A value as a path holds it."""
in_query = lru_cache(maxsize=65_536)(quote_plus)
"""A value as a query holds it."""


class Template:
    """A target, a query or a header's value: `/p/{sku}`."""

    __slots__ = ("_first", "_pieces", "names")

    def __init__(self, text: str, encode: Callable[[str], str] = str, literal: Callable[[str], str] = str) -> None:
        """`encode` is done to values, `literal` to what stands between them."""
        self.names = parameters(text)
        """Names of its parameters, once each."""
        first, *rest = PARAMETER.split(text)
        self._first = literal(first)
        self._pieces = tuple(zip(rest[::2], map(literal, rest[1::2]), _encodings(text, encode), strict=True))

    @classmethod
    def target(cls, text: str) -> "Template":
        """Return the template of a path or URL: what stands behind the `?` is encoded as a query."""
        return cls(text, in_path)

    def filled(self, value: Value) -> str:
        """Return the text with its parameters' values in place."""
        if not self._pieces:
            return self._first
        parts = [self._first]
        for name, behind, encode in self._pieces:
            parts += (encode(value(name)), behind)
        return "".join(parts)


def _encodings(text: str, encode: Callable[[str], str]) -> list[Callable[[str], str]]:
    """Return how the value of each parameter is encoded where it stands."""
    query = text.find("?") if encode is in_path else -1
    return [in_query if 0 <= query < found.start() else encode for found in PARAMETER.finditer(text)]


def query_of(target: str, query: Mapping[str, str]) -> str:
    """Return what a declared query adds to a target, its parameters left in place; empty for none."""
    if not query:
        return ""
    pairs = "&".join(f"{in_query(name)}={_quoted(text)}" for name, text in query.items())
    return f"{'&' if '?' in target else '?'}{pairs}"


def _quoted(text: str) -> str:
    """Return a declared value as a query has it, its parameters left in place."""
    template = Template(text)
    kept = {name: f"\0{at}\0" for at, name in enumerate(template.names)}
    quoted = in_query(template.filled(kept.__getitem__))
    for name, sign in kept.items():
        quoted = quoted.replace(in_query(sign), f"{{{name}}}")
    return quoted


def body_names(body: Any) -> tuple[str, ...]:
    """Return the parameters of a declared JSON body."""
    return () if body is None else parameters(json.dumps(body, ensure_ascii=False))


def body_bytes(body: Any, value: Value) -> bytes:
    """Return a declared body as JSON, its parameters' values in place: as text, whatever they look like."""
    return json.dumps(_filled(body, value), ensure_ascii=False, separators=(",", ":")).encode()


def _filled(body: Any, value: Value) -> Any:
    if isinstance(body, dict):
        return {key: _filled(each, value) for key, each in body.items()}
    if isinstance(body, list | tuple):
        return [_filled(each, value) for each in body]
    if isinstance(body, str) and PARAMETER.search(body):
        return PARAMETER.sub(lambda found: value(found[1]), body)
    return typed(body)
