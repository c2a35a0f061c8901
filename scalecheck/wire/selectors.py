"""Selectors (Selectors 4) as far as they can be matched before a visitor has done anything.

What needs a visitor (`:hover`, `:focus`, `:visited` …) matches nothing, and neither does what is not known: a rule that
may apply later does not apply at first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tinycss2.ast import FunctionBlock, HashToken, IdentToken, Node, SquareBracketsBlock
from tinycss2.nth import parse_nth

from scalecheck.wire.elements import Element
from scalecheck.wire.lengths import split

SELECTORS_AT_MOST = 200
"""Of one list."""
COMPOUNDS_AT_MOST = 50
"""Of one selector."""
PARTS_AT_MOST = 200
"""Names, attributes and pseudo-classes of one selector."""
DEPTH_AT_MOST = 8
"""How deep `:is()` and its kind may nest."""
PSEUDO_ELEMENTS = frozenset({"before", "after", "first-line", "first-letter"})
"""Those that may stand behind one colon."""

Specificity = tuple[int, int, int]
Test = Callable[[Element], bool]


class TooMuchError(Exception):
    """Matching took more steps than it may."""


class Budget:
    """Counts steps of matching, since hostile selectors and pages multiply."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self, steps: int = 1) -> None:
        """Take steps; raise TooMuchError when there are none left."""
        self.left -= steps
        if self.left < 0:
            raise TooMuchError


@dataclass(frozen=True, slots=True)
class Compound:
    """What one element must be: `a.b#c[d]:not(.e)`."""

    tag: str = ""
    id: str = ""
    classes: frozenset[str] = frozenset()
    tests: tuple[Test, ...] = ()
    none_of: "tuple[Selector, ...]" = ()
    any_of: "tuple[tuple[Selector, ...], ...]" = ()
    """One of each group."""
    combinator: str = ""
    """How it stands to the compound to its left; empty for the first."""


@dataclass(frozen=True, slots=True)
class Selector:
    """One selector of a list."""

    compounds: tuple[Compound, ...]
    """From right to left."""
    pseudo_element: str = ""
    """`before`, `after` and its kind."""
    specificity: Specificity = (0, 0, 0)

    @property
    def key(self) -> str:
        """What an element must have for a match to be worth trying: `#id`, `.class`, `tag`; `*` for any."""
        last = self.compounds[0]
        if last.id:
            return f"#{last.id}"
        return f".{min(last.classes)}" if last.classes else last.tag or "*"

    def matches(self, element: Element, budget: Budget) -> bool:
        """Whether an element, or what `pseudo_element` names of it, is selected."""
        return _matches(self.compounds, 0, element, budget)


def _matches(compounds: tuple[Compound, ...], at: int, element: Element, budget: Budget) -> bool:
    budget.spend()
    compound = compounds[at]
    if not _is(compound, element, budget):
        return False
    if not compound.combinator:
        return True
    upwards, once = compound.combinator in {" ", ">"}, compound.combinator in {">", "+"}
    step = element.parent if upwards else element.previous
    while step is not None:
        if _matches(compounds, at + 1, step, budget):
            return True
        step = None if once else step.parent if upwards else step.previous
    return False


def _is(compound: Compound, element: Element, budget: Budget) -> bool:
    if (compound.tag and compound.tag != element.tag) or (compound.id and compound.id != element.id):
        return False
    if compound.classes and not compound.classes <= element.classes:
        return False
    if not all(test(element) for test in compound.tests):
        return False
    if any(each.matches(element, budget) for each in compound.none_of):
        return False
    return all(any(each.matches(element, budget) for each in group) for group in compound.any_of)


def read_selectors(nodes: Sequence[Node], within: tuple[Selector, ...] = (), depth: int = 0) -> tuple[Selector, ...]:
    """Return the selectors of a rule's prelude that can match at first; `within` are those of the rule around it.

    One selector that is none makes browsers drop the rule: then there is none. Of forgiving lists (`:is()`), which are
    read with a depth, only that one is dropped.
    """
    found: list[Selector] = []
    for part in split(nodes, ",")[:SELECTORS_AT_MOST]:
        try:
            found.append(_Reader(within, depth).read(part))
        except _NeverError:
            continue
        except _UnreadableError:
            if not depth:
                return ()
    return tuple(found)


