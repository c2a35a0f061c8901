"""What one element of a page, or one link of a Link field, makes a browser fetch in one window, as Chromium does."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from scalecheck.page.fetches import Use, When
from scalecheck.wire import content_type
from scalecheck.wire.loads import Load, LoadKind
from scalecheck.wire.media_query import matches
from scalecheck.wire.responsive import SHOWN, choice
from scalecheck.wire.viewport import Viewport

PRELOADED_AS: Mapping[str, Use] = {
    "script": Use.SCRIPT,
    "style": Use.STYLE,
    "image": Use.IMAGE,
    "font": Use.FONT,
    "fetch": Use.FETCH,
    "track": Use.MEDIA,
    "audio": Use.MEDIA,
    "video": Use.MEDIA,
}
"""What Chromium preloads; a preload as anything else, or as nothing, is left aside."""
MODULES_PRELOADED_AS = frozenset(
    {"", "script", "style", "json", "worker", "sharedworker", "serviceworker", "audioworklet", "paintworklet"}
)
FONT_TYPES = frozenset(
    {"font/woff2", "font/woff", "font/ttf", "font/otf", "font/collection", "font/sfnt"}
    | {f"application/{name}" for name in ("font-woff", "font-woff2", "font-sfnt", "x-font-ttf", "x-font-otf")}
)


class Role(Enum):
    """How what was fetched is read for what it asks for in turn."""

    LEAF = "leaf"
    CLASSIC = "classic script"
    MODULE = "module"
    STYLE = "style sheet"
    FRAME = "frame"


class Mode(Enum):
    """How a request is made (Fetch, section 2.2.5): what was fetched in one mode does not serve in another."""

    PLAIN = "no-cors"
    CORS = "cors"
    CREDENTIALS = "cors, with credentials"
    NAVIGATION = "navigate"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be fetched."""

    url: str
    use: Use
    when: When
    how: str
    role: Role = Role.LEAF
    load: Load | None = None
    mode: Mode = Mode.PLAIN


def wanted(load: Load, viewport: Viewport) -> Wanted | None:
    """Return what an element makes a browser fetch in a window; None for nothing.

    Style sheets count whatever media they are for, and alternate ones too: browsers fetch those as well, after all
    else. Not fetched are scripts for browsers that know no modules, preloads for other windows and of types that
    Chromium does not know, and what stands beside another choice.
    """
    if load.spare or load.nomodule:
        return None
    mode = _mode(load)
    match load.kind:
        case LoadKind.SCRIPT:
            role = Role.MODULE if load.module else Role.CLASSIC
            return Wanted(load.url, Use.SCRIPT, When.INITIAL, "<script>", role, load, mode)
        case LoadKind.STYLE:
            return Wanted(load.url, Use.STYLE, When.INITIAL, "stylesheet", Role.STYLE, load, mode)
        case LoadKind.IMAGE:
            return _image(load, viewport, mode)
        case LoadKind.PRELOAD:
            return _preload(load, viewport, mode)
        case LoadKind.MODULEPRELOAD if load.as_ in MODULES_PRELOADED_AS and _applies(load, viewport):
            return Wanted(load.url, Use.SCRIPT, When.INITIAL, "modulepreload", load=load, mode=mode)
        case LoadKind.PREFETCH:
            return Wanted(load.url, Use.OTHER, When.PREFETCH, "prefetch", load=load, mode=mode)
        case LoadKind.MEDIA:
            return Wanted(load.url, Use.MEDIA, When.INITIAL, f"<{load.tag}>", load=load, mode=mode)
        case LoadKind.IFRAME:
            return Wanted(load.url, Use.FRAME, _when(load), f"<{load.tag}>", Role.FRAME, load, Mode.NAVIGATION)
    return None


def _mode(load: Load) -> Mode:
    if load.crossorigin == "use-credentials":
        return Mode.CREDENTIALS
    plain = load.crossorigin is None and not load.module and load.kind is not LoadKind.MODULEPRELOAD
    return Mode.PLAIN if plain else Mode.CORS


def _image(load: Load, viewport: Viewport, mode: Mode) -> Wanted | None:
    if load.tag not in {"img", "picture"}:
        return Wanted(load.url, Use.IMAGE, When.INITIAL, f"<{load.tag}>", load=load, mode=mode)
    chosen = choice(load.sources, load, viewport)
    if chosen is None:
        return None
    how = "<source>" if chosen.by.tag == "source" else "srcset" if load.srcset else "<img>"
    return Wanted(chosen.url, Use.IMAGE, _when(load), how, load=load, mode=mode)


def _preload(load: Load, viewport: Viewport, mode: Mode) -> Wanted | None:
    use = PRELOADED_AS.get(load.as_)
    if use is None or not _applies(load, viewport) or not _supported(load.as_, load.type):
        return None
    chosen = choice((), load, viewport) if load.srcset and use is Use.IMAGE else None
    url = load.url if chosen is None else chosen.url
    return Wanted(url, use, When.INITIAL, "preload", load=load, mode=mode)


def _supported(as_: str, media_type: str) -> bool:
    match as_ if media_type else "":
        case "script":
            return media_type in content_type.JAVASCRIPT
        case "style":
            return media_type == "text/css"
        case "image":
            return media_type in SHOWN
        case "font":
            return media_type in FONT_TYPES
    return True


def _applies(load: Load, viewport: Viewport) -> bool:
    return not load.media or matches(load.media, viewport)


def _when(load: Load) -> When:
    return When.LAZY if load.loading == "lazy" else When.INITIAL
