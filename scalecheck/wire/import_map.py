"""Import maps, and the URL that a module means by what it imports (HTML Standard, section 8.1.6).

Of several maps of one document the first that names a specifier decides, as in browsers that take more than one.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scalecheck.wire.urls import URL_AT_MOST, resolve

CHARACTERS_AT_MOST = 1_000_000
"""Read of all maps of a document."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

Imports = Mapping[str, str | None]
"""Specifiers and prefixes, and what they mean; None is an entry that blocks its specifier."""


class UnmappedError(ValueError):
    """A specifier that means no URL, with the reason."""


@dataclass(frozen=True, slots=True)
class ImportMap:
    """What the import maps of a document say together."""

    imports: Imports = field(default_factory=dict)
    scopes: Mapping[str, Imports] = field(default_factory=dict)
    """By URL of the modules that they hold for, or prefix of it."""
    integrity: Mapping[str, str] = field(default_factory=dict)
    """Digests that modules must have, by URL."""
    problems: tuple[str, ...] = ()
    """Why a map was not taken, one for each that was not."""

    def resolve(self, specifier: str, importer: str) -> str:
        """Return the URL that a module means, http(s) ones without fragment; raise UnmappedError when it means none.

        Other schemes (`data:`, `blob:`) are returned as they stand: there is nothing to fetch.
        """
        url = _url_like(specifier, importer)
        for scope in _prefixes(importer):
            if scope in self.scopes and (found := _matched(url or specifier, self.scopes[scope])) is not None:
                return found
        if (found := _matched(url or specifier, self.imports)) is not None:
            return found
        if url is None:
            raise UnmappedError(f"{specifier[:100]}: no import map names it")
        return url


def read_import_maps(texts: Iterable[str], base: str) -> ImportMap:
    """Return what the texts of `<script type=importmap>` say together, in order; references are relative to `base`."""
    imports: dict[str, str | None] = {}
    scopes: dict[str, dict[str, str | None]] = {}
    integrity: dict[str, str] = {}
    problems: list[str] = []
    left = CHARACTERS_AT_MOST
    for text in texts:
        left -= len(text)
        tree, problem = _tree(text) if left >= 0 else (_EMPTY, "the import maps are too long to be read")
        problems.extend([problem] if problem else [])
        _add(imports, tree["imports"], base)
        for reference, entries in tree["scopes"].items():
            if (scope := resolve(base, reference)) is not None:
                _add(scopes.setdefault(scope, {}), entries, base)
        for reference, digests in tree["integrity"].items():
            if isinstance(digests, str) and (url := _url_like(reference, base)) is not None:
                integrity.setdefault(url, digests)
    return ImportMap(imports, scopes, integrity, tuple(problems))


_EMPTY: Mapping[str, dict[str, Any]] = {"imports": {}, "scopes": {}, "integrity": {}}


def _tree(text: str) -> tuple[Mapping[str, dict[str, Any]], str]:
    """Return the three parts of one map, or, of what is none, empty ones and why: then browsers take nothing of it."""
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return _EMPTY, "the import map is no JSON"
    if not isinstance(tree, dict):
        return _EMPTY, "the import map is no object"
    parts = {name: tree.get(name, {}) for name in _EMPTY}
    wrong = [name for name, part in parts.items() if not isinstance(part, dict)]
    if not wrong and not all(isinstance(entries, dict) for entries in parts["scopes"].values()):
        wrong = ["a scope"]
    return (_EMPTY, f"{wrong[0]} of the import map is no object") if wrong else (parts, "")


def _add(kept: dict[str, str | None], entries: Mapping[str, Any], base: str) -> None:
    """Add entries whose specifier is not there yet; what means no URL blocks its specifier."""
    for specifier, address in entries.items():
        if specifier:
            url = _url_like(address, base) if isinstance(address, str) else None
            usable = url is not None and (not specifier.endswith("/") or url.endswith("/"))
            kept.setdefault(_url_like(specifier, base) or specifier, url if usable else None)


def _matched(specifier: str, imports: Imports) -> str | None:
    """Return what entries make of a normalised specifier, the longest that fits first; None when none fits."""
    for key in _prefixes(specifier):
        if key not in imports:
            continue
        address = imports[key]
        if address is None:
            raise UnmappedError(f"{specifier[:100]}: the import map blocks it")
        url = address if key == specifier else resolve(address, specifier[len(key) :])
        if url is None or not url.startswith(address):
            raise UnmappedError(f"{specifier[:100]}: it leaves what the import map allows")
        return url
    return None


def _prefixes(text: str) -> Iterator[str]:
    """Yield a text, and what it begins with up to each of its slashes, the longest first."""
    yield text
    end = text.rfind("/", 0, URL_AT_MOST)
    while end >= 0:
        if end + 1 < len(text):
            yield text[: end + 1]
        end = text.rfind("/", 0, end)


def _url_like(specifier: str, base: str) -> str | None:
    """Return the URL that a specifier is by itself; None for a bare one such as `react`."""
    if specifier.startswith(("/", "./", "../")):
        return resolve(base, specifier)
    if not _SCHEME.match(specifier):
        return None
    http = specifier[:6].lower().startswith(("http:", "https:"))
    return resolve(base, specifier) if http else specifier
