"""Python's garbage collector, kept from pausing a run: a pause is lag of the generator.

A full collection looks at every object that is alive, and a hundred thousand visitors are millions of them: tenths of
a second, in which nothing is sent. So what exists when a run begins is never looked at, and of what comes later only
the youngest is. Counting references frees everything else at once; a cycle that has outlived one look stays until
the run is over.
"""

import gc

YOUNG = 10_000
"""Objects made and not freed since the last look before the next one: about half a millisecond of work."""
NEVER = 1 << 30
"""Looks at the youngest before one at older objects."""


class Collector:
    """The collector of this process, quiet from `quiet` to `restore`; either may be called again."""

    def __init__(self) -> None:
        self._before: tuple[int, int, int] | None = None

    def quiet(self) -> None:
        """Collect once, then leave alone what is there."""
        if self._before is None:
            self._before = gc.get_threshold()
            gc.collect()
            gc.freeze()
            gc.set_threshold(YOUNG, NEVER, NEVER)

    def restore(self) -> None:
        """Collect as before."""
        if self._before is not None:
            gc.set_threshold(*self._before)
            gc.unfreeze()
            self._before = None
