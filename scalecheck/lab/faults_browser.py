"""What only a real browser notices."""

from scalecheck.lab.fault import Fault

FAULTS: tuple[Fault, ...] = ()
