"""Which picture of `srcset`, `sizes` and `<picture>` a browser fetches (HTML section 4.8.4.3), as Chromium picks it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from struct import pack, unpack

import tinycss2
from tinycss2.ast import IdentToken, Node

from scalecheck.wire.lengths import length_px, split
from scalecheck.wire.loads import Candidate, Load
from scalecheck.wire.media_query import condition_holds, matches
from scalecheck.wire.viewport import Viewport

SIZES_AT_MOST = 1000
"""Characters of a `sizes`; a longer one counts as none."""
SHOWN = frozenset(
    {
        *("image/apng", "image/avif", "image/bmp", "image/gif", "image/jpeg", "image/jpg", "image/jxl"),
        *(
            "image/pjpeg",
            "image/png",
            "image/x-png",
            "image/svg+xml",
            "image/vnd.microsoft.icon",
            "image/webp",
            "image/x-icon",
        ),
        "image/x-xbitmap",
    }
)
"""Media types that Chrome takes from a `<source>`; JPEG XL since 2026, never HEIC nor JPEG 2000."""

_INTEGER = re.compile(r"[0-9]{1,9}", re.ASCII)
_NUMBER = re.compile(r"-?(?:[0-9]+|[0-9]*\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_DIMENSION = re.compile(r"[ \t\n\r\f]*([0-9]{1,9}(?:\.[0-9]*)?)(?![0-9%]|\.[0-9]*%)", re.ASCII)
_STYLED = re.compile(r"(?:^|;)\s*width\s*:\s*([0-9.]{1,12})px\s*(?:;|!|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    """The picture that a browser fetches for one place."""

    url: str
    density: float
    """Its pixels per CSS pixel of the place, as the markup says."""
    width_px: float | None
    """CSS pixels that its place is wide, as the markup says; None where only the layout would tell."""
    by: Load
    """The `<source>` or `<img>` that names it."""


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A candidate whose descriptor has become a density."""

    url: str
    density: float


def choice(sources: Sequence[Load], img: Load | None, viewport: Viewport) -> Choice | None:
    """Return what a browser fetches for a picture in a window; None when it fetches nothing.

    `sources` are the `<source>` elements that stand before `img` in its `<picture>`, in order; `img` is None, or of the
    tag `picture`, where it names nothing that is fetched (a `data:` placeholder). A preload with `imagesrcset` is
    chosen from in the same way.
    """
    for source in sources:
        if _applies(source, viewport) and (chosen := _best(source, img, viewport)) is not None:
            return chosen if chosen.url else None
    chosen = _best(img, img, viewport) if img is not None else None
    return chosen if chosen is not None and chosen.url else None


def _applies(source: Load, viewport: Viewport) -> bool:
    shown = not source.attributes.get("type", "").strip() or source.type in SHOWN
    return shown and ("media" not in source.attributes or matches(source.media, viewport))


def _best(load: Load, img: Load | None, viewport: Viewport) -> Choice | None:
    """Return the choice among one element's candidates; None when it has none."""
    described = [(each.url, found) for each in load.srcset if (found := descriptor(each)) is not None]
    by_width = any(unit == "w" for _, (_, unit) in described)
    place_px = source_size_px(load, img, viewport) if by_width else _declared_px(load, img)
    divisor = _or(place_px, float(viewport.width))
    weighed = [
        _Weighed(url, _single(value if unit == "x" else value / divisor if divisor > 0 else inf))
        for url, (value, unit) in described
    ]
    own = load.attributes.get("href" if load.tag == "link" else "src", "").strip()
    if own and not by_width and load.tag not in {"source", "picture"}:
        weighed.append(_Weighed(load.url, 1.0))
    if not weighed:
        return None
    best = _selected(weighed, viewport.density)
    return Choice(best.url, best.density, place_px, load)


