"""The engine against http-tests/cache-tests, whose cases stand beside the project; skipped where they do not."""

import json
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from scalecheck.wire.fields import Fields
from scalecheck.wire.reuse import reuse, store

SUITE = Path(__file__).parents[3] / "shared" / "suites" / "cache-tests-reuse.json"
NOW = 1_795_000_000
DATES = {"date", "expires", "last-modified", "if-modified-since", "if-unmodified-since"}
DIVERGENCES: dict[str, str] = {}
"""Ids of cases that the engine answers differently on purpose, with the reason. None."""


def cases() -> Iterator[Any]:
    """Yield every case that must or must not be reused, or may be, for each kind of cache it speaks of."""
    if not SUITE.exists():
        yield pytest.param({}, False, marks=pytest.mark.skip(reason=f"{SUITE.name} is not beside the project"))
        return
    for case in json.loads(SUITE.read_text())["cases"]:
        if case["verdict"].startswith(("MUST", "MAY")) and case["id"] not in DIVERGENCES:
            kinds = {"any": (True, False), "shared": (True,), "private": (False,)}[case["cache"]]
            for shared in kinds:
                yield pytest.param(case, shared, id=f"{case['id']}-{'shared' if shared else 'private'}")


def fields(lines: list[list[Any]]) -> Fields:
    """Return field lines; whole numbers in date fields are seconds from now."""
    return Fields(
        tuple(
            (name, formatdate(NOW + value, usegmt=True) if name.lower() in DATES and isinstance(value, int) else value)
            for name, value in lines
        )
    )


@pytest.mark.parametrize(("case", "shared"), tuple(cases()))
def test_agrees_with_the_suite(case: dict[str, Any], shared: bool) -> None:
    stored = store(
        fields(case["first_request_headers"]),
        case["status"],
        fields(case["response_headers"]),
        shared=shared,
        received_at=NOW,
        requested_at=NOW,
        targets=("cdn-cache-control",) if case["cdn_only"] else (),
    )
    decision = reuse(stored, fields(case["second_request_headers"]), NOW + case["seconds_between"])
    assert decision.from_store == (case["verdict"] != "MUST_NOT_REUSE"), decision


@pytest.mark.skipif(not SUITE.exists(), reason=f"{SUITE.name} is not beside the project")
def test_divergences_are_cases_of_the_suite() -> None:
    assert set(DIVERGENCES) <= {case["id"] for case in json.loads(SUITE.read_text())["cases"]}
