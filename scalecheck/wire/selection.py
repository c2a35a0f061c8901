"""What a CSS selector finds in HTML, before any script runs: elements, and the text they show.

libxml2 reads the HTML as a stream of tags, and cssselect the selector; matching is ours. A tree and the XPath that
lxml makes of a selector are quadratic in nesting and in the number of matches, and the pages are anybody's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scalecheck.wire.charset import html_text
from scalecheck.wire.html import OF_HEAD
from scalecheck.wire.shown import Shown

SELECTOR_AT_MOST = 500
"""Characters of a selector."""
ELEMENTS_AT_MOST = 100_000
"""Elements of one page that are looked at."""
STEP = 64 * 1024
"""Characters that the parser is given at once."""
UNSEEN = frozenset({"script", "style", "noscript", "template", "iframe", "noembed", "noframes", "title"})

_Attributes = Mapping[str, str]
_Test = Callable[[str, _Attributes], bool]


class _UnreadableError(ValueError):
    """The selector is none, or uses what is not supported."""


@dataclass(frozen=True, slots=True)
class Selected:
    """What a selector found."""

    elements: int = 0
    text: str = ""
    """What they show, white space folded, in the order of the document."""
    truncated: bool = False
    """The page, or the text, is longer than what was read."""


def selector_problem(selector: str) -> str:
    """Return why a selector cannot be used; empty when it can."""
    try:
        _planned(selector)
    except _UnreadableError as problem:
        return str(problem)
    return ""


def select_text(body: bytes, selector: str, content_type: str = "") -> Selected:
    """Return what a selector finds in a page; nothing for a selector that `selector_problem` names."""
    try:
        plan = _planned(selector)
    except _UnreadableError:
        return Selected()
    reader = _read(body, plan, content_type)
    return Selected(reader.found, reader.shown.text, reader.shown.truncated or reader.seen > ELEMENTS_AT_MOST)


def select_elements(body: bytes, selector: str, content_type: str = "") -> "tuple[Mapping[str, str], ...]":
    """Return the attributes of what a selector finds, in order; nothing for one that `selector_problem` names."""
    try:
        plan = _planned(selector)
    except _UnreadableError:
        return ()
    return tuple(_read(body, plan, content_type).attributes)


def _read(body: bytes, plan: "_Plan", content_type: str) -> "_Reader":
    from lxml import etree

    reader = _Reader(plan)
    target: Any = reader  # the stubs want bytes taken too, which lxml does not hand over
    parser = etree.HTMLParser(target=target, encoding="utf-8")
    text = html_text(body, content_type).replace("\0", "\ufffd")
    at = 0
    try:
        while at < len(text) and reader.seen <= ELEMENTS_AT_MOST:
            parser.feed(text[at : at + STEP].encode("utf-8", "replace"))
            at += STEP
        parser.close()
    except etree.LxmlError:
        pass  # it read as far as there is any HTML
    return reader


@dataclass(frozen=True, slots=True)
class _Step:
    """One compound of a selector, and how it stands to the compound before it."""

    test: _Test
    combinator: str = ""
    """Empty for the first compound, which stands to nothing."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """A list of selectors: the steps of each, one selector behind the other."""

    steps: tuple[_Step, ...]
    last: int
    """Bits of the steps with which a selector ends; bit n stands for step n."""


class _Open:
    """An open element, and of which steps it, its ancestors and its children so far are the last (bit n: step n)."""

    __slots__ = ("above", "before", "earlier", "name", "own", "selected")

    def __init__(self, name: str, own: int, above: int, *, selected: bool) -> None:
        self.name = name
        self.own = own
        self.above = above
        self.before = 0
        """Of the child that was opened last."""
        self.earlier = 0
        """Of any child."""
        self.selected = selected


class _Reader:
    """Takes the tags of one document, as lxml hands them over."""

    def __init__(self, plan: _Plan) -> None:
        self.found = 0
        self.seen = 0
        self.attributes: list[_Attributes] = []
        """Of what was found."""
        self.shown = Shown()
        self._plan = plan
        self._open = [_Open("", 0, 0, selected=False)]
        self._selected = self._unseen = 0
        """Open elements that are selected, and such whose content is not shown."""

    def start(self, tag: str, attributes: _Attributes) -> None:
        self.seen += 1
        if self._open[-1].name == "head" and tag not in OF_HEAD:
            self._open_body()
        parent = self._open[-1]
        above = parent.above | parent.own
        own = _matched(self._plan.steps, tag, attributes, parent, above)
        selected = bool(own & self._plan.last) and not self._unseen
        parent.before = own
        parent.earlier |= own
        self._open.append(_Open(tag, own, above, selected=selected))
        self.found += selected
        if selected:
            self.attributes.append(dict(attributes))
        self._selected += selected
        self._unseen += tag in UNSEEN
        self._break(tag)

    def _open_body(self) -> None:
        """Put the body in the head's place: libxml2 does not know that `<main>` and its kind begin one."""
        self.end("head")
        self.start("body", {})
        self.seen -= 1

    def end(self, tag: str) -> None:
        if len(self._open) > 1:
            self._break(tag)
            closed = self._open.pop()
            self._selected -= closed.selected
            self._unseen -= closed.name in UNSEEN

    def data(self, text: str) -> None:
        if self._selected and not self._unseen:
            self.shown.add(text)

    def close(self) -> None:
        pass

    def _break(self, tag: str) -> None:
        if self._selected:
            self.shown.tag(tag)


