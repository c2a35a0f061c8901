"""Which pictures have their room kept before they come, so that nothing moves when they do."""

import re
from collections.abc import Iterator, Mapping

from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.page.cost import answers, hops
from scalecheck.page.fetches import Use
from scalecheck.page.loading import loading
from scalecheck.page.places import Place, places
from scalecheck.wire.charset import css_text
from scalecheck.wire.loads import Load
from scalecheck.wire.selection import SELECTOR_AT_MOST, select_elements, selector_problem
from scalecheck.wire.sizing import fixes_height, sizing_selectors

MATCHED_AT_MOST = 200
"""Selectors of one page that are looked for in its HTML."""
IDENTIFYING = ("src", "srcset", "id", "class", "style", "alt")
"""Attributes by which an element is known again."""

_DIMENSION = re.compile(r"[ \t\n\r\f]*0*[1-9][0-9.]*(?![0-9.]*%)", re.ASCII)
_PSEUDO = re.compile(r"(?<![\\:]):(?!:)[\w-]+(?:\([^()]*\))?")
_COMPOUND = re.compile(r"[\s>+~]+")
_CLASS = re.compile(r"\.((?:\\.|[\w-])+)")
_ID = re.compile(r"#([\w-]+)")
_TAG = re.compile(r"[\w*-]+")


def without_room(site: Site, page: Exchange) -> tuple[tuple[Place, ...], str]:
    """Return the places that neither attributes nor style sheets keep, and why more may be kept; empty where none may.

    A sheet's rule counts whatever window or state it is for. Sheets that scripts write are not seen.
    """
    key = without_room, page.number, page.url
    found: tuple[tuple[Place, ...], str] | None = site.remembered.get(key)
    if found is None:
        found = site.remembered[key] = _without_room(site, page)
    return found


def _without_room(site: Site, page: Exchange) -> tuple[tuple[Place, ...], str]:
    bare = [each for each in places(site, page) if not _keeps(each)]
    if not bare:
        return (), ""
    selectors, unread = _sizing(site, page)
    kept = _found(page, _fitting(selectors, bare)) if selectors else frozenset()
    return tuple(each for each in bare if _identity(each.img.attributes) not in kept), unread


def _keeps(place: Place) -> bool:
    """Whether a place's own attributes say how high it is, for its width."""
    sources = place.img.sources
    told = _has_dimensions(place.img) or (bool(sources) and all(_has_dimensions(each) for each in sources))
    return told or fixes_height(place.img.attributes.get("style", ""))


def _has_dimensions(element: Load) -> bool:
    return all(_DIMENSION.match(element.attributes.get(name, "")) for name in ("width", "height"))


def _sizing(site: Site, page: Exchange) -> tuple[tuple[str, ...], str]:
    """Return the selectors of rules that keep room, and which sheet could not be read; empty where all could."""
    known = answers(site)
    found = dict.fromkeys(each for text in site.page(page).inline_styles for each in sizing_selectors(text))
    unread = ""
    window = next(iter(site.profile.viewports.values()))
    for fetch in loading(site, page, window).fetches:
        if fetch.use is Use.STYLE:
            last = hops(fetch.url, known)[-1:]
            if last and isinstance(last[0], Exchange) and last[0].status == 200 and last[0].response.body is not None:
                text = css_text(last[0].response.body, last[0].fields.first("content-type") or "")
                found.update(dict.fromkeys(sizing_selectors(text)))
            else:
                unread = unread or f"{fetch.url} was not read"
    return tuple(found), unread


def _fitting(selectors: tuple[str, ...], bare: list[Place]) -> Iterator[str]:
    """Yield the selectors that may mean one of these places, made readable: pseudo-classes are taken to hold."""
    ids = {each.img.attributes.get("id", "") for each in bare}
    classes = {name for each in bare for name in each.img.attributes.get("class", "").split()}
    taken = 0
    for selector in (each.strip().lstrip(">+~ ") for listed in selectors for each in _plain(listed).split(",")):
        if "::" not in selector and _fits(selector, ids, classes) and not selector_problem(selector):
            yield selector
            taken += 1
            if taken >= MATCHED_AT_MOST:
                return


def _plain(selectors: str) -> str:
    """Return selectors without pseudo-classes, those within them too."""
    return _PSEUDO.sub("", _PSEUDO.sub("", selectors))


def _fits(selector: str, ids: set[str], classes: set[str]) -> bool:
    """Whether the last compound of a selector may mean an `<img>` with some of these ids and classes."""
    last = _COMPOUND.split(selector)[-1]
    tag = _TAG.match(last)
    wanted = {each.replace("\\", "") for each in _CLASS.findall(last)}
    return (tag is None or tag[0].lower() in {"img", "*"}) and wanted <= classes and set(_ID.findall(last)) <= ids


def _found(page: Exchange, selectors: Iterator[str]) -> frozenset[tuple[str | None, ...]]:
    body, kind = page.response.body or b"", page.fields.first("content-type") or ""
    found: set[tuple[str | None, ...]] = set()
    for listed in _joined(selectors):
        found.update(_identity(attributes) for attributes in select_elements(body, listed, kind))
    return frozenset(found)


def _joined(selectors: Iterator[str]) -> Iterator[str]:
    """Yield lists of selectors, as long as they may be: each costs a reading of the page."""
    listed = ""
    for each in selectors:
        if listed and len(listed) + len(each) + 2 > SELECTOR_AT_MOST:
            yield listed
            listed = ""
        listed = f"{listed}, {each}" if listed else each
    if listed:
        yield listed


def _identity(attributes: Mapping[str, str]) -> tuple[str | None, ...]:
    return tuple(attributes.get(name) for name in IDENTIFYING)
