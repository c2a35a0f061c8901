"""Whole visitors under load, as a process of its own: `python -m benchmarks.swarm_visitors WHAT JSON`."""

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from gevent.event import Event

from scalecheck.engine.engine import Engine
from scalecheck.model.load import Part
from scalecheck.model.profile import Profile
from scalecheck.swarm.asked import devices
from scalecheck.swarm.collector import Collector
from scalecheck.swarm.crowd import Crowd
from scalecheck.swarm.ledger import Ledger
from scalecheck.swarm.script import Asset, Script, ViewSample
from scalecheck.swarm.view import View

ASSETS = tuple(f"/asset/{number}.{kind}" for number, kind in enumerate(("css", "js", "js", "png", "png", "woff2")))
CALLS = ("GET /api/session", "GET /api/menu", "GET /api/stock")


class Turning(Crowd):
    """A crowd in which the end of each view is the beginning of the next one."""

    turn: Callable[[], None]

    def over(self, view: View, ended_s: float) -> None:
        super().over(view, ended_s)
        self.turn()


def visits(url: str, seconds: int, at_once: int, pages: str) -> dict[str, float]:
    """Keep so many page views under way, by whole visitors of so many pages; return how many views, and requests."""
    engine = Engine(timeout_s=30)
    crowd, ledger = _crowd(engine, url, {"pages_per_user": pages, "think_time": "1ms", "returning": "60%"})
    view, over, views = crowd.handlers()[0], Event(), [0]
    ends_s = engine.now() + seconds

    def turn() -> None:
        views[0] += 1
        if engine.now() < ends_s:
            engine.later(view, engine.now())
        else:
            over.set()

    crowd.turn = turn
    Collector().quiet()
    for _ in range(at_once):
        view(engine.now())
    over.wait()
    tallies = [tally for second in ledger.take().values() for key, tally in second.items() if key.part != Part.PAGE]
    requests = sum(each.sent for each in tallies)
    failed = sum(each.lost for each in tallies)
    return {"views_per_s": views[0] / seconds, "per_s": requests / seconds, "failed": failed}


def memory(url: str, visitors: int) -> dict[str, float]:
    """Let so many visitors see one page each and think; return the bytes that each of them takes."""
    engine = Engine(timeout_s=60, idle_most=1000)
    audience = {"pages_per_user": "5..10", "think_time": "10h", "returning": "0%"}
    crowd, ledger = _crowd(engine, url, audience)
    view = crowd.handlers()[0]

    def come(count: int) -> int:
        over, begun = Event(), [0]

        def turn() -> None:
            if begun[0] < count:
                begun[0] += 1
                engine.later(view, engine.now())
            elif crowd.idle():
                over.set()

        crowd.turn = turn
        for _ in range(30):
            turn()
        over.wait()
        ledger.take()
        return _resident()

    first = come(2000)
    grown = come(visitors) - first
    return {"visitors": crowd.visitors, "each": grown / visitors, "whole": _resident()}


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def _crowd(engine: Engine, url: str, audience: Mapping[str, str]) -> tuple[Turning, Ledger]:
    """Return visitors of a page that has a document, six assets that stay in the cache, and three calls."""
    traffic = {
        "normal": "1000 pages/s",
        "audience": audience,
        "pages": {"view": {"share": "100%", "get": "/view/1", "api": CALLS}},
        "shapes": {"up": [{"ramp": "1x", "over": "1h"}]},
    }
    profile = Profile.model_validate({"scalecheck": "1", "site": url, "traffic": traffic})
    assets = tuple(Asset(url + path, _use(path), "no-cors", "", 200) for path in ASSETS)
    samples = dict.fromkeys(devices(profile), (ViewSample(f"{url}/view/1", None, assets),))
    script = Script(profile.portable(), "up", 1.0, 1, "benchmark", "2026-11-27", views={"view": samples})
    begins_s = time.perf_counter()
    ledger = Ledger(begins_s)
    crowd = Turning(script, profile, engine, ledger, seed=1, shard=0, of=1)
    crowd.begin(begins_s)
    return crowd, ledger


def _use(path: str) -> str:
    return {"css": "stylesheet", "js": "script", "png": "image", "woff2": "font"}[path.rpartition(".")[2]]


PARTS: Mapping[str, Callable[..., dict[str, float]]] = {"visits": visits, "memory": memory}


if __name__ == "__main__":
    print(json.dumps(PARTS[sys.argv[1]](**json.loads(sys.argv[2]))))