class _UnreadableError(Exception):
    """It is no selector."""


class _NeverError(Exception):
    """It selects nothing before a visitor does something."""


class _Reader:
    """Reads one selector, from left to right."""

    def __init__(self, within: tuple[Selector, ...], depth: int) -> None:
        self.within = within
        self.depth = depth
        self.compounds: list[dict[str, Any]] = []
        self.open = False
        """Whether the last compound may go on."""
        self.combinator = ""
        self.spaced = False
        self.pseudo_element = ""
        self.specific = [0, 0, 0]
        self.parts = 0
        self.nested = False

    def read(self, nodes: Sequence[Node]) -> Selector:
        shown = list(nodes)
        at = 0
        while at < len(shown):
            at += self._take(shown, at)
        if not self.compounds or self.combinator or (not self.open and not self.pseudo_element):
            raise _UnreadableError
        if self.within and not self.nested:
            self._prefix()
        compounds = tuple(Compound(**each) for each in reversed(self.compounds))
        a, b, c = self.specific
        return Selector(compounds, self.pseudo_element, (a, b, c))

    def _prefix(self) -> None:
        """Put what the rule around it selects in front."""
        first = self.compounds[0]
        first["combinator"] = first.get("combinator") or " "
        self.compounds.insert(0, {"any_of": (self.within,)})
        self._count(_most(self.within))

    def _take(self, nodes: list[Node], at: int) -> int:
        """Take what begins at a node, and return how many nodes that are."""
        node = nodes[at]
        if node.type == "whitespace":
            self.spaced = True
            return 1
        if node.type == "literal":
            return self._literal(nodes, at)
        compound = self._compound()
        if isinstance(node, IdentToken):
            if set(compound) - {"combinator"}:
                raise _UnreadableError
            compound["tag"] = node.lower_value
            self._count((0, 0, 1))
        elif isinstance(node, HashToken):
            compound["id"] = node.value
            self._count((1, 0, 0))
        elif isinstance(node, SquareBracketsBlock):
            self._add("tests", _attribute(node.content))
            self._count((0, 1, 0))
        else:
            raise _UnreadableError
        return 1

    def _literal(self, nodes: list[Node], at: int) -> int:
        sign = nodes[at].value
        following = nodes[at + 1] if at + 1 < len(nodes) else None
        match sign:
            case ">" | "+" | "~":
                if self.combinator or (not self.compounds and not self.within):
                    raise _UnreadableError
                self.combinator, self.open, self.spaced = sign, False, False
                return 1
            case "*" | "&":
                compound = self._compound()
                if sign == "&":
                    self.nested = True
                    if self.within:
                        compound["any_of"] = (*compound.get("any_of", ()), self.within)
                        self._count(_most(self.within))
                return 1
            case "." if isinstance(following, IdentToken):
                compound = self._compound()
                compound["classes"] = compound.get("classes", frozenset()) | {following.value}
                self._count((0, 1, 0))
                return 2
            case ":" if following is not None:
                return self._colon(nodes, at, following)
        raise _UnreadableError

    def _colon(self, nodes: list[Node], at: int, following: Node) -> int:
        double = following.type == "literal" and following.value == ":"
        node = nodes[at + 2] if double and at + 2 < len(nodes) else following
        name = getattr(node, "lower_value", "") or getattr(node, "lower_name", "")
        if not name:
            raise _UnreadableError
        self._compound()
        if double or name in PSEUDO_ELEMENTS:
            self.pseudo_element = name
            self._count((0, 0, 1))
        elif isinstance(node, FunctionBlock):
            self._function(name, node)
        else:
            self._add("tests", _pseudo(name))
            self._count((0, 1, 0))
        return 3 if double else 2

    def _function(self, name: str, node: FunctionBlock) -> None:
        if name in {"not", "is", "where", "matches", "-webkit-any"}:
            if self.depth >= DEPTH_AT_MOST:
                raise _NeverError
            inside = read_selectors(node.arguments, self.within, self.depth + 1)
            self._add("none_of" if name == "not" else "any_of", *(inside if name == "not" else (inside,)))
            self._count((0, 0, 0) if name == "where" else _most(inside))
        elif name == "nth-child" and (found := parse_nth(node.arguments)) is not None:
            self._add("tests", _nth(*found))
            self._count((0, 1, 0))
        else:
            raise _NeverError

    def _compound(self) -> dict[str, Any]:
        """Return the compound that is being read, a new one behind a combinator or a space."""
        if self.pseudo_element:
            raise _NeverError  # `::before:hover`, `::slotted(a) b`
        if not self.open or self.spaced:
            if len(self.compounds) >= COMPOUNDS_AT_MOST:
                raise _NeverError
            combinator = self.combinator or (" " if self.compounds else "")
            self.compounds.append({"combinator": combinator})
        self.open, self.spaced, self.combinator = True, False, ""
        return self.compounds[-1]

    def _add(self, name: str, *values: Any) -> None:
        self.compounds[-1][name] = (*self.compounds[-1].get(name, ()), *values)

    def _count(self, specificity: Specificity) -> None:
        self.parts += 1
        if self.parts > PARTS_AT_MOST:
            raise _NeverError
        self.specific = [one + other for one, other in zip(self.specific, specificity, strict=True)]


