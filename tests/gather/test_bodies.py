"""What is kept of bodies."""

import hashlib

import pytest

from scalecheck.gather import bodies
from scalecheck.gather.bodies import FIRST_BYTES, Bodies, Kept
from scalecheck.wire.picture import Picture, read_picture
from tests.wire.test_picture import jpeg

LONG = b"x" * (FIRST_BYTES + 1)


@pytest.mark.parametrize("media_type", [
    "", "text/html", "text/css", "text/plain", "text/javascript", "application/javascript", "application/x-javascript",
    "application/json", "application/ld+json", "application/manifest+json", "application/xml", "application/rss+xml",
    "image/svg+xml",
])  # fmt: skip
def test_text_is_kept_whole(media_type: str) -> None:
    assert Bodies(1 << 20).decoded(LONG, "", media_type).body == LONG


@pytest.mark.parametrize("media_type", [
    "image/png", "image/svg", "font/woff2", "video/mp4", "application/octet-stream", "application/wasm",
    "application/jsonx", "nonsense",
])  # fmt: skip
def test_of_the_rest_the_first_bytes(media_type: str) -> None:
    kept = Bodies(1 << 20).decoded(LONG, "", media_type)
    assert (kept.body, kept.decoded_bytes, kept.truncated) == (LONG[:FIRST_BYTES], len(LONG), False)
    assert kept.digest == hashlib.sha256(LONG).hexdigest()


def test_of_a_picture_as_much_as_its_size_takes() -> None:
    late = jpeg(900, 600, exif=bytes(20_000)) + bytes(90_000)
    kept = Bodies(1 << 20).decoded(late, "", "image/jpeg").body
    assert kept == late[: 64 * 1024]
    assert read_picture(kept) == read_picture(late) == Picture("image/jpeg", 900, 600)
    assert Bodies(1 << 20).decoded(jpeg(9, 6) + bytes(90_000), "", "image/jpeg").body == jpeg(9, 6) + bytes(
        FIRST_BYTES - len(jpeg(9, 6))
    )


def test_an_empty_body_has_no_coding_to_undo() -> None:
    assert Bodies(100).decoded(b"", "gzip", "text/html") == Kept()


def test_a_text_longer_than_what_is_kept_is_truncated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "TEXT_AT_MOST", 4)
    assert Bodies(100).decoded(b"12345", "", "text/html").truncated
    assert not Bodies(100).decoded(b"1234", "", "text/html").truncated


def test_equal_bodies_take_room_once() -> None:
    kept = Bodies(100, _room=4)
    shared = [kept.shared(kept.decoded(b"1234", "", "text/html")) for _ in range(3)]
    assert [each.body for each in shared] == [b"1234"] * 3
    assert shared[0].body is shared[2].body


def test_without_room_only_the_digest_is_kept() -> None:
    kept = Bodies(100, _room=4)
    late = kept.shared(kept.decoded(b"12345", "", "text/html"))
    assert (late.body, late.decoded_bytes, late.digest) == (None, 5, hashlib.sha256(b"12345").hexdigest())
