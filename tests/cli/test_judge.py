"""Judged again, evidence gives the outcomes of its live run; no secret is in anything that is written."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Done, scalecheck
from tests.cli.serving import Answer, Site, serving
from tests.cli.sites import asset, html, page, shop

SECRETS = {"ALICE_SESSION": "alice-4f1d9c-secret", "BOB_SESSION": "bob-77aa12-secret", "API_KEY": "key-90210-secret"}
PERSONAL = """
scalecheck: 1
routes:
  home: {path: /, kind: ssg}
  account: {path: /account, kind: ssr, personal: true}
  chunks: {path: "/assets/**", kind: hashed}
identities:
  alice: {headers: {Cookie: "session=${env:ALICE_SESSION}", X-Tenant: "${env:API_KEY}"}, marker: Alice}
  bob: {headers: {Cookie: "session=${env:BOB_SESSION}"}, marker: Bob}
waivers: [{check: security.csp, subject: "*", reason: later, until: 2099-12-31}]
safety: {patience: 0s}
"""
FORMATS = ("json", "junit", "sarif", "md", "github", "gitlab", "html", "text")


def telling(path: str) -> Answer:
    """A site that repeats what it should keep: every secret, in bodies and fields."""
    said = " ".join(SECRETS.values())
    if path.startswith("/assets/"):
        return asset(path)
    if path == "/account":
        return html(
            page(text=f"Alice {said}"), "private", **{"Set-Cookie": f"session={SECRETS['ALICE_SESSION']}; Path=/"}
        )
    if path == "/":
        return html(page("/account", text=f"Welcome. {said} " * 9), **{"X-Debug": said, "Location": f"/?key={said}"})
    return Answer(404, said.encode(), {"Content-Type": "text/plain"})


SITES: dict[str, tuple[Site, str | None]] = {
    "a shop, inferred": (shop, None),
    "a shop, content": (shop, "content"),
    "identities and secrets": (telling, "site.yaml"),
    "every answer 500": (lambda path: Answer(500, b"oops", {"Content-Type": "text/html"}), None),
    "every connection cut": (lambda path: Answer(None), "content"),
}


def audited(monkeypatch: pytest.MonkeyPatch, folder: Path, url: str, profile: str | None, *options: object) -> Done:
    (folder / "site.yaml").write_text(PERSONAL)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    named = ("--profile", profile) if profile else ()
    return scalecheck(
        monkeypatch, folder, "audit", url, "--patience", "0s", "--format", "json", "--quiet", *named, *options
    )


def judged(monkeypatch: pytest.MonkeyPatch, folder: Path, *options: object) -> dict[str, Any]:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
    done = scalecheck(monkeypatch, folder, "judge", *options, "--format", "json")
    assert done.err == ""
    report: dict[str, Any] = json.loads(done.out)
    assert done.code == report["exit_code"]
    return report


@pytest.mark.slow
@pytest.mark.parametrize("name", SITES)
def test_evidence_gives_the_outcomes_of_its_live_run(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site, profile = SITES[name]
    with serving(site) as url:
        live = json.loads(audited(monkeypatch, tmp_path, url, profile).out)
    again = judged(monkeypatch, tmp_path, "reports/evidence.jsonl")
    assert again["outcomes"] == live["outcomes"]
    for key in ("target", "profile", "started", "measures", "exit_code", "counts", "tool"):
        assert again[key] == live[key], key


def test_no_secret_is_in_anything_that_is_written_or_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files = [f"--format={name}=out/report.{name}" for name in FORMATS]
    with serving(telling) as url:
        done = audited(monkeypatch, tmp_path, url, "site.yaml", "--har", "out/all.har", "--verbose", *files)
    written = {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(written) == len(FORMATS) + 3
    for text in (*written.values(), done.out, done.err):
        assert not [value for value in SECRETS.values() if value in text]
    assert "${env:ALICE_SESSION}" in written[tmp_path / "reports" / "evidence.jsonl"]
    assert "redacted-" in written[tmp_path / "out" / "all.har"]


def test_another_profile_judges_by_its_own_routes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving(telling) as url:
        audited(monkeypatch, tmp_path, url, "site.yaml")
    (tmp_path / "other.yaml").write_text(
        "scalecheck: 1\nroutes:\n  start: {path: /, kind: ssg}\n  gone: {path: /x, kind: ssg}\n"
    )
    report = judged(monkeypatch, tmp_path, "reports/evidence.jsonl", "--profile", "other.yaml", "--only", "site")
    seen = next(each for each in report["outcomes"] if each["check"] == "site.routes_seen")
    assert {(each["route"], each["verdict"], each["profile_line"]) for each in seen["findings"]} == {
        ("start", "pass", 3),
        ("gone", "fail", 4),
    }
    assert report["profile"] == "other.yaml"


def test_a_profile_with_secrets_judges_without_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving(telling) as url:
        live = json.loads(audited(monkeypatch, tmp_path, url, "site.yaml").out)
    again = judged(monkeypatch, tmp_path, "reports/evidence.jsonl", "--profile", "site.yaml")
    assert again["outcomes"] == live["outcomes"]


def test_lines_are_only_named_of_a_profile_that_still_says_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with serving(shop) as url:
        audited(monkeypatch, tmp_path, url, "site.yaml", "--only", "site")
    (tmp_path / "site.yaml").write_text("# moved\n" + PERSONAL.replace("/account", "/konto"))
    report = judged(monkeypatch, tmp_path, "reports/evidence.jsonl")
    assert not [each for outcome in report["outcomes"] for each in outcome["findings"] if "profile_line" in each]


def deployed(path: str) -> Answer:
    """The shop after a deploy that changed a chunk's bytes under its name, and forgot one."""
    if path == "/assets/app-9f2c1b7f.js":
        return Answer(200, b"changed" * 20, asset(path).fields)
    if path == "/assets/main-9f2c1b7e.css":
        return Answer(404, b"", {"Content-Type": "text/plain"})
    answer = shop(path)
    return Answer(answer.status, answer.body.replace(b"main-9f2c1b7e", b"main-9f2c1b70"), answer.fields)


