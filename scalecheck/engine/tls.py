"""TLS over bytes: the handshake and the records, without a socket; sessions are taken up again where one is kept."""

import ssl
from pathlib import Path

CHUNK = 256 * 1024


def context(ca_file: Path | None = None, *, http2: bool = False) -> ssl.SSLContext:
    """Return how servers are verified: by the system's certificates, or certifi's where it has none, and by these."""
    made = ssl.create_default_context()
    if not made.get_ca_certs() and not ssl.get_default_verify_paths().cafile:
        import certifi

        made.load_verify_locations(certifi.where())
    if ca_file is not None:
        made.load_verify_locations(ca_file)
    made.set_alpn_protocols(["h2", "http/1.1"] if http2 else ["http/1.1"])
    return made


class Tls:
    """One side of one TLS connection."""

    __slots__ = ("_incoming", "_object", "_outgoing", "ready")

    def __init__(self, of: ssl.SSLContext, host: str, session: ssl.SSLSession | None) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object = of.wrap_bio(self._incoming, self._outgoing, server_hostname=host, session=session)
        self.ready = False

    @property
    def protocol(self) -> str | None:
        """What ALPN settled."""
        return self._object.selected_alpn_protocol()

    @property
    def session(self) -> ssl.SSLSession | None:
        """What a later connection can take up; TLS 1.3 sends it behind the handshake."""
        session = self._object.session
        return session if session is not None and session.has_ticket else None

    def shake(self) -> bytes:
        """Go on with the handshake; return what is to be sent. ssl.SSLError where it failed."""
        try:
            self._object.do_handshake()
            self.ready = True
        except ssl.SSLWantReadError:
            pass
        return self._outgoing.read()

    def take(self, data: bytes) -> None:
        """Take what was received; nothing is the end of the connection."""
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def decrypted(self) -> bytes | None:
        """Return all that can be read by now; None at the end. ssl.SSLError where it is garbled."""
        found = b""
        while True:
            try:
                more = self._object.read(CHUNK)
            except ssl.SSLWantReadError:
                return found
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                return found or None
            if not more:
                return found or None
            found = found + more if found else more

    def encrypted(self, data: bytes) -> bytes:
        """Return data as it is to be sent, together with whatever else TLS wants to say."""
        if data:
            self._object.write(data)
        return self._outgoing.read()


def reason(error: ssl.SSLError) -> str:
    """Return why a handshake failed, in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {error.verify_message}"
    return (error.reason or str(error)).replace("_", " ").lower()
