import base64
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalecheck.model.histogram import LINEAR_US, LONGEST_US, Histogram, bucket, decode, merged, middle_us

ERROR = 1 / 512
"""Half of a bucket's width, relative to what it holds."""


def counted(durations_s: list[float]) -> Histogram:
    counts: dict[int, int] = {}
    for each in durations_s:
        counts[bucket(round(each * 1e6))] = counts.get(bucket(round(each * 1e6)), 0) + 1
    return Histogram(counts, sum(durations_s), max(durations_s, default=0.0))


@pytest.mark.parametrize("us", [0, 1, LINEAR_US - 1, LINEAR_US, LINEAR_US + 1, 1023, 1024, 204_000, 1_502_000])
def test_a_bucket_stands_for_what_it_holds(us: int) -> None:
    assert middle_us(bucket(us)) == pytest.approx(us, rel=ERROR)


@pytest.mark.parametrize(("us", "like"), [(-5, 0), (LONGEST_US + 1, LONGEST_US), (1 << 60, LONGEST_US)])
def test_what_cannot_be_measured_counts_as_the_nearest_that_can(us: int, like: int) -> None:
    assert bucket(us) == bucket(like)


@pytest.mark.slow
@given(st.integers(0, LONGEST_US), st.integers(0, LONGEST_US))
def test_buckets_keep_the_order(one: int, other: int) -> None:
    assert (bucket(one) <= bucket(other)) == (one <= other or bucket(one) == bucket(other))


QUANTILES = [
    ("nothing", [], 0.5, None),
    ("one", [0.2], 0.99, 0.2),
    ("two, the median is the lower", [0.1, 0.2], 0.5, 0.1),
    ("all alike", [0.204] * 1000, 0.5, 0.204),
    ("less than a millisecond", [0.0004] * 9 + [0.001], 0.9, 0.0004),
    ("the rank at the limit", [0.1] * 95 + [0.9] * 5, 0.95, 0.1),
    ("one past it", [0.1] * 94 + [0.9] * 6, 0.95, 0.9),
    ("six slow ones of 102", [0.003] * 96 + [1.502] * 5 + [1.503], 0.95, 1.502),
    ("the slowest", [0.1, 0.2, 7.7], 1.0, 7.7),
]


@pytest.mark.parametrize(
    ("durations", "share", "expected"), [row[1:] for row in QUANTILES], ids=[r[0] for r in QUANTILES]
)
def test_quantiles(durations: list[float], share: float, expected: float | None) -> None:
    found = counted(durations).quantile_s(share)
    assert found == (None if expected is None else pytest.approx(expected, rel=ERROR))


@given(st.lists(st.floats(0, 100), min_size=1, max_size=200), st.floats(0.01, 1))
def test_a_quantile_is_one_of_the_durations(durations: list[float], share: float) -> None:
    rank = min(len(durations), max(1, -int(-share * len(durations) // 1)))
    found = counted(durations).quantile_s(share)
    assert found is not None
    near = sorted(durations)[max(0, rank - 2) : rank + 1]
    assert any(found == pytest.approx(each, rel=ERROR, abs=1e-6) for each in near)


def test_four_workers_count_as_one() -> None:
    dice = random.Random(4)
    durations = [dice.lognormvariate(-2, 1) for _ in range(10_000)]
    together = merged(counted(durations[worker::4]) for worker in range(4))
    alone = counted(durations)
    assert together.counts == alone.counts
    assert together.max_s == alone.max_s
    assert [together.quantile_s(q) for q in (0.5, 0.95, 0.99, 0.999)] == [
        alone.quantile_s(q) for q in (0.5, 0.95, 0.99, 0.999)
    ]


def test_beyond() -> None:
    assert counted([0.1, 0.2, 0.3, 0.4]).beyond(0.2) == 2


@given(st.dictionaries(st.integers(0, bucket(LONGEST_US)), st.integers(1, 2**53), max_size=50))
def test_encoding_is_read_back(counts: dict[int, int]) -> None:
    assert decode(Histogram(counts).encode()) == counts


def deflated(planes: bytes) -> str:
    return base64.b64encode(zlib.compress(planes)).decode()


NONE = [
    *("x", "not a histogram", "~~~~", Histogram({1: 2}).encode()[:-4], "AAAA"),
    Histogram({bucket(LONGEST_US) + 1: 1}).encode(),
    Histogram({1: 2**53 + 1}).encode(),
    Histogram({1: 0}).encode(),
    *(deflated(planes) for planes in (b"", b"\0" * 9, b"\1\0" + b"\1" + b"\0" * 8, bytes(10**7))),
    deflated(b"\1\1\0\0\1\1" + b"\0" * 14),
]
"""Cut off, other text, buckets and counts that there cannot be, too many bytes, and the same bucket twice."""


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_histogram_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="histogram"):
        decode(text)
