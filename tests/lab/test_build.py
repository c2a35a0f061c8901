"""What a build puts out."""

import zlib
from struct import unpack

import pytest

from scalecheck.lab.build import CHANGED, JAVASCRIPT, build
from scalecheck.lab.codings import best_coding
from scalecheck.lab.pictures import WIDTHS, icon, picture
from scalecheck.wire.fingerprint import fingerprint
from scalecheck.wire.secrets import find_secrets


@pytest.mark.parametrize("deploy", [1, 2])
def test_every_file_is_named_by_its_bytes(deploy: int) -> None:
    files = build(deploy).files
    assert len(files) >= 16
    assert all(fingerprint(path) for path in files)
    assert len({asset.body for asset in files.values()}) == len(files)


def test_deploy_two_renames_what_changed_and_keeps_every_file() -> None:
    one, two = build(1), build(2)
    assert {name for name in one.names if one.names[name] != two.names[name]} == CHANGED
    assert one.files.items() <= two.files.items()


def test_no_chunk_is_most_of_a_page() -> None:
    one = build(1)
    sizes = [len(one.files[one.names[name]].body) for name in ("runtime", "framework", "vendor", "app", "login")]
    assert max(sizes) < 0.4 * sum(sizes)


def test_scripts_hold_no_secret_unless_told_to() -> None:
    def found(*faults: str) -> list[str]:
        files = build(1, frozenset(faults)).files.values()
        return [
            secret.kind
            for asset in files
            if asset.media_type == JAVASCRIPT
            for secret in find_secrets(asset.body.decode())
        ]

    assert found() == []
    assert found("secret-in-bundle") == ["AWS access key id"]


@pytest.mark.parametrize("width", WIDTHS)
def test_pictures_are_what_they_say(width: int) -> None:
    png, webp, avif = (picture("hero", width, each) for each in ("png", "webp", "avif"))
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert unpack(">II", png[16:24]) == (width, width * 3 // 4)
    start = png.index(b"IDAT") + 4
    assert len(zlib.decompress(png[start:-16])) == (width // 4 + 1) * width * 3 // 4
    assert (webp[:4], webp[8:16]) == (b"RIFF", b"WEBPVP8L")
    assert (int.from_bytes(webp[21:25], "little") & 0x3FFF) + 1 == width
    assert avif[4:12] == b"ftypavif"
    assert unpack(">II", avif[avif.index(b"ispe") + 8 :][:8]) == (width, width * 3 // 4)
    assert icon().startswith(b"\x00\x00\x01\x00\x01\x00")


@pytest.mark.parametrize("image_format", ["png", "webp", "avif"])
def test_no_two_pictures_are_the_same(image_format: str) -> None:
    names = ("hero", "logo", "shoe-1", "shoe-2")
    assert len({picture(name, 320, image_format) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        (None, "identity"),
        ("", "identity"),
        ("identity", "identity"),
        ("x-odd", "identity"),
        ("gzip;q=0", "identity"),
        ("gzip;q=odd", "identity"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP;q=0.5 , ZSTD", "zstd"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("*;q=0, gzip", "gzip"),
    ],
)
def test_the_best_coding(accepted: str | None, coding: str) -> None:
    assert best_coding(accepted) == coding
