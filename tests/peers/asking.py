"""Plain HTTP requests, so that what a server does is known without the audit."""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from urllib.parse import urlsplit

import brotli


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    fields: HTTPMessage
    body: bytes

    def field(self, name: str) -> str:
        """Return a field's lines as one value; empty when absent."""
        return ", ".join(self.fields.get_all(name) or ())

    @property
    def hit(self) -> bool:
        """Whether the cache says that it answered from its store."""
        return "HIT" in self.field("x-cache-status") + self.field("x-cache")

    @property
    def text(self) -> str:
        """The decoded body."""
        coding = self.field("content-encoding")
        if coding == "br":
            return str(brotli.decompress(self.body), "utf-8")
        return (gzip.decompress(self.body) if coding == "gzip" else self.body).decode()


Get = Callable[..., Answer]


def getter(url: str) -> Get:
    """Return what asks this site for a path, each time on a new connection."""
    host = urlsplit(url).netloc

    def get(
        path: str, fields: Mapping[str, str] | None = None, *, coding: str = "identity", method: str = "GET"
    ) -> Answer:
        connection = HTTPConnection(host, timeout=10)
        try:
            connection.request(method, path, headers={"Accept-Encoding": coding, **(fields or {})})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    return get
