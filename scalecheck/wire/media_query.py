"""Whether a media query holds in a window (Media Queries 4), as Chrome decides it for a visitor who changed nothing.

What is not known, a feature, a value, a function, is neither true nor false: `not` leaves it so, and a query that
comes to it does not match (section 3.2).
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import eq, ge, gt, le, lt

import tinycss2
from tinycss2.ast import DimensionToken, IdentToken, Node, NumberToken, ParenthesesBlock

from scalecheck.wire.lengths import length_px, split
from scalecheck.wire.viewport import Viewport

CHARACTERS_AT_MOST = 2000
"""Of one query list; a longer one does not match."""
DEPTH_AT_MOST = 32
"""How deep conditions may nest."""
TOUCHED_BELOW_PX = 1024
"""Narrower windows are taken for phones and tablets, which have a finger and no mouse."""

_SHOWN = frozenset({"all", "screen"})
_RESERVED = frozenset({"not", "and", "or", "only", "layer"})
_PREFERENCES = {
    "prefers-color-scheme": ("light", "light dark"),
    "prefers-contrast": ("no-preference", "more less custom"),
    "prefers-reduced-motion": ("no-preference", "reduce"),
    "forced-colors": ("none", "active"),
    "prefers-reduced-transparency": ("no-preference", "reduce"),
    "display-mode": ("browser", "standalone fullscreen"),
    "scripting": ("enabled", "none initial-only"),
    "update": ("fast", "none slow"),
    "overflow-block": ("scroll", "none paged"),
    "overflow-inline": ("scroll", "none"),
    "dynamic-range": ("standard", "high"),
    "color-gamut": ("srgb", "p3 rec2020"),
    "grid": ("0", "1"),
    "-webkit-transform-3d": ("1", "0"),
}
"""Features of few values: what a visitor has who changed nothing, and what else there is."""
_NONE = frozenset({"none", "no-preference", "0"})
"""Values that are false where a feature stands alone."""
_FIXED = {
    "color": 8.0,
    "color-index": 0.0,
    "monochrome": 0.0,
    "horizontal-viewport-segments": 1.0,
    "vertical-viewport-segments": 1.0,
}
"""Features with an order that are the same on nearly every screen."""
_RATIOS = frozenset({"aspect-ratio", "device-aspect-ratio"})
_LENGTHS = frozenset({"width", "height", "device-width", "device-height"})
_RESOLUTION = {"dppx": 1.0, "x": 1.0, "dpi": 1 / 96, "dpcm": 2.54 / 96}
_COMPARE: dict[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}

Known = bool | None
"""Whether something holds; None where nobody can say."""


@lru_cache(maxsize=4096)
def matches(media: str, viewport: Viewport) -> bool:
    """Whether one of the queries of a list holds; an empty list always does. Never raises."""
    if len(media) > CHARACTERS_AT_MOST:
        return False
    try:
        nodes = tinycss2.parse_component_value_list(media, skip_comments=True)
    except (ValueError, RecursionError):  # an integer of more digits than Python reads
        return False
    queries = [_shown(query) for query in split(nodes, ",")]
    return queries == [[]] or any(_query(query, viewport) is True for query in queries)


def condition_holds(nodes: Iterable[Node], viewport: Viewport) -> bool:
    """Whether a condition without media type holds, as `sizes` has them."""
    return _condition(_shown(nodes), viewport, 0) is True


def _shown(nodes: Iterable[Node]) -> list[Node]:
    return [node for node in nodes if node.type not in {"whitespace", "comment"}]


def _query(nodes: list[Node], viewport: Viewport) -> Known:
    """Return whether one query holds: a condition, or a type with conditions behind it."""
    words = [_word(node) for node in nodes[:2]]
    prefixed = len(words) == 2 and words[0] in {"not", "only"} and words[1] != ""
    of_type = words[1] if prefixed else words[0] if words else ""
    if not of_type or (of_type == "not" and not prefixed):
        return _condition(nodes, viewport, 0)
    if of_type in _RESERVED:
        return None
    rest = nodes[1 + prefixed :]
    held: Known = True
    if rest:
        if _word(rest[0]) != "and" or any(_word(node) == "or" for node in rest):
            return None
        held = _condition(rest[1:], viewport, 0)
    result = _all([of_type in _SHOWN, held])
    return _not(result) if words[0] == "not" else result


def _condition(nodes: list[Node], viewport: Viewport, depth: int) -> Known:
    """Return whether a condition holds: `not` one, or several between which `and`, or `or`, stands."""
    if not nodes or depth >= DEPTH_AT_MOST:
        return None
    if _word(nodes[0]) == "not":
        return _not(_enclosed(nodes[1], viewport, depth)) if len(nodes) == 2 else None
    words = {_word(node) for node in nodes[1::2]}
    if len(nodes) % 2 == 0 or len(words) > 1 or not words <= {"and", "or"}:
        return None
    each = (_enclosed(node, viewport, depth) for node in nodes[::2])
    return _any(each) if words == {"or"} else _all(each)


def _enclosed(node: Node, viewport: Viewport, depth: int) -> Known:
    """Return whether what stands in parentheses holds: another condition, or a feature."""
    if not isinstance(node, ParenthesesBlock):
        return None
    inside = _shown(node.content)
    if inside and (isinstance(inside[0], ParenthesesBlock) or (_word(inside[0]) == "not" and len(inside) > 1)):
        return _condition(inside, viewport, depth + 1)
    name = _word(inside[0]) if inside else ""
    if name and len(inside) == 1:
        return _alone(name, viewport)
    if name and inside[1].type == "literal" and inside[1].value == ":":
        return _plain(name, inside[2:], viewport)
    return _range(node.content, viewport)


def _alone(name: str, viewport: Viewport) -> Known:
    """Return whether a feature is anything but nothing."""
    if (value := _discrete(name, viewport)) is not None:
        return value[0] not in _NONE
    actual = _actual(name, viewport)
    return None if actual is None else actual != 0


def _plain(name: str, nodes: list[Node], viewport: Viewport) -> Known:
    """Return whether `name: value` holds."""
    if (value := _discrete(name, viewport)) is not None:
        said = _said(nodes)
        return said == value[0] if said in (value[0], *value[1].split()) else None
    for prefix, operator in (("min-", ">="), ("max-", "<=")):
        if name.startswith((prefix, f"-webkit-{prefix}")) and "--" not in name:
            return _compared(name.replace(prefix, "", 1), operator, nodes, viewport)
    return _compared(name, "=", nodes, viewport)


def _range(nodes: Iterable[Node], viewport: Viewport) -> Known:
    """Return whether `400px <= width < 800px`, or half of it, holds."""
    parts, operators = _sides(nodes)
    names = [_word(part[0]) if len(part) == 1 else "" for part in parts]
    if len(parts) == 2 and names[0]:
        return _compared(names[0], operators[0], parts[1], viewport)
    if len(parts) == 2 and names[1]:
        return _compared(names[1], _MIRRORED.get(operators[0], ""), parts[0], viewport)
    if len(parts) == 3 and names[1] and operators[0][:1] == operators[1][:1] != "=":
        lower = _compared(names[1], _MIRRORED.get(operators[0], ""), parts[0], viewport)
        return _all([lower, _compared(names[1], operators[1], parts[2], viewport)])
    return None


def _sides(nodes: Iterable[Node]) -> tuple[list[list[Node]], list[str]]:
    """Return what stands between comparisons, and the comparisons."""
    parts: list[list[Node]] = [[]]
    operators: list[str] = []
    for node in nodes:
        sign = node.value if node.type == "literal" else ""
        if sign == "=" and operators and not parts[-1] and operators[-1] in {"<", ">"}:
            operators[-1] += "="
        elif sign in {"<", ">", "="}:
            operators.append(sign)
            parts.append([])
        else:
            parts[-1].append(node)
    return [_shown(part) for part in parts], operators


def _compared(name: str, operator: str, nodes: list[Node], viewport: Viewport) -> Known:
    actual, asked = _actual(name, viewport), _asked(name, nodes, viewport)
    compare = _COMPARE.get(operator)
    return None if actual is None or asked is None or compare is None else compare(actual, asked)


def _actual(name: str, viewport: Viewport) -> float | None:
    """Return what a feature that has an order comes to in this window; None for one nobody knows."""
    match name.removeprefix("device-").removeprefix("-webkit-device-"):
        case "width":
            return float(viewport.width)
        case "height":
            return float(viewport.height)
        case "aspect-ratio":
            return viewport.width / viewport.height if viewport.height else 0.0
        case "resolution" | "pixel-ratio":
            return viewport.density
    return _FIXED.get(name)


def _asked(name: str, nodes: list[Node], viewport: Viewport) -> float | None:
    """Return the value a query compares a feature with; None for one that the feature cannot have."""
    if name in _LENGTHS:
        return length_px(nodes, viewport)
    if name in _RATIOS:
        return _ratio(nodes)
    node = nodes[0] if len(nodes) == 1 else None
    if name == "resolution":
        scale = _RESOLUTION.get(node.lower_unit) if isinstance(node, DimensionToken) else None
        return None if scale is None or not isinstance(node, DimensionToken) else float(node.value) * scale
    return float(node.value) if isinstance(node, NumberToken) else None


def _ratio(nodes: list[Node]) -> float | None:
    """Return `16/9`, or a number, as a number."""
    parts = split(nodes, "/")
    numbers = [float(part[0].value) for part in parts if len(part) == 1 and isinstance(part[0], NumberToken)]
    if len(numbers) != len(parts) or len(parts) > 2 or min(numbers) < 0 or (len(parts) == 2 and not numbers[1]):
        return None
    return numbers[0] / numbers[1] if len(parts) == 2 else numbers[0]


def _discrete(name: str, viewport: Viewport) -> tuple[str, str] | None:
    """Return the value of a feature that has few, and the others; None for one that is not of that kind."""
    touched = viewport.width < TOUCHED_BELOW_PX
    if name == "orientation":
        return ("portrait" if viewport.height >= viewport.width else "landscape"), "portrait landscape"
    if name in {"hover", "any-hover"}:
        return ("none" if touched else "hover"), "none hover"
    if name in {"pointer", "any-pointer"}:
        return ("coarse" if touched else "fine"), "none coarse fine"
    return _PREFERENCES.get(name)


def _said(nodes: list[Node]) -> str:
    if len(nodes) != 1:
        return ""
    return _word(nodes[0]) or (str(nodes[0].representation) if isinstance(nodes[0], NumberToken) else "")


def _word(node: Node) -> str:
    """Return an identifier in lower case; empty for everything else."""
    return str(node.lower_value) if isinstance(node, IdentToken) else ""


def _not(known: Known) -> Known:
    return None if known is None else not known


def _all(each: Iterable[Known]) -> Known:
    """Return whether all hold: one that does not decides, whatever is not known."""
    found = set(each)
    return False if False in found else None if None in found else True


def _any(each: Iterable[Known]) -> Known:
    found = set(each)
    return True if True in found else None if None in found else False
