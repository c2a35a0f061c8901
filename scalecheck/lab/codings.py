"""Content codings: which one a client gets, and the bytes it then gets (RFC 9110 section 12.5.3)."""

import gzip
import zlib
from functools import lru_cache

SERVED = ("br", "zstd", "gzip")
"""Best first."""
SMALLEST_BYTES = 256
"""Smaller bodies are not worth a coding."""


@lru_cache(maxsize=1024)
def best_coding(accept_encoding: str | None) -> str:
    """Return the best coding that the client takes; `identity` when it takes none of ours, or says nothing."""
    weights: dict[str, float] = {}
    for part in (accept_encoding or "").lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = _weight(parameter)
    wildcard = weights.get("*", 0.0)
    return next((coding for coding in SERVED if weights.get(coding, wildcard) > 0), "identity")


@lru_cache(maxsize=512)
def encoded(body: bytes, coding: str) -> bytes:
    """Return the body in a coding, the same bytes every time."""
    if coding == "br":
        import brotli

        return bytes(brotli.compress(body, quality=9))
    if coding == "zstd":
        import zstandard

        return zstandard.ZstdCompressor(level=12).compress(body)
    return gzip.compress(body, 9, mtime=0) if coding == "gzip" else body


def flushed(head: bytes, rest: bytes, coding: str) -> tuple[bytes, bytes]:
    """Return the two parts of one body in a coding, the first of which can be read before the second is there."""
    if coding == "br":
        import brotli

        stream = brotli.Compressor(quality=9)
        return stream.process(head) + stream.flush(), stream.process(rest) + stream.finish()
    if coding == "zstd":
        import zstandard

        frame = zstandard.ZstdCompressor(level=12).compressobj()
        first = frame.compress(head) + frame.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        return first, frame.compress(rest) + frame.flush()
    if coding == "gzip":
        packer = zlib.compressobj(9, wbits=31)
        return packer.compress(head) + packer.flush(zlib.Z_SYNC_FLUSH), packer.compress(rest) + packer.flush()
    return head, rest


def _weight(parameter: str) -> float:
    """Return a quality value; 1 without one, 0 for one that cannot be read."""
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
