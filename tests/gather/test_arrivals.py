"""When the head of a page came, and how long nothing came after it."""

import asyncio
import gzip
import zlib
from itertools import pairwise

import brotli
import pytest
import zstandard

from scalecheck.gather.arrivals import MARKS_AT_MOST, STEP_S, Arrivals, head_arrival
from scalecheck.model.evidence import Timings
from scalecheck.wire.html import head_ended
from tests.gather.servers import Reader, Script, Writer
from tests.gather.test_client import answered

HEAD = b"<!doctype html><html><head><title>Shoes</title><link rel=stylesheet href=/a.css></head>"
BODY = b"<body><h1>All shoes</h1>" + b"<p>one</p>" * 50 + b"</body></html>"


def gzipped() -> tuple[bytes, bytes]:
    packer = zlib.compressobj(wbits=31)
    head = packer.compress(HEAD) + packer.flush(zlib.Z_SYNC_FLUSH)
    return head, packer.compress(BODY) + packer.flush()


def brotlied() -> tuple[bytes, bytes]:
    packer = brotli.Compressor()
    head = packer.process(HEAD) + packer.flush()
    return head, packer.process(BODY) + packer.finish()


def zstandarded() -> tuple[bytes, bytes]:
    packer = zstandard.ZstdCompressor().compressobj()
    head = packer.compress(HEAD) + packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    return head, packer.compress(BODY) + packer.flush()


STREAMED = {"": (HEAD, BODY), "gzip": gzipped(), "br": brotlied(), "zstd": zstandarded()}


@pytest.mark.parametrize("coding", STREAMED)
def test_the_head_before_a_pause(coding: str) -> None:
    head, body = STREAMED[coding]
    marks = ((len(head), 0.01), (len(head + body), 0.4))
    assert head_arrival(marks, head + body, coding) == pytest.approx((0.01, 0.39))


@pytest.mark.parametrize("coding", STREAMED)
def test_a_head_that_lacks_its_last_byte(coding: str) -> None:
    head, body = STREAMED[coding]
    marks = ((len(head) - 1, 0.01), (len(head), 0.2), (len(head + body), 0.4))
    found = head_arrival(marks, head + body, coding)
    assert found is not None
    assert found[0] == (0.2 if coding in {"", "zstd"} else found[0])


def test_a_header_of_gzip_is_no_head() -> None:
    body = gzip.compress(HEAD + BODY)
    assert head_arrival(((10, 0.01), (len(body), 0.4)), body, "gzip") == (0.4, 0.0)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ((), None),
        (((4, 0.3),), (0.3, 0.0)),
        (((3, 0.1), (4, 0.119)), (0.119, 0.0)),
        (((2, 0.1), (4, 0.121)), (0.121, 0.0)),
        (((3, 0.1), (4, 0.121)), (0.1, 0.021)),
        (((1, 0.1), (4, 0.3), (5, 0.35), (9, 0.9), (10, 1.0)), (0.3, 0.55)),
    ],
)
def test_the_longest_pause_is_one_behind_the_head(
    marks: tuple[tuple[int, float], ...], expected: tuple[float, float] | None
) -> None:
    found = head_arrival(marks, b"<p>x" + b"." * 6, "")
    assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize("body", [b"", b"\0\xff" * 100, b"\x1f\x8b" * 100, b"<head>" * 100])
def test_what_has_no_head_to_be_found_is_whole_with_its_last_byte(body: bytes) -> None:
    assert head_arrival(((1, 0.1), (len(body), 0.9)), body, "gzip") == (0.9, 0.0)


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("", False),
        ("\ufeff<!doctype html>\n<html lang=en><head><!-- c --><title>a <b></title>", False),
        ("<script>'<body>'", False),
        ("<meta charset=utf-8><style>p{}</style><noscript><p></noscript>\n", False),
        ("<title>x</title><bo", False),
        ("<title>x</title>\n<", False),
        ("<head></head>", True),
        ("<title>x</title><main>", True),
        ("<title>x</title>text", True),
    ],
)
def test_where_a_head_ends(text: str, ended: bool) -> None:
    assert head_ended(text) is ended


def test_moments_get_coarser_where_there_are_many() -> None:
    arrivals = Arrivals()
    for number in range(100_000):
        arrivals.add(number + 1, number * STEP_S)
    marks = arrivals.marks
    assert len(marks) <= MARKS_AT_MOST
    assert marks[-1][0] >= 100_000 - 1024
    assert all(one < other for one, other in pairwise(marks))


def test_what_comes_together_counts_as_one() -> None:
    arrivals = Arrivals()
    for number in range(10):
        arrivals.add(number + 1, number * STEP_S / 20)
    ((received, at_s),) = arrivals.marks
    assert received == 10
    assert at_s == pytest.approx(9 * STEP_S / 20)


def paused(header: bytes, *parts: bytes) -> Script:
    async def script(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        length = sum(map(len, parts))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n" % (length, header))
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.15)

    return script


HTML = b"Content-Type: text/html\r\n"


def timed(script: Script) -> Timings:
    return answered(script).timings


def test_a_streamed_page() -> None:
    took = timed(paused(HTML + b"Content-Encoding: gzip\r\n", *gzipped()))
    assert took.head_s is not None
    assert took.pause_s is not None
    assert took.first_byte_s <= took.head_s < took.total_s - 0.1
    assert 0.1 < took.pause_s < 0.3


def test_a_header_that_comes_before_its_page() -> None:
    took = timed(paused(HTML, b"", HEAD + BODY))
    assert took.head_s is not None
    assert took.head_s > took.first_byte_s + 0.1
    assert took.pause_s == 0


def test_early_hints_are_no_head() -> None:
    async def script(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.15)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n%s" % (len(HEAD + BODY), HTML, HEAD + BODY))

    took = timed(script)
    assert took.head_s is not None
    assert took.head_s > 0.1


@pytest.mark.parametrize("header", [b"Content-Type: text/css\r\n", b""])
def test_what_is_no_page_has_no_head(header: bytes) -> None:
    took = timed(paused(header, HEAD, BODY))
    assert (took.head_s, took.pause_s) == (None, None)


def test_a_page_without_a_body_has_no_head() -> None:
    assert timed(paused(HTML)).head_s is None
