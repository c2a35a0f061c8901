"""The server that swarms are measured at: nginx with one worker on a core of its own, which counts what it answers."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

CORES = tuple(sorted(os.sched_getaffinity(0))) if hasattr(os, "sched_getaffinity") else ()
SERVER, CLIENT = (CORES[:1], CORES[1:2]) if len(CORES) > 1 and shutil.which("taskset") else ((), ())
"""Cores, where there are two and `taskset` to choose them."""
BODY = "x" * 1024
CONFIGURATION = """
daemon off; worker_processes 1; worker_rlimit_nofile 20000; pid {folder}/nginx.pid; error_log {folder}/error.log crit;
events {{ worker_connections 18000; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; default_type text/plain;
  map $cookie_session $first {{ "" "session=$request_id; Path=/; HttpOnly"; default ""; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096; {tls}
    location = /status {{ stub_status; }}
    location = /page {{ return 200 "{body}"; }}
    location /view/ {{ default_type text/html; add_header Cache-Control no-cache; add_header Set-Cookie $first;
      add_header ETag '"1"'; return 200 "{body}"; }}
    location /asset/ {{ add_header Cache-Control "public, max-age=31536000, immutable"; return 200 "{body}"; }}
    location /api/ {{ default_type application/json; add_header Cache-Control no-store; return 200 "{{}}"; }}
  }}
}}
"""
TLS = """listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;
    ssl_session_cache shared:sessions:4m;"""
CERTIFICATE = (
    *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "server.key"),
    *("-out", "server.pem", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"),
)


@dataclass(frozen=True)
class Target:
    """Where it answers."""

    url: str
    tls_url: str | None
    """None where there is no openssl to make a certificate with."""
    ca_file: Path

    def counted(self) -> tuple[int, int]:
        """Return how many connections it has accepted and requests it has answered, this question included."""
        with urlopen(f"{self.url}/status") as answer:
            accepted, _, answered = answer.read().decode().splitlines()[2].split()
        return int(accepted), int(answered)


@dataclass(frozen=True, slots=True)
class Ran:
    """One command that ran on the clients' core."""

    output: str
    cpu_s: float
    """Processor time of the process, its start included."""
    answered: int
    """Requests that the server answered meanwhile."""
    accepted: int
    """Connections that it accepted."""


def ran(target: Target, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Ran:
    """Run a command to its end on the clients' core."""
    accepted, answered = target.counted()
    words = [*pinned(CLIENT), *command]
    with (folder / "output").open("w+") as output, (folder / "errors").open("w+") as errors:
        process = subprocess.Popen(
            words, cwd=folder, stdout=output, stderr=errors, env={**os.environ, **(environment or {})}
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            raise SystemExit(f"{' '.join(command[:4])}: exit {process.returncode}\n{errors.read()[-3000:]}")
        now_accepted, now_answered = target.counted()
        cpu_s = used.ru_utime + used.ru_stime
        return Ran(output.read(), cpu_s, now_answered - answered - 1, now_accepted - accepted - 1)


def pinned(cores: Sequence[int]) -> list[str]:
    """Return what runs a command on these cores."""
    return ["taskset", "-c", ",".join(map(str, cores))] if cores else []


@contextmanager
def target(folder: Path) -> Iterator[Target]:
    """Run nginx until the block ends."""
    port, tls_port = _free_ports()
    tls = shutil.which("openssl") is not None
    if tls:
        subprocess.run(["openssl", *CERTIFICATE], cwd=folder, check=True, capture_output=True)
    listen = TLS.format(port=tls_port, folder=folder) if tls else ""
    (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, port=port, tls=listen, body=BODY))
    command = [*pinned(SERVER), "nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port, process)
            tls_url = f"https://127.0.0.1:{tls_port}" if tls else None
            yield Target(f"http://127.0.0.1:{port}", tls_url, folder / "server.pem")
        finally:
            process.terminate()


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(100):
        if process.poll() is not None:
            raise SystemExit(f"nginx: exit {process.returncode}")
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)
    raise SystemExit("nginx does not answer")


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1]), int(other.getsockname()[1])
