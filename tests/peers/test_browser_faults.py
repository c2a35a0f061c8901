"""In a real Chromium the clean lab keeps every promise, and each fault that only a browser notices breaks its own."""

import shutil
from pathlib import Path

import pytest

from scalecheck.checks.catalogue import CHECKS
from scalecheck.lab.fault import Fault
from scalecheck.lab.faults_browser import SEEN_BY_CHROMIUM
from scalecheck.lab.lab import Lab
from scalecheck.probes.probe import Agent
from tests.again import again
from tests.peers.audit import Told, audit, judge
from tests.peers.servers import require

pytestmark = pytest.mark.peer

IN_CHROMIUM = [check.id for check in CHECKS if Agent.CHROMIUM in {probe.by for probe in check.needs}]
IN_LIGHTHOUSE = [check.id for check in CHECKS if Agent.LIGHTHOUSE in {probe.by for probe in check.needs}]
FEWER = """
routes: {blog: off, search: off, login: off, account: off, checkout: off}
browser: {devices: [mobile], settle: 0.3s}
"""
"""Pages that tell nothing more of these faults; every second counts."""


@pytest.fixture(autouse=True)
def _chromium() -> None:
    require("chromium")


def audited(lab: Lab, folder: Path, *options: str) -> Told:
    profile = folder / "demo.yaml"
    profile.write_text(lab.profile + FEWER)
    return audit(
        lab.url, profile, folder, "--browser", f"--keep={folder / 'evidence.jsonl'}", "--patience=0s", *options
    )


def test_the_clean_lab_keeps_every_promise_and_is_judged_alike_later(tmp_path: Path) -> None:
    def run() -> Told:
        with Lab() as lab:
            return audited(lab, tmp_path, *(f"--skip={check}" for check in IN_LIGHTHOUSE))

    told = again(run, lambda told: told.exit_code == 0)
    assert told.exit_code == 0, str(told)
    assert told.checks("pass") >= set(IN_CHROMIUM), str(told)
    later = tmp_path / "later"
    later.mkdir()
    shutil.copy(tmp_path / "evidence.jsonl", later)
    assert judge(later / "evidence.jsonl", later).verdicts == told.verdicts


@pytest.mark.parametrize("fault", SEEN_BY_CHROMIUM, ids=lambda fault: fault.name)
def test_each_fault_breaks_its_own_promise_and_no_other(fault: Fault, tmp_path: Path) -> None:
    """Checks that need no browser see none of them: tests/cli/test_lab.py."""

    def run() -> Told:
        with Lab(faults=(fault.name,)) as lab:
            return audited(lab, tmp_path, *(f"--only={check}" for check in IN_CHROMIUM))

    told = again(run, lambda told: told.checks("fail", "unknown", "warn") == {fault.check})
    assert told.checks("fail", "unknown", "warn") == {fault.check}, str(told)
    assert told.exit_code == 1
