"""Lengths of CSS in pixels, as media queries and `sizes` give them: plain, or by calc(), min(), max() and clamp().

Neither has an element to be relative to, so `em` and its kind are of the initial font: 16 px of a serif face.
"""

from collections.abc import Callable, Sequence
from math import inf, isfinite
from typing import NamedTuple

from tinycss2.ast import DimensionToken, FunctionBlock, Node, NumberToken, ParenthesesBlock

from scalecheck.wire.viewport import Viewport

DEPTH_AT_MOST = 32
"""How deep a calculation may nest."""
_PIXELS = {
    "px": 1.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 9.6 / 2.54,
    "q": 2.4 / 2.54,
    "pt": 4 / 3,
    "pc": 16.0,
    "em": 16.0,
    "rem": 16.0,
    "ic": 16.0,
    "ch": 8.0,
    "rch": 8.0,
    "ex": 7.1640625,
    "rex": 7.1640625,
}


class Amount(NamedTuple):
    """A number, or a length in CSS pixels."""

    value: float
    length: bool


def length_px(nodes: Sequence[Node], viewport: Viewport) -> float | None:
    """Return a length in CSS pixels; 0 may stand without unit; None for what is no length."""
    found = [node for node in nodes if node.type not in {"whitespace", "comment"}]
    amount = _value(found[0], viewport, 0) if len(found) == 1 else None
    if amount is None or not isfinite(amount.value) or isinstance(found[0], ParenthesesBlock):
        return None
    if not amount.length and (amount.value != 0 or not isinstance(found[0], NumberToken)):
        return None
    return amount.value


def _value(node: Node, viewport: Viewport, depth: int) -> Amount | None:
    if isinstance(node, NumberToken):
        return Amount(float(node.value), False)
    if isinstance(node, DimensionToken):
        scale = _unit_px(node.lower_unit, viewport)
        return None if scale is None else Amount(float(node.value) * scale[0] / scale[1], True)
    if depth >= DEPTH_AT_MOST:
        return None
    if isinstance(node, ParenthesesBlock):
        return _sum(node.content, viewport, depth + 1)
    if isinstance(node, FunctionBlock):
        return _function(node, viewport, depth + 1)
    return None


def _unit_px(unit: str, viewport: Viewport) -> tuple[float, float] | None:
    """Return CSS pixels, and how many units they are; the small, large and dynamic windows are the same one."""
    if unit in _PIXELS:
        return _PIXELS[unit], 1
    width, height = float(viewport.width), float(viewport.height)
    shorter, longer = min(width, height), max(width, height)
    sides = {"vw": width, "vi": width, "vh": height, "vb": height, "vmin": shorter, "vmax": longer}
    side = sides.get(unit, sides.get(unit[1:]) if unit[:1] in {"s", "l", "d"} else None)
    return None if side is None else (side, 100)


def _function(node: FunctionBlock, viewport: Viewport, depth: int) -> Amount | None:
    name = node.lower_name
    if name not in {"calc", "-webkit-calc", "min", "max", "clamp"}:
        return None
    amounts = [_sum(argument, viewport, depth) for argument in split(node.arguments, ",")]
    known = [each for each in amounts if each is not None]
    if len(known) < len(amounts) or len({each.length for each in known}) != 1:
        return None
    values, length = [each.value for each in known], known[0].length
    if name in {"min", "max"}:
        return Amount(max(values) if name == "max" else min(values), length)
    if name == "clamp":
        return Amount(max(values[0], min(values[1:])), length) if len(values) == 3 else None
    return known[0] if len(known) == 1 else None


def _sum(nodes: Sequence[Node], viewport: Viewport, depth: int) -> Amount | None:
    """Return what a sum comes to: + and - stand between white space."""
    terms: list[list[Node]] = [[]]
    signs = [1.0]
    for at, node in enumerate(nodes):
        if node.type == "literal" and node.value in {"+", "-"}:
            if [each.type for each in (*nodes[max(0, at - 1) : at], *nodes[at + 1 : at + 2])] != ["whitespace"] * 2:
                return None
            terms.append([])
            signs.append(1.0 if node.value == "+" else -1.0)
        elif node.type != "whitespace":
            terms[-1].append(node)
    products = [_product(term, viewport, depth) for term in terms]
    known = [each for each in products if each is not None]
    if len(known) < len(products) or len({each.length for each in known}) != 1:
        return None
    total = sum(sign * each.value for sign, each in zip(signs, known, strict=True))
    return Amount(total, known[0].length)


def _product(nodes: Sequence[Node], viewport: Viewport, depth: int) -> Amount | None:
    """Return what factors between * and / come to; at most one of them is a length, and none divides by one."""
    if len(nodes) % 2 == 0 or (result := _value(nodes[0], viewport, depth)) is None:
        return None
    for operator, node in zip(nodes[1::2], nodes[2::2], strict=True):
        factor = _value(node, viewport, depth)
        operate = _OPERATORS.get(getattr(operator, "value", "")) if operator.type == "literal" else None
        result = None if factor is None or operate is None else operate(result, factor)
        if result is None:
            return None
    return result


def _times(left: Amount, right: Amount) -> Amount | None:
    return None if left.length and right.length else Amount(left.value * right.value, left.length or right.length)


def _over(left: Amount, right: Amount) -> Amount | None:
    if right.length:
        return None
    return Amount(left.value / right.value if right.value else inf, left.length)


_OPERATORS: dict[str, Callable[[Amount, Amount], Amount | None]] = {"*": _times, "/": _over}


def split(nodes: Sequence[Node], *literals: str) -> list[list[Node]]:
    """Return the nodes between these literals."""
    parts: list[list[Node]] = [[]]
    for node in nodes:
        if node.type == "literal" and node.value in literals:
            parts.append([])
        else:
            parts[-1].append(node)
    return parts
