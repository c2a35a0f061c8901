"""A site that is out of reach but through the proxy that the profile names: scouted through it, and loaded."""

import base64
import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from tests.cli.apart import started
from tests.swarm.targets import Target
from tests.swarm.test_faults import PER_S, profile

pytestmark = pytest.mark.live

SITE = "http://shop.test"
"""A name that no resolver knows."""
SECONDS = 3
TOKEN = "Basic " + base64.b64encode(b"ann:s3cret").decode()
UNNAMED = ("connection", "proxy-authorization", "proxy-connection")


class Guard(ThreadingHTTPServer):
    """A proxy that knows where the site is, and lets nobody through without name and password."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), Through)
        self.site_port = port
        self.asked: list[str] = []


class Through(BaseHTTPRequestHandler):
    """Hands a request on."""

    protocol_version = "HTTP/1.1"
    server: Guard

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.headers["Proxy-Authorization"] != TOKEN:
            self.send_error(407)
            return
        fields = {name: value for name, value in self.headers.items() if name.lower() not in UNNAMED}
        asked = http.client.HTTPConnection("127.0.0.1", self.server.site_port)
        asked.request("GET", urlsplit(self.path).path, headers=fields)
        answer = asked.getresponse()
        body = answer.read()
        asked.close()
        self.send_response(answer.status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def guard(target: Target) -> Iterator[Guard]:
    with Guard(urlsplit(target.url).port or 0) as proxy:
        Thread(target=proxy.serve_forever, daemon=True).start()
        yield proxy
        proxy.shutdown()


@pytest.mark.parametrize("password", ["s3cret", "0ther-w0rd"])
def test_all_requests_go_through_it(password: str, tmp_path: Path) -> None:
    with Target() as target, guard(target) as proxy:
        traffic = {"proxy": f"http://ann:${{env:PASSWORD}}@127.0.0.1:{proxy.server_port}"}
        text = profile(SITE, SECONDS).replace("traffic:\n", f"traffic:\n  proxy: {traffic['proxy']}\n")
        (tmp_path / "shop.yaml").write_text(text)
        words = ("swarm", "-p", "shop.yaml", "-s", "short", "--i-may-load", "shop.test", "-q", "--format", "json")
        with started(tmp_path, *words, environment={"PASSWORD": password}) as process:
            out, err = process.communicate(timeout=60)
        served = target.served
    assert {urlsplit(each).netloc for each in proxy.asked} == {"shop.test"}
    if password == "s3cret":
        assert (process.returncode, json.loads(out)["verdict"]) == (0, "pass"), err
        assert served == len(proxy.asked) == SECONDS * PER_S + 1  # the scout's
    else:
        assert process.returncode == 1, err
        assert served == 0
    assert password not in (tmp_path / "reports/swarm.jsonl").read_text() + out + err
