"""Evidence written by Locust's master itself, where no command line listens: in a pod, or under a team's own `locust`.

Its verdict is that of `scalecheck judge`, in a process of its own, since judging imports nothing that Locust has
patched. The report is printed, and once more as one line of JSON: logs survive a pod.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from scalecheck import __version__
from scalecheck.model.evidence import FORMAT
from scalecheck.model.load import LoadRecord
from scalecheck.model.load_record import line
from scalecheck.model.profile import Profile


class EvidenceLines:
    """An evidence file that holds a swarm and nothing else."""

    def __init__(self, path: Path, profile: Profile, profile_path: str | None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = path.open("w", encoding="utf-8")
        self._write(
            {
                "format": FORMAT,
                "tool": f"scalecheck {__version__}",
                "target": profile.site,
                "started_at": time.time(),
                "profile": profile.public(),
                "profile_path": profile_path,
            }
        )
        self._write({"probe": "swarm"})

    def keep(self, record: LoadRecord) -> None:
        """Write a record."""
        self._write(line(record))

    def end(self) -> None:
        """Write that nothing follows."""
        self._write({"ended": True})
        self._file.close()

    def judged(self) -> int:
        """Print the report on what was written, and return its exit code."""
        report = self._path.with_suffix(".report.json")
        command = [sys.executable, "-m", "scalecheck", "judge", str(self._path)]
        sys.stdout.flush()
        code = subprocess.run([*command, "--format", "text", "--format", f"json={report}"], check=False).returncode
        if report.is_file():
            found = json.loads(report.read_text(encoding="utf-8"))
            print(json.dumps(found, separators=(",", ":")), flush=True)
        return code

    def _write(self, data: dict[str, Any]) -> None:
        self._file.write(json.dumps(data, separators=(",", ":")) + "\n")
        self._file.flush()
