from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalecheck.lab import pictures
from scalecheck.wire.picture import STEPS, Picture, first_bytes, read_picture


def jpeg(width: int, height: int, *, exif: bytes = b"", orientation: int = 0, frame: int = 0xC0) -> bytes:
    """Return a JPEG down to its frame header; `exif` fills an APP1 segment, as thumbnails do."""
    if orientation:
        exif = b"II*\0" + pack("<LHHHLL", 8, 1, 0x0112, 3, 1, orientation) + exif
    marked = b"Exif\0\0" + exif
    application = b"\xff\xe1" + pack(">H", len(marked) + 2) + marked if exif else b""
    return b"\xff\xd8" + application + pack(">BBHBHHB", 0xFF, frame, 17, 8, height, width, 3) + bytes(9)


def gif(width: int, height: int, *, more: bytes = b"") -> bytes:
    return b"GIF89a" + pack("<HHBBB", width, height, 0, 0, 0) + more


def webp(kind: bytes, data: bytes) -> bytes:
    return b"RIFF" + pack("<I", len(data) + 12) + b"WEBP" + kind + pack("<I", len(data)) + data


def box(kind: bytes, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return pack(">I", len(data) + 8) + kind + data


def avif(width: int, height: int, *, turned: int | None = None, profile: bytes = b"", brand: bytes = b"avif") -> bytes:
    """Return an AVIF without its pixels."""
    size = box(b"ispe", bytes(4), pack(">II", width, height))
    turn = b"" if turned is None else box(b"irot", bytes([turned]))
    colour = box(b"colr", b"prof", profile) if profile else b""
    indexes = bytes([1, 2, *([3] if colour and turn else [])][: 1 + bool(turn) + bool(colour)])
    associated = box(b"ipma", bytes(4), pack(">IHB", 1, 1, len(indexes)), indexes)
    properties = box(b"iprp", box(b"ipco", size, colour, turn), associated)
    meta = box(b"meta", bytes(4), box(b"pitm", bytes(4), pack(">H", 1)), properties)
    return box(b"ftyp", brand, bytes(4), b"avifmif1") + meta + pack(">I", 99_999) + b"mdat"


LOOP = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
PNG = pictures.png(30, 20, 7)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", None),
        (b"<!doctype html>", None),
        (b"RIFF....WAVE", None),
        (b"\x89PNG\r\n\x1a\n", Picture("image/png")),
        (PNG, Picture("image/png", 30, 20)),
        (PNG.replace(b"IDAT", b"acTLIDAT"), Picture("image/png", 30, 20, animated=True)),
        (PNG + b"acTL", Picture("image/png", 30, 20)),
        (b"GIF89a", Picture("image/gif")),
        (gif(30, 20), Picture("image/gif", 30, 20)),
        (gif(40_000, 20), Picture("image/gif", 40_000, 20)),
        (gif(30, 0), Picture("image/gif")),
        (gif(30, 20, more=LOOP), Picture("image/gif", 30, 20, animated=True)),
        (jpeg(900, 600), Picture("image/jpeg", 900, 600)),
        (jpeg(900, 600, frame=0xC2), Picture("image/jpeg", 900, 600)),
        (jpeg(900, 600, frame=0xC4), Picture("image/jpeg")),
        (jpeg(900, 600, orientation=1), Picture("image/jpeg", 900, 600)),
        (jpeg(900, 600, orientation=6), Picture("image/jpeg", 600, 900)),
        (jpeg(900, 600)[:10], Picture("image/jpeg")),
        (jpeg(900, 600, exif=bytes(40_000)), Picture("image/jpeg", 900, 600)),
        (webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + pack("<HH", 900 | 0x4000, 600)), Picture("image/webp", 900, 600)),
        (webp(b"VP8X", bytes(4) + b"\x83\x03\0\x57\x02\0"), Picture("image/webp", 900, 600)),
        (webp(b"VP8X", b"\2" + bytes(3) + b"\x83\x03\0\x57\x02\0"), Picture("image/webp", 900, 600, animated=True)),
        (webp(b"VP8?", bytes(30)), Picture("image/webp")),
        (pictures.picture("hero", 640, "webp"), Picture("image/webp", 640, 480)),
        (pictures.picture("hero", 320, "avif"), Picture("image/avif", 320, 240)),
        (avif(900, 600), Picture("image/avif", 900, 600)),
        (avif(900, 600, turned=0), Picture("image/avif", 900, 600)),
        (avif(900, 600, turned=1), Picture("image/avif", 600, 900)),
        (avif(900, 600, turned=3, profile=bytes(3000)), Picture("image/avif", 600, 900)),
        (avif(900, 600, brand=b"avis"), Picture("image/avif", 900, 600, animated=True)),
        (pictures.icon(), Picture("image/x-icon")),
        (b"<svg width='30' height='20'/>", Picture("image/svg+xml")),
        (b"\xff\x0a", Picture("image/jxl")),
    ],
    ids=lambda value: str(value) if isinstance(value, Picture) else "",
)
def test_what_a_picture_is(body: bytes, expected: Picture | None) -> None:
    assert read_picture(body) == expected


@pytest.mark.parametrize(
    ("body", "enough"),
    [
        (b"no picture", STEPS[0]),
        (PNG, STEPS[0]),
        (jpeg(9, 6, exif=bytes(4000)), STEPS[0]),
        (jpeg(9, 6, exif=bytes(4096)), STEPS[1]),
        (jpeg(9, 6, exif=bytes(20_000)), STEPS[2]),
        (jpeg(9, 6, exif=bytes(60_000))[:50_000], STEPS[0]),
        (avif(9, 6, profile=bytes(5000)), STEPS[1]),
        (b"<svg>" + bytes(9000), STEPS[0]),
    ],
)
def test_how_many_bytes_tell_it(body: bytes, enough: int) -> None:
    long = body + bytes(80_000 if enough > STEPS[0] else 0)
    assert first_bytes(long) == enough
    assert read_picture(long[:enough]) == read_picture(long)


def test_how_it_is_shown() -> None:
    assert str(Picture("image/webp", 30, 20)) == "WEBP 30x20"
    assert str(Picture("image/svg+xml")) == "SVG"
    assert (Picture("image/png", 30, 20).pixels, Picture("image/png").pixels) == (600, None)


SEEDS = [PNG, gif(9, 9, more=LOOP), jpeg(9, 6, orientation=6), avif(9, 6, turned=1), webp(b"VP8X", bytes(20))]


@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 300), st.binary(max_size=5)), max_size=8))
def test_it_never_raises(seed: bytes, changes: list[tuple[int, bytes]]) -> None:
    body = bytearray(seed)
    for at, data in changes:
        body[at : at + len(data)] = data
    found = read_picture(bytes(body))
    assert found is None or found.width is None or found.width > 0
    assert first_bytes(bytes(body)) in STEPS


@given(st.binary(max_size=200))
def test_nothing_makes_it_raise(body: bytes) -> None:
    for head in (
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"\0\0\0\x18ftypavif",
        b"RIFF\0\0\0\0WEBP",
        b"BM",
        b"GIF89a",
    ):
        read_picture(head + body)
