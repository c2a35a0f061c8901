"""The style sheets of a page, read once, and in the order in which they apply."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from scalecheck.page.styles import Applied
from scalecheck.wire.charset import css_text
from scalecheck.wire.css import Imported, Sheet, read_css
from scalecheck.wire.html import Page
from scalecheck.wire.loads import LoadKind

REMEMBERED = 256
"""Sheets, and texts of `<style>`."""
APPLIED_AT_MOST = 1_000
"""Sheets of one page, as often as they are imported."""
IMPORTS_DEEP = 16

inline_sheet = lru_cache(maxsize=REMEMBERED)(read_css)
"""The text of a `<style>`, with the URL that it is relative to."""


@lru_cache(maxsize=REMEMBERED)
def outer_sheet(body: bytes, url: str, content_type: str) -> Sheet:
    """Return what the answer to a request for a sheet says."""
    return read_css(css_text(body, content_type), url)


def applied(page: Page, sheets: Mapping[str, Sheet]) -> tuple[Applied, ...]:
    """Return the sheets of a page in the order they apply: the imported ones before those that import them.

    `sheets` holds those that could be read, by the URL they were asked for; alternate ones do not apply.
    """
    found: list[Applied] = []
    for sheet, media in _in_order(page, sheets):
        for each in _with_imports(Applied(sheet, (media,) if media else ()), sheets, ()):
            if len(found) >= APPLIED_AT_MOST:
                return tuple(found)
            found.append(each)
    return tuple(found)


def _in_order(page: Page, sheets: Mapping[str, Sheet]) -> Iterator[tuple[Sheet, str]]:
    """Yield the sheets that the page itself names, and their media queries, in the order of the document."""
    styles = list(zip(page.inline_style_places, page.inline_styles, page.inline_style_media, strict=False))
    for at, load in enumerate(page.loads):
        while styles and styles[0][0] <= at:
            _, text, media = styles.pop(0)
            yield inline_sheet(text, page.base), media
        if load.kind is LoadKind.STYLE and not load.alternate and load.url in sheets:
            yield sheets[load.url], load.media
    for _, text, media in styles:
        yield inline_sheet(text, page.base), media


def _with_imports(outer: Applied, sheets: Mapping[str, Sheet], way: tuple[Imported, ...]) -> Iterator[Applied]:
    """Yield what a sheet imports, and then the sheet; a cycle is not followed round."""
    for each in outer.sheet.imports if len(way) < IMPORTS_DEEP else ():
        inner = sheets.get(each.url)
        if inner is not None and each.supported and all(each.url != earlier.url for earlier in way):
            media = (*outer.media, each.media) if each.media else outer.media
            layer = ".".join(name for name in (outer.layer, each.layer) if name)
            yield from _with_imports(Applied(inner, media, layer), sheets, (*way, each))
    yield outer
