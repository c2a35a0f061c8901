"""Requests as they go out: made once, sent often."""

from collections.abc import Iterable

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})
"""Methods that may be sent again where a kept connection was closed (RFC 9110 section 9.2.2)."""

Lines = tuple[tuple[str, str], ...]


class Outgoing:
    """One request, with its HTTP/1.1 bytes.

    `fields` are sent in their order, behind Host; Content-Length is added where there is a body. `keep` is how many
    bytes of the answer's body are handed back, still in their content coding; 0 only counts them.
    """

    __slots__ = ("authority", "body", "data", "fields", "keep", "method", "start", "target")

    def __init__(
        self, method: str, target: str, authority: str, fields: Lines = (), body: bytes = b"", keep: int = 0
    ) -> None:
        self.method = method
        self.target = target
        self.authority = authority
        self.fields = fields
        self.body = body
        self.keep = keep
        length = (("Content-Length", str(len(body))),) if body or method in {"POST", "PUT", "PATCH"} else ()
        head = f"{method} {target} HTTP/1.1\r\nHost: {authority}\r\n".encode("latin-1", "replace")
        self.start = head + written((*fields, *length))
        self.data = self.start + b"\r\n" + body

    def extended(self, fields: Lines, lines: bytes | None = None) -> "Outgoing":
        """Return this request with more fields; `lines` are the same fields, where they were written before."""
        made = Outgoing.__new__(Outgoing)
        made.method, made.target, made.authority = self.method, self.target, self.authority
        made.body, made.keep = self.body, self.keep
        made.fields = (*self.fields, *fields)
        made.start = self.start + (written(fields) if lines is None else lines)
        made.data = made.start + b"\r\n" + made.body
        return made

    def aimed(self, target: str) -> "Outgoing":
        """Return this request for another target of the same origin."""
        made = Outgoing.__new__(Outgoing)
        made.method, made.target, made.authority, made.fields = self.method, target, self.authority, self.fields
        made.body, made.keep = self.body, self.keep
        _, _, rest = self.start.partition(b" HTTP/1.1\r\n")
        made.start = b"%b %b HTTP/1.1\r\n%b" % (self.method.encode(), target.encode("latin-1", "replace"), rest)
        made.data = made.start + b"\r\n" + made.body
        return made

    @property
    def idempotent(self) -> bool:
        """Whether it may be sent again."""
        return self.method in IDEMPOTENT


def written(fields: Iterable[tuple[str, str]]) -> bytes:
    """Return fields as HTTP/1.1 sends them; what would end a line is left out, so that no value adds a field."""
    lines = "".join(f"{name}: {value.translate(_LINE_ENDS)}\r\n" for name, value in fields)
    return lines.encode("latin-1", "replace")


_LINE_ENDS = str.maketrans("", "", "\r\n\0")
