import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.content_type import (
    charset,
    is_compressible,
    is_css,
    is_font,
    is_html,
    is_image,
    is_javascript,
    is_text,
    looks_like_html,
    media_type,
    sniff_image,
)


@pytest.mark.parametrize(
    ("value", "kind", "named"),
    [
        ("", "", ""),
        (";charset=utf-8", "", "utf-8"),
        ("text/html", "text/html", ""),
        ("Text/HTML; Charset=UTF-8", "text/html", "utf-8"),
        ('text/html;charset="utf-8"', "text/html", "utf-8"),
        ("text/html; xcharset=utf-8", "text/html", ""),
        ("text/html; charset=", "text/html", ""),
        ("text/html; a=b; charset=latin1; charset=x", "text/html", "latin1"),
    ],
)
def test_type_and_charset_are_read(value: str, kind: str, named: str) -> None:
    assert (media_type(value), charset(value)) == (kind, named)


@pytest.mark.parametrize(
    ("value", "classes"),
    [
        ("", ""),
        ("text", ""),
        ("application/octet-stream", ""),
        ("image/png", "image"),
        ("font/woff2", "font"),
        ("application/font-woff", "font"),
        ("text/plain", "text compressible"),
        ("text/html; charset=utf-8", "html text compressible"),
        ("application/xhtml+xml", "html text compressible"),
        ("text/css", "css text compressible"),
        ("text/javascript", "javascript text compressible"),
        ("application/javascript; charset=utf-8", "javascript text compressible"),
        ("application/javascriptx", ""),
        ("application/json", "text compressible"),
        ("application/ld+json", "text compressible"),
        ("image/svg+xml", "image text compressible"),
        ("application/wasm", "compressible"),
        ("font/ttf", "font compressible"),
        ("image/x-icon", "image compressible"),
    ],
)
def test_types_fall_into_classes(value: str, classes: str) -> None:
    readers = {
        "html": is_html,
        "css": is_css,
        "javascript": is_javascript,
        "image": is_image,
        "font": is_font,
        "text": is_text,
        "compressible": is_compressible,
    }
    assert {name for name, reader in readers.items() if reader(value)} == set(classes.split())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", None),
        (b"\x89PNG", None),
        (b"<html><svg>", None),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", None),
        (b"\x89PNG\r\n\x1a\n\0", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "image/avif"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "image/avif"),
        (b"<svg xmlns='x'>", "image/svg+xml"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- drawn -->\n<!DOCTYPE svg>\n<svg>", "image/svg+xml"),
    ],
)
def test_images_are_told_by_their_first_bytes(body: bytes, expected: str | None) -> None:
    assert sniff_image(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", False),
        (b"not found", False),
        (b"console.log('<html>')", False),
        (b"<svg><title>x</title></svg>", False),
        (b"<?xml version='1.0'?><urlset>", False),
        (b"<!doctype htmlx>", False),
        (b"<!DOCTYPE html>", True),
        (b"\xef\xbb\xbf\n<!-- hi --><HTML lang=en>", True),
        (b"<head/>", True),
        (b"<html", True),
    ],
)
def test_a_page_is_told_by_its_beginning(body: bytes, expected: bool) -> None:
    assert looks_like_html(body) is expected


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80), st.binary(max_size=80))
def test_never_raises(value: str, body: bytes) -> None:
    assert media_type(value) == media_type(value).lower()
    assert charset("text/html;" + value) is not None
    assert sniff_image(b"\0\0\0\x1cftyp" + body) in {None, "image/avif", "image/heic"}
    assert looks_like_html(body) in {True, False}
