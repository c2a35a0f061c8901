"""A figure that a profile declares, beside what follows from the rest of it."""

from dataclasses import dataclass
from enum import StrEnum


class Says(StrEnum):
    """How a declared figure and the arithmetic stand to each other."""

    AGREES = "agrees"
    IF = "holds if"
    CONTRADICTS = "contradicts"


@dataclass(frozen=True, slots=True)
class Claim:
    """One declared figure, judged."""

    path: tuple[str | int, ...]
    """Key of the profile."""
    says: Says
    found: str
    """What is so, in one sentence."""
    steps: tuple[str, ...] = ()
    """The arithmetic, a line each."""
