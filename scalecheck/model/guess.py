"""Guesses at what was meant by a name that is not known."""

from collections.abc import Collection
from difflib import get_close_matches
from itertools import islice

LONGEST = 80
"""Characters of a name that are compared."""
COMPARED = 300
"""Names that one is compared with; of more, those that are about as long."""
ABOUT = 2


def guess(name: str, known: Collection[str]) -> str:
    """Return `; did you mean "…"?` for a name close to a known one, else nothing."""
    near = known if len(known) <= COMPARED else [each for each in known if abs(len(each) - len(name)) <= ABOUT]
    close = get_close_matches(name[:LONGEST], list(islice(near, COMPARED)), n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else ""
