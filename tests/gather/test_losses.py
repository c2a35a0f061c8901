"""curl's codes in the words of the evidence."""

import errno

import pycurl
import pytest

from scalecheck.gather.losses import HTTP2_STREAM, TOO_LARGE, loss_of, tls_reason
from scalecheck.model.evidence import Loss

CASES = [
    (pycurl.E_COULDNT_RESOLVE_HOST, "", 0, Loss.DNS),
    (pycurl.E_COULDNT_CONNECT, "", errno.ECONNREFUSED, Loss.REFUSED),
    (pycurl.E_COULDNT_CONNECT, "", errno.EHOSTUNREACH, Loss.UNREACHABLE),
    (pycurl.E_COULDNT_CONNECT, "", 0, Loss.UNREACHABLE),
    (pycurl.E_OPERATION_TIMEDOUT, "", 0, Loss.TIMEOUT),
    (pycurl.E_PEER_FAILED_VERIFICATION, "", 0, Loss.TLS),
    (pycurl.E_SSL_CONNECT_ERROR, "", 0, Loss.TLS),
    (pycurl.E_GOT_NOTHING, "", 0, Loss.CUT),
    (pycurl.E_RECV_ERROR, "Recv failure: Connection reset by peer", errno.ECONNRESET, Loss.CUT),
    (pycurl.E_RECV_ERROR, "chunk hex-length char not a hex digit: 0x7a", 0, Loss.PROTOCOL),
    (HTTP2_STREAM, "", 0, Loss.CUT),
    (TOO_LARGE, "", 0, Loss.TOO_LARGE),
    (pycurl.E_HTTP2, "", 0, Loss.PROTOCOL),
    (pycurl.E_UNSUPPORTED_PROTOCOL, "Received HTTP/0.9 when not allowed", 0, Loss.PROTOCOL),
    (9999, "", 0, Loss.PROTOCOL),
]


@pytest.mark.parametrize(("code", "text", "system_error", "loss"), CASES)
def test_every_code_has_its_loss(code: int, text: str, system_error: int, loss: Loss) -> None:
    assert loss_of(code, text, system_error) is loss


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("SSL certificate OpenSSL verify result: certificate has expired (10)", "the certificate has expired"),
        ("SSL: no alternative certificate subject name matches target IPv4 address '127.0.0.1'", "for another host"),
        ("SSL: certificate subject name 'a.test' does not match target hostname 'b.test'", "for another host"),
        ("TLS connect error: error:0A00042E:SSL routines::tlsv1 alert protocol version", "no TLS version"),
    ],
)
def test_a_failed_handshake_is_told_in_words_and_as_curl_does(text: str, meaning: str) -> None:
    assert meaning in tls_reason(text)
    assert tls_reason(text).endswith(f"({text})")


def test_a_failed_handshake_that_nobody_knows_is_told_as_curl_does() -> None:
    assert tls_reason("TLS connect error: error:0A000126:SSL routines::unexpected eof") == (
        "TLS connect error: error:0A000126:SSL routines::unexpected eof"
    )
