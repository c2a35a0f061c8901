"""A swarm's evidence judged again: by its own service levels, and with nothing of an audit."""

import json
from pathlib import Path
from typing import Any

import pytest

from scalecheck.checks.catalogue import chosen
from scalecheck.gather.record import EvidenceFile
from scalecheck.model.evidence import Run
from scalecheck.model.load import BY_HAND, Event, Happening, Load, LoadRecord
from scalecheck.model.profile_file import parse_profile
from tests.checks.swarms import ENDED, hold, load
from tests.cli.running import Done, scalecheck
from tests.model.loads import SEARCH, tally

PROFILE = """
scalecheck: 1
site: https://shop.test
slo:
  all: [errors < 1%, p95 < 300ms]
  baseline: {file: baseline.json, fail: [p95 up 10%]}
"""
IDS = tuple(check.id for check in chosen(["load", "cost"]))
GOOD = load(hold(1, 20, {SEARCH: tally((1000, 0.1))}))
SLOWER = load(hold(1, 20, {SEARCH: tally((1000, 0.15))}))


def kept(path: Path, swarm: Load, *, ended: bool = True, checks: tuple[str, ...] = IDS) -> Path:
    """Write a swarm's evidence as its live run does."""
    (path.parent / "scalecheck.yaml").write_text(PROFILE)
    run = Run("scalecheck 0", "https://shop.test", 1_700_000_000.0, parse_profile(PROFILE).public(), None, checks)
    reported: tuple[LoadRecord, ...] = (swarm.run, *swarm.windows, *swarm.generators, *swarm.events)
    with path.open("w") as file:
        ledger = EvidenceFile(file, run)
        for record in reported:
            ledger.keep_load(record)
        if ended:
            ledger.end()
    return path


def judge(monkeypatch: pytest.MonkeyPatch, path: Path, *options: object) -> tuple[Done, dict[str, str], Any]:
    done = scalecheck(monkeypatch, path.parent, "judge", path, "--format", "json", *options)
    report = json.loads(done.out)
    return done, {each["check"]: each["verdict"] for each in report["outcomes"]}, report


def test_it_passes_by_its_own_levels_and_asks_for_nothing_of_an_audit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done, verdicts, report = judge(monkeypatch, kept(tmp_path / "swarm.jsonl", GOOD))
    assert (done.code, report["seconds"]) == (0, 20.0)
    assert set(verdicts) == set(IDS)
    assert verdicts["load.latency"] == verdicts["load.delivered"] == "pass"


def test_without_a_list_of_checks_all_of_the_swarm_are_judged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _, verdicts, _ = judge(monkeypatch, kept(tmp_path / "swarm.jsonl", GOOD, checks=()))
    assert set(verdicts) == set(IDS)


def test_evidence_that_is_cut_off_keeps_its_figures_and_proves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = kept(tmp_path / "swarm.jsonl", load(hold(1, 20, {SEARCH: tally((1000, 0.1))}), events=[]), ended=False)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:12]) + lines[12][:40])
    done, verdicts, report = judge(monkeypatch, path)
    assert done.code == 130
    assert verdicts["load.latency"] == verdicts["load.delivered"] == "unknown"
    sent = [each["value"] for each in report["measures"] if (each["name"], each["route"]) == ("sent", "*")]
    assert sent[0] == 10_000


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (ENDED, 0),
        (Event(0, 9.0, Happening.STOPPED, BY_HAND), 130),
        (Event(0, 9.0, Happening.STOPPED, "safety.max_transfer"), 3),
        (Event(0, 9.0, Happening.ABORTED, "errors > 5%: 9%", "fail"), 1),
        (Event(0, 9.0, Happening.ABORTED, "generator lag > 250ms: 1s", "inconclusive"), 3),
    ],
    ids=["ended", "by hand", "by a limit", "failed", "inconclusive"],
)
def test_how_it_ended_is_how_it_exits(event: Event, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    swarm = load(hold(1, 20, {SEARCH: tally((1000, 0.1))}), events=[event])
    assert judge(monkeypatch, kept(tmp_path / "swarm.jsonl", swarm))[0].code == code


def test_it_is_compared_with_the_report_that_the_profile_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = kept(tmp_path / "swarm.jsonl", GOOD)
    (tmp_path / "baseline.json").write_text(judge(monkeypatch, path)[0].out)
    assert judge(monkeypatch, path)[1]["load.latency"] == "pass"
    verdict = judge(monkeypatch, kept(tmp_path / "slower.jsonl", SLOWER))[1]["load.latency"]
    assert verdict == "fail"


def test_it_is_compared_with_the_evidence_of_an_earlier_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = ("--before", kept(tmp_path / "before.jsonl", GOOD))
    assert judge(monkeypatch, kept(tmp_path / "swarm.jsonl", SLOWER), *before)[1]["load.latency"] == "fail"
    assert judge(monkeypatch, kept(tmp_path / "swarm.jsonl", SLOWER))[1]["load.latency"] == "pass"


def test_a_baseline_that_is_no_report_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = kept(tmp_path / "swarm.jsonl", GOOD)
    (tmp_path / "baseline.json").write_text('{"format": "other"}')
    done = scalecheck(monkeypatch, tmp_path, "judge", path)
    assert done.code == 2
    assert "slo.baseline.file" in done.err
    assert "baseline.json: expected a report" in done.err


def test_a_garbled_report_of_a_worker_is_named_by_its_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = kept(tmp_path / "swarm.jsonl", GOOD)
    path.write_text(path.read_text().replace('"second":0', '"second":-1', 1))
    done = scalecheck(monkeypatch, tmp_path, "judge", path)
    assert done.code == 2
    assert "swarm.jsonl:3: window.second: expected a whole number from 0, found -1" in done.err
