"""Reads `scalecheck-report/1` back: what is malformed is refused in one line, what is newer is passed over."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import TypeVar

from scalecheck.model.verdict import Finding, Measure, Outcome, Report, Verdict
from scalecheck.wire.escape import plain

FORMAT = "scalecheck-report/1"
FOUND_AT_MOST = 40
"""Characters of a wrong value that a message repeats."""

T = TypeVar("T")


class ReportError(ValueError):
    """The text is no report: one line with place, expectation and what was found."""


def read(text: str) -> Report:
    """Return the report that `write` wrote; ReportError on anything else.

    Unknown fields are passed over, so that a newer scalecheck may add some.
    """
    try:
        value = json.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise ReportError("expected a report, found JSON nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ReportError(f"not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except ValueError as error:
        raise ReportError(f"not JSON: {plain(str(error), 200)}") from None
    node = _Node(value, "")
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        found = value.get("format") if isinstance(value, dict) else value
        raise ReportError(f'expected a report with "format": "{FORMAT}", found {_shown(found)}')
    return _report(node)


@dataclass(frozen=True, slots=True)
class _Node:
    """A value and where it stands."""

    value: object
    place: str

    def refuse(self, expected: str) -> ReportError:
        return ReportError(f"{self.place}: expected {expected}, found {_shown(self.value)}")

    def field(self, name: str) -> "_Node":
        """Return a field of an object; of None when it is absent."""
        if not isinstance(self.value, dict):
            raise self.refuse("an object")
        return _Node(self.value.get(name), f"{self.place}.{name}" if self.place else name)

    def each(self, item: "Callable[[_Node], T]") -> tuple[T, ...]:
        """Return the items of a list, read; none when it is absent."""
        if self.value is None:
            return ()
        if not isinstance(self.value, list):
            raise self.refuse("a list")
        return tuple(item(_Node(value, f"{self.place}[{at}]")) for at, value in enumerate(self.value))

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.refuse("text")
        return self.value

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.refuse("a number")
        try:
            finite = isfinite(self.value)
        except OverflowError:  # an integer beyond what a float holds
            finite = False
        if not finite:
            raise self.refuse("a finite number")
        return self.value

    def count(self) -> int:
        """Return a whole number from 0 up to what tools can hold."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not 0 <= self.value < 2**53:
            raise self.refuse("a whole number")
        return self.value

    def flag(self) -> bool:
        if not isinstance(self.value, bool | None):
            raise self.refuse("true or false")
        return bool(self.value)

    def verdict(self) -> Verdict:
        if self.value not in tuple(Verdict):
            raise self.refuse(f"one of {', '.join(Verdict)}")
        return Verdict(str(self.value))

    def moment(self) -> float:
        """Return seconds since the epoch of an RFC 3339 time."""
        try:
            moment = datetime.fromisoformat(self.text())
            seconds = moment.astimezone(UTC).timestamp() if moment.tzinfo else None
        except (ValueError, OverflowError):
            seconds = None
        if seconds is None:
            raise self.refuse("a time such as 2026-11-21T06:00:00Z")
        return seconds

    def maybe(self, reading: "Callable[[_Node], T]") -> T | None:
        """Return what the reading gives; None when the field is absent."""
        return None if self.value is None else reading(self)


def _report(node: _Node) -> Report:
    return Report(
        tool=node.field("tool").text(),
        target=node.field("target").text(),
        profile=node.field("profile").maybe(_Node.text),
        started_at=node.field("started").moment(),
        seconds=node.field("seconds").number(),
        outcomes=_outcomes(_required(node.field("outcomes"))),
        measures=node.field("measures").each(_measure),
        notes=node.field("notes").each(_Node.text),
        interrupted=node.field("interrupted").flag(),
    )


def _required(node: _Node) -> _Node:
    if node.value is None:
        raise node.refuse("a list")
    return node


def _outcomes(node: _Node) -> tuple[Outcome, ...]:
    """Return the outcomes, one for each check: CI systems take a second one for the same."""
    outcomes = node.each(_outcome)
    known: set[str] = set()
    for at, outcome in enumerate(outcomes):
        if outcome.check in known:
            raise _Node(outcome.check, f"{node.place}[{at}].check").refuse("each check once")
        known.add(outcome.check)
    return outcomes


def _outcome(node: _Node) -> Outcome:
    return Outcome(
        check=node.field("check").text(),
        verdict=node.field("verdict").verdict(),
        title=node.field("title").text(),
        why=node.field("why").text(),
        fix=node.field("fix").text(),
        source=node.field("source").text(),
        findings=_required(node.field("findings")).each(_finding),
    )


def _finding(node: _Node) -> Finding:
    def text(name: str) -> str:
        return node.field(name).maybe(_Node.text) or ""

    return Finding(
        verdict=node.field("verdict").verdict(),
        subject=text("subject"),
        expected=text("expected"),
        observed=text("observed"),
        route=node.field("route").maybe(_Node.text),
        evidence=node.field("evidence").maybe(_Node.count),
        profile_line=node.field("profile_line").maybe(_Node.count),
        reproduce=text("reproduce"),
        reason=text("reason"),
        left_to=text("left_to"),
    )


def _measure(node: _Node) -> Measure:
    return Measure(
        name=node.field("name").text(),
        value=node.field("value").number(),
        unit=node.field("unit").text(),
        samples=node.field("samples").count(),
        low=node.field("low").maybe(_Node.number),
        high=node.field("high").maybe(_Node.number),
        route=node.field("route").maybe(_Node.text),
        stage=node.field("stage").maybe(_Node.text),
    )


def _shown(value: object) -> str:
    """Return a wrong value in a few harmless words; of containers only what they are."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, int) and abs(value) >= 2**53:
        return "a larger number"
    return f'"{plain(value, FOUND_AT_MOST)}"' if isinstance(value, str) else plain(json.dumps(value), FOUND_AT_MOST)
