"""What a page says of itself: links, what it loads, its title, its metadata."""

import re
from dataclasses import dataclass, replace

from scalecheck.wire.alternatives import Alternatives
from scalecheck.wire.charset import html_text
from scalecheck.wire.loads import HINTS, Candidate, Load, LoadKind, loads_of, runs
from scalecheck.wire.markup import WHITESPACE, Is, Token, attributes, tokens, unescape
from scalecheck.wire.shown import Shown
from scalecheck.wire.urls import resolve, without_fragment

__all__ = ["Candidate", "Load", "LoadKind", "Page", "read_page"]

LINKS_AT_MOST = 10_000
LOADS_AT_MOST = 10_000
RESOLVED_AT_MOST = 40_000
"""References of one page that are looked at: many may name few URLs."""
BASE_AT_MOST = 2000
"""Characters of a base that counts: every reference is resolved against it."""
METAS_AT_MOST = 200
INLINE_AT_MOST = 500
"""Inline scripts, and inline styles, whose text is kept; as many import maps, `style` attributes and `srcdoc`s."""
TITLE_AT_MOST = 1000

OF_HEAD = frozenset(
    "html head base basefont bgsound link meta title noscript noframes style script template".split()  # noqa: SIM905
)
"""Elements that leave the parser in the head; any other opens the body (HTML section 13.2.6.4.4)."""
_UNSEEN = frozenset({"script", "style", "noscript", "iframe", "noembed", "noframes", "title"})


@dataclass(frozen=True, slots=True)
class Page:
    """A web page as a browser that runs scripts reads its HTML, before any of them runs."""

    url: str
    base: str
    """What references are relative to: `<base href>`, else the page's URL."""
    title: str = ""
    text_length: int = 0
    """Characters that are shown, white space folded."""
    text: str = ""
    """What is shown, white space folded; of very long pages the first part."""
    text_truncated: bool = False
    links: tuple[str, ...] = ()
    """Other documents of any origin, absolute, without fragments, each once, in order."""
    loads: tuple[Load, ...] = ()
    """In order; what is named twice stands twice."""
    hints: tuple[Load, ...] = ()
    """What the page prepares for: connections, and what another page may need."""
    inline_scripts: tuple[str, ...] = ()
    """Classic ones and modules."""
    inline_modules: tuple[str, ...] = ()
    """Those of the inline scripts that are modules."""
    import_maps: tuple[str, ...] = ()
    srcdocs: tuple[str, ...] = ()
    """Documents of frames that stand in the page itself."""
    styled: tuple[str, ...] = ()
    """`style` attributes that name something to load, each once."""
    inline_styles: tuple[str, ...] = ()
    inline_style_media: tuple[str, ...] = ()
    """The media query of each of them; empty when absent."""
    inline_style_places: tuple[int, ...] = ()
    """How many of the loads stand before each of them."""
    inline_script_count: int = 0
    inline_script_bytes: int = 0
    inline_style_count: int = 0
    """`<style>` elements; attributes are counted in the bytes only."""
    inline_style_bytes: int = 0
    metas: tuple[tuple[str, str], ...] = ()
    """Name or http-equiv in lower case, and content."""
    truncated: bool = False
    """There were more links, loads or metas than are kept."""

    def meta(self, name: str) -> str | None:
        """Return the first meta content of this name or http-equiv (`robots`, `viewport`); None when absent."""
        return next((content for key, content in self.metas if key == name), None)


def read_page(body: bytes, url: str, content_type: str = "") -> Page:
    """Return what a page says; of what is no HTML, little or nothing."""
    reader = _Reader(url)
    for token in tokens(html_text(body, content_type).replace("\0", "\ufffd")):
        reader.read(token)
    return reader.page()


def head_ended(text: str) -> bool:
    """Whether a document, as far as it has come, is past its head: whatever the head loads is known by then."""
    for token in tokens(text):
        if token.what is Is.END and token.name == "head":
            return True
        if token.what is Is.START and token.name not in OF_HEAD:
            return True
        if token.what is Is.TEXT and token.text.strip(WHITESPACE + "\ufeff<"):  # of a tag that has begun, the `<`
            return True
    return False


