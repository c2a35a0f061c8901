"""What a value that a page keeps in the browser looks like, by its form and the name that it is kept under.

Whatever a script can read, every script can: a stranger's too, and one that was injected. Identifiers of analytics,
push and anti-forgery tokens are made to be read by scripts, and are none of these.
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator

from scalecheck.wire.secrets import find_secrets

LONGEST_VALUE = 64 * 1024
"""Characters that are looked at."""
NAMES_AT_MOST = 2000
"""Names within one JSON value that are looked at."""
_JWT = re.compile(r"(?<![\w-])(eyJ[\w-]{5,2000})\.(eyJ[\w-]{2,20000})\.([\w-]{0,4000})(?![\w-])")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_OPAQUE = re.compile(r"(?:Bearer )?[\w.~+/=:|%-]{16,8192}", re.IGNORECASE)
_NAMED: tuple[tuple[str, frozenset[str]], ...] = (
    ("a refresh token", frozenset({"refresh token"})),
    ("an access token", frozenset({"access token", "auth token", "bearer token", "api token", "oauth token"})),
    ("an access token", frozenset({"user token", "login token", "authentication token", "authorization"})),
    ("an identity token", frozenset({"id token", "identity token"})),
    ("a session id", frozenset({"session token", "phpsessid", "jsessionid", "connect sid", "asp net session id"})),
)
_TOKEN_ALONE = frozenset({"token", "jwt", "bearer"})
_MEANT_FOR_SCRIPTS = frozenset(
    "csrf xsrf captcha recaptcha push fcm device analytics anonymous client visitor public publishable".split()  # noqa: SIM905
)


def looks_like(name: str, value: str) -> str:
    """Return what a value is that scripts should not be able to read, such as `a JSON Web Token`; empty for others."""
    text = value[:LONGEST_VALUE]
    if any(_is_jwt(found[1]) for found in _JWT.finditer(text)):
        return "a JSON Web Token"
    if secrets := find_secrets(text):
        return f"a secret ({secrets[0].kind})"
    return next((said for key, inner in _members(name, text) if (said := _by_name(key, inner))), "")


def _is_jwt(header: str) -> bool:
    """Whether the first part of three says how the others are signed (RFC 7519 section 5)."""
    try:
        read = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (ValueError, RecursionError):
        return False
    return isinstance(read, dict) and "alg" in read


def _members(name: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield the value under its name, and, of JSON, every text within it under its own."""
    yield name, text
    if not text.lstrip().startswith(("{", "[", '"')):
        return
    try:
        waiting: list[tuple[str, object]] = [(name, json.loads(text))]
    except (ValueError, RecursionError):
        return
    for _ in range(NAMES_AT_MOST):
        if not waiting:
            return
        key, value = waiting.pop()
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, dict):
            waiting.extend((str(each), inner) for each, inner in value.items())
        elif isinstance(value, list):
            waiting.extend((key, inner) for inner in value)


def _by_name(name: str, value: str) -> str:
    """Return what a name says of a value that nobody could guess."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words or _MEANT_FOR_SCRIPTS & set(words) or not _is_opaque(value):
        return ""
    spelt = " ".join(words)
    for kind, names in _NAMED:
        if any(spelt == each or spelt.endswith(" " + each) for each in names):
            return kind
    return "a token" if spelt in _TOKEN_ALONE or words[-1] == "jwt" else ""


def _is_opaque(value: str) -> bool:
    """Whether a value is long and random enough to be a credential."""
    bare = value.strip().removeprefix("Bearer ")
    return _OPAQUE.fullmatch(bare) is not None and len(set(bare)) >= 8 and not bare.isalpha()
