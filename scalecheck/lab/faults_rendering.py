"""What can be broken in how pages come to be, and in what they say of themselves."""

from scalecheck.lab.fault import Fault

FAULTS: tuple[Fault, ...] = ()
