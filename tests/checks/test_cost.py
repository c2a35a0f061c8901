"""What a month of the declared traffic costs: near misses first."""

from typing import Any

import pytest

from scalecheck.checks.cost import egress, origin_requests
from scalecheck.model.load import Event, Happening
from tests.checks.rows import FAIL, PASS, SKIP, UNKNOWN, Case
from tests.checks.swarms import Second, case, hold
from tests.model.loads import HOME, MENU, tally


def priced(pages: str = "10", **cost: str) -> dict[str, Any]:
    """Return a profile of 1,000 visitors a day: 300,000 page views a month at 10 pages each."""
    return {
        "traffic": {
            "audience": {"daily_users": "1000", "pages_per_user": pages},
            "prices": {"egress": "1 USD/GB", "origin_requests": "1 USD/1000"},
            "cost": cost,
        }
    }


def views(size: int = 0, count: int = 10, **states: int) -> Second:
    """Return a second of so many views and twice as many requests, of so many bytes each view."""
    calls = tally((2 * count, 0.1), size=size * count, states=states)
    return {HOME: tally((count, 0.2)), MENU: calls}


CUT = [Event(9, 3.0, Happening.STOPPED, "by hand")]
AT_300 = priced(egress="300 USD/month")
AT_150 = priced(origin_requests="150 USD/month")

CASES = [
    case("no budget", egress, SKIP, hold(1, 20, views(10**9)), keys=priced()),
    case(
        "at the budget",
        egress,
        PASS,
        hold(1, 20, views(1_000_000)),
        keys=AT_300,
        observed="300 USD/month at 1MB a view",
    ),
    case("a percent above", egress, FAIL, hold(1, 20, views(1_010_000)), keys=AT_300),
    case(
        "only with the most pages",
        egress,
        UNKNOWN,
        hold(1, 20, views(900_000)),
        keys=priced("5..20", egress="300 USD/month"),
        observed="135 to 540 USD/month at 900KB a view",
    ),
    case("99 views", egress, UNKNOWN, hold(1, 9, views(1000, 11)), keys=AT_300, reason="99 page views were played"),
    case("within, but cut short", egress, UNKNOWN, hold(1, 20, views(1000)), keys=AT_300, events=CUT),
    case("above, and cut short", egress, FAIL, hold(1, 20, views(10**9)), keys=AT_300, events=CUT),
    case("no budget of the origin", origin_requests, SKIP, hold(1, 20, views(miss=20)), keys=priced()),
    case(
        "every other view",
        origin_requests,
        PASS,
        hold(1, 20, views(miss=5, hit=15)),
        keys=AT_150,
        observed="150 USD/month at 0.5 requests a view",
    ),
    case("six of ten", origin_requests, FAIL, hold(1, 20, views(miss=6, hit=14)), keys=AT_150),
    case(
        "bypassed and renewed ones as well",
        origin_requests,
        FAIL,
        hold(1, 20, views(bypass=3, expired=3, hit=14)),
        keys=AT_150,
    ),
    case(
        "of some the edge says nothing",
        origin_requests,
        UNKNOWN,
        hold(1, 20, views(miss=5, hit=14)),
        keys=AT_150,
        observed="150 to 180 USD/month at 0.5 to 0.6 requests a view",
    ),
    case("of none it says anything", origin_requests, UNKNOWN, hold(1, 20, views()), keys=AT_150),
]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