@pytest.mark.slow
def test_earlier_evidence_is_compared_live_and_offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    now: list[Site] = [shop]
    with serving(lambda path: now[0](path)) as url:
        audited(monkeypatch, tmp_path, url, None, "--keep", "yesterday.jsonl")
        now[0] = deployed
        before = ("--before", "yesterday.jsonl")
        live = json.loads(audited(monkeypatch, tmp_path, url, None, "--keep", "today.jsonl", *before).out)
    verdicts = {outcome["check"]: outcome["verdict"] for outcome in live["outcomes"]}
    assert verdicts["assets.same_bytes_since"] == verdicts["assets.kept_after_deploy"] == "fail"
    assert judged(monkeypatch, tmp_path, "today.jsonl", *before)["outcomes"] == live["outcomes"]
    alone = {each["check"]: each["verdict"] for each in judged(monkeypatch, tmp_path, "today.jsonl")["outcomes"]}
    assert alone["assets.same_bytes_since"] == "skip"


def test_a_har_that_was_written_is_judged_as_first_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving(shop) as url:
        live = json.loads(audited(monkeypatch, tmp_path, url, None, "--har", "all.har").out)
    again = judged(monkeypatch, tmp_path, "all.har")
    asked = {each["check"]: each for each in again["outcomes"]}
    compared = [each for each in live["outcomes"] if each["check"] in asked]
    assert len(compared) > 20
    for each in compared:
        assert asked[each["check"]]["verdict"] == each["verdict"], each["check"]
    assert again["target"] == live["target"]
    assert "inferred" in " ".join(again["notes"])


def test_a_har_is_known_by_how_it_begins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving(shop) as url:
        audited(monkeypatch, tmp_path, url, None, "--har", "recorded.json", "--only", "site")
    assert judged(monkeypatch, tmp_path, "recorded.json", "--only", "site")["exit_code"] == 0


def tagged(path: str) -> Answer:
    """The shop with a third party's script on every page."""
    answer = shop(path)
    tag = b'<script src="https://tags.example/t.js" defer></script><h1>'
    return Answer(answer.status, answer.body.replace(b"<h1>", tag), answer.fields)


@pytest.mark.parametrize(("size", "verdict"), [(None, "unknown"), (90_000, "pass"), (110_000, "fail")])
def test_what_third_parties_sent_is_known_from_a_browsers_har(
    size: int | None, verdict: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with serving(tagged) as url:
        audited(monkeypatch, tmp_path, url, None, "--har", "all.har", "--only", "site")
    (tmp_path / "budget.yaml").write_text(
        "scalecheck: 1\nroutes: {home: {path: /, kind: ssg}}\nbudgets: {third_party_bytes: 100KB}\n"
    )
    har = json.loads((tmp_path / "all.har").read_text())
    entries = har["log"]["entries"]
    stranger = copy.deepcopy(next(each for each in entries if each["request"]["url"].endswith(".js")))
    stranger["request"]["url"] = "https://tags.example/t.js"
    if size is not None:
        entries.append({**stranger, "response": {**stranger["response"], "_transferSize": size, "bodySize": size}})
    (tmp_path / "all.har").write_text(json.dumps(har))
    check = "bundle.third_party_bytes"
    report = judged(monkeypatch, tmp_path, "all.har", "--profile", "budget.yaml", "--only", check)
    assert next(each["verdict"] for each in report["outcomes"] if each["check"] == check) == verdict
