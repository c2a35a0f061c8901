"""What one core of a swarm does, beside other load tools that are on PATH, at one nginx and in turn."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.swarm_peers import CONNECTIONS, ONE_CORE, OPEN, fast_http_user, found, k6_command
from benchmarks.swarm_target import Ran, Target, ran, target

ROUNDS = 3
SECONDS = 4
AT_A_RATE_S = 20
RATES = (8000, 15_000, 30_000)
STEP = ([2.0, 3000, 3000], [2.0, 30_000, 30_000])
VISITORS = 100_000
VIEWS_AT_ONCE = 20
STAYING = "500"
"""Pages of a visitor who stays for as long as a user of Locust does."""

Figures = dict[str, float]


def run() -> None:
    """Print every table."""
    if not shutil.which("nginx"):
        print("  nginx, which these are measured at, was not found")
        return
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    with tempfile.TemporaryDirectory() as name, target(Path(name)) as at:
        folder = Path(name)
        _closed(at, folder, at.url, "plain")
        if at.tls_url is not None:
            _closed(at, folder, at.tls_url, "TLS")
        _visits(at, folder)
        _open(at, folder)
        _step(at, folder)
        _memory(at, folder)


def _side(at: Target, folder: Path, what: str, **said: Any) -> tuple[Figures, Ran]:
    """Run one of the swarm's own parts."""
    root = Path(__file__).parents[1]
    module = "swarm_visitors" if what in {"visits", "memory"} else "swarm_side"
    command = [sys.executable, "-m", f"benchmarks.{module}", what, json.dumps(said)]
    done = ran(at, command, folder, {"PYTHONPATH": str(root)})
    return json.loads(done.output), done


def _in_turn(things: Mapping[str, Callable[[], Figures]]) -> dict[str, Figures]:
    """Return the medians of what each thing measures, taken in turn."""
    taken: dict[str, list[Figures]] = {name: [] for name in things}
    for _ in range(ROUNDS):
        for name, thing in things.items():
            taken[name].append(thing())
    return {
        name: {key: median(figures[key] for figures in rounds) for key in rounds[0]} for name, rounds in taken.items()
    }


def _closed(at: Target, folder: Path, url: str, how: str) -> None:
    """Print requests per second with as many requests under way as connections."""

    def engine() -> Figures:
        said = {"url": url, "seconds": SECONDS, "connections": CONNECTIONS, "ca_file": str(at.ca_file)}
        return _side(at, folder, "closed", **said)[0]

    peers = {name: (lambda tool=tool: {"per_s": tool(at, url, SECONDS, folder)}) for name, tool in found().items()}
    figures = _in_turn({"the engine": engine, **peers})
    print(f"\n  requests per second, {how}, {CONNECTIONS} connections, medians of {ROUNDS}, and the engine's ratio")
    for name, each in figures.items():
        ratio = figures["the engine"]["per_s"] / each["per_s"]
        print(f"  {name:<32}{each['per_s']:10.0f}{ratio:10.2f} x", flush=True)


def _visits(at: Target, folder: Path) -> None:
    """Print requests per second of whole visitors, beside FastHttpUser with as many requests on each connection."""
    print(
        f"\n  requests per second of whole visitors, medians of {ROUNDS}, beside FastHttpUser doing only the requests"
    )
    on_each = 0.0

    def visitors(pages: str) -> Figures:
        nonlocal on_each
        figures, done = _side(at, folder, "visits", url=at.url, seconds=SECONDS, at_once=VIEWS_AT_ONCE, pages=pages)
        on_each = done.answered / done.accepted
        return {**figures, "on_each": on_each}

    def locust(*, kept: bool) -> Figures:
        return {"per_s": fast_http_user(at, at.url, SECONDS, folder, None if kept else round(on_each))}

    for pages, kept, how in ((STAYING, True, "connections kept"), ("5..10", False, "connections anew")):
        things = {"visitors": partial(visitors, pages), "FastHttpUser": partial(locust, kept=kept)}
        seen, beside = _in_turn(things).values()
        print(f"  {how}, visits of {pages} pages, {seen['on_each']:.0f} requests on each connection:", end=" ")
        ratio = seen["per_s"] / beside["per_s"]
        print(f"{seen['per_s']:.0f}/s, {beside['per_s']:.0f}/s, {ratio:.2f} x", flush=True)


def _open(at: Target, folder: Path) -> None:
    """Print what arrives of a rate, how late, and for how much of the processor."""
    print(f"\n  arrivals at a rate for {AT_A_RATE_S} s, medians of {ROUNDS}; processor time includes each tool's start")
    print(f"  {'':<28}{'delivered':>12}{'lag p99':>12}{'processor':>12}{'of each delivered':>20}")
    for per_s in RATES:

        def own(per_s: int = per_s) -> Figures:
            pieces = [[AT_A_RATE_S, per_s, per_s]]
            said = {"url": at.url, "pieces": pieces, "spacing": "random", "ca_file": str(at.ca_file)}
            figures, done = _side(at, folder, "rate", **said)
            return {**figures, "cpu": done.cpu_s / AT_A_RATE_S}

        def k6(per_s: int = per_s) -> Figures:
            script = OPEN.format(per_s=per_s, seconds=AT_A_RATE_S, url=f"{at.url}/page")
            done = ran(at, k6_command(script, folder), folder, ONE_CORE)
            return {"delivered": done.answered / per_s / AT_A_RATE_S, "cpu": done.cpu_s / AT_A_RATE_S}

        things: dict[str, Callable[[], Figures]] = {"the engine": own}
        if shutil.which("k6"):
            things["k6"] = k6
        for name, each in _in_turn(things).items():
            lag = f"{each['lag_p99_s'] * 1e6:9.0f} µs" if "lag_p99_s" in each else f"{'-':>12}"
            of_each_us = 1e6 * each["cpu"] / per_s / each["delivered"]
            print(f"  {f'{per_s}/s, {name}':<28}{each['delivered']:12.3%}{lag}{each['cpu']:12.0%}", end="")
            print(f"{of_each_us:17.1f} µs", flush=True)


def _step(at: Target, folder: Path) -> None:
    """Print how soon ten times the rate is reached."""
    said = {"url": at.url, "pieces": list(STEP), "spacing": "even", "ca_file": str(at.ca_file)}
    each = _in_turn({"step": lambda: _side(at, folder, "rate", **said)[0]})["step"]
    print(f"\n  a step from 3,000/s to 30,000/s: followed within {each['followed_s'] * 1000:.0f} ms,", end=" ")
    print(f"lag p99 {each['lag_p99_s'] * 1e3:.2f} ms, {each['delivered']:.3%} delivered")


def _memory(at: Target, folder: Path) -> None:
    """Print what visitors take who wait."""
    each, _ = _side(at, folder, "memory", url=at.url, visitors=VISITORS)
    print(f"\n  {each['visitors']:.0f} waiting visitors, each with a cache and a cookie:", end=" ")
    print(f"{each['each'] / 1024:.1f} KB each, {each['whole'] / 1e6:.0f} MB in all")
