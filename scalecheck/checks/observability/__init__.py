"""What the site tells its operators."""

from scalecheck.checks.observability.reports import errors_reported, rum_accepted, rum_sent
from scalecheck.checks.observability.trace import trace_continues

__all__ = ["errors_reported", "rum_accepted", "rum_sent", "trace_continues"]
