"""`scalecheck init`: a commented profile from what the site shows."""

from pathlib import Path
from typing import Annotated

import typer

from scalecheck.cli.exit import UsageError

EPILOG = """Examples:

\b
  scalecheck init https://shop.example.com
  scalecheck init https://shop.example.com --output profiles/shop.yaml"""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog=EPILOG)(init)


def init(
    url: Annotated[str, typer.Argument(help="The site.", metavar="URL")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write it; - is standard output.")] = Path(
        "scalecheck.yaml"
    ),
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if there is one.")] = False,
) -> None:
    """Write a profile from what a site shows: routes, kinds, and where to say more.

    The profile states the contract that each kind implies, not what the site happens to send, so that its first audit
    fails for true reasons.
    """
    from scalecheck.cli.explore import explored_yaml

    if str(output) != "-" and output.exists() and not force:
        raise UsageError(f"{output}: is there already; --force overwrites it, --output writes elsewhere")
    text, found = explored_yaml(url)
    if str(output) == "-":
        typer.echo(text, nl=False)
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror or error}") from None
    typer.echo(f"{output}: {found} routes. Read it, correct it, then: scalecheck audit --profile {output}", err=True)
