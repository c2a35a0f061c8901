"""Sitemaps: the URLs a site names to search engines (sitemaps.org protocol 0.9)."""

from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from scalecheck.wire.codings import decode
from scalecheck.wire.urls import URL_AT_MOST, resolve

BYTES_AT_MOST = 16 * 1024 * 1024
"""Read of a sitemap that comes packed; the protocol allows 50 MiB, few fill a tenth."""
URLS_AT_MOST = 50_000
"""The protocol's own bound on the entries of a sitemap."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a sitemap or a sitemap index lists, absolute, each once, in order."""

    urls: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    """Further sitemaps, of an index."""
    truncated: bool = False
    """There was more than is read."""
    problem: str = ""
    """Why the rest, or all, could not be read; empty when it could."""


def read_sitemap(body: bytes, url: str) -> Sitemap:
    """Return what a sitemap lists, packed with gzip or not; one that declares entities lists nothing."""
    truncated = False
    problem = ""
    if body.startswith(b"\x1f\x8b"):
        body, truncated, problem = _unpacked(body)
    target = _Target(url)
    try:
        parser = DefusedXMLParser(target=target, forbid_dtd=True)
        parser.feed(body)
        parser.close()
    except _EnoughError:
        truncated = True
    except DefusedXmlException as error:
        return Sitemap(problem=f"refused: {type(error).__name__}")
    except (ParseError, ValueError, LookupError) as error:
        problem = problem or f"no XML: {error}"
    return Sitemap(tuple(target.found["url"]), tuple(target.found["sitemap"]), truncated, problem)


def _unpacked(body: bytes) -> tuple[bytes, bool, str]:
    decoded = decode(body, "gzip", BYTES_AT_MOST)
    return decoded.body, decoded.truncated, decoded.problem


class _EnoughError(Exception):
    """As many URLs as are read."""


class _Target:
    """Takes what the XML parser sees; no tree is kept, so that depth costs nothing."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.found: dict[str, dict[str, None]] = {"url": {}, "sitemap": {}}
        self.path: list[str] = []
        self.text: list[str] | None = None
        self.length = 0
        self.entries = 0

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        self.text = [] if name == "loc" and self.path and self.path[-1] in self.found else None
        self.length = 0
        self.path.append(name)

    def data(self, text: str) -> None:
        if self.text is not None and self.length <= URL_AT_MOST:
            self.text.append(text)
            self.length += len(text)

    def end(self, _tag: str) -> None:
        self.path.pop()
        if self.text is None:
            return
        self.entries += 1
        if self.entries > URLS_AT_MOST:
            raise _EnoughError
        url = resolve(self.url, "".join(self.text)) if self.text else None
        if url is not None:
            self.found[self.path[-1]].setdefault(url)
        self.text = None

    def close(self) -> None:
        """Nothing is left to do."""
