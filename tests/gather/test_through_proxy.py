"""The client through a proxy that a profile names: what the proxy is told, and what is taken for the site's."""

import asyncio
import base64
import shutil
from pathlib import Path

import pytest

from scalecheck.gather.client import Client
from scalecheck.model.evidence import Ask, Exchange, Failure, Loss, Record, Request
from scalecheck.model.profile import Identity, Profile
from scalecheck.model.profile_proxy import Proxy
from tests.gather.servers import Reader, Script, Writer, certificate, recording, serving, tls_context

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, which makes the certificate, is missing"),
]

NAMED = base64.b64encode("ann:pä:ss".encode())
CONNECTED = b"HTTP/1.1 200 Connection established\r\nX-From: the-proxy\r\nSet-Cookie: proxy=1\r\n\r\n"
NOT_NAMED = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"


def tunnelling(into: list[bytes], port: int) -> Script:
    """Connect whoever says their name to the site, wherever they ask for; keep what was asked."""

    async def script(reader: Reader, writer: Writer) -> None:
        into.append(await reader.readuntil(b"\r\n\r\n"))
        if NAMED not in into[-1]:
            writer.write(NOT_NAMED)
            return
        writer.write(CONNECTED)
        from_site, to_site = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(copied(reader, to_site), copied(from_site, writer))
        finally:
            to_site.close()

    return script


async def copied(source: Reader, sink: Writer) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()


def through(folder: Path, authorization: str) -> tuple[Record, list[bytes], list[bytes]]:
    """Return what came of a GET as somebody, and what the proxy and the site were asked."""
    cert = certificate(folder, "DNS:shop.test")
    alice = Identity(headers={"Cookie": "session=a1"}, marker="Alice")
    by_proxy: list[bytes] = []
    by_site: list[bytes] = []

    async def run() -> Record:
        async with (
            serving(recording(by_site), tls_context(cert)) as site,
            serving(tunnelling(by_proxy, site.port)) as proxy,
            Client(
                Profile(site="https://shop.test", identities={"alice": alice}),
                ca_file=cert,
                proxy=Proxy("127.0.0.1", proxy.port, authorization),
            ) as client,
        ):
            return await client.send("first", Ask(Request("https://shop.test/", identity="alice")), 2)

    return asyncio.run(run()), by_proxy, by_site


def test_a_tunnel_hears_nothing_of_the_site(tmp_path: Path) -> None:
    found, by_proxy, by_site = through(tmp_path, "ann:pä:ss")
    assert isinstance(found, Exchange)
    assert (found.response.status, [name for name, _ in found.response.fields]) == (200, ["Content-Length"])
    assert found.response.header_bytes == 0  # curl counts the proxy's with them
    assert [each.split(b"\r\n")[0] for each in by_proxy] == [b"CONNECT shop.test:443 HTTP/1.1"]
    assert (b"session=a1" in by_proxy[0], b"session=a1" in by_site[0]) == (False, True)
    assert b"Proxy-Authorization" not in by_site[0]


def test_who_is_not_let_through_gets_no_answer_of_the_site(tmp_path: Path) -> None:
    found, _, by_site = through(tmp_path, "ann:wrong")
    assert isinstance(found, Failure)
    assert "407" in found.detail
    assert found.loss is not Loss.FORBIDDEN
    assert not by_site
