"""Where reports go: files, pipes, terminals and CI systems."""

import json
import os
import pty
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.apart import started
from tests.cli.running import scalecheck
from tests.cli.serving import serving
from tests.cli.sites import shop

pytestmark = pytest.mark.live

ESCAPE = "\x1b["
PROFILE = "scalecheck: 1\nroutes:\n  home: {path: /, kind: ssg}\n"
FAST = ("--patience", "0s")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the evidence of one run that fails."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "profiles").mkdir()
    (folder / "profiles" / "site.yaml").write_text(PROFILE)
    with serving(shop) as url, pytest.MonkeyPatch.context() as patch:
        done = scalecheck(patch, folder, "audit", url, "--profile", folder / "profiles" / "site.yaml", *FAST)
    assert done.code == 1
    return folder


def test_formats_are_written_to_files_beside_what_is_printed(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    evidence = recorded / "reports" / "evidence.jsonl"
    files = [f"--format={name}=deep/er/{name}" for name in ("json", "junit", "sarif", "md", "gitlab", "html", "github")]
    done = scalecheck(monkeypatch, tmp_path, "judge", evidence, *files)
    assert done.code == 1
    assert done.out.startswith("FAIL, exit 1")
    assert json.loads((tmp_path / "deep/er/json").read_text())["exit_code"] == 1
    assert json.loads((tmp_path / "deep/er/sarif").read_text())["version"] == "2.1.0"
    assert json.loads((tmp_path / "deep/er/gitlab").read_text())
    assert ET.parse(tmp_path / "deep/er/junit").getroot().tag == "testsuites"
    assert (tmp_path / "deep/er/html").read_text().startswith("<!DOCTYPE html>")
    assert (tmp_path / "deep/er/github").read_text().startswith("::error ")


@pytest.mark.parametrize("name", ["json", "md", "github", "text"])
def test_a_format_without_a_file_is_printed_alone(
    name: str, recorded: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    evidence = recorded / "reports" / "evidence.jsonl"
    alone = scalecheck(monkeypatch, tmp_path, "judge", evidence, "--format", name)
    both = scalecheck(monkeypatch, tmp_path, "judge", evidence, "--format", f"{name}=file", "--format", name)
    assert alone.out == both.out == (tmp_path / "file").read_text() or name == "text"
    assert alone.err == both.err == ""


def test_a_full_disk_is_said_behind_the_report(recorded: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    evidence = recorded / "reports" / "evidence.jsonl"
    done = scalecheck(monkeypatch, tmp_path, "judge", evidence, "--format", "json=/dev/full")
    assert done.code == 2
    assert done.out.startswith("FAIL, exit 1")
    assert done.err == "scalecheck: --format json: /dev/full cannot be written: no space left on device\n"


def test_a_profile_below_the_working_directory_is_named_from_there(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    evidence = recorded / "reports" / "evidence.jsonl"
    here = json.loads(scalecheck(monkeypatch, recorded, "judge", evidence, "--format", "json").out)
    assert here["profile"] == "profiles/site.yaml"
    annotated = scalecheck(monkeypatch, recorded, "judge", evidence, "--format", "github").out
    assert "::error file=profiles/site.yaml,line=3," in annotated
    outside = ("--profile", recorded / "profiles" / "site.yaml")
    there = scalecheck(monkeypatch, tmp_path, "judge", evidence, "--format", "json", *outside)
    assert json.loads(there.out)["profile"] == str(recorded / "profiles" / "site.yaml")


def test_the_step_summary_is_appended_where_annotations_are_printed(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    evidence, summary = recorded / "reports" / "evidence.jsonl", tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    scalecheck(monkeypatch, tmp_path, "judge", evidence, "--format", "json")
    assert summary.read_text() == "before\n"
    scalecheck(monkeypatch, tmp_path, "judge", evidence, "--format", "github")
    assert summary.read_text().startswith("before\n")
    assert "security.csp" in summary.read_text()
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    done = scalecheck(monkeypatch, tmp_path, "judge", evidence, "--format", "github")
    assert done.out.startswith("::error ")
    assert "GITHUB_STEP_SUMMARY" in done.err
    assert done.code == 2


def test_a_closed_pipe_keeps_the_exit_code(recorded: Path) -> None:
    for name in ("text", "json"):
        process = started(recorded, "judge", "reports/evidence.jsonl", "--format", name)
        assert process.stdout is not None
        process.stdout.close()
        _, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (1, "")
    process = started(recorded, "checks")
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")


def test_a_poor_encoding_loses_no_report(recorded: Path) -> None:
    for words in (("judge", "reports/evidence.jsonl", "--format", "md"), ("explain", "cache")):
        process = started(recorded, *words, environment={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
        out, err = process.communicate(timeout=30)
        assert process.returncode in {0, 1}
        assert out
        assert err == ""


def on_a_terminal(folder: Path, *words: object, environment: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Return exit code, standard output and standard error of a command whose both are a terminal of their own."""
    out, err = pty.openpty(), pty.openpty()
    usual = {"TERM": "xterm-256color", "NO_COLOR": "", **(environment or {})}
    process = started(folder, *words, stdout=out[1], stderr=err[1], environment=usual)
    for each in (out, err):
        os.close(each[1])
    code = process.wait(timeout=30)
    return code, _all_of(out[0]), _all_of(err[0])


def _all_of(descriptor: int) -> str:
    text = b""
    try:
        while piece := os.read(descriptor, 65536):
            text += piece
    except OSError:  # Linux ends a terminal without writers like this
        pass
    os.close(descriptor)
    return text.decode()


def test_a_terminal_gets_colours_and_progress(tmp_path: Path) -> None:
    with serving(lambda path: shop("/404")) as url:
        code, out, err = on_a_terminal(tmp_path, "audit", url, "--only", "site", *FAST)
    assert code == 1
    assert ESCAPE + "1;31m" in out or ESCAPE + "31m" in out
    assert "first: Ask every sampled URL once" in err
    assert ESCAPE in err


def test_no_color_is_obeyed_on_a_terminal(tmp_path: Path) -> None:
    with serving(lambda path: shop("/404")) as url:
        options = ("audit", url, "--only", "site", "--quiet", *FAST)
        _, out, err = on_a_terminal(tmp_path, *options, environment={"NO_COLOR": "1"})
    assert "FAIL" in out
    assert "31m" not in out
    assert err == ""


def test_elsewhere_there_is_one_plain_line_and_no_escape_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving(shop) as url:
        loud = started(tmp_path, "audit", url, "--only", "site", *FAST)
        out, err = loud.communicate(timeout=30)
        quiet = scalecheck(monkeypatch, tmp_path, "audit", url, "--only", "site", "--quiet", *FAST)
    assert err.count("\n") == 1
    assert err.startswith(f"Auditing {url}, inferring its routes: 4 checks, at most 2000 requests, 10 at a time;")
    assert "\x1b" not in out + err
    assert quiet.err == ""


def test_a_profile_beside_you_is_used_and_the_url_overrides_its_site(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with serving(shop) as url:
        (tmp_path / "scalecheck.yaml").write_text(PROFILE + f"site: {url}\n")
        own = scalecheck(monkeypatch, tmp_path, "audit", "--only", "site", "--format", "json", *FAST)
        (tmp_path / "scalecheck.yaml").write_text(PROFILE + "site: http://127.0.0.1:9\n")
        words = ("audit", f"{url}/ignored?x=1", "--only", "site", "--format", "json")
        over = scalecheck(monkeypatch, tmp_path, *words, *FAST)
    for done in (own, over):
        report = json.loads(done.out)
        assert (report["target"], report["profile"], report["exit_code"]) == (url, "scalecheck.yaml", 0)
    assert "by scalecheck.yaml" in own.err
    assert "only scheme, host and port count" in " ".join(json.loads(over.out)["notes"])


def test_one_edge_is_asked_by_its_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving(shop) as url:
        address = url.removeprefix("http://")
        words = ("audit", "http://shop.test", "--connect-to", address, "--only", "site.answers", "--format", "json")
        done = scalecheck(monkeypatch, tmp_path, *words, *FAST)
    assert json.loads(done.out)["target"] == "http://shop.test"
    assert {"status 200"} == {
        each["observed"] for each in json.loads(done.out)["outcomes"][0]["findings"] if "observed" in each
    }


def test_our_own_mistakes_are_shown_and_could_not_be_judged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "scalecheck.checks.catalogue", None)
    done = scalecheck(monkeypatch, tmp_path, "checks")
    assert done.code == 3
    assert "Traceback" in done.err
    assert done.out == ""


def test_help_needs_no_terminal_width() -> None:
    process = started(Path(), "--help", stdout=subprocess.PIPE, environment={"COLUMNS": "1"})
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "audit" in out
