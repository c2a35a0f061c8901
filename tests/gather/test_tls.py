"""TLS and HTTP/2: what is trusted, and what the evidence says of the handshake."""

import asyncio
import shutil
import socket
import ssl
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from scalecheck.checks.security.server import REFUSALS
from scalecheck.gather.client import Client
from scalecheck.model.evidence import Ask, Exchange, Failure, Loss, Record, Request, Tls
from scalecheck.model.profile import Profile, Safety
from tests.gather.servers import OK, Reader, Script, Writer, always, certificate, serving, silent, tls_context

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, which makes the certificates, is missing"),
]

SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
SETTINGS_ACK = b"\x00\x00\x00\x04\x01\x00\x00\x00\x00"
TOGETHER = 3
"""Requests at the same time."""
HEADERS = 1
"""The type of a frame."""
LITERAL_FIELD = b"\x00\x03x-a\x01b"
"""`x-a: b`, neither indexed nor Huffman-coded (RFC 7541 section 6.2.2)."""


@pytest.fixture(scope="module")
def cert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def other_cert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("other"), "DNS:shop.test")


def asked(
    script: Script, cert: Path, *alpn: str, ca_file: Path | None = None, verify: bool = True, times: int = 1
) -> list[Record]:
    """Return the records of GETs, one after the other, of a site on TLS."""

    async def run() -> list[Record]:
        async with (
            serving(script, tls_context(cert, *alpn)) as server,
            Client(Profile(site=server.site), ca_file=ca_file, verify=verify) as client,
        ):
            asks = [Ask(Request(server.site), label=str(n)) for n in range(times)]
            return [await client.send("first", ask, 2) for ask in asks]

    return asyncio.run(run())


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """Return an HTTP/2 frame (RFC 9113 section 4.1)."""
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def http2(after_headers: bytes) -> Script:
    """Answer stream 1 with 200, one field, and the frames given."""

    async def script(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"SM\r\n\r\n")
        writer.write(SETTINGS + SETTINGS_ACK + frame(1, 4, 1, b"\x88" + LITERAL_FIELD) + after_headers)
        await writer.drain()
        await reader.read()

    return script


def answering_together(streams_at_once: list[int]) -> Script:
    """Answer the first request at once, and then so many at a time; keep how many of them one connection carried."""
    waiting: list[tuple[Writer, int]] = []

    async def script(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"SM\r\n\r\n")
        writer.write(SETTINGS + SETTINGS_ACK)
        while header := await reader.read(9):
            payload_bytes, kind, stream = (
                int.from_bytes(header[:3], "big"),
                header[3],
                int.from_bytes(header[5:], "big"),
            )
            await reader.readexactly(payload_bytes)
            if kind == HEADERS:
                waiting.append((writer, stream))
            if len(waiting) == (TOGETHER if streams_at_once else 1):
                streams_at_once.append(max(Counter(to for to, _ in waiting).values()))
                for to, number in waiting:
                    to.write(frame(HEADERS, 4, number, b"\x88") + frame(0, 1, number, b"hello"))
                waiting.clear()

    return script


def test_a_certificate_nobody_signed_is_a_loss(cert: Path) -> None:
    (failure,) = asked(always(OK), cert)
    assert isinstance(failure, Failure)
    assert failure.loss is Loss.TLS
    assert "self-signed certificate" in failure.detail


def test_a_certificate_of_another_name_is_a_loss(other_cert: Path) -> None:
    (failure,) = asked(always(OK), other_cert, ca_file=other_cert)
    assert isinstance(failure, Failure)
    assert failure.loss is Loss.TLS
    assert "127.0.0.1" in failure.detail


@pytest.mark.parametrize("verify", [True, False])
def test_trust_can_be_added_or_waived(cert: Path, verify: bool) -> None:
    exchange, again = asked(always(OK), cert, ca_file=cert if verify else None, verify=verify, times=2)
    assert isinstance(exchange, Exchange)
    assert isinstance(again, Exchange)
    assert exchange.tls == Tls("TLSv1.3", "", resumed=False)
    assert exchange.timings.tls_s is not None
    assert (again.reused, again.tls, again.timings.tls_s) == (True, exchange.tls, None)


def test_requests_over_http_2_at_the_same_time_share_no_connection(cert: Path) -> None:
    streams_at_once: list[int] = []

    async def run() -> list[Record]:
        async with (
            serving(answering_together(streams_at_once), tls_context(cert, "h2")) as server,
            Client(Profile(site=server.site), verify=False) as client,
        ):
            ask = Ask(Request(server.site))
            first = await client.send("first", ask, 1)
            return [first, *[each for _ in range(3) for each in await together(client, ask)]]

    async def together(client: Client, ask: Ask) -> list[Record]:
        return await asyncio.gather(*(client.send("again", ask, number) for number in range(TOGETHER)))

    first, *others = asyncio.run(run())
    assert isinstance(first, Exchange)
    assert [record for record in others if not isinstance(record, Exchange)] == []
    assert all(isinstance(each, Exchange) and each.reused for each in others[TOGETHER:])
    assert streams_at_once == [1, 1, 1, 1]


def test_the_protocol_settled_by_alpn_is_told(cert: Path) -> None:
    (exchange,) = asked(always(OK), cert, "http/1.1", verify=False)
    assert isinstance(exchange, Exchange)
    assert exchange.tls == Tls("TLSv1.3", "http/1.1", resumed=False)
    assert exchange.response.http_version == "1.1"


