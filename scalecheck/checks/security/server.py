"""What answers and connections give away, and who may purge."""

import re
from collections.abc import Iterator

from scalecheck.checks.answers import plain_on_loopback
from scalecheck.checks.check import Findings, check, expect, skipped, undecided
from scalecheck.checks.security.headers import sampled_pages
from scalecheck.model.evidence import Exchange, Failure, Loss
from scalecheck.model.kinds import Kind
from scalecheck.model.site import FIRST, Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.discovery import first
from scalecheck.probes.handshakes import hosts, old_tls
from scalecheck.probes.identities import as_identity
from scalecheck.probes.sampling import spread
from scalecheck.probes.variants import purge
from scalecheck.wire.set_cookie import SetCookie, set_cookies

SESSION_LIKE = re.compile(r"sess|sid$|auth(?!or)|token|login|jwt|remember", re.IGNORECASE)
READ_BY_SCRIPTS = re.compile(r"csrf|xsrf", re.IGNORECASE)
"""Tokens that scripts have to read, to send them back in a field."""
SAFE_TLS = frozenset({"TLSv1.2", "TLSv1.3"})
REFUSALS = ("alert", "unexpected eof")
"""How OpenSSL words that the other side ended the handshake; what our own library cannot do is no refusal."""
REFUSED = frozenset({400, 401, 403, 404, 405, 407, 421, 429, 501, *range(300, 400)})
ASKS_FOR_WRITES = "it sends a PURGE, and asks for `safety: {writes: true}`"
VERSIONED = re.compile(r"/\s*v?\d|\d\.\d")
FRAMEWORK_FIELDS = ("X-Powered-By", "X-AspNet-Version", "X-AspNetMvc-Version")


@check(needs=[first, as_identity], source="RFC 6265bis section 4.1.2")
def cookies(site: Site) -> Findings:
    """Session cookies are Secure, HttpOnly and SameSite.

    One of the three missing is enough: read from the wire, by a script, or sent along with another site's request. A
    cookie that is no session and not Secure is a warning.

    Fix: `Set-Cookie: __Host-session=…; Path=/; Secure; HttpOnly; SameSite=Lax`.

    On nginx: `proxy_cookie_flags ~ secure httponly samesite=lax;`

    On Apache: `Header edit Set-Cookie ^(.*)$ "$1; Secure; HttpOnly; SameSite=Lax"`
    """
    judged: set[tuple[str, frozenset[str]]] = set()
    for exchange in (*site.seen(FIRST), *site.seen("as_identity")):
        for cookie in set_cookies(exchange.fields):
            wanted, lacking = _flags(cookie)
            if _is_removal(cookie) or (cookie.name, lacking) in judged:
                continue
            judged.add((cookie.name, lacking))
            if plain_on_loopback(exchange.url):
                yield skipped("plain http on loopback", exchange)
                continue
            expected = f"{cookie.name} with {', '.join(sorted(wanted))}"
            observed = f"{cookie.name} without {', '.join(sorted(lacking))}" if lacking else expected
            otherwise = Verdict.FAIL if _is_session(cookie) else Verdict.WARN
            yield expect(not lacking, exchange, expected=expected, observed=observed, otherwise=otherwise)


def _flags(cookie: SetCookie) -> tuple[frozenset[str], frozenset[str]]:
    """Return the attributes that a cookie should have, and those that it lacks."""
    has = {"Secure": cookie.secure, "HttpOnly": cookie.http_only, "SameSite": cookie.same_site is not None}
    wanted = frozenset(has) if _is_session(cookie) else frozenset({"Secure"})
    return wanted, frozenset(name for name in wanted if not has[name])


def _is_session(cookie: SetCookie) -> bool:
    return bool(SESSION_LIKE.search(cookie.name)) and not READ_BY_SCRIPTS.search(cookie.name)


def _is_removal(cookie: SetCookie) -> bool:
    """Whether the cookie is taken away rather than set."""
    max_age = cookie.attribute("max-age") or ""
    return not cookie.value or max_age.startswith("-") or (max_age.isdecimal() and not max_age.strip("0"))


@check(needs=[first, old_tls], source="RFC 8996, RFC 9325 section 3.1", declared_by="site")
def tls(site: Site) -> Findings:
    """Connections use TLS 1.2 or newer, older versions are refused, and the certificate can be verified.

    TLS 1.0 and 1.1 are forbidden since 2021 and refused by browsers; where a server still accepts them, other clients'
    traffic is open to known attacks. A certificate that fails its check, or a server that knows nothing newer, is
    reported by site.answers, since nothing was answered.

    Fix: TLS 1.2 and 1.3 only, at the edge, and certificates that renew themselves.

    On nginx: `ssl_protocols TLSv1.2 TLSv1.3;`

    On Apache: `SSLProtocol -all +TLSv1.2 +TLSv1.3`

    On HAProxy: `ssl-default-bind-options ssl-min-ver TLSv1.2`
    """
    for exchange in hosts(site):
        if not exchange.url.startswith("https:"):
            yield skipped("plain http", exchange)
        elif exchange.tls is None:
            yield undecided(exchange, "the evidence does not hold the handshake", expected="TLS 1.2 or 1.3")
        else:
            version = exchange.tls.version
            yield expect(version in SAFE_TLS, exchange, expected="TLSv1.2 or TLSv1.3", observed=version)
            yield from _old_tls(site, exchange)


