"""What is kept of bodies: text whole, of everything else the first bytes; equal bodies once."""

import hashlib
import re
from dataclasses import dataclass, field

from scalecheck.wire.codings import decode
from scalecheck.wire.picture import first_bytes

TEXT = re.compile(
    r"text/.*|image/svg\+xml|application/(.*\+)?(json|xml)|application/(x-)?(java|ecma)script|application/manifest\+json",
    re.ASCII,
)
"""Media types whose bodies checks read (lower case); so is a body without a type, since browsers sniff it."""
FIRST_BYTES = 4096
"""Of what is no text: enough for signatures and most pictures' size; of a picture as many as its size takes."""
TEXT_AT_MOST = 4 * 1024 * 1024
"""Bytes kept of one text."""
TOGETHER_AT_MOST = 48 * 1024 * 1024
"""Bytes kept of all bodies of a run, so that 5,000 URLs fit in memory; what comes later is judged without its text."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A body after decoding."""

    decoded_bytes: int = 0
    digest: str = hashlib.sha256(b"").hexdigest()
    body: bytes | None = b""
    """None when there was no more room."""
    truncated: bool = False
    """It was longer than the limit, decoded, or more than what is kept of one text."""
    problem: str = ""
    """Why the content coding could not be undone."""


@dataclass(slots=True)
class Bodies:
    """Decodes bodies and keeps what checks read of them."""

    decoded_at_most: int
    """Bytes; the rest of a longer body is not decoded."""
    _kept: dict[tuple[str, int], tuple[str, bytes]] = field(default_factory=dict)
    """By digest and bytes kept: the digest itself and the bytes, so that equal ones share their memory."""
    _room: int = TOGETHER_AT_MOST

    def decoded(self, body: bytes, content_encoding: str, media_type: str) -> Kept:
        """Return the body decoded, hashed and cut to what is kept. Touches nothing shared: it may run in a thread."""
        if not body:
            return Kept()
        undone = decode(body, content_encoding, self.decoded_at_most)
        text = not media_type or TEXT.fullmatch(media_type)
        at_most = TEXT_AT_MOST if text else max(FIRST_BYTES, first_bytes(undone.body))
        return Kept(
            len(undone.body),
            hashlib.sha256(undone.body).hexdigest(),
            undone.body[:at_most],
            undone.truncated or (bool(text) and len(undone.body) > at_most),
            undone.problem,
        )

    def shared(self, kept: Kept) -> Kept:
        """Return the same, sharing the memory of an equal body; without body when there is no more room."""
        if not kept.body:
            return kept
        key = kept.digest, len(kept.body)
        if key not in self._kept:
            if len(kept.body) > self._room:
                return Kept(kept.decoded_bytes, kept.digest, None, kept.truncated, kept.problem)
            self._room -= len(kept.body)
            self._kept[key] = kept.digest, kept.body
        digest, body = self._kept[key]
        return Kept(kept.decoded_bytes, digest, body, kept.truncated, kept.problem)
