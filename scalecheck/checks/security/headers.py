"""What pages tell browsers to refuse."""

import re
from collections.abc import Iterator

from scalecheck.checks.check import Findings, check, expect, skipped
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.model.verdict import Verdict
from scalecheck.probes.discovery import first
from scalecheck.probes.sampling import spread
from scalecheck.wire import content_type
from scalecheck.wire.csp import Policy, content_security_policies

HALF_A_YEAR_S = 15_768_000
MAX_AGE = re.compile(r"(?:^|;)\s*max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)
CLOSED_REFERRER = frozenset(
    {
        "no-referrer",
        "origin",
        "same-origin",
        "strict-origin",
        "origin-when-cross-origin",
        "strict-origin-when-cross-origin",
    }
)
"""Policies under which other sites see no path."""
OPEN_REFERRER = frozenset({"unsafe-url", "no-referrer-when-downgrade"})
FEATURE = re.compile(r"(?:^|,)\s*[a-z][a-z0-9-]*=(?:\(|\*|self|\")")
"""A member of Permissions-Policy; the words of the old Feature-Policy have no `=`."""


def sampled_pages(site: Site) -> Iterator[Exchange]:
    """Yield the good pages that are judged: up to the sample limit of each route."""
    return spread(site, site.pages())


@check(needs=[first], source="RFC 6797 section 6.1")
def hsts(site: Site) -> Findings:
    """Browsers are told to use https only, for half a year at least.

    Without Strict-Transport-Security, the first request of a visit may go out in plain text, and anybody on the way can
    answer it.

    Fix: send `Strict-Transport-Security: max-age=31536000; includeSubDomains` on https answers.

    On nginx: `add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;`

    On Apache: `Header always set Strict-Transport-Security "max-age=31536000; includeSubDomains"`

    On Caddy: `header Strict-Transport-Security "max-age=31536000; includeSubDomains"`

    On Next.js: a `Strict-Transport-Security` entry for `/(.*)` in `headers()` of next.config.js.

    On Cloudflare: SSL/TLS, Edge Certificates, HTTP Strict Transport Security.

    On Netlify: a `Strict-Transport-Security` line for `/*` in `_headers`.
    """
    for page in sampled_pages(site):
        if page.url.startswith("http:"):
            yield skipped("plain http: browsers ignore the field there", page)
            continue
        sent = page.fields.first("strict-transport-security")
        found = MAX_AGE.search(sent or "")
        lasting = found is not None and int(found[1]) >= HALF_A_YEAR_S
        yield expect(lasting, page, expected=f"max-age of at least {HALF_A_YEAR_S}", observed=sent)


@check(needs=[first], source="Content Security Policy 3 (W3C) section 6.1")
def csp(site: Site) -> Findings:
    """Pages say which scripts may run.

    A Content-Security-Policy is what keeps one injected tag from reading every visitor's session. A policy with
    `'unsafe-inline'` or a wildcard for scripts lets that tag run all the same; that is a warning.

    Fix: send `Content-Security-Policy: default-src 'self'; script-src 'self' 'nonce-…'; object-src 'none'; base-uri
    'self'`; begin with Content-Security-Policy-Report-Only and look at what it reports.

    On Next.js: a nonce made in the middleware, or a policy in `headers()` of next.config.js.

    On nginx: `add_header Content-Security-Policy "default-src 'self'; object-src 'none'; base-uri 'self'" always;`

    On Apache: `Header always set Content-Security-Policy "default-src 'self'; object-src 'none'; base-uri 'self'"`
    """
    for page in sampled_pages(site):
        policies = content_security_policies(page.fields, _meta_policies(site, page))
        scripts = [policy for policy in policies if policy.scripts is not None]
        if not scripts:
            expected = "a Content-Security-Policy that governs scripts"
            yield expect(False, page, expected=expected, observed=_without_scripts(page, policies))
            continue
        strict = next((policy for policy in scripts if not policy.allows_any_script), None)
        observed = f"scripts from {(strict or scripts[0]).scripts or 'nowhere'}"
        expected = "no wildcard, and no 'unsafe-inline' without nonce or hash, for scripts"
        yield expect(strict is not None, page, expected=expected, observed=observed, otherwise=Verdict.WARN)


def _meta_policies(site: Site, page: Exchange) -> Iterator[str]:
    return (content for name, content in site.page(page).metas if name == "content-security-policy")


def _without_scripts(page: Exchange, policies: tuple[Policy, ...]) -> str:
    if policies:
        return "a policy without default-src and script-src"
    return "only Report-Only, which forbids nothing" if "content-security-policy-report-only" in page.fields else ""


@check(needs=[first], source="Fetch (WHATWG) section 3.6")
def nosniff(site: Site) -> Findings:
    """Browsers are told not to guess types.

    Without `nosniff`, an upload that looks like a script can be run as one.

    Fix: send `X-Content-Type-Options: nosniff` on every answer.

    On nginx: `add_header X-Content-Type-Options nosniff always;`

    On Apache: `Header always set X-Content-Type-Options nosniff`

    On Caddy: `header X-Content-Type-Options nosniff`

    On Next.js: an `X-Content-Type-Options` entry for `/(.*)` in `headers()` of next.config.js.

    On Netlify: an `X-Content-Type-Options: nosniff` line for `/*` in `_headers`.
    """
    code = (each for each in site.assets() if _is_code(each))
    for exchange in (*sampled_pages(site), *spread(site, code)):
        sent = exchange.fields.get("x-content-type-options")
        met = (sent or "").partition(",")[0].strip().lower() == "nosniff"
        yield expect(met, exchange, expected="X-Content-Type-Options: nosniff", observed=sent)


def _is_code(exchange: Exchange) -> bool:
    """Whether browsers run it or style by it: what they check the type of."""
    media_type = exchange.response.content_type
    return content_type.is_javascript(media_type) or content_type.is_css(media_type)


@check(needs=[first], source="CSP 3 section 6.4.2, RFC 7034")
def framing(site: Site) -> Findings:
    """Pages say who may frame them.

    A page in somebody else's invisible frame lets them click on the visitor's behalf.

    Fix: send `Content-Security-Policy: frame-ancestors 'self'`, or `X-Frame-Options: SAMEORIGIN` for old browsers.
    Where others are meant to frame a page, name them in frame-ancestors.

    On nginx: `add_header X-Frame-Options SAMEORIGIN always;`

    On Apache: `Header always set X-Frame-Options SAMEORIGIN`

    On Caddy: `header X-Frame-Options SAMEORIGIN`

    On Next.js: an `X-Frame-Options` entry for `/(.*)` in `headers()` of next.config.js.

    On Netlify: an `X-Frame-Options: SAMEORIGIN` line for `/*` in `_headers`.
    """
    for page in sampled_pages(site):
        policies = [each for each in content_security_policies(page.fields) if each.frame_ancestors is not None]
        sent = page.fields.get("x-frame-options")
        if policies:  # then browsers ignore X-Frame-Options
            met = any(not policy.allows_any_frame for policy in policies)
            observed = f"frame-ancestors {policies[0].frame_ancestors or 'nothing'}"
        else:
            met = any(word.strip().lower() in {"deny", "sameorigin"} for word in (sent or "").split(","))
            observed = f"X-Frame-Options: {sent}" if sent is not None else ""
        yield expect(met, page, expected="frame-ancestors, or X-Frame-Options DENY or SAMEORIGIN", observed=observed)


@check(needs=[first], source="Referrer Policy (W3C) section 3")
def referrer(site: Site) -> Findings:
    """Pages say how much of their address other sites see, and show them no path.

    A full URL in the Referer field carries search words, tokens and order numbers to every third party. Browsers of
    today keep the path to themselves when a page says nothing, so silence is a warning.

    Fix: send `Referrer-Policy: strict-origin-when-cross-origin`.

    On nginx: `add_header Referrer-Policy strict-origin-when-cross-origin always;`

    On Apache: `Header always set Referrer-Policy strict-origin-when-cross-origin`

    On Caddy: `header Referrer-Policy strict-origin-when-cross-origin`

    On Next.js: a `Referrer-Policy` entry for `/(.*)` in `headers()` of next.config.js.

    On Netlify: a `Referrer-Policy: strict-origin-when-cross-origin` line for `/*` in `_headers`.
    """
    for page in sampled_pages(site):
        sent = [
            *page.fields.all("referrer-policy"),
            *(text for name, text in site.page(page).metas if name == "referrer"),
        ]
        words = [word.strip().lower() for text in sent for word in text.split(",")]
        effective = next((word for word in reversed(words) if word in CLOSED_REFERRER | OPEN_REFERRER), None)
        otherwise = Verdict.WARN if effective is None else Verdict.FAIL
        expected = "a policy that shows other sites no path"
        met = effective in CLOSED_REFERRER
        yield expect(met, page, expected=expected, observed=effective or ", ".join(sent), otherwise=otherwise)


@check(needs=[first], source="Permissions Policy (W3C) section 5.1")
def permissions(site: Site) -> Findings:
    """Pages say which of the device's abilities they use.

    Camera, microphone and location are open to every script of the page, third parties' too, unless the page says no.

    Fix: send `Permissions-Policy: camera=(), microphone=(), geolocation=()` with what the site really needs taken out.

    On nginx: `add_header Permissions-Policy "camera=(), microphone=(), geolocation=()" always;`

    On Apache: `Header always set Permissions-Policy "camera=(), microphone=(), geolocation=()"`

    On Caddy: `header Permissions-Policy "camera=(), microphone=(), geolocation=()"`

    On Next.js: a `Permissions-Policy` entry for `/(.*)` in `headers()` of next.config.js.

    On Netlify: a `Permissions-Policy: camera=(), microphone=(), geolocation=()` line for `/*` in `_headers`.
    """
    for page in sampled_pages(site):
        sent = page.fields.get("permissions-policy")
        met = FEATURE.search(sent or "") is not None
        yield expect(met, page, expected="a Permissions-Policy such as camera=()", observed=sent)
