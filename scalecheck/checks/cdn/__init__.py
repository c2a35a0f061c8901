"""What the edge does: hits, their share and their speed, coalescing, other providers, the hidden origin."""

from scalecheck.checks.cdn.edges import coalesces, modern_transport, origin_is_hidden, providers_agree
from scalecheck.checks.cdn.hits import hits_are_fast, page_hit_ratio, speaks, static_hit_ratio, warm

__all__ = [
    "coalesces",
    "hits_are_fast",
    "modern_transport",
    "origin_is_hidden",
    "page_hit_ratio",
    "providers_agree",
    "speaks",
    "static_hit_ratio",
    "warm",
]
