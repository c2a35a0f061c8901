"""`@font-face`: which files, for which characters and weights, and which of them Chromium takes."""

from collections.abc import Sequence
from dataclasses import dataclass

import tinycss2
from tinycss2.ast import Declaration, FunctionBlock, Node, UnicodeRangeToken

from scalecheck.wire.css_values import Resolve, reference
from scalecheck.wire.lengths import split
from scalecheck.wire.supports import FORMATS

EVERYTHING = ((0, 0x10FFFF),)
RANGES_AT_MOST = 2_000
WEIGHTS = {"normal": 400.0, "bold": 700.0}


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
    source: str = ""
    """What Chromium fetches: the first URL in a format that it reads; empty where it needs none, or finds none."""
    weights: tuple[float, float] = (400.0, 400.0)
    """From, to."""
    slanted: bool = False
    """It is an italic or oblique one."""
    ranges: tuple[tuple[int, int], ...] = EVERYTHING
    """The code points that it is used for."""
    media: tuple[str, ...] = ()
    """Queries that must all hold, as written."""


def read_face(nodes: Sequence[Node], resolve: Resolve, media: tuple[str, ...] = ()) -> FontFace:
    """Return what a rule's block says; of several descriptors with one name the last counts."""
    values: dict[str, list[Node]] = {}
    for each in tinycss2.parse_blocks_contents(nodes, skip_comments=True, skip_whitespace=True):
        if isinstance(each, Declaration):
            values[each.lower_name] = [node for node in each.value if node.type != "whitespace"]
    urls, formats, source = _sources(values.get("src", []), resolve)
    words = (getattr(node, "value", "") for node in values.get("font-family", []))
    display = [node.lower_value for node in values.get("font-display", []) if node.type == "ident"]
    style = [node.lower_value for node in values.get("font-style", []) if node.type == "ident"]
    return FontFace(
        " ".join(word for word in words if isinstance(word, str)),
        urls,
        formats,
        display[0] if display else "",
        source,
        _weights(values.get("font-weight", [])),
        bool(style) and style[0] in {"italic", "oblique"},
        _ranges(values.get("unicode-range", [])),
        media,
    )


def _sources(nodes: Sequence[Node], resolve: Resolve) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Return URLs and formats of a src descriptor, and the URL that Chromium takes."""
    found: list[tuple[str, str]] = []
    source: str | None = None
    for part in split(nodes, ","):
        named = next((text for node in part if (text := reference(node)) is not None), None)
        if named is None:
            continue
        url = resolve(named) or ""
        formats = [node for node in part if isinstance(node, FunctionBlock) and node.lower_name == "format"]
        words = [getattr(each, "value", "") for node in formats for each in node.arguments]
        said = next((str(word).lower() for word in words if word), "")
        if url:
            found.append((url, said))
        if source is None and (not said or said in FORMATS):
            source = url
    return tuple(url for url, _ in found), tuple(said for _, said in found), source or ""


def _weights(nodes: Sequence[Node]) -> tuple[float, float]:
    found = [
        WEIGHTS.get(node.lower_value, 400.0) if node.type == "ident" else float(node.value)
        for node in nodes
        if node.type in {"ident", "number"}
    ]
    return (min(found), max(found)) if found else (400.0, 400.0)


def _ranges(nodes: Sequence[Node]) -> tuple[tuple[int, int], ...]:
    found = [(node.start, node.end) for node in nodes if isinstance(node, UnicodeRangeToken)]
    return tuple(found[:RANGES_AT_MOST]) or EVERYTHING
