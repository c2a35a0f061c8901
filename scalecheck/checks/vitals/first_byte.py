"""The time to the first byte of each route, as the client saw it: no browser is needed."""

from scalecheck.checks.cdn.hits import slow_hits
from scalecheck.checks.check import Findings, check, expect, left, undecided
from scalecheck.model.ratio import Ratio
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Measure, Verdict
from scalecheck.probes.first_bytes import SHARE, Answers, by_route, timed

PERCENTILES = (0.5, SHARE, 0.95)


@check(needs=[timed], source="web.dev: Time to First Byte", declared_by="targets.first_byte")
def ttfb(site: Site) -> Findings:
    """Of pages and API answers, three of four begin in time: those from the edge, and those that are computed.

    Nothing can be shown before the first byte has come. What the edge has stored is held to `targets.ttfb`, what the
    application computes to `targets.first_byte`: a median says nothing of the quarter of visitors who wait longest.
    Where the typical hit is late already, cdn.hits_are_fast says so. Setting up connections is not counted.

    Fix: look at Server-Timing, or the application's traces, for what the slow answers wait for: queries one after
    the other, calls to slow services, cold starts, a cold connection pool; then store at the edge what need not be
    computed.
    """
    late = slow_hits(site)
    for answers in by_route(site):
        yield _judged(answers, left_out=answers.hits and answers.route in late)
        stage, count = "hits" if answers.hits else "computed", len(answers.exchanges)
        yield Measure("ttfb_p75", answers.percentile_s(SHARE), "seconds", count, route=answers.route, stage=stage)


def slow_routes(site: Site) -> frozenset[str]:
    """Return the names of the routes whose computed answers fail."""
    return frozenset(
        answers.route for answers in by_route(site) if not answers.hits and answers.verdict is Verdict.FAIL
    )


def _judged(answers: Answers, *, left_out: bool) -> Finding:
    slowest = max(answers.exchanges, key=lambda each: each.timings.ttfb_s)
    if left_out:
        return left(slowest, "cdn.hits_are_fast")
    what = "hits" if answers.hits else "computed answers"
    expected = f"{SHARE:.0%} of {what} within {_ms(answers.target_s)}"
    middle, judged, tail = (_ms(answers.percentile_s(share)) for share in PERCENTILES)
    observed = f"{SHARE:.0%} within {judged} (half within {middle}, 95% within {tail}, of {len(answers.exchanges)})"
    if answers.verdict is not Verdict.UNKNOWN:
        return expect(answers.verdict is Verdict.PASS, slowest, expected=expected, observed=observed)
    reason = f"too few answers to tell a slow route from a slow moment; {_needed(answers.in_time)} like these would"
    return undecided(slowest, reason, expected=expected, observed=observed)


def _needed(in_time: Ratio) -> int:
    """Return how many answers would decide if as large a share of them were late."""
    count = in_time.samples
    while Ratio(round(in_time.value * count), count).high >= SHARE and count < 1000:
        count += 1
    return count


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
