"""`scalecheck profile show` and `scalecheck profile schema`."""

from typing import Annotated

import typer

from scalecheck.cli.exit import UsageError

EDITORS = """Example: scalecheck profile schema > scalecheck.schema.json, and as the profile's first line

  # yaml-language-server: $schema=scalecheck.schema.json"""


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    commands = typer.Typer(
        help="Show a profile as it is read, or the schema that editors check it by.",
        epilog="Example: scalecheck profile show shop",
        no_args_is_help=True,
    )
    commands.command(epilog="Example: scalecheck profile show shop")(show)
    commands.command(epilog=EDITORS)(schema)
    app.add_typer(commands, name="profile")


def show(name: Annotated[str, typer.Argument(help="A path or a built-in name.", metavar="NAME|PATH")]) -> None:
    """Show a profile with all that it extends, every default in place; secrets stay `${env:NAME}`."""
    import yaml

    from scalecheck.model.profile_file import ProfileError, read_profile

    try:
        profile = read_profile(name, None)
    except ProfileError as error:
        raise UsageError(str(error)) from None
    data = profile.public()
    typer.echo(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110), nl=False)


def schema() -> None:
    """Print the JSON Schema of profiles."""
    import json

    from scalecheck.model.profile_schema import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))
