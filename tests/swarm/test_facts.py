"""What a head says to a swarm."""

from collections.abc import Mapping

import pytest

from scalecheck.swarm.facts import LONGEST_WAIT_S, facts
from scalecheck.wire.fields import Fields
from scalecheck.wire.vendors import nearest_state
from tests.swarm.test_cache import Head

DATE = ("Date", "Sun, 06 Nov 1994 08:49:37 GMT")


def head(*lines: tuple[str, str]) -> Head:
    return Head(Fields(lines))


WAITS = [
    ("nothing", (), 0),
    ("empty", (("Retry-After", ""),), 0),
    ("a word", (("Retry-After", "soon"),), 0),
    ("less than nothing", (("Retry-After", "-1"),), 0),
    ("a fraction", (("Retry-After", "1.5"),), 0),
    ("none", (("Retry-After", "0"),), 0),
    ("a second", (("Retry-After", "1"),), 1),
    ("spaces around", (("Retry-After", " 30 "),), 30),
    ("the first of two", (("retry-after", "30"), ("Retry-After", "60")), 30),
    ("a day", (("Retry-After", "86400"),), LONGEST_WAIT_S),
    ("longer than a day", (("Retry-After", "86401"),), LONGEST_WAIT_S),
    ("for ever", (("Retry-After", "9" * 40),), LONGEST_WAIT_S),
    ("a date, and none to count from", (("Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT"),), 0),
    ("a date, and one to count from that is none", (("Retry-After", DATE[1]), ("Date", "today")), 0),
    ("a date that has passed", (("Retry-After", "Sun, 06 Nov 1994 08:49:36 GMT"), DATE), 0),
    ("a date at once", (("Retry-After", DATE[1]), DATE), 0),
    ("a date in a minute", (("Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT"), DATE), 60),
    ("a date in an old form", (("Retry-After", "Sun Nov  6 08:50:37 1994"), DATE), 60),
    ("a date in a year", (("Retry-After", "Mon, 06 Nov 1995 08:49:37 GMT"), DATE), LONGEST_WAIT_S),
]


@pytest.mark.parametrize(("lines", "wait_s"), [pytest.param(*row[1:], id=row[0]) for row in WAITS])
def test_how_long_to_wait(lines: tuple[tuple[str, str], ...], wait_s: int) -> None:
    assert facts(head(*lines), "auto").wait_s == wait_s


LEADS = [
    ("nowhere", (), None),
    ("to where it is", (("Location", ""),), ""),
    ("to a path", (("location", "/en/"),), "/en/"),
    ("to the first of two", (("Location", "/a"), ("Location", "/b")), "/a"),
]


@pytest.mark.parametrize(("lines", "location"), [pytest.param(*row[1:], id=row[0]) for row in LEADS])
def test_where_it_leads(lines: tuple[tuple[str, str], ...], location: str | None) -> None:
    assert facts(head(*lines), "auto").location == location


def test_every_cookie_is_read_and_none_is_joined() -> None:
    lines = (("Set-Cookie", "a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT"), ("X", "y"), ("set-cookie", "b=2"))
    assert [(each.name, each.value) for each in facts(head(*lines), "auto").cookies] == [("a", "1"), ("b", "2")]
    assert facts(head(("Cookie", "a=1")), "auto").cookies == ()


STATES: list[tuple[str, Mapping[str, str], str, str | None]] = [
    ("nothing is said", {}, "auto", None),
    ("a word that nobody knows", {"X-Cache": "perhaps"}, "auto", None),
    ("no Age shows nothing", {"Via": "1.1 varnish"}, "auto", None),
    ("a hit", {"X-Cache": "HIT"}, "auto", "hit"),
    ("a miss, then a hit", {"X-Cache": "MISS, HIT", "Via": "1.1 varnish, 1.1 varnish"}, "auto", "hit"),
    ("Cache-Status: a hit", {"Cache-Status": "edge; hit"}, "auto", "hit"),
    ("Cache-Status: a miss", {"Cache-Status": "edge; fwd=uri-miss"}, "auto", "miss"),
    ("Varnish: two numbers", {"X-Varnish": "30 12"}, "auto", "hit"),
    ("Varnish: one number", {"X-Varnish": "30"}, "auto", "miss"),
    ("of a CDN", {"CF-Cache-Status": "HIT", "CF-Ray": "8a", "Server": "cloudflare"}, "auto", "hit"),
    ("of a CDN, passed by", {"CF-Cache-Status": "DYNAMIC", "CF-Ray": "8a", "Server": "cloudflare"}, "auto", "dynamic"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "cdn", "state"), [pytest.param(*row[1:], id=row[0]) for row in STATES])
def test_what_a_shared_cache_did(fields: Mapping[str, str], cdn: str, state: str | None) -> None:
    lines = tuple(fields.items())
    assert facts(head(*lines), cdn).state == state
    whole = nearest_state(Fields(lines), cdn)
    assert state == (None if whole is None else whole.state.value)


AGES = ["0", "1", "10", "86400", "007", "", "x"]


@pytest.mark.parametrize("age", AGES)
@pytest.mark.parametrize("more", [(), (("Via", "1.1 varnish"),), (("X-Varnish", "1000001 2002"),)])
def test_what_is_left_out_tells_nothing(age: str, more: tuple[tuple[str, str], ...]) -> None:
    lines = (("Age", age), ("X-Request-Id", "1"), *more, ("Content-Length", "5"))
    whole = nearest_state(Fields(lines), "auto")
    assert facts(head(*lines), "auto").state == (None if whole is None else whole.state.value)


def test_a_head_is_read_once() -> None:
    one = head(("Location", "/a"))
    assert facts(one, "auto") is facts(one, "auto")
