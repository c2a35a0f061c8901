"""The parts of a profile that say what must hold under load, and when a run stops at once."""

from typing import Annotated, Literal

from pydantic import Field

from scalecheck.model.profile_parts import Part
from scalecheck.model.profile_scalars import Name, Seconds, Text
from scalecheck.model.traffic_scalars import Endpoint, Level, Worse


class Baseline(Part):
    """An earlier run, and by how much this one may be worse."""

    file: Text | None = None
    """Where its figures stand, relative to the profile."""
    fail: tuple[Worse, ...] = ()
    """What is too much: `p95 up 10%`, `errors up 0.05pp`."""
    ignore_below: Seconds = 0.0
    """Times that differ by less count as the same."""


class Slo(Part):
    """Service levels, as sentences: metric, operator, value with unit, optional window."""

    all: tuple[Level, ...] = ()
    """Of everything together."""
    pages: dict[Name, tuple[Level, ...]] = Field(default_factory=dict)
    """By page."""
    assets: tuple[Level, ...] = ()
    """Of assets."""
    routes: dict[Endpoint, tuple[Level, ...]] = Field(default_factory=dict)
    """By method and path."""
    during: dict[Name, tuple[Level, ...]] = Field(default_factory=dict)
    """By shape, or by the name that `judge` gives a stage: what stands here replaces what `all` says of that metric."""
    baseline: Baseline = Baseline()
    """Compared with an earlier run."""


class Abort(Part):
    """When a swarm stops at once."""

    when: Level
    """The condition: `errors > 5%`."""
    lasting_s: Annotated[Seconds, Field(gt=0)] | None = Field(default=None, alias="for")
    """How long it must hold; without it, once is enough."""
    then: Literal["fail", "inconclusive"]
    """What the run is then."""
