"""What can be broken in the scripts, sheets and fonts that pages load."""

from scalecheck.lab.fault import Fault

FAULTS: tuple[Fault, ...] = ()
