"""The command line in a process of its own: for signals, pipes and terminals."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
File = int | None


def started(
    folder: Path,
    *words: object,
    stdout: File = subprocess.PIPE,
    stderr: File = subprocess.PIPE,
    environment: dict[str, str] | None = None,
) -> "subprocess.Popen[str]":
    """Start a command in a folder, its output captured unless it is to go elsewhere."""
    return subprocess.Popen(
        [sys.executable, "-m", "scalecheck", *map(str, words)],
        cwd=folder,
        text=True,
        stdout=stdout,
        stderr=stderr,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **(environment or {})},
    )
