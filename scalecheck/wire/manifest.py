"""A web application manifest (W3C), as far as it has to work: names, icons, where the application starts."""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from scalecheck.wire.urls import resolve, same_origin

MANIFEST_AT_MOST_BYTES = 512 * 1024
ICONS_AT_MOST = 50
_SIZE = re.compile(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})", re.IGNORECASE | re.ASCII)
INSTALLED = frozenset({"standalone", "fullscreen", "minimal-ui", "window-controls-overlay", "tabbed"})
"""Values of `display` with which a site means to be installed."""


@dataclass(frozen=True, slots=True)
class Icon:
    """One picture that a manifest names."""

    url: str | None
    """Absolute; None where it is none that can be asked for."""
    src: str
    """As written."""
    sizes: tuple[tuple[int, int], ...] = ()
    """Width and height in pixels; empty where it names none."""
    any_size: bool = False
    type: str = ""
    """The media type it is said to have."""
    purposes: frozenset[str] = frozenset({"any"})


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says; a member of the wrong type is as good as absent, as browsers have it."""

    url: str
    problem: str = ""
    """Why it is no manifest at all; empty when it is one."""
    name: str = ""
    """The short name where there is no other."""
    icons: tuple[Icon, ...] = ()
    start_url: str | None = None
    """Absolute; None where it is none that can be asked for, and where it says none."""
    start: str = ""
    """As written; empty when absent."""
    scope: str | None = None
    """Absolute; None where it says none."""
    display: str = "browser"

    @property
    def installed(self) -> bool:
        """Whether the site means to be installed."""
        return self.display in INSTALLED

    @property
    def starts_elsewhere(self) -> bool:
        """Whether it is to start at another origin; browsers then start at the page that named it."""
        return bool(self.start) and (self.start_url is None or not same_origin(self.start_url, self.url))

    @property
    def starts_outside(self) -> bool:
        """Whether it starts outside of its own scope; browsers then take no notice of the scope."""
        if self.scope is None or self.start_url is None or self.starts_elsewhere:
            return False
        return not (same_origin(self.scope, self.url) and _path(self.start_url).startswith(_path(self.scope)))


def read_manifest(body: bytes, url: str) -> Manifest:
    """Return what a manifest says; `problem` where it is none. Never raises."""
    if len(body) > MANIFEST_AT_MOST_BYTES:
        return Manifest(url, f"{len(body)} bytes, more than anybody's manifest")
    try:
        read = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return Manifest(url, f"no JSON: {error}" if not isinstance(error, UnicodeDecodeError) else "no UTF-8")
    if not isinstance(read, dict):
        return Manifest(url, "no JSON object")
    start, scope = _text(read, "start_url"), _text(read, "scope")
    icons = read.get("icons")
    return Manifest(
        url,
        name=_text(read, "name") or _text(read, "short_name"),
        icons=tuple(_icons(icons if isinstance(icons, list) else [], url)),
        start_url=resolve(url, start) if start else None,
        start=start,
        scope=resolve(url, scope) if scope else None,
        display=_text(read, "display") or "browser",
    )


def _icons(listed: list[Any], url: str) -> "list[Icon]":
    return [_icon(each, url) for each in listed[:ICONS_AT_MOST] if isinstance(each, dict)]


def _icon(read: dict[str, Any], url: str) -> Icon:
    src, sizes = _text(read, "src"), _text(read, "sizes")[:1000].lower().split()
    found = tuple((int(size[1]), int(size[2])) for each in sizes if (size := _SIZE.fullmatch(each)) is not None)
    purposes = frozenset(_text(read, "purpose").lower().split()) or frozenset({"any"})
    kind = _text(read, "type").partition(";")[0].strip().lower()
    return Icon(resolve(url, src) if src else None, src, found, "any" in sizes, kind, purposes)


def _text(read: dict[str, Any], key: str) -> str:
    """Return a member's text, trimmed; empty when absent or of another type."""
    value = read.get(key)
    return value.strip() if isinstance(value, str) else ""


def _path(url: str) -> str:
    return urlsplit(url).path or "/"
