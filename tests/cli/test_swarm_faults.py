"""Each fault of load trips its own check and no other, by a swarm on the lab; a clean lab passes them all."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from scalecheck.checks.catalogue import BY_ID, SWARMED
from scalecheck.lab.faults import FAULTS
from scalecheck.model.verdict import Report, Verdict
from scalecheck.report.json_reading import read
from tests.again import again

pytestmark = pytest.mark.live

PROFILE = """\
scalecheck: 1
site: {site}
routes:
  product: {path: /products/*, kind: isr, cache: {shared: 60s}}
  api: {path: /api/**, kind: api}
  assets: {path: /assets/**, kind: hashed}
targets: {slow: 3200ms, slow_ratio: {share}}
traffic:
  normal: 9 pages/s
  arrivals: even
  audience: {daily_users: 1000, pages_per_user: "4", think_time: 300ms, returning: 0%, peak_concurrent: 1000}
  pages: {product: {share: 100%, get: /products/1, api: [GET /api/basket x4, GET /api/stock/1 x3]}}
  routes: {GET /api/products/2: {rate: 45/s}}
  prices: {egress: 0.1 USD/GB, origin_requests: 1 USD/1_000_000}
{cost}  shapes:
    hold: [{hold: 1x, for: 12s}]
    rise:
      - {hold: 0.1x, for: 5s}
      - {hold: 0.4x, for: 4s}
      - {hold: 0.1x, for: 5s}
      - {hold: 1x, for: 3s}
      - {hold: 0.1x, for: 10s}
slo:
  all:
    - errors < {share}
    - p90 < 1900ms
    - bytes per first visit < 150KB
    - requests > 10/s
    - delivered > 90%
"""
COST = "  cost: {egress: 1.8 USD/month, origin_requests: 0.72 USD/month}\n"
HOLD = """\
  during: {hold: [requests > 127/s]}
  pages: {product: [page p75 < 1000ms]}
  routes: {GET /api/basket: [p50 growth < 60% per 10s]}
"""
"""Asked where one load is held for long enough, as are costs."""
RISES = frozenset({"load.headroom", "load.survives_spike", "load.recovers"})
"""Checks of how a site takes a rise, and of what comes after it."""
CHECKS = frozenset(each for each in BY_ID if each.partition(".")[0] in SWARMED)
GENERATOR = "load.delivered"
"""Says what the generator did: no fault of the site can trip it; test_faults.py of the swarm starves a worker."""
HIT_RATIO = "pages-bypassed"
"""Trips `load.hit_ratio` under load, as it trips `cdn.page_hit_ratio` in an audit."""
FAULTY = {fault.name: fault.check for fault in FAULTS.values() if fault.check in CHECKS} | {HIT_RATIO: "load.hit_ratio"}
AT_ONCE = 3
ENDS_WITHIN_S = 120
LAB = """\
import sys
from scalecheck.lab.lab import Lab
with Lab(faults=sys.argv[1:], latency_s=0.1) as lab:
    print(lab.url, flush=True)
    sys.stdin.read()
"""
"""A lab in a process of its own: several in one would wait for each other."""


@contextmanager
def lab_with(faults: Iterable[str]) -> Iterator[str]:
    """Run a lab until the block ends; yield its URL."""
    command = [sys.executable, "-c", LAB, *faults]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as lab:
        assert lab.stdin is not None
        assert lab.stdout is not None
        try:
            yield lab.stdout.readline().strip()
        finally:
            lab.stdin.close()


def played(folder: Path, shape: str, faults: Iterable[str] = ()) -> Report:
    folder.mkdir(exist_ok=True)
    with lab_with(faults) as site:
        share, cost, held_to = ("2%", COST, HOLD) if shape == "hold" else ("10%", "", "")
        text = PROFILE.replace("{site}", site).replace("{share}", share).replace("{cost}", cost) + held_to
        (folder / "lab.yaml").write_text(text, encoding="utf-8")
        words = [
            "swarm",
            "--profile",
            "lab.yaml",
            "--shape",
            shape,
            "--keep",
            "swarm.jsonl",
            "--format",
            "json",
            "--quiet",
        ]
        command = [sys.executable, "-m", "scalecheck", *words]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=ENDS_WITHIN_S, check=False)
    assert done.stdout, done.stderr
    return read(done.stdout)


def with_verdict(report: Report, *verdicts: Verdict) -> dict[str, str]:
    """Return the checks with such a verdict, and their findings for the message of a failing test."""
    return {
        each.check: "; ".join(f"{one.subject}: {one.expected} / {one.observed} {one.reason}" for one in each.findings)
        for each in report.outcomes
        if each.verdict in verdicts
    }


def wrong(report: Report) -> dict[str, str]:
    return with_verdict(report, Verdict.FAIL, Verdict.UNKNOWN)


def test_each_fault_trips_its_own_check_and_no_other(tmp_path: Path) -> None:
    def run(fault: str) -> dict[str, str]:
        """Return what is found; where that is not the fault's own check alone, what a busy machine adds is left out.

        It is what a second run does not find again; the fault's own check may hide once in what others make it wait.
        """
        own, shape = FAULTY[fault], "rise" if FAULTY[fault] in RISES else "hold"
        first = wrong(played(tmp_path / fault, shape, [fault]))
        if first.keys() == {own}:
            return first
        second = wrong(played(tmp_path / f"{fault} again", shape, [fault]))
        return {check: told for check, told in second.items() if check in first or check == own}

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = dict(zip(FAULTY, pool.map(run, FAULTY), strict=True))
    assert {fault: set(each) for fault, each in told.items()} == {fault: {check} for fault, check in FAULTY.items()}, (
        told
    )


def test_the_clean_lab_passes_every_check(tmp_path: Path) -> None:
    def run(shape: str) -> Report:
        return again(lambda: played(tmp_path / shape, shape), lambda report: not wrong(report))

    with ThreadPoolExecutor() as pool:
        reports = tuple(pool.map(run, ("hold", "rise")))
    assert [wrong(each) for each in reports] == [{}, {}]
    passed = {check for each in reports for check in with_verdict(each, Verdict.PASS)}
    assert passed >= CHECKS - {"load.polite_refusals"}  # nobody is refused


def test_every_check_has_a_fault() -> None:
    assert set(FAULTY.values()) == CHECKS - {GENERATOR}
