"""What visitors wait for: the first byte, the first paint, what jumps and what blocks."""

from scalecheck.checks.vitals.first_byte import ttfb
from scalecheck.checks.vitals.paint import cls, fcp, inp_proxy, lcp
from scalecheck.checks.vitals.regression import not_regressed

__all__ = ["cls", "fcp", "inp_proxy", "lcp", "not_regressed", "ttfb"]
