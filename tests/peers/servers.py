"""Starting a real server on loopback as a child process, and stopping it."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PEERS = ROOT / ".peers"
"""Where tests/peers/install puts what npm brings."""
START_S = 30.0
STOP_S = 10.0

INSTALLED = {
    "nginx": ("nginx", "/usr/lib/nginx/modules/ngx_http_brotli_filter_module.so"),
    "openssl": ("openssl",),
    "varnish": ("varnishd",),
    "varnish's log": ("varnishncsa", "varnishstat"),
    "haproxy": ("haproxy",),
    "caddy": ("caddy",),
    "chromium": ("chromium",),
    "lighthouse": ("chromium", str(PEERS / "tools/node_modules/.bin/lighthouse")),
    "nextjs": (str(PEERS / "nextjs/.ready"), str(PEERS / "tools/.ready")),
    "vite": (str(PEERS / "vite/.ready"),),
}
"""By peer, the commands and files it needs."""


def missing(name: str) -> str | None:
    """Return why a peer cannot be started; None when it can."""
    absent = [each for each in INSTALLED[name] if shutil.which(each) is None and not Path(each).exists()]
    return f"{name}: {', '.join(absent)} not found; run `make peers`" if absent else None


def require(*names: str) -> None:
    """Skip the test where a peer is missing; in CI that fails, so that no pipeline is green without its peers."""
    reasons = [reason for name in names if (reason := missing(name)) is not None]
    if reasons and os.environ.get("CI") == "true":
        pytest.fail("; ".join(reasons))
    if reasons:
        pytest.skip("; ".join(reasons))


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], folder: Path, port: int, environment: dict[str, str] | None = None
) -> Iterator[str]:
    """Run a server in the foreground until the block ends; yields the URL it answers at.

    AssertionError with the server's log when it does not answer in time, or ends before it is told to.
    """
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **(environment or {})}, stdout=output, stderr=output
        )
        try:
            _wait_until_answering(process, port, log)
            yield f"http://127.0.0.1:{port}"
            assert process.poll() is None, f"{command[0]} ended by itself: {log.read_text('utf-8', 'replace')}"
        finally:
            _stop(process)


def _wait_until_answering(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise AssertionError(f"does not answer on port {port}: {process.args!r}\n{log.read_text('utf-8', 'replace')}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
