"""Web fonts: their format, their preloads, and what is shown while they load."""

from collections.abc import Iterator

from scalecheck.checks.check import Findings, check, expect
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.page.sheets import inline_sheet, outer_sheet
from scalecheck.probes.discovery import first
from scalecheck.wire import content_type
from scalecheck.wire.css import FontFace
from scalecheck.wire.loads import LoadKind
from scalecheck.wire.urls import path_of

SHOWS_TEXT = frozenset({"swap", "fallback", "optional"})
NAMED = 5
"""Families, or files, that one finding names."""


@check(needs=[first], source="WOFF2 (W3C), CSS Fonts 4 section 4.9, HTML section 4.6.7.20")
def fonts(site: Site) -> Findings:
    """Web fonts are WOFF2, preloaded with crossorigin, and do not hide text while they load.

    A TTF is twice the bytes of a WOFF2. A preload without crossorigin is fetched twice. Without font-display, text
    stays invisible for up to three seconds; `block`, which icon fonts want, is a warning.

    Fix: convert fonts to WOFF2, write `<link rel="preload" as="font" type="font/woff2" crossorigin>`, and put
    `font-display: swap` (or optional, fallback) into every @font-face.

    On Next.js: `next/font` does all three.
    """
    for page in site.pages():
        yield from _preloads(site, page)
        inline = [face for text in site.page(page).inline_styles for face in inline_sheet(text, page.url).fonts]
        yield from _faces(page, inline)
    for sheet in site.assets():
        if content_type.is_css(sheet.response.content_type):
            said = sheet.fields.first("content-type") or ""
            yield from _faces(sheet, list(outer_sheet(sheet.response.body or b"", sheet.url, said).fonts))


def _preloads(site: Site, page: Exchange) -> Iterator[Finding]:
    """Yield whether the page's font preloads say crossorigin, as every fetch of a font does."""
    loads = [load for load in site.page(page).loads if load.kind is LoadKind.PRELOAD and load.as_ == "font"]
    twice = [load.url for load in loads if load.crossorigin is None]
    if loads:
        observed = f"without it: {', '.join(twice[:NAMED])}" if twice else "crossorigin on each"
        yield expect(not twice, page, expected="crossorigin on every preload of a font", observed=observed)


def _faces(about: Exchange, faces: list[FontFace]) -> Iterator[Finding]:
    """Yield the verdicts on the @font-face rules of one sheet that load a file."""
    loading = [face for face in faces if face.urls]
    if not loading:
        return
    old = [face.urls[0] for face in loading if not _is_modern(face)]
    observed = ", ".join(old[:NAMED]) or f"WOFF2 for each of {len(loading)}"
    yield expect(not old, about, expected="a WOFF2 source in every @font-face", observed=observed)
    hidden = {face.family: face.display or "no font-display" for face in loading if face.display not in SHOWS_TEXT}
    observed = ", ".join(f"{family}: {display}" for family, display in tuple(hidden.items())[:NAMED])
    otherwise = Verdict.WARN if set(hidden.values()) <= {"block"} else Verdict.FAIL
    expected = "font-display: swap, fallback or optional in every @font-face"
    yield expect(not hidden, about, expected=expected, observed=observed or "as expected", otherwise=otherwise)


def _is_modern(face: FontFace) -> bool:
    return any(each.startswith("woff2") for each in face.formats) or any(
        path_of(url).lower().endswith(".woff2") for url in face.urls
    )
