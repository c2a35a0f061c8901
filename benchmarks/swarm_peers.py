"""How other load tools are told to do the same: FastHttpUser, wrk and k6, as commands of one core."""

import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.swarm_target import Target, ran

CONNECTIONS = 50
LOCUSTFILE = """
from locust import FastHttpUser, constant, task


class Visitor(FastHttpUser):
    wait_time = constant(0)

    @task
    def page(self):
        self.client.get("/page")
"""
ANEW = """
        self.sent = getattr(self, "sent", 0) + 1
        if self.sent % {each} == 0:
            self.client.client.clientpool.close()
"""
"""Has its user connect anew after so many requests, as new visitors do."""
CLOSED = """
import http from 'k6/http';
export const options = {{vus: {vus}, duration: '{seconds}s', discardResponseBodies: true, insecureSkipTLSVerify: true}};
export default function () {{ http.get('{url}'); }}
"""
OPEN = """
import http from 'k6/http';
export const options = {{discardResponseBodies: true, scenarios: {{all: {{executor: 'constant-arrival-rate',
  rate: {per_s}, timeUnit: '1s', duration: '{seconds}s', preAllocatedVUs: 500, maxVUs: 1000}}}}}};
export default function () {{ http.get('{url}'); }}
"""
ONE_CORE = {"GOMAXPROCS": "1"}
"""k6 is held to one core by its own means as well."""

Closed = Callable[[Target, str, int, Path], float]
"""From a target, its URL, seconds and a folder to requests per second, as the server counts them."""


def fast_http_user(target: Target, url: str, seconds: int, folder: Path, each: int | None = None) -> float:
    """Locust's fast client, without verifying certificates, as is its default; `each` requests on a connection."""
    (folder / "locustfile.py").write_text(LOCUSTFILE + (ANEW.format(each=each) if each else ""))
    words = ["--headless", "-u", str(CONNECTIONS), "-r", "1000", "-t", f"{seconds}s", "--host", url, "--only-summary"]
    return ran(target, [sys.executable, "-m", "locust", "-f", "locustfile.py", *words], folder).answered / seconds


def wrk(target: Target, url: str, seconds: int, folder: Path) -> float:
    """A client in C: one thread."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", f"{url}/page"]
    return ran(target, command, folder).answered / seconds


def k6(target: Target, url: str, seconds: int, folder: Path) -> float:
    """A client in Go, with scripts in JavaScript: as many users as connections, bodies thrown away."""
    script = CLOSED.format(vus=CONNECTIONS, seconds=seconds, url=f"{url}/page")
    return ran(target, k6_command(script, folder), folder, ONE_CORE).answered / seconds


def k6_command(script: str, folder: Path) -> list[str]:
    """Return how k6 plays a script, telling nobody of it."""
    (folder / "script.js").write_text(script)
    return ["k6", "run", "--quiet", "--no-summary", "--no-usage-report", "--no-color", "script.js"]


def found() -> Mapping[str, Closed]:
    """Return the tools that this machine has."""
    others = {name: tool for name, tool in {"wrk": wrk, "k6": k6}.items() if shutil.which(name)}
    return {"FastHttpUser": fast_http_user, **others}
