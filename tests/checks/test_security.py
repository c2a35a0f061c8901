"""What pages tell browsers to refuse, what scripts hold, what servers give away."""

from typing import Any

import pytest

from scalecheck.checks.security import (
    cookies,
    csp,
    framing,
    hsts,
    no_secrets_in_bundles,
    no_server_detail,
    nosniff,
    permissions,
    purge_is_guarded,
    referrer,
    sri,
    tls,
)
from scalecheck.model.evidence import Exchange, Failure, Loss, Tls
from tests.checks.rows import (
    FAIL,
    PASS,
    SITE,
    SKIP,
    UNKNOWN,
    WARN,
    Case,
    case,
    exchange,
    failure,
    judged,
    profile,
    site,
)

LOCAL = profile(site="http://127.0.0.1:8080")
LOCAL_PAGE = "http://127.0.0.1:8080/"


def page(name: str = "", value: str = "", body: str = "<p>text") -> Exchange:
    """Return the home page with one field, or none."""
    return exchange("/", {name: value} if name else {}, body=body)


def policy(value: str, *lines: str) -> Exchange:
    return exchange("/", {"content-security-policy": [value, *lines]})


HSTS = "strict-transport-security"
HEADERS = [
    case("nothing", hsts, FAIL, page()),
    case("a second short", hsts, FAIL, page(HSTS, "max-age=15767999")),
    case("switched off", hsts, FAIL, page(HSTS, "max-age=0; includeSubDomains")),
    case("no max-age", hsts, FAIL, page(HSTS, "includeSubDomains")),
    case("another directive's number", hsts, FAIL, page(HSTS, "x-max-age=31536000")),
    case("half a year", hsts, PASS, page(HSTS, "max-age=15768000")),
    case("a year, quoted", hsts, PASS, page(HSTS, 'includeSubDomains; Max-Age="31536000"')),
    case("the first line counts", hsts, FAIL, exchange("/", {HSTS: ["max-age=0", "max-age=31536000"]})),
    case("plain http on loopback", hsts, SKIP, exchange(LOCAL_PAGE), profile=LOCAL),
    case("no page", hsts, SKIP, exchange("/images/a.png")),
    case("lost", hsts, UNKNOWN, failure("/")),
    case("none", csp, FAIL, page()),
    case("only Report-Only", csp, FAIL, page("content-security-policy-report-only", "script-src 'self'")),
    case(
        "about frames only",
        csp,
        FAIL,
        policy("frame-ancestors 'none'"),
        observed="a policy without default-src and script-src",
    ),
    case(
        "inline scripts",
        csp,
        WARN,
        policy("script-src 'self' 'unsafe-inline'"),
        observed="scripts from 'self' 'unsafe-inline'",
    ),
    case("from anywhere", csp, WARN, policy("default-src *")),
    case("its own scripts", csp, PASS, policy("default-src 'self'")),
    case("none at all", csp, PASS, policy("script-src"), observed="scripts from nowhere"),
    case("the stricter of two holds", csp, PASS, policy("script-src *", "script-src 'self'")),
    case(
        "in a meta element",
        csp,
        PASS,
        page(body="""<meta http-equiv="Content-Security-Policy" content="script-src 'self'">"""),
    ),
    case("no page", csp, SKIP, exchange("/api/me")),
    case("lost", csp, UNKNOWN, failure("/")),
    case("none", nosniff, FAIL, page()),
    case("another word", nosniff, FAIL, page("x-content-type-options", "sniff")),
    case("not the first word", nosniff, FAIL, page("x-content-type-options", "none, nosniff")),
    case(
        "on the page, not on its script",
        nosniff,
        FAIL,
        page("x-content-type-options", "nosniff"),
        exchange("/static/a.js"),
    ),
    case("sent twice", nosniff, PASS, page("x-content-type-options", "nosniff, nosniff")),
    case("in capitals", nosniff, PASS, page("X-Content-Type-Options", "NoSniff")),
    case("images do not need it", nosniff, SKIP, exchange("/images/a.png")),
    case("lost", nosniff, UNKNOWN, failure("/")),
    case("none", framing, FAIL, page()),
    case("one address may", framing, FAIL, page("x-frame-options", "ALLOW-FROM https://a.example")),
    case("everybody may", framing, FAIL, policy("frame-ancestors *")),
    case(
        "the field says so, the policy not",
        framing,
        FAIL,
        exchange("/", {"x-frame-options": "DENY", "content-security-policy": "frame-ancestors https:"}),
    ),
    case(
        "a meta element does not count",
        framing,
        FAIL,
        page(body="""<meta http-equiv="Content-Security-Policy" content="frame-ancestors 'none'">"""),
    ),
    case("itself", framing, PASS, page("x-frame-options", "SAMEORIGIN")),
    case("itself, sent twice", framing, PASS, page("x-frame-options", "SAMEORIGIN, SAMEORIGIN")),
    case("nobody", framing, PASS, policy("frame-ancestors 'none'")),
    case(
        "a policy about scripts leaves it to the field",
        framing,
        PASS,
        exchange("/", {"x-frame-options": "deny", "content-security-policy": "default-src 'self'"}),
    ),
    case("no page", framing, SKIP, exchange("/api/me")),
    case("lost", framing, UNKNOWN, failure("/")),
    case("everything, to everybody", referrer, FAIL, page("referrer-policy", "unsafe-url")),
    case("everything, over https", referrer, FAIL, page("referrer-policy", "no-referrer-when-downgrade")),
    case("the last word counts", referrer, FAIL, page("referrer-policy", "no-referrer, unsafe-url")),
    case(
        "the page overrules the field",
        referrer,
        FAIL,
        page("referrer-policy", "no-referrer", '<meta name="referrer" content="unsafe-url">'),
    ),
    case("none", referrer, WARN, page()),
    case("a word nobody knows", referrer, WARN, page("referrer-policy", "no-referer"), observed="no-referer"),
    case("an unknown word behind a known one", referrer, PASS, page("referrer-policy", "no-referrer, future-policy")),
    case("the origin only", referrer, PASS, page("Referrer-Policy", "Strict-Origin-When-Cross-Origin")),
    case("in a meta element", referrer, PASS, page(body='<meta name="referrer" content="origin">')),
    case("no page", referrer, SKIP, exchange("/api/me")),
    case("lost", referrer, UNKNOWN, failure("/")),
    case("none", permissions, FAIL, page()),
    case("the old field", permissions, FAIL, page("feature-policy", "camera 'none'")),
    case("in the old words", permissions, FAIL, page("permissions-policy", "camera 'none'")),
    case("a camera for nobody", permissions, PASS, page("permissions-policy", "camera=()")),
    case("several", permissions, PASS, page("permissions-policy", 'geolocation=(self "https://a.example"), camera=()')),
    case("no page", permissions, SKIP, exchange("/api/me")),
    case("lost", permissions, UNKNOWN, failure("/")),
]


