"""What the site tells browsers to refuse, and what it should not tell anybody."""

from scalecheck.checks.security.headers import csp, framing, hsts, nosniff, permissions, referrer
from scalecheck.checks.security.scripts import no_secrets_in_bundles, sri
from scalecheck.checks.security.server import cookies, no_server_detail, purge_is_guarded, tls

__all__ = [
    "cookies",
    "csp",
    "framing",
    "hsts",
    "no_secrets_in_bundles",
    "no_server_detail",
    "nosniff",
    "permissions",
    "purge_is_guarded",
    "referrer",
    "sri",
    "tls",
]
