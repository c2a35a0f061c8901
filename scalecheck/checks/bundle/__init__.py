"""What a page makes its visitor download, against its budgets."""

from scalecheck.checks.bundle.budgets import fonts, html, initial_css, initial_js, page, requests
from scalecheck.checks.bundle.calls import api_calls
from scalecheck.checks.bundle.chunks import no_mega_chunk, split_by_route
from scalecheck.checks.bundle.code import no_legacy, unblocked
from scalecheck.checks.bundle.growth import not_grown
from scalecheck.checks.bundle.strangers import third_parties, third_party_bytes

__all__ = [
    "api_calls",
    "fonts",
    "html",
    "initial_css",
    "initial_js",
    "no_legacy",
    "no_mega_chunk",
    "not_grown",
    "page",
    "requests",
    "split_by_route",
    "third_parties",
    "third_party_bytes",
    "unblocked",
]
