"""Text from a report made harmless wherever it is shown: whatever stands in it, the audited site may have written."""

import re

from scalecheck.wire.escape import plain

NAME, SUBJECT, VALUE, PROSE, COMMAND = 120, 300, 600, 2000, 4000
"""Longest texts shown, in characters: a name, a subject, an expected or observed value, an explanation, a command."""

LEADING_COMMAND = re.compile(r"^(\s*):(?=:)")


def inert(text: str, limit: int = VALUE) -> str:
    """Return text as one line without control characters and without what makes a CI runner act.

    GitHub's and Azure's runners obey `##[command]` and `##vso[…]` wherever in a line they stand, and `::command::` at
    its beginning, blanks before it left aside.
    """
    return LEADING_COMMAND.sub(r"\1\\x3a", plain(text, limit).replace("##", "#\\x23"))


def inert_lines(text: str, limit: int = PROSE) -> tuple[str, ...]:
    """Return the lines of a text of several, each harmless, without the empty ones."""
    return tuple(inert(line, limit) for line in text[: 4 * limit].split("\n") if line.strip())
