"""What the site tells its operators."""

from scalecheck.checks.observability.answers import flags_served, server_timing
from scalecheck.checks.observability.reports import errors_reported, rum_accepted, rum_sent
from scalecheck.checks.observability.trace import trace_continues

__all__ = ["errors_reported", "flags_served", "rum_accepted", "rum_sent", "server_timing", "trace_continues"]
