"""What a picture is by its first bytes: format, pixels, whether it moves."""

import re
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from scalecheck.wire.content_type import sniff_image

MODERN = frozenset({"image/avif", "image/webp", "image/jxl"})
"""Formats that say the same in fewer bytes than JPEG and PNG."""
DRAWN = frozenset({"image/svg+xml", "image/x-icon"})
"""Formats without pixels of their own, or with several sizes in one file."""
STEPS = (4096, 16 * 1024, 64 * 1024)
"""Bytes to look at, as few as will do: profiles and thumbnails may stand before the size."""

_BOXED = frozenset({"image/avif", "image/heic"})
_ROTATION = re.compile(rb"\0\0\0\x09irot(.)", re.DOTALL)
"""A property that turns the picture by quarters, against the clock (HEIF section 6.5.10); browsers heed no other."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as its own bytes describe it."""

    format: str
    """Media type."""
    width: int | None = None
    """Pixels as shown, turned as its orientation says; None where the bytes at hand do not tell, and for drawings."""
    height: int | None = None
    animated: bool = False

    @property
    def pixels(self) -> int | None:
        """Width times height."""
        return None if self.width is None or self.height is None else self.width * self.height

    def __str__(self) -> str:
        size = "" if self.width is None else f" {self.width}x{self.height}"
        return f"{self.format.removeprefix('image/').partition('+')[0].upper()}{size}"


def read_picture(body: bytes) -> Picture | None:
    """Return what a picture's first bytes say; None when they are no picture we know. Never raises."""
    return _remembered(body) if len(body) <= STEPS[-1] else _read(body)


def _read(body: bytes) -> Picture | None:
    kind = sniff_image(body)
    if kind is None:
        return None
    width, height = (None, None) if kind in DRAWN else _size(kind, body)
    return Picture(kind, width, height, _animated(kind, body))


_remembered = lru_cache(maxsize=512)(_read)
"""Every check that is about pictures asks for all of them, and each stands in many answers."""


def first_bytes(body: bytes) -> int:
    """Return how many of a body's first bytes tell all that `read_picture` would say of the whole."""
    kind = sniff_image(body)
    if kind is None or kind in DRAWN:
        return STEPS[0]
    return next((step for step in STEPS if _size(kind, body[:step])[0] is not None), STEPS[0])


def _size(kind: str, body: bytes) -> tuple[int | None, int | None]:
    """Return width and height as shown."""
    import imagesize  # it brings urllib along, which the command line does not wait for

    head = body[: STEPS[-1]]
    turned = _ROTATION.search(head) if kind in _BOXED else None
    if turned is not None:  # imagesize 2.0 takes this box for a longer one, and gives up
        head = _ROTATION.sub(b"\0\0\0\x09free\\1", head)
    for by_exif in (False,) if kind in _BOXED else (True, False):  # where the orientation cannot be read, the size may
        width, height = imagesize.get(BytesIO(head), exif_rotation=by_exif)
        if kind == "image/gif" or (kind == "image/webp" and body[12:16] == b"VP8 "):
            mask = 0xFFFF if kind == "image/gif" else 0x3FFF  # unsigned; beside two bits of scaling (RFC 6386 9.1)
            width, height = (-1, -1) if width == height == -1 else (width & mask, height & mask)
        if width > 0 and height > 0:
            across = turned is not None and turned[1][0] & 1
            return (int(height), int(width)) if across else (int(width), int(height))
    return None, None


def _animated(kind: str, body: bytes) -> bool:
    """Whether a picture moves: a GIF that says how often it repeats, and what the other formats mark."""
    head = body[: STEPS[0]]
    match kind:
        case "image/gif":
            return b"NETSCAPE2.0" in head or b"ANIMEXTS1.0" in head
        case "image/png":
            return b"acTL" in head.partition(b"IDAT")[0]
        case "image/webp":
            return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 2)
        case "image/avif":
            return head[8:12] == b"avis"
    return False
