"""Which pictures and fonts of its style sheets a page needs at first: rules matched with its elements, as in a browser.

Chromium fetches a picture of a rule once an element that is shown at all has it as its computed style, wherever on the
page; it fetches a font once a text is laid out whose first family with such a character that font is, in the face whose
style and weight come nearest. So it takes a cascade, and inheritance of a few properties, and no layout.

What counts as there: elements of the HTML, before scripts add any. Fonts that visitors may have installed count as
absent, generic ones (`sans-serif`) as present. What nobody can know without a layout or a visitor (`:hover`,
`@container`, `:has()`) does not apply. Text in the HTML that scripts replace counts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf

from scalecheck.page.letters import Lettering, lettering, longhands, needed
from scalecheck.wire.css import LETTERED, PICTURED, Declaration, FontFace, Rule, Sheet, read_style
from scalecheck.wire.css_values import Is, Piece, Value
from scalecheck.wire.elements import Element
from scalecheck.wire.media_query import matches
from scalecheck.wire.selectors import Budget, Selector, TooMuchError
from scalecheck.wire.viewport import Viewport

STEPS_AT_MOST = 2_000_000
"""Of matching one page in one window: a second."""
VARIABLES_DEEP = 16
VALUES_AT_MOST = 1_000
"""Pieces of a value whose variables were put in."""
PICTURES: Mapping[str, str] = {
    "background": "background-image",
    "border-image": "border-image-source",
    "-webkit-border-image": "border-image-source",
    "list-style": "list-style-image",
    "mask": "mask-image",
    "-webkit-mask": "mask-image",
    "-webkit-mask-image": "mask-image",
}
"""Shorthands and old names, and the property of the picture."""
SHOWN_BY_THEMSELVES = frozenset({"marker", "first-letter", "first-line", "placeholder"})
"""Pseudo-elements that are there without `content`."""
HIDDEN = frozenset(
    "head title meta link script style template noscript datalist param source track base area".split()  # noqa: SIM905
)
"""Elements that are not shown unless a sheet says so, and then they are empty."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A sheet as a page applies it."""

    sheet: Sheet
    media: tuple[str, ...] = ()
    """Queries of its element and of the imports on the way to it; all must hold."""
    layer: str = ""
    """The cascade layer that imports put it into; empty for none."""


@dataclass(frozen=True, slots=True)
class Painted:
    """What a page needs of its sheets."""

    images: tuple[str, ...] = ()
    fonts: tuple[str, ...] = ()
    problem: str = ""
    """Why it could not be told to the end; empty when it could."""


def painted(elements: Sequence[Element], sheets: Sequence[Applied], viewport: Viewport, base: str) -> Painted:
    """Return the pictures and fonts that the elements of a page need, by these sheets and by their own `style`."""
    page = _Page(sheets, viewport, [_styled(each.attributes.get("style", ""), base) for each in elements])
    if not page.wanted:
        return Painted()
    fonts: dict[str, None] = {}
    problem = ""
    try:
        for number, element in enumerate(elements):
            page.take(number, element)
        fonts.update(page.fonts())
    except TooMuchError:
        problem = "its rules and elements are too many to be matched"
    return Painted(tuple(page.images), tuple(fonts), problem)


@lru_cache(maxsize=1024)
def _styled(text: str, base: str) -> tuple[Declaration, ...]:
    """Return what a `style` attribute says, as far as it matters here."""
    matters = any(word in text.lower() for word in ("url(", "image-set(", "font", "display", "list-style", "--"))
    return tuple(each for rule in read_style(text, base).rules for each in rule.declarations) if matters else ()


