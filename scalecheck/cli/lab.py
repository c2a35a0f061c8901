"""`scalecheck lab`: the embedded site, to learn with and to test against."""

from typing import Annotated

import typer

from scalecheck.cli.exit import UsageError

EPILOG = """Examples:

\b
  scalecheck lab
  scalecheck lab --port 8080 --fault cookie-on-shared
  scalecheck lab --list"""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog=EPILOG)(lab)


def lab(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on 127.0.0.1; 0 is a free one.")] = 8080,
    faults: Annotated[
        list[str] | None, typer.Option("--fault", help="Break exactly one thing; may be repeated.", metavar="NAME")
    ] = None,
    deploy: Annotated[int, typer.Option("--deploy", min=1, max=2, help="Which of the two deploys is live.")] = 1,
    listed: Annotated[bool, typer.Option("--list", help="List the faults and the checks that they trip.")] = False,
) -> None:
    """Run a small site on loopback that keeps every promise; break one with --fault. It is no CDN."""
    from scalecheck.lab.faults import FAULTS

    if listed:
        width = max(map(len, FAULTS))
        for name, fault in FAULTS.items():
            typer.echo(f"{name:<{width}}  {fault.check:<32}  {fault.line}")
        return
    chosen = tuple(faults or ())
    if unknown := [name for name in chosen if name not in FAULTS]:
        raise UsageError(f"--fault {unknown[0]}: no such fault; see scalecheck lab --list")
    _serve(port, chosen, deploy)


def _serve(port: int, faults: tuple[str, ...], deploy: int) -> None:
    import time

    from scalecheck.lab.lab import Lab

    try:
        with Lab(port=port, faults=faults, deploy=deploy) as running:
            typer.echo(f"{running.url}  (origin {running.origin}, second edge {running.second_edge}; Ctrl-C ends it)")
            typer.echo(f"Try: scalecheck audit {running.url} --profile demo", err=True)
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
    except OSError as error:
        raise UsageError(f"port {port}: {error.strerror or error}") from None
