"""The head of an answer: what says where its body ends, and its fields where somebody asks for them.

A server repeats itself, so heads are remembered by their bytes: a static file's differs once a second, by its Date.
"""

import re
from typing import Any

from scalecheck.wire.fields import Fields

CHUNKED = -2
UNTIL_CLOSE = -1
"""Lengths of bodies whose length the head does not say."""
LONGEST = 256 * 1024
"""Bytes of a head; Chromium takes no more."""
REMEMBERED = 512

_FRAMING = re.compile(rb"\n(content-length|transfer-encoding|connection)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_STATUS = re.compile(rb"HTTP/(\d)\.(\d) (\d{3})(?: |\r|\n|$)")
_BODILESS = frozenset({204, 304})


class ProtocolError(Exception):
    """What a server sent is not HTTP/1.1, in words for people."""


class Head:
    """Status, framing and fields of one answer."""

    __slots__ = ("_fields", "keep_alive", "length", "memo", "raw", "status")

    def __init__(self, raw: bytes, status: int, length: int, keep_alive: bool) -> None:
        self.raw = raw
        self.status = status
        self.length = length
        """Bytes of the body of an answer to GET; CHUNKED or UNTIL_CLOSE where the head does not say."""
        self.keep_alive = keep_alive
        self.memo: dict[Any, Any] = {}
        """What others made of this head, by names of their own."""
        self._fields: Fields | None = None

    @property
    def fields(self) -> Fields:
        """The field lines in wire order; a line that is none is left out, folded ones are joined."""
        if self._fields is None:
            self._fields = Fields(tuple(_lines(self.raw)))
        return self._fields

    @classmethod
    def of(cls, status: int, fields: Fields) -> "Head":
        """Return a head that came in other than HTTP/1.1 bytes."""
        made = cls(b"", status, UNTIL_CLOSE, True)
        made._fields = fields
        return made


def read_head(raw: bytes) -> Head:
    """Return the head of an answer, its last line without its end; ProtocolError where it is none (RFC 9112)."""
    start = _STATUS.match(raw)
    if start is None or b"\n\n" in raw:
        raise ProtocolError(f"expected a status line, found {raw[:40]!r}")
    if start[1] != b"1":
        raise ProtocolError(f"expected HTTP/1, found HTTP/{start[1].decode()}")
    status = int(start[3])
    length, chunked, keep_alive = _framed(raw, keep_alive=start[2] != b"0")
    if status < 200 or status in _BODILESS:
        length = 0
    elif chunked is not None:
        # a coding other than chunked at the end is delimited by the end of the connection (section 6.3)
        length = CHUNKED if chunked else UNTIL_CLOSE
    return Head(raw, status, length, keep_alive and length != UNTIL_CLOSE)


def _framed(raw: bytes, *, keep_alive: bool) -> tuple[int, bool | None, bool]:
    """Return Content-Length, whether the last transfer coding is chunked (None without any), and keep-alive."""
    length, chunked = UNTIL_CLOSE, None
    for name, value in _FRAMING.findall(raw):
        words = value.strip().lower()
        if len(name) == 14:
            length = _length(words, length)
        elif len(name) == 17:
            chunked = words.rpartition(b",")[2].strip() == b"chunked"
        else:
            options = [each.strip() for each in words.split(b",")]
            if b"close" in options:
                keep_alive = False
            elif b"keep-alive" in options:
                keep_alive = True
    return length, chunked, keep_alive


def _length(words: bytes, before: int) -> int:
    """Return a Content-Length; ProtocolError for none, and for several that differ (RFC 9112 section 6.3)."""
    numbers = {each.strip() for each in words.split(b",")}
    number = numbers.pop()
    if numbers or not number.isdigit() or len(number) > 18 or before not in {UNTIL_CLOSE, int(number)}:
        raise ProtocolError(f"expected one Content-Length, found {words[:40]!r}")
    return int(number)


def _lines(raw: bytes) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for line in raw.decode("latin-1").split("\n")[1:]:
        text = line.rstrip("\r")
        if text[:1] in {" ", "\t"} and lines:
            name, value = lines[-1]
            lines[-1] = name, f"{value} {text.strip()}"
        elif (at := text.find(":")) > 0:
            lines.append((text[:at].rstrip(), text[at + 1 :].strip(" \t")))
    return lines


class Heads(dict[bytes, Head]):
    """Heads by their bytes; forgets all once it holds REMEMBERED, so that answers that never repeat cost no memory."""

    __slots__ = ()

    def __missing__(self, raw: bytes) -> Head:
        head = read_head(raw)
        if len(self) >= REMEMBERED:
            self.clear()
        self[raw] = head
        return head
