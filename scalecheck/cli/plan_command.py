"""`scalecheck plan`: what the declared traffic comes to."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scalecheck.cli.audit import PROFILE
from scalecheck.cli.exit import UsageError

if TYPE_CHECKING:
    from datetime import date

    from scalecheck.model.profile import Profile
    from scalecheck.model.site import Site
    from scalecheck.plan.costs import Measured

EPILOG = """Examples:

\b
  scalecheck plan --profile million-dau
  scalecheck plan --profile shop --shape spike-10x
  scalecheck plan --evidence reports/evidence.jsonl     with page costs as an audit measured them
  scalecheck plan --format json | jq .claims
  scalecheck plan --from access.log --data data > traffic.yaml

Exit codes: 0 planned, contradictions or not; 2 the command, the profile or a file it names is wrong."""
FORMATS = ("text", "json")
FIRST_YEAR, LAST_YEAR = 1971, 2199
"""Years whose clocks are known, or can be taken as they are now."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog=EPILOG)(plan)


def plan(
    profile: PROFILE = None,
    shape: Annotated[str | None, typer.Option(help="Plan this shape alone.", metavar="NAME")] = None,
    evidence: Annotated[
        Path | None, typer.Option(help="Page costs as an audit measured them: its evidence file.", metavar="FILE")
    ] = None,
    on: Annotated[
        str | None,
        typer.Option("--date", help="The day: clocks change over the year. Default: today, UTC.", metavar="DATE"),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Print the traffic that an access log or a HAR shows, as YAML.", metavar="FILE"),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="With --from: keep what parameters stood for here, as CSV.", metavar="DIR")
    ] = None,
    format_: Annotated[str, typer.Option("--format", "-f", help="text or json.", metavar="FORMAT")] = "text",
) -> None:
    """Work out what the declared traffic comes to, hour by hour and region by region, and what in it cannot be."""
    from scalecheck.cli.output import put
    from scalecheck.plan.plan import PlanError
    from scalecheck.plan.plan import plan as planned

    if format_ not in FORMATS:
        raise UsageError(f"--format {format_}: expected one of {', '.join(FORMATS)}")
    if source is not None:
        _from(source, profile, data, {"--shape": shape, "--evidence": evidence, "--date": on})
        return
    if data is not None:
        raise UsageError("--data goes with --from")
    declared, site = _declared(profile, evidence)
    _known_shape(declared, shape)
    try:
        found = planned(declared, _date(on), _measured(declared, site), shape)
    except PlanError as error:
        file, line = declared.place(*error.path)
        place = file if line is None else f"{file}:{line}"
        raise UsageError(f"{place}  {'.'.join(error.path)}: {error}") from None
    if format_ == "json":
        from scalecheck.plan.plan_json import render

        put(render(found))
        return
    from rich.console import Console

    from scalecheck.cli.plan_text import print_plan

    console = Console()
    with console.capture() as printed:
        print_plan(found, console)
    put(printed.get())


def _from(source: Path, profile: str | None, data: Path | None, others: "dict[str, object]") -> None:
    """Print the traffic that a file shows; a profile that is named says what its routes are."""
    from scalecheck.cli.plan_from import print_recorded
    from scalecheck.cli.profiles import read

    if given := [name for name, value in others.items() if value is not None]:
        raise UsageError(f"{', '.join(given)}: not with --from, which prints what a file shows")
    print_recorded(source, None if profile is None else read(profile, None), data)


def _declared(name: str | None, evidence: Path | None) -> "tuple[Profile, Site | None]":
    """Return the profile named, or beside you, or of the evidence, secrets unresolved; and what the evidence shows.

    UsageError for every mistake in them, and where no profile is meant.
    """
    from scalecheck.cli.offline import read_site
    from scalecheck.cli.profiles import named_profile, read
    from scalecheck.model.profile_data import data_problems

    name = named_profile(name)
    if name is not None:
        profile = read(name, None)
        if problems := data_problems(profile):
            raise UsageError("\n".join(map(str, problems)))
        return profile, None if evidence is None else read_site(evidence, name).site
    if evidence is None:
        raise UsageError("expected --profile, or a scalecheck.yaml beside you; see scalecheck plan --help")
    site = read_site(evidence).site
    return site.profile, site


def _known_shape(profile: "Profile", name: str | None) -> None:
    from scalecheck.model.guess import guess

    shapes = profile.traffic.shapes
    if name is not None and name not in shapes:
        hint = guess(name, shapes) or f"; there are {', '.join(shapes) or 'none'}"
        raise UsageError(f"--shape {name}: no such shape in the profile{hint}")


def _date(text: str | None) -> "date":
    from datetime import UTC, datetime

    from scalecheck.model.profile_scalars import read_day

    if text is None:
        return datetime.now(UTC).date()
    try:
        day = read_day(text)
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return day
    except ValueError:
        pass
    raise UsageError(f"--date {text}: expected a day such as 2026-11-21, from {FIRST_YEAR} to {LAST_YEAR}")


def _measured(profile: "Profile", site: "Site | None") -> "Measured | None":
    """Return what evidence says of the traffic's pages; None without any."""
    if site is None:
        return None
    from scalecheck.plan.measured import measured

    return measured(replace(site, profile=profile.at(site.profile.site)))
