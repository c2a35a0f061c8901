"""Reports rendered again, merged and compared; checks listed and explained."""

import json
from pathlib import Path

import pytest

from scalecheck.checks.catalogue import CHECKS, GROUP_NAMES
from tests.cli.running import scalecheck
from tests.cli.serving import Answer, serving
from tests.cli.sites import html, page, shop

SAFE = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


def better(path: str) -> Answer:
    """The shop with some of its mistakes mended."""
    answer = shop(path)
    return Answer(answer.status, answer.body, {**answer.fields, **SAFE})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with reports: of the shop, of a better one, and of single groups."""
    folder = tmp_path_factory.mktemp("reports")
    fast = ("--patience", "0s", "--quiet", "--format")
    with pytest.MonkeyPatch.context() as patch:
        with serving(shop) as url:
            scalecheck(patch, folder, "security", url, *fast, "json=shop.json")
            scalecheck(patch, folder, "site", url, *fast, "json=site.json")
        with serving(better) as url:
            scalecheck(patch, folder, "security", url, *fast, "json=better.json")
        with serving(lambda path: Answer(None)) as url:
            scalecheck(patch, folder, "site", url, *fast, "json=down.json")
    return folder


def ids(folder: Path, name: str) -> set[str]:
    return {each["check"] for each in json.loads((folder / name).read_text())["outcomes"]}


def test_a_group_is_a_command_of_its_own(folder: Path) -> None:
    always = {"site.answers", "site.routes_seen"}
    assert {each.partition(".")[0] for each in ids(folder, "shop.json") - always} == {"security"}
    assert ids(folder, "site.json") == {check.id for check in CHECKS if check.id.startswith("site.")}


def test_a_report_rendered_again_is_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = scalecheck(monkeypatch, folder, "report", "shop.json", "--format", "json", "--format", "junit=deep/er.xml")
    assert done.code == 1
    assert done.out == (folder / "shop.json").read_text()
    assert (folder / "deep" / "er.xml").exists()


def test_several_reports_are_one_with_the_worst_verdict(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = scalecheck(monkeypatch, folder, "report", "site.json", "shop.json", "--format", "json")
    merged = json.loads(done.out)
    assert {each["check"] for each in merged["outcomes"]} == ids(folder, "site.json") | ids(folder, "shop.json")
    assert done.code == merged["exit_code"] == 1
    assert scalecheck(monkeypatch, folder, "report", "site.json", "down.json").code == 3
    assert scalecheck(monkeypatch, folder, "report", "site.json").code == 0


@pytest.mark.parametrize(
    ("base", "head", "code", "said"),
    [
        ("better.json", "shop.json", 1, "worse  security.csp: "),
        ("shop.json", "better.json", 0, "better  security.csp: fail -> "),
        ("shop.json", "shop.json", 0, "NOT WORSE: 0 worse, 0 better"),
    ],
)
def test_what_got_worse_is_said_and_decides(
    base: str, head: str, code: int, said: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = scalecheck(monkeypatch, folder, "compare", base, head)
    assert done.code == code
    assert said in done.out


def test_every_check_is_listed_with_its_promise(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = scalecheck(monkeypatch, folder, "checks").out.splitlines()
    assert [(line.split()[0], line.split(maxsplit=1)[1]) for line in listed] == [(c.id, c.title) for c in CHECKS]
    table = scalecheck(monkeypatch, folder, "checks", "--markdown").out.splitlines()
    assert len(table) == len(CHECKS) + 2
    assert all(line.count("|") >= 3 for line in table)
    only = scalecheck(monkeypatch, folder, "checks", "cdn").out
    assert {line.partition(".")[0] for line in only.splitlines()} == {"cdn"}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_check_is_explained(check: object, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    (explained,) = [each for each in CHECKS if each is check]
    done = scalecheck(monkeypatch, folder, "explain", explained.id)
    text = " ".join(done.out.split())
    assert done.code == 0
    for part in (explained.id, explained.title, explained.source, "Fix", "Asked by", *explained.remedies):
        assert part in text
    assert max(len(line) for line in done.out.splitlines() if " " in line.strip()) <= 80


def test_a_group_is_explained_check_by_check(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for group in GROUP_NAMES:
        out = scalecheck(monkeypatch, folder, "explain", group).out
        assert out.count("\n  Fix\n") == sum(check.id.startswith(f"{group}.") for check in CHECKS)


def test_what_a_site_sends_is_shown_and_obeyed_nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    words = "\x1b]0;owned\x07 ::error::x"
    with serving(lambda path: html(page("/about", text=words * 9), f"{words}, max-age=60")) as url:
        done = scalecheck(monkeypatch, tmp_path, "audit", url, "--patience", "0s", "--verbose")
    assert done.code in {1, 3}
    assert "\x1b" not in done.out + done.err
    assert "\x07" not in done.out + done.err
