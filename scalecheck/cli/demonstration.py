"""The two audits of the demo."""

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


def demonstrate(faults: tuple[str, ...]) -> bool:
    """Show both reports; return whether each is as it should be."""
    if unknown := [name for name in faults if name not in FAULTS]:
        raise UsageError(f"--fault {unknown[0]}: no such fault; see scalecheck lab --list")
    typer.echo("The lab, as it should be:\n")
    clean = audit_lab()
    print_text(clean)
    described = "\n".join(f"  {name}: {FAULTS[name].line} ({FAULTS[name].check})" for name in faults)
    typer.echo(f"\nThe lab with faults:\n{described}\n")
    broken = audit_lab(faults)
    print_text(broken)
    failed = {outcome.check for outcome in broken.outcomes if outcome.verdict is Verdict.FAIL}
    return clean.exit_code == 0 and failed == {FAULTS[name].check for name in faults}


def audit_lab(faults: tuple[str, ...] = ()) -> Report:
    """Return the report on a lab of its own, with these faults."""
    with TemporaryDirectory() as folder, Lab(faults=faults) as lab:
        profile = Path(folder) / "demo.yaml"
        profile.write_text(lab.profile, encoding="utf-8")
        report = audited(Plan(profile=str(profile), keep=Path(folder) / "evidence.jsonl"))
    return replace(report, profile="demo")
