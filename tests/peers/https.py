"""nginx on TLS, rightly: HTTP/2, TLS 1.3, resumption, HTTP/3 offered, HSTS, a session cookie; or with one mistake."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.peers import nginx
from tests.peers.origin import serving
from tests.peers.servers import free_port, running

VALID_DAYS, EXPIRED_DAYS = 2, -1


@dataclass(frozen=True, slots=True)
class Settings:
    """How nginx serves on TLS."""

    listen: str = "ssl http2"
    protocols: str = "TLSv1.2 TLSv1.3"
    sessions: str = "ssl_session_tickets on;"
    hsts: str = "max-age=31536000; includeSubDomains"
    alt_svc: str = 'h3=":443"; ma=86400'
    cookie: str = "Path=/; Secure; HttpOnly; SameSite=Lax"
    """Attributes of the session cookie that comes with a personal page."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority made for one test run, and the folder that holds it."""

    folder: Path

    @classmethod
    def founded(cls, folder: Path) -> "Authority":
        """Make its key and certificate."""
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "ca.key")
        days = ("-days", str(VALID_DAYS))
        _openssl(folder, "req", "-x509", *key, *days, "-out", "ca.pem", "-subj", "/CN=scalecheck peers")
        _openssl(folder, "req", *key[:-1], "leaf.key", "-out", "leaf.csr", "-subj", "/CN=peer")
        return cls(folder)

    @property
    def ca_file(self) -> Path:
        """Its own certificate."""
        return self.folder / "ca.pem"

    def certify(self, name: str = "IP:127.0.0.1", days: int = VALID_DAYS) -> Path:
        """Return a certificate for a subject, valid from now on; negative days end before they begin."""
        leaf, names = self.folder / "leaf.pem", self.folder / "names"
        names.write_text(f"subjectAltName={name}\n")
        signed_by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "1")
        named = ("-extfile", names.name, "-days", str(days))
        _openssl(self.folder, "x509", "-req", "-in", "leaf.csr", *signed_by, *named, "-out", leaf.name)
        return leaf


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


@contextmanager
def standing(folder: Path, certificate: Path, settings: Settings) -> Iterator[str]:
    """Run nginx on TLS in front of the origin until the block ends; yields its URL."""
    with serving() as origin:
        port = free_port()
        command = nginx.switched(folder, port, origin.port, _switch(certificate, settings))
        with running(command, folder, port):
            yield f"https://127.0.0.1:{port}"


def _switch(certificate: Path, settings: Settings) -> nginx.Switch:
    return nginx.Switch(
        listen=settings.listen,
        http=f'map $uri $session {{ /account "session=$request_id; {settings.cookie}"; }}',
        server=f"""
    ssl_certificate {certificate};
    ssl_certificate_key {certificate.with_suffix(".key")};
    ssl_protocols {settings.protocols};
    {settings.sessions}
    add_header Strict-Transport-Security "{settings.hsts}" always;
    add_header Alt-Svc '{settings.alt_svc}' always;
    add_header Set-Cookie $session;""",
    )
