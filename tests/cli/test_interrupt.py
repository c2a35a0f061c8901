"""Interrupted, a run keeps what it gathered: it is judged, and can be judged again."""

import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.apart import started
from tests.cli.running import scalecheck
from tests.cli.serving import Answer, Site, serving
from tests.cli.sites import counted, shop

pytestmark = pytest.mark.live

PROFILE = """
scalecheck: 1
routes:
  home: {path: /, kind: ssg}
  product: {path: "/products/{id}", kind: ssg, samples: [/products/1, /products/2]}
"""


@contextmanager
def stuck(site: Site, after: int) -> Iterator[tuple[str, Callable[[], bool]]]:
    """Serve a site that answers so many requests and then none; yield its URL and how to wait until it hangs."""
    count, hangs, over = 0, threading.Event(), threading.Event()
    lock = threading.Lock()

    def slow(path: str) -> Answer:
        nonlocal count
        with lock:
            count += 1
            last = count > after
        if last:
            hangs.set()
            over.wait(30)
            return Answer(None)
        return site(path)

    with serving(slow) as url:
        try:
            yield url, lambda: hangs.wait(30)
        finally:
            over.set()


@pytest.mark.parametrize(
    ("how", "with_profile"),
    [(signal.SIGINT, True), (signal.SIGTERM, False)],
    ids=["SIGINT, profile", "SIGTERM, no profile"],
)
def test_an_interrupted_run_is_judged_and_can_be_judged_again(
    how: signal.Signals, with_profile: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "site.yaml").write_text(PROFILE)
    options = ("--profile", "site.yaml") if with_profile else ()
    with stuck(shop, after=4) as (url, hangs):
        process = started(tmp_path, "audit", url, "--format", "json", "--format", "text=r.txt", *options)
        assert hangs()
        process.send_signal(how)
        out, err = process.communicate(timeout=30)
    report = json.loads(out)
    assert process.returncode == report["exit_code"] == 130
    assert report["interrupted"]
    assert "interrupted: judging what was gathered" in err
    assert "Traceback" not in err
    assert "interrupted" in (tmp_path / "r.txt").read_text()
    again = scalecheck(monkeypatch, tmp_path, "judge", "reports/evidence.jsonl", "--format", "json")
    assert again.code == 130
    assert json.loads(again.out)["interrupted"]
    assert json.loads(again.out)["outcomes"] == report["outcomes"]


def test_a_run_without_a_profile_that_is_interrupted_while_exploring_judges_what_it_saw(tmp_path: Path) -> None:
    with stuck(shop, after=3) as (url, hangs):
        process = started(tmp_path, "audit", url, "--format", "json")
        assert hangs()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    report = json.loads(out)
    assert process.returncode == 130
    assert "isr: /" in " ".join(report["notes"])
    assert {"site.answers": "unknown"}.items() <= {
        each["check"]: each["verdict"] for each in report["outcomes"]
    }.items()


def test_two_interrupts_end_at_once(tmp_path: Path) -> None:
    with stuck(shop, after=3) as (url, hangs):
        process = started(tmp_path, "audit", url)
        assert hangs()
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert (tmp_path / "reports" / "evidence.jsonl").read_text().startswith('{"format"')


def test_init_that_is_interrupted_writes_no_half_profile(tmp_path: Path) -> None:
    with stuck(shop, after=3) as (url, hangs):
        process = started(tmp_path, "init", url)
        assert hangs()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_evidence_of_a_run_that_was_killed_can_be_judged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with stuck(shop, after=3) as (url, hangs):
        process = started(tmp_path, "audit", url)
        assert hangs()
        process.kill()
        process.communicate(timeout=30)
    done = scalecheck(monkeypatch, tmp_path, "judge", "reports/evidence.jsonl", "--format", "json")
    verdicts = {outcome["check"]: outcome["verdict"] for outcome in json.loads(done.out)["outcomes"]}
    assert done.code != 0
    assert verdicts["cache.revalidates"] == "unknown"


def test_the_budget_is_printed_first_and_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    site, asked = counted(shop)
    with serving(site) as url:
        done = scalecheck(monkeypatch, tmp_path, "audit", url, "--requests", "25", "--patience", "0s")
    assert "at most 25 requests" in done.err.splitlines()[0]
    assert len(asked) == 25
    assert "the request budget was used up" in done.out
    assert done.code in {1, 3}
