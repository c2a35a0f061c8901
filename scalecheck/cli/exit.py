"""Exit codes and the error of a wrong command line."""

from enum import IntEnum


class Exit(IntEnum):
    """What the exit status says to a pipeline."""

    MAY_SHIP = 0
    MUST_NOT_SHIP = 1
    USAGE = 2
    NOT_JUDGED = 3
    INTERRUPTED = 130


class UsageError(Exception):
    """The command or a file it names is wrong: one line with place, expectation and what was found."""
