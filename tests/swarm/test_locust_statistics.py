"""Locust's own tables hold what a swarm's reports held, however long it runs."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
SHOWN_S = 12
"""Over how many seconds Locust takes its rates."""
AT_MOST_S = 120
"""Seconds of which counts may stay."""


def fed(seconds: int) -> dict[str, dict[str, Any]]:
    command = [sys.executable, "-m", "tests.swarm.feeding", str(seconds)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


def test_requests_and_failures_add_up() -> None:
    found = fed(10)
    assert found["GET /api/menu"] == found["*"]
    assert (found["*"]["requests"], found["*"]["failures"], found["*"]["bytes"]) == (35, 5, 3000)
    assert found["*"]["failed_in"] == [1, 3, 5, 7, 9]
    assert found["PAGE home"]["requests"] == 10


def test_old_seconds_are_forgotten_and_nothing_else() -> None:
    found = fed(1000)
    for each in found.values():
        assert each["seconds"][-SHOWN_S:] == list(range(1000 - SHOWN_S, 1000))
        assert len(each["seconds"]) <= AT_MOST_S
        assert len(each["failed_in"]) <= AT_MOST_S
    assert found["*"]["requests"] == 3500
