"""How much of one script stands again in another, though bundled and minified apart."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

WINDOW = 4
"""Statements that must follow one another in both."""
SHORTEST_WINDOW = 60
"""Characters of those, names shortened: fewer are alike by chance."""
TEXT_AT_MOST = 2_000_000
"""Characters read of one script."""
TOGETHER_AT_MOST = 12_000_000
"""Characters read of all scripts of a site; a window of each costs a hundred bytes of memory."""

_STATEMENT = re.compile(r"[^;{}]*[;{}]?")
_SHORT_NAME = re.compile(r"(?<![\w$])[A-Za-z_$][\w$]{0,2}(?![\w$])")
"""What minifiers call variables; keywords of two and three letters fall under it and do no harm."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Code that two scripts share."""

    one: str
    other: str
    characters: int
    """Of the second that stand in the first as well."""


def likenesses(texts: Mapping[str, str], at_least: int) -> tuple[Likeness, ...]:
    """Return which scripts share that many characters of code with an earlier one, by name; linear in their length.

    A script is cut into statements at `;`, `{` and `}`, so that code is cut alike wherever it stands; names of up to
    three letters count as one, since each bundle shortens them in its own way. Windows of four statements that were
    seen before are shared. Of code that stands in more than two scripts, the first has it.
    """
    first: dict[int, str] = {}
    room = TOGETHER_AT_MOST
    found: list[Likeness] = []
    for name, whole in texts.items():
        text = whole[: min(TEXT_AT_MOST, room)]
        room -= len(text)
        shared: dict[str, int] = {}
        for owner, length in _seen(text, name, first):
            shared[owner] = shared.get(owner, 0) + length
        found += [Likeness(owner, name, length) for owner, length in shared.items() if length >= at_least]
    return tuple(found)


def _seen(text: str, name: str, first: dict[int, str]) -> Iterable[tuple[str, int]]:
    """Yield who had a statement before and its length, and remember the windows of this script as its own."""
    statements = _STATEMENT.findall(text)
    plain = _STATEMENT.findall(_SHORT_NAME.sub("$", text))
    sizes = [len(each) for each in plain]
    counted_to = 0
    for at in range(len(plain) - WINDOW + 1):
        if sum(sizes[at : at + WINDOW]) < SHORTEST_WINDOW:
            continue
        owner = first.setdefault(hash(tuple(plain[at : at + WINDOW])), name)
        if owner != name:
            yield owner, sum(map(len, statements[max(at, counted_to) : at + WINDOW]))
            counted_to = at + WINDOW