Key = tuple[bool, tuple[float, ...], tuple[float, ...], int]
"""What makes one declaration win over another: importance, layer, specificity, order."""
_INLINE = (inf, inf, inf)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A selector, and the declarations that it brings."""

    selector: Selector
    declarations: tuple[Declaration, ...]
    layer: tuple[float, ...]
    order: int


@dataclass(slots=True)
class _State:
    """What an element hands down to what is in it."""

    shown: bool = True
    marked: bool = True
    """Items of lists have a marker."""
    lettering: Lettering = field(default_factory=Lettering)
    variables: Mapping[str, Value] = field(default_factory=dict)


Said = dict[str, dict[str, tuple[Key, Declaration]]]
"""By pseudo-element, empty for the element itself, and by property: the declaration that wins."""


class _Page:
    def __init__(
        self, sheets: Sequence[Applied], viewport: Viewport, styles: Sequence[tuple[Declaration, ...]]
    ) -> None:
        self.viewport = viewport
        self.styles = styles
        self.budget = Budget(STEPS_AT_MOST)
        self.states: dict[Element | None, _State] = {None: _State()}
        self.images: dict[str, None] = {}
        self.texts: dict[Lettering, set[str]] = {}
        self.faces: dict[str, list[FontFace]] = {}
        self.keyframes: dict[str, tuple[str, ...]] = {}
        rules = list(_rules(sheets, viewport))
        for applied in sheets:
            self.keyframes.update(applied.sheet.keyframes)
            for face in applied.sheet.fonts:
                if all(matches(media, viewport) for media in (*applied.media, *face.media)):
                    self.faces.setdefault(face.family.lower(), []).append(face)
        every: list[Declaration] = []
        for declarations in (*(rule.declarations for rule, _ in rules), *styles):
            every.extend(declarations)
        self.wanted = self._wanted(every)
        self.variables = _variables(every, self.wanted)
        self.entries = self._entries(rules) if self.wanted else {}

    def _wanted(self, declarations: Iterable[Declaration]) -> frozenset[str]:
        """Return the properties that can bring a picture or a font; none where no sheet has any."""
        found = {
            name
            for each in declarations
            for name in properties(each.name)
            if each.name in PICTURED and any(piece.what in _BRINGING for piece in each.value)
        }
        if any(face.source for faces in self.faces.values() for face in faces):
            found |= {"font-family", "font-weight", "font-style", "list-style-type"}
        if any(self.keyframes.values()):
            found.add("animation-name")
        return frozenset(found | {"display", "content"} if found else ())

    def _entries(self, rules: Iterable[tuple[Rule, tuple[float, ...]]]) -> dict[str, list[_Entry]]:
        """Return the selectors of rules that matter, by what an element must have for them."""
        found: dict[str, list[_Entry]] = {}
        for order, (rule, layer) in enumerate(rules):
            mattering = tuple(each for each in rule.declarations if self._matters(each))
            for selector in rule.selectors if mattering else ():
                found.setdefault(selector.key, []).append(_Entry(selector, mattering, layer, order))
        return found

    def _matters(self, declaration: Declaration) -> bool:
        name = declaration.name
        return name in self.variables if name.startswith("--") else not self.wanted.isdisjoint(properties(name))

    def take(self, number: int, element: Element) -> None:
        """Work out one element, whose parent has been worked out before."""
        parent = self.states[element.parent]
        state = self.states[element] = _State(shown=False)
        if not parent.shown or _is_folded(element):
            return
        said = self._said(number, element)
        own = said.get("", {})
        state.variables = self._with_variables(parent.variables, own)
        values = self._values(own, state.variables)
        state.shown = _is_shown(element, values.get("display"))
        if not state.shown:
            return
        state.lettering = lettering(parent.lettering, element.tag, values)
        words = {piece.text for piece in values.get("list-style-type", ())}
        state.marked = "none" not in words and (bool(words) or parent.marked)
        marker = {"•"} if element.tag == "li" and state.marked else set[str]()
        self._write(state.lettering, element.characters | marker)
        self._show(values)
        for pseudo, declared in said.items():
            if pseudo:
                self._pseudo(pseudo, element, self._values(declared, state.variables), state.lettering)

    def _pseudo(self, pseudo: str, element: Element, values: Mapping[str, Value], above: Lettering) -> None:
        content = values.get("content", ())
        said = bool(content) and content[0].text != "normal"  # of `none` Chromium fetches the pictures all the same
        if pseudo in {"before", "after"} and said:
            text = {letter for piece in content if piece.what is Is.STRING for letter in piece.text}
            self._write(lettering(above, "", values), text)
            self._show(values)
        elif pseudo in SHOWN_BY_THEMSELVES and (pseudo != "placeholder" or pseudo in element.attributes):
            self._show(values)

    def _said(self, number: int, element: Element) -> Said:
        said: Said = {}
        keys = (f"#{element.id}", *(f".{name}" for name in element.classes), element.tag, "*")
        for key in keys:
            for entry in self.entries.get(key, ()):
                if entry.selector.matches(element, self.budget):
                    declared = said.setdefault(entry.selector.pseudo_element, {})
                    for each in entry.declarations:
                        _declare(declared, each, entry.layer, entry.selector.specificity, entry.order)
        for each in self.styles[number]:
            if self._matters(each):
                _declare(said.setdefault("", {}), each, (inf, inf), _INLINE, 0)
        return said

    def _with_variables(
        self, above: Mapping[str, Value], own: Mapping[str, tuple[Key, Declaration]]
    ) -> Mapping[str, Value]:
        said = {name: each.value for name, (_, each) in own.items() if name.startswith("--")}
        return {**above, **said} if said else above

    def _values(self, said: Mapping[str, tuple[Key, Declaration]], variables: Mapping[str, Value]) -> dict[str, Value]:
        """Return values by property, variables put in; a property whose variables are not there is left out."""
        values: dict[str, Value] = {}
        for name, (_, each) in said.items():
            value = None if name.startswith("--") else _put_in(each.value, variables, self.budget, 0)
            if value is not None and each.name == "font":
                value = longhands(value).get(name)
            if value is not None:
                values[name] = value
        return values

    def _show(self, values: Mapping[str, Value]) -> None:
        """Note the pictures of computed values, those of animations among them."""
        for name, value in values.items():
            if name == "animation-name":
                for piece in value:
                    self.images.update(dict.fromkeys(self.keyframes.get(piece.text, ())))
            elif name in self.wanted and name not in LETTERED:
                self.images.update(dict.fromkeys(_urls(value, self.viewport.density)))

    def _write(self, shown: Lettering, characters: set[str]) -> None:
        if characters and self.faces:
            self.texts.setdefault(shown, set()).update(characters)

    def fonts(self) -> dict[str, None]:
        """Return what the texts need."""
        return dict.fromkeys(
            url
            for shown, characters in self.texts.items()
            for url in needed(shown, characters, self.faces, self.budget)
        )


_BRINGING = frozenset({Is.URL, Is.SET, Is.VARIABLE})


def properties(name: str) -> tuple[str, ...]:
    """Return the properties that a declaration sets, as far as they matter here."""
    match name:
        case "font":
            return ("font-family", "font-weight", "font-style")
        case "list-style":
            return ("list-style-image", "list-style-type")
        case "animation":
            return ("animation-name",)
    return (PICTURES.get(name, name),)


def _rules(sheets: Sequence[Applied], viewport: Viewport) -> Iterator[tuple[Rule, tuple[float, ...]]]:
    """Yield the rules that apply in a window, in order, each with its layer as what sorts it."""
    ranks: dict[str, float] = {}
    for applied in sheets:
        for name in ("", *applied.sheet.layers):
            if whole := _joined(applied.layer, name):
                ranks.setdefault(whole, len(ranks))
    for applied in sheets:
        if all(matches(media, viewport) for media in applied.media):
            for rule in applied.sheet.rules:
                if all(matches(media, viewport) for media in rule.media):
                    yield rule, _rank(_joined(applied.layer, rule.layer), ranks)


def _joined(*names: str) -> str:
    return ".".join(name for name in names if name)


def _rank(layer: str, ranks: Mapping[str, float]) -> tuple[float, ...]:
    """Return what sorts a layer: by its outer layers first; what stands in no inner layer comes last, and wins."""
    names = layer.split(".") if layer else []
    return (*(ranks.get(".".join(names[: at + 1]), 0.0) for at in range(len(names))), inf)


def _declare(
    said: dict[str, tuple[Key, Declaration]],
    declaration: Declaration,
    layer: tuple[float, ...],
    specificity: tuple[float, ...],
    order: int,
) -> None:
    important = declaration.important
    key = important, tuple(-each for each in layer) if important else layer, specificity, order
    names = (declaration.name,) if declaration.name.startswith("--") else properties(declaration.name)
    for name in names:
        if name not in said or said[name][0] <= key:
            said[name] = key, declaration


def _variables(declarations: Sequence[Declaration], wanted: frozenset[str]) -> frozenset[str]:
    """Return the names of variables that such properties may need, directly or not."""
    custom: dict[str, set[str]] = {}
    found: set[str] = set()
    for each in declarations:
        names = set(_variables_of(each.value))
        if each.name.startswith("--"):
            custom.setdefault(each.name, set()).update(names)
        elif not wanted.isdisjoint(properties(each.name)):
            found |= names
    waiting = list(found)
    while waiting:
        waiting.extend(new := custom.get(waiting.pop(), set()) - found)
        found |= new
    return frozenset(found)


def _variables_of(value: Value) -> Iterator[str]:
    for piece in value:
        if piece.what is Is.VARIABLE:
            yield piece.text
        if piece.inside:
            yield from _variables_of(piece.inside)


def _put_in(value: Value, variables: Mapping[str, Value], budget: Budget, depth: int) -> Value | None:
    """Return a value with its variables put in; None where one is not there and falls back to nothing."""
    if not any(piece.what is Is.VARIABLE for piece in value):
        return value
    found: list[Piece] = []
    for piece in value:
        if piece.what is not Is.VARIABLE:
            found.append(piece)
            continue
        budget.spend()
        meant = variables.get(piece.text) or piece.inside
        inner = _put_in(meant, variables, budget, depth + 1) if meant and depth < VARIABLES_DEEP else None
        if inner is None:
            return None
        found.extend(inner)
    return tuple(found[:VALUES_AT_MOST])


def _urls(value: Value, density: float) -> Iterator[str]:
    """Yield the pictures of a computed value; of a set the one for this density."""
    for piece in value:
        if piece.what is Is.URL and piece.text:
            yield piece.text
        elif piece.what is Is.SET and piece.inside:
            ordered = sorted(piece.inside, key=lambda each: each.number)
            best = next((each for each in ordered if each.number >= density), ordered[-1])
            yield from [best.text] if best.text else []


def _is_folded(element: Element) -> bool:
    """Whether it stands in a `<details>` that is closed."""
    above = element.parent
    return above is not None and above.tag == "details" and "open" not in above.attributes and element.tag != "summary"


def _is_shown(element: Element, display: Value | None) -> bool:
    if display:
        return display[0].text != "none"
    closed = element.tag == "dialog" and "open" not in element.attributes
    unseen = element.tag == "input" and element.attributes.get("type", "").lower() == "hidden"
    return not (element.tag in HIDDEN or "hidden" in element.attributes or closed or unseen)
