"""Service workers that a script registers by name, read by a parser: a comment that says so registers nothing."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from scalecheck.wire.javascript import BYTES_AT_MOST, at, literal, parsed, reach, source_text

if TYPE_CHECKING:
    from tree_sitter import Node, TreeCursor

REGISTRATIONS_AT_MOST = 50
NEEDLE = b"serviceWorker"
_WORD = re.compile(rb"(?<![\w$])register(?![\w$])")
WORDS_AT_MOST = 2_000
"""Places where a script says `register` that are looked at."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A service worker as a script names it."""

    script: str
    """As written: relative to the page, not to the script."""
    scope: str | None = None
    """None where it says none, or none that is written out: then it is the worker's own folder."""
    computed_scope: bool = False
    """It says one that is known only when it runs."""


def registrations(body: bytes | str) -> tuple[Registration, ...]:
    """Return the workers that a script registers by a name that is written out; none of what is no JavaScript."""
    code = body.encode("utf-8", "replace") if isinstance(body, str) else body
    return _read(code) if NEEDLE in code and _WORD.search(code) else ()


@lru_cache(maxsize=256)
def _read(code: bytes) -> tuple[Registration, ...]:
    code = code[:BYTES_AT_MOST]
    words = [found.start() for found in islice(_WORD.finditer(code), WORDS_AT_MOST)]
    tree, _ = parsed(code)
    cursor = tree.walk()
    found = (_registration(call) for word in words if (call := _call(cursor, word)) is not None)
    return tuple(islice((each for each in found if each is not None), REGISTRATIONS_AT_MOST))


def _call(cursor: "TreeCursor", word: int) -> "Node | None":
    """Return the call `….serviceWorker.register(…)` whose `register` begins at a byte; None for every other word."""
    if not reach(cursor, word) or at(cursor).type != "property_identifier" or not cursor.goto_parent():
        return None
    member = at(cursor)
    owner = member.child_by_field_name("object") if member.type == "member_expression" else None
    if owner is None or not _is_container(owner) or not cursor.goto_parent():
        return None
    return at(cursor) if at(cursor).type == "call_expression" else None


def _is_container(owner: "Node") -> bool:
    """Whether an expression is `navigator.serviceWorker`, whatever stands before it."""
    named = owner.child_by_field_name("property") if owner.type == "member_expression" else owner
    return named is not None and source_text(named) == NEEDLE.decode()


def _registration(call: "Node") -> Registration | None:
    arguments = call.child_by_field_name("arguments")
    given = [] if arguments is None else [each for each in arguments.named_children if each.type != "comment"]
    script = literal(given[0]) if given else None
    if script is None:
        return None
    if len(given) > 1 and given[1].type != "object":
        return Registration(script, computed_scope=True)
    scope = _scope(given[1]) if len(given) > 1 else None
    named = None if scope is None else literal(scope)
    return Registration(script, named, computed_scope=scope is not None and named is None)


def _scope(options: "Node") -> "Node | None":
    """Return what the options of a registration say of its scope; None when nothing."""
    for pair in options.named_children:
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if key is not None and value is not None and source_text(key).strip("\"'") == "scope":
            return value
    return None
