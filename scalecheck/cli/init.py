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
    from scalecheck.cli.output import claim, put, write

    printed = str(output) == "-"
    if not printed and output.exists() and not force:
        raise UsageError(f"{output}: is there already; --force overwrites it, --output writes elsewhere")
    claim([("--output", None if printed else output)])
    text, found = explored_yaml(url)
    if printed:
        put(text)
        return
    write("--output", output, text)
    routes = f"{found} route{'s' if found > 1 else ''}"
    typer.echo(f"{output}: {routes}. Read it, correct it, then: scalecheck audit --profile {output}", err=True)
