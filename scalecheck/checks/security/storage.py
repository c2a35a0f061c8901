"""What pages keep where every script can read it."""

from scalecheck.checks.check import Findings, check, expect, left, undecided
from scalecheck.checks.views import NEEDS_BROWSER, unseen, views
from scalecheck.model.browsing import Stored, View
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding
from scalecheck.probes.browsers import visit

NAMED_AT_MOST = 5


@check(needs=[visit], source="OWASP HTML5 Security Cheat Sheet: Local Storage", opt_in=NEEDS_BROWSER)
def no_tokens_in_storage(site: Site) -> Findings:
    """Pages keep no tokens where scripts can read them.

    What one script can read, every script can: that of a third party, and that which somebody injected. A token from
    localStorage works elsewhere, and long after the visitor has gone.

    Fix: keep the session in a cookie with `HttpOnly; Secure; SameSite=Lax`, which the browser sends and no script
    reads; where an API needs a token, let a server of yours hold it and pass the call on (a backend for the frontend).
    Tokens that are in storage today are to be revoked.
    """
    yield from unseen(site, "visit")
    for view in views(site, "visit"):
        yield _judged(view)


def _judged(view: View) -> Finding:
    expected = "no token that scripts can read"
    sent = _sent_cookies(view)
    secret = [each for each in view.stored if each.looks_like]
    kept = [each for each in secret if not (each.area == "cookie" and each.key in sent)]
    if kept:
        return expect(False, view, expected=expected, observed="; ".join(map(_shown, kept[:NAMED_AT_MOST])))
    if reason := view.missed.get("stored") or view.missed.get("page"):
        return undecided(view, reason, expected=expected)
    if secret:
        return left(view, "security.cookies")
    return expect(True, view, expected=expected, observed=f"none among {len(view.stored)} kept")


def _sent_cookies(view: View) -> frozenset[str]:
    """Return the names of the cookies that the server set itself."""
    lines = (line for each in view.requests for line in each.response_fields.all("set-cookie"))
    return frozenset(line.partition("=")[0].strip() for line in lines)


def _shown(stored: Stored) -> str:
    return f"{stored.area}: {stored.key} holds {stored.looks_like}"
