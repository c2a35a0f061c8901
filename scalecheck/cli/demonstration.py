"""The two audits of the demo."""

from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from scalecheck.cli.exit import UsageError
from scalecheck.cli.live import Plan, audited
from scalecheck.lab.faults import FAULTS
from scalecheck.lab.lab import Lab
from scalecheck.model.verdict import Report, Verdict
from scalecheck.report.text import print_text


def demonstrate(faults: tuple[str, ...]) -> bool:
    """Show both reports; return whether each is as it should be."""
    if unknown := [name for name in faults if name not in FAULTS]:
        raise UsageError(f"--fault {unknown[0]}: no such fault; see scalecheck lab --list")
    typer.echo("The lab, as it should be:\n")
    clean = _audit(())
    print_text(clean)
    described = "\n".join(f"  {name}: {FAULTS[name].line} ({FAULTS[name].check})" for name in faults)
    typer.echo(f"\nThe lab with faults:\n{described}\n")
    broken = _audit(faults)
    print_text(broken)
    failed = {outcome.check for outcome in broken.outcomes if outcome.verdict is Verdict.FAIL}
    return clean.exit_code == 0 and failed == {FAULTS[name].check for name in faults}


def _audit(faults: tuple[str, ...]) -> Report:
    with TemporaryDirectory() as folder, Lab(faults=faults) as lab:
        report, _ = audited(Plan(url=lab.url, profile="demo", keep=Path(folder) / "evidence.jsonl"))
    return report
