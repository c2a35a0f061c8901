"""What a style sheet loads: imports, fonts, images."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile

import tinycss2
from tinycss2.ast import AtKeywordToken, CurlyBracketsBlock, Declaration, FunctionBlock, Node, StringToken, URLToken

from scalecheck.wire.urls import resolve

CHARACTERS_AT_MOST = 500_000
"""Read of one sheet; each can cost 250 bytes of memory."""
URLS_AT_MOST = 5_000
"""References of one sheet that are resolved."""
FORMATS = frozenset(
    {"", "woff2", "woff", "truetype", "opentype", "collection"}
    | {f"{name}-variations" for name in ("woff2", "woff", "truetype", "opentype")}
)
"""Font formats, as format() names them, that today's browsers fetch; an URL without one too."""
BEFORE_IMPORTS = frozenset({"charset", "layer", "import"})
"""What may stand before an @import that counts (CSS Cascade 5 section 2)."""


@dataclass(frozen=True, slots=True)
class FontFace:
    """One @font-face rule."""

    family: str
    urls: tuple[str, ...] = ()
    """Absolute, in order of preference; without local fonts and data: URLs."""
    formats: tuple[str, ...] = ()
    """`woff2` and its kind, one for each URL; empty where the sheet does not say."""
    display: str = ""
    """font-display in lower case; empty when absent, which means `auto`."""

    @property
    def url(self) -> str | None:
        """The one that browsers fetch: the first whose format they know."""
        pairs = zip(self.urls, self.formats, strict=True)
        return next((url for url, form in pairs if form in FORMATS), None)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one style sheet refers to; every URL is absolute, without fragment."""

    imports: tuple[str, ...] = ()
    """Of any media: browsers fetch those for others too."""
    supported_imports: tuple[str, ...] = ()
    """Those that only browsers fetch that support what the rule asks for."""
    fonts: tuple[FontFace, ...] = ()
    images: tuple[str, ...] = ()
    """Everything else in url(), each once."""
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
    truncated = len(text) > CHARACTERS_AT_MOST or reader.resolved > URLS_AT_MOST
    asking = tuple(url for url in reader.supported_imports if url not in reader.imports)
    return Sheet(tuple(reader.imports), asking, tuple(reader.fonts), tuple(reader.images), truncated)


class _Reader:
    def __init__(self, url: str) -> None:
        self.url = url
        self.resolved = 0
        self.importing = True
        """No rule has come yet that ends the imports."""
        self.imports: dict[str, None] = {}
        self.supported_imports: dict[str, None] = {}
        self.fonts: list[FontFace] = []
        self.images: dict[str, None] = {}

    def read(self, nodes: list[Node]) -> None:
        """Walk all blocks without recursion: sheets nest as deep as they like."""
        waiting: list[Iterator[Node]] = [iter(nodes)]
        rule = ""
        while waiting:
            node = next(waiting[-1], None)
            if node is None:
                waiting.pop()
            elif isinstance(node, AtKeywordToken):
                rule = node.lower_value
                self.importing = self.importing and rule in BEFORE_IMPORTS
            elif rule == "import" and (reference := _reference(node)) is not None:
                self._import(reference, waiting[-1])
                rule = ""
            elif rule == "font-face" and isinstance(node, CurlyBracketsBlock):
                self._font(node.content)
                rule = ""
            else:
                self.importing = self.importing and not isinstance(node, CurlyBracketsBlock)
                rule = "" if node.type in {"literal", "{} block"} else rule
                waiting.extend(self._image(node, rule))

    def _import(self, reference: str, rest: Iterator[Node]) -> None:
        """Keep an import, and read its rule to the end; those behind other rules are none."""
        said = list(takewhile(lambda node: node.type != "{} block" and node != ";", rest))
        asks = any(isinstance(node, FunctionBlock) and node.lower_name == "supports" for node in said)
        if self.importing:
            self._keep(self.supported_imports if asks else self.imports, reference)

    def _image(self, node: Node, rule: str) -> Iterator[Iterator[Node]]:
        """Keep what a node refers to; yield what is inside of it."""
        reference = _reference(node, strings=False)
        if reference is not None:
            if rule != "namespace":
                self._keep(self.images, reference)
        elif isinstance(node, FunctionBlock):
            if node.lower_name in {"image-set", "-webkit-image-set"}:
                for string in (each for each in node.arguments if isinstance(each, StringToken)):
                    self._keep(self.images, string.value)
            yield iter(node.arguments)
        elif (content := getattr(node, "content", None)) is not None:
            yield iter(content)

    def _font(self, content: list[Node]) -> None:
        values: dict[str, list[Node]] = {}
        for each in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
            if isinstance(each, Declaration):
                values[each.lower_name] = [node for node in each.value if node.type != "whitespace"]
        urls, formats = self._sources(values.get("src", []))
        words = (getattr(node, "value", "") for node in values.get("font-family", []))
        display = [node.lower_value for node in values.get("font-display", []) if node.type == "ident"]
        family = " ".join(word for word in words if isinstance(word, str))
        self.fonts.append(FontFace(family, urls, formats, display[0] if display else ""))

    def _sources(self, nodes: Iterable[Node]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return URLs and formats of a src descriptor."""
        urls: list[str] = []
        formats: list[str] = []
        for node in nodes:
            reference = _reference(node, strings=False)
            if reference is not None and (url := self._resolve(reference)) is not None:
                urls.append(url)
                formats.append("")
            elif isinstance(node, FunctionBlock) and node.lower_name == "format" and urls:
                words = (getattr(each, "value", "") for each in node.arguments if each.type in {"string", "ident"})
                formats[-1] = next(words, "").lower()
        return tuple(urls), tuple(formats)

    def _keep(self, kept: dict[str, None], reference: str) -> None:
        if not reference.startswith("#") and (url := self._resolve(reference)) is not None:
            kept.setdefault(url)

    def _resolve(self, reference: str) -> str | None:
        self.resolved += 1
        return resolve(self.url, reference) if reference and self.resolved <= URLS_AT_MOST else None


def _reference(node: Node, *, strings: bool = True) -> str | None:
    """Return what url(), or a string where that means the same, refers to."""
    if isinstance(node, URLToken) or (strings and isinstance(node, StringToken)):
        return str(node.value)
    if isinstance(node, FunctionBlock) and node.lower_name in {"url", "src"}:
        return next((str(each.value) for each in node.arguments if isinstance(each, StringToken)), None)
    return None
