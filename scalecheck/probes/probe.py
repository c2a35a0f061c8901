"""What a probe is: a pure function from what is known so far to the next requests."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from scalecheck.model.evidence import Ask
from scalecheck.model.site import Site

Asks = Iterable[Ask]


class Agent(StrEnum):
    """Who sends what a probe asks."""

    CLIENT = "client"
    CHROMIUM = "chromium"
    LIGHTHOUSE = "lighthouse"
    LOCUST = "locust"
    """A swarm, which is a run of its own: an audit asks nothing by it."""

    @property
    def is_browser(self) -> bool:
        """Whether a real browser is opened."""
        return self in {Agent.CHROMIUM, Agent.LIGHTHOUSE}


@dataclass(frozen=True, eq=False)
class Probe:
    """A way of asking. It is asked again, round by round, until it has nothing new to ask."""

    name: str
    purpose: str
    asks: Callable[[Site], Asks]
    after: "tuple[Probe, ...]" = ()
    """Probes whose answers this one reads; they are asked first."""
    rounds: int = 1
    """How many rounds it may take; more than one where later requests follow from earlier answers."""
    by: Agent = Agent.CLIENT

    @property
    def with_ancestors(self) -> "frozenset[Probe]":
        """This probe and all that it follows, directly or not."""
        return frozenset((self,)).union(*(probe.with_ancestors for probe in self.after))


def probe(
    *, after: Iterable[Probe] = (), rounds: int = 1, by: Agent = Agent.CLIENT
) -> Callable[[Callable[[Site], Asks]], Probe]:
    """Declare a probe; its name is the function's, its purpose the docstring's first line."""

    def declared(asks: Callable[[Site], Asks]) -> Probe:
        purpose = (asks.__doc__ or "").strip().partition("\n")[0]
        return Probe(asks.__name__, purpose, asks, tuple(after), rounds, by)

    return declared


def in_order(wanted: Iterable[Probe]) -> tuple[Probe, ...]:
    """Return these probes and all they follow, each behind what it follows."""
    ordered: dict[Probe, None] = {}

    def add(each: Probe) -> None:
        for ancestor in each.after:
            add(ancestor)
        ordered.setdefault(each)

    for each in wanted:
        add(each)
    return tuple(ordered)
