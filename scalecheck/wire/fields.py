"""Header fields in wire order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fields:
    """The field lines of one message, in wire order and with the names as they were sent (RFC 9110 section 5)."""

    lines: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, *lines: tuple[str, str], **named: str) -> "Fields":
        """Return fields from pairs and from keywords, where `cache_control=` means `cache-control`."""
        return cls((*lines, *((name.replace("_", "-"), value) for name, value in named.items())))

    def all(self, name: str) -> tuple[str, ...]:
        """Return the value of every line with this name, in wire order."""
        wanted, length = name.lower(), len(name)
        return tuple([value for key, value in self.lines if len(key) == length and key.lower() == wanted])

    def get(self, name: str) -> str | None:
        """Return the combined value, lines joined with `, ` (RFC 9110 section 5.3); None when absent."""
        values = self.all(name)
        return ", ".join(values) if values else None

    def first(self, name: str) -> str | None:
        """Return the first line's value; None when absent."""
        wanted, length = name.lower(), len(name)
        for key, value in self.lines:  # the hottest loop of judging: lengths are compared before names
            if len(key) == length and key.lower() == wanted:
                return value
        return None

    def __contains__(self, name: str) -> bool:
        return self.first(name) is not None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def with_lines(self, lines: Iterable[tuple[str, str]]) -> "Fields":
        """Return these fields with more lines behind them."""
        return Fields((*self.lines, *lines))

    def without(self, *names: str) -> "Fields":
        """Return these fields less every line with one of these names."""
        dropped = {name.lower() for name in names}
        return Fields(tuple(line for line in self.lines if line[0].lower() not in dropped))
