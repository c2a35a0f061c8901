"""How long the command takes to say anything, beside Locust: `--version`, `--help`."""

import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

from benchmarks.timing import medians, shown

LOCUST_TIMES = 3.0
"""What the design promises: this many times faster than `locust --version`."""


def run() -> None:
    """Print medians of whole processes, and their ratios to Locust's in the same run."""
    beside = Path(sys.executable).parent
    commands = {
        "scalecheck --version": [str(beside / "scalecheck"), "--version"],
        "scalecheck --help": [str(beside / "scalecheck"), "--help"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    if locust := shutil.which("locust"):
        commands["locust --version"] = [locust, "--version"]
    times_s = medians({name: partial(_finished, words) for name, words in commands.items()}, rounds=11)
    for name, time_s in times_s.items():
        ratio = (
            f"{times_s['locust --version'] / time_s:.1f} x faster than locust" if "locust --version" in times_s else ""
        )
        print(f"  {name:<24}{shown(time_s):>10}  {ratio}")
    if "locust --version" not in times_s:
        print("  locust is not on PATH: no ratio")


def _finished(words: list[str]) -> None:
    subprocess.run(words, capture_output=True, check=True, timeout=60)
