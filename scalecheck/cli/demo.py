"""`scalecheck demo`: the embedded lab, audited clean and with faults, and under load."""

from typing import Annotated

import typer

FAULTS = ("html-for-a-year", "cookie-on-shared", "same-etag-for-codings")
EPILOG = """Examples:

\b
  scalecheck demo
  scalecheck demo --fault spa-fallback-cached"""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog=EPILOG)(demo)


def demo(
    faults: Annotated[
        list[str] | None,
        typer.Option("--fault", help="What to break in the second audit; may be repeated.", metavar="NAME"),
    ] = None,
) -> None:
    """Start the embedded lab, audit it clean and once with faults, play 20 seconds of its traffic, show the reports.

    Exits with 0 when the clean lab passes, the broken one fails for these faults and nothing else, and no service level
    fails under the load.
    """
    from scalecheck.cli.demonstration import demonstrate

    raise typer.Exit(0 if demonstrate(tuple(faults or FAULTS)) else 1)
