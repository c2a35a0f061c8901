"""What may be asked: near misses of hosts, methods and addresses."""

import asyncio

import httpx
import pytest

from scalecheck.gather.flight import Limits
from scalecheck.gather.losses import Lost
from scalecheck.gather.safety import Addresses, Rules, is_loopback
from scalecheck.gather.transport import CurlTransport
from scalecheck.model.evidence import Loss, Request
from tests.gather.servers import OK, always, serving

PUBLIC = Rules.of("https://shop.example.com", ["cdn.example.com", "media.example.com:8443"])
LOCAL = Rules.of("http://127.0.0.1:8080")
SIX = Rules.of("http://[::1]:8080", ["[2001:db8::1]"])

ALLOWED = [
    (PUBLIC, "https://shop.example.com/"),
    (PUBLIC, "http://shop.example.com/redirects-to-https"),
    (PUBLIC, "HTTPS://SHOP.EXAMPLE.COM:443/"),
    (PUBLIC, "http://cdn.example.com/"),
    (PUBLIC, "https://cdn.example.com/"),
    (PUBLIC, "https://media.example.com:8443/"),
    (LOCAL, "http://127.0.0.1:8080/x"),
    (SIX, "http://[::1]:8080/"),
    (SIX, "http://[2001:db8::1]/"),
]
REFUSED = [
    (PUBLIC, "https://evil.example.com/"),
    (PUBLIC, "https://shop.example.com.evil.test/"),
    (PUBLIC, "https://shop.example.com./"),
    (PUBLIC, "https://shop.example.com:8443/"),
    (PUBLIC, "https://media.example.com/"),
    (PUBLIC, "https://shop.example.com@evil.test/"),
    (PUBLIC, "https://evil.test\\@shop.example.com/"),
    (PUBLIC, "https://shop.example.com\\@evil.test/"),
    (PUBLIC, "https://user:secret@shop.example.com/"),
    (PUBLIC, "https://shop.example.com%2eevil.test/"),
    (PUBLIC, "https://sh\u043ep.example.com/"),
    (PUBLIC, "file:///etc/passwd"),
    (PUBLIC, "gopher://shop.example.com/"),
    (PUBLIC, "//shop.example.com/"),
    (PUBLIC, "/relative"),
    (PUBLIC, ""),
    (PUBLIC, "https://"),
    (PUBLIC, "https://shop.example.com:0x1bb/"),
    (PUBLIC, "https://shop.example.com:0/"),
    (PUBLIC, "https://shop.example.com:65536/"),
    (PUBLIC, "https://xn--/"),
    (PUBLIC, "https://shop.example.com/\x00"),
    (PUBLIC, "http://127.0.0.1/"),
    (PUBLIC, "http://169.254.169.254/latest/meta-data/"),
    (LOCAL, "http://127.0.0.1/"),
    (LOCAL, "http://127.0.0.1:8081/"),
    (LOCAL, "http://localhost:8080/"),
    (LOCAL, "http://2130706433:8080/"),
    (LOCAL, "http://0x7f.1:8080/"),
    (LOCAL, "http://127.1:8080/"),
    (LOCAL, "http://0.0.0.0:8080/"),
    (LOCAL, "http://[::ffff:127.0.0.1]:8080/"),
    (SIX, "http://[::1]/"),
    (SIX, "http://[fe80::1%25eth0]:8080/"),
]


@pytest.mark.parametrize(("rules", "url"), ALLOWED)
def test_the_sites_own_hosts_are_asked(rules: Rules, url: str) -> None:
    assert rules.refusal(Request(url)) is None


@pytest.mark.parametrize(("rules", "url"), REFUSED)
def test_all_others_are_not(rules: Rules, url: str) -> None:
    assert rules.refusal(Request(url))


@pytest.mark.parametrize(("method", "writes", "allowed"), [
    ("GET", False, True), ("HEAD", False, True), ("POST", False, False), ("get", False, False), ("", False, False),
    ("OPTIONS", False, False), ("PURGE", False, False), ("POST", True, True), ("PURGE", True, True),
])  # fmt: skip
def test_writes_need_permission(method: str, writes: bool, allowed: bool) -> None:
    rules = Rules.of("https://shop.example.com", writes=writes)
    assert (rules.refusal(Request("https://shop.example.com/", method)) is None) is allowed


