"""One request under way, and what came of it."""

from typing import TYPE_CHECKING, Any, Protocol

from scalecheck.engine.outgoing import Outgoing
from scalecheck.model.evidence import Loss

if TYPE_CHECKING:
    from collections.abc import Callable

    from scalecheck.engine.head import Head


class Carrier(Protocol):
    """A connection, as requests, pools and the engine see it."""

    idle: bool
    """Whether it waits for a next request."""

    def begin(self, exchange: "Exchange") -> None:
        """Send a request."""

    def write(self, data: bytes) -> None:
        """Send bytes of another protocol, after a 101."""

    def give_up(self, exchange: "Exchange", loss: Loss, detail: str) -> None:
        """End a request that takes too long or is not wanted any more."""

    def end(self, loss: Loss, detail: str) -> None:
        """Close it; what is under way on it is lost."""

    def close(self) -> None:
        """Close it, once."""


class Exchange:
    """A request from its intended start to its last byte; moments are those of `time.perf_counter`.

    `done` is called once, with this, when the answer is complete or there will be none.
    """

    __slots__ = (
        "body",
        "carrier",
        "detail",
        "done",
        "due_s",
        "ended_s",
        "first_s",
        "head",
        "loss",
        "opened",
        "outgoing",
        "retried",
        "sent_s",
        "size",
        "status",
        "stream",
        "submitted_s",
        "tag",
    )

    def __init__(
        self,
        outgoing: Outgoing,
        due_s: float,
        done: "Callable[[Exchange], None]",
        tag: Any = None,
        stream: "Callable[[Exchange, bytes], None] | None" = None,
    ) -> None:
        self.outgoing = outgoing
        self.due_s = due_s
        """When it was meant to start."""
        self.done = done
        self.tag = tag
        """The caller's own."""
        self.stream = stream
        """Gets the body as it comes, first nothing with the head, for answers that do not end: they have no time limit
        once they began."""
        self.carrier: Carrier | None = None
        """The connection that it is on."""
        self.submitted_s = 0.0
        """When it was handed to the engine."""
        self.sent_s = 0.0
        """When its first byte was written; 0.0 if it never was."""
        self.first_s = 0.0
        """When the first byte of the answer came."""
        self.ended_s = 0.0
        self.status = 0
        """0 without an answer."""
        self.head: Head | None = None
        self.size = 0
        """Bytes received for it, header included."""
        self.body: bytes | None = None
        """Up to `outgoing.keep` bytes."""
        self.loss: Loss | None = None
        self.detail = ""
        """Why there is no answer, in words."""
        self.retried = False
        """Sent twice, since the kept connection was closed."""
        self.opened = False
        """A connection was opened for it."""