def _old_tls(site: Site, exchange: Exchange) -> Iterator[Finding]:
    """Yield whether a host refuses what is forbidden; nothing else than its own refusal shows that it does."""
    expected = "TLS 1.0 and 1.1 refused"
    for record in site.all("old_tls"):
        if record.ask.of != exchange.number:
            continue
        if isinstance(record, Exchange):
            accepted = record.tls.version if record.tls is not None else "one of them"
            yield expect(False, record, expected=expected, observed=f"{accepted} accepted")
        elif isinstance(record, Failure) and _refuses(record):
            yield expect(True, record, expected=expected, observed="refused")
        elif isinstance(record, Failure):
            yield skipped(f"whether TLS 1.0 and 1.1 are refused was not told: {record.detail}", record)


def _refuses(failure: Failure) -> bool:
    return failure.loss is Loss.CUT or (failure.loss is Loss.TLS and any(word in failure.detail for word in REFUSALS))


@check(
    needs=[purge],
    source="scalecheck: whoever may purge can send all traffic to the origin",
    declared_by="safety.writes",
    opt_in=ASKS_FOR_WRITES,
)
def purge_is_guarded(site: Site) -> Findings:
    """An anonymous PURGE is refused.

    Many caches take a PURGE from anybody unless told otherwise. One loop of them turns the cache off.

    Fix: allow PURGE from the deploy's addresses only, or with a secret; answer everybody else 403 or 405.

    On Varnish: `if (req.method == "PURGE") { if (!client.ip ~ purgers) { return (synth(405)); } return (purge); }`

    On nginx: `limit_except GET HEAD POST { deny all; }` where no purge module is used.

    On Fastly: switch on authentication for purges of single URLs (`Fastly-Purge-Requires-Auth`).
    """
    asked = tuple(site.seen("purge"))
    if not asked and not site.profile.safety.writes:
        yield skipped(ASKS_FOR_WRITES)
    for exchange in asked:
        plain = site.by_number.get(exchange.ask.of or 0)
        observed = f"status {exchange.status}"
        if isinstance(plain, Exchange) and exchange.status == 200 and _same_page(plain, exchange):
            yield expect(True, exchange, expected="refused", observed=f"{observed}: answered like a GET")
        elif exchange.status >= 500 and exchange.status not in REFUSED:
            yield undecided(exchange, "it failed, so nothing says who may purge", expected="refused", observed=observed)
        else:
            met = exchange.status in REFUSED
            yield expect(met, exchange, expected="refused: status 401, 403 or 405", observed=observed)


def _same_page(plain: Exchange, other: Exchange) -> bool:
    return plain.response.digest == other.response.digest and plain.response.decoded_bytes > 0


@check(needs=[first], source="RFC 9110 section 10.2.4, CWE-200", declared_by="site")
def no_server_detail(site: Site) -> Findings:
    """Answers do not name the software's version, nor the framework.

    A version in the Server field tells everybody which known holes to try.

    Fix: switch the version and the framework's field off, or remove the fields at the edge.

    On nginx: `server_tokens off;`, and `proxy_hide_header X-Powered-By;` before an application.

    On Apache: `ServerTokens Prod` and `Header always unset X-Powered-By`

    On Caddy: `header -Server` and `header -X-Powered-By`

    On Varnish: `sub vcl_deliver { unset resp.http.X-Powered-By; unset resp.http.Server; }`

    On Next.js: `poweredByHeader: false` in next.config.js.
    """
    for exchange in (*sampled_pages(site), *spread(site, site.good({Kind.API}), at_most=1)):
        said = "; ".join(_details(exchange))
        yield expect(not said, exchange, expected="no version and no framework", observed=said)


def _details(exchange: Exchange) -> Iterator[str]:
    """Yield what an answer says of the software behind it."""
    server = exchange.fields.get("server") or ""
    if VERSIONED.search(server):
        yield f"Server: {server}"
    for name in FRAMEWORK_FIELDS:
        if value := exchange.fields.get(name):
            yield f"{name}: {value}"
    generator = exchange.fields.get("x-generator") or ""
    if any(sign.isdigit() for sign in generator):
        yield f"X-Generator: {generator}"