def test_an_identity_stays_on_https() -> None:
    assert PUBLIC.refusal(Request("https://shop.example.com/", identity="alice")) is None
    assert PUBLIC.refusal(Request("http://shop.example.com/", identity="alice"))
    assert LOCAL.refusal(Request("http://127.0.0.1:8080/", identity="alice")) is None


@pytest.mark.parametrize("site", ["", "shop.example.com", "ftp://shop.example.com", "https://a:b@shop.example.com"])
def test_a_site_is_an_origin(site: str) -> None:
    with pytest.raises(ValueError, match=r"host|http|credentials"):
        Rules.of(site)


CONNECTED = [
    ("shop.example.com", "93.184.215.14"),
    ("shop.example.com", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"),
    ("staging.internal", "10.1.2.3"),
    ("staging.internal", "fd12::3"),
    ("localhost", "127.0.0.1"),
    ("localhost", "::1"),
    ("127.0.0.1", "127.0.0.1"),
    ("::1", "::1"),
    ("::ffff:127.0.0.1", "127.0.0.1"),
    ("169.254.169.254", "169.254.169.254"),
]
NOT_CONNECTED = [
    ("shop.example.com", "169.254.169.254"),
    ("shop.example.com", "169.254.0.1"),
    ("shop.example.com", "fe80::1"),
    ("shop.example.com", "fe80::1%eth0"),
    ("shop.example.com", "fd00:ec2::254"),
    ("shop.example.com", "100.100.100.200"),
    ("shop.example.com", "168.63.129.16"),
    ("shop.example.com", "0.0.0.0"),
    ("shop.example.com", "::"),
    ("shop.example.com", "::ffff:169.254.169.254"),
    ("shop.example.com", "64:ff9b::a9fe:a9fe"),
    ("shop.example.com", "2002:a9fe:a9fe::1"),
    ("shop.example.com", "224.0.0.1"),
    ("shop.example.com", "ff02::1"),
    ("shop.example.com", "nonsense"),
]


@pytest.mark.parametrize(("name", "address"), CONNECTED)
def test_names_may_resolve_to(name: str, address: str) -> None:
    assert Addresses().refusal(name, address) is None


@pytest.mark.parametrize(("name", "address"), NOT_CONNECTED)
def test_names_may_not_resolve_to(name: str, address: str) -> None:
    assert address in (Addresses().refusal(name, address) or "")


@pytest.mark.parametrize("private", ["10.0.0.1", "127.0.0.1", "::1", "::ffff:192.168.1.1", "100.64.0.1"])
def test_a_public_name_does_not_turn_private(private: str) -> None:
    addresses = Addresses()
    assert addresses.refusal("staging.internal", private) is None
    assert addresses.refusal("shop.example.com", "93.184.215.14") is None
    assert addresses.refusal("shop.example.com", private)
    assert addresses.refusal("staging.internal", private) is None


def test_a_refused_address_is_not_even_connected_to() -> None:
    asked = []

    def refusal(name: str, address: str) -> str | None:
        asked.append((name, address))
        return "not this one"

    async def run() -> tuple[Loss, str, int]:
        async with serving(always(OK)) as server, CurlTransport(Limits(), address_refusal=refusal) as transport:
            request = httpx.Request(
                "GET", "http://shop.test/", extensions={"connect_to": server.site.removeprefix("http://")}
            )
            with pytest.raises(Lost) as lost:
                await transport.handle_async_request(request)
            return lost.value.loss, lost.value.detail, server.connections

    assert asyncio.run(run()) == (Loss.FORBIDDEN, "not this one", 0)
    assert asked == [("127.0.0.1", "127.0.0.1")]


@pytest.mark.parametrize(("host", "local"), [
    ("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("[::1]", True), ("localhost", True),
    ("a.localhost", True), ("::ffff:127.0.0.1", True), ("0.0.0.0", False), ("10.0.0.1", False),
    ("localhost.example.com", False), ("127.0.0.1.example.com", False), ("notlocalhost", False),
])  # fmt: skip
def test_loopback_is_known_by_name(host: str, local: bool) -> None:
    assert is_loopback(host) is local
