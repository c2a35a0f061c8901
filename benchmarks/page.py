"""What a page costs, without a browser: `scalecheck bundles` beside Lighthouse, on the same pages in one run.

The pages are those of the Next.js app of tests/peers, else of the lab. Lighthouse is run as by
`scalecheck audit --browser`: with the audits that are read and no other, in a browser that is started for it.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.timing import medians, shown
from scalecheck.gather.lighthouse import Lighthouse
from scalecheck.lab.lab import Lab
from scalecheck.model.evidence import Ask, LabRun, Request
from scalecheck.model.profile import Profile
from tests.peers.front_ends import nextjs
from tests.peers.servers import PEERS, missing

ROUNDS = 5
COMMAND_S = 60
TIMES = 100
"""What is promised: how many times less one more page takes."""
NEXTJS_PATHS = ("/", "/products", "/products/1", "/products/2", "/search?q=shoes", "/checkout")
LAB_PATHS = ("/", "/products", "/products/1", "/blog/launch")


def run() -> None:
    """Print how long both take for one page and for several, and what each more page takes."""
    tools = PEERS / "tools/node_modules/.bin"  # Lighthouse, and the Node it needs, where `make peers` brought them
    os.environ["PATH"] = f"{tools}{os.pathsep}{os.environ.get('PATH', '')}"
    with tempfile.TemporaryDirectory() as name, _site(Path(name)) as (what, url, paths), asyncio.Runner() as runner:
        folder = Path(name)
        one, every = (_profile(folder, url, each) for each in (paths[:1], paths))
        visit = partial(_visited, runner, Lighthouse(Profile.model_validate({"site": url})), f"{url}{paths[0]}")
        things: dict[str, Callable[[], object]] = {
            "one": partial(_command, one, folder),
            "every": partial(_command, every, folder),
        }
        lighthouse = visit()
        if isinstance(lighthouse, LabRun):
            things["lighthouse"] = visit
        times_s = medians(things, ROUNDS)
    print(f"  {what}, medians of {ROUNDS}")
    _line("scalecheck bundles, 1 page", times_s["one"])
    _line(f"scalecheck bundles, {len(paths)} pages", times_s["every"])
    more_s = (times_s["every"] - times_s["one"]) / (len(paths) - 1)
    _line("each more page", more_s)
    if not isinstance(lighthouse, LabRun):
        print(f"  no ratio: {lighthouse}")
        return
    beside_s = times_s["lighthouse"]
    _line(f"Lighthouse {lighthouse.lighthouse}, 1 run on 1 page", beside_s)
    print(f"    1 page, Python's start included: {beside_s / times_s['one']:.0f} x faster than Lighthouse")
    print(f"    {len(paths)} pages: {len(paths) * beside_s / times_s['every']:.0f} x, Lighthouse being run for each")
    windows = len(Profile.model_validate({"site": "https://shop.test"}).viewports)
    same = windows * len(paths) * beside_s / times_s["every"]
    print(f"    {len(paths)} pages in the {windows} windows that bundles judges: {same:.0f} x (at least {TIMES} x)")
    print(f"    each more page: {beside_s / more_s:.0f} x (at least {TIMES} x)")


def _line(what: str, time_s: float) -> None:
    print(f"  {what:<50}{shown(time_s):>10}")


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
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=COMMAND_S)
    if done.returncode not in {0, 1}:
        raise SystemExit(f"scalecheck bundles: {done.stdout}{done.stderr}")


def _visited(runner: asyncio.Runner, lighthouse: Lighthouse, url: str) -> LabRun | str:
    """Return one run of Lighthouse, or why there is none."""
    seen = runner.run(lighthouse.send("lighthouse", Ask(Request(url), label="mobile 1"), 1))
    return seen if isinstance(seen, LabRun) else seen.detail
