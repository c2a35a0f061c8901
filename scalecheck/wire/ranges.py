"""Byte ranges, as far as a cache needs them to tell whether a stored part answers a request (RFC 9110 section 14)."""

import re
from dataclasses import dataclass

_CONTENT_RANGE = re.compile(r"bytes[ \t]++([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)", re.IGNORECASE | re.ASCII)
_RANGE = re.compile(r"bytes=[ \t]*+([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """Which bytes of a representation a 206 carries, both ends included."""

    first: int
    last: int
    size: int | None
    """Bytes of the whole; None when the server did not say."""

    def covers(self, requested: str) -> bool:
        """Whether every byte that this Range asks for is here; False for several ranges and for what does not parse."""
        match = _RANGE.fullmatch(requested.strip(" \t"))
        if match is None or not (match[1] or match[2]):
            return False
        if not match[1]:
            return self._ends_whole and int(match[2]) > 0 and self.first <= max(0, self.last + 1 - int(match[2]))
        if int(match[1]) < self.first:
            return False
        if match[2]:
            wanted = int(match[2])
            return int(match[1]) <= wanted and (wanted <= self.last or self._ends_whole)
        return int(match[1]) <= self.last and self._ends_whole

    @property
    def _ends_whole(self) -> bool:
        return self.size is not None and self.last == self.size - 1


def content_range(text: str | None) -> Part | None:
    """Return the part that a Content-Range names; None when absent, unsatisfied or malformed."""
    match = _CONTENT_RANGE.fullmatch(text.strip(" \t")) if text is not None else None
    if match is None:
        return None
    first, last = int(match[1]), int(match[2])
    size = None if match[3] == "*" else int(match[3])
    return Part(first, last, size) if first <= last and (size is None or last < size) else None
