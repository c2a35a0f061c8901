"""What came late is asked again, alone, until a slow route can be told from a slow moment and from our own load."""

from collections.abc import Callable

import pytest

from scalecheck.model.evidence import Ask, Record
from scalecheck.probes.first_bytes import ENOUGH, REPEATS, timed
from tests.checks.rows import exchange, failure, site
from tests.probes.asking import asked, shown

STORED = {"cache-control": "public, max-age=0, s-maxage=60", "cache-status": "Edge; hit"}
COMPUTED = {"cache-control": "private, no-store", "cache-status": "Edge; fwd=miss"}
CHUNK = "/_next/static/chunks/a-0123456789abcdef.js"


def taking(seconds: float, url: str = "/live", fields: dict[str, str] = COMPUTED, **keys: object) -> Record:
    return exchange(url, fields, ttfb_s=seconds, **keys)  # type: ignore[arg-type]  # exchange's own


def rounds(first_s: float, *again_s: float, then: Callable[[int], float]) -> list[int]:
    """Return how many asks each round holds, the n-th answered after as many seconds as `then` says."""
    again = [taking(each, probe="again", of=1, label=str(n)) for n, each in enumerate(again_s, 1)]
    return [len(each) for each in asked(timed, site(taking(first_s), *again), lambda ask: taking(then(number(ask))))]


def number(ask: Ask) -> int:
    return int(ask.label.split()[1])


@pytest.mark.parametrize(
    ("first", "again", "then", "asks"),
    [
        (0.1, (0.1, 0.1), lambda _: 0.1, 0),
        (2.0, (0.1, 0.1, 0.1), lambda _: 0.1, 0),
        (2.0, (0.1, 0.1), lambda _: 0.1, 1),
        (2.0, (0.1, 0.1), lambda _: 2.0, ENOUGH),
        (2.0, (2.0, 2.0), lambda _: 2.0, ENOUGH),
        (2.0, (2.0, 2.0), lambda _: 0.1, ENOUGH),
        (2.0, (2.0, 2.0), lambda n: 2.0 if n == 1 else 0.1, ENOUGH + 1),
        (2.0, (2.0, 2.0), lambda n: 2.0 if n in {1, 4} else 0.1, 8),
        (2.0, (2.0, 2.0), lambda n: 2.0 if n % 3 == 1 else 0.1, REPEATS),
    ],
    ids=[
        "in time",
        "three of four in time",
        "late once",
        "late once and then always",
        "late always",
        "late among others only",
        "late once alone",
        "two of eight late",
        "one of three late",
    ],
)
def test_each_is_asked_alone_until_it_is_told(
    first: float, again: tuple[float, ...], then: Callable[[int], float], asks: int
) -> None:
    assert rounds(first, *again, then=then) == [1] * asks


def test_a_route_that_no_longer_answers_is_left() -> None:
    known = site(taking(2.0))
    assert len(asked(timed, known, lambda ask: failure("/live"))) == REPEATS


def test_what_was_computed_once_is_not_asked_for_when_the_edge_has_it_now() -> None:
    repeats = (taking(0.3, "/", STORED, probe="again", of=1, label=str(n)) for n in (1, 2, 3))
    asks = asked(timed, site(taking(0.9, "/", COMPUTED), *repeats), lambda ask: taking(0.1, "/", STORED))
    assert shown(asks) == [[f"/ [hit {n}] of 1"] for n in (1, 2, 3)]


def test_a_hit_that_became_a_miss_is_asked_for_as_one() -> None:
    repeats = (taking(0.9, "/", COMPUTED, probe="again", of=1, label=str(n)) for n in (1, 2, 3))
    asks = asked(timed, site(taking(0.3, "/", STORED), *repeats), lambda ask: taking(0.1, "/", COMPUTED))
    assert shown(asks) == [[f"/ [computed {n}] of 1"] for n in (1, 2, 3)]


@pytest.mark.parametrize(("fields", "asks"), [(STORED, ENOUGH), (COMPUTED, 0)], ids=["from the edge", "computed"])
def test_assets_are_asked_where_the_edge_has_them(fields: dict[str, str], asks: int) -> None:
    late = site(taking(2.0, CHUNK, fields), *(taking(2.0, CHUNK, fields, probe="again", of=1, label="1"),) * 2)
    assert len(asked(timed, late, lambda ask: taking(2.0, CHUNK, fields))) == asks


@pytest.mark.parametrize(
    ("miss_s", "hit_s", "alone_s", "asks"),
    [
        (0.15, 0.02, 0.02, 0),
        (0.15, 0.099, 0.02, 0),
        (0.15, 0.101, 0.02, 2),
        (0.15, 0.15, 0.15, 2),
        (0.019, 0.019, 0.01, 0),
    ],
)
def test_hits_that_hardly_beat_their_miss_are_asked_alone(
    miss_s: float, hit_s: float, alone_s: float, asks: int
) -> None:
    repeats = [taking(hit_s, "/", STORED, probe="again", of=1, label=str(n)) for n in (1, 2)]
    known = site(taking(miss_s, "/", {**STORED, "cache-status": "Edge; fwd=miss; stored"}), *repeats)
    found = asked(timed, known, lambda ask: taking(alone_s, "/", STORED))
    assert shown(found) == [[f"/ [unbeaten {n}] of 1"] for n in range(1, asks + 1)]
