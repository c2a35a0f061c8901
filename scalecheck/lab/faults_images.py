"""What can be broken in the pictures."""

from scalecheck.lab.fault import Fault

FAULTS: tuple[Fault, ...] = ()
