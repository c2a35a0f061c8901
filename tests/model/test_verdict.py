"""Exit codes, and what counts as having judged anything."""

import pytest

from scalecheck.model.verdict import Outcome, Report, Verdict, worst

PASS, FAIL, SKIP, WARN, UNKNOWN, WAIVED = (
    Verdict.PASS,
    Verdict.FAIL,
    Verdict.SKIP,
    Verdict.WARN,
    Verdict.UNKNOWN,
    Verdict.WAIVED,
)


def report(*, interrupted: bool = False, **outcomes: Verdict) -> Report:
    """Return a report of these outcomes; `site_answers=` means `site.answers`."""
    named = ((name.replace("_", ".", 1), verdict) for name, verdict in outcomes.items())
    each = tuple(Outcome(name, verdict, "", "", "", "", ()) for name, verdict in named)
    return Report("scalecheck", "https://shop.test", None, 0.0, 1.0, each, interrupted=interrupted)


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (report(), 3),
        (report(cache_a=SKIP), 3),
        (report(cache_a=SKIP, cache_b=PASS), 0),
        (report(cache_a=WAIVED), 0),
        (report(cache_a=PASS, cache_b=WARN), 0),
        (report(cache_a=PASS, cache_b=UNKNOWN), 3),
        (report(cache_a=UNKNOWN, cache_b=FAIL), 1),
        (report(cache_a=PASS, interrupted=True), 130),
        (report(site_answers=PASS, site_routes_seen=PASS, assets_typed=SKIP), 3),
        (report(site_answers=FAIL, site_routes_seen=PASS, assets_typed=SKIP), 1),
        (report(site_answers=PASS, site_routes_seen=PASS), 0),
        (report(site_answers=PASS, assets_typed=PASS), 0),
    ],
)
def test_the_exit_code_follows_from_what_was_judged(what: Report, code: int) -> None:
    assert what.exit_code == code


def test_verdicts_are_ordered_from_best_to_worst() -> None:
    assert sorted(Verdict, key=lambda verdict: verdict.badness) == [SKIP, PASS, WAIVED, WARN, UNKNOWN, FAIL]
    assert worst(()) is SKIP
    assert worst((PASS, UNKNOWN, WARN)) is UNKNOWN
