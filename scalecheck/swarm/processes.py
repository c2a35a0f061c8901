"""No process of a swarm outlives the one that started it, however that one ends."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends; at once where that has ended already.

    Linux only. Elsewhere `orphaned` has to be asked now and then.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if orphaned(parent):
        os.kill(os.getpid(), signal.SIGKILL)


def orphaned(parent: int) -> bool:
    """Whether the process that started this one has ended."""
    return os.getppid() != parent
