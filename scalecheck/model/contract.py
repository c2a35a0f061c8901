"""The caching contract that a route declares or its kind implies."""

from dataclasses import dataclass
from enum import StrEnum


class Storing(StrEnum):
    """Who may keep an answer."""

    PUBLIC = "public"
    PRIVATE = "private"
    """Browsers only."""
    NO_STORE = "no-store"
    ANY = "any"
    """The contract does not say."""


@dataclass(frozen=True, slots=True)
class Span:
    """A duration in seconds that a contract allows, both ends included; None is open."""

    low_s: int | None = None
    high_s: int | None = None

    @classmethod
    def exactly(cls, seconds: int) -> "Span":
        """Return the span that only this duration meets."""
        return cls(seconds, seconds)

    def __contains__(self, seconds: int) -> bool:
        return (self.low_s is None or seconds >= self.low_s) and (self.high_s is None or seconds <= self.high_s)

    def __str__(self) -> str:
        if self.low_s == self.high_s:
            return f"{self.low_s}s" if self.low_s is not None else "any"
        if self.high_s is None:
            return f"at least {self.low_s}s"
        if self.low_s is None:
            return f"at most {self.high_s}s"
        return f"{self.low_s}s to {self.high_s}s"


@dataclass(frozen=True, slots=True)
class Contract:
    """How long browsers and shared caches may reuse an answer; a span of None is not part of the contract."""

    browser: Span | None = None
    shared: Span | None = None
    stale_while_revalidate: Span | None = None
    storing: Storing = Storing.ANY
    immutable: bool = False

    @property
    def cacheable_at_edge(self) -> bool:
        """Whether a shared cache is meant to answer from its store without asking the origin."""
        return self.storing not in {Storing.PRIVATE, Storing.NO_STORE} and (
            self.shared is not None and (self.shared.high_s is None or self.shared.high_s > 0)
        )
