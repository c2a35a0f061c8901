"""How pages come to be: content, streaming, workers."""

from scalecheck.checks.rendering.content import content_in_html, shell_is_small
from scalecheck.checks.rendering.islands import islands_are_live
from scalecheck.checks.rendering.manifests import manifest_works
from scalecheck.checks.rendering.offline import works_offline
from scalecheck.checks.rendering.streaming import streams
from scalecheck.checks.rendering.workers import worker_fresh

__all__ = [
    "content_in_html",
    "islands_are_live",
    "manifest_works",
    "shell_is_small",
    "streams",
    "worker_fresh",
    "works_offline",
]