def _selected(weighed: list[_Weighed], wanted: float) -> _Weighed:
    """Return the candidate for a screen of this density: the least dense that will do, else the densest.

    Of equal ones the first counts. So Chromium 156; earlier ones took the next less dense one where the screen had less
    than the geometric mean of the two.
    """
    ordered = sorted(weighed, key=lambda each: each.density)
    found = next((each for each in ordered if each.density >= wanted), None)
    return found or next(each for each in ordered if each.density == ordered[-1].density)


def descriptor(candidate: Candidate) -> tuple[float, str] | None:
    """Return the number of a candidate and its unit, `w` or `x`; None for one that browsers drop."""
    found: dict[str, float] = {}
    for word in candidate.descriptor.split():
        number, unit = word[:-1], word[-1]
        readable = (_NUMBER if unit == "x" else _INTEGER).fullmatch(number) if unit in {"w", "h", "x"} else None
        if readable is None or unit in found:
            return None
        found[unit] = float(number)
    if min(found.values(), default=1) < 0 or 0 in {found.get("w"), found.get("h")} or inf in found.values():
        return None
    match sorted(found):
        case []:
            return 1.0, "x"
        case ["x"]:
            return found["x"], "x"
        case ["w"] | ["h", "w"]:
            return found["w"], "w"
    return None


def source_size_px(load: Load, img: Load | None, viewport: Viewport) -> float | None:
    """Return how wide `sizes` says the place is, in CSS pixels; None for `auto` where the markup gives no other hint.

    Of a lazy picture, `auto` is the width of the layout. Without one, the fallback that the list goes on with is the
    author's own estimate; after that, the width attribute, but no more than the window's.
    """
    sizes = load.attributes.get("imagesizes" if load.tag == "link" else "sizes", "")
    found = list(_sizes(sizes, viewport))
    automatic = bool(found) and found[0] is None and img is not None and img.loading == "lazy"
    if automatic and img is not None and (styled := _STYLED.search(img.attributes.get("style", "")[:1000])):
        return _number(styled[1])
    explicit = next((each for each in found if each is not None), None)
    if explicit is not None or not automatic:
        return _or(explicit, float(viewport.width))
    declared = _declared_px(load, img)
    return None if declared is None else min(declared, float(viewport.width))


@lru_cache(maxsize=4096)
def _sizes(text: str, viewport: Viewport) -> tuple[float | None, ...]:
    """Return the sizes whose condition holds, down to the first that is certain; None stands for `auto`."""
    if len(text) > SIZES_AT_MOST:
        return ()
    try:
        nodes = tinycss2.parse_component_value_list(text, skip_comments=True)
    except (ValueError, RecursionError):  # an integer of more digits than Python reads
        return ()
    found: list[float | None] = []
    for entry in split(nodes, ","):
        for size in _size(entry, viewport):
            found.append(size)
            if size is not None:
                return tuple(found)
    return tuple(found)


def _size(entry: list[Node], viewport: Viewport) -> Iterator[float | None]:
    """Yield the size of one entry, if its condition holds; None for `auto`."""
    shown = [node for node in entry if node.type != "whitespace"]
    if not shown:
        return
    last, condition = shown[-1], shown[:-1]
    automatic = isinstance(last, IdentToken) and last.lower_value == "auto"
    size = length_px([last], viewport)
    usable = automatic or (size is not None and (size >= 0 or last.type == "function"))
    if usable and (not condition or condition_holds(condition, viewport)):
        yield None if size is None else max(0.0, size)


def _declared_px(load: Load, img: Load | None) -> float | None:
    """Return the width that the chosen element, or else the `<img>`, has as an attribute, in CSS pixels."""
    for each in (load, img):
        if each is not None and (found := _DIMENSION.match(each.attributes.get("width", "")[:100])):
            return _number(found[1])
    return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _single(value: float) -> float:
    """Return a number as precisely as browsers hold it, so that what just fits for them does for us."""
    return float(unpack("f", pack("f", value))[0]) if value < 1e38 else inf


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
