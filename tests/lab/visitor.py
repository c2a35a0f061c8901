"""A visitor of the lab: plain HTTP, nothing decoded by a rule of ours."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from scalecheck.lab.lab import Lab

ALICE = {"cookie": "session=alice-demo"}
BOB = {"cookie": "session=bob-demo"}
USUAL = {"accept-encoding": "gzip, br, zstd", "accept": "*/*"}


@dataclass(frozen=True)
class Visitor:
    lab: Lab
    client: httpx.Client

    def get(self, path: str, **fields: str) -> httpx.Response:
        return self.ask("GET", path, **fields)

    def ask(self, method: str, path: str, **fields: str) -> httpx.Response:
        headers = {**USUAL, **{name.replace("_", "-"): value for name, value in fields.items()}}
        return self.client.request(method, path, headers=headers)

    def chunk(self, name: str) -> str:
        """Return the URL under which the pages load a chunk or sheet."""
        pages = (self.get(path).text for path in ("/", "/login", "/blog/soles", "/search?q=shoes"))
        return next(part for page in pages for part in page.split('"') if part.startswith(f"/assets/{name}."))

    def picture(self, path: str, accept: str = "image/avif") -> str:
        """Return the media type that a picture comes as."""
        return self.get(path, accept=accept).headers["content-type"]

    def hit(self, path: str, **fields: str) -> bool:
        return "; hit" in self.get(path, **fields).headers.get("cache-status", "")


Predicate = Callable[[Visitor], bool]
