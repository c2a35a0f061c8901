"""What elements of a page load, and how: scripts, styles, images, fonts, frames."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from scalecheck.wire.content_type import JAVASCRIPT, media_type
from scalecheck.wire.markup import WHITESPACE

Attributes = dict[str, str]
Resolve = Callable[[str], str | None]

CANDIDATES_AT_MOST = 100
"""Images of one srcset."""


class LoadKind(StrEnum):
    """What a load is used as."""

    SCRIPT = "script"
    STYLE = "style"
    IMAGE = "image"
    FONT = "font"
    PRELOAD = "preload"
    """Whatever `as_` says it is."""
    MODULEPRELOAD = "modulepreload"
    ICON = "icon"
    MANIFEST = "manifest"
    IFRAME = "iframe"
    MEDIA = "media"
    PRECONNECT = "preconnect"
    DNS_PREFETCH = "dns-prefetch"
    PREFETCH = "prefetch"
    """For a page that may come next."""


HINTS = frozenset({LoadKind.PRECONNECT, LoadKind.DNS_PREFETCH, LoadKind.PREFETCH})
"""What makes a visit faster, this one or the next, and shows nothing."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One image of a srcset."""

    url: str
    descriptor: str
    """`2x`, `800w`; empty means `1x`."""


@dataclass(frozen=True, slots=True)
class Load:
    """Something that a page makes browsers fetch."""

    url: str
    """Absolute, without fragment."""
    kind: LoadKind
    tag: str
    in_head: bool = False
    srcset: tuple[Candidate, ...] = ()
    attributes: Attributes = field(default_factory=dict)
    """By lower-case name; empty for one without value."""
    sources: "tuple[Load, ...]" = ()
    """The `<source>` elements before an image in its `<picture>`, in order."""
    spare: bool = False
    """Named beside others, of which browsers take another one, or none before it is asked for."""
    text_before: int = 0
    """Of an image, characters that the page shows before it."""

    @property
    def module(self) -> bool:
        """A script that is an ES module."""
        return self.tag == "script" and self.type == "module"

    @property
    def async_(self) -> bool:
        """A script that runs as soon as it is there."""
        return "async" in self.attributes

    @property
    def defer(self) -> bool:
        """A script that waits for the document."""
        return "defer" in self.attributes

    @property
    def nomodule(self) -> bool:
        """A script for browsers that know no modules; others do not fetch it."""
        return "nomodule" in self.attributes and not self.module

    @property
    def alternate(self) -> bool:
        """A style sheet for visitors who choose it; browsers fetch it after all others."""
        return "alternate" in self.attributes.get("rel", "").lower().split()

    @property
    def blocking(self) -> bool:
        """Whether nothing is shown until it is there: a classic script in the head, a style sheet for screens."""
        if self.kind is LoadKind.SCRIPT:
            asked = "render" in self.attributes.get("blocking", "").lower().split()
            return self.in_head and (asked or not (self.module or self.async_ or self.defer or self.nomodule))
        return self.kind is LoadKind.STYLE and self.in_head and not self.alternate and _for_screens(self.media)

    @property
    def integrity(self) -> str:
        """Digests that the bytes must have; empty when absent."""
        return self.attributes.get("integrity", "")

    @property
    def crossorigin(self) -> str | None:
        """`anonymous` or `use-credentials`; None when absent, and then other origins are asked without CORS."""
        value = self.attributes.get("crossorigin")
        return value if value is None or value.lower() == "use-credentials" else "anonymous"

    @property
    def media(self) -> str:
        """The media query; empty when absent."""
        return self.attributes.get("media", "")

    @property
    def loading(self) -> str:
        """`lazy` or `eager`; empty when absent."""
        return self.attributes.get("loading", "").lower()

    @property
    def fetchpriority(self) -> str:
        """`high`, `low` or `auto`; empty when absent."""
        return self.attributes.get("fetchpriority", "").lower()

    @property
    def as_(self) -> str:
        """What a preload is used as; empty when absent."""
        return self.attributes.get("as", "").lower()

    @property
    def type(self) -> str:
        """The media type the tag names, without parameters; empty when absent."""
        return media_type(self.attributes.get("type", ""))


