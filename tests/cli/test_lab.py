"""The clean lab passes every check; each fault trips its own check and no other."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from scalecheck.checks.catalogue import BY_ID, CHECKS, SWARMED
from scalecheck.cli.live import audited
from scalecheck.cli.plan import Limits, Plan
from scalecheck.lab.faults import FAULTS, Fault
from scalecheck.lab.lab import Lab
from scalecheck.model.verdict import Report, Verdict
from scalecheck.probes.probe import Agent
from tests.again import again

pytestmark = pytest.mark.live

UNTRIPPED = {
    "security.hsts": "https only; tests/peers/test_https.py trips it with nginx on TLS",
    "security.tls": "https only; tests/peers/test_https.py trips it with nginx that accepts TLS 1.1",
    "security.cookies": "skipped on plain-http loopback; tests/peers/test_https.py trips it with nginx on TLS",
    "cdn.modern_transport": "https only; tests/peers/test_https.py trips it with nginx on TLS",
    "bundle.third_party_bytes": "third parties are never asked; tests/cli/test_judge.py trips it by a browser's HAR",
    "vitals.not_regressed": "takes many runs of two deploys; tests/model/test_slowdowns.py says when it trips",
}
"""Checks that no fault of a plain-http site on loopback can trip."""
NEEDS_EARLIER = frozenset({"assets.same_bytes_since", "assets.kept_after_deploy", "bundle.not_grown"})
IN_BROWSERS = frozenset(check.id for check in CHECKS if any(probe.by is not Agent.CLIENT for probe in check.probes))
"""Checks that are skipped without a browser; tests/peers/test_browser_faults.py trips them with one."""
OF_SWARMS = frozenset(each for each in BY_ID if each.partition(".")[0] in SWARMED)
"""Checks of what a swarm brings; tests/cli/test_swarm_faults.py trips each of them."""
STREAMED = frozenset({"rendering.streams"})
"""Checks that need the page that is rendered piece by piece; each answer of it takes long, the others do without."""
PATIENT = frozenset({"cache.stale_served_at_once"})
"""Checks that wait for an answer to expire; the others are judged without that wait."""


@dataclass(frozen=True, slots=True)
class Audit:
    """A lab audited in a folder of its own."""

    folder: Path

    def report(self, *faults: str, patience: str = "0s", streamed: bool = True) -> Report:
        with Lab(faults=faults) as lab:
            return self.of(lab, patience=patience, streamed=streamed)

    def after_a_deploy(self, *faults: str) -> Report:
        """Audit once, and again after another build was released."""
        earlier = self.folder / "earlier"
        earlier.mkdir(exist_ok=True)
        with Lab(faults=faults) as lab:
            Audit(earlier).of(lab)
            lab.release(2)
            return self.of(lab, before=earlier / "evidence.jsonl")

    def of(self, lab: Lab, before: Path | None = None, patience: str = "0s", *, streamed: bool = True) -> Report:
        profile = self.folder / "demo.yaml"
        profile.write_text(lab.profile + ("" if streamed else "routes: {arrivals: off}\n"))
        limits = Limits(patience=patience)
        plan = Plan(profile=str(profile), keep=self.folder / "evidence.jsonl", before=before, limits=limits, quiet=True)
        return audited(plan)


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    return Audit(tmp_path)


def told(report: Report) -> dict[str, str]:
    """Return what is wrong, with the findings, for the message of a failing test."""
    return {
        outcome.check: f"{outcome.verdict} "
        + "; ".join(
            f"{each.verdict} {each.subject} {each.expected} / {each.observed} {each.reason}"
            for each in outcome.findings[:4]
            if each.verdict.badness > Verdict.PASS.badness
        )
        for outcome in report.outcomes
        if outcome.verdict.badness > Verdict.PASS.badness
    }


def test_the_clean_lab_passes_every_check(audit: Audit) -> None:
    report = again(lambda: audit.report(patience="5s"), lambda report: not told(report))
    assert told(report) == {}
    assert report.exit_code == 0
    skipped = {outcome.check for outcome in report.outcomes if outcome.verdict is Verdict.SKIP}
    assert skipped == UNTRIPPED.keys() | NEEDS_EARLIER | IN_BROWSERS | {
        "security.sri"
    }  # it loads nothing from elsewhere


@pytest.mark.parametrize(
    "fault", [each for each in FAULTS.values() if each.check not in UNTRIPPED.keys() | OF_SWARMS], ids=lambda f: f.name
)
def test_each_fault_trips_its_own_check_and_no_other(fault: Fault, audit: Audit) -> None:
    def audited() -> Report:
        if fault.check in NEEDS_EARLIER:
            return audit.after_a_deploy(fault.name)
        patience = "5s" if fault.check in PATIENT else "0s"
        return audit.report(fault.name, patience=patience, streamed=fault.check in STREAMED)

    alone = {fault.check} - IN_BROWSERS
    report = again(audited, lambda report: told(report).keys() == alone)
    assert told(report).keys() == alone, told(report)
    assert report.exit_code == len(alone)


def test_a_deploy_that_keeps_its_promises_passes(audit: Audit) -> None:
    report = again(audit.after_a_deploy, lambda report: not told(report))
    assert told(report) == {}
    assert {each.check for each in report.outcomes if each.verdict is Verdict.PASS} >= NEEDS_EARLIER


def test_every_check_has_a_fault() -> None:
    assert BY_ID.keys() == {fault.check for fault in FAULTS.values()} | UNTRIPPED.keys() | OF_SWARMS
