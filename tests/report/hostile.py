"""A report in which every text tries to act wherever it is shown."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, TypeVar

from scalecheck.model.verdict import Finding, Measure, Outcome, Report, Verdict

T = TypeVar("T", Report, Outcome, Finding, Measure)

ATTACKS = {
    "escape": "\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b]8;;http://evil.test\x1b\\link",
    "c1": "\x9b31m\x9d0;title\x9c\x85",
    "bidi": "abc\u202edcba\u2066\u200b\u2028\u2029\ufeff",
    "lines": "first\r\nsecond\n::error::third\n  ::add-mask::fourth\x0b\x0c",
    "workflow": "::error file=a,line=1::owned%0A::stop-commands::x",
    "legacy": "x ##[add-mask]secret ##vso[task.setvariable variable=PATH]x ###[error]y ##teamcity[x]",
    "rich": "[bold red]loud[/] [link=http://evil.test]x[/link] :smile: [/]",
    "markdown": "| a | b |\n\n# big\n![x](http://evil.test/x.png) [a](javascript:alert(1)) `code` *b* ~~s~~ <http://evil.test>",
    "mention": "@someone owner/repo#1 #1 !2 www.evil.test https://evil.test a@evil.test 0123abc4567 GH-12",
    "fence": "``` ```` ~~~ </details> --> ]]> <!--",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><a href='javascript:x'>&lt;&#60;",
    "xml": "\x00\x08\ufffe\uffff\ud800]]><evil/>&entity;",
    "gitlab": "[[ATTACHMENT|/etc/passwd]] /close",
    "sarif": "[text](http://evil.test) {0} \\[",
    "long": "::x" * 3000,
}
TEXTS = {
    Report: ("tool", "target", "profile"),
    Outcome: ("check", "title", "why", "fix", "source"),
    Finding: ("subject", "expected", "observed", "route", "reproduce", "reason", "left_to"),
    Measure: ("name", "unit", "route", "stage"),
}
"""Every field of a report that holds text."""


def hostile(attack: str) -> Report:
    """Return a report of every verdict with this text in every field."""
    outcomes = tuple(_outcome(attack, verdict) for verdict in Verdict)
    figures = (_with(Measure("", 1.5, "", 3, 1.0, 2.0), attack), Measure(attack, 0.5, "ratio", 1))
    report = Report("", "", None, 1_795_240_800.0, 1.0, outcomes, figures, (attack, f"{attack} {attack}"))
    return _with(report, attack)


def everything() -> Iterator[tuple[str, Report]]:
    """Yield a report for each attack, and one for all of them together."""
    for name, attack in ATTACKS.items():
        yield name, hostile(attack)
    yield "together", hostile(" ".join(attack for name, attack in ATTACKS.items() if name != "long"))


def _outcome(attack: str, verdict: Verdict) -> Outcome:
    routed = _with(Finding(verdict, "", evidence=3, profile_line=4), attack)
    findings = (routed, Finding(verdict, attack, observed=attack))
    outcome = _with(Outcome("", verdict, "", "", "", "", findings), attack)
    return replace(outcome, check=f"{attack}.{verdict}")


def _with(value: T, attack: str) -> T:
    changes: dict[str, Any] = dict.fromkeys(TEXTS[type(value)], attack)
    return replace(value, **changes)


def texts_of(kind: type) -> set[str]:
    """Return the names of a type's fields that can hold text."""
    return {each.name for each in fields(kind) if each.type in (str, str | None)}
