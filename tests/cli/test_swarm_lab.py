"""The lab under the demo's traffic: it survives what is steady, and a spike finds its scarce part."""

from pathlib import Path

import pytest

from scalecheck.cli.swarm_plan import SwarmPlan
from scalecheck.cli.swarm_run import prepare, swarmed
from scalecheck.lab.lab import Lab
from scalecheck.model.verdict import Report, Verdict
from tests.again import again

pytestmark = pytest.mark.live

SHAPES = """\
traffic:
  shapes:
    steady: [{hold: 1x, for: 10s}]
    spike-10x: [{hold: 1x, for: 3s}, {ramp: 10x, over: 1s}, {hold: 10x, for: 4s}]
"""


@pytest.fixture
def swarm(tmp_path: Path) -> "Swarm":
    return Swarm(tmp_path)


class Swarm:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def played(self, shape: str) -> Report:
        with Lab() as lab:
            profile = self._folder / "lab.yaml"
            profile.write_text(lab.profile + SHAPES, encoding="utf-8")
            plan = SwarmPlan(
                profile=str(profile), shape=shape, scale=0.5, keep=self._folder / "swarm.jsonl", quiet=True
            )
            report = swarmed(plan, prepare(plan))
        assert report is not None
        return report


SURVIVED = {"load.delivered", "load.bytes"}


def failing(report: Report) -> set[str]:
    return {outcome.check for outcome in report.outcomes if outcome.verdict is Verdict.FAIL}


def passed(report: Report) -> set[str]:
    return {outcome.check for outcome in report.outcomes if outcome.verdict is Verdict.PASS}


def test_it_survives_what_is_steady(swarm: Swarm) -> None:
    report = again(lambda: swarm.played("steady"), lambda report: not failing(report) and passed(report) >= SURVIVED)
    assert failing(report) == set()
    assert passed(report) >= SURVIVED, [each.findings for each in report.outcomes]


def test_a_spike_fails_for_the_part_that_is_scarce(swarm: Swarm) -> None:
    report = swarm.played("spike-10x")
    assert failing(report) <= {"load.survives_spike", "load.recovers"}
    spike = next(outcome for outcome in report.outcomes if outcome.check == "load.survives_spike")
    assert spike.verdict is Verdict.FAIL, spike.findings
    bad = {finding.subject.partition(" during")[0] for finding in spike.findings if finding.verdict is Verdict.FAIL}
    assert "GET /arrivals" in bad