def loads_of(tag: str, attributes: Attributes, resolve: Resolve, *, in_head: bool) -> Iterator[Load]:
    """Yield what one start tag makes browsers fetch; nothing for data:, blob: and the like."""
    for kind, reference, candidates in _references(tag, attributes):
        srcset = tuple(_candidates(candidates, resolve))
        url = resolve(reference) if reference.strip(WHITESPACE) else None
        if url is None and srcset:
            url = srcset[0].url
        if url is not None:
            yield Load(url, kind, tag, in_head, srcset, attributes)


def _references(tag: str, attributes: Attributes) -> Iterator[tuple[LoadKind, str, str]]:
    """Yield kind, reference and srcset of what a start tag names."""
    get = attributes.get
    if tag == "script" and runs(attributes):
        yield LoadKind.SCRIPT, get("src", ""), ""
    elif tag == "link":
        yield from _linked(attributes)
    elif tag in {"img", "source"} and (tag == "img" or "srcset" in attributes):
        yield LoadKind.IMAGE, get("src", "") if tag == "img" else "", get("srcset", "")
    elif tag in {"image", "use", "feimage"}:
        yield LoadKind.IMAGE, _outside(get("href") or get("xlink:href", "")), ""
    elif tag == "input" and get("type", "").lower() == "image":
        yield LoadKind.IMAGE, get("src", ""), ""
    elif tag in {"audio", "video", "source", "track", "embed"}:
        yield LoadKind.MEDIA, get("src", ""), ""
        yield LoadKind.IMAGE, get("poster", "") if tag == "video" else "", ""
    elif tag in {"iframe", "object", "frame"}:
        yield LoadKind.MEDIA if tag == "object" else LoadKind.IFRAME, get("data" if tag == "object" else "src", ""), ""
    elif tag in _WITH_BACKGROUND:
        yield LoadKind.IMAGE, get("background", ""), ""


_WITH_BACKGROUND = frozenset({"body", "table", "thead", "tbody", "tfoot", "tr", "td", "th"})
"""Elements whose `background` browsers still show."""


def runs(attributes: Attributes) -> bool:
    """Whether a script element is a script, not a data block: its type has no parameters (HTML section 4.12.1)."""
    kind = attributes.get("type")
    if not kind:
        language = attributes.get("language")
        return kind is not None or not language or f"text/{language.lower()}" in JAVASCRIPT
    return kind.strip(WHITESPACE).lower() in JAVASCRIPT | {"module"}


def _linked(attributes: Attributes) -> Iterator[tuple[LoadKind, str, str]]:
    relations = set(attributes.get("rel", "").lower().split())
    href = attributes.get("href", "")
    of_css = media_type(attributes.get("type", "")) in {"", "text/css"}
    if "stylesheet" in relations and of_css and "disabled" not in attributes:
        yield LoadKind.STYLE, href, ""
    if "preload" in relations:
        yield LoadKind.PRELOAD, href, attributes.get("imagesrcset", "")
    if "modulepreload" in relations:
        yield LoadKind.MODULEPRELOAD, href, ""
    if relations & {"icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon"}:
        yield LoadKind.ICON, href, ""
    if "manifest" in relations:
        yield LoadKind.MANIFEST, href, ""
    for hint in ("preconnect", "dns-prefetch", "prefetch"):
        if hint in relations:
            yield LoadKind(hint), href, ""


def _outside(reference: str) -> str:
    """Return a reference of SVG unless it points into the document itself."""
    return "" if reference.startswith("#") else reference


_CANDIDATE = re.compile(r"[ \t\n\r\f,]*+([^ \t\n\r\f]++)([^,(]*+(?:\([^)]*+\)?[^,(]*+)*+)")


def _candidates(srcset: str, resolve: Resolve) -> Iterator[Candidate]:
    """Yield the images of a srcset (HTML section 4.8.4.2.2); an URL may hold commas, but not end with one."""
    at = taken = 0
    while taken < CANDIDATES_AT_MOST and (found := _CANDIDATE.match(srcset, at)):
        reference, descriptor = found[1].rstrip(","), found[2].strip(WHITESPACE)
        at = found.end(1) if reference != found[1] else found.end()
        taken += 1
        if url := resolve(reference):
            yield Candidate(url, "" if reference != found[1] else descriptor)


def _for_screens(media: str) -> bool:
    """Whether a media query may hold for a screen; only what plainly does not counts as such."""
    queries = [" ".join(query.split()) for query in media.lower().split(",")[:100]]
    return any(query != "not all" and query.partition(" ")[0] not in {"print", "speech"} for query in queries)
