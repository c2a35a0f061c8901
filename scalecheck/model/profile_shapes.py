"""The parts of a profile that say how load goes up and down: hold, ramp and day."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from scalecheck.model.profile_parts import Part
from scalecheck.model.profile_scalars import Factor, Name, Seconds
from scalecheck.model.quantities import DAY_S, Hours
from scalecheck.model.traffic_scalars import HoursOfDay, Squeezed
from scalecheck.wire import units

NINE_TO_SIX = Hours(9 * 3600, 18 * 3600)
VERBS = ("hold", "ramp", "day")


class Day(Part):
    """A day as it passes over the regions, each by its own clocks."""

    plateau: Factor = 1.0
    """Load of the busy hours, were all regions awake at once."""
    hours: HoursOfDay = NINE_TO_SIX
    """The busy hours, in local time."""
    shoulders: Seconds = 3600.0
    """Seconds in which load rises before them, and falls after them."""
    night: Factor = 0.0
    """What is left of it outside."""
    squeeze: Squeezed | None = None
    """`24h into 48m`: the same loads in less time."""

    @property
    def duration_s(self) -> float:
        """Seconds that it takes to play."""
        return DAY_S / (self.squeeze.factor if self.squeeze else 1.0)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.hours.length_s + 2 * self.shoulders > DAY_S:
            shoulder = units.show_seconds(self.shoulders)
            raise ValueError(f"hours ({self.hours}) and shoulders ({shoulder} twice) are longer than a day together")
        if self.night > self.plateau:
            raise ValueError("the night is busier than the plateau")
        return self


class Stage(Part):
    """One stage of a shape: a load, and for how long."""

    hold: Factor | None = None
    """A load that stays, in multiples of `normal`."""
    hold_s: Annotated[Seconds, Field(gt=0)] | None = Field(default=None, alias="for")
    """How long it stays."""
    ramp: Factor | None = None
    """A load that is reached in a straight line."""
    over: Annotated[Seconds, Field(gt=0)] | None = None
    """How long that takes."""
    day: Day | None = None
    """A whole day."""
    judge: Name | None = None
    """Name by which `slo.during` speaks of it."""

    @property
    def duration_s(self) -> float:
        """Seconds that it takes to play."""
        return self.day.duration_s if self.day is not None else self.hold_s or self.over or 0.0

    @model_validator(mode="after")
    def _is_one_verb(self) -> Self:
        verbs = [verb for verb in VERBS if getattr(self, verb) is not None]
        if len(verbs) != 1:
            found = " and ".join(verbs) or "none of them"
            raise ValueError(f"a stage is one of hold, ramp or day; this one has {found}")
        wanted = {"hold": "for", "ramp": "over"}.get(verbs[0])
        given = [key for key, value in (("for", self.hold_s), ("over", self.over)) if value is not None]
        if given != ([wanted] if wanted else []):
            raise ValueError(_lasting(verbs[0], wanted, given))
        return self


def _lasting(verb: str, wanted: str | None, given: list[str]) -> str:
    """Return what is wrong with how long a stage says it takes."""
    if wanted is None:
        return f"a day takes its own time; {' and '.join(given)} cannot be said of it, squeeze can"
    found = f", found {' and '.join(given)}" if given else ""
    return f"{verb} needs `{wanted}`, how long it takes{found}"
