"""What a page makes its visitor download, against its budgets."""

from scalecheck.checks.bundle.calls import api_calls

__all__ = ["api_calls"]
