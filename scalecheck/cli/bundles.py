"""`scalecheck bundles`: what each page ships, chunk by chunk, before the verdicts of its group."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scalecheck.cli import audit
from scalecheck.cli.exit import UsageError

if TYPE_CHECKING:
    from scalecheck.cli.output import Target
    from scalecheck.model.site import Site
    from scalecheck.model.verdict import Report

GROUP = "bundle"
EVIDENCE = Annotated[
    Path | None,
    typer.Option("--evidence", help="Read this evidence file or HAR; the site is not asked.", metavar="FILE"),
]
WHY = Annotated[
    str | None,
    typer.Option(
        "--why",
        help="Say only which pages load this URL, or the end or any part of one, at first or later, and through whom.",
        metavar="URL",
    ),
]
JUDGED = frozenset({"profile", "skip", "formats", "before", "verbose", "quiet"})
"""Options of an audit that say something of evidence, too."""
EPILOG = """Examples:

\b
  scalecheck bundles https://shop.example.com
  scalecheck bundles --evidence reports/evidence.jsonl
  scalecheck bundles --evidence reports/evidence.jsonl --why /_next/static/chunks/39_j1bdzreq0m.js

Exit codes: as of audit; with --why 0 when a page loads the URL and 2 when none does."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog=EPILOG)(_command())


def _command() -> Callable[..., None]:
    """Return the command with the options of `audit` but `--only`, and its own."""

    def bundles(evidence: Path | None = None, why: str | None = None, **options: Any) -> None:
        """Show what each page ships, chunk by chunk, and judge it by its budgets.

        For each route the heaviest page: what a first and a next visit transfer, what is the route's own, shared with
        others or a third party's. Then what routes share, and the report on the group `bundle`; with --verbose every
        page.
        """
        _bundles(evidence, why, options)

    wanted = inspect.signature(audit.audit).parameters
    own = {"evidence": EVIDENCE, "why": WHY}
    kept = [each for name, each in wanted.items() if name != "only"]
    kept += [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=annotation)
        for name, annotation in own.items()
    ]
    bundles.__signature__ = inspect.Signature(kept)  # type: ignore[attr-defined]  # read by inspect
    bundles.__annotations__ = {each.name: each.annotation for each in kept}
    return bundles


def _bundles(evidence: Path | None, why: str | None, options: dict[str, Any]) -> None:
    from scalecheck.cli.output import for_the_terminal, put, targets, tell
    from scalecheck.page.bundles import bundles, matching
    from scalecheck.report.bundles import print_bundles, print_why
    from scalecheck.report.summary import counted

    if why is not None and options["formats"]:
        raise UsageError("--why: prints its answer alone; leave out --format")
    where = targets(tuple(options["formats"] or ()))
    report, site = _live(where, options) if evidence is None else _recorded(evidence, where, options)
    found = bundles(site)
    if why is not None:
        if not matching(found, why):
            raise UsageError(f"--why: none of {counted(len(found.pages), 'page')} loads {why}")
        put(for_the_terminal(lambda console: print_why(found, why, console)))
        return
    verbose = options["verbose"]
    printed = tuple(each for each in where if each.format == "text" and each.file is None)
    if printed:
        put(for_the_terminal(lambda console: print_bundles(found, console, verbose=verbose)))
        tell(replace(report, measures=()), printed, verbose=verbose)  # the tables have said them
    tell(report, tuple(each for each in where if each not in printed), verbose=verbose)
    raise typer.Exit(report.exit_code)


def _live(where: "tuple[Target, ...]", options: dict[str, Any]) -> "tuple[Report, Site]":
    from scalecheck.cli.live import audited_site

    return audited_site(audit.planned({**options, "only": [GROUP]}), where)


def _recorded(path: Path, where: "tuple[Target, ...]", options: dict[str, Any]) -> "tuple[Report, Site]":
    from scalecheck.cli.offline import judged_site
    from scalecheck.cli.output import claim, files_of

    if options["url"] is not None:
        raise UsageError("--evidence: nothing is asked; leave out the URL")
    asking = [name for name, value in options.items() if name not in JUDGED | {"url"} and value]
    if asking:
        raise UsageError(f"--evidence: nothing is asked; leave out --{asking[0].replace('_', '-')}")
    profile, before = options["profile"], options["before"]
    claim(files_of(where), [path, before, Path(profile) if profile is not None else None])
    return judged_site(path, profile, (GROUP,), tuple(options["skip"] or ()), before)
