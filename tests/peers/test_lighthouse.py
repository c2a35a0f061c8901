"""The real Lighthouse: what it says of the lab and of its faults, and whom its browser asks."""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from scalecheck.gather.lighthouse import NEWEST, OLDEST, Lighthouse
from scalecheck.lab.fault import Fault
from scalecheck.lab.faults_browser import SEEN_BY_LIGHTHOUSE
from scalecheck.lab.lab import Lab
from scalecheck.model.evidence import Ask, Failure, LabRun, Request
from scalecheck.model.profile import Profile
from tests.again import again
from tests.peers.audit import Told, audit
from tests.peers.servers import PEERS, require

pytestmark = pytest.mark.peer

TOOLS = PEERS / "tools/node_modules/.bin"
"""Lighthouse, and the Node that it needs."""
HOME_ALONE = """
routes: {catalogue: off, product: off, blog: off, search: off, account: off, checkout: off, login: off}
browser: {runs: 1, devices: [mobile]}
"""
"""One run is enough for faults of this size; every second counts."""
PAINTED = {"vitals.fcp", "vitals.lcp", "vitals.cls", "vitals.inp_proxy"}

HOSTILE = """<!doctype html><title>hostile</title><link rel="preconnect" href="http://127.0.0.1:PORT">
<link rel="dns-prefetch" href="//elsewhere.invalid"><h1>What a page can try</h1>
<img src="http://127.0.0.1:PORT/a"><img src="http://localhost:PORT/b"><img src="http://[::ffff:127.0.0.1]:PORT/c">
<iframe src="http://127.0.0.1:PORT/d"></iframe>
<script>
fetch("http://127.0.0.1:PORT/e").catch(() => {});
navigator.sendBeacon("http://127.0.0.1:PORT/f");
new WebSocket("ws://127.0.0.1:PORT/g");
new Worker(URL.createObjectURL(new Blob(["fetch('http://127.0.0.1:PORT/h')"])));
const urls = ["stun:127.0.0.1:PORT", "turn:127.0.0.1:PORT?transport=udp", "turn:127.0.0.1:PORT?transport=tcp"];
const peer = new RTCPeerConnection({ iceServers: [{ urls, username: "u", credential: "c" }] });
peer.createDataChannel("x");
peer.createOffer().then((offer) => peer.setLocalDescription(offer));
try { new WebTransport("https://127.0.0.1:PORT/i").ready.catch(() => {}); } catch {}
</script>
"""


@pytest.fixture(autouse=True)
def _lighthouse(monkeypatch: pytest.MonkeyPatch) -> None:
    require("lighthouse")
    monkeypatch.setenv("PATH", f"{TOOLS}{os.pathsep}{os.environ['PATH']}")


def audited(lab: Lab, folder: Path) -> Told:
    profile = folder / "demo.yaml"
    profile.write_text(lab.profile + HOME_ALONE)
    options = (f"--keep={folder / 'evidence.jsonl'}", "--only=vitals", "--browser", "--patience=0s")
    return audit(lab.url, profile, folder, *options)


def test_the_clean_lab_is_fast(tmp_path: Path) -> None:
    def run() -> Told:
        with Lab() as lab:
            return audited(lab, tmp_path)

    told = again(run, lambda told: told.exit_code == 0)
    assert told.exit_code == 0, str(told)
    assert told.checks("pass") >= PAINTED, str(told)


@pytest.mark.parametrize("fault", SEEN_BY_LIGHTHOUSE, ids=lambda fault: fault.name)
def test_each_fault_breaks_its_own_promise_and_no_other(fault: Fault, tmp_path: Path) -> None:
    """Checks that need no browser see none of them: tests/cli/test_lab.py."""

    def run() -> Told:
        with Lab(faults=(fault.name,)) as lab:
            return audited(lab, tmp_path)

    told = again(run, lambda told: told.checks("fail", "unknown", "warn") == {fault.check})
    assert told.checks("fail", "unknown", "warn") == {fault.check}, str(told)
    assert told.exit_code == 1


class Hostile(BaseHTTPRequestHandler):
    """Answers everything with a page that tries to make its browser ask another port."""

    canary = 0

    def do_GET(self) -> None:
        body = HOSTILE.replace("PORT", str(self.canary)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


class Canary:
    """A port that must not be asked, by TCP nor by UDP."""

    def __init__(self) -> None:
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.port = self.tcp.getsockname()[1]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        for each in (self.tcp, self.udp):
            each.setblocking(False)

    @property
    def asked(self) -> list[str]:
        found = []
        for name, look in (("tcp", self.tcp.accept), ("udp", lambda: self.udp.recv(9000))):
            try:
                look()
            except BlockingIOError:
                continue
            found.append(name)
        return found

    def close(self) -> None:
        self.tcp.close()
        self.udp.close()


@contextmanager
def hostile_site(canary: Canary) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Page", (Hostile,), {"canary": canary.port}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def opened(site: str) -> LabRun | Failure:
    async with Lighthouse(Profile.model_validate({"site": site})) as agent:
        return await agent.send("lab_runs", Ask(Request(f"{site}/"), 1, "mobile 1"), 2)


def test_a_page_makes_its_browser_ask_nobody_else_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    canary = Canary()
    with TemporaryDirectory(prefix="sc", dir="/tmp") as short, hostile_site(canary) as site:
        monkeypatch.setattr("tempfile.tempdir", short)
        found = asyncio.run(opened(site))
        assert not list(Path(short).iterdir())
    assert canary.asked == []
    canary.close()
    assert isinstance(found, LabRun), found
    assert OLDEST <= int(found.lighthouse.partition(".")[0]) <= NEWEST
    assert found.throttling.startswith("simulate: 150 ms")
    own = [each for each in found.requests if each.url.startswith(site)]
    others = [each for each in found.requests if not each.url.startswith(site)]
    assert {each.status for each in own} == {200}
    assert others
    assert {each.status for each in others} == {None}
