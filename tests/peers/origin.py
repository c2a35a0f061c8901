"""The origin behind every peer: a small, well-behaved shop on loopback, with mistakes to switch on."""

import gzip
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli

from tests.peers import shop
from tests.peers.mistakes import Mistake
from tests.peers.shop import Resource

DELAY_S = 0.03
"""What rendering takes, so that a cache's hit is faster than the origin."""

SECURITY = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
CODINGS = ("br", "gzip")
"""What the origin compresses to where it is told to, best first."""
UNCACHED = {"no-store", "private, no-store"}


class Origin(ThreadingHTTPServer):
    """Serves the shop; `compresses` where the peer in front leaves that to its origin."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, *, compresses: bool, mistake: Mistake | None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.compresses = compresses
        self.mistake = mistake

    def handle_error(self, request: object, client_address: object) -> None:
        """Let a peer hang up: only our own mistakes are worth a traceback."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # typeshed's socket type is private

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self.server_address[1])


@contextmanager
def serving(*, compresses: bool = False, mistake: Mistake | None = None) -> Iterator[Origin]:
    """Serve the shop until the block ends."""
    with Origin(compresses=compresses, mistake=mistake) as origin:
        thread = threading.Thread(target=origin.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield origin
        finally:
            origin.shutdown()
            thread.join()


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # header and body leave in one segment
    timeout = 30
    server: Origin

    def do_GET(self) -> None:
        resource = self._resource(self._path)
        time.sleep(DELAY_S)
        coding = self._coding(resource)
        fields = self._fields(resource, coding)
        if "ETag" in fields and _matches(self.headers.get("If-None-Match", ""), fields["ETag"]):
            self._send(304, self._of_304(fields), b"")
        else:
            body = _encoded(resource.body, coding)
            if coding == "br" and self.server.mistake is Mistake.CHANGING_CHUNK and self.path == shop.APP_PATH:
                body = _encoded(b"// left over from the last build\n" + resource.body, coding)
            self._send(resource.status, {**fields, "Content-Length": str(len(body))}, body)

    do_HEAD = do_GET  # noqa: N815  as http.server names it

    @property
    def _path(self) -> str:
        return self.path.partition("?")[0]

    def _resource(self, path: str) -> Resource:
        mistake = self.server.mistake
        if path == "/account":
            return self._account()
        if path == "/sitemap.xml":
            scheme = self.headers.get("X-Forwarded-Proto", "http")
            return _sitemap(f"{scheme}://{self.headers.get('Host', '')}")
        if path == shop.PHOTO_PATH:
            return self._photo()
        if path in shop.RESOURCES:
            return _mistaken(path, shop.RESOURCES[path], mistake)
        if mistake is Mistake.SPA_FALLBACK and path.startswith("/assets/"):
            return replace(shop.RESOURCES["/"], cache_control=shop.YEAR)
        if mistake is Mistake.LASTING_404 and not path.startswith("/assets/"):
            return replace(shop.MISSING, cache_control="public, max-age=86400")
        return shop.MISSING

    def _account(self) -> Resource:
        session = SimpleCookie(self.headers.get("Cookie", "")).get("session")
        name = shop.SESSIONS.get(session.value if session is not None else "")
        resource = shop.account(name) if name is not None else shop.TO_LOGIN
        if self.server.mistake is Mistake.PERSONAL_PUBLIC and name is not None:
            return replace(resource, cache_control="public, max-age=0, s-maxage=60")
        return resource

    def _photo(self) -> Resource:
        accepted = "" if self.server.mistake is Mistake.OLD_FORMAT else self.headers.get("Accept", "")
        found = (each for each in shop.FORMATS if f"image/{each}" in accepted)
        return shop.photo(next(found, "png"))

    def _coding(self, resource: Resource) -> str:
        """Return the best coding the client takes, of those the origin makes."""
        if not self.server.compresses or not resource.compressible or not resource.body:
            return "identity"
        accepted = re.findall(r"[a-z]+", self.headers.get("Accept-Encoding", "").lower())
        return next((coding for coding in CODINGS if coding in accepted), "identity")

    def _fields(self, resource: Resource, coding: str) -> dict[str, str]:
        fields = {"Content-Type": resource.media_type, "Cache-Control": resource.cache_control, **SECURITY}
        if resource.location is not None:
            fields["Location"] = resource.location
        if resource.status == 200 and resource.cache_control not in UNCACHED:
            same = coding == "identity" or self.server.mistake is Mistake.SAME_STRONG_ETAG
            fields["ETag"] = f'"{resource.etag}"' if same else f'"{resource.etag}-{coding}"'
        if self.server.compresses and resource.compressible and self.server.mistake is not Mistake.NO_VARY:
            fields["Vary"] = "Accept-Encoding"
        if self._path == shop.PHOTO_PATH and self.server.mistake is not Mistake.SILENT_ON_ACCEPT:
            fields["Vary"] = "Accept"
        if coding != "identity":
            fields["Content-Encoding"] = coding
        if self.server.mistake is Mistake.COOKIE_ON_SHARED_PAGE and self.path == "/products":
            fields["Set-Cookie"] = shop.VISITOR
        return fields

    def _of_304(self, fields: dict[str, str]) -> dict[str, str]:
        bare = self.server.mistake is Mistake.BARE_304
        left_out = {"Content-Type", "Content-Encoding", *(("Cache-Control",) if bare else ())}
        return {name: value for name, value in fields.items() if name not in left_out}

    def _send(self, status: int, fields: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Date", self.date_time_string())
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing: the peer in front has a log."""


def _mistaken(path: str, resource: Resource, mistake: Mistake | None) -> Resource:
    """Return the resource with the mistakes that are only another Cache-Control."""
    wrong = {
        (Mistake.YEAR_LONG_HTML, "/"): shop.YEAR_LONG_PAGE,
        (Mistake.UNHASHED_IMMUTABLE, "/favicon.svg"): shop.YEAR,
        (Mistake.CONTRADICTION, "/health"): "no-store, max-age=3600",
    }
    value = wrong.get((mistake, path)) if mistake is not None else None
    return resource if value is None else replace(resource, cache_control=value)


def _sitemap(own: str) -> Resource:
    urls = "".join(f"<url><loc>{own}{path}</loc></url>" for path in ("/", *(f"/products/{n}" for n in range(1, 7))))
    body = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    return Resource(body.encode(), "application/xml", shop.SHORT)


def _matches(if_none_match: str, etag: str) -> bool:
    """Return whether one of the tags is this one, by weak comparison (RFC 9110 section 8.8.3.2)."""
    return etag in re.findall(r'"[^"]*"', if_none_match)


@lru_cache(maxsize=64)
def _encoded(body: bytes, coding: str) -> bytes:
    if coding == "br":
        return bytes(brotli.compress(body, quality=9))
    return gzip.compress(body, 9, mtime=0) if coding == "gzip" else body
