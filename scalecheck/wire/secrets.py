"""Credentials that never belong into what browsers load; keys that are public by design are none."""

import re
from dataclasses import dataclass

SECRETS_AT_MOST = 100
LEAST_VARIETY = 8
"""Different characters of a credential; placeholders such as `xxxx…` have fewer."""

_KINDS = {
    "AWS access key id": r"(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9/+=])",
    "private key": r"-----BEGIN (?:[A-Z]{2,9} )?PRIVATE KEY-----(?:\\r|\\n|\s){0,4}[A-Za-z0-9+/=]{40}",
    "Stripe secret key": r"[sr]k_live_[0-9A-Za-z]{24,250}",
    "GitHub token": r"(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})(?![A-Za-z0-9_])",
    "GitLab token": r"glpat-[A-Za-z0-9_-]{20,50}",
    "Google service account": r"private_key_id\\?[\"']?\s{0,4}:\s{0,4}\\?[\"'][0-9a-f]{40}\\?[\"']",
    "Slack token": r"xox[abeprs]-(?:[0-9]{1,2}-)?[0-9A-Za-z]{8,14}-[0-9A-Za-z-]{10,250}",
    "Slack webhook": r"hooks\.slack\.com/services/T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{20,30}",
    "SendGrid key": r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])",
    "npm token": r"npm_[A-Za-z0-9]{36}(?![A-Za-z0-9_])",
    "Anthropic key": r"sk-ant-[a-z]{3,8}[0-9]{2}-[A-Za-z0-9_-]{40,200}",
    "OpenAI key": r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,250}",
    "Mapbox secret token": r"sk\.eyJ[A-Za-z0-9_-]{20,400}\.[A-Za-z0-9_-]{20,100}",
    "Shopify token": r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}(?![A-Za-z0-9_])",
}
_SECRET = re.compile("(?<![A-Za-z0-9_])(?:" + "|".join(f"({pattern})" for pattern in _KINDS.values()) + ")")
_PUBLIC_PART = re.compile(r"AKIA|ASIA|-----[A-Z ]+-----|[sr]k_live_|sk-ant-|private_key_id|[A-Za-z]{2,12}[._-]")
_PLACEHOLDER = re.compile(r"example|placeholder|dummy|your[_-]?|xxxx|\.\.\.|0000000|12345678|abcdefgh", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Secret:
    """A credential that was found."""

    kind: str
    excerpt: str
    """Its public beginning and its length; never the credential."""
    offset: int
    """Characters of the text before it."""


def find_secrets(text: str) -> tuple[Secret, ...]:
    """Return the credentials in a text, each once; examples, placeholders and publishable keys are left out."""
    found: dict[str, Secret] = {}
    kinds = tuple(_KINDS)
    for match in _SECRET.finditer(text):
        value, kind = match[0], kinds[(match.lastindex or 1) - 1]
        if value in found or _PLACEHOLDER.search(value) or len(set(value[8:])) < LEAST_VARIETY:
            continue
        found[value] = Secret(kind, f"{_public_part(value)}… ({len(value)} characters)", match.start())
        if len(found) >= SECRETS_AT_MOST:
            break
    return tuple(found.values())


def _public_part(value: str) -> str:
    """Return the part of a credential that only says what it is."""
    found = _PUBLIC_PART.match(value)
    return found[0] if found else ""
