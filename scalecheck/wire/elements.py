"""The elements of a page before any script runs, each with its place and the characters it shows: for matching rules.

libxml2 reads the HTML as a stream of tags, so that no tree is built that is quadratic in nesting.
"""

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

from scalecheck.wire.charset import html_text
from scalecheck.wire.html import OF_HEAD

ELEMENTS_AT_MOST = 20_000
"""Of one page; what comes behind is left out."""
DEPTH_AT_MOST = 512
"""How deep elements nest: what is deeper stands beside the deepest, as in browsers."""
STEP = 64 * 1024
"""Characters that the parser is given at once."""
REMEMBERED = 8
"""Pages, so that one is read once for all windows."""
UNREAD = frozenset({"script", "style", "noscript", "template", "iframe", "noembed", "noframes", "object"})
"""Elements whose content is no part of the document."""
INLINE = frozenset(
    "a abbr b bdi bdo br button canvas cite code data dfn em embed i iframe img input kbd label mark math meter object "  # noqa: SIM905
    "output picture progress q ruby s samp select small span strong sub sup svg time u var video wbr".split()
)
"""Elements that stand in a line of text, which takes its height from the font around them."""
LABELLED = {"submit": "Submit", "reset": "Reset"}
"""What buttons without a value show."""


class Element:
    """One element."""

    def __init__(self, tag: str, attributes: Mapping[str, str], parent: "Element | None") -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.previous: Element | None = None
        """The sibling before it."""
        self.following = False
        """Whether a sibling comes behind it."""
        self.position = 1
        """Among its siblings, counted from 1."""
        self.empty = True
        """It holds neither elements nor text."""
        self.characters: set[str] = set()
        """That it shows itself, in its own text."""

    @cached_property
    def id(self) -> str:
        """Empty when absent."""
        return self.attributes.get("id", "")

    @cached_property
    def classes(self) -> frozenset[str]:
        """As written."""
        return frozenset(self.attributes.get("class", "").split())


def read_elements(body: bytes, content_type: str = "") -> tuple[tuple[Element, ...], bool]:
    """Return the elements of a page in the order of the document, and whether there were too many to be read."""
    return _read(body, content_type)


@lru_cache(maxsize=REMEMBERED)
def _read(body: bytes, content_type: str) -> tuple[tuple[Element, ...], bool]:
    from lxml import etree

    reader = _Reader()
    target: Any = reader  # the stubs want bytes taken too, which lxml does not hand over
    parser = etree.HTMLParser(target=target, encoding="utf-8")
    text = html_text(body, content_type).replace("\0", "\ufffd")
    at = 0
    try:
        while at < len(text) and len(reader.found) <= ELEMENTS_AT_MOST:
            parser.feed(text[at : at + STEP].encode("utf-8", "replace"))
            at += STEP
        parser.close()
    except etree.LxmlError:
        pass  # it read as far as there is any HTML
    return tuple(reader.found[:ELEMENTS_AT_MOST]), len(reader.found) > ELEMENTS_AT_MOST


class _Reader:
    """Takes the tags of one document, as lxml hands them over."""

    def __init__(self) -> None:
        self.found: list[Element] = []
        self._open: list[Element] = []
        self._last: dict[int, Element] = {}
        """The last child of each open element, by its identity."""
        self._unread = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        unread = tag in UNREAD and "shadowrootmode" not in attributes
        if self._unread or unread:
            self._unread += 1
        if self._open and self._open[-1].tag == "head" and tag not in OF_HEAD:
            self.end("head")
            self.start("body", {})
        parent = self._open[min(len(self._open), DEPTH_AT_MOST) - 1] if self._open else None
        element = Element(tag, dict(attributes), parent)
        if not self._unread or (self._unread == 1 and unread):
            self._place(element, parent)
        self._open.append(element)

    def _place(self, element: Element, parent: Element | None) -> None:
        before = self._last.get(id(parent))
        if before is not None:
            before.following = True
            element.previous, element.position = before, before.position + 1
        self._last[id(parent)] = element
        if parent is not None:
            parent.empty = False
            if element.tag in INLINE:
                parent.characters.add(" ")
        element.characters.update(_own(element))
        self.found.append(element)

    def end(self, tag: str) -> None:
        if self._open:
            closed = self._open.pop()
            self._last.pop(id(closed), None)
            if self._unread:
                self._unread -= 1

    def data(self, text: str) -> None:
        if self._open and not self._unread and text.strip():
            self._open[-1].characters.update(" " if each.isspace() else each for each in set(text))
            self._open[-1].empty = False

    def close(self) -> None:
        pass


def _own(element: Element) -> str:
    """Return what a form control shows that is no text of the document."""
    if element.tag not in {"input", "textarea"}:
        return ""
    said = element.attributes.get("value") or element.attributes.get("placeholder")
    return said or LABELLED.get(element.attributes.get("type", "").lower(), "")
