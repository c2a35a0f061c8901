"""The application: its subcommands, and how errors end."""

import io
import sys
import traceback

import typer

from scalecheck.cli import (
    audit,
    bundles,
    catalogue,
    compare,
    demo,
    init,
    judge,
    lab,
    plan_command,
    profile,
    report,
    swarm,
)
from scalecheck.cli.exit import Exit, UsageError

EPILOG = """Examples:

\b
  scalecheck audit https://shop.example.com
  scalecheck init https://shop.example.com
  scalecheck explain cache.contract
  scalecheck demo

Exit codes: 0 may ship, 1 must not ship, 2 the command or the profile is wrong, 3 could not be judged,
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


for module in (audit, bundles, swarm, judge, report, compare, init, catalogue, profile, plan_command, demo, lab):
    module.register(app)


def run() -> None:
    """Run a command and exit with its code.

    Bad input ends with one clear line a mistake and exit code 2; a mistake of ours with its traceback and 3, since
    then nothing could be judged.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = app(standalone_mode=False)
    except UsageError as error:
        raise SystemExit(_refused(str(error))) from None
    except SystemExit as ended:
        raise SystemExit(_pipe_closed() if isinstance(ended.__context__, BrokenPipeError) else ended.code) from None
    except BrokenPipeError:
        raise SystemExit(_pipe_closed()) from None
    except Exception as error:
        raise SystemExit(_of_the_parser(error) or _crashed()) from None
    raise SystemExit(code or Exit.MAY_SHIP)


def _refused(message: str) -> int:
    """Say what is wrong; what the message repeats of a file cannot move the cursor."""
    from scalecheck.wire.escape import plain

    for line in message.splitlines():
        print(f"scalecheck: {plain(line, 1000)}", file=sys.stderr)
    return Exit.USAGE


def _pipe_closed() -> int:
    """Leave nothing to be printed at exit: the reader went away (`| head`), and that is no mistake."""
    from scalecheck.cli.output import silence

    silence()
    return Exit.MAY_SHIP


def _of_the_parser(error: Exception) -> int | None:
    """Say in one line what the parser of the command line, or of an option, found; None where it did not speak.

    Which class that is depends on the version of typer, which brings its own click or uses the one that is installed.
    """
    said = getattr(error, "format_message", None)
    if said is None:
        return None
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        print(said(), file=sys.stderr)
        return Exit.USAGE
    command = context.command_path if context is not None else "scalecheck"
    first = " ".join(said().split()).rstrip(".")
    return _refused(f"{first[:1].lower()}{first[1:]}; see {command} --help")


def _crashed() -> int:
    traceback.print_exc()
    return Exit.NOT_JUDGED
