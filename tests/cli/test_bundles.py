"""`scalecheck bundles`: tables before the report, from the live site or from evidence, and why a chunk is loaded."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Done, scalecheck
from tests.cli.serving import serving
from tests.cli.sites import shop

SCRIPT = "/assets/app-9f2c1b7f.js"


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Done:
    monkeypatch.setenv("COLUMNS", "100")
    with serving(shop) as url:
        return scalecheck(monkeypatch, tmp_path, "bundles", url, "--patience", "0s", "--quiet")


def recorded(monkeypatch: pytest.MonkeyPatch, folder: Path, *options: object) -> Done:
    return scalecheck(monkeypatch, folder, "bundles", "--evidence", "reports/evidence.jsonl", *options)


def test_the_tables_stand_before_the_report(live: Done) -> None:
    tables, _, report = live.out.partition("\n\nPASS, exit 0")
    assert "JavaScript" in tables
    assert "budget" in tables
    assert f"  {SCRIPT}" in tables
    assert "  site      http://127.0.0.1" in report
    assert (live.code, live.err) == (0, "")


def test_evidence_gives_the_same_tables_without_a_request(
    live: Done, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    again = recorded(monkeypatch, tmp_path)
    tables, _, _ = live.out.partition("\n\nPASS, exit 0")
    assert again.out.startswith(tables)
    assert "judged again from reports/evidence.jsonl" in again.out
    assert (again.code, again.err) == (live.code, "")


def test_other_formats_are_printed_alone(live: Done, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = recorded(monkeypatch, tmp_path, "--format", "json", "-f", "text=reports/report.txt")
    assert {outcome["check"].partition(".")[0] for outcome in json.loads(done.out)["outcomes"]} <= {"bundle", "site"}
    assert "JavaScript  " not in (tmp_path / "reports/report.txt").read_text()


def test_verbose_shows_every_page(live: Done, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "the heaviest of 3 pages" in live.out
    done = recorded(monkeypatch, tmp_path, "--verbose")
    assert "heaviest" not in done.out
    assert all(f"/products/{number}  " in done.out for number in (1, 2, 3))


def test_why_prints_its_answer_alone(live: Done, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = recorded(monkeypatch, tmp_path, "--why", "app-9f2c1b7f.js")
    assert done.out.splitlines()[0].endswith(SCRIPT)
    assert "  initial   on 6 of 6 pages" in done.out
    assert len(done.out.splitlines()) == 3
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--why", "nowhere.js"), "--why: none of 6 pages loads nowhere.js"),
        (("--why", "\x1b[31m.js"), r"--why: none of 6 pages loads \x1b[31m.js"),
        (("--why", "a.js", "--format", "json"), "--why: prints its answer alone; leave out --format"),
        (("https://shop.test",), "--evidence: nothing is asked; leave out the URL"),
        (("--connect-to", "127.0.0.1:1"), "--evidence: nothing is asked; leave out --connect-to"),
        (("--requests", "5"), "--evidence: nothing is asked; leave out --requests"),
        (("-f", "json=reports/evidence.jsonl"), "--format json: reports/evidence.jsonl is read by this command"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    options: tuple[str, ...], said: str, live: Done, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done = recorded(monkeypatch, tmp_path, *options)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"scalecheck: {said}")


def test_a_missing_file_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = scalecheck(monkeypatch, tmp_path, "bundles", "--evidence", "nowhere.jsonl")
    assert done.code == 2
    assert "nowhere.jsonl" in done.err


def test_a_site_that_does_not_answer_has_no_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = scalecheck(monkeypatch, tmp_path, "bundles", "http://127.0.0.1:9", "--quiet", "--patience", "0s")
    assert done.code == 3
    assert done.out.startswith("UNKNOWN, exit 3")


def test_figures_stand_in_the_tables_alone(live: Done, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = recorded(monkeypatch, tmp_path, "-f", "json=reports/report.json")
    report = json.loads((tmp_path / "reports/report.json").read_text())
    assert "initial_js" in {measure["name"] for measure in report["measures"]}
    assert "\nFigures\n" not in done.out
