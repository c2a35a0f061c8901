"""Whether `@supports` holds in today's Chromium: whatever is not known to be missing counts as supported."""

from collections.abc import Sequence

from tinycss2.ast import FunctionBlock, IdentToken, Node, ParenthesesBlock

DEPTH_AT_MOST = 32
DISPLAYS = frozenset(
    """block inline inline-block flex inline-flex grid inline-grid flow-root contents table inline-table table-row
    table-cell table-column table-caption table-row-group table-header-group table-footer-group table-column-group
    list-item none ruby ruby-text math initial inherit unset revert revert-layer -webkit-box -webkit-inline-box
    -webkit-flex -webkit-inline-flex""".split()  # noqa: SIM905
)
FOREIGN = ("-moz-", "-ms-", "-o-", "-khtml-", "-apple-")
"""How properties and values of other browsers begin."""
MISSING = frozenset(
    {"-webkit-touch-callout", "-webkit-overflow-scrolling", "-webkit-hyphens", "margin-trim", "hanging-punctuation"}
)
"""Properties of Safari, by which sheets tell it from Chromium."""
FORMATS = frozenset(
    {"woff2", "woff", "truetype", "opentype", "collection"}
    | {f"{name}-variations" for name in ("woff2", "woff", "truetype", "opentype")}
)
"""Fonts that Chromium reads."""


def supports(nodes: Sequence[Node], depth: int = 0) -> bool:
    """Return whether the condition of `@supports`, or what `supports()` of an `@import` holds, is true."""
    shown = [node for node in nodes if node.type != "whitespace"]
    if not shown or depth >= DEPTH_AT_MOST:
        return False
    if isinstance(shown[0], IdentToken) and shown[0].lower_value == "not":
        return not supports(shown[1:], depth + 1)
    if len(shown) > 1 and isinstance(shown[0], IdentToken) and shown[1].type == "literal":
        return _declared(shown)
    each = [_one(node, depth) for node in shown if not isinstance(node, IdentToken)]
    words = {node.lower_value for node in shown if isinstance(node, IdentToken)}
    return any(each) if "or" in words else bool(each) and all(each)


def _one(node: Node, depth: int) -> bool:
    if isinstance(node, ParenthesesBlock):
        return supports(node.content, depth + 1)
    if isinstance(node, FunctionBlock) and node.lower_name == "font-format":
        return any(each.type == "ident" and each.lower_value in FORMATS for each in node.arguments)
    if isinstance(node, FunctionBlock) and node.lower_name == "selector":
        return not any(each.type == "ident" and each.lower_value.startswith(FOREIGN) for each in node.arguments)
    return isinstance(node, FunctionBlock)


def _declared(nodes: Sequence[Node]) -> bool:
    """Return whether `property: value` is known to Chromium, as far as we know."""
    name = nodes[0].lower_value
    words = [node.lower_value for node in nodes[2:] if isinstance(node, IdentToken)]
    if name.startswith(FOREIGN) or name in MISSING or any(word.startswith(FOREIGN) for word in words):
        return False
    return name != "display" or all(word in DISPLAYS for word in words)
