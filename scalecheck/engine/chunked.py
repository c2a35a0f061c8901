"""Chunked bodies, taken apart as they come (RFC 9112 section 7.1)."""

from scalecheck.engine.head import ProtocolError

LONGEST_LINE = 16 * 1024
"""Bytes of a chunk's size with its extensions, or of one trailer line."""
LONGEST_TRAILERS = 256 * 1024
SIZE, END, TRAILER = range(3)
"""What the next line is: a chunk's size, the end of its data, or a trailer."""


class Chunks:
    """Takes one chunked body apart."""

    __slots__ = ("_left", "_line", "_pieces", "_state", "_trailers")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._left = 0
        self._state = SIZE
        self._line = b""
        self._trailers = 0

    def take(self) -> list[bytes]:
        """Return what the chunks have held since the last time, where it was wanted."""
        pieces, self._pieces = self._pieces, []
        return pieces

    def feed(self, data: bytes, *, wanted: bool) -> int | None:
        """Take more of the body; return where it ends in `data`, None while it does not. ProtocolError if garbled."""
        at = 0
        while at < len(data):
            if self._left:
                end = min(len(data), at + self._left)
                if wanted:
                    self._pieces.append(data[at:end])
                self._left -= end - at
                at = end
                continue
            newline = data.find(b"\n", at)
            self._line += data[at:] if newline < 0 else data[at:newline]
            if len(self._line) > LONGEST_LINE:
                raise ProtocolError("a chunk's size line is too long")
            if newline < 0:
                return None
            at = newline + 1
            line, self._line = self._line.rstrip(b"\r"), b""
            if self._ends(line):
                return at
        return None

    def _ends(self, line: bytes) -> bool:
        """Take a line; return whether it was the last one."""
        if self._state == SIZE:
            self._left = _size(line)
            self._state = END if self._left else TRAILER
            return False
        if self._state == TRAILER:
            self._trailers += len(line)
            if self._trailers > LONGEST_TRAILERS:
                raise ProtocolError("the trailers are too long")
            return not line
        if line:
            raise ProtocolError("a chunk is longer than its size says")
        self._state = SIZE
        return False


def _size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip(b" \t")
    try:
        if not digits or len(digits) > 15 or not digits.isalnum():
            raise ValueError
        return int(digits, 16)
    except ValueError:
        raise ProtocolError(f"expected the size of a chunk, found {line[:40]!r}") from None
