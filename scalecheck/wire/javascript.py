"""Scripts as a parser sees them: their syntax, places in it, and what is written out in them."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree, TreeCursor

BYTES_AT_MOST = 5_000_000
"""Read of one script; a megabyte takes 0.2 s."""
CONFUSION_AT_MOST = 1_000
"""Steps of 100 operations that the parser may spend on making sense of what is no JavaScript: 0.2 s."""
STEPS_AT_MOST = 200_000_000
"""Children that are passed over in what is no JavaScript: half a second."""

_PHASE = re.compile(r"\.?[A-Za-z_$][\w$]*")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,8})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_ESCAPED |= dict.fromkeys(("\n", "\r", "\r\n", "\u2028", "\u2029"), "")


def parsed(code: bytes) -> "tuple[Tree, str]":
    """Return a script's syntax, and why that is not the whole: of what confuses the parser, what stands before."""
    parser = _parser()
    confused = first = 0

    def give_up(at: int, in_error: bool) -> bool:
        nonlocal confused, first
        if in_error:
            first = first or at
            confused += 1
        return confused > CONFUSION_AT_MOST

    try:
        tree = parser.parse(lambda at, _: code[at : at + 65_536], progress_callback=give_up)
    except ValueError:  # what the callback's True becomes
        parser.reset()
        return parser.parse(code[:first]), f"no JavaScript from byte {first} on"
    wrong = _mistake(tree.root_node)
    return tree, "" if wrong is None else f"no JavaScript from byte {wrong.start_byte} on"


def _mistake(root: "Node") -> "Node | None":
    """Return what cannot be parsed, whatever stands first; None where all can.

    `import defer` and `import source` are newer than the grammar, which takes one of their words for a mistake.
    """
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_missing or node.type == "ERROR":
            return node
        phased = node.type in {"import_statement", "call_expression"}
        waiting.extend(
            each
            for each in node.children
            if each.has_error and not (phased and each.type == "ERROR" and _PHASE.fullmatch(source_text(each)))
        )
    return None


def affordable(root: "Node") -> int:
    """Return how many places may be looked up in it: in what is one long mistake, each of them passes all children."""
    return STEPS_AT_MOST // max(1, root.child_count if root.type == "ERROR" else 1)


def reach(cursor: "TreeCursor", position: int) -> bool:
    """Move a cursor to the innermost node at a byte, and return whether it begins there.

    A cursor that goes from one byte to a later one takes time that is linear in the tree. Nodes looked up by position,
    and queries, are quadratic where a tree is deep or flat: 40 s for 300 KB of opening brackets.
    """
    while not at(cursor).start_byte <= position < at(cursor).end_byte and cursor.goto_parent():
        pass
    while cursor.goto_first_child_for_byte(position) is not None and at(cursor).start_byte <= position:
        pass
    return at(cursor).start_byte == position


def at(cursor: "TreeCursor") -> "Node":
    """Return the node that a cursor stands on; there is always one."""
    return cast("Node", cursor.node)


def literal(node: "Node") -> str | None:
    """Return the text of a string or of a template without substitutions; None when it is neither."""
    if node.type not in {"string", "template_string"}:
        return None
    if any(each.type == "template_substitution" for each in node.named_children):
        return None
    return _ESCAPE.sub(_unescaped, source_text(node)[1:-1])


def _unescaped(found: "re.Match[str]") -> str:
    point = found[1] or found[2] or found[3]
    if point is None:
        return _ESCAPED.get(found[4], found[4])
    return chr(int(point, 16)) if int(point, 16) <= 0x10FFFF else "\ufffd"


def source_text(node: "Node") -> str:
    """Return a node as it is written."""
    return (node.text or b"").decode("utf-8", "replace")


@lru_cache(maxsize=1)
def _parser() -> "Parser":
    from tree_sitter import Language, Parser
    from tree_sitter_javascript import language

    return Parser(Language(language()))
