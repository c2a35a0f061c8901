"""`scalecheck compare`: what got worse between two reports."""

from pathlib import Path
from typing import Annotated

import typer

EPILOG = """Example: scalecheck compare reports/main.json reports/branch.json

Exit codes: 0 nothing got worse, 1 something did, 2 a file is no report."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog=EPILOG)(compare)


def compare(
    base: Annotated[Path, typer.Argument(help="The earlier report, as JSON.", metavar="BASE")],
    head: Annotated[Path, typer.Argument(help="The later report, as JSON.", metavar="HEAD")],
) -> None:
    """Say what got worse from one report to another, beyond noise."""
    from scalecheck.cli.report import load
    from scalecheck.report.compare import compare as compared
    from scalecheck.report.compare import render

    found = compared(load(base), load(head))
    typer.echo(render(found))
    raise typer.Exit(1 if found.worse else 0)
