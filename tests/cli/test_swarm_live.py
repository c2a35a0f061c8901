"""What is shown while a swarm runs, from its records."""

import io

import pytest
from rich.console import Console

from scalecheck.cli.swarm_figures import Figures, near
from scalecheck.cli.swarm_live import View, line, picture
from scalecheck.model.histogram import Histogram, bucket
from scalecheck.model.load import Event, Generator, Happening, Key, Part, StageRun, SwarmRun, Tally, Window
from scalecheck.model.load_totals import sliced
from scalecheck.model.profile import Profile

CALL, HOME = Key(Part.CALL, "GET /api/menu"), Key(Part.PAGE, "home")
STAGES = (StageRun("hold 1", 0.0, 10.0, 1.0, 1.0), StageRun("rise", 10.0, 20.0, 1.0, 3.0))
PROFILE = Profile.model_validate(
    {
        "slo": {"all": ["errors < 1%", "p95 < 300ms"], "during": {"rise": ["errors < 5%"]}},
        "abort": [{"when": "errors > 50%", "for": "10s", "then": "fail"}],
    }
)


def times(ms: float, count: int) -> Histogram:
    return Histogram({bucket(round(ms * 1000)): count}, ms * count / 1000, ms / 1000)


def played(seconds: int, *, failed: int = 0, late: int = 0, workers: int = 1) -> Figures:
    figures = Figures(PROFILE)
    figures.take(SwarmRun("spike", 1.0, 10.0, STAGES, workers, {HOME: 200}, 1))
    for second in range(seconds):
        for worker in map(str, range(workers)):
            failures = {"timeout": failed} if failed else {}
            states = {"hit": 3, "miss": 1}
            call = Tally(0, 10 + failed, 0, 10, failures, {200: 10}, 5000, states, times(20, 10))
            page = Tally(10, 10, late, 10, {}, {}, 5000, {}, times(30, 10))
            figures.take(Window(0, worker, second + 1, second, {CALL: call, HOME: page}))
            lag = times(0.1, 10)
            figures.take(Generator(0, worker, second + 1, second + 1, lag, 0.25, 1, 1, 1, 6, 0, 0, 40))
    return figures


def shown(figures: Figures) -> str:
    console = Console(file=io.StringIO(), width=110, record=True)
    console.print(picture(figures))
    return console.export_text()


def test_before_anything_is_reported() -> None:
    assert Figures(PROFILE).now() is None
    assert shown(Figures(PROFILE)) == "waiting for the workers …\n"


@pytest.mark.parametrize("workers", [1, 3])
def test_figures_are_those_of_all_workers(workers: int) -> None:
    now = played(8, workers=workers).now()
    assert now is not None
    assert (now.second, now.stage, now.level) == (8, "hold 1", 1.0)
    assert (now.pages_per_s, now.planned_per_s, now.requests_per_s) == (10 * workers, 10 * workers, 10 * workers)
    assert (now.visitors, now.connections, now.cpu) == (40 * workers, 6 * workers, 0.25)
    assert (now.errors, now.hit_ratio, now.delivered) == (0.0, 0.75, 1.0)
    assert now.p95_s == pytest.approx(0.02, rel=0.01)
    assert now.lag_s == pytest.approx(0.0001, rel=0.01)


def test_a_worker_that_reports_late_holds_the_figures_back() -> None:
    figures = played(8)
    figures.take(Generator(0, "late", 1, 3, Histogram(), 0.1, 1, 1, 1, 0, 0, 0, 0))
    assert figures.second == 3


def test_a_ramp_is_at_its_level() -> None:
    now = played(15).now()
    assert now is not None
    assert now.stage == "rise"
    assert now.level == pytest.approx(2.0)


def test_what_is_about_to_fail_comes_first() -> None:
    now = played(8, failed=1).now()
    assert now is not None
    assert [each.sentence for each in now.nearest] == ["errors < 1%", "p95 < 300ms"]
    assert now.nearest[0].used > 1
    assert "errors < 1%: 9.091%, does not hold" in shown(played(8, failed=1))
    assert line(now).endswith("misses errors < 1%")
    during = played(15, failed=1).now()
    assert during is not None
    assert during.nearest[0].sentence == "errors < 5%"


def test_a_rule_of_abort_counts_down() -> None:
    now = played(4, failed=30).now()
    assert now is not None
    assert now.aborting == ("errors > 50% holds; stops the run in 6s",)
    assert "abort     errors > 50% holds; stops the run in 6s" in shown(played(4, failed=30))
    assert played(4, failed=1).now().aborting == ()  # type: ignore[union-attr]  # there are figures


def test_late_arrivals_show() -> None:
    now = played(8, late=1).now()
    assert now is not None
    assert now.delivered == pytest.approx(0.9)
    assert "on time 90%" in line(now)


@pytest.mark.parametrize(
    ("sentence", "used"),
    [
        ("p95 < 40ms", 0.5),
        ("p95 < 20ms", 1.0),
        ("delivered > 99%", 0.0),
        ("requests >= 5/s", 0.5),
        ("hit ratio > 50%", 0.5),
    ],
)
def test_nearness(sentence: str, used: float) -> None:
    profile = Profile.model_validate({"slo": {"all": [sentence]}})
    tallies = {CALL: Tally(0, 10, 0, 10, {}, {}, 1, {"hit": 3, "miss": 1}, times(20, 10)), HOME: Tally(10, 10)}
    found = near(profile.slo.all[0], sliced(tallies, 1.0))
    assert found is not None
    assert found.used == pytest.approx(used, rel=0.01)


def test_without_a_terminal_there_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    figures = played(3)
    with View(figures, quiet=False) as view:
        figures.take(Event(0, 3.2, Happening.WORKER_LOST, "b\x1b[2J/1"))
        view.beat()
        view.beat()
        figures.take(Event(0, 4.0, Happening.ENDED))
        view.beat()
    assert capsys.readouterr() == ("", "3 s: worker lost: b\\x1b[2J/1\n")


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    figures = played(3)
    with View(figures, quiet=True) as view:
        figures.take(Event(0, 3.2, Happening.WORKER_LOST, "b/1"))
        view.beat()
        view.say("anything")
    assert capsys.readouterr() == ("", "")
