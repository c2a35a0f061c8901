"""Valid pictures, the same bytes for the same name: PNG, and WebP and AVIF for those who read them.

They are noise, which no format makes small: each weighs about what a photograph of its size does.
"""

import zlib
from base64 import b64decode
from functools import lru_cache
from random import Random
from struct import pack

WIDTHS = (320, 640, 1280)
"""Pixels; pictures are four to three."""
TOO_WIDE = 1600
"""A width that only a fault shows."""
AVIF_BYTES_PER_PIXEL = 0.03
"""What a photograph of few details takes."""

_AVIF = {
    320: b64decode(
        "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAO"
        "cGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAANgAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAA"
        "AABqaXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAABQAAAAPAAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAG"
        "gAAAABdpcG1hAAAAAAAAAAEAAQQBAoMEAAAAPm1kYXQSAAoKGCHn/e2QENBoQDImEeHh4YhgABlAAAAAgExfBQyMPwM5W1ebM1iu7mQ4WJ2M"
        "rq3uEEg="
    ),
    640: b64decode(
        "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAO"
        "cGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAAYQAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAA"
        "AABqaXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAACgAAAAeAAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBBAwAAAAAE2NvbHJuY2x4AAEADQAG"
        "gAAAABdpcG1hAAAAAAAAAAEAAQQBAoMEAAAAaW1kYXQSAAoKGSYn/vtkBDQaEDJRGB4eHhiGAAGUAAAACAAgTF8FDIw/AzlbV5szWK7uZDhY"
        "nYyure4QQOiaX9ClOsWkTF8FDIw/AzlbV5szWK7uZDhYnYyure4QQOiaX9ClOsWk"
    ),
    1280: b64decode(
        "AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAANZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9j"
        "AAAAAERAAAEAAQAAAAAA+gABAAAAAAAAAD8AAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABhdjAxAAAAAA5waXRtAAAAAAABAAAAVmlw"
        "cnAAAAA4aXBjbwAAAAxhdjFDgSgCAAAAABRpc3BlAAAAAAAABQAAAAPAAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAgMA"
        "AABHbWRhdBIACgo6Kmf/ftoCGg0gMi8SsJi5OAAFAAAEl78skM7FCK26LnusChRg2zuK1eVCsbgTzsDbr0EjyWq/Ew6OgA=="
    ),
    1600: b64decode(
        "AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAANZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9j"
        "AAAAAERAAAEAAQAAAAAA+gABAAAAAAAAAEIAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABhdjAxAAAAAA5waXRtAAAAAAABAAAAVmlw"
        "cnAAAAA4aXBjbwAAAAxhdjFDgSgCAAAAABRpc3BlAAAAAAAABkAAAASwAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAgMA"
        "AABKbWRhdBIACgo6KrH8r20BDQaQMjISsJi5OAAFAAAEl78skM7FCK26LnusCfzU0IQAgY30nhrAzsDbr0EjyWq/Ew6O7UyNrg=="
    ),
}
"""One colour, made once with libavif and libvips: nothing that Python brings writes AV1. The noise stands beside it."""


@lru_cache(maxsize=256)
def picture(name: str, width: int, image_format: str) -> bytes:
    """Return a picture as `png`, `webp` or `avif`; of two names never the same bytes."""
    random = Random(f"{name} {width}")
    height = width * 3 // 4
    if image_format == "avif":
        return _AVIF[width] + _box(b"free", random.randbytes(int(width * height * AVIF_BYTES_PER_PIXEL)))
    if image_format == "webp":
        return _webp(width, height, random)
    rows = (b"\0" + random.randbytes(width // 4) for _ in range(height))
    return _png(pack(">IIBBBBB", width, height, 2, 0, 0, 0, 0), b"".join(rows))


@lru_cache(maxsize=64)
def png(width: int, height: int, seed: int) -> bytes:
    """Return a PNG of grey waves."""
    step = seed % 97 + 3
    wave = bytes((i * i // step + seed) % 256 for i in range(width + 256))
    rows = b"".join(b"\0" + wave[y * step % 256 :][:width] for y in range(height))
    return _png(pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0), rows)


def icon() -> bytes:
    """Return an ICO that holds one PNG."""
    image = png(32, 32, 7)
    return pack("<HHHBBBBHHII", 0, 1, 1, 32, 32, 0, 0, 1, 8, len(image), 22) + image


def _png(header: bytes, rows: bytes) -> bytes:
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))


def _box(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data) + 8) + kind + data


def _webp(width: int, height: int, random: Random) -> bytes:
    """Return a lossless WebP of two colours: of its five codes only green has two symbols (RFC 9649 section 3)."""
    bits = [(0x2F, 8), (width - 1, 14), (height - 1, 14), (0, 1), (0, 3), (0, 3)]
    bits += [(1, 1), (1, 1), (1, 1), (random.randrange(128), 8), (random.randrange(128, 256), 8)]
    for symbol in (random.randrange(256), random.randrange(256), 255):
        bits += [(1, 1), (0, 1), (1, 1), (symbol, 8)]
    bits += [(1, 1), (0, 1), (0, 1), (0, 1), (random.getrandbits(width * height), width * height)]
    number, length = 0, 0
    for value, size in bits:
        number |= value << length
        length += size
    data = number.to_bytes((length + 7) // 8, "little")
    data += b"\0" * (len(data) % 2)
    return b"RIFF" + pack("<I", len(data) + 12) + b"WEBPVP8L" + pack("<I", len(data)) + data
