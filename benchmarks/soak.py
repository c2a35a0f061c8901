"""Whether the processes of a swarm grow while it goes on: their resident memory once visitors come and go, and later.

Six minutes, or as many seconds as SOAK_SECONDS says.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.swarm_target import target

SECONDS = int(os.environ.get("SOAK_SECONDS", "360"))
SETTLED_S = 180
"""Until then modules are imported, caches fill up, and more visitors come than leave: visits last up to 160 s."""
EVERY_S = 1.0
SMOOTHED_S = 10
"""Seconds over which the lowest figure counts: what one report takes for a moment is not growth."""
AT_MOST_MB = 1.0
ROLES = ("command line", "master", "worker")
PROFILE = """\
scalecheck: 1
site: {url}
traffic:
  normal: 10 pages/s
  audience: {{pages_per_user: 3..8, think_time: 2s..20s, returning: 50%}}
  pages:
    view: {{share: 70%, get: /view/1, api: [GET /api/session, GET /api/menu x2]}}
    stock: {{share: 30%, get: /view/2, api: [GET /api/stock]}}
  routes: {{GET /asset/search: {{rate: 14/s}}}}
  shapes: {{lasting: [{{hold: 1x, for: {seconds}s}}]}}
"""


def run(seconds: int = SECONDS) -> None:
    """Print what each process holds once it has settled and at the end; `seconds` are more than that takes."""
    if not shutil.which("nginx") or not Path("/proc/self/statm").exists():
        print("  nginx, which this is measured at, or /proc was not found")
        return
    with tempfile.TemporaryDirectory() as name, target(Path(name)) as at:
        folder = Path(name)
        (folder / "soak.yaml").write_text(PROFILE.format(url=at.url, seconds=seconds), encoding="utf-8")
        held = _soaked(folder, seconds)
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    sent = next(each["value"] for each in report["measures"] if each["name"] == "sent" and each.get("route") == "*")
    print(f"  {sent:.0f} requests in {seconds} s, verdict {report['verdict']}; at most {AT_MOST_MB:g} MB more each:")
    for role, each in held.items():
        early, late = _settled(each, SETTLED_S), _settled(each, seconds - SMOOTHED_S)
        print(f"  {role:<14} {early:7.2f} after {SETTLED_S} s, {late:7.2f} after {seconds} s: {late - early:+.2f}")


def _soaked(folder: Path, seconds: int) -> Mapping[str, Mapping[int, float]]:
    """Play it; return the resident megabytes of each process by second."""
    root = Path(__file__).parents[1]
    words = ["-p", "soak.yaml", "-s", "lasting", "--processes", "1", "--keep", "soak.jsonl", "-f", "json=report.json"]
    command = [sys.executable, "-m", "scalecheck", "swarm", *words, "-q"]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    held: dict[str, dict[int, float]] = defaultdict(dict)
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as process:
        began_s = time.monotonic()
        while process.poll() is None:
            second = round(time.monotonic() - began_s)
            for role, pid in zip(ROLES, _line_of(process.pid), strict=False):
                held[role][second] = _resident_mb(pid)
            time.sleep(EVERY_S)
    return {role: {at: mb for at, mb in each.items() if at < seconds} for role, each in held.items()}


def _line_of(pid: int) -> Iterator[int]:
    """Yield a process, its child, and the child of that: the command line, the master, the worker."""
    children: list[int] = [pid]
    while children:
        yield children[0]
        children = _children(children[0])


def _children(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _resident_mb(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0


def _settled(held: Mapping[int, float], at: int) -> float:
    """Return the lowest figure of the seconds that follow a moment."""
    return min((mb for second, mb in held.items() if at <= second < at + SMOOTHED_S), default=float("nan"))
