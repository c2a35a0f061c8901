"""Pages written to be awkward, on loopback: each file of tests/peers/awkward/ is one, with all that it may load.

A file holds several, each behind a line `-- /path --`. Lines that begin with `< ` are fields of the answer, `< 302 `
gives it that status, and `< 103 ` is for one that comes before it. `{other}` is another site, which is the same server
under another name. Pictures and fonts are made up.
"""

import base64
import gzip
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath

from tests.peers.shop import PIXEL

FILES = Path(__file__).parent / "awkward"
PART = re.compile(r"(?m)^-- (/\S*) --\n")
FIELD = re.compile(r"(?m)^< (?:(\d{3}) )?([\w-]+): (.*)$")
TYPES = {
    "": "text/html; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".vtt": "text/vtt",
    ".woff2": "font/woff2",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".png": "image/png",
}
PICTURES = frozenset({".webp", ".avif", ".png"})
FONT = base64.b64decode(
    "d09GMgABAAAAAAD8AAoAAAAAAxgAAAC1AAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAABmAAgXIKMDwBNgIkAwYLBgAEIAU8ByAbaQKIngd2G0eGYHvIeB"
    "pBMfH8+7N27nt/NpY9vp7NYZHYCarxGD3eYwwW4otu0kPyVFBR4nyt6uT4oAdJYgxDCyRAbRE3DzX2wHFIjEh3mqhrzjYGS4B3L0xOeidQaDxowYPh"
    "B8MQnNYVUxnj7kBZgYHCFnvAAJHu9CVhAYWsfHy/7rr/ffcf/D56D2TJglYg9LSiZnyFAABSMwhKCygAAAxvAiIIKBEt4yBKPSqN46cjGRsA"
)
"""WOFF2, with one glyph for every character of ASCII."""
COMPRESSED_FROM_BYTES = 100

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path answers."""

    media_type: str
    body: bytes
    fields: Fields = ()
    early: Fields = ()
    """Of a 103 that comes first."""
    status: int = 200


MISSING = Answer(TYPES[""], b"<!doctype html><title>Not found</title>", status=404)


def answers(other: str) -> dict[str, Answer]:
    """Return what the files say, by path."""
    found: dict[str, Answer] = {}
    for file in sorted(FILES.glob("*.txt")):
        _, *parts = PART.split(file.read_text(encoding="utf-8").replace("{other}", other))
        found.update((path, _answer(path, text)) for path, text in zip(parts[::2], parts[1::2], strict=True))
    return found


def _answer(path: str, text: str) -> Answer:
    body = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("< ")).strip("\n")
    fields: dict[int, list[tuple[str, str]]] = {}
    for status, name, value in FIELD.findall(text):
        fields.setdefault(int(status or 200), []).append((name, value))
    early = tuple(fields.pop(103, ()))
    ((status, final),) = fields.items() or [(200, [])]
    made_up = b"" if body or status != 200 else _made_up(path)
    return Answer(TYPES[PurePosixPath(path).suffix], made_up or body.encode(), tuple(final), early, status)


def _made_up(path: str) -> bytes:
    """Return a font or a picture, which has a size of its own."""
    if PurePosixPath(path).suffix in PICTURES:
        return PIXEL + bytes(sha256(path.encode()).digest()[0])
    return FONT


class Handler(BaseHTTPRequestHandler):
    """Answers GET."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 30
    server: "_Server"

    def do_GET(self) -> None:
        answer = self.server.answer(self.path.partition("?")[0])
        if answer.early:
            self.wfile.write(b"HTTP/1.1 103 Early Hints\r\n" + _lines(answer.early) + b"\r\n")
            self.wfile.flush()
        fields, body = [("Content-Type", answer.media_type), *answer.fields], answer.body
        if "Cache-Control" not in dict(answer.fields):
            fields.append(("Cache-Control", "max-age=600"))
        if len(body) >= COMPRESSED_FROM_BYTES and not answer.media_type.startswith(("image/", "font/")):
            fields.append(("Content-Encoding", "gzip"))
            body = gzip.compress(body, mtime=0)
        fields.append(("Content-Length", str(len(body))))
        self.wfile.write(f"HTTP/1.1 {answer.status} \r\n".encode() + _lines(fields) + b"\r\n" + body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as http.server names it
        """Say nothing: the other end counts."""


def _lines(fields: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in fields).encode("latin-1")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.written = answers(other=f"http://localhost:{self.server_address[1]}")

    def answer(self, path: str) -> Answer:
        suffix = PurePosixPath(path).suffix
        made_up = suffix in PICTURES or suffix == ".woff2"
        return self.written.get(path) or (Answer(TYPES[suffix], _made_up(path)) if made_up else MISSING)


@contextmanager
def serving() -> Iterator[str]:
    """Serve the pages until the block ends; yields the URL of the site."""
    with _Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
