"""The profile: how a site must behave. Frozen types; reading and resolving YAML is `model.profile_file`."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from scalecheck.model.contract import Contract, Span, Storing
from scalecheck.model.kinds import ASSETS, PAGES, Kind


class Part(BaseModel):
    """A mapping of the profile; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
