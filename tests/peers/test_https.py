"""A site on TLS, rightly configured, passes; each mistake is named by its own check, and nothing else is worse."""

from pathlib import Path

import pytest

from tests.again import again
from tests.peers import https
from tests.peers.audit import audit
from tests.peers.https import Authority, Settings
from tests.peers.peer import NGINX
from tests.peers.servers import require

pytestmark = pytest.mark.peer

HSTS, COOKIES, TRANSPORT = "security.hsts", "security.cookies", "cdn.modern_transport"
ON_TLS = {HSTS, COOKIES, TRANSPORT, "security.tls"}
"""Checks that a site on plain http skips."""
FULL_HANDSHAKES = "ssl_session_tickets off; ssl_session_cache off;"

MISTAKES = {
    "no HSTS": (Settings(hsts=""), HSTS, "fail"),
    "HSTS for a day": (Settings(hsts="max-age=86400"), HSTS, "fail"),
    "HTTP/1.1 only": (Settings(listen="ssl"), TRANSPORT, "fail"),
    "TLS 1.2 only": (Settings(protocols="TLSv1.2"), TRANSPORT, "fail"),
    "TLS 1.1 still accepted": (
        Settings(protocols="TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:@SECLEVEL=0"),
        "security.tls",
        "fail",
    ),
    "no session resumed": (Settings(sessions=FULL_HANDSHAKES), TRANSPORT, "warn"),
    "TLS 1.2 only, no session resumed": (Settings(protocols="TLSv1.2", sessions=FULL_HANDSHAKES), TRANSPORT, "fail"),
    "HTTP/3 not offered": (Settings(alt_svc=""), TRANSPORT, "warn"),
    "a session that scripts read": (Settings(cookie="Path=/; Secure; SameSite=Lax"), COOKIES, "fail"),
    "a session in plain text": (Settings(cookie="Path=/; HttpOnly; SameSite=Lax"), COOKIES, "fail"),
    "a session for every site": (Settings(cookie="Path=/; Secure; HttpOnly"), COOKIES, "fail"),
}
EXIT_CODES = {"fail": 1, "warn": 0}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    require("nginx", "openssl")
    return Authority.founded(tmp_path_factory.mktemp("authority"))


def test_rightly_configured_it_passes(authority: Authority, tmp_path: Path) -> None:
    with https.standing(tmp_path, authority.certify(), Settings()) as url:
        told = again(
            lambda: audit(url, NGINX.profile, tmp_path, f"--ca-file={authority.ca_file}"),
            lambda told: told.exit_code == 0,
        )
    assert told.exit_code == 0, str(told)
    assert not told.checks("fail", "unknown"), str(told)
    assert told.checks("pass") >= ON_TLS, told.verdicts


@pytest.mark.parametrize(("settings", "check", "verdict"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_by_its_check_alone(
    settings: Settings, check: str, verdict: str, authority: Authority, tmp_path: Path
) -> None:
    with https.standing(tmp_path, authority.certify(), settings) as url:
        told = again(
            lambda: audit(url, NGINX.profile, tmp_path, f"--ca-file={authority.ca_file}"),
            lambda told: told.checks("fail", "unknown", "warn") == {check},
        )
    assert told.checks("fail", "unknown", "warn") == {check}, str(told)
    assert told.verdicts[check] == verdict, str(told)
    assert told.exit_code == EXIT_CODES[verdict], str(told)


@pytest.mark.parametrize(
    ("name", "days", "trusted", "detail"),
    [
        ("IP:127.0.0.1", https.EXPIRED_DAYS, True, "the certificate has expired"),
        ("DNS:shop.test", https.VALID_DAYS, True, "for another host"),
        ("IP:127.0.0.1", https.VALID_DAYS, False, "issuer is not trusted here"),
    ],
    ids=["expired", "of another host", "of an unknown authority"],
)
def test_a_certificate_that_browsers_refuse_leaves_nothing_to_judge(
    name: str, days: int, trusted: bool, detail: str, authority: Authority, tmp_path: Path
) -> None:
    trust = (f"--ca-file={authority.ca_file}",) if trusted else ()
    with https.standing(tmp_path, authority.certify(name, days), Settings()) as url:
        told = audit(url, NGINX.profile, tmp_path, *trust)
    assert told.exit_code == 3, str(told)
    assert not told.checks("pass", "fail"), str(told)
    assert any("site.answers" in finding and detail in finding for finding in told.findings), str(told)


def test_a_server_of_tls_1_1_alone_leaves_nothing_to_judge(authority: Authority, tmp_path: Path) -> None:
    settings = Settings(protocols="TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0")
    with https.standing(tmp_path, authority.certify(), settings) as url:
        told = audit(url, NGINX.profile, tmp_path, f"--ca-file={authority.ca_file}")
    assert told.exit_code == 3, str(told)
    assert any("site.answers" in finding and "no TLS version" in finding for finding in told.findings), str(told)


def test_plain_http_that_does_not_lead_to_https_is_named(tmp_path: Path) -> None:
    require("nginx")
    with NGINX.standing(tmp_path) as url:
        told = audit("http://shop.test", NGINX.profile, tmp_path, f"--connect-to={url.removeprefix('http://')}")
    assert told.checks("fail", "unknown") == {"site.redirects_settle"}, str(told)
    assert told.exit_code == 1, str(told)
