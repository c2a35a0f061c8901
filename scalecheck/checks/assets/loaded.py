"""Which of the answers are files that pages load, and what such an answer really is."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.wire import content_type
from scalecheck.wire.fingerprint import fingerprint
from scalecheck.wire.loads import Load, LoadKind

CODE_LOADS = frozenset({LoadKind.SCRIPT, LoadKind.STYLE, LoadKind.MODULEPRELOAD})
FILE_LOADS = CODE_LOADS | {LoadKind.IMAGE, LoadKind.ICON, LoadKind.FONT}
"""Loads that are never HTML; of a preload, what it is used as decides."""
FILE_USES = frozenset({"script", "style", "image", "font", "worker"})
PLATFORM = ("/cdn-cgi/", "/_vercel/", "/.netlify/")
"""Folders in which hosting platforms put scripts of their own."""

_QUERY_VERSION = re.compile(r"(?:^|&)(?:v|ver|version|rev)=([^&]{0,40}\d[^&]{0,40})(?:&|$)")
_PATH_VERSION = re.compile(r"\d+\.\d+\.\d+|/v\d+(?:\.\d+)*/")


def loaded(site: Site, kinds: Iterable[LoadKind]) -> Iterator[tuple[Exchange, Load]]:
    """Yield the good answers that pages load in these ways, each URL once, with the first load that names it."""
    wanted = frozenset(kinds)
    by_url = {each.url: each for each in site.good()}
    loads: dict[str, Load] = {}
    for page in site.pages():
        for load in site.page(page).loads:
            if load.kind in wanted:
                loads.setdefault(load.url, load)
    return ((by_url[url], load) for url, load in loads.items() if url in by_url)


def files(site: Site) -> tuple[Exchange, ...]:
    """Return the site's own assets, and what else was answered where a page asked for a script, image or font."""
    named = (
        each
        for each, load in loaded(site, FILE_LOADS | {LoadKind.PRELOAD})
        if load.kind is not LoadKind.PRELOAD or load.as_ in FILE_USES
    )
    return tuple({each.url: each for each in (*site.assets(), *named)}.values())


def is_shell(exchange: Exchange) -> bool:
    """Whether a web page was answered where a file was asked for: a fallback that covers assets too."""
    body = exchange.response.body
    html = content_type.is_html(exchange.response.content_type)
    return exchange.status == 200 and html and (not body or content_type.looks_like_html(body))


def is_code(exchange: Exchange) -> bool:
    """Whether it is a script or a style sheet by its media type."""
    media_type = exchange.response.content_type
    return content_type.is_javascript(media_type) or content_type.is_css(media_type)


def is_whole(exchange: Exchange) -> bool:
    """Whether all of the body was read, so that its digest says what it is."""
    return not exchange.response.truncated and not exchange.response.undecodable


def is_platforms(url: str) -> bool:
    """Whether the hosting platform put the file there, under a name that nobody can change."""
    return any(urlsplit(url).path.startswith(folder) for folder in PLATFORM)


def version(url: str) -> str | None:
    """Return the version that an URL names, in its path or as `?ver=6.4.2`; None without one."""
    parts = urlsplit(url)
    found = _QUERY_VERSION.search(parts.query[:1000])
    if found is not None:
        return found[1]
    named = _PATH_VERSION.search(parts.path[:1000])
    return named[0].strip("/") if named is not None else None


def source_fingerprint(url: str) -> str | None:
    """Return the hash in the name of the file that an image service is told to scale; None without one."""
    for pair in urlsplit(url).query[:2000].split("&"):
        name, _, value = pair.partition("=")
        if name in {"url", "src", "image"} and (found := fingerprint(unquote(value))):
            return found
    return None
