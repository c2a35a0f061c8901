"""Set-Cookie as browsers read it (RFC 6265 section 5.2 and its successor draft)."""

from dataclasses import dataclass

from scalecheck.wire.fields import Fields


@dataclass(frozen=True, slots=True)
class SetCookie:
    """One cookie that an answer sets."""

    name: str
    """Empty when there is no `=` before the first semicolon."""
    value: str
    attributes: tuple[tuple[str, str], ...] = ()
    """Names in lower case; the value is empty where none was given."""

    def has(self, attribute: str) -> bool:
        """Whether the attribute is there."""
        return self.attribute(attribute) is not None

    def attribute(self, name: str) -> str | None:
        """Return an attribute's value; None when absent. Of several the last counts."""
        return next((value for key, value in reversed(self.attributes) if key == name), None)

    @property
    def secure(self) -> bool:
        """Sent over https only."""
        return self.has("secure")

    @property
    def http_only(self) -> bool:
        """Out of reach of scripts."""
        return self.has("httponly")

    @property
    def same_site(self) -> str | None:
        """`strict`, `lax` or `none`; None when absent or none of these."""
        value = (self.attribute("samesite") or "").lower()
        return value if value in {"strict", "lax", "none"} else None

    @property
    def host_bound(self) -> bool:
        """Whether it keeps what a `__Host-` name promises: Secure, Path=/ and no Domain."""
        return self.secure and self.attribute("path") == "/" and not self.attribute("domain")


def set_cookies(fields: Fields) -> tuple[SetCookie, ...]:
    """Return every cookie that an answer sets, in wire order; lines are never joined, since dates hold commas."""
    return tuple(_read(line) for line in fields.all("set-cookie"))


def _read(line: str) -> SetCookie:
    pair, *attributes = line.split(";")
    name, equals, value = pair.partition("=")
    if not equals:
        name, value = "", pair
    parted = (each.partition("=") for each in attributes)
    return SetCookie(name.strip(), value.strip(), tuple((key.strip().lower(), each.strip()) for key, _, each in parted))
