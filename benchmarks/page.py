"""What a page costs, without a browser: `scalecheck bundles` beside Lighthouse, on the same pages in one run.

The pages are those of the Next.js app of tests/peers, else of the lab.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.timing import medians, shown
from scalecheck.cli.live import audited
from scalecheck.cli.plan import Plan
from scalecheck.lab.lab import Lab
from tests.peers.front_ends import nextjs
from tests.peers.servers import PEERS, missing

ROUNDS = 3
FURTHER_ROUNDS = 20
RUN_S = 120
"""Seconds after which a run of Lighthouse is given up."""
TIMES = 100
"""What is promised: how many times faster one page is judged, once Python has started."""
NEXTJS_PATHS = ("/", "/products", "/products/1", "/products/2", "/search?q=shoes", "/checkout")
LAB_PATHS = ("/", "/products", "/products/1", "/blog/launch")
CHROME_FLAGS = "--headless=new --no-sandbox --disable-gpu"


def run() -> None:
    """Print how long both take for one page, for all pages, and for one more page of a run under way."""
    with tempfile.TemporaryDirectory() as folder, _site(Path(folder)) as (name, url, paths):
        one, every = (_profile(Path(folder), url, each) for each in (paths[:1], paths))
        things: dict[str, Callable[[], object]] = {
            "one": partial(_command, one, Path(folder)),
            "every": partial(_command, every, Path(folder)),
        }
        if lighthouse := _lighthouse():
            things["lighthouse"] = partial(_run_lighthouse, lighthouse, url + paths[0], Path(folder))
        times_s = medians(things, ROUNDS)
        more_s = _more_s(one, Path(folder))
    print(f"  {name}; medians of {ROUNDS}, whole processes")
    print(f"  scalecheck bundles, 1 page              {shown(times_s['one']):>10}")
    print(f"  scalecheck bundles, {len(paths)} pages             {shown(times_s['every']):>10}")
    print(f"  1 page, Python and scalecheck started   {shown(more_s):>10}")
    if not lighthouse:
        print("  lighthouse or Chromium is missing (`make peers`): no ratio")
        return
    beside_s = times_s["lighthouse"]
    print(f"  {lighthouse[1]}, 1 page, performance only {shown(beside_s):>10}")
    print(f"    1 page: {beside_s / times_s['one']:.0f} x faster than Lighthouse")
    print(
        f"    {len(paths)} pages: {len(paths) * beside_s / times_s['every']:.0f} x, Lighthouse being run once for each"
    )
    print(f"    1 page of a run under way: {beside_s / more_s:.0f} x (at least {TIMES} x)")


@contextmanager
def _site(folder: Path) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield what is served, its URL and the paths of its pages."""
    if missing("nginx") is None and missing("nextjs") is None:
        (folder / "app").mkdir()
        with nextjs(folder / "app") as url:
            yield "Next.js behind nginx", url, NEXTJS_PATHS
    else:
        with Lab() as lab:
            yield "the lab", lab.url, LAB_PATHS


def _profile(folder: Path, url: str, paths: tuple[str, ...]) -> Path:
    """Return a profile of these pages alone."""
    path = folder / f"{len(paths)}.yaml"
    routes = {"pages": {"path": "/**", "kind": "ssr", "samples": paths}}
    path.write_text(json.dumps({"scalecheck": "1", "site": url, "extends": "million-dau", "routes": routes}))
    return path


def _command(profile: Path, folder: Path) -> None:
    words = [sys.executable, "-m", "scalecheck", "bundles", "--profile", str(profile), "--quiet"]
    words += ["--keep", str(folder / "evidence.jsonl")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=RUN_S)
    if done.returncode not in {0, 1}:
        raise SystemExit(f"scalecheck bundles: {done.stdout}{done.stderr}")


def _more_s(profile: Path, folder: Path) -> float:
    """Return the seconds of one page in a process that has judged one already: asking, judging, reporting."""
    plan = Plan(profile=str(profile), only=("bundle",), keep=folder / "evidence.jsonl", quiet=True)
    times_s = []
    for _ in range(FURTHER_ROUNDS + 1):
        began = time.perf_counter()
        audited(plan)
        times_s.append(time.perf_counter() - began)
    return median(times_s[1:])


def _lighthouse() -> tuple[str, str] | None:
    """Return the command and its name with version; None where it, its Node or a browser is missing."""
    path = _path()
    command = shutil.which("lighthouse", path=path)
    if command is None or shutil.which("chromium", path=path) is None:
        return None
    with suppress(subprocess.SubprocessError):
        words = [command, "--version"]
        done = subprocess.run(words, env=_environment(), capture_output=True, text=True, check=True, timeout=RUN_S)
        return command, f"Lighthouse {done.stdout.strip()}"
    return None


def _run_lighthouse(lighthouse: tuple[str, str], url: str, folder: Path) -> None:
    words = [lighthouse[0], url, "--quiet", "--only-categories=performance", "--output=json"]
    words += [
        f"--output-path={folder / 'lighthouse.json'}",
        "--no-enable-error-reporting",
        f"--chrome-flags={CHROME_FLAGS}",
    ]
    subprocess.run(words, env=_environment(), capture_output=True, check=True, timeout=RUN_S)


def _path() -> str:
    """Return PATH with what `make peers` installed before it: Lighthouse needs a newer Node than some systems have."""
    return f"{PEERS / 'tools/node_modules/.bin'}{os.pathsep}{os.environ.get('PATH', '')}"


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": _path(), "CHROME_PATH": shutil.which("chromium") or ""}
