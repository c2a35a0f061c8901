"""The application: its subcommands, and how errors end."""

import sys

import typer

from scalecheck.cli import audit, catalogue, compare, demo, init, judge, lab, profile, report
from scalecheck.cli.exit import Exit, UsageError

EPILOG = """Exit codes: 0 may ship, 1 must not ship, 2 the command or the profile is wrong, 3 could not be judged,
130 interrupted."""

app = typer.Typer(
    name="scalecheck",
    help="Prove that a web front end is ready for a million users a day.",
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


@app.callback()
def scalecheck(
    version: bool = typer.Option(False, "--version", help="Show the version and exit.", is_eager=True),
) -> None:
    """Prove that a web front end is ready for a million users a day."""
    if version:
        from scalecheck import __version__

        typer.echo(f"scalecheck {__version__}")
        raise typer.Exit


for module in (audit, judge, report, compare, init, catalogue, profile, demo, lab):
    module.register(app)


def run() -> None:
    """Run a command; bad input ends with one clear line and exit code 2, never with a traceback."""
    try:
        app()
    except UsageError as error:
        print(f"scalecheck: {error}", file=sys.stderr)
        raise SystemExit(Exit.USAGE) from None
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away (`| head`): nothing is left to say
        raise SystemExit(Exit.MAY_SHIP) from None
