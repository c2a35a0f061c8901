"""What a style sheet loads: imports, fonts, images; and the rules by which a page shows them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import tinycss2
from tinycss2.ast import AtKeywordToken, CurlyBracketsBlock, FunctionBlock, IdentToken, Node

from scalecheck.wire.css_values import Is, Value, read_value, reference
from scalecheck.wire.fonts import FontFace, read_face
from scalecheck.wire.lengths import split
from scalecheck.wire.selectors import Selector, read_selectors
from scalecheck.wire.supports import supports
from scalecheck.wire.urls import resolve

__all__ = ["Declaration", "FontFace", "Imported", "Rule", "Sheet", "read_css", "read_style"]

CHARACTERS_AT_MOST = 500_000
"""Read of one sheet; each can cost 250 bytes of memory."""
URLS_AT_MOST = 5_000
"""References of one sheet that are resolved."""
RULES_AT_MOST = 20_000
"""Rules of one sheet that are kept."""
DEPTH_AT_MOST = 32
"""How deep rules may nest; of what is deeper only the pictures are read, since each level would keep all above it."""
PICTURED = frozenset(
    {
        *("background", "background-image", "border-image", "border-image-source", "content", "cursor"),
        *("list-style", "list-style-image", "mask", "mask-image", "-webkit-mask", "-webkit-mask-image"),
        *("-webkit-mask-box-image", "shape-outside", "filter", "-webkit-border-image"),
    }
)
"""Properties that show pictures."""
LETTERED = frozenset({"font", "font-family", "font-weight", "font-style", "list-style", "list-style-type"})
"""Properties that choose fonts, or whether there is a letter to show."""
KEPT = PICTURED | LETTERED | {"display", "animation", "animation-name"}


@dataclass(frozen=True, slots=True)
class Imported:
    """One @import that browsers take: it stands before all rules."""

    url: str
    media: str = ""
    """As written; empty when it is for all."""
    layer: str | None = None
    """Its cascade layer; empty for one without name, None when it is in none."""
    supported: bool = True
    """What it is for is there in Chromium, which does not fetch it otherwise."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a rule says of one property; custom properties (`--x`) are kept with their case."""

    name: str
    value: Value
    important: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One style rule that has to do with pictures, fonts, or with what is shown at all."""

    selectors: tuple[Selector, ...]
    declarations: tuple[Declaration, ...]
    media: tuple[str, ...] = ()
    """Queries that must all hold, as written."""
    layer: str = ""
    """Its cascade layer, outer ones first, joined with dots; empty when it is in none."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one style sheet refers to; every URL is absolute, without fragment."""

    imports: tuple[Imported, ...] = ()
    fonts: tuple[FontFace, ...] = ()
    images: tuple[str, ...] = ()
    """Everything else in url(), each once."""
    rules: tuple[Rule, ...] = ()
    """Those that apply without a condition that only the layout can tell (`@container`)."""
    keyframes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Names of animations, and the images that they show."""
    layers: tuple[str, ...] = ()
    """In the order they are first named: later ones win."""
    truncated: bool = False
    """There was more than is read."""
    problem: str = ""
    """Why nothing could be read; empty when it could."""


def read_css(text: str, url: str) -> Sheet:
    """Return what a sheet, or the text of a `<style>`, refers to."""
    try:
        nodes = tinycss2.parse_component_value_list(text[:CHARACTERS_AT_MOST], skip_comments=True)
    except (ValueError, RecursionError) as error:  # an integer of more digits than Python reads
        return Sheet(problem=str(error))
    reader = _Reader(url)
    reader.read(nodes)
    truncated = len(text) > CHARACTERS_AT_MOST or reader.resolved > URLS_AT_MOST or len(reader.rules) > RULES_AT_MOST
    return Sheet(
        tuple(reader.imports),
        tuple(reader.fonts),
        tuple(reader.images),
        tuple(reader.rules[:RULES_AT_MOST]),
        tuple((name, tuple(images)) for name, images in reader.keyframes.items() if images),
        tuple(reader.layers),
        truncated,
    )


def read_style(text: str, url: str) -> Sheet:
    """Return what a `style` attribute says, as the sheet whose one rule it is."""
    return read_css(f"*{{{text.replace('}', ' ')}}}", url)


@dataclass(frozen=True, slots=True)
class _Context:
    """What a block stands in."""

    media: tuple[str, ...] = ()
    layer: str = ""
    selectors: tuple[Selector, ...] = ()
    """Of the style rule around it."""
    styles: bool = False
    """Declarations stand in it."""
    applies: bool = True
    """Whether its rules count: not where only the layout, or nobody, knows."""
    depth: int = 0
    animation: str = ""
    """Whose keyframes they are."""


class _Reader:
    def __init__(self, url: str) -> None:
        self.url = url
        self.resolved = 0
        self.imports: list[Imported] = []
        self.importing = True
        """Whether no rule has come yet behind which imports do not count."""
        self.fonts: list[FontFace] = []
        self.images: dict[str, None] = {}
        self.rules: list[Rule] = []
        self.keyframes: dict[str, dict[str, None]] = {}
        self.layers: dict[str, None] = {}

    def read(self, nodes: Sequence[Node]) -> None:
        """Walk all blocks in order, without recursion: sheets nest as deep as they like."""
        waiting: list[_Walk] = [self._block(nodes, _Context(), None)]
        while waiting:
            inner = next(waiting[-1], None)
            if inner is None:
                waiting.pop()
            else:
                waiting.append(inner)

    def _block(self, nodes: Sequence[Node], context: _Context, prelude: Sequence[Node] | None) -> "_Walk":
        """Take the declarations and statements of a block, then yield the walks of the blocks in it.

        `prelude` is that of a style rule; None for a block that stands within one, or within none.
        """
        declarations: list[Declaration] = []
        blocks: list[tuple[list[Node], CurlyBracketsBlock]] = []
        for begun, block in _statements(nodes):
            if block is not None:
                self.importing = False
                blocks.append((begun, block))
            elif isinstance(begun[0], AtKeywordToken):
                self._statement(begun[0].lower_value, begun[1:], context)
            elif context.styles:
                declarations.extend(self._declaration(begun, context.animation))
        if prelude is not None and context.applies and (declarations or blocks):
            context = replace(context, selectors=read_selectors(prelude, context.selectors))
        if declarations and context.applies and context.selectors:
            self.rules.append(Rule(context.selectors, tuple(declarations), context.media, context.layer))
        for begun, block in blocks:
            yield from self._inner(begun, block.content, context)

    def _inner(self, begun: list[Node], nodes: Sequence[Node], context: _Context) -> "Iterator[_Walk]":
        """Yield the walk of a block, if there is anything in it."""
        if context.depth >= DEPTH_AT_MOST:
            self._scan(nodes)
            return
        context = replace(context, depth=context.depth + 1)
        if not begun or not isinstance(begun[0], AtKeywordToken):
            yield self._block(nodes, replace(context, styles=True), begun)
            return
        prelude = begun[1:]
        match begun[0].lower_value:
            case "font-face":
                if context.applies:
                    self.fonts.append(read_face(nodes, self._resolve, context.media))
                return
            case "media":
                context = replace(context, media=(*context.media, tinycss2.serialize(prelude).strip()))
            case "layer":
                context = replace(context, layer=self._layer(tinycss2.serialize(prelude).strip(), context))
            case "supports":
                context = replace(context, applies=context.applies and supports(prelude))
            case "keyframes" | "-webkit-keyframes":
                name = "".join(str(getattr(node, "value", "")) for node in prelude if node.type in {"ident", "string"})
                context = replace(context, applies=False, animation=name)
            case _:  # @container, @scope, @page …: what they name is possible, no more
                context = replace(context, applies=False, styles=True)
        yield self._block(nodes, context, None)

    def _scan(self, nodes: Sequence[Node]) -> None:
        """Note the pictures of what nests too deep to be read as rules."""
        waiting: list[Iterator[Node]] = [iter(nodes)]
        while waiting:
            node = next(waiting[-1], None)
            if node is None:
                waiting.pop()
            elif (named := reference(node)) is not None:
                if not named.startswith("#") and (url := self._resolve(named)) is not None:
                    self.images.setdefault(url)
            elif (inside := getattr(node, "content", None) or getattr(node, "arguments", None)) is not None:
                waiting.append(iter(inside))

    def _statement(self, name: str, prelude: list[Node], context: _Context) -> None:
        """Take an at-rule without a block."""
        if name == "layer":
            for part in split(prelude, ","):
                self._layer(tinycss2.serialize(part).strip(), context)
        elif name == "import" and context.depth == 0 and self.importing:
            self._import(prelude)
        elif name == "namespace":
            self.importing = False

    def _import(self, prelude: list[Node]) -> None:
        layer: str | None = None
        supported = True
        url: str | None = None
        for at, node in enumerate(prelude):
            name = getattr(node, "lower_value", "") if isinstance(node, IdentToken) else getattr(node, "lower_name", "")
            if node.type == "whitespace":
                continue
            if url is None:
                named = reference(node, strings=True)
                url = None if named is None or named.startswith("#") else self._resolve(named)
                if url is None:
                    return
            elif name == "layer" and layer is None:
                arguments = node.arguments if isinstance(node, FunctionBlock) else ()
                layer = self._layer(tinycss2.serialize(arguments).strip(), _Context())
            elif name == "supports" and isinstance(node, FunctionBlock):
                supported = supports(node.arguments)
            else:
                self.imports.append(Imported(url, tinycss2.serialize(prelude[at:]).strip(), layer, supported))
                return
        if url is not None:
            self.imports.append(Imported(url, "", layer, supported))

    def _layer(self, name: str, context: _Context) -> str:
        """Return the whole name of a layer, and note that it was named."""
        whole = ".".join(part for part in (context.layer, name or f"({len(self.layers)})") if part)
        self.layers.setdefault(whole)
        return whole

    def _declaration(self, begun: list[Node], animation: str) -> Iterator[Declaration]:
        """Yield what a declaration says, if it has to do with pictures or fonts; note the pictures of any."""
        name, nodes = _split_declaration(begun)
        if not name:
            return
        custom = name.startswith("--")
        if not custom and name not in KEPT and not any(node.type in _HOLDING for node in nodes):
            return
        important = len(nodes) > 1 and nodes[-1].type == "ident" and nodes[-1].lower_value == "important"
        value = read_value([node for node in nodes if node.type != "whitespace"], self._resolve)
        for url in _named(value):
            self.images.setdefault(url)
            if animation:
                self.keyframes.setdefault(animation, {}).setdefault(url)
        if custom or name in KEPT:
            yield Declaration(name, value[:-2] if important else value, important)

    def _resolve(self, reference: str) -> str | None:
        self.resolved += 1
        return resolve(self.url, reference) if reference and self.resolved <= URLS_AT_MOST else None


def _named(value: Value) -> Iterator[str]:
    """Yield the URLs of a value, all options of a set among them."""
    for piece in value:
        if piece.what is Is.URL and piece.text:
            yield piece.text
        elif piece.inside:
            yield from _named(piece.inside)


_Walk = Iterator["_Walk"]
_HOLDING = frozenset({"url", "function", "() block", "[] block", "{} block"})
"""Nodes that may name something."""


def _statements(nodes: Sequence[Node]) -> Iterator[tuple[list[Node], CurlyBracketsBlock | None]]:
    """Yield what stands before each `;`, or before each block and the block; never nothing at all."""
    begun: list[Node] = []
    for node in nodes:
        kind = node.type
        if kind == "{} block" and not _split_declaration(begun)[0].startswith("--"):
            yield begun, node
            begun = []
        elif kind == "literal" and node.value == ";":
            if begun:
                yield begun, None
            begun = []
        elif begun or kind not in _BETWEEN:
            begun.append(node)
    if begun:
        yield begun, None


_BETWEEN = frozenset({"whitespace", "error"})


def _split_declaration(begun: list[Node]) -> tuple[str, list[Node]]:
    """Return the name of a property, custom ones as written, and its value; an empty name for what is none."""
    if not begun or not isinstance(begun[0], IdentToken):
        return "", []
    at = 2 if len(begun) > 1 and begun[1].type == "whitespace" else 1
    if len(begun) <= at or begun[at].type != "literal" or begun[at].value != ":":
        return "", []
    name = begun[0].value if begun[0].value.startswith("--") else begun[0].lower_value
    return name, begun[at + 1 :]
