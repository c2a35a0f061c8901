import gzip
import random
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.codings import Decoded, decode, gzip_size

BODY = b"".join(b"line %d\n" % each for each in range(2000))
LIMIT = 1_000_000


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


CODINGS = {
    "gzip": gzip.compress(BODY),
    "x-gzip": gzip.compress(BODY),
    "deflate": zlib.compress(BODY),
    "br": brotli.compress(BODY),
    "zstd": zstandard.compress(BODY),
}


@pytest.mark.parametrize(("coding", "packed"), CODINGS.items(), ids=CODINGS)
def test_each_coding_is_undone(coding: str, packed: bytes) -> None:
    assert decode(packed, coding, LIMIT) == Decoded(BODY)
    assert decode(packed, f" {coding.upper()} ,identity", len(BODY)) == Decoded(BODY)


@pytest.mark.parametrize(("coding", "packed"), CODINGS.items(), ids=CODINGS)
def test_one_byte_over_the_limit_is_cut(coding: str, packed: bytes) -> None:
    assert decode(packed, coding, len(BODY) - 1) == Decoded(BODY[:-1], truncated=True)
    assert decode(packed, coding, 0) == Decoded(b"", truncated=True)


@pytest.mark.parametrize(("coding", "packed"), CODINGS.items(), ids=CODINGS)
def test_a_cut_stream_is_a_problem_and_keeps_what_came(coding: str, packed: bytes) -> None:
    decoded = decode(packed[:-5], coding, LIMIT)
    assert "cut off" in decoded.problem
    assert BODY.startswith(decoded.body)
    assert not decoded.truncated


@pytest.mark.parametrize(("coding", "packed"), CODINGS.items(), ids=CODINGS)
def test_garbage_behind_the_end_is_a_problem(coding: str, packed: bytes) -> None:
    decoded = decode(packed + b"garbage", coding, LIMIT)
    assert coding.removeprefix("x-") in decoded.problem
    assert BODY.startswith(decoded.body)


@pytest.mark.parametrize("coding", CODINGS)
def test_what_is_not_coded_is_a_problem(coding: str) -> None:
    decoded = decode(b"<html>plain</html>", coding, LIMIT)
    assert decoded.problem
    assert decode(b"", coding, LIMIT) == Decoded(b"")


def test_other_forms() -> None:
    assert decode(raw_deflate(BODY), "deflate", LIMIT) == Decoded(BODY)
    assert decode(gzip.compress(BODY) + gzip.compress(b"more"), "gzip", LIMIT) == Decoded(BODY + b"more")
    assert decode(zstandard.compress(BODY) + zstandard.compress(b"more"), "zstd", LIMIT) == Decoded(BODY + b"more")
    assert decode(brotli.compress(gzip.compress(BODY)), "gzip, br", LIMIT) == Decoded(BODY)
    assert decode(BODY, "", 10) == Decoded(BODY[:10], truncated=True)
    assert decode(BODY, "compress", LIMIT) == Decoded(BODY, problem="unknown content coding 'compress'")
    assert decode(BODY, "gzip," * 6, LIMIT).problem == "6 content codings"


def test_a_wrong_checksum_keeps_the_body() -> None:
    packed = bytearray(gzip.compress(BODY))
    packed[-8] ^= 1
    decoded = decode(bytes(packed), "gzip", LIMIT)
    assert "incorrect data check" in decoded.problem
    assert BODY.startswith(decoded.body)
    assert decoded.body


def test_a_zstd_window_beyond_the_standard_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=24)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = packer.compress(random.Random(1).randbytes(1000) * 10) + packer.flush()
    assert "zstd" in decode(packed, "zstd", LIMIT).problem


@pytest.mark.parametrize(
    "pack", [gzip.compress, zlib.compress, lambda body: brotli.compress(body, quality=1), zstandard.compress]
)
def test_a_bomb_stops_at_the_limit(pack: object) -> None:
    assert callable(pack)
    packed = pack(bytes(20_000_000))
    coding = {b"\x1f\x8b": "gzip", b"x\x9c": "deflate", b"(\xb5": "zstd"}.get(packed[:2], "br")
    assert decode(packed, coding, 1000) == Decoded(bytes(1000), truncated=True)
    assert decode(gzip.compress(packed), f"{coding}, gzip", 100_000).truncated


@pytest.mark.parametrize(
    ("pack", "coding"), [(gzip.compress, "gzip"), (zstandard.compress, "zstd")], ids=["gzip", "zstd"]
)
def test_many_members_are_refused(pack: Callable[[bytes], bytes], coding: str) -> None:
    assert decode(pack(b"") * 100_000, coding, LIMIT).problem.startswith("more than 100")


def test_gzip_size_is_that_of_gzip() -> None:
    assert gzip_size(BODY) == len(gzip.compress(BODY, 6))
    assert gzip_size(b"") == 20


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.sampled_from([*CODINGS, "br, gzip", "zstd,zstd", "x"]), st.integers(0, 40))
def test_never_raises_and_never_exceeds_the_limit(tail: bytes, coding: str, at: int) -> None:
    packed = CODINGS.get(coding, b"")[:at] + tail
    assert len(decode(packed, coding, 100).body) <= 100
