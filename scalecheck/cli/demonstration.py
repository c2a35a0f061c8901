"""The two audits of the demo, and its swarm."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from scalecheck.cli.exit import UsageError
from scalecheck.cli.live import audited
from scalecheck.cli.plan import Plan
from scalecheck.lab.faults import FAULTS
from scalecheck.lab.lab import Lab
from scalecheck.model.verdict import Report, Verdict
from scalecheck.report.text import print_text

SHAPE, SCALE = "steady", 0.4
"""What is played: twenty seconds at eight page views a second."""


def demonstrate(faults: tuple[str, ...]) -> bool:
    """Show the reports of two audits and of a swarm; return whether each is as it should be."""
    if unknown := [name for name in faults if name not in FAULTS]:
        raise UsageError(f"--fault {unknown[0]}: no such fault; see scalecheck lab --list")
    typer.echo("The lab, as it should be:\n")
    clean = audit_lab()
    print_text(clean)
    described = "\n".join(f"  {name}: {FAULTS[name].line} ({FAULTS[name].check})" for name in faults)
    typer.echo(f"\nThe lab with faults:\n{described}\n")
    broken = audit_lab(faults)
    print_text(broken)
    typer.echo(
        f"\nThe lab under its declared traffic: scalecheck swarm --profile demo --shape {SHAPE} --scale {SCALE:.0%}\n"
    )
    swarmed = swarm_lab()
    print_text(swarmed)
    failed = {outcome.check for outcome in broken.outcomes if outcome.verdict is Verdict.FAIL}
    as_they_should = clean.exit_code == 0 and failed == {FAULTS[name].check for name in faults}
    return as_they_should and swarmed.verdict is not Verdict.FAIL


def audit_lab(faults: tuple[str, ...] = ()) -> Report:
    """Return the report on a lab of its own, with these faults."""
    with TemporaryDirectory() as folder, Lab(faults=faults) as lab:
        profile = Path(folder) / "demo.yaml"
        profile.write_text(lab.profile, encoding="utf-8")
        report = audited(Plan(profile=str(profile), keep=Path(folder) / "evidence.jsonl"))
    return replace(report, profile="demo")


def swarm_lab() -> Report:
    """Return the report on a lab of its own under load; a machine too slow to play it leaves that unknown."""
    from scalecheck.cli.swarm_plan import SwarmPlan
    from scalecheck.cli.swarm_run import prepare, swarmed

    with TemporaryDirectory() as folder, Lab() as lab:
        profile = Path(folder) / "demo.yaml"
        profile.write_text(lab.profile, encoding="utf-8")
        plan = SwarmPlan(profile=str(profile), shape=SHAPE, scale=SCALE, keep=Path(folder) / "swarm.jsonl")
        report = swarmed(plan, prepare(plan))
    if report is None:
        raise UsageError("the swarm was not played")
    return replace(report, profile="demo")
