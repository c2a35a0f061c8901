"""How often Lighthouse is run, and what is asked again that began late."""

from collections.abc import Callable

import pytest

from scalecheck.model.evidence import Ask, Failure, LabRun, Loss, Record
from scalecheck.model.site import Site
from scalecheck.probes.lab_runs import device_of, lab_runs, run_of
from tests.checks.rows import exchange, profile, site
from tests.probes.asking import Answer, asked, shown

PAGES = (exchange("/"), exchange("/about"), exchange("/products/1"), exchange("/products/2"))


def runs(lcp_s: Callable[[int], float]) -> Answer:
    """Answer with runs whose largest paint takes so many seconds, by the number of the run."""
    return lambda ask: LabRun(0, "lab_runs", ask, "13.5.0", "Chromium", 0.0, 1.0, {"lcp_s": lcp_s(_number(ask))})


def _number(ask: Ask) -> int:
    return int(ask.label.partition(" ")[2])


def lost(ask: Ask) -> Record:
    return Failure(0, "lab_runs", ask, Loss.BROWSER, "hung", 0.0)


def known(*pages: Record, **browser: object) -> Site:
    return site(*pages, profile=profile(browser={"runs": "2", "devices": ["mobile", "desktop"], **browser}))


def counts(*, answer: Answer, **browser: object) -> list[int]:
    """Return how many runs of one page on one device each round asks for."""
    return [len(each) for each in asked(lab_runs, known(PAGES[0], devices=["mobile"], **browser), answer)]


def test_each_page_is_run_once_before_any_is_run_twice() -> None:
    assert shown(asked(lab_runs, known(*PAGES[:2]), runs(lambda _: 1.0))) == [
        [
            *("/ [mobile 1] of 1", "/ [desktop 1] of 1", "/about [mobile 1] of 2", "/about [desktop 1] of 2"),
            *("/ [mobile 2] of 1", "/ [desktop 2] of 1", "/about [mobile 2] of 2", "/about [desktop 2] of 2"),
        ]
    ]


def test_of_each_route_as_many_pages_as_declared() -> None:
    one, two = (
        {ask.request.url for each in asked(lab_runs, known(*PAGES, pages=str(n)), runs(lambda _: 1.0)) for ask in each}
        for n in (1, 2)
    )
    assert {url.rpartition("shop.test")[2] for url in two - one} == {"/products/2"}


@pytest.mark.parametrize(
    ("lcp_s", "expected"),
    [
        (lambda run: 1.0, [5]),
        (lambda run: 4.0, [5]),
        (lambda run: 4.0 if run == 3 else 1.0, [5, 4]),
        (lambda run: 4.0 if run in {3, 8} else 1.0, [5, 4, 4]),
        (lambda run: 4.0 if run % 2 else 1.0, [5, 4, 4]),
    ],
    ids=["within", "above", "one outlier", "two outliers", "both"],
)
def test_more_runs_follow_while_a_median_is_undecided(lcp_s: Callable[[int], float], expected: list[int]) -> None:
    assert counts(answer=runs(lcp_s), runs="5") == expected


def test_a_run_that_was_lost_is_made_up_for() -> None:
    good = runs(lambda _: 1.0)
    assert counts(answer=lambda ask: lost(ask) if _number(ask) == 2 else good(ask), runs="5") == [5, 4]


def test_where_every_run_is_lost_no_more_are_tried() -> None:
    assert counts(answer=lost, runs="5") == [5]


def test_nothing_is_run_where_no_page_answered() -> None:
    assert asked(lab_runs, known(exchange("/", status=500), exchange("/_next/static/a.js")), lost) == []


@pytest.mark.parametrize(("label", "device", "number"), [("mobile 2", "mobile", 2), ("", "", 0), ("a ²", "a", 0)])
def test_labels(label: str, device: str, number: int) -> None:
    record = exchange("/", label=label)
    assert (device_of(record), run_of(record)) == (device, number)
