"""Durations counted in buckets that grow with them: mergeable, small, and never more than 0.2 % off.

Log-linear buckets (G. Tene's HdrHistogram): below 512 µs every microsecond has its own, and each doubling above has
256. What several processes counted adds up to exactly what one would have counted.
"""

import base64
import math
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

BITS = 8
LINEAR_US = 2 << BITS
"""Durations below this many microseconds are counted to the microsecond."""
LONGEST_US = (1 << 40) - 1
"""About 13 days; what takes longer counts as this."""
MOST = 2**53
"""No bucket of an encoded histogram holds more."""


def bucket(us: int) -> int:
    """Return the bucket of a duration in whole microseconds."""
    if us < LINEAR_US:
        return max(us, 0)
    shift = min(us, LONGEST_US).bit_length() - BITS - 1
    return (shift << BITS) + (min(us, LONGEST_US) >> shift)


def middle_us(index: int) -> float:
    """Return the microseconds that a bucket stands for: the middle of what it holds."""
    if index < LINEAR_US:
        return index
    shift = (index >> BITS) - 1
    low = (index - (shift << BITS)) << shift
    return low + ((1 << shift) - 1) / 2


@dataclass(frozen=True)
class Histogram:
    """How many durations lie in each bucket."""

    counts: Mapping[int, int] = field(default_factory=dict)
    """By bucket; only those that hold any."""
    total_s: float = 0.0
    """Sum of the durations, exact."""
    max_s: float = 0.0
    """The longest, exact."""

    @property
    def count(self) -> int:
        """Number of durations."""
        return sum(self.counts.values())

    def quantile_s(self, share: float) -> float | None:
        """Return the least duration that so much of all, 0 to 1, do not exceed; None without any (nearest rank)."""
        count = self.count
        if not count:
            return None
        rank = max(1, math.ceil(share * count - 1e-9))
        if rank == count:
            return self.max_s
        return min(self.max_s, middle_us(self._at(rank)) / 1e6)

    def beyond(self, limit_s: float) -> int:
        """Return how many took longer than a limit, to the resolution of a bucket."""
        last = bucket(round(limit_s * 1e6))
        return sum(count for index, count in self.counts.items() if index > last)

    def above(self, limit_s: float) -> "Histogram":
        """Return those that took longer than a limit, to the resolution of a bucket; their sum is that of buckets."""
        last = bucket(round(limit_s * 1e6))
        counts = {index: count for index, count in self.counts.items() if index > last}
        total_s = sum(count * middle_us(index) for index, count in counts.items()) / 1e6
        return Histogram(counts, total_s, self.max_s if counts else 0.0)

    def _at(self, rank: int) -> int:
        """Return the bucket of the duration with this rank, counted from 1."""
        for index in sorted(self.counts):
            rank -= self.counts[index]
            if rank <= 0:
                return index
        return max(self.counts)

    def encode(self) -> str:
        """Return the buckets as compact text: numbers, then counts, each by its bytes from low to high, deflated."""
        if not self.counts:
            return ""
        numbers = sorted(self.counts)
        size = len(numbers)
        packed = struct.pack(f"<{size}H{size}Q", *numbers, *(self.counts[number] for number in numbers))
        planes = b"".join(packed[low : 2 * size : 2] for low in range(2))
        planes += b"".join(packed[2 * size + low :: 8] for low in range(8))
        deflate = zlib.compressobj(1, zlib.DEFLATED, 10, 2)  # a small state: most histograms are
        return base64.b64encode(deflate.compress(planes) + deflate.flush()).decode()


def merged(histograms: Iterable[Histogram]) -> Histogram:
    """Return what all of them counted together."""
    counts: dict[int, int] = {}
    total_s = max_s = 0.0
    for each in histograms:
        for index, count in each.counts.items():
            counts[index] = counts.get(index, 0) + count
        total_s += each.total_s
        max_s = max(max_s, each.max_s)
    return Histogram(counts, total_s, max_s)


def decode(text: str) -> dict[int, int]:
    """Return the buckets of `Histogram.encode`; ValueError where the text is none, or holds what cannot be."""
    if not text:
        return {}
    try:
        unpacking = zlib.decompressobj()
        planes = unpacking.decompress(base64.b64decode(text, validate=True), _LARGEST)
    except (ValueError, zlib.error):
        raise ValueError(_NONE) from None
    size, rest = divmod(len(planes), _EACH)
    if rest or not size or not unpacking.eof:
        raise ValueError(_NONE)
    packed = bytearray(len(planes))
    for low in range(2):
        packed[low : 2 * size : 2] = planes[low * size : (low + 1) * size]
    for low in range(8):
        packed[2 * size + low :: 8] = planes[(2 + low) * size : (3 + low) * size]
    values = struct.unpack(f"<{size}H{size}Q", packed)
    numbers, counts = values[:size], values[size:]
    if max(numbers) > bucket(LONGEST_US) or not min(counts) or max(counts) > MOST or len(set(numbers)) != size:
        raise ValueError(_NONE)
    return dict(zip(numbers, counts, strict=True))


_NONE = "expected the buckets of a histogram"
_EACH = 10
"""Bytes of a bucket: two of its number, eight of its count."""
_LARGEST = _EACH * (bucket(LONGEST_US) + 1)