def sets(cookie: str, url: str = "/") -> Exchange:
    return exchange(url, {"set-cookie": cookie})


COOKIES = [
    case("a bare session", cookies, FAIL, sets("session=1"), observed="session without HttpOnly, SameSite, Secure"),
    case(
        "readable by scripts",
        cookies,
        FAIL,
        sets("connect.sid=1; Secure; SameSite=Lax"),
        observed="connect.sid without HttpOnly",
    ),
    case("a SameSite that is none", cookies, FAIL, sets("PHPSESSID=1; Secure; HttpOnly; SameSite=Maybe")),
    case(
        "set for an identity",
        cookies,
        FAIL,
        exchange("/account", {"set-cookie": "token=1"}, probe="as_identity", label="alice"),
    ),
    case("no session, and not Secure", cookies, WARN, sets("locale=en")),
    case("the author's name is no session", cookies, WARN, sets("author=anna")),
    case("no session", cookies, PASS, sets("locale=en; secure")),
    case("a session", cookies, PASS, sets("__Host-session=1; Path=/; Secure; HttpOnly; SameSite=Lax")),
    case("a session for other sites' frames", cookies, PASS, sets("session=1; Secure; HttpOnly; SameSite=None")),
    case("a token that scripts send back", cookies, PASS, sets("XSRF-TOKEN=1; Secure; SameSite=Lax")),
    case("a session that is taken away", cookies, SKIP, sets("session=; Max-Age=0")),
    case("taken away, value and all", cookies, SKIP, sets("session=deleted; Max-Age=-1")),
    case("plain http on loopback", cookies, SKIP, sets("session=1", LOCAL_PAGE), profile=LOCAL, reason="loopback"),
    case("no cookie", cookies, SKIP, page()),
    case("lost", cookies, UNKNOWN, failure("/")),
]


EOF = "TLS connect error: error:0A000126:SSL routines::unexpected eof while reading"


