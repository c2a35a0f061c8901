"""What a swarm has to say of how its visitors fared reaches the evidence, the live report and every later one."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from scalecheck.gather.record import read_evidence
from scalecheck.model.load import Happening
from tests.cli.apart import started
from tests.cli.serving import Answer, serving

pytestmark = pytest.mark.live

PROFILE = """\
scalecheck: 1
site: {url}
traffic:
  normal: 20 pages/s
  audience: {{pages_per_user: "1", think_time: 100ms}}
  pages:
    home: {{share: 50%, get: /}}
    away: {{share: 50%, get: /away}}
  shapes: {{brief: [{{hold: 1x, for: 2s}}]}}
safety: {{max_users: 3}}
"""
AWAY = "https://login.example/start"
LATENCY_S = 0.4
"""At 20 pages/s, more visitors than may be there at the same time, which the arithmetic before the run did not know."""
HOME = b'<!doctype html><title>Home</title><img src="https://ads.example/1.png">'


def site(path: str) -> Answer:
    time.sleep(LATENCY_S)
    if path == "/away":
        return Answer(302, fields={"Location": f"{AWAY}?state=secret"})
    return Answer(body=HOME, fields={"Content-Type": "text/html", "Cache-Control": "no-store"})


def report(folder: Path, *words: object) -> dict[str, Any]:
    with started(folder, *words, "--format", "json") as process:
        out, err = process.communicate()
    assert out, err
    found: dict[str, Any] = json.loads(out)
    return found


def test_what_was_not_followed_not_asked_and_not_new_is_said(tmp_path: Path) -> None:
    with serving(site) as url:
        (tmp_path / "swarm.yaml").write_text(PROFILE.format(url=url), encoding="utf-8")
        words = ("-p", "swarm.yaml", "-s", "brief", "--processes", 2, "--keep", "swarm.jsonl", "-q")
        live = report(tmp_path, "swarm", *words)
    load = read_evidence(tmp_path / "swarm.jsonl").load
    assert load is not None
    noted = [each.detail for each in load.events if each.what is Happening.NOTED]
    assert [each.partition(": ")[0] for each in noted if "redirect" not in each] == [
        "a page view came too early for its visitor, since safety.max_users were there"
    ]
    (redirect,) = (each for each in noted if "redirect" in each)
    assert redirect.startswith(f"a redirect to {AWAY} was not followed: ")
    said = {*noted, "third parties get no load: ads.example (1 URLs)"}
    assert said <= {*live["notes"]}
    assert said <= {*report(tmp_path, "judge", "swarm.jsonl")["notes"]}
    assert "secret" not in "".join(noted)
