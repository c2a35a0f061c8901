"""Which rules of a style sheet give an element its height before what it shows has come."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

import tinycss2
from tinycss2.ast import AtRule, Declaration, Node, QualifiedRule

from scalecheck.wire.css import CHARACTERS_AT_MOST

SELECTORS_AT_MOST = 2000
"""Of one sheet."""
DEPTH_AT_MOST = 8
"""How deep rules may nest."""
NESTED_AT_MOST = 50
"""Selectors that one nested rule comes to."""

_HEIGHTS = frozenset({"height", "block-size"})
_OPEN = frozenset(
    {"auto", "min-content", "max-content", "fit-content", "inherit", "initial", "unset", "revert", "revert-layer"}
)
"""Values that leave the height to the content."""
_CONDITIONAL = frozenset({"media", "supports", "layer", "container", "scope", "starting-style"})


@lru_cache(maxsize=64)
def sizing_selectors(text: str) -> tuple[str, ...]:
    """Return the selectors of all rules that fix a height, a shape or a place out of the flow, under any condition.

    A height that is a share of the container's counts: it does not wait for the picture. Never raises.
    """
    try:
        nodes = tinycss2.parse_stylesheet(text[:CHARACTERS_AT_MOST], skip_comments=True, skip_whitespace=True)
    except (ValueError, RecursionError):  # an integer of more digits than Python reads
        return ()
    found: dict[str, None] = {}
    for selector in _selectors(nodes, "", 0):
        found.setdefault(selector)
        if len(found) >= SELECTORS_AT_MOST:
            break
    return tuple(found)


def fixes_height(style: str) -> bool:
    """Whether a `style` attribute does the same. Never raises."""
    try:
        return _fixes(tinycss2.parse_blocks_contents(style[:CHARACTERS_AT_MOST], skip_comments=True))
    except (ValueError, RecursionError):
        return False


def _selectors(nodes: list[Node], parent: str, depth: int) -> Iterator[str]:
    if parent and _fixes(nodes):
        yield parent
    for node in nodes if depth < DEPTH_AT_MOST else ():
        if isinstance(node, QualifiedRule):
            selector = _nested(parent, tinycss2.serialize(node.prelude).strip())
            yield from _selectors(_contents(node), selector, depth + 1)
        elif isinstance(node, AtRule) and node.content is not None and node.lower_at_keyword in _CONDITIONAL:
            yield from _selectors(_contents(node), parent, depth + 1)


def _contents(rule: AtRule | QualifiedRule) -> list[Node]:
    contents: list[Node] = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    return contents


def _nested(parent: str, selector: str) -> str:
    if not parent:
        return selector
    pairs = ((part.strip(), each.strip()) for part in parent.split(",") for each in selector.split(","))
    nested = (each.replace("&", part) if "&" in each else f"{part} {each}" for part, each in pairs)
    return ", ".join(islice(nested, NESTED_AT_MOST))


def _fixes(nodes: list[Node]) -> bool:
    return any(_fixed(node) for node in nodes if isinstance(node, Declaration))


def _fixed(declaration: Declaration) -> bool:
    """Whether a declaration makes the height known, or takes the element out of the flow."""
    words = [getattr(node, "lower_value", node.type) for node in declaration.value if node.type != "whitespace"]
    if not words:
        return False
    name = declaration.lower_name
    if name == "position":
        return words[0] in {"absolute", "fixed"}
    if name == "display":
        return words == ["none"]
    return name in {*_HEIGHTS, "aspect-ratio"} and not _OPEN.issuperset(words)