def refusing(of: int, loss: Loss = Loss.TLS, detail: str = "tlsv1 alert protocol version") -> Failure:
    return failure("/", loss, probe="old_tls", of=of, method="HEAD", detail=detail)


def test_only_the_servers_own_refusal_of_old_tls_is_a_pass() -> None:
    ours = refusing(1, detail="SSL routines::no protocols available")
    for lost in (ours, refusing(1, Loss.TIMEOUT, "no answer within 10.0 s: in the TLS handshake")):
        findings = judged(tls, site(exchange("/", tls=Tls("TLSv1.3")), lost)).findings
        assert [each.verdict for each in findings] == [PASS, SKIP], findings
        assert "was not told" in findings[1].reason


TLS = [
    case("an old version", tls, FAIL, exchange("/", tls=Tls("TLSv1.1"))),
    case(
        "one old host of two",
        tls,
        FAIL,
        exchange("/", tls=Tls("TLSv1.3")),
        exchange("https://cdn.shop.test/a.js", tls=Tls("TLSv1")),
        profile=profile(safety={"allow_hosts": ["cdn.shop.test"]}),
    ),
    case(
        "an old version beside the new ones",
        tls,
        FAIL,
        exchange("/", tls=Tls("TLSv1.3")),
        exchange("/", probe="old_tls", of=1, method="HEAD", tls=Tls("TLSv1.1")),
        observed="TLSv1.1 accepted",
    ),
    case(
        "on the second host",
        tls,
        FAIL,
        exchange("/", tls=Tls("TLSv1.3")),
        exchange("https://cdn.shop.test/a.js", tls=Tls("TLSv1.3")),
        refusing(1),
        exchange("https://cdn.shop.test/a.js", probe="old_tls", of=2, tls=Tls("TLSv1")),
        profile=profile(safety={"allow_hosts": ["cdn.shop.test"]}),
    ),
    case("an old version refused", tls, PASS, exchange("/", tls=Tls("TLSv1.3")), refusing(1)),
    case("hung up on an old version", tls, PASS, exchange("/", tls=Tls("TLSv1.3")), refusing(1, detail=EOF)),
    case("cut off at an old version", tls, PASS, exchange("/", tls=Tls("TLSv1.3")), refusing(1, Loss.CUT)),
    case("1.2", tls, PASS, exchange("/", tls=Tls("TLSv1.2"))),
    case("1.3", tls, PASS, exchange("/", tls=Tls("TLSv1.3", "h2"))),
    case("evidence without handshake", tls, UNKNOWN, exchange("/")),
    case("plain http", tls, SKIP, exchange(LOCAL_PAGE), profile=LOCAL),
    case("lost", tls, UNKNOWN, failure("/")),
]

SHA = "sha384-" + "a" * 64
SRI = [
    case(
        "a script without",
        sri,
        FAIL,
        page(body='<script src="https://cdn.example/a.js"></script>'),
        observed="https://cdn.example/a.js with no integrity",
    ),
    case(
        "a script with a word for a hash",
        sri,
        FAIL,
        page(body='<script src="https://cdn.example/a.js" integrity="yes"></script>'),
    ),
    case(
        "another site of the same registry",
        sri,
        FAIL,
        exchange("https://shop.co.uk/", body='<script src="https://ads.co.uk/a.js"></script>'),
        profile=profile(site="https://shop.co.uk"),
    ),
    case("an address", sri, FAIL, page(body='<script src="https://192.0.2.1/a.js"></script>')),
    case("a style sheet without", sri, WARN, page(body='<link rel="stylesheet" href="https://fonts.example/css">')),
    case(
        "a script with its hash",
        sri,
        PASS,
        page(body=f'<script src="https://cdn.example/a.js" integrity="{SHA}" crossorigin></script>'),
    ),
    case("its own script", sri, SKIP, page(body='<script src="/a.js"></script>')),
    case("its own host for files", sri, SKIP, page(body='<script src="https://static.shop.test/a.js"></script>')),
    case(
        "another host of its own in the UK",
        sri,
        SKIP,
        exchange("https://www.shop.co.uk/", body='<script src="https://cdn.shop.co.uk/a.js"></script>'),
        profile=profile(site="https://www.shop.co.uk"),
    ),
    case(
        "a host that the profile names",
        sri,
        SKIP,
        page(body='<script src="https://cdn.example/a.js"></script>'),
        profile=profile(safety={"allow_hosts": ["cdn.example"]}),
    ),
    case("third-party images carry no hash", sri, SKIP, page(body='<img src="https://cdn.example/a.png">')),
    case(
        "data blocks are no scripts",
        sri,
        SKIP,
        page(body='<script type="application/json" src="https://cdn.example/a"></script>'),
    ),
    case("lost", sri, UNKNOWN, failure("/")),
]

