"""What holds for every test: a gate finds the same today as yesterday."""

import gc
import os
import subprocess
import sys
from collections.abc import Generator

import pytest
from hypothesis import settings

from scalecheck.lab.lab import Lab

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""Where this is set, every worker, and every process that a test starts, would compile everything anew."""

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile("steady")
"""`--hypothesis-profile=explore` looks for what nobody has found yet."""

STARTING = ("live", "peer")
"""Marks of tests that may start something; `make unit` leaves them out."""


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what lasts as long as the run: ten thousand tests.

    Else each of its full passes would take a fifth of a second, in the middle of what measures first bytes, too.
    """
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Let a test start processes, or the lab, only where it is marked so: unit tests stay quick."""
    with pytest.MonkeyPatch.context() as patch:
        if not any(item.get_closest_marker(name) for name in STARTING):
            patch.setattr(subprocess.Popen, "__init__", _unmarked)
            patch.setattr(Lab, "__enter__", _unmarked)
        return (yield)


def _unmarked(*_: object, **__: object) -> None:
    pytest.fail("this test starts a process or the lab: mark it with pytest.mark.live")
