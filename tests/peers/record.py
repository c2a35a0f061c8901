"""Records the evidence of the front ends anew: `python -m tests.peers.record`, after a change of its format."""

import gzip
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from tests.peers.audit import audit
from tests.peers.front_ends import SESSIONS, nextjs, vite
from tests.peers.test_golden import GOLDEN


def record(name: str, front_end: Callable[[Path], AbstractContextManager[str]], profile: str) -> None:
    """Audit a front end and keep its evidence, compressed."""
    with tempfile.TemporaryDirectory() as place:
        folder, evidence = Path(place) / "server", Path(place) / "evidence.jsonl"
        folder.mkdir()
        with front_end(folder) as url:
            told = audit(url, profile, Path(place), "--keep", str(evidence), environment=SESSIONS)
        (GOLDEN / f"{name}.jsonl.gz").write_bytes(gzip.compress(evidence.read_bytes(), 9, mtime=0))
        sys.stdout.write(f"{name}: {told.checks('fail', 'unknown')}\n")


if __name__ == "__main__":
    record("nextjs", nextjs, "shop")
    record("vite", vite, "content")