KEY = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
SECRETS = [
    case("in a script", no_secrets_in_bundles, FAIL, exchange("/static/a.js", body=f'const key="{KEY}"')),
    case("inline", no_secrets_in_bundles, FAIL, page(body=f'<script>const key="{KEY}"</script>')),
    case("a publishable key", no_secrets_in_bundles, PASS, exchange("/static/a.js", body=KEY.replace("sk_", "pk_"))),
    case("a clean script", no_secrets_in_bundles, PASS, exchange("/static/a.js", body="let a = 1")),
    case("a page without scripts", no_secrets_in_bundles, SKIP, page()),
    case("a script that was not kept", no_secrets_in_bundles, SKIP, exchange("/static/a.js", body=None)),
    case("lost", no_secrets_in_bundles, UNKNOWN, failure("/static/a.js")),
]

WRITES = profile(safety={"writes": "true"})


def purged(status: int, body: str = "") -> tuple[Exchange, ...]:
    plain = exchange("/", body="<p>the page")
    return plain, exchange("/?scalecheck=x", probe="purge", of=1, method="PURGE", status=status, body=body)


PURGE = [
    case("taken", purge_is_guarded, FAIL, purged(200, "<title>200 Purged"), profile=WRITES, observed="status 200"),
    case("taken in silence", purge_is_guarded, FAIL, purged(204), profile=WRITES),
    case("taken, and nothing was there", purge_is_guarded, FAIL, purged(412), profile=WRITES),
    case("not allowed", purge_is_guarded, PASS, purged(405), profile=WRITES),
    case("forbidden", purge_is_guarded, PASS, purged(403), profile=WRITES),
    case("sent to the login", purge_is_guarded, PASS, purged(302), profile=WRITES),
    case("not implemented", purge_is_guarded, PASS, purged(501), profile=WRITES),
    case("answered like a GET", purge_is_guarded, PASS, purged(200, "<p>the page"), profile=WRITES),
    case("failed", purge_is_guarded, UNKNOWN, purged(502), profile=WRITES),
    case("not allowed to write", purge_is_guarded, SKIP, exchange("/"), reason="writes: true"),
    case("lost", purge_is_guarded, UNKNOWN, exchange("/"), failure("/", probe="purge", of=1), profile=WRITES),
]

DETAIL = [
    case("a version", no_server_detail, FAIL, page("server", "nginx/1.24.0"), observed="Server: nginx/1.24.0"),
    case("a version without slash", no_server_detail, FAIL, page("server", "Jetty(9.4)")),
    case("a framework", no_server_detail, FAIL, page("x-powered-by", "Next.js")),
    case("on an API answer", no_server_detail, FAIL, exchange("/api/me", {"x-powered-by": "Express"})),
    case("a generator's version", no_server_detail, FAIL, page("x-generator", "Drupal 10 (https://www.drupal.org)")),
    case("a name", no_server_detail, PASS, page("server", "nginx")),
    case("a place is no version", no_server_detail, PASS, page("server", "ECAcc (nyd)")),
    case("a generator's name", no_server_detail, PASS, page("x-generator", "Drupal")),
    case("nothing", no_server_detail, PASS, page()),
    case("no page", no_server_detail, SKIP, exchange("/images/a.png", {"server": "nginx/1.24.0"})),
    case("lost", no_server_detail, UNKNOWN, failure("/")),
]

CASES: list[Any] = [*HEADERS, *COOKIES, *TLS, *SRI, *SECRETS, *PURGE, *DETAIL]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()


def test_a_third_party_is_told_once() -> None:
    body = '<script src="https://cdn.example/a.js"></script>'
    known = site(*(exchange(f"/products/{number}", body=body) for number in range(4)))
    assert len(judged(sri, known).findings) == 1


def test_a_cookie_is_told_once() -> None:
    known = site(*(exchange(f"/products/{number}", {"set-cookie": f"session={number}"}) for number in range(4)))
    assert len(judged(cookies, known).findings) == 1


def test_a_secret_is_not_repeated() -> None:
    outcome = judged(no_secrets_in_bundles, site(exchange("/static/a.js", body=f'"{KEY}"')))
    assert KEY not in repr(outcome)
    assert outcome.findings[0].subject == f"GET {SITE}/static/a.js"