def test_http_2_is_spoken_where_alpn_settles_it(cert: Path) -> None:
    (exchange,) = asked(http2(frame(0, 1, 1, b"hello")), cert, "h2", verify=False)
    assert isinstance(exchange, Exchange), exchange
    assert exchange.tls == Tls("TLSv1.3", "h2", resumed=False)
    assert exchange.response.http_version == "2"
    assert exchange.fields.lines == (("x-a", "b"),)
    assert exchange.response.body == b"hello"


@pytest.mark.parametrize(("tickets", "returning"), [(0, False), (1, True), (2, True)])
def test_a_session_is_resumed_where_the_server_hands_out_tickets(cert: Path, tickets: int, returning: bool) -> None:
    async def run() -> list[Record]:
        context = tls_context(cert)
        context.num_tickets = tickets
        async with serving(always(OK), context) as server, Client(Profile(site=server.site), ca_file=cert) as client:
            asks = [Ask(Request(server.site), label=str(n), anew=True) for n in range(3)]
            records: list[Record] = [await client.send("handshakes", ask, 2) for ask in asks]
            assert server.connections == 3
            return records

    resumed = [record.tls and record.tls.resumed for record in asyncio.run(run()) if isinstance(record, Exchange)]
    assert resumed == [False, returning, returning]


@pytest.mark.parametrize(("oldest", "accepted"), [(ssl.TLSVersion.TLSv1_2, False), (ssl.TLSVersion.TLSv1, True)])
def test_old_versions_are_offered_when_asked_for(cert: Path, oldest: ssl.TLSVersion, accepted: bool) -> None:
    async def run() -> list[Record]:
        context = tls_context(cert)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            context.minimum_version = oldest
        async with serving(always(OK), context) as server, Client(Profile(site=server.site), ca_file=cert) as client:
            asks = [Ask(Request(server.site), anew=True, old_tls=old) for old in (False, True, False)]
            return [await client.send("old_tls", ask, 2) for ask in asks]

    new, old, later = asyncio.run(run())
    for record in (new, later):
        assert isinstance(record, Exchange)
        assert record.tls is not None
        assert record.tls.version == "TLSv1.3"
    if accepted:
        assert isinstance(old, Exchange), old
        assert old.tls == Tls("TLSv1.1", resumed=False)
    else:
        assert isinstance(old, Failure), old
        assert old.loss is Loss.TLS
        assert any(word in old.detail for word in REFUSALS)


def test_a_connection_used_again_tells_of_its_own_handshake(cert: Path) -> None:
    first, again = asked(always(OK), cert, ca_file=cert, times=2)
    assert isinstance(first, Exchange)
    assert isinstance(again, Exchange)
    assert (again.reused, again.tls) == (True, Tls("TLSv1.3", "", resumed=False))


def test_a_stream_that_is_reset_is_cut(cert: Path) -> None:
    reset = frame(0, 0, 1, b"hel") + frame(3, 0, 1, b"\x00\x00\x00\x02")
    (failure,) = asked(http2(reset), cert, "h2", verify=False)
    assert isinstance(failure, Failure)
    assert failure.loss is Loss.CUT
    assert "after 3 bytes of the body" in failure.detail


def test_frames_that_are_none_are_a_protocol_error(cert: Path) -> None:
    (failure,) = asked(http2(frame(6, 0, 1, b"a ping on a stream")), cert, "h2", verify=False)
    assert isinstance(failure, Failure)
    assert failure.loss is Loss.PROTOCOL


def test_http_2_without_tls_is_spoken_when_asked_for() -> None:
    async def run() -> Record:
        script = http2(frame(0, 1, 1, b"hello"))
        async with serving(script) as server, Client(Profile(site=server.site), h2c=True) as client:
            return await client.send("first", Ask(Request(server.site)), 2)

    exchange = asyncio.run(run())
    assert isinstance(exchange, Exchange), exchange
    assert (exchange.response.http_version, exchange.tls) == ("2", None)


def plain_server_asked_by_tls(script: Script, timeout_s: float) -> Failure:
    async def run() -> Record:
        async with serving(script) as server:
            site = server.site.replace("http:", "https:")
            profile = Profile(site=site, safety=Safety.model_construct(timeout=timeout_s))
            async with Client(profile) as client:
                return await client.send("first", Ask(Request(site)), 2)

    record = asyncio.run(run())
    assert isinstance(record, Failure)
    return record


def test_a_handshake_that_takes_too_long() -> None:
    failure = plain_server_asked_by_tls(silent, 0.2)
    assert failure.loss is Loss.TIMEOUT
    assert "in the TLS handshake" in failure.detail


def test_a_server_that_speaks_no_tls() -> None:
    async def plain(reader: Reader, writer: Writer) -> None:
        await reader.read(1)
        writer.write(OK)

    assert plain_server_asked_by_tls(plain, 10.0).loss is Loss.TLS


@pytest.fixture
def backlog() -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        yield listening


def test_a_connection_cut_before_it_is_accepted(backlog: socket.socket) -> None:
    async def run() -> Record:
        site = f"http://127.0.0.1:{backlog.getsockname()[1]}"
        async with Client(Profile(site=site)) as client:
            asking = asyncio.create_task(client.send("first", Ask(Request(site)), 2))
            await asyncio.sleep(0.02)
            backlog.close()
            return await asking

    failure = asyncio.run(run())
    assert isinstance(failure, Failure)
    assert failure.loss is Loss.CUT
