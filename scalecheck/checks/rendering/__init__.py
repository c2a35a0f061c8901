"""How pages come to be: content, streaming, workers."""

from scalecheck.checks.rendering.offline import works_offline

__all__ = ["works_offline"]
