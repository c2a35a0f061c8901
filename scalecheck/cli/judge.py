"""`scalecheck judge`: the same verdicts again, offline."""

from pathlib import Path
from typing import Annotated

import typer

from scalecheck.cli.audit import BEFORE, FORMAT, ONLY, PROFILE, SKIP, VERBOSE

EPILOG = """Examples:

\b
  scalecheck judge reports/evidence.jsonl
  scalecheck judge reports/evidence.jsonl --before reports/yesterday.jsonl
  scalecheck judge recorded.har --profile shop --format md"""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog=EPILOG)(judge)


def judge(
    evidence: Annotated[
        Path, typer.Argument(help="An evidence file, or a HAR recorded elsewhere.", metavar="EVIDENCE")
    ],
    profile: PROFILE = None,
    only: ONLY = None,
    skip: SKIP = None,
    formats: FORMAT = None,
    before: BEFORE = None,
    verbose: VERBOSE = False,
) -> None:
    """Judge recorded evidence again, without a request: by its own profile, or by another one."""
    from scalecheck.cli.offline import judge_file
    from scalecheck.cli.output import claim, files_of, targets, tell

    where = targets(tuple(formats or ()))
    claim(files_of(where), [evidence, before, Path(profile) if profile is not None else None])
    report = judge_file(evidence, profile, tuple(only or ()), tuple(skip or ()), before)
    tell(report, where, verbose=verbose)
    raise typer.Exit(report.exit_code)
