"""JUnit, SARIF, GitHub and GitLab: what their readers need, and identities that last."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree
from jsonschema import Draft202012Validator

from scalecheck.model.verdict import Finding, Report, Verdict
from scalecheck.report import RENDERERS
from scalecheck.report.cases import cases, profile_path
from scalecheck.report.github import step_summary
from tests.report.example import CLEAN, EXAMPLE, SITE, chunk, failing_urls, outcome
from tests.report.hostile import everything

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parent / "sarif.schema.json").read_text(encoding="utf-8")))


def junit(report: Report) -> Element:
    root: Element = ElementTree.fromstring(RENDERERS["junit"](report))
    return root


def sarif(report: Report) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(RENDERERS["sarif"](report))["runs"][0]
    return run


def test_junit_counts_what_it_holds() -> None:
    root = junit(EXAMPLE)
    for element in (root, *root):
        held = [len(list(element.iter(name))) for name in ("testcase", "failure", "error", "skipped")]
        assert held == [int(element.attrib[name]) for name in ("tests", "failures", "errors", "skipped")]
    assert (root.attrib["failures"], root.attrib["errors"], root.attrib["skipped"]) == ("2", "1", "4")


def test_junit_names_are_unique_and_hold_no_url() -> None:
    names = [(case.attrib["classname"], case.attrib["name"]) for case in junit(EXAMPLE).iter("testcase")]
    assert len(set(names)) == len(names)
    assert ("scalecheck.assets.immutable", "assets.immutable on chunks") in names
    assert not any("/" in part for name in names for part in name)


@pytest.mark.parametrize(
    ("verdict", "child"),
    [
        ("fail", "failure"),
        ("unknown", "error"),
        ("warn", "system-out"),
        ("skip", "skipped"),
        ("waived", "skipped"),
        ("pass", None),
    ],
)
def test_junit_verdicts(verdict: str, child: str | None) -> None:
    found = Finding(Verdict(verdict), "GET /", reason="for a reason")
    (case,) = junit(replace(EXAMPLE, outcomes=(outcome("a.b", found, title="T."),))).iter("testcase")
    assert [element.tag for element in case] == ([child] if child else [])
    assert child is None or "for a reason" in str(ElementTree.tostring(case))


def test_identities_survive_other_urls_lines_and_hosts() -> None:
    moved = tuple(
        replace(
            each,
            findings=tuple(replace(found, subject="GET /x", evidence=9, profile_line=99) for found in each.findings),
        )
        for each in EXAMPLE.outcomes
    )
    other = replace(EXAMPLE, target="https://preview.test", outcomes=moved)
    assert [(case.name, case.fingerprint) for case in cases(other)] == [
        (case.name, case.fingerprint) for case in cases(EXAMPLE)
    ]


def test_a_pass_that_only_counts_is_no_case() -> None:
    folded = outcome("a.b", chunk("a.js", 1), Finding(Verdict.PASS, "and 12 more"), title="T.")
    assert [case.name for case in cases(replace(EXAMPLE, outcomes=(folded,)))] == ["a.b on chunks"]
    unrouted = outcome("a.b", chunk("a.js", 1), Finding(Verdict.FAIL, "GET /"), title="T.")
    assert [case.name for case in cases(replace(EXAMPLE, outcomes=(unrouted,)))] == ["a.b on chunks", "a.b"]


@pytest.mark.parametrize(
    ("profile", "path"),
    [
        ("profiles/shop.yaml", "profiles/shop.yaml"),
        ("./shop.yml", "shop.yml"),
        ("profiles\\shop.yaml", "profiles/shop.yaml"),
        ("/home/me/shop.yaml", "shop.yaml"),
        ("C:\\site\\shop.yaml", "shop.yaml"),
        ("../shop.yaml", "shop.yaml"),
        ("million-dau", "scalecheck.yaml"),
        ("one.yaml, two.yaml", "scalecheck.yaml"),
        (None, "scalecheck.yaml"),
    ],
)
def test_the_profile_is_named_by_a_relative_path(profile: str | None, path: str) -> None:
    assert profile_path(replace(EXAMPLE, profile=profile)) == path


@pytest.mark.parametrize("report", [EXAMPLE, CLEAN, failing_urls(200), *(report for _, report in everything())])
def test_sarif_keeps_its_schema(report: Report) -> None:
    assert [error.message for error in SCHEMA.iter_errors(json.loads(RENDERERS["sarif"](report)))] == []


def test_sarif_points_at_the_profile() -> None:
    run = sarif(EXAMPLE)
    assert run["automationDetails"]["id"] == "scalecheck/shop.example.com/"
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    found = {
        result["ruleId"]: (
            result["level"],
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            result["locations"][0]["physicalLocation"]["region"]["startLine"],
        )
        for result in run["results"]
    }
    assert found == {
        "cache.no_cookie_when_shared": ("error", "profiles/shop.yaml", 6),
        "assets.immutable": ("error", "profiles/shop.yaml", 17),
        "cdn.page_hit_ratio": ("warning", "profiles/shop.yaml", 31),
        "assets.typed": ("warning", "profiles/shop.yaml", 18),
        "cache.revalidates": ("note", "profiles/shop.yaml", 1),
    }
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    assert [result["ruleId"] for result in run["results"] if "suppressions" in result] == ["cache.revalidates"]


def test_sarif_of_a_clean_site_closes_every_alert() -> None:
    assert sarif(CLEAN)["results"] == []


def test_gitlab_has_what_code_quality_needs() -> None:
    entries = json.loads(RENDERERS["gitlab"](EXAMPLE))
    assert [(each["check_name"], each["severity"], each["location"]["lines"]["begin"]) for each in entries] == [
        ("cache.no_cookie_when_shared", "critical", 6),
        ("assets.immutable", "critical", 17),
        ("assets.typed", "minor", 18),
        ("cdn.page_hit_ratio", "major", 31),
    ]
    assert len({each["fingerprint"] for each in entries}) == 4
    assert json.loads(RENDERERS["gitlab"](CLEAN)) == []


def test_github_says_the_worst_first_and_counts_the_rest() -> None:
    fails = tuple(outcome(f"a.f{at:02}", chunk("a.js", 1), title="T.") for at in range(25))
    warns = tuple(outcome(f"a.w{at:02}", Finding(Verdict.WARN, "GET /"), title="T.") for at in range(10))
    lines = RENDERERS["github"](replace(EXAMPLE, outcomes=(*warns, *fails))).splitlines()
    assert [line.split(" ")[0] for line in lines[:-1]] == ["::error"] * 10 + ["::warning"] * 10
    assert "title=and 16 errors more::a.f09, a.f10" in lines[9]
    assert lines[-1].startswith("scalecheck FAIL, exit 1: must not ship. 25 fail, 10 warn")


@pytest.mark.parametrize("profile", [None, "shop", "one.yaml, two.yaml"])
def test_lines_of_files_that_are_not_yours_are_not_named(profile: str | None) -> None:
    report = replace(EXAMPLE, profile=profile)
    assert "file=" not in RENDERERS["github"](report)
    assert not any("line" in case.attrib for case in junit(report).iter("testcase"))
    assert {each["location"]["lines"]["begin"] for each in json.loads(RENDERERS["gitlab"](report))} == {1}


def test_github_of_a_clean_site_is_its_verdict() -> None:
    assert RENDERERS["github"](CLEAN) == f"scalecheck PASS, exit 0: may ship. 17 pass, 3 skip. {SITE}\n"


@pytest.mark.parametrize("report", [EXAMPLE, failing_urls(5000), *(report for _, report in everything())])
def test_markdown_fits_a_comment(report: Report) -> None:
    assert len(RENDERERS["md"](report)) <= 65_000
    assert len(step_summary(report).encode()) < 2**20


def test_markdown_says_what_it_left_out() -> None:
    big = tuple(
        outcome(f"a.b{at}", *(chunk(f"{n}.js", n, f"max-age={n}") for n in range(20)), title="T.", why="why " * 400)
        for at in range(100)
    )
    text = RENDERERS["md"](replace(EXAMPLE, outcomes=big))
    assert len(text) <= 65_000
    assert "sections left out" in text
    assert text.count("<details>") == text.count("</details>")
