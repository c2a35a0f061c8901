"""`scalecheck-report/1`: what is written is read back, and what is malformed is refused in one line."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.model.verdict import Finding, Measure, Outcome, Report, Verdict
from scalecheck.report.json import FORMAT, ReportError, read, write
from tests.report.example import CLEAN, EXAMPLE

TEXT = st.text(max_size=20)
NAMED = st.none() | st.text(min_size=1, max_size=20)
NUMBER = st.floats(allow_nan=False, allow_infinity=False, width=32)
COUNT = st.integers(0, 10_000)
VERDICT = st.sampled_from(list(Verdict))
FINDING = st.builds(Finding, VERDICT, TEXT, TEXT, TEXT, NAMED, st.none() | COUNT, st.none() | COUNT, TEXT, TEXT, TEXT)
OUTCOME = st.builds(Outcome, TEXT, VERDICT, TEXT, TEXT, TEXT, TEXT, st.lists(FINDING, max_size=3).map(tuple))
MEASURE = st.builds(Measure, TEXT, NUMBER, TEXT, COUNT, st.none() | NUMBER, st.none() | NUMBER, NAMED, NAMED)
REPORT = st.builds(
    Report,
    TEXT,
    TEXT,
    st.none() | TEXT,
    st.integers(0, 4_000_000_000).map(float),
    NUMBER,
    st.lists(OUTCOME, max_size=3, unique_by=lambda outcome: outcome.check).map(tuple),
    st.lists(MEASURE, max_size=3).map(tuple),
    st.lists(TEXT, max_size=3).map(tuple),
    st.booleans(),
)


@given(REPORT)
@settings(max_examples=60, deadline=None)
def test_any_report_reads_back(report: Report) -> None:
    assert read(write(report)) == report


@pytest.mark.parametrize("started_at", [0.0, 1_795_240_800.0, 1_795_240_800.25, 1_795_240_800.123457])
def test_the_start_is_kept_to_the_microsecond(started_at: float) -> None:
    assert read(write(replace(EXAMPLE, started_at=started_at))).started_at == pytest.approx(started_at, abs=1e-6)


def test_what_other_tools_read() -> None:
    value = json.loads(write(EXAMPLE))
    assert list(value)[:8] == ["format", "tool", "target", "profile", "started", "seconds", "verdict", "exit_code"]
    assert (value["format"], value["started"], value["verdict"]) == (FORMAT, "2026-11-21T06:00:00Z", "fail")
    assert (value["exit_code"], value["interrupted"]) == (1, False)
    assert value["counts"] == {"fail": 2, "unknown": 1, "warn": 1, "waived": 1, "pass": 17, "skip": 3}
    assert None not in [
        field for outcome in value["outcomes"] for each in outcome["findings"] for field in each.values()
    ]
    assert value["measures"][2] == {
        "name": "ttfb_hit", "value": 0.0312, "unit": "seconds", "samples": 61, "route": "catalogue",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (EXAMPLE, 1),
        (CLEAN, 0),
        (replace(CLEAN, interrupted=True), 130),
        (replace(CLEAN, outcomes=CLEAN.outcomes[-3:]), 3),
        (replace(CLEAN, outcomes=()), 3),
    ],
)
def test_the_exit_code_survives(report: Report, code: int) -> None:
    assert json.loads(write(report))["exit_code"] == read(write(report)).exit_code == code


def test_derived_fields_are_not_believed() -> None:
    value = json.loads(write(EXAMPLE)) | {"verdict": "pass", "exit_code": 0, "counts": {}}
    assert read(json.dumps(value)) == EXAMPLE


def test_unknown_fields_are_passed_over() -> None:
    value = json.loads(write(EXAMPLE)) | {"of_the_future": [1]}
    value["outcomes"][0]["findings"][0]["colour"] = "red"
    assert read("\ufeff" + json.dumps(value)) == EXAMPLE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON: line 1, column 1"),
        ("{", "not JSON: line 1, column 2"),
        ("[" * 200_000, "found JSON nested too deeply"),
        ("9" * 5000, "not JSON: "),
        ("[]", 'expected a report with "format": "scalecheck-report/1", found a list'),
        ("null", "found nothing"),
        ('"\\u001b[31m\\n"', 'found "\\x1b[31m\\n"'),
        ("{}", "found nothing"),
        ('{"format": "scalecheck-report/2"}', 'found "scalecheck-report/2"'),
        ('{"format": 1e999}', "found Infinity"),
        (f'{{"format": {"9" * 100}}}', "found a larger number"),
        (f'{{"format": "{"x" * 100}"}}', "… (60 more)"),
    ],
)
def test_what_is_no_report_is_refused(text: str, said: str) -> None:
    with pytest.raises(ReportError) as caught:
        read(text)
    assert said in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("tool", 1, "tool: expected text, found 1"),
        ("target", None, "target: expected text, found nothing"),
        ("profile", [], "profile: expected text, found a list"),
        ("started", "yesterday", 'started: expected a time such as 2026-11-21T06:00:00Z, found "yesterday"'),
        ("started", "2026-11-21T06:00:00", "started: expected a time"),
        ("started", "0001-01-01T00:00:00+14:00", "started: expected a time"),
        ("seconds", True, "seconds: expected a number, found true"),
        ("seconds", float("nan"), "seconds: expected a finite number, found NaN"),
        ("seconds", 10**400, "seconds: expected a finite number, found a larger number"),
        ("interrupted", "no", "interrupted: expected true or false"),
        ("notes", "one", 'notes: expected a list, found "one"'),
        ("notes", [1], "notes[0]: expected text, found 1"),
        ("outcomes", None, "outcomes: expected a list, found nothing"),
        ("outcomes", {}, "outcomes: expected a list, found an object"),
        ("outcomes", [3], "outcomes[0]: expected an object, found 3"),
        ("outcomes.0.check", None, "outcomes[0].check: expected text"),
        ("outcomes.1.check", "site.answers", 'outcomes[1].check: expected each check once, found "site.answers"'),
        ("outcomes.0.verdict", "maybe", "outcomes[0].verdict: expected one of skip, pass, waived, warn, unknown, fail"),
        ("outcomes.0.verdict", [], "outcomes[0].verdict: expected one of"),
        ("outcomes.0.findings", None, "outcomes[0].findings: expected a list"),
        ("outcomes.0.findings.0.subject", 1, "outcomes[0].findings[0].subject: expected text"),
        ("outcomes.0.findings.0.evidence", -1, "outcomes[0].findings[0].evidence: expected a whole number, found -1"),
        ("outcomes.0.findings.0.evidence", 2**60, "evidence: expected a whole number, found a larger number"),
        ("outcomes.0.findings.0.profile_line", True, "profile_line: expected a whole number, found true"),
        ("measures.0.value", "1", "measures[0].value: expected a number"),
        ("measures.0.samples", 1.5, "measures[0].samples: expected a whole number, found 1.5"),
    ],
)
def test_what_is_malformed_is_named(place: str, value: Any, said: str) -> None:
    report = json.loads(write(EXAMPLE))
    *path, last = place.split(".")
    parent = report
    for key in path:
        parent = parent[int(key) if key.isdigit() else key]
    parent[last] = value
    with pytest.raises(ReportError) as caught:
        read(json.dumps(report))
    assert said in str(caught.value)
    assert str(caught.value).isprintable()
