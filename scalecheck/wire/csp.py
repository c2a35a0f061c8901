"""Content-Security-Policy, as far as scripts and frames are concerned (CSP 3, W3C)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from scalecheck.wire.fields import Fields

POLICIES_AT_MOST = 20
CHARACTERS_AT_MOST = 100_000
"""Read of one policy."""
_SCHEMES = frozenset({"http:", "https:", "data:"})
"""Schemes under which anybody can offer a script or frame a page; what `blob:` names only a script can make."""
_ANY_HOST = re.compile(r"(?:https?://)?\*(?::(?:\*|[0-9]{1,5}))?(?:/.*)?")
_NAMED = ("'nonce-", "'sha256-", "'sha384-", "'sha512-")


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy: directives by name in lower case; of a name given twice the first counts."""

    directives: tuple[tuple[str, str], ...]

    def get(self, *names: str) -> str | None:
        """Return the value of the first of these directives that is there; None when none is."""
        values = dict(self.directives)
        return next((values[name] for name in names if name in values), None)

    @property
    def scripts(self) -> str | None:
        """The sources that script elements may have; None when the policy does not say."""
        return self.get("script-src-elem", "script-src", "default-src")

    @property
    def frame_ancestors(self) -> str | None:
        """Who may frame the page; None when it does not say."""
        return self.get("frame-ancestors")

    @property
    def allows_any_script(self) -> bool:
        """Whether an injected script would run: from anywhere, or inline without a nonce or hash to forbid it."""
        handlers = self.get("script-src-attr", "script-src", "default-src")
        return _any_element(self.scripts) or _any_inline(handlers)

    @property
    def allows_any_frame(self) -> bool:
        """Whether anybody may frame the page."""
        return self.frame_ancestors is None or any(map(_is_wild, self.frame_ancestors.lower().split()))


def content_security_policies(fields: Fields, meta: Iterable[str] = ()) -> tuple[Policy, ...]:
    """Return the policies that are enforced: of the fields, and of the page's meta elements."""
    texts = [text for value in fields.all("content-security-policy") for text in value.split(",", POLICIES_AT_MOST)]
    policies = (_policy(text[:CHARACTERS_AT_MOST]) for text in (*texts, *meta)[:POLICIES_AT_MOST])
    return tuple(policy for policy in policies if policy.directives)


def _policy(text: str) -> Policy:
    directives: dict[str, str] = {}
    for part in text.split(";"):
        name, *values = part.split(None, 1) or [""]
        if name:
            directives.setdefault(name.lower(), "".join(values).strip())
    return Policy(tuple(directives.items()))


def _any_element(sources: str | None) -> bool:
    if sources is None:
        return True
    listed = sources.lower().split()
    return _any_inline(sources) or ("'strict-dynamic'" not in listed and any(map(_is_wild, listed)))


def _any_inline(sources: str | None) -> bool:
    """Whether every inline script runs; nonces, hashes and strict-dynamic switch it off (CSP 3 section 6.7.3)."""
    if sources is None:
        return True
    listed = sources.lower().split()
    return "'unsafe-inline'" in listed and not any(
        source == "'strict-dynamic'" or source.startswith(_NAMED) for source in listed
    )


def _is_wild(source: str) -> bool:
    return source in _SCHEMES or _ANY_HOST.fullmatch(source) is not None
