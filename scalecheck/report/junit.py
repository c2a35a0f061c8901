"""JUnit XML in the dialect that GitLab, Jenkins and GitHub actions all read.

A test case is one check on one route: `classname="scalecheck.cache.contract" name="cache.contract on home"`. GitLab
keeps history by these two, and Jenkins makes packages of the dots, so neither ever holds a URL. A failing check fails,
one that could not be judged is an error, skips and waived mistakes are skipped with their reason, and a warning passes
with its account as output.
"""

from xml.etree import ElementTree as ET

from scalecheck.model.verdict import Report, Verdict
from scalecheck.report.cases import Case, cases, place
from scalecheck.report.inert import NAME, inert
from scalecheck.report.summary import group, started

_ELEMENTS = {Verdict.FAIL: "failure", Verdict.UNKNOWN: "error", Verdict.SKIP: "skipped", Verdict.WAIVED: "skipped"}


def render(report: Report) -> str:
    """Return the report as JUnit XML."""
    every = cases(report)
    root = ET.Element("testsuites", {"name": "scalecheck", **_totals(every), "time": f"{report.seconds:.3f}"})
    suites: dict[str, list[Case]] = {}
    for case in every:
        suites.setdefault(group(case.check), []).append(case)
    for name, among in suites.items():
        suite = ET.SubElement(root, "testsuite", {"name": name, **_totals(among), "timestamp": _timestamp(report)})
        for case in among:
            suite.append(_testcase(case, report))
    ET.indent(root, " ")
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text.replace("##", "#&#35;")}\n'


def _testcase(case: Case, report: Report) -> ET.Element:
    path, line = place(case, report)
    declared = {"file": path, "line": str(line)} if line else {}
    name = {"classname": f"scalecheck.{case.check}", "name": case.name}
    element = ET.Element("testcase", {**name, "time": "0", **declared})
    account = "\n".join(case.account).replace("[[", "[ [")  # GitLab takes [[ATTACHMENT|path]] for a file of the job
    verdict = case.verdict
    if verdict is Verdict.WARN:
        ET.SubElement(element, "system-out").text = account
    elif (kind := _ELEMENTS.get(verdict)) is not None:
        prefix = "waived: " if verdict is Verdict.WAIVED else ""
        result = ET.SubElement(element, kind, {"message": prefix + case.message})
        if kind != "skipped":
            result.set("type", case.check)
            result.text = account
    return element


def _totals(among: "tuple[Case, ...] | list[Case]") -> dict[str, str]:
    elements = [_ELEMENTS.get(case.verdict) for case in among]
    numbers = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    return {"tests": str(len(among)), **{name: str(elements.count(element)) for name, element in numbers.items()}}


def _timestamp(report: Report) -> str:
    """Return the start as the JUnit schema wants it: to the second and without a zone."""
    return inert(started(report), NAME)[:19]