def _most(selectors: Sequence[Selector]) -> Specificity:
    return max((each.specificity for each in selectors), default=(0, 0, 0))


def _pseudo(name: str) -> Test:
    if name.startswith(("-moz-", "-ms-", "-o-")):
        raise _UnreadableError
    test = _PSEUDO_CLASSES.get(name)
    if test is None:
        raise _NeverError
    return test


def _nth(step: int, offset: int) -> Test:
    def test(element: Element) -> bool:
        behind = element.position - offset
        return behind == 0 if step == 0 else behind % step == 0 and behind // step >= 0

    return test


_CONTROLS = frozenset({"button", "input", "select", "textarea", "option", "optgroup", "fieldset"})
_PSEUDO_CLASSES: Mapping[str, Test] = {
    "root": lambda each: each.parent is None,
    "scope": lambda each: each.parent is None,
    "host": lambda each: False,
    "first-child": lambda each: each.previous is None,
    "last-child": lambda each: not each.following,
    "only-child": lambda each: each.previous is None and not each.following,
    "empty": lambda each: each.empty,
    "link": lambda each: each.tag in {"a", "area"} and "href" in each.attributes,
    "any-link": lambda each: each.tag in {"a", "area"} and "href" in each.attributes,
    "checked": lambda each: bool({"checked", "selected"} & each.attributes.keys()),
    "disabled": lambda each: each.tag in _CONTROLS and "disabled" in each.attributes,
    "enabled": lambda each: each.tag in _CONTROLS and "disabled" not in each.attributes,
    "required": lambda each: "required" in each.attributes,
    "open": lambda each: "open" in each.attributes,
    "defined": lambda each: "-" not in each.tag,
}


def _attribute(nodes: Sequence[Node]) -> Test:
    """Return the test of `[name]`, `[name="value" i]` and its kind."""
    shown = [node for node in nodes if node.type != "whitespace"]
    if not shown or not isinstance(shown[0], IdentToken):
        raise _UnreadableError
    name = shown[0].lower_value
    if len(shown) == 1:
        return lambda element: name in element.attributes
    operator = "".join(node.value for node in shown[1:] if node.type == "literal")
    words = [str(node.value) for node in shown[1:] if node.type in {"ident", "string"}]
    compare = _COMPARES.get(operator)
    if compare is None or not words or len(words) > 2:
        raise _UnreadableError
    folded = len(words) == 2 and words[1].lower() == "i"
    wanted = words[0].lower() if folded else words[0]

    def test(element: Element) -> bool:
        value = element.attributes.get(name)
        return value is not None and compare(value.lower() if folded else value, wanted)

    return test


_COMPARES: Mapping[str, Callable[[str, str], bool]] = {
    "=": lambda value, wanted: value == wanted,
    "~=": lambda value, wanted: wanted in value.split(),
    "|=": lambda value, wanted: value == wanted or value.startswith(f"{wanted}-"),
    "^=": lambda value, wanted: bool(wanted) and value.startswith(wanted),
    "$=": lambda value, wanted: bool(wanted) and value.endswith(wanted),
    "*=": lambda value, wanted: bool(wanted) and wanted in value,
}
