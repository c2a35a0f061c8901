"""`scalecheck report`: render reports again, in other formats or merged."""

from pathlib import Path
from typing import Annotated

import typer

from scalecheck.cli.audit import FORMAT, VERBOSE
from scalecheck.cli.exit import UsageError
from scalecheck.model.verdict import Report

EPILOG = """Examples:

\b
  scalecheck report reports/cache.json --format html=reports/cache.html
  scalecheck report reports/cache.json reports/assets.json --format md

Exit codes: as the audits' own; of several the worst."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog=EPILOG)(report)


def report(
    files: Annotated[
        list[Path],
        typer.Argument(help="Reports written by --format json=FILE; several are merged.", metavar="REPORT..."),
    ],
    formats: FORMAT = None,
    verbose: VERBOSE = False,
) -> None:
    """Render reports again; several are merged into one, with the worst verdict."""
    from scalecheck.cli.output import claim, files_of, targets, tell
    from scalecheck.report.merge import merge

    where = targets(tuple(formats or ()))
    claim(files_of(where), files)
    merged = merge(tuple(load(file) for file in files))
    tell(merged, where, verbose=verbose)
    raise typer.Exit(merged.exit_code)


def load(file: Path) -> Report:
    """Return a report read from a file; UsageError where there is none."""
    from scalecheck.report.json_reading import ReportError, read

    try:
        return read(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: expected a report in UTF-8, found other bytes") from None
    except ReportError as error:
        raise UsageError(f"{file}: {error}") from None
