"""The parts of a profile that the swarm reads: traffic, service levels, when to abort."""

from typing import Any, Literal

from pydantic import Field

from scalecheck.model.profile_parts import Part
from scalecheck.model.profile_scalars import Seconds, Sentence, Text

Tree = dict[str, Any]
"""Plain data of a section whose readers come with the swarm: mappings, lists and strings."""


class Traffic(Part):
    """The load to expect; read in full by the swarm."""

    normal: Text | None = None
    """What 1x means: `200 pages/s`."""
    expect: Text | None = None
    """Requests per second that this comes to, as the server counts them."""
    arrivals: Literal["random", "even"] | None = None
    """Spacing of visits: random is Poisson."""
    audience: Tree = Field(default_factory=dict)
    """Users a day, pages a user, think time."""
    regions: dict[str, Tree] = Field(default_factory=dict)
    """Share, time zones and language by region."""
    devices: dict[str, Tree] = Field(default_factory=dict)
    """Share and user agent by device."""
    pages: dict[str, Tree] = Field(default_factory=dict)
    """What a view of each page asks for."""
    routes: dict[str, Tree] = Field(default_factory=dict)
    """Load that no page view causes, by method and path."""
    shapes: dict[str, tuple[Tree, ...]] = Field(default_factory=dict)
    """Stages by name: hold, ramp, day."""


class Slo(Part):
    """Service levels, as sentences: metric, operator, value with unit, optional window."""

    all: tuple[Sentence, ...] = ()
    """Of everything."""
    pages: dict[str, tuple[Sentence, ...]] = Field(default_factory=dict)
    """By page."""
    assets: tuple[Sentence, ...] = ()
    """Of assets."""
    routes: dict[str, tuple[Sentence, ...]] = Field(default_factory=dict)
    """By route."""
    during: dict[str, tuple[Sentence, ...]] = Field(default_factory=dict)
    """By shape or stage."""
    baseline: Tree = Field(default_factory=dict)
    """An earlier run and by how much it may be missed."""


class Abort(Part):
    """When a swarm stops at once."""

    when: Sentence
    """The condition: `errors > 5%`."""
    window: Seconds | None = Field(None, alias="for")
    """How long it must hold, in seconds."""
    then: Literal["fail", "inconclusive"]
    """What the run is then."""
