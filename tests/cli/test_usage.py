"""A wrong command line ends with one clear line a mistake and exit code 2, and nothing is asked or overwritten."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Done, scalecheck
from tests.cli.serving import serving
from tests.cli.sites import counted, shop

NOBODY = "http://127.0.0.1:9"
"""Where nothing listens; what is wrong must be found before anything is asked."""
PROFILE = "scalecheck: 1\nroutes:\n  home: {path: /, kind: ssg}\n"
FOREIGN = json.dumps({"log": {"version": "1.2", "entries": []}})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "site.yaml").write_text(PROFILE)
    (tmp_path / "empty").touch()
    (tmp_path / "empty.har").touch()
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "binary.har").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "foreign.json").write_text('{"name": "somebody", "version": 3}\n')
    (tmp_path / "list.json").write_text("[1, 2]\n")
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "none.har").write_text(FOREIGN)
    (tmp_path / "folder").mkdir()
    (tmp_path / "mistakes.yaml").write_text("scalecheck: 1\nsite: shop\nrouts: {}\nbudgets: {js: much}\n")
    (tmp_path / "secret.yaml").write_text(
        PROFILE + 'identities: {alice: {headers: {Cookie: "${env:SC_NOT_THERE}"}, marker: A}}\n'
    )
    return tmp_path


def refused(done: Done, *said: str) -> None:
    """Hold that one clear line says it all."""
    lines = done.err.strip().splitlines()
    assert done.code == 2, done
    assert done.out == ""
    assert len(lines) == 1, done.err
    assert lines[0].startswith("scalecheck: ")
    assert "Traceback" not in done.err
    for each in said:
        assert each in done.err


COMMAND_LINES = [
    ("audit", ("expected a URL", "--profile", "scalecheck.yaml")),
    ("audit shop.example.com", ("shop.example.com", "did you mean https://shop.example.com?")),
    ("audit shop", ("shop", "expected http:// or https://")),
    ("audit ftp://shop.example.com", ("ftp://shop.example.com", "expected http:// or https://")),
    ("audit http://", ("http://", "with a host")),
    ("audit http://[", ("http://[",)),
    ("audit http://[::1", ("http://[::1",)),
    ("audit http://127.0.0.1:99999", ("127.0.0.1:99999", "port")),
    ("audit http://127.0.0.1:port", ("127.0.0.1:port",)),
    ("audit http://999.1.1.1", ("999.1.1.1",)),
    ("audit https://a_b.example/", ("a_b.example",)),
    ("audit file:///etc/passwd", ("file:///etc/passwd",)),
    (f"audit {NOBODY} --onyl cache", ("no such option: --onyl", "--only")),
    (f"audit {NOBODY} --only cahce", ('"cahce"', 'did you mean "cache"')),
    (f"audit {NOBODY} --only cache.contrakt", ('did you mean "cache.contract"',)),
    (f"audit {NOBODY} --skip asets", ('did you mean "assets"',)),
    (f"audit {NOBODY} --format jsn", ("expected one of text, json", 'did you mean "json"')),
    (f"audit {NOBODY} --format JSON", ('did you mean "json"',)),
    (f"audit {NOBODY} --format json=", ("a file's name",)),
    (f"audit {NOBODY} --format json --format md", ("json and md", "md=FILE")),
    (f"audit {NOBODY} --format json=folder", ("--format json", "folder cannot be written")),
    (f"audit {NOBODY} --format json=site.yaml/x", ("site.yaml/x cannot be written",)),
    (f"audit {NOBODY} --format json=same --format md=./same", ("same is written by --format json too",)),
    (f"audit {NOBODY} --keep same --har same", ("same is written by --keep too",)),
    (f"audit {NOBODY} --profile site.yaml --format md=site.yaml", ("site.yaml is read",)),
    (f"audit {NOBODY} --keep folder", ("--keep", "folder cannot be written")),
    (f"audit {NOBODY} --quiet --keep /dev/full", ("--keep: /dev/full cannot be written",)),
    (f"audit {NOBODY} --har folder", ("--har", "folder cannot be written")),
    (f"audit {NOBODY} --requests 0", ("--requests",)),
    (f"audit {NOBODY} --requests many", ("--requests",)),
    (f"audit {NOBODY} --concurrency 1001", ("--concurrency",)),
    (f"audit {NOBODY} --samples -1", ("--samples",)),
    (f"audit {NOBODY} --patience abc", ("--patience abc", "such as")),
    (f"audit {NOBODY} --patience -5s", ("--patience",)),
    (f"audit {NOBODY} --connect-to nowhere", ("--connect-to nowhere", "host:port")),
    (f"audit {NOBODY} --connect-to 127.0.0.1:99999", ("--connect-to",)),
    (f"audit {NOBODY} --ca-file nope.pem", ("--ca-file nope.pem",)),
    (f"audit {NOBODY} --ca-file site.yaml", ("--ca-file site.yaml", "PEM")),
    (f"audit {NOBODY} --before nope.jsonl", ("nope.jsonl",)),
    (f"audit {NOBODY} --before foreign.json", ("foreign.json:1", "scalecheck-evidence/1")),
    (f"audit {NOBODY} --profile nope.yaml", ("nope.yaml", "no such file")),
    (f"audit {NOBODY} --profile shpo", ("shpo", 'did you mean "shop"')),
    (f"audit {NOBODY} --profile binary", ("binary",)),
    (f"audit {NOBODY} --profile folder", ("folder",)),
    (f"audit {NOBODY} --profile secret.yaml", ("SC_NOT_THERE",)),
    ("audit --profile site.yaml", ("names no `site`",)),
    (f"audit {NOBODY} and more", ("more",)),
    ("cache", ("expected a URL",)),
    ("adit", ("No such command".lower(), "audit")),
    ("judge", ("EVIDENCE",)),
    ("judge nope.jsonl", ("nope.jsonl",)),
    ("judge folder", ("folder",)),
    ("judge empty", ("empty", "scalecheck-evidence/1")),
    ("judge empty.har", ("empty.har", "HAR 1.2")),
    ("judge binary", ("binary",)),
    ("judge binary.har", ("binary.har",)),
    ("judge foreign.json", ("foreign.json:1",)),
    ("judge list.json", ("list.json:1",)),
    ("judge deep.json", ("deep.json",)),
    ("judge none.har", ("holds no answer",)),
    ("report nope.json", ("nope.json",)),
    ("report empty", ("empty", "not JSON")),
    ("report binary", ("binary",)),
    ("report foreign.json", ("scalecheck-report/1",)),
    ("report list.json", ("scalecheck-report/1",)),
    ("report deep.json", ("deep.json",)),
    ("report folder", ("folder",)),
    ("compare foreign.json list.json", ("foreign.json", "scalecheck-report/1")),
    ("compare one.json", ("HEAD",)),
    ("explain cache.contrakt", ('did you mean "cache.contract"',)),
    ("checks cahce", ("expected one of site, cache",)),
    ("init", ("URL",)),
    ("init shop.example.com -o -", ("did you mean https://shop.example.com?",)),
    (f"init {NOBODY} -o site.yaml", ("site.yaml: is there already", "--force")),
    (f"init {NOBODY} -o folder --force", ("folder cannot be written",)),
    ("lab --fault nothing", ("--fault nothing",)),
    ("profile show nope", ("nope",)),
]


@pytest.mark.parametrize(("line", "said"), COMMAND_LINES, ids=[line for line, _ in COMMAND_LINES])
def test_a_wrong_command_line_is_one_clear_line(
    line: str, said: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    refused(scalecheck(monkeypatch, folder, *line.split()), *said)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("url", ["http://exa mple.com", "http://x\ny/", "http://\x1b[31m", ""])
def test_a_url_that_no_request_can_be_sent_to_moves_no_cursor(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done = scalecheck(monkeypatch, tmp_path, "audit", url)
    refused(Done(done.code, done.out, done.err.replace("\nscalecheck: ", " ")))
    assert "\x1b" not in done.err


def test_credentials_in_a_url_are_not_repeated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = scalecheck(monkeypatch, tmp_path, "audit", "https://alice:hunter2@shop.example.com/")
    refused(done, "credentials", "identities")
    assert "hunter2" not in done.err


def test_each_mistake_of_a_profile_is_a_line(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    done = scalecheck(monkeypatch, folder, "audit", NOBODY, "--profile", "mistakes.yaml")
    assert done.code == 2
    assert [line.split()[1] for line in done.err.splitlines()] == [
        "mistakes.yaml:2",
        "mistakes.yaml:3",
        "mistakes.yaml:4",
    ]


@pytest.mark.parametrize(
    "wrong", ["--only nope", "--format nope", "--connect-to nope", "--ca-file nope", "--before nope", "--patience nope"]
)
def test_earlier_evidence_is_kept_where_the_command_line_is_wrong(
    wrong: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "reports").mkdir()
    kept = tmp_path / "reports" / "evidence.jsonl"
    kept.write_text("yesterday's")
    site, asked = counted(shop)
    with serving(site) as url:
        assert scalecheck(monkeypatch, tmp_path, "audit", url, *wrong.split()).code == 2
    assert kept.read_text() == "yesterday's"
    assert asked == []


def test_evidence_is_not_overwritten_by_its_own_report(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving(shop) as url:
        scalecheck(monkeypatch, tmp_path, "audit", url, "--patience", "0s", "--keep", "e.jsonl", "--only", "site")
    kept = (tmp_path / "e.jsonl").read_bytes()
    done = scalecheck(monkeypatch, tmp_path, "judge", "e.jsonl", "--format", "json=e.jsonl")
    refused(done, "e.jsonl is read by this command")
    assert (tmp_path / "e.jsonl").read_bytes() == kept


@pytest.mark.parametrize("cut", [2, 40, 200])
def test_a_truncated_report_is_one_clear_line(cut: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving(shop) as url:
        options = ("--quiet", "--patience", "0s", "--only", "site", "--format", "json=r.json")
        scalecheck(monkeypatch, tmp_path, "audit", url, *options)
    report = tmp_path / "r.json"
    report.write_text(report.read_text()[:-cut])
    refused(scalecheck(monkeypatch, tmp_path, "report", "r.json"), "r.json", "JSON")


EVIL = [
    "1",
    '{"a": 1}',
    '{"routes": {"x": 5}}',
    '{"scalecheck": 1, "site": "\\u001b[2J"}',
    '{"safety": {"samples": [1]}}',
]


@pytest.mark.parametrize("profile", EVIL)
def test_evidence_with_a_profile_that_is_none_is_one_clear_line(
    profile: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    header = f'"format": "scalecheck-evidence/1", "tool": "x", "target": "{NOBODY}", "started_at": 1'
    (tmp_path / "e.jsonl").write_text(f'{{{header}, "profile": {profile}}}\n')
    done = scalecheck(monkeypatch, tmp_path, "judge", "e.jsonl")
    refused(done, "e.jsonl")
    assert "\x1b" not in done.err


@pytest.mark.parametrize("target", ["", "nothing", "file:///etc/passwd", "http://[", "\\u001b]0;x"])
def test_evidence_of_no_site_is_one_clear_line(target: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    header = f'"format": "scalecheck-evidence/1", "tool": "x", "target": "{target}", "started_at": 1'
    (tmp_path / "e.jsonl").write_text(f"{{{header}}}\n")
    done = scalecheck(monkeypatch, tmp_path, "judge", "e.jsonl")
    refused(done)
    assert "\x1b" not in done.err
