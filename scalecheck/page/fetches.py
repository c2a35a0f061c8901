"""What a page makes a browser fetch: one entry for each request, with how it came to be."""

from dataclasses import dataclass
from enum import StrEnum

from scalecheck.model.evidence import Exchange
from scalecheck.wire.loads import Load
from scalecheck.wire.viewport import Viewport


class Use(StrEnum):
    """What a browser does with what it fetches; Chromium's words for it."""

    DOCUMENT = "document"
    SCRIPT = "script"
    STYLE = "stylesheet"
    IMAGE = "image"
    FONT = "font"
    MANIFEST = "manifest"
    MEDIA = "media"
    FRAME = "frame"
    FETCH = "fetch"
    """Preloaded for a script to read."""
    OTHER = "other"


class When(StrEnum):
    """When a browser fetches it; the first is the most certain."""

    INITIAL = "initial"
    """On every first visit, whoever comes and whatever they do."""
    LAZY = "lazy"
    """Once the visitor scrolls near it."""
    POSSIBLE = "possible"
    """If something on the page needs it: a background of a rule that may match nothing, a font that draws nothing."""
    DYNAMIC = "dynamic"
    """When a script asks: `import()`; not initial."""
    PREFETCH = "prefetch"
    """For a page that may come next, once this one is quiet; not initial."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request that a page makes."""

    url: str
    """Absolute, without fragment."""
    use: Use
    when: When
    via: str
    """URL of what names it: the page itself, a script, a sheet."""
    how: str
    """In which words: `<script>`, `import`, `modulepreload`, `@import`, `url()`, `srcset`, `Link`, `103` …"""
    load: Load | None = None
    """The element that names it, where one does."""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Something that a page may fetch and that could not be followed."""

    via: str
    reason: str
    """`react: the import map has no such name`, `the script was not answered`, `the body was cut off` …"""
    when: When | None = When.INITIAL
    """The most certain of what may be missed by it; None where browsers miss it too: a 404, a refused type."""


@dataclass(frozen=True, slots=True)
class Loading:
    """What one page makes a browser fetch in one window."""

    page: Exchange
    viewport: Viewport
    fetches: tuple[Fetch, ...]
    """The document first; then in the order a browser finds them. One entry for each request."""
    unresolved: tuple[Unresolved, ...] = ()

    def initial(self, *uses: Use) -> tuple[Fetch, ...]:
        """Return what every first visit fetches, of these uses where any are given."""
        return tuple(each for each in self.fetches if each.when is When.INITIAL and (not uses or each.use in uses))

    def chain(self, url: str) -> tuple[Fetch, ...]:
        """Return how the page comes to fetch an URL, from what its HTML names down to it; empty if it does not."""
        by_url = {each.url: each for each in reversed(self.fetches)}
        found: list[Fetch] = []
        while (fetch := by_url.get(url)) is not None and fetch.use is not Use.DOCUMENT and fetch not in found:
            found.append(fetch)
            url = fetch.via
        return tuple(reversed(found))
