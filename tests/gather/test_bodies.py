"""What is kept of bodies."""

import hashlib

import pytest

from scalecheck.gather import bodies
from scalecheck.gather.bodies import FIRST_BYTES, Bodies, Kept

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