def _matched(steps: tuple[_Step, ...], tag: str, attributes: _Attributes, parent: _Open, above: int) -> int:
    """Return of which steps an element is the last; `above` are those of its ancestors."""
    stands = {" ": above, ">": parent.own, "+": parent.before, "~": parent.earlier}
    matched = 0
    for at, step in enumerate(steps):
        if (not step.combinator or stands[step.combinator] >> at - 1 & 1) and step.test(tag, attributes):
            matched |= 1 << at
    return matched


@lru_cache(maxsize=256)
def _planned(selector: str) -> _Plan:
    """Return a selector as it is matched."""
    import cssselect

    if len(selector) > SELECTOR_AT_MOST:
        raise _UnreadableError(f"it has {len(selector)} characters, more than {SELECTOR_AT_MOST}")
    try:
        parsed = cssselect.parse(selector)
    except (cssselect.SelectorError, RecursionError) as error:
        raise _UnreadableError(str(error) or "it nests too deeply") from None
    if any(each.pseudo_element is not None for each in parsed):
        raise _UnreadableError("a pseudo-element is nothing in the HTML")
    steps: list[_Step] = []
    last = 0
    for each in parsed:
        steps += _steps(each.parsed_tree)
        last |= 1 << len(steps) - 1
    return _Plan(tuple(steps), last)


def _steps(tree: Any) -> list[_Step]:
    from cssselect import parser

    if isinstance(tree, parser.CombinedSelector):
        return [*_steps(tree.selector), _Step(_test(tree.subselector), tree.combinator)]
    return [_Step(_test(tree))]


def _test(tree: Any) -> _Test:
    """Return what tells whether an element is of a compound such as `a.b[c]`."""
    from cssselect import parser

    if isinstance(tree, parser.Element):
        name = (tree.element or "").lower()
        return lambda tag, attributes: not name or tag == name
    if isinstance(tree, parser.Hash):
        return _both(_test(tree.selector), lambda tag, attributes: attributes.get("id") == tree.id)
    if isinstance(tree, parser.Class):
        wanted = tree.class_name
        return _both(_test(tree.selector), lambda tag, attributes: wanted in attributes.get("class", "").split())
    if isinstance(tree, parser.Attrib):
        return _both(_test(tree.selector), _attribute_test(tree))
    raise _UnreadableError("expected elements, #ids, .classes and [attributes], without pseudo-classes")


def _both(one: _Test, other: _Test) -> _Test:
    return lambda tag, attributes: one(tag, attributes) and other(tag, attributes)


def _attribute_test(tree: Any) -> _Test:
    name, wanted = tree.attrib.lower(), "" if tree.value is None else tree.value.value
    compares: dict[str, Callable[[str], bool]] = {
        "exists": lambda value: True,
        "=": lambda value: value == wanted,
        "~=": lambda value: wanted in value.split(),
        "|=": lambda value: value == wanted or value.startswith(f"{wanted}-"),
        "^=": lambda value: bool(wanted) and value.startswith(wanted),
        "$=": lambda value: bool(wanted) and value.endswith(wanted),
        "*=": lambda value: bool(wanted) and wanted in value,
    }
    compare = compares.get(tree.operator)
    if compare is None:
        raise _UnreadableError(f"[{tree.attrib}{tree.operator}…] is no selector of CSS")
    return lambda tag, attributes: name in attributes and compare(attributes[name] or "")
