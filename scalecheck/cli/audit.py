"""`scalecheck audit`, and its groups as commands of their own."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scalecheck.cli.completion import checks_and_groups, formats_known, profiles_known

if TYPE_CHECKING:
    from scalecheck.cli.plan import Plan

URL = Annotated[
    str | None,
    typer.Argument(help="The site; overrides the profile's `site` (a preview, a staging host).", metavar="[URL]"),
]
PROFILE = Annotated[
    str | None,
    typer.Option(
        "--profile",
        "-p",
        help="A profile's path or a built-in name. Without it: scalecheck.yaml beside you, if there is one.",
        autocompletion=profiles_known,
    ),
]
ONLY = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        help="Run only this group or check; may be repeated.",
        metavar="GROUP|ID",
        autocompletion=checks_and_groups,
    ),
]
SKIP = Annotated[
    list[str] | None,
    typer.Option(
        "--skip",
        help="Leave out this group or check; may be repeated.",
        metavar="GROUP|ID",
        autocompletion=checks_and_groups,
    ),
]
FORMAT = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        "-f",
        help="text, json, junit, sarif, md, github, gitlab or html; with =FILE it is written there. May be repeated.",
        metavar="FORMAT[=FILE]",
        autocompletion=formats_known,
    ),
]
KEEP = Annotated[
    Path | None,
    typer.Option("--keep", help="Where the evidence is written; without it reports/evidence.jsonl.", metavar="FILE"),
]
BEFORE = Annotated[
    Path | None,
    typer.Option(
        "--before", help="Evidence of an earlier run, for what must not change between deploys.", metavar="FILE"
    ),
]
HAR = Annotated[Path | None, typer.Option("--har", help="Write the exchanges as HAR 1.2 too.", metavar="FILE")]
CONNECT_TO = Annotated[
    str | None,
    typer.Option(
        "--connect-to", help="Ask this address rather than what DNS says: one edge, or the origin.", metavar="HOST:PORT"
    ),
]
REQUESTS = Annotated[
    int | None, typer.Option("--requests", min=1, help="Request budget; overrides the profile's safety.requests.")
]
CONCURRENCY = Annotated[
    int | None, typer.Option("--concurrency", min=1, max=1000, help="Requests at the same time, per host.")
]
SAMPLES = Annotated[int | None, typer.Option("--samples", min=1, help="URLs asked of a route that names none.")]
PATIENCE = Annotated[str | None, typer.Option("--patience", help="Longest wait of one probe, such as 90s.")]
CA_FILE = Annotated[
    Path | None, typer.Option("--ca-file", help="Certificates to trust besides the usual ones.", metavar="FILE")
]
BROWSER = Annotated[
    bool, typer.Option("--browser", help="Open pages in Chromium and Lighthouse too: minutes rather than seconds.")
]
RUNS = Annotated[
    int | None,
    typer.Option("--runs", min=1, max=50, help="Runs of Lighthouse on each page and device; their median counts."),
]
CHROME = Annotated[
    Path | None, typer.Option("--chrome", help="The Chrome or Chromium to open pages with.", metavar="FILE")
]
VERBOSE = Annotated[
    bool, typer.Option("--verbose", "-v", help="Show skipped checks with their reasons, and passes by check.")
]
QUIET = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on standard error.")]

GROUPS = ("site", "cache", "assets", "images", "cdn", "rendering", "vitals", "observability", "security")
"""Groups that are commands; the bundles have one of their own, which shows more than verdicts."""
NEED_A_BROWSER = frozenset({"rendering", "vitals", "observability"})
EPILOG = """Examples:

\b
  scalecheck audit https://shop.example.com
  scalecheck audit --profile shop https://preview-42.example.com
  scalecheck audit --only cache --format json
  scalecheck audit --browser --runs 5
  scalecheck audit --format text --format junit=reports/junit.xml --format md=reports/summary.md

Exit codes: 0 may ship, 1 must not ship, 2 the command or the profile is wrong, 3 could not be judged,
130 interrupted; what was gathered until then is kept."""


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command(epilog=EPILOG)(audit)
    for group in GROUPS:
        app.command(
            name=group,
            help=f"Audit the group `{group}` alone; options as for audit.",
            epilog=f"Example: scalecheck {group} https://shop.example.com {_words(group)}",
        )(_group(group))


def _words(group: str) -> str:
    """Return the options of a group's example."""
    return ("--browser " if group in NEED_A_BROWSER else "") + f"--format junit=reports/{group}.xml"


def audit(
    url: URL = None,
    profile: PROFILE = None,
    only: ONLY = None,
    skip: SKIP = None,
    formats: FORMAT = None,
    keep: KEEP = None,
    before: BEFORE = None,
    har: HAR = None,
    connect_to: CONNECT_TO = None,
    requests: REQUESTS = None,
    concurrency: CONCURRENCY = None,
    samples: SAMPLES = None,
    patience: PATIENCE = None,
    ca_file: CA_FILE = None,
    browser: BROWSER = False,
    runs: RUNS = None,
    chrome: CHROME = None,
    verbose: VERBOSE = False,
    quiet: QUIET = False,
) -> None:
    """Prove what a profile promises against the live site, in seconds; with --browser in real browsers too.

    Without a profile, the kinds of routes are inferred from what the site shows, and the report says which.
    """
    from scalecheck.cli.live import run_audit

    run_audit(planned(locals()), tuple(formats or ()), verbose=verbose)


def planned(options: Mapping[str, Any]) -> "Plan":
    """Return what the options of `audit` ask for, by the names of its parameters."""
    from scalecheck.cli.plan import Limits, Plan

    given: dict[str, Any] = {each.name: options[each.name] for each in fields(Plan) if each.name in options}
    limits = Limits(**{each.name: options[each.name] for each in fields(Limits)})
    return Plan(**{**given, "limits": limits, "only": tuple(given["only"] or ()), "skip": tuple(given["skip"] or ())})


def _group(group: str) -> Callable[..., None]:
    """Return `audit` without `--only`, bound to one group."""

    def command(**options: object) -> None:
        audit(only=[group], **options)  # type: ignore[arg-type]  # the signature below is audit's own

    signature = inspect.signature(audit)
    kept = [each for name, each in signature.parameters.items() if name != "only"]
    command.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]  # read by inspect
    command.__annotations__ = {each.name: each.annotation for each in kept}
    return command
