"""Several reports as one: never better than its parts."""

from dataclasses import replace
from itertools import product

import pytest

from scalecheck.model.verdict import Finding, Report, Verdict
from scalecheck.report.cases import cases
from scalecheck.report.merge import merge
from tests.report.example import CLEAN, EXAMPLE, IMMUTABLE, PASSES, SITE, SKIPS, outcome

PARTS = {
    "clean": replace(CLEAN, outcomes=PASSES),
    "failed": replace(CLEAN, outcomes=(IMMUTABLE,)),
    "skipped": replace(CLEAN, outcomes=SKIPS),
    "empty": replace(CLEAN, outcomes=()),
    "interrupted": replace(CLEAN, interrupted=True),
    "unknown": replace(CLEAN, outcomes=(outcome("a.b", Finding(Verdict.UNKNOWN, ""), title="T."),)),
}
ORDER = [0, 3, 1, 130]
"""Exit codes from best to worst."""


@pytest.mark.parametrize("names", list(product(PARTS, PARTS)), ids="+".join)
def test_the_whole_is_as_bad_as_its_worst_part(names: tuple[str, str]) -> None:
    parts = [PARTS[name] for name in names]
    worst = max((part.exit_code for part in parts), key=ORDER.index)
    assert merge(parts).exit_code == worst


def test_one_check_is_one_outcome_with_every_finding() -> None:
    first = outcome("a.b", Finding(Verdict.PASS, "GET /"), title="T.")
    second = outcome("a.b", Finding(Verdict.FAIL, "GET /x"), Finding(Verdict.PASS, "GET /"), title="T.")
    (merged,) = merge((replace(CLEAN, outcomes=(first,)), replace(CLEAN, outcomes=(second,)))).outcomes
    assert merged.verdict is Verdict.FAIL
    assert [finding.subject for finding in merged.findings] == ["GET /", "GET /x"]


def test_facts_of_the_runs_are_put_together() -> None:
    later = replace(
        CLEAN, started_at=CLEAN.started_at + 100, notes=("a note",), tool="scalecheck 0.2.0", profile="b.yaml"
    )
    merged = merge((later, CLEAN))
    assert (merged.started_at, merged.seconds) == (CLEAN.started_at, 8.4)
    assert (merged.tool, merged.profile) == ("scalecheck 0.2.0, scalecheck 0.1.0", "b.yaml, profiles/shop.yaml")
    assert merged.notes == ("a note",)
    assert merged.measures == CLEAN.measures


def test_other_targets_are_told_apart() -> None:
    other: Report = replace(EXAMPLE, target="https://eu.example.com")
    merged = merge((EXAMPLE, other))
    assert merged.target == f"{SITE}, https://eu.example.com"
    subjects = [
        finding.subject for each in merged.outcomes if each.check == "cdn.page_hit_ratio" for finding in each.findings
    ]
    assert subjects == [f"pages at {SITE}", "pages at https://eu.example.com"]
    assert len(set(merged.measures)) == 2 * len(EXAMPLE.measures)
    assert {measure.stage for measure in merged.measures} == {"at shop.example.com", "at eu.example.com"}


def test_one_report_stays_as_it_is() -> None:
    assert merge((EXAMPLE,)) is EXAMPLE
    assert merge((EXAMPLE, EXAMPLE)).outcomes == EXAMPLE.outcomes


def test_names_of_cases_stay_unique() -> None:
    names = [case.name for case in cases(merge((EXAMPLE, replace(EXAMPLE, target="https://eu.example.com"))))]
    assert len(set(names)) == len(names)


def test_nothing_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match="at least one report"):
        merge(())
