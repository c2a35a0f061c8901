"""`scalecheck plan`: what it prints, and how it ends."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from scalecheck.gather.har import write_har
from scalecheck.gather.record import EvidenceFile
from scalecheck.model.evidence import Run
from scalecheck.model.profile import Profile
from scalecheck.model.profile_data import data_problems
from scalecheck.model.profile_file import parse_profile, read_profile
from tests.checks.rows import exchange, site
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


def evidence(folder: Path) -> str:
    """Write evidence of a page of two requests, gathered by a profile of its own."""
    page = exchange("/", {}, body='<script src="/a.js"></script>', wire_bytes=3_000)
    script = exchange("/a.js", {"cache-control": "max-age=86400"}, wire_bytes=50_000)
    own = parse_profile("scalecheck: 1\nsite: https://shop.test\ntraffic: {normal: 7 pages/s}")
    with (folder / "e.jsonl").open("w") as file:
        kept = EvidenceFile(file, Run("scalecheck", own.site, 1_700_000_000.0, own.public()))
        kept.begin("first")
        for number, each in ((3, page), (4, script)):
            kept.keep(replace(each, number=number))
        kept.end()
    return "e.jsonl"


def test_evidence_says_what_pages_cost(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = planned(monkeypatch, tmp_path, "--evidence", evidence(tmp_path), "-f", "json")
    found = json.loads(done.out)
    first = {"requests": 2, "bytes": 53_000, "source": "measured"}
    assert (found["normal"], found["pages"]["any"]["first"]) == (7, first)
    named = json.loads(
        planned(monkeypatch, tmp_path, "--evidence", "e.jsonl", "--profile", "million-dau", "-f", "json").out
    )
    assert (named["normal"], named["pages"]["any"]["first"]) == (200, first)


def test_secrets_are_not_needed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.delenv("ALICE_SESSION", raising=False)
    assert planned(monkeypatch, folder, "--profile", "shop").code == 0


LOG = """\
#Software: something
203.0.113.7 - - [20/Nov/2026:10:00:00 +0000] "GET /p/1 HTTP/1.1" 200 512 "-" "Mozilla/5.0 (iPhone) Mobile"
203.0.113.7 - - [20/Nov/2026:10:00:01 +0000] "GET /api/menu HTTP/1.1" 200 300 "-" "Mozilla/5.0 (iPhone) Mobile"
203.0.113.7 - - [20/Nov/2026:10:01:30 +0000] "GET /p/2 HTTP/1.1" 200 512 "-" "Mozilla/5.0 (iPhone) Mobile"
what is this
"""


def recorded(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> Done:
    return scalecheck(monkeypatch, folder, "plan", "--from", *words)


def planned_from(folder: Path, printed: str) -> Profile:
    (folder / "made.yaml").write_text(f"scalecheck: 1\n{printed}")
    profile = read_profile(folder / "made.yaml", None)
    assert data_problems(profile) == ()
    return profile


@pytest.mark.parametrize("packed", [False, True])
def test_a_log_becomes_traffic_that_can_be_planned(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, packed: bool
) -> None:
    text = LOG.encode()
    (tmp_path / "access.log").write_bytes(gzip.compress(text) if packed else text)
    done = recorded(monkeypatch, tmp_path, "access.log", "--data", "data")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("# traffic of access.log: 3 requests; lines that could not be read: 1\n")
    assert (tmp_path / "data/p.csv").read_text() == "id\n1\n2\n"
    traffic = planned_from(tmp_path, done.out).traffic
    assert traffic.pages["p"].get == "/p/{id}"
    assert traffic.devices["mobile"].user_agent == "safari-iphone"
    assert planned(monkeypatch, tmp_path, "--profile", "made.yaml").code == 0


def test_without_a_folder_for_data_a_page_is_its_most_frequent_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "access.log").write_text(LOG)
    done = recorded(monkeypatch, tmp_path, "access.log")
    assert planned_from(tmp_path, done.out).traffic.pages["p"].get == "/p/1"
    assert not (tmp_path / "data").exists()


def test_a_har_becomes_traffic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answers = [
        exchange("/", {}, at=1),
        exchange("/app.js", {}, at=2),
        exchange("/menu", {}, content_type="application/json", body="{}", at=3),
        exchange("https://cdn.elsewhere.test/x.js", {}, at=4),
        exchange("/about", {}, at=40),
    ]
    (tmp_path / "shop.har").write_text(write_har(site(*answers)))
    done = recorded(monkeypatch, tmp_path, "shop.har")
    assert (done.code, done.err) == (0, "")
    assert "# left out: requests to other hosts: 1\n" in done.out
    traffic = planned_from(tmp_path, done.out).traffic
    assert {name: page.share for name, page in traffic.pages.items()} == {"about": 0.5, "home": 0.5}
    assert [str(call) for call in traffic.pages["home"].api] == ["GET /menu"]


EXPECTED = "expected a HAR, or an access log (common, combined, JSON lines or W3C), found "
NO_LOG = [
    (b"", EXPECTED + "no line"),
    (b"#Fields: date\n", EXPECTED + "no line"),
    (
        b"\x1b[31mhello\n",
        EXPECTED + "\\x1b[31mhello",
    ),
    (LOG.splitlines()[2].encode(), "shows no page"),
    (b"\x1f\x8bnot gzip", "cannot be read"),
    (gzip.compress(LOG.encode(), mtime=0)[:-9], "cannot be read"),
    (b'{"log": {}}', "expected HAR 1.2"),
]


@pytest.mark.parametrize(("text", "message"), NO_LOG)
def test_what_is_no_log_ends_with_2(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: bytes, message: str) -> None:
    (tmp_path / "x.log").write_bytes(text)
    done = recorded(monkeypatch, tmp_path, "x.log")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"scalecheck: x.log: {message}")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nowhere.log",), "nowhere.log: cannot be read"),
        (("access.log", "--shape", "steady"), "--shape: not with --from, which prints what a file shows"),
        (("access.log", "--data", "access.log"), "--data: access.log/p.csv cannot be written"),
    ],
)
def test_a_wrong_command_with_a_log_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    (tmp_path / "access.log").write_text(LOG)
    done = recorded(monkeypatch, tmp_path, *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"scalecheck: {message}")


def test_data_goes_with_a_log(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    assert "--data goes with --from" in planned(monkeypatch, folder, "--data", "d").err
