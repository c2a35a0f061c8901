"""What a fault of the lab is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake."""

    name: str
    check: str
    """Id of the check that it trips."""
    line: str
    """What is wrong, in one line."""
    where: str = ""
    """Glob over the paths whose answers get wrong fields; empty for a fault that behaves otherwise."""
    status: int = 200
    """Status of the answers that get them."""
    fields: Mapping[str, str | None] = field(default_factory=dict)
    """The wrong fields; None takes one away."""

    def spoils(self, path: str, status: int) -> bool:
        """Whether an answer gets this fault's fields."""
        return bool(self.where) and status == self.status and fnmatchcase(path, self.where)
