"""A team's own locustfile, played by Locust against the lab."""

import csv
import re
from pathlib import Path

import pytest

from scalecheck.cli.swarm_plan import Elsewhere, SwarmPlan
from scalecheck.cli.swarm_run import kept, prepare
from scalecheck.gather.record import read_evidence
from scalecheck.lab.lab import Lab
from scalecheck.model.load import Happening, Key, Part, Tally
from scalecheck.model.load_totals import added

README = Path(__file__).parents[2] / "README.md"
SHOPPER = Path(__file__).with_name("shopper.py")
pytestmark = pytest.mark.live


def counted(path: Path) -> dict[Key, Tally]:
    load = read_evidence(path).load
    assert load is not None
    assert [each.what for each in load.events] == [Happening.ENDED]
    keys = {key for window in load.windows for key in window.tallies}
    return {key: added(window.tallies[key] for window in load.windows if key in window.tallies) for key in keys}


@pytest.mark.parametrize("processes", [1, 2])
def test_tasks_are_counted_as_any_swarm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    with Lab() as lab:
        (tmp_path / "lab.yaml").write_text(lab.profile, encoding="utf-8")
        profile = tmp_path / "shop.yaml"
        profile.write_text("scalecheck: 1\nextends: lab.yaml\nsafety: {writes: false}\n", encoding="utf-8")
        plan = SwarmPlan(
            profile=str(profile),
            keep=tmp_path / "swarm.jsonl",
            elsewhere=Elsewhere(processes),
            locustfile=SHOPPER,
            locust=("-u", "4", "-r", "4", "-t", "4s", "--csv", str(tmp_path / "locust")),
            quiet=True,
        )
        _, interrupted = kept(plan, prepare(plan), ())
    assert not interrupted
    exceptions = (tmp_path / "locust_exceptions.csv").read_text()
    assert exceptions.count("\n") == 1, exceptions
    tallies = counted(plan.evidence)
    pages, lost = tallies[Key(Part.PAGE, "home")], tallies[Key(Part.ROUTE, "GET nowhere")]
    assert pages.answered >= 4
    assert pages.answered == pages.planned
    assert lost.failed == {"status 404": lost.sent}
    assert tallies[Key(Part.ASSET, "chunks")].kept > 0  # each shopper has a cache
    with (tmp_path / "locust_stats.csv").open() as file:
        rows = {(row["Type"], row["Name"]): int(row["Request Count"]) for row in csv.DictReader(file)}
    assert rows[("PAGE", "home")] == pages.answered
    assert rows[("GET", "nowhere")] == lost.sent
    calls = tallies[Key(Part.CALL, "GET /api/products/1")]
    assert rows[("GET", "/api/products/1")] == calls.answered + tallies[Key(Part.ROUTE, "GET /api/products/1")].answered


def test_the_readme_shows_one_that_plays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(README.parent))
    (shown,) = re.findall(r"(?s)```python\n(from locust .*?)```", README.read_text(encoding="utf-8"))
    (tmp_path / "shopper.py").write_text(shown, encoding="utf-8")
    with Lab() as lab:
        (tmp_path / "lab.yaml").write_text(lab.profile, encoding="utf-8")
        plan = SwarmPlan(
            profile=str(tmp_path / "lab.yaml"),
            keep=tmp_path / "swarm.jsonl",
            elsewhere=Elsewhere(1),
            locustfile=tmp_path / "shopper.py",
            locust=("-u", "3", "-r", "3", "-t", "2s", "--csv", str(tmp_path / "locust")),
            quiet=True,
        )
        kept(plan, prepare(plan), ())
    assert (tmp_path / "locust_exceptions.csv").read_text().count("\n") == 1
    tallies = counted(plan.evidence)
    assert tallies[Key(Part.PAGE, "home")].answered >= 3
    assert tallies[Key(Part.ROUTE, "GET /api/products/1")].answered >= 3
