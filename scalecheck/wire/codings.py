"""Undoing content codings (RFC 9110 section 8.4.1) within a limit, so that no body can fill the memory."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

CODINGS_AT_MOST = 5
"""Codings of one body; nobody stacks more but to burn our time."""
MEMBERS_AT_MOST = 100
"""gzip members or zstd frames in one body: each costs a copy of the rest."""
ZSTD_WINDOW_BYTES = 8 * 1024 * 1024
"""The largest window that a client must provide for (RFC 9659 section 3)."""
_ZSTD_STEP_BYTES = 128
"""Fed at once: four bytes of zstd can stand for 128 KiB, so that a step makes 4 MiB at most."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body without its codings, as far as they could be undone."""

    body: bytes
    truncated: bool = False
    """There was more than the limit."""
    problem: str = ""
    """Why the rest is missing or what else was wrong; empty when all was well."""


def decode(body: bytes, content_encoding: str, limit: int) -> Decoded:
    """Return the body without the codings that a Content-Encoding names, at most `limit` bytes of it."""
    names = [name for each in content_encoding.split(",") if (name := each.strip().lower()) not in {"", "identity"}]
    if len(names) > CODINGS_AT_MOST:
        return Decoded(body[:limit], len(body) > limit, f"{len(names)} content codings")
    decoded = Decoded(body)
    for name in reversed(names):
        undo = _CODINGS.get(name)
        if undo is None:
            return _cut(decoded.body, limit, f"unknown content coding {name[:40]!r}")
        decoded = undo(decoded.body, limit)
        if decoded.truncated or decoded.problem:
            break
    return decoded if decoded.truncated else _cut(decoded.body, limit, decoded.problem)


def gzip_size(body: bytes) -> int:
    """Return the size in bytes of what `gzip -6` makes of a body: what any server could send."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return len(packer.compress(body)) + len(packer.flush())


def _cut(body: bytes, limit: int, problem: str = "") -> Decoded:
    return Decoded(body[:limit], len(body) > limit, problem)


def _gzip(body: bytes, limit: int) -> Decoded:
    """Undo gzip, member after member (RFC 1952 section 2.2)."""
    if not body:
        return Decoded(b"")
    parts: list[bytes] = []
    room, rest = limit, body
    for _ in range(MEMBERS_AT_MOST):
        decoded, rest = _inflate(rest, room, 31, "gzip")
        parts.append(decoded.body)
        room -= len(decoded.body)
        if decoded.problem or decoded.truncated or not rest.startswith(b"\x1f\x8b"):
            problem = decoded.problem or (_trailing(rest, "gzip") if not decoded.truncated else "")
            return Decoded(b"".join(parts), decoded.truncated, problem)
    return Decoded(b"".join(parts), problem=f"more than {MEMBERS_AT_MOST} gzip members")


def _deflate(body: bytes, limit: int) -> Decoded:
    """Undo deflate: zlib as RFC 9110 section 8.4.1.2 has it, or the bare stream that some servers send."""
    if not body:
        return Decoded(b"")
    wrapped = len(body) > 1 and body[0] & 15 == 8 and int.from_bytes(body[:2]) % 31 == 0
    decoded, rest = _inflate(body, limit, 15 if wrapped else -15, "deflate")
    if decoded.truncated or decoded.problem:
        return decoded
    return Decoded(decoded.body, problem=_trailing(rest, "deflate"))


def _inflate(body: bytes, limit: int, window_bits: int, name: str) -> tuple[Decoded, bytes]:
    """Return one zlib stream undone, and what stands behind it."""
    stream = zlib.decompressobj(window_bits)
    try:
        made = stream.decompress(body, limit + 1)
    except zlib.error as error:
        return _cut(_before_the_error(body, limit, window_bits), limit, f"{name}: {error}"), b""
    if len(made) > limit:
        return Decoded(made[:limit], True), b""
    return Decoded(made, problem="" if stream.eof else f"{name}: the stream is cut off"), stream.unused_data


def _before_the_error(body: bytes, limit: int, window_bits: int) -> bytes:
    """Return what a broken stream holds up to its error, to within a few hundred bytes of input."""
    stream = zlib.decompressobj(window_bits)
    made = bytearray()
    try:
        for at in range(0, len(body), 256):
            made += stream.decompress(body[at : at + 256], limit + 1 - len(made))
            if len(made) > limit:
                break
    except zlib.error:
        pass
    return bytes(made)


def _brotli(body: bytes, limit: int) -> Decoded:
    import brotli

    if not body:
        return Decoded(b"")
    stream = brotli.Decompressor()
    made = bytearray()
    try:
        made += stream.process(body, output_buffer_limit=limit + 1)
        while not stream.is_finished() and not stream.can_accept_more_data() and len(made) <= limit:
            made += stream.process(b"", output_buffer_limit=limit + 1 - len(made))
    except brotli.error:
        return _cut(bytes(made), limit, "br: the stream is broken, or something stands behind it")
    if len(made) > limit:
        return Decoded(bytes(made[:limit]), True)
    return Decoded(bytes(made), problem="" if stream.is_finished() else "br: the stream is cut off")


def _zstd(body: bytes, limit: int) -> Decoded:
    """Undo zstd, frame after frame (RFC 8878)."""
    import zstandard

    made = bytearray()
    at, stream, frames = 0, None, 0
    try:
        while at < len(body) and len(made) <= limit:
            if stream is None:
                stream = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_BYTES).decompressobj()
                frames += 1
            fed = body[at : at + _ZSTD_STEP_BYTES]
            made += stream.decompress(fed)
            at += len(fed) - len(stream.unused_data)
            stream = None if stream.eof else stream
            if frames > MEMBERS_AT_MOST:
                return _cut(bytes(made), limit, f"more than {MEMBERS_AT_MOST} zstd frames")
    except zstandard.ZstdError as error:
        return _cut(bytes(made), limit, f"zstd: {error}")
    if len(made) > limit:
        return Decoded(bytes(made[:limit]), True)
    return Decoded(bytes(made), problem="" if stream is None else "zstd: the stream is cut off")


def _trailing(rest: bytes, name: str) -> str:
    return f"{name}: {len(rest)} bytes behind the end of the stream" if rest else ""


_CODINGS: dict[str, Callable[[bytes, int], Decoded]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
