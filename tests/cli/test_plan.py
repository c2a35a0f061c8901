"""`scalecheck plan`: what it prints, and how it ends."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Done, scalecheck

SHOP = """\
scalecheck: 1
site: https://shop.example
traffic:
  pages: {p: {share: 100%, get: "/p/{sku}", data: {from: skus.csv}, first: {bytes: 400KB}, api: [GET /api/menu]}}
  prices: {egress: 0.1 USD/GB, origin_requests: 1 USD/1_000_000}
safety: {max_rate: 5000/s}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scalecheck.yaml").write_text(SHOP)
    (tmp_path / "skus.csv").write_text("sku\n1\n")
    return tmp_path


def planned(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> Done:
    return scalecheck(monkeypatch, folder, "plan", "--date", "2026-11-21", *words)


def test_it_prints_a_day_and_says_what_cannot_be(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    done = planned(monkeypatch, folder)
    assert (done.code, done.err) == (0, "")
    assert "page views" in done.out
    assert "  17  " in done.out
    assert "CONTRADICTS safety.max_rate" in done.out
    assert "together, USD" in done.out
    assert "\x1b" not in done.out
    tables, _, prose = done.out.partition("Taken for granted")
    assert max(len(line) for line in prose.splitlines()) <= 80
    assert max(len(line) for line in tables.splitlines()) <= 132


def test_a_narrow_terminal_still_has_bars(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert "  17  █" in planned(monkeypatch, folder).out


def test_json_is_a_numbered_format(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    done = planned(monkeypatch, folder, "--format", "json", "--shape", "spike-10x")
    found = json.loads(done.out)
    assert (found["format"], found["date"], list(found["shapes"])) == ("scalecheck-plan/1", "2026-11-21", ["spike-10x"])
    assert found["shapes"]["spike-10x"]["passes"] == ["max_rate"]
    (claim,) = [each for each in found["claims"] if each["key"] == ["safety", "max_rate"]]
    assert (claim["says"], claim["line"]) == ("contradicts", 6)
    assert found["day"]["total"]["pages"] == [5_000_000, 10_000_000]
    assert [each["hour"] for each in found["day"]["hours"]] == list(range(24))


WRONG = [
    (("--shape", "spike"), '--shape spike: no such shape in the profile; did you mean "spike-'),
    (("--shape", "x"), "--shape x: no such shape in the profile; there are smoke, steady, "),
    (("--date", "tomorrow"), "--date tomorrow: expected a day such as 2026-11-21"),
    (("--date", "0001-01-01"), "--date 0001-01-01: expected a day such as 2026-11-21, from 1971 to 2199"),
    (("--format", "xml"), "--format xml: expected one of text, json"),
    (("--profile", "nowhere.yaml"), "nowhere.yaml  no such file"),
    (("--evidence", "nowhere.jsonl"), "nowhere.jsonl: no such file"),
]


@pytest.mark.parametrize(("words", "message"), WRONG)
def test_a_wrong_command_ends_with_2_and_one_line(
    monkeypatch: pytest.MonkeyPatch, folder: Path, words: tuple[str, ...], message: str
) -> None:
    done = planned(monkeypatch, folder, *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.lower().startswith(f"scalecheck: {message}".lower())
    assert done.err.count("\n") == 1


def test_data_that_is_not_there_ends_with_2(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "skus.csv").unlink()
    done = planned(monkeypatch, folder)
    assert done.code == 2
    assert done.err == "scalecheck: scalecheck.yaml:4  traffic.pages.p.data.from: skus.csv: no such file\n"


def test_without_a_profile_it_asks_for_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = planned(monkeypatch, tmp_path)
    assert done.code == 2
    assert "expected --profile, or a scalecheck.yaml beside you" in done.err


def test_secrets_are_not_needed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.delenv("ALICE_SESSION", raising=False)
    assert planned(monkeypatch, folder, "--profile", "shop").code == 0
