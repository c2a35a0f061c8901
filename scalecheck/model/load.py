"""What a swarm sent and what came of it: tallies by second and route, as workers report them and evidence keeps them.

Every tally is a difference: what was counted since the one before it. Differences add up, in any order, so that
tallies of several workers, or of one worker in several reports, are merged by adding. A second is that of the intended
start, counted from the beginning of the run: a request that was meant for a spike counts for it, however late its
answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scalecheck.model.histogram import Histogram

LATE_S = 0.1
"""An arrival that is sent later than this after its intended start was not sent on time."""
BY_HAND = "by hand"
"""The detail of a stop that a person asked for: the run was interrupted."""


class Part(StrEnum):
    """What a tally counts."""

    PAGE = "page"
    """Whole page views: the document and everything it makes a browser fetch, API calls included."""
    DOCUMENT = "document"
    """The HTML of page views."""
    ASSET = "asset"
    """What documents, sheets and scripts load."""
    CALL = "call"
    """API calls of page views."""
    ROUTE = "route"
    """Load that no page view causes, and requests of a team's own tasks."""


@dataclass(frozen=True, slots=True)
class Key:
    """Whose tally it is."""

    part: Part
    name: str
    """Of pages and documents the page's name; of calls and routes the endpoint (`GET /api/menu`); of assets the
    profile's route that matches them, else `assets`."""


@dataclass(frozen=True)
class Tally:
    """What came of the requests, or page views, whose intended start lies in one second."""

    planned: int = 0
    """Intended starts that have come."""
    sent: int = 0
    """Of those, how many were sent, late ones included; what the visitor's own cache answers is not sent."""
    late: int = 0
    """How many were sent, or given up, more than LATE_S after their intended start: the generator was behind."""
    answered: int = 0
    """How many got the answer that was expected."""
    failed: Mapping[str, int] = field(default_factory=dict)
    """How many did not, by why: a loss (`timeout`, `cut`, `refused` …), `status 503`, `expected …`, `unsent`."""
    statuses: Mapping[int, int] = field(default_factory=dict)
    """Answers by status code."""
    size: int = 0
    """Bytes received, headers included."""
    states: Mapping[str, int] = field(default_factory=dict)
    """What shared caches said they did (`wire.cache_state.State`), by its value."""
    latency: Histogram = field(default_factory=Histogram)
    """From the intended start to the last byte, of what was answered as expected; of pages, to their last request."""
    failures: Histogram = field(default_factory=Histogram)
    """From the intended start until it was clear, of what failed."""
    first_byte: Histogram = field(default_factory=Histogram)
    """From the intended start to the first byte, of what was answered as expected."""
    cold: int = 0
    """Page views with an empty cache; of pages only."""
    cold_size: int = 0
    """Bytes received by those."""
    warm: int = 0
    """Page views with something in the cache."""
    warm_size: int = 0
    kept: int = 0
    """Requests that the visitors' own caches answered without asking."""
    renewed: int = 0
    """304s by which the visitors' own caches kept what they had."""
    messages: int = 0
    """Messages that held connections brought in this second."""
    retried: int = 0
    """Requests sent once more because a kept connection had been closed (RFC 9110 section 9.2.2)."""
    impolite: int = 0
    """429s and 503s that did not say when to come back (Retry-After)."""

    @property
    def lost(self) -> int:
        """How many failed."""
        return sum(self.failed.values())


@dataclass(frozen=True, slots=True)
class Window:
    """What one worker counted for one second, since its last report."""

    number: int
    """The line of the evidence file."""
    worker: str
    sequence: int
    """Number of the worker's report, from 1; a gap is a report that was lost."""
    second: int
    """Of the intended starts, counted from the beginning of the run."""
    tallies: Mapping[Key, Tally]


@dataclass(frozen=True, slots=True)
class Generator:
    """How one worker itself fared since its last report."""

    number: int
    worker: str
    sequence: int
    second: int
    """When it was reported, counted from the beginning of the run."""
    lag: Histogram
    """From the intended start of an arrival to the moment the worker turned to it."""
    cpu: float
    """Share of one core that the process used, 0 to 1."""
    memory: int
    """Resident bytes."""
    files: int
    """Open file descriptors."""
    files_limit: int
    connections: int
    opened: int
    """Connections opened since the last report."""
    under_way: int
    """Requests sent and not answered yet."""
    visitors: int
    """Visitors in the middle of a visit."""
    messages: int = 0
    """Messages that held connections (WebSocket, server-sent events) brought."""
    held: int = 0
    """Held connections that are open."""


class Happening(StrEnum):
    """What can happen to a run besides answers."""

    WORKER_LOST = "worker lost"
    WORKER_LEFT_OUT = "worker left out"
    """It was expected and never came."""
    MASTER_LOST = "master lost"
    ABORTED = "aborted"
    """A rule of the profile's `abort` held."""
    STOPPED = "stopped"
    """By hand, by the stop file, or by a limit of `safety`."""
    REFUSED = "refused"
    """The target asked for less (Retry-After), and the profile obeys."""
    NOTED = "noted"
    """What a report says of how the visitors fared: a redirect that was not followed, say."""
    ENDED = "ended"
    """Everything that was planned has been sent, and its answers waited for."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened during the run."""

    number: int
    second: float
    """Since the beginning of the run."""
    what: Happening
    detail: str = ""
    then: str = ""
    """Of an abort: `fail` or `inconclusive`."""


@dataclass(frozen=True, slots=True)
class StageRun:
    """One stage as it was played."""

    name: str
    """What `slo.during` calls it: its `judge`, else the verb and its number, as in `hold 1`."""
    begins_s: float
    ends_s: float
    start: float
    """Level at its beginning, in multiples of `normal`, scale included."""
    end: float


@dataclass(frozen=True, slots=True)
class SwarmRun:
    """What was to be played."""

    shape: str
    scale: float
    normal: float
    """Page views per second at 1x."""
    stages: tuple[StageRun, ...]
    workers: int
    planned: Mapping[Key, int]
    """How many arrivals (pages, routes) the schedule holds in all, over all workers."""
    seed: int
    skipped: Mapping[str, int] = field(default_factory=dict)
    """Hosts that pages name and that get no load, with how many URLs of each."""
    bare: tuple[str, ...] = ()
    """Pages that were scouted, and load no assets."""
    notes: tuple[str, ...] = ()
    """What is not played, or not as declared, a sentence each."""
    started_at: float = 0.0
    """When the first arrival was due, in seconds since the epoch."""

    @property
    def duration_s(self) -> float:
        """Seconds from the first arrival to the end of the last stage."""
        return self.stages[-1].ends_s if self.stages else 0.0


LoadRecord = SwarmRun | Window | Generator | Event
"""One line of evidence about a swarm."""


@dataclass(frozen=True)
class Load:
    """Everything that is known of one swarm."""

    run: SwarmRun
    windows: tuple[Window, ...] = ()
    generators: tuple[Generator, ...] = ()
    events: tuple[Event, ...] = ()
    reports: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Numbers of the reports that came, by worker, beside those of the windows and generators that are kept."""
