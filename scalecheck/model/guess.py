"""Guesses at what was meant by a name that is not known."""

from collections.abc import Collection
from difflib import get_close_matches

LONGEST = 80
"""Characters of a name that are compared."""


def guess(name: str, known: Collection[str]) -> str:
    """Return `; did you mean "…"?` for a name close to a known one, else nothing."""
    close = get_close_matches(name[:LONGEST], known, n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else ""
