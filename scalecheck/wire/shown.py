"""Text as a page shows it: what stands between tags, joined where no tag breaks the line, bounded."""

TEXT_AT_MOST = 200_000
"""Characters that are kept of one page: forty pages of a book."""
INLINE = frozenset(
    "a abbr b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small span strike strong sub "  # noqa: SIM905
    "sup time tt u var wbr".split()
)
"""Elements that end no word: what stands on both sides of their tags is shown in one line."""


class Shown:
    """Collects text, white space folded, until there is more than the limit."""

    def __init__(self, at_most: int = TEXT_AT_MOST) -> None:
        self.truncated = False
        """There was more."""
        self._room = at_most
        self._pieces: list[str] = []
        self._spaced = True

    @property
    def text(self) -> str:
        """What was collected."""
        return "".join(self._pieces).rstrip(" ")

    def tag(self, name: str) -> None:
        """Take a start or end tag, its name in lower case."""
        if name not in INLINE:
            self._space()

    def add(self, text: str) -> int:
        """Take text without character references, and return its length with white space folded."""
        words = " ".join(text.split())
        if text[:1].isspace():
            self._space()
        self.truncated = self.truncated or len(words) > self._room
        if kept := words[: self._room]:
            self._pieces.append(kept)
            self._room -= len(kept)
            self._spaced = False
        if text[-1:].isspace():
            self._space()
        return len(words)

    def _space(self) -> None:
        if not self._spaced:
            self._pieces.append(" ")
            self._spaced = True


def squeezed(text: str) -> str:
    """Return text without what pages change as they like: white space, and capitals."""
    return "".join(text.split()).casefold()
