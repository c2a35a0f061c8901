"""Entity tags (RFC 9110 sections 8.8.3 and 13.1.2)."""

import re
from dataclasses import dataclass

ANY = "*"
_ETAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\U0010ffff]*+)"')


@dataclass(frozen=True, slots=True)
class ETag:
    """An entity tag."""

    tag: str
    """The opaque part, without quotes."""
    weak: bool = False

    def strongly_equals(self, other: "ETag") -> bool:
        """Compare for ranges: both strong, and the same bytes."""
        return not (self.weak or other.weak) and self.tag == other.tag

    def weakly_equals(self, other: "ETag") -> bool:
        """Compare for If-None-Match: the same, whether weak or strong."""
        return self.tag == other.tag

    def __str__(self) -> str:
        return f'W/"{self.tag}"' if self.weak else f'"{self.tag}"'


def etag(text: str | None) -> ETag | None:
    """Return an entity tag; None when absent or not one: unquoted, `w/`, with spaces inside."""
    match = _ETAG.fullmatch(text.strip(" \t")) if text is not None else None
    return None if match is None else ETag(match[2], match[1] is not None)


def etags(text: str) -> tuple[ETag, ...]:
    """Return the entity tags of an If-None-Match or If-Match list, whatever else stands between them left out."""
    return tuple(ETag(match[2], match[1] is not None) for match in _ETAG.finditer(text))


def none_match(condition: str, current: ETag | None) -> bool:
    """Whether If-None-Match holds and the answer is sent in full; where not, a GET gets 304 (section 13.1.2)."""
    if condition.strip(" \t") == ANY:
        return False
    return current is None or not any(each.weakly_equals(current) for each in etags(condition))
