"""The part of a profile that says what scalecheck may do; it never sends more."""

from typing import Annotated, Literal

from pydantic import Field

from scalecheck.model.profile_parts import Part
from scalecheck.model.profile_scalars import Bytes, Count, FieldName, HostName, Rate, Seconds, Text, Truth
from scalecheck.model.traffic_scalars import ClimbRate, Target


class Mark(Part):
    """How a swarm's requests can be told from others."""

    header: FieldName | None = None
    """Name of a field that carries the run."""
    user_agent_suffix: Text | None = None
    """What is added to the user agent."""


class Safety(Part):
    """What scalecheck may do; it never sends more."""

    allow_hosts: tuple[HostName, ...] = ()
    """Hosts besides the site's own: `cdn.example.com`, or `cdn.example.com:8443`."""
    writes: Truth = False
    """Whether methods other than GET and HEAD may be sent."""
    requests: Annotated[Count, Field(ge=1)] = 2000
    """Most requests of one audit."""
    concurrency: Annotated[Count, Field(ge=1, le=1000)] = 10
    """Most requests at the same time."""
    rate: Annotated[Rate, Field(gt=0)] = 100.0
    """Most requests per second and host; loopback is not limited."""
    samples: Annotated[Count, Field(ge=1)] = 5
    """Most URLs asked of a route that names none."""
    timeout: Annotated[Seconds, Field(gt=0)] = 10.0
    """Seconds until a request counts as lost."""
    patience: Seconds = 5.0
    """Longest wait in seconds that one probe may take, and the longest Retry-After that is waited for."""
    body_limit: Annotated[Bytes, Field(ge=1)] = 8 * 1024 * 1024
    """Most bytes read of one decoded body."""
    obey_retry_after: Truth = True
    """Whether 429 and 503 slow us down."""
    third_party: Literal["skip"] = "skip"
    """What becomes of requests to other hosts."""
    proof: Target | None = None
    """Path at which the target consents to a swarm above `confirm_above`."""
    confirm_above: Rate | None = None
    """Requests per second above which a swarm needs that proof."""
    max_rate: Rate | None = None
    """Most requests per second of a swarm."""
    max_users: Count | None = None
    """Most visitors at the same time."""
    max_duration: Seconds | None = None
    """Longest run in seconds."""
    max_transfer: Bytes | None = None
    """Most bytes of one run."""
    max_climb: ClimbRate | None = None
    """How fast the rate may rise: `10000/s per 1s`."""
    mark: Mark = Mark()
    """How the swarm's requests are marked."""
    stop_file: Text | None = None
    """A file whose appearance stops the swarm."""
