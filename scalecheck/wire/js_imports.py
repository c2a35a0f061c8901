"""What a script imports: read by a parser, because no regular expression tells an import from a string that says so."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser, Tree, TreeCursor

BYTES_AT_MOST = 5_000_000
"""Read of one script; a megabyte takes 0.2 s."""
CONFUSION_AT_MOST = 2_000
"""Steps of 100 operations that the parser may spend on making sense of what is no JavaScript: 0.3 s."""
WORDS_AT_MOST = 20_000
"""Places where a script says `import` or `export` that are looked at."""
REMEMBERED = 512
"""Scripts whose reading is remembered; their bodies are the evidence's own."""

_WORD = re.compile(rb"(?<![\w$])(?:import|export)(?![\w$])")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,8})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_ESCAPED |= dict.fromkeys(("\n", "\r", "\r\n", "\u2028", "\u2029"), "")


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
    tree, problem = _parsed(code[:BYTES_AT_MOST])
    if len(code) > BYTES_AT_MOST:
        problem = problem or f"only its first {BYTES_AT_MOST // 1_000_000} MB were read"
    if len(words) > WORDS_AT_MOST:
        problem = problem or f"only its first {WORDS_AT_MOST} imports and exports were read"
    imports: list[Import] = []
    dynamic: list[Import] = []
    computed = 0
    for node in _statements(tree.walk(), words[:WORDS_AT_MOST]):
        found = _dynamic(node) if node.type == "call_expression" else _static(node)
        if found is not None:
            (dynamic if node.type == "call_expression" else imports).append(found)
        elif node.type == "call_expression":
            computed += 1
    return Script(tuple(imports), tuple(dynamic), computed, problem)


def _parsed(code: bytes) -> "tuple[Tree, str]":
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
        return parser.parse(lambda at, _: code[at : at + 65_536], progress_callback=give_up), ""
    except ValueError:  # what the callback's True becomes
        parser.reset()
        return parser.parse(code[:first]), f"no JavaScript from byte {first} on"


@lru_cache(maxsize=1)
def _parser() -> "Parser":
    from tree_sitter import Language, Parser
    from tree_sitter_javascript import language

    return Parser(Language(language()))


def _statements(cursor: "TreeCursor", words: list[int]) -> "Iterator[Node]":
    """Yield the import and export statements and `import()` calls that begin with these words, in order.

    A cursor goes from word to word in time that is linear in the tree. Nodes looked up by position, and queries, are
    quadratic where a tree is deep or flat: 40 s for 300 KB of opening brackets.
    """
    for word in words:
        while _at(cursor).end_byte <= word and cursor.goto_parent():
            pass
        while cursor.goto_first_child_for_byte(word) is not None and _at(cursor).start_byte <= word:
            pass
        if _at(cursor).start_byte == word and _at(cursor).type in {"import", "export"}:
            while _at(cursor).type in {"import", "export"} and cursor.goto_parent():
                pass
            if _at(cursor).type in {"import_statement", "export_statement", "call_expression"}:
                yield _at(cursor)


def _at(cursor: "TreeCursor") -> "Node":
    """Return the node that a cursor stands on; there is always one."""
    return cast("Node", cursor.node)


def _static(statement: "Node") -> Import | None:
    """Return what an import statement, or an export that has a source, asks for."""
    source = statement.child_by_field_name("source")
    specifier = None if source is None else _literal(source)
    attributes = (each for each in statement.named_children if each.type == "import_attribute")
    return None if specifier is None else Import(specifier, _type(next(attributes, None)))


def _dynamic(call: "Node") -> Import | None:
    """Return what an `import()` asks for; None where that is computed."""
    arguments = call.child_by_field_name("arguments")
    given = [] if arguments is None else [each for each in arguments.named_children if each.type != "comment"]
    specifier = _literal(given[0]) if given else None
    return None if specifier is None else Import(specifier, _type(given[1] if len(given) > 1 else None))


def _literal(node: "Node") -> str | None:
    """Return the text of a string or of a template without substitutions; None when it is neither."""
    if node.type not in {"string", "template_string"}:
        return None
    if any(each.type == "template_substitution" for each in node.named_children):
        return None
    return _ESCAPE.sub(_unescaped, _text(node)[1:-1])


def _unescaped(found: "re.Match[str]") -> str:
    point = found[1] or found[2] or found[3]
    if point is None:
        return _ESCAPED.get(found[4], found[4])
    return chr(int(point, 16)) if int(point, 16) <= 0x10FFFF else "\ufffd"


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
        elif _text(key).strip("\"'") == "type":
            return _literal(value) or ""
    return ""


def _text(node: "Node") -> str:
    return (node.text or b"").decode("utf-8", "replace")
