"""HTML as a flat sequence of tokens, as the tokenizer of the HTML standard (section 13.2.5) cuts it, in linear time.

No tree is built, by intent. Building one is quadratic in nesting, and reconstructing formatting elements lets 17 KB
of hostile markup take 700 MB in a parser that follows the standard. What a page loads can be told without a tree.
"""

import html
import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

WHITESPACE = " \t\n\r\f"
"""What HTML and HTTP take as white space around values; less than Python does."""

_WS = r"[ \t\n\r\f]"
_NAME = r"[^ \t\n\r\f/>][^ \t\n\r\f/>=]*+"
_VALUE = r"\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^ \t\n\r\f>\"'][^ \t\n\r\f>]*+|(?=>|\Z)"
_ATTRIBUTE = re.compile(rf"({_NAME})(?:{_WS}*+={_WS}*+({_VALUE}))?+")
_TAG = re.compile(rf"<(/?)([A-Za-z][^ \t\n\r\f/>]*+)((?:[ \t\n\r\f/]++|{_NAME}(?:{_WS}*+={_WS}*+(?:{_VALUE}))?+)*+)>")
_MARK = re.compile(r"<(?=[A-Za-z/!?])")
_COMMENT_END = re.compile(r"--!?>")
_RAW = ("script", "style", "title", "textarea", "noscript", "iframe", "noembed", "noframes", "xmp")
_RAW_END = {name: re.compile(rf"</{name}(?=[ \t\n\r\f/>])", re.IGNORECASE) for name in _RAW}
"""Elements whose content is text and no markup, for a browser that runs scripts, and where that ends."""
_SCRIPT_MARK = re.compile(r"<!--|-->|<(/?)script(?=[ \t\n\r\f/>])", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,9};?|#[xX][0-9a-fA-F]{1,8};?|[A-Za-z][A-Za-z0-9]{0,31}(?:;|(?![A-Za-z0-9=])))")


class Is(Enum):
    """What a token is."""

    TEXT = 0
    START = 1
    END = 2
    RAW = 3
    """The content of an element that holds no markup, right behind its start tag."""


class Token(NamedTuple):
    """A piece of the document, in order."""

    what: Is
    name: str
    """The element in lower case; empty for text."""
    text: str
    """Text as written, with its references; of a start tag the attributes as written."""


def tokens(text: str) -> Iterator[Token]:
    """Yield text, tags and raw content; comments and what else is not shown are left out."""
    at = 0
    while at < len(text):
        mark = _MARK.search(text, at)
        opening = mark.start() if mark else len(text)
        if opening > at:
            yield Token(Is.TEXT, "", text[at:opening])
        if mark is None:
            return
        tag = _TAG.match(text, opening)
        if tag is None:
            at = _behind(text, opening)
            continue
        at, name = tag.end(), tag[2].lower()
        yield Token(Is.END if tag[1] else Is.START, name, tag[3])
        if not tag[1] and name in _RAW_END:
            end = _script_end(text, at) if name == "script" else _raw_end(text, at, name)
            yield Token(Is.RAW, name, text[at:end])
            at = end
        elif not tag[1] and name == "plaintext":
            return


def attributes(text: str) -> dict[str, str]:
    """Return attributes by lower-case name, of several with one name the first; empty for one without value."""
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), unescape(value[1:-1] if value[:1] in {'"', "'"} else value))
    return found


def unescape(value: str) -> str:
    """Return text without character references; `&copy=` stays, as it must in a query (section 13.2.5.73)."""
    return _REFERENCE.sub(lambda found: html.unescape(found[0]), value) if "&" in value else value


def _behind(text: str, opening: int) -> int:
    """Return where to go on behind a `<` that begins no whole tag."""
    following = text[opening + 1 : opening + 4]
    if following.startswith("!--"):
        end = _COMMENT_END.search(text, opening + 2)
        return end.end() if end else len(text)
    if re.match("/?[A-Za-z]", following):
        return len(text)  # a tag that the end of the document cuts off is none
    end_at = text.find(">", opening)
    return end_at + 1 if end_at >= 0 else len(text)


def _raw_end(text: str, at: int, name: str) -> int:
    end = _RAW_END[name].search(text, at)
    return end.start() if end else len(text)


def _script_end(text: str, at: int) -> int:
    """Return where a script ends; inside `<!-- <script>` an end tag closes only that (the escaped states)."""
    escaped = nested = False
    for mark in _SCRIPT_MARK.finditer(text, at):
        if mark[0] == "-->":
            escaped = nested = False
        elif mark[0] == "<!--":
            escaped = True
        elif mark[1] and not nested:
            return mark.start()
        elif escaped:
            nested = not mark[1]
    return len(text)
