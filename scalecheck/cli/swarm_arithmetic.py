"""What a swarm will do, worked out and said before anything is sent; and what of it the profile's safety forbids."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from math import ceil

from scalecheck.cli.exit import UsageError
from scalecheck.model.guess import guess
from scalecheck.model.profile import Profile
from scalecheck.model.site import Site
from scalecheck.plan.bounds import over
from scalecheck.plan.figures import number, size
from scalecheck.plan.measured import measured
from scalecheck.plan.plan import Plan, PlanError, ShapeRun, plan
from scalecheck.wire import units

PER_WORKER = 8_000.0
"""Requests a second that one core makes of whole visitors with room to spare (`benchmarks/`); fewer over TLS."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What one shape comes to, at its scale."""

    plan: Plan
    run: ShapeRun
    scale: float

    @property
    def arrivals(self) -> float:
        """Page views of the whole run."""
        return self.run.total.pages

    @property
    def peak_rate(self) -> float:
        """Requests in a second of the busiest moment."""
        return self.run.peak.requests

    @property
    def workers(self) -> int:
        """How many cores the busiest moment needs."""
        return max(1, ceil(self.peak_rate / PER_WORKER))


def chosen_shape(profile: Profile, name: str | None) -> str:
    """Return the shape that was named, or the only one; UsageError lists those there are."""
    shapes = profile.traffic.shapes
    if not shapes:
        raise UsageError(f"{profile.source or 'the profile'}: declares no traffic.shapes, so there is nothing to play")
    if name is None and len(shapes) == 1:
        return next(iter(shapes))
    if name is None:
        raise UsageError(f"expected --shape, one of {', '.join(shapes)}")
    if name not in shapes:
        hint = guess(name, shapes) or f"; there are {', '.join(shapes)}"
        raise UsageError(f"--shape {name}: no such shape in the profile{hint}")
    return name


def ahead(profile: Profile, shape: str, scale: float, on: date, site: Site | None = None) -> Ahead:
    """Return what a shape comes to, by what a site's pages were seen to take; UsageError for what cannot be played."""
    try:
        found = plan(profile, on, None if site is None else measured(site), shape)
    except PlanError as error:
        file, line = profile.place(*error.path)
        place = file if line is None else f"{file}:{line}"
        raise UsageError(f"{place}  {'.'.join(error.path)}: {error}") from None
    run = found.runs[0]
    scaled = replace(run, course=run.course.scaled(scale), peak=run.peak.times(scale), total=run.total.times(scale))
    return Ahead(found, scaled, scale)


def refuse_beyond_safety(of: Ahead) -> None:
    """Raise UsageError for every bound of `safety` that the run would pass; nothing has been sent then."""
    profile = of.plan.profile
    problems = []
    for bound, comes_to in over(of.plan, of.run):
        file, line = profile.place("safety", bound)
        place = file if line is None else f"{file}:{line}"
        allowed = profile.safety.model_dump(mode="json", include={bound})[bound]
        problems.append(f"{place}  safety.{bound}: {of.run.name} comes to {comes_to}, allowed is {allowed}")
    if problems:
        raise UsageError("\n".join((*problems, "play less of it with --scale, or allow more")))


def said(of: Ahead, workers: int, *, local: bool) -> Iterator[str]:
    """Yield what will be done, a line each."""
    run, peak, total = of.run, of.run.peak, of.run.total
    scale = "" if of.scale == 1.0 else f" at {units.show_ratio(of.scale)}"
    lasting = units.show_seconds(round(run.course.duration_s, 3))
    yield (
        f"Swarming {of.plan.profile.site} with {run.name}{scale} for {lasting}: {number(total.pages)} page views of"
        f" {number(total.visits)} visits, {number(total.requests)} requests, {size(total.size)}"
    )
    yield (
        f"at its busiest {number(peak.pages)} pages/s, {number(peak.requests)} requests/s, {size(peak.size)}/s,"
        f" {number(peak.visitors)} visitors at the same time"
    )
    yield f"{workers} {'worker' if workers == 1 else 'workers'}; {number(of.peak_rate / workers)} requests/s each"
    cores = os.cpu_count() or 1
    if local and of.workers > cores:
        yield (
            f"this machine has {cores} cores, and {of.workers} are needed at about {number(PER_WORKER)} requests/s"
            " each: what cannot be sent on time is counted as late, and the verdict is unknown then"
        )


def scale_of(text: str) -> float:
    """Return a scale: `1%`, `0.5x` or `2`; UsageError for anything else."""
    try:
        share = float(text[:-1]) / 100 if text.endswith("%") else float(text.removesuffix("x"))
        if 0 < share < float("inf"):
            return share
    except ValueError:
        pass
    raise UsageError(f"--scale {text}: expected a share such as 1% or a factor such as 0.5x")