class _Reader:
    """Follows the tokens of one document."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.base: str | None = None
        self.title: str | None = None
        self.text_length = 0
        self.shown = Shown()
        self.in_head = True
        self.templates = 0
        self.drawings = 0
        self.looked_at = 0
        self.truncated = False
        self.links: dict[str, None] = {}
        self.references: set[str] = set()
        self.loads: list[Load] = []
        self.hints: list[Load] = []
        self.styled: set[str] = set()
        self.alternatives = Alternatives()
        self.metas: list[tuple[str, str]] = []
        self.open_script = self.open_media = ""
        self.places: list[int] = []
        self.texts: dict[str, list[str]] = {}
        self.counts = {"script": 0, "style": 0}
        self.sizes = {"script": 0, "style": 0}

    def page(self) -> Page:
        return Page(
            url=self.url,
            base=self.base or self.url,
            title=self.title or "",
            text_length=self.text_length,
            text=self.shown.text,
            text_truncated=self.shown.truncated,
            links=tuple(self.links),
            loads=tuple(self.loads),
            hints=tuple(self.hints),
            inline_scripts=self._texts("script"),
            inline_modules=self._texts("module"),
            import_maps=self._texts("importmap"),
            srcdocs=self._texts("srcdoc"),
            styled=self._texts("styled"),
            inline_styles=self._texts("style"),
            inline_style_media=self._texts("media"),
            inline_style_places=tuple(self.places),
            inline_script_count=self.counts["script"],
            inline_script_bytes=self.sizes["script"],
            inline_style_count=self.counts["style"],
            inline_style_bytes=self.sizes["style"],
            metas=tuple(self.metas),
            truncated=self.truncated,
        )

    def _texts(self, name: str) -> tuple[str, ...]:
        return tuple(self.texts.get(name, ()))

    def read(self, token: Token) -> None:
        if token.name == "template":
            self.templates = max(0, self.templates + (1 if token.what is Is.START else -1))
        if self.templates:
            return
        if token.name:
            self.shown.tag(token.name)
        if token.what is Is.START:
            self._start(token)
        elif token.what is Is.RAW:
            self._raw(token)
        elif token.what is Is.TEXT:
            self._text(token.text)
        else:
            self._end(token.name)

    def _end(self, name: str) -> None:
        self.alternatives.end(name)
        if name == "head":
            self.in_head = False
        elif name == "svg":
            self.drawings = max(0, self.drawings - 1)

    def _start(self, token: Token) -> None:
        name = token.name
        if name not in OF_HEAD:
            self.in_head = False
        if name == "svg":
            self.drawings += 1
        found = attributes(token.text) if token.text else {}
        if name == "script":
            self.open_script = _script_kind(found, drawn=bool(self.drawings))
        elif name == "style":
            self.open_media = found.get("media", "")
        elif "srcdoc" in found and name == "iframe":
            self._keep("srcdoc", found.pop("srcdoc"))
            found.pop("src", None)
        self._style(found.get("style", ""))
        if name == "base":
            self._rebase(found.get("href"))
        elif name in {"a", "area"}:
            self._link(found.get("href") or (found.get("xlink:href", "") if self.drawings else ""))
        elif name == "meta":
            self._meta(found)
        else:
            self._load(name, found)

    def _raw(self, token: Token) -> None:
        if token.name == "title" and self.title is None and not self.drawings:
            self.title = _folded(token.text[: TITLE_AT_MOST * 4])[:TITLE_AT_MOST]
        elif token.name == "style":
            self._inline("style", token.text)
            self._keep("media", self.open_media)
            self.places.append(len(self.loads))
        elif token.name == "script":
            if self.open_script in {"classic", "module"}:
                self._inline("script", token.text)
            if self.open_script in {"importmap", "module"}:
                self._keep(self.open_script, token.text)
        elif token.name not in _UNSEEN:
            self._text(token.text)

    def _inline(self, name: str, text: str) -> None:
        self.counts[name] += 1
        self.sizes[name] += len(text.encode("utf-8", "replace"))
        self._keep(name, text)

    def _keep(self, name: str, text: str) -> None:
        kept = self.texts.setdefault(name, [])
        if len(kept) < INLINE_AT_MOST:
            kept.append(text)
        else:
            self.truncated = True

    def _style(self, text: str) -> None:
        """Take a `style` attribute."""
        if text:
            self.sizes["style"] += len(text.encode("utf-8", "replace"))
            if _NAMES_URL.search(text) and text not in self.styled:
                self._keep("styled", text)
                self.styled.add(text)

    def _text(self, text: str) -> None:
        length = self.shown.add(unescape(text))
        self.text_length += length
        if length:
            self.in_head = False

    def _rebase(self, href: str | None) -> None:
        """Take the first base that counts (HTML section 4.2.3)."""
        if self.base is None and href is not None and len(href) <= BASE_AT_MOST:
            self.base = resolve(self.url, href)

    def _link(self, href: str) -> None:
        reference = without_fragment(href.strip(WHITESPACE))
        if not reference or reference in self.references:
            return
        if len(self.links) >= LINKS_AT_MOST:
            self.truncated = True
            return
        self.references.add(reference)
        if (url := self._resolve(reference)) is not None:
            self.links.setdefault(url)

    def _load(self, name: str, found: dict[str, str]) -> None:
        if name == "script" and self.drawings:
            found = {**found, "src": found.get("href") or found.get("xlink:href", "")}
        loads = loads_of(name, found, self._resolve, in_head=self.in_head)
        for load in self.alternatives.start(name, found, loads):
            kept = self.hints if load.kind in HINTS else self.loads
            if len(kept) >= LOADS_AT_MOST:
                self.truncated = True
                return
            kept.append(replace(load, text_before=self.text_length) if load.tag in {"img", "picture"} else load)

    def _meta(self, found: dict[str, str]) -> None:
        name = found.get("name") or found.get("property") or found.get("http-equiv") or ""
        if len(self.metas) >= METAS_AT_MOST:
            self.truncated = True
        elif name and "content" in found:
            self.metas.append((name.strip(WHITESPACE).lower(), found["content"]))

    def _resolve(self, reference: str) -> str | None:
        """Return an absolute URL, as long as not too many have been asked for."""
        self.looked_at += 1
        if self.looked_at > RESOLVED_AT_MOST:
            self.truncated = True
            return None
        return resolve(self.base or self.url, reference)


def _folded(text: str) -> str:
    return " ".join(unescape(text).split())


_NAMES_URL = re.compile(r"url\(|image-set\(", re.IGNORECASE)


def _script_kind(found: dict[str, str], *, drawn: bool) -> str:
    """Return what the text of a script element is: `classic`, `module`, `importmap`; empty for what is not read."""
    if "src" in found or (drawn and ("href" in found or "xlink:href" in found)):
        return ""
    kind = found.get("type", "").strip(WHITESPACE).lower()
    return kind if kind in {"module", "importmap"} else "classic" if runs(found) else ""
