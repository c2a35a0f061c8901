"""What real servers say that they answered, in their own access logs and counters."""

import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.peers import nginx, varnish
from tests.peers.origin import serving
from tests.peers.servers import STOP_S, free_port, running

MARK = "X-Scalecheck-Run"
"""The field by which the swarm's requests are known from those before it."""
COMES_S = 10.0


@dataclass
class Log:
    """What came of the requests of one route."""

    requests: int = 0
    size: int = 0
    """Bytes sent, headers included."""
    states: Counter[str] = field(default_factory=Counter)


def counted(text: str) -> dict[str, Log]:
    """Return a log by path: a line for each request, of its state, its bytes and its path."""
    found: dict[str, Log] = {}
    for line in text.splitlines():
        state, size, path = line.split()
        log = found.setdefault(path, Log())
        log.requests += 1
        log.size += int(size)
        log.states[state.lower()] += 1
    return found


@dataclass
class Standing:
    """A peer that answers, and where its log goes."""

    url: str
    log: Path
    work: Path

    def counter(self, name: str) -> int:
        """Return one of Varnish's own counters."""
        command = ["varnishstat", "-n", str(self.work), "-1", "-j", "-f", name]
        said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        return int(said["counters"][name]["value"])

    def counted(self, requests: int) -> dict[str, Log]:
        """Return the log by path, once so many requests stand in it, or do not come."""
        until_s = time.monotonic() + COMES_S
        while self.log.read_text().count("\n") < requests and time.monotonic() < until_s:
            time.sleep(0.05)
        return counted(self.log.read_text())


@contextmanager
def nginx_with_a_log(folder: Path) -> Iterator[Standing]:
    """Run nginx in front of the origin; it logs marked requests only."""
    log, marked = folder / "access.log", f"$http_{MARK.lower().replace('-', '_')}"
    switch = nginx.Switch(
        http="log_format counted '$did $bytes_sent $uri';",
        server=f"access_log {log} counted if={marked};",
    )
    with serving() as origin:
        port = free_port()
        with running(nginx.switched(folder, port, origin.port, switch), folder, port) as url:
            yield Standing(url, log, folder)


@contextmanager
def varnish_with_a_log(folder: Path) -> Iterator[Standing]:
    """Run Varnish in front of the origin; varnishncsa logs marked requests only."""
    log, work = folder / "access.log", folder / "work"
    log.touch()
    line = "%{X-Cache}o %O %U"
    command = ["varnishncsa", "-n", str(work), "-q", f"ReqHeader:{MARK}", "-F", line, "-w", str(log), "-a"]
    with serving(compresses=True) as origin:
        port = free_port()
        with (
            running(varnish.command(folder, port, origin.port, None), folder, port) as url,
            subprocess.Popen(command) as logging,
        ):
            try:
                yield Standing(url, log, work)
            finally:
                logging.terminate()
                logging.wait(STOP_S)
