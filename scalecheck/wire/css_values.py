"""Values of CSS declarations, as far as they name fonts and pictures: compact, with absolute URLs."""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from tinycss2.ast import FunctionBlock, Node, StringToken, URLToken

from scalecheck.wire.lengths import split
from scalecheck.wire.responsive import SHOWN

PIECES_AT_MOST = 500
"""Of one value; what stands behind is not read."""
DEPTH_AT_MOST = 16
"""How deep functions may nest."""

Resolve = Callable[[str], str | None]
_DENSITIES = {"x": 1.0, "dppx": 1.0, "dpi": 1 / 96, "dpcm": 2.54 / 96}


class Is(Enum):
    """What a piece of a value is."""

    WORD = 0
    """An identifier, in lower case."""
    STRING = 1
    NUMBER = 2
    URL = 3
    """Absolute; empty for one that is not fetched, `data:` and the like."""
    VARIABLE = 4
    """`var()`: its name, and inside what it falls back to."""
    SET = 5
    """`image-set()`: inside, the URLs that Chromium can show, the number of each being its density."""
    SIGN = 6
    """`,` `/` and what else stands between values."""


class Piece(NamedTuple):
    """A piece of a value."""

    what: Is
    text: str = ""
    number: float = 0.0
    inside: "tuple[Piece, ...]" = ()


Value = tuple[Piece, ...]


def read_value(nodes: Sequence[Node], resolve: Resolve, depth: int = 0) -> Value:
    """Return a value in pieces; functions of other kinds are replaced by what stands in them."""
    found: list[Piece] = []
    for piece in _pieces(nodes, resolve, depth):
        if len(found) >= PIECES_AT_MOST:
            break
        found.append(piece)
    return tuple(found)


def _pieces(nodes: Sequence[Node], resolve: Resolve, depth: int) -> Iterator[Piece]:
    for node in nodes:
        kind = node.type
        if kind == "ident":
            yield Piece(Is.WORD, str(node.lower_value) if not node.value.startswith("--") else str(node.value))
        elif kind == "string":
            yield Piece(Is.STRING, str(node.value))
        elif kind in {"number", "dimension", "percentage"}:
            yield Piece(Is.NUMBER, getattr(node, "lower_unit", "%" if kind == "percentage" else ""), float(node.value))
        elif kind == "literal":
            yield Piece(Is.SIGN, str(node.value))
        elif (named := reference(node)) is not None:
            yield Piece(Is.URL, "" if named.startswith("#") else resolve(named) or "")
        elif isinstance(node, FunctionBlock) and depth < DEPTH_AT_MOST:
            yield from _function(node, resolve, depth + 1)
        elif (content := getattr(node, "content", None)) is not None and depth < DEPTH_AT_MOST:
            yield from read_value(content, resolve, depth + 1)


def _function(node: FunctionBlock, resolve: Resolve, depth: int) -> Iterator[Piece]:
    if node.lower_name == "var":
        name = next((str(each.value) for each in node.arguments if each.type == "ident"), "")
        _, *fallback = split(node.arguments, ",")
        pieces = [piece for part in fallback for piece in (Piece(Is.SIGN, ","), *read_value(part, resolve, depth))]
        yield Piece(Is.VARIABLE, name, inside=tuple(pieces[1:]))
    elif node.lower_name in {"image-set", "-webkit-image-set"}:
        options = [found for part in split(node.arguments, ",") if (found := _option(part, resolve)) is not None]
        yield Piece(Is.SET, inside=tuple(options))
    else:
        yield from read_value(node.arguments, resolve, depth)


def _option(nodes: Sequence[Node], resolve: Resolve) -> Piece | None:
    """Return one option of an image-set; None for one that Chromium passes over."""
    url, density = None, 1.0
    for node in nodes:
        if (named := reference(node, strings=True)) is not None:
            url = resolve(named) or ""
        elif node.type == "dimension":
            density = float(node.value) * _DENSITIES.get(node.lower_unit, 0.0)
        elif isinstance(node, FunctionBlock) and node.lower_name == "type":
            said = next((each.value.lower() for each in node.arguments if isinstance(each, StringToken)), "")
            if said not in SHOWN:
                return None
    return None if url is None or density <= 0 else Piece(Is.URL, url, density)


def reference(node: Node, *, strings: bool = False) -> str | None:
    """Return what url(), or a string where that means the same, refers to."""
    if isinstance(node, URLToken) or (strings and isinstance(node, StringToken)):
        return str(node.value)
    if isinstance(node, FunctionBlock) and node.lower_name in {"url", "src"}:
        return next((str(each.value) for each in node.arguments if isinstance(each, StringToken)), None)
    return None
