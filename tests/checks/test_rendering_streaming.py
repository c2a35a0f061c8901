"""When the head of a page comes, and when the rest of it."""

from typing import Any

import pytest

from scalecheck.checks.rendering import streams
from scalecheck.model.evidence import Exchange, Timings
from tests.checks.rows import FAIL, PASS, ROUTES, SKIP, UNKNOWN, Case, case, exchange, failure, profile

LIVE = profile(routes={"live": {**ROUTES["live"], "streams": "true"}}, targets={"ttfb": "200ms"})
HIT = {"server": "nginx", "x-cache-status": "HIT"}
MISS = {"server": "nginx", "x-cache-status": "MISS"}


def rendered(
    head_s: float, total_s: float, pause_s: float = 0.0, label: str = "1", *, setup_s: float | None = None, **more: Any
) -> Exchange:
    """Return one rendering of the page that streams."""
    took = Timings(total_s, min(head_s, 0.01), None, setup_s, None, head_s, pause_s)
    return exchange("/live?scalecheck=x", probe="streamed", of=1, label=label, timings=took, **more)


PAGE = exchange("/live")
FAR = exchange("/live", timings=Timings(0.5, 0.4, None, 0.15))

CASES: list[Any] = [
    case("all at once, a millisecond past the time", streams, FAIL, PAGE, rendered(0.201, 0.202), profile=LIVE,
         observed="the head after 201ms, the last byte after 202ms"),
    case("late, and then for as long as a network may pause", streams, FAIL, PAGE, rendered(0.5, 0.6, 0.049),
         profile=LIVE),
    case("every time", streams, FAIL, PAGE, rendered(0.9, 0.91), rendered(0.5, 0.51, label="2"), profile=LIVE,
         observed="the head after 500ms, the last byte after 510ms"),
    case("late, and a long download without a pause", streams, FAIL, PAGE, rendered(0.5, 2.5, 0.03), profile=LIVE),
    case("far away, pausing for two round trips less a millisecond", streams, FAIL, FAR, rendered(0.9, 1.5, 0.299),
         profile=LIVE),
    case("late when asked of whom the cache knows nothing", streams, FAIL, PAGE, rendered(0.5, 0.51, fields=HIT),
         rendered(0.5, 0.51, label="2", fields=MISS), profile=LIVE),
    case("at the time", streams, PASS, PAGE, rendered(0.2, 0.9, 0.7), profile=LIVE),
    case("quick altogether", streams, PASS, PAGE, rendered(0.03, 0.031), profile=LIVE,
         observed="the head after 30ms, the last byte after 31ms"),
    case("late itself, and yet before its content", streams, PASS, PAGE, rendered(0.5, 0.6, 0.05), profile=LIVE),
    case("slow to start once", streams, PASS, PAGE, rendered(3.0, 3.01), rendered(0.05, 0.5, 0.4, "2"), profile=LIVE),
    case("connecting does not count", streams, PASS, PAGE, rendered(0.5, 0.9, 0.4, setup_s=0.3), profile=LIVE),
    case("nor does the way there and back", streams, PASS, FAR, rendered(0.34, 0.35), profile=LIVE),
    case("far away, pausing for two round trips", streams, PASS, FAR, rendered(0.9, 1.5, 0.3), profile=LIVE),
    case("as the profile says", streams, FAIL, PAGE, rendered(0.06, 0.07),
         profile=profile(routes={"live": {**ROUTES["live"], "streams": "true"}}, targets={"ttfb": "50ms"})),
    case("from a cache whatever the query", streams, SKIP, PAGE, rendered(0.5, 0.51, fields=HIT), profile=LIVE,
         reason="whatever the query"),
    case("in a broken coding", streams, SKIP, PAGE, rendered(0.5, 0.51, undecodable="br: cut off"), profile=LIVE,
         reason="assets.compressed"),
    case("an error in its place", streams, UNKNOWN, PAGE, rendered(0.5, 0.51, status=500), profile=LIVE),
    case("no page in its place", streams, UNKNOWN, PAGE,
         exchange("/live?scalecheck=x", probe="streamed", of=1, content_type="text/plain"), profile=LIVE),
    case("nothing streams", streams, SKIP, PAGE),
    case("lost", streams, UNKNOWN, PAGE, failure("/live?scalecheck=x", probe="streamed", of=1), profile=LIVE),
]  # fmt: skip


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
