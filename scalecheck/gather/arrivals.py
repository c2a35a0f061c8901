"""When the bytes of a body came: what tells a page that is sent as it is rendered from one that is held back."""

from bisect import bisect_left
from itertools import pairwise

from scalecheck.wire.codings import decode
from scalecheck.wire.html import head_ended

MARKS_AT_MOST = 256
STEP_S = 0.001
"""Bytes that come within this time of each other count as having come together, the last of them."""
AT_ONCE_S = 0.02
"""A body that took no longer came at once, as far as a visitor can tell."""
HEAD_AT_MOST_BYTES = 512 * 1024
"""Of a decoded page, in which its head must end."""


class Arrivals:
    """Moments of one body, bounded: the more there are, the coarser they get."""

    def __init__(self) -> None:
        self._step_s = STEP_S
        self._marks: list[tuple[int, float]] = []
        self._since_s = 0.0
        """When the bytes of the last mark began to come."""

    @property
    def marks(self) -> tuple[tuple[int, float], ...]:
        """Bytes so far, and seconds since the answer began, each time more came."""
        return tuple(self._marks)

    def add(self, received: int, at_s: float) -> None:
        """Take the moment at which so many bytes had come."""
        if self._marks and at_s - self._since_s < self._step_s:
            self._marks[-1] = received, at_s
            return
        if len(self._marks) >= MARKS_AT_MOST:
            del self._marks[::2]
            self._step_s *= 2
        self._marks.append((received, at_s))
        self._since_s = at_s


def head_arrival(
    marks: tuple[tuple[int, float], ...], body: bytes, content_encoding: str
) -> tuple[float, float] | None:
    """Return when a page's head was complete, in seconds since its answer began, and the longest pause after it.

    None for a page without a body.
    """
    if not marks:
        return None
    if marks[-1][1] - marks[0][1] < AT_ONCE_S:
        return marks[-1][1], 0.0

    def whole(at: int) -> bool:
        decoded = decode(body[: marks[at][0]], content_encoding, HEAD_AT_MOST_BYTES)
        return decoded.truncated or head_ended(decoded.body.decode("latin-1"))

    at = bisect_left(range(len(marks) - 1), True, key=whole)
    return marks[at][1], max((later[1] - earlier[1] for earlier, later in pairwise(marks[at:])), default=0.0)
