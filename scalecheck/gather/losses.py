"""Why a request has no answer: curl's error codes in the words of the evidence."""

import errno
import os

import httpx
import pycurl

from scalecheck.model.evidence import Loss

TLS_CODES = frozenset(
    {
        pycurl.E_SSL_CONNECT_ERROR,
        pycurl.E_PEER_FAILED_VERIFICATION,
        pycurl.E_SSL_CERTPROBLEM,
        pycurl.E_SSL_CIPHER,
        pycurl.E_SSL_CACERT_BADFILE,
        pycurl.E_SSL_ISSUER_ERROR,
        pycurl.E_SSL_INVALIDCERTSTATUS,
        pycurl.E_SSL_PINNEDPUBKEYNOTMATCH,
        pycurl.E_USE_SSL_FAILED,
    }
)
CUT_CODES = frozenset({pycurl.E_GOT_NOTHING, pycurl.E_RECV_ERROR, pycurl.E_SEND_ERROR, pycurl.E_PARTIAL_FILE})
HTTP2_STREAM = 92
TOO_LARGE = 100
"""CURLE_HTTP2_STREAM and CURLE_TOO_LARGE, which pycurl does not name."""
CHUNK_WORDS = ("chunk", "hexadecimal")
"""curl reports a malformed chunk size as a failed receive; only its text tells."""

TLS_WORDS = (
    ("certificate has expired", "the certificate has expired"),
    ("certificate is not yet valid", "the certificate is not valid yet"),
    ("self-signed certificate", "the certificate is signed by nobody who is trusted here"),
    ("unable to get local issuer", "the certificate's issuer is not trusted here, or an intermediate one is not sent"),
    ("subject name", "the certificate is for another host"),
    ("alert protocol version", "the server accepts no TLS version that was offered"),
)
"""What OpenSSL and curl say of a failed handshake, and what it means."""


class Lost(httpx.TransportError):
    """A request without an answer: why, in one line, and how far it came."""

    def __init__(self, loss: Loss, detail: str, *, after_s: float = 0.0) -> None:
        super().__init__(detail)
        self.loss = loss
        self.detail = detail
        self.after_s = after_s


def loss_of(code: int, text: str, system_error: int) -> Loss:
    """Return the loss that a curl code, its text and errno stand for; protocol for those that nothing else explains."""
    if code == pycurl.E_COULDNT_RESOLVE_HOST:
        return Loss.DNS
    if code == pycurl.E_COULDNT_CONNECT:
        return Loss.REFUSED if system_error == errno.ECONNREFUSED else Loss.UNREACHABLE
    if code == pycurl.E_OPERATION_TIMEDOUT:
        return Loss.TIMEOUT
    if code in TLS_CODES:
        return Loss.TLS
    if code == TOO_LARGE:
        return Loss.TOO_LARGE
    if code == HTTP2_STREAM or (code in CUT_CODES and not any(word in text.lower() for word in CHUNK_WORDS)):
        return Loss.CUT
    return Loss.PROTOCOL


def tls_reason(text: str) -> str:
    """Return what a failed handshake means, and how curl puts it; only the latter where we have no better words."""
    meaning = next((meaning for words, meaning in TLS_WORDS if words in text), None)
    return text if meaning is None else f"{meaning} ({text})"


def system_reason(system_error: int) -> str:
    """Return what errno means, in lower case; empty for 0."""
    return os.strerror(system_error).lower() if system_error else ""
