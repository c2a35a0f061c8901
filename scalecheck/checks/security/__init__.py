"""What the site tells browsers to refuse, and what it should not tell anybody."""

from scalecheck.checks.security.headers import csp, framing, hsts, nosniff, permissions, referrer
from scalecheck.checks.security.scripts import no_secrets_in_bundles, sri
from scalecheck.checks.security.server import cookies, no_server_detail, purge_is_guarded, tls
from scalecheck.checks.security.storage import no_tokens_in_storage

__all__ = [
    "cookies",
    "csp",
    "framing",
    "hsts",
    "no_secrets_in_bundles",
    "no_server_detail",
    "no_tokens_in_storage",
    "nosniff",
    "permissions",
    "purge_is_guarded",
    "referrer",
    "sri",
    "tls",
]
