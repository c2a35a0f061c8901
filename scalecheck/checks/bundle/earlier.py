"""What the earlier run saw of a page, and what has grown since."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from scalecheck.checks.bundle.sizes import LARGEST_NAMED, NAME_AT_MOST, Size
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import FIRST, Site
from scalecheck.page.cost import Item
from scalecheck.wire.fingerprint import fingerprint
from scalecheck.wire.units import show_bytes
from scalecheck.wire.urls import same_origin


def earlier(site: Site) -> Site | None:
    """Return the earlier run under today's profile, at the address that it asked: a preview has another one."""
    if site.before is None:
        return None
    key = earlier, id(site.before)
    found: Site | None = site.remembered.get(key)
    if found is None:
        asked = next((each.url for each in site.before.records.get(FIRST, ())), site.profile.site)
        moved = not same_origin(asked, site.profile.site) and not site.profile.allows(asked)
        found = replace(site.before, profile=site.profile.at(asked)) if moved else site.before
        site.remembered[key] = found
    return found


def twin(site: Site, page: Exchange) -> Exchange | None:
    """Return the answer of the earlier run at the same path and query; None where that did not see the page."""
    before = earlier(site)
    if before is None:
        return None
    pages: dict[str, Exchange] | None = before.remembered.get(twin)
    if pages is None:
        pages = before.remembered[twin] = {_path(each.url): each for each in before.pages()}
    return pages.get(_path(page.url))


def since(site: Site, page: Exchange, size: Size) -> str:
    """Return in words what a size was in the earlier run and what has grown; empty where nothing tells."""
    before, then = earlier(site), twin(site, page)
    if before is None or then is None:
        return ""
    was, is_now = size.largest(before, then)[1], size.largest(site, page)[1]
    grown = growth(was.of(*size.uses), is_now.of(*size.uses))
    return f"; {size.shown(size.amount(was))} in the earlier run" + (f", since then {grown}" if grown else "")


def growth(then: Iterable[Item], now: Iterable[Item]) -> str:
    """Return the files that have grown most, told by their names without hash: `app.js 28KB to 41KB, new a.js 6KB`."""
    was, is_now = _sizes(then), _sizes(now)
    grown = {name: size - was.get(name, 0) for name, size in is_now.items() if size > was.get(name, 0)}
    most = sorted(grown, key=lambda name: (-grown[name], name))[:LARGEST_NAMED]
    return ", ".join(
        f"{name[-NAME_AT_MOST:]} {show_bytes(was[name])} to {show_bytes(is_now[name])}"
        if name in was
        else f"new {name[-NAME_AT_MOST:]} {show_bytes(is_now[name])}"
        for name in most
    )


def nameless(url: str) -> str:
    """Return an URL's path without the hash in its name; with it where the hash is all of the name."""
    path, found = urlsplit(url).path, fingerprint(url)
    folder, _, name = path.rpartition("/")
    if found is None or found not in name:
        return path
    before, _, behind = name.partition(found)
    kept = before.rstrip(".-_~@") + behind.lstrip("-_~@")
    return f"{folder}/{kept}" if kept.partition(".")[0] else path


def _sizes(items: Iterable[Item]) -> Counter[str]:
    sizes: Counter[str] = Counter()
    for each in items:
        sizes[nameless(each.url)] += each.figures.transferred_bytes
    return sizes


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}?{parts.query}"
