"""What is sent: a request, and how its answer is to be found again."""

from dataclasses import dataclass

from scalecheck.wire.fields import Fields


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent."""

    url: str
    method: str = "GET"
    fields: Fields = Fields()
    identity: str | None = None
    """The declared identity whose fields the client adds; None is an anonymous visitor."""
    connect_to: str | None = None
    """`host:port` to connect to instead of the URL's own; the name in the URL is still the one asked for."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request that a probe wants sent, and how its answer is to be found again."""

    request: Request
    of: int | None = None
    """Number of the exchange that this one follows up."""
    label: str = ""
    """What is different about this ask: a content coding, a variant's name, a repeat's number."""
    after_s: float = 0.0
    """Seconds to wait, counted from the moment the probe's round starts."""
    together: bool = False
    """Sent at the same moment as the other asks of its round that say so, outside the concurrency limit (a burst)."""
    anew: bool = False
    """Sent on a connection of its own, whose handshake is what one looks for."""
    old_tls: bool = False
    """Sent with no TLS version newer than 1.1 on offer, to see it refused."""

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two asks of one probe the same ask."""
        return self.request, self.of, self.label
