"""What a script imports: read by a parser, because no regular expression tells an import from a string that says so."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from scalecheck.wire.javascript import BYTES_AT_MOST, affordable, at, literal, parsed, reach, source_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, TreeCursor

WORDS_AT_MOST = 20_000
"""Places where a script says `import` or `export` that are looked at."""
REMEMBERED = 512
"""Scripts whose reading is remembered; their bodies are the evidence's own."""

_WORD = re.compile(rb"(?<![\w$])(?:import|export)(?![\w$])")


@dataclass(frozen=True, slots=True)
class Import:
    """One module that a script asks for."""

    specifier: str
    """As the script means it, escapes undone: `./a.js`, `react`, `https://cdn.test/a.js`."""
    type: str = ""
    """What its attributes say it is (`json`, `css`); empty for JavaScript."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a script imports."""

    imports: tuple[Import, ...] = ()
    """Static imports and re-exports, in order, as often as they stand; a classic script may have none."""
    dynamic: tuple[Import, ...] = ()
    """`import()` of what is written out, in order."""
    computed: int = 0
    """`import()` of what is known only when it runs."""
    problem: str = ""
    """Why it was not, or not wholly, read; empty when it was."""


def read_script(body: bytes | str) -> Script:
    """Return what a script imports; of what is no JavaScript, little or nothing."""
    code = body.encode("utf-8", "replace") if isinstance(body, str) else body
    return _read(code) if _WORD.search(code) else Script()


@lru_cache(maxsize=REMEMBERED)
def _read(code: bytes) -> Script:
    words = [found.start() for found in islice(_WORD.finditer(code[:BYTES_AT_MOST]), WORDS_AT_MOST + 1)]
    tree, problem = parsed(code[:BYTES_AT_MOST])
    if len(code) > BYTES_AT_MOST:
        problem = problem or f"only its first {BYTES_AT_MOST // 1_000_000} MB were read"
    if len(words) > WORDS_AT_MOST:
        problem = problem or f"only its first {WORDS_AT_MOST} imports and exports were read"
    imports: list[Import] = []
    dynamic: list[Import] = []
    computed = 0
    for node in _statements(tree.walk(), words[: min(WORDS_AT_MOST, affordable(tree.root_node))]):
        found = _dynamic(node) if node.type == "call_expression" else _static(node)
        if found is not None:
            (dynamic if node.type == "call_expression" else imports).append(found)
        elif node.type == "call_expression":
            computed += 1
    return Script(tuple(imports), tuple(dynamic), computed, problem)


def _statements(cursor: "TreeCursor", words: list[int]) -> "Iterator[Node]":
    """Yield the import and export statements and `import()` calls that begin with these words, in order."""
    for word in words:
        if reach(cursor, word) and at(cursor).type in {"import", "export"}:
            while at(cursor).type in {"import", "export"} and cursor.goto_parent():
                pass
            if at(cursor).type in {"import_statement", "export_statement", "call_expression"}:
                yield at(cursor)


def _static(statement: "Node") -> Import | None:
    """Return what an import statement, or an export that has a source, asks for."""
    source = statement.child_by_field_name("source")
    specifier = None if source is None else literal(source)
    attributes = (each for each in statement.named_children if each.type == "import_attribute")
    return None if specifier is None else Import(specifier, _type(next(attributes, None)))


def _dynamic(call: "Node") -> Import | None:
    """Return what an `import()` asks for; None where that is computed."""
    arguments = call.child_by_field_name("arguments")
    given = [] if arguments is None else [each for each in arguments.named_children if each.type != "comment"]
    specifier = literal(given[0]) if given else None
    return None if specifier is None else Import(specifier, _type(given[1] if len(given) > 1 else None))


def _type(attributes: "Node | None") -> str:
    """Return the `type` that import attributes name, however deep in them; empty when they name none."""
    waiting = [] if attributes is None else [attributes]
    while waiting:
        node = waiting.pop()
        key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
        if key is None or value is None:
            waiting.extend(each for each in node.named_children if each.type in {"object", "pair"})
        elif value.type == "object":
            waiting.append(value)
        elif source_text(key).strip("\"'") == "type":
            return literal(value) or ""
    return ""
