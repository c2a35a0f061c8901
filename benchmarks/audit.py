"""A whole audit, all checks, of a loopback site: beside the ideal for its latency, and beside curl asking the same."""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.site import site
from benchmarks.timing import shown

URLS = 1000
LATENCY_S = 0.05
CONCURRENCY = 50
ALLOWED = 1.25
"""What the audit may take of requests x latency / concurrency."""


def run() -> None:
    """Print how long audits take, of how many requests, beside the ideal and beside curl."""
    for latency_s, concurrency in ((LATENCY_S, 10), (LATENCY_S, CONCURRENCY), (0.0, CONCURRENCY)):
        with site(latency_s) as url, tempfile.TemporaryDirectory() as folder:
            took_s, requests, mib = audit(url, URLS, concurrency, Path(folder))
            print(
                f"  {URLS} URLs, {latency_s * 1000:.0f} ms, {concurrency:>2} at once: {requests} requests in"
                f" {shown(took_s)}, {requests / took_s:.0f}/s, {mib:.0f} MB"
            )
            if latency_s:
                ideal_s = requests * latency_s / concurrency
                print(f"    ideal {shown(ideal_s)}: {took_s / ideal_s:.2f} x (at most {ALLOWED} x)")
            curl_s = _curl(url, requests, concurrency, Path(folder))
            if curl_s is not None:
                print(f"    curl --parallel, as many requests: {shown(curl_s)}: {took_s / curl_s:.2f} x")


def audit(url: str, urls: int, concurrency: int, folder: Path) -> tuple[float, int, float]:
    """Return seconds, requests sent and peak memory in MB of one audit in a process of its own."""
    samples = [f"/p/{number}" for number in range(urls)]
    profile = {
        "scalecheck": "1",
        "routes": {"page": {"path": "/p/{id}", "kind": "isr", "revalidate": "60s", "samples": samples}},
        "safety": {"requests": "1000000", "concurrency": str(concurrency), "samples": str(urls), "patience": "0s"},
    }
    (folder / "profile.yaml").write_text(json.dumps(profile))
    evidence = folder / "evidence.jsonl"
    words = [sys.executable, "-m", "scalecheck", "audit", url, "--profile", str(folder / "profile.yaml")]
    words += ["--format", f"json={folder / 'report.json'}", "--keep", str(evidence), "--quiet"]
    began = time.perf_counter()
    subprocess.run(words, capture_output=True, check=False, timeout=900)
    took_s = time.perf_counter() - began
    with evidence.open() as file:
        requests = sum('"exchange"' in line[:12] or '"failure"' in line[:12] for line in file)
    return took_s, requests, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000


def _curl(url: str, requests: int, concurrency: int, folder: Path) -> float | None:
    """Return the seconds that curl needs for as many requests; None without curl."""
    curl = shutil.which("curl")
    if curl is None:
        return None
    config = folder / "curl.txt"
    config.write_text("".join(f'url = "{url}/p/{n % URLS}"\noutput = "/dev/null"\n' for n in range(requests)))
    began = time.perf_counter()
    words = [curl, "--silent", "--parallel", "--parallel-max", str(concurrency), "--config", str(config)]
    subprocess.run(words, capture_output=True, check=True, timeout=900)
    return time.perf_counter() - began
