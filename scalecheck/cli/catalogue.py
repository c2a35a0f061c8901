"""`scalecheck checks` and `scalecheck explain`."""

from typing import Annotated

import typer

from scalecheck.cli.completion import checks_and_groups
from scalecheck.cli.exit import UsageError


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command(epilog="Example: scalecheck checks cache")(checks)
    app.command(epilog="Example: scalecheck explain cache.contract")(explain)


def checks(
    group: Annotated[str | None, typer.Argument(help="Only this group.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="As a Markdown table.")] = False,
) -> None:
    """List every check with its promise."""
    from scalecheck.checks.catalogue import CHECKS, GROUP_NAMES

    if group is not None and group not in GROUP_NAMES:
        raise UsageError(f'"{group}" is no group; expected one of {", ".join(GROUP_NAMES)}')
    wanted = [check for check in CHECKS if group in {None, check.id.partition(".")[0]}]
    if markdown:
        typer.echo("| check | promise |\n| --- | --- |")
        for check in wanted:
            typer.echo(f"| `{check.id}` | {check.title} |")
        return
    width = max(len(check.id) for check in wanted)
    for check in wanted:
        typer.echo(f"{check.id:<{width}}  {check.title}")


def explain(
    name: Annotated[
        str, typer.Argument(help="A check's id, or a group.", metavar="ID", autocompletion=checks_and_groups)
    ],
) -> None:
    """Explain a check: its promise, why it matters, how to keep it, how it is asked, and its source."""
    from scalecheck.checks.catalogue import UnknownCheck, named
    from scalecheck.cli.explanation import explanation

    try:
        found = named(name)
    except UnknownCheck as error:
        raise UsageError(str(error)) from None
    typer.echo("\n\n".join(explanation(check) for check in found))
