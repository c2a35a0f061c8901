"""The swarm's own parts under load, each as a process of its own: `python -m benchmarks.swarm_side WHAT JSON`."""

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gevent.event import Event

from scalecheck.engine.clock import Clock
from scalecheck.engine.engine import Engine
from scalecheck.engine.exchange import Exchange
from scalecheck.engine.outgoing import Outgoing
from scalecheck.engine.pool import Pool
from scalecheck.model.load import Key, Part
from scalecheck.model.profile import Profile
from scalecheck.plan.courses import Course, Piece
from scalecheck.swarm.arrivals import Arrivals
from scalecheck.swarm.asked import devices
from scalecheck.swarm.collector import Collector
from scalecheck.swarm.crowd import Crowd
from scalecheck.swarm.ledger import Ledger, failure_of
from scalecheck.swarm.schedule import Schedule
from scalecheck.swarm.script import Asset, Script, ViewSample
from scalecheck.swarm.streams import Stream
from scalecheck.swarm.view import View

KEY = Key(Part.ROUTE, "GET /page")
ASSETS = tuple(f"/asset/{number}.{kind}" for number, kind in enumerate(("css", "js", "js", "png", "png", "woff2")))
CALLS = ("GET /api/session", "GET /api/menu", "GET /api/stock")
STEP_S = 2.0
BIN_S = 0.01


def closed(url: str, seconds: int, connections: int, ca_file: str) -> dict[str, float]:
    """Keep so many requests under way, counting every one; return requests per second."""
    engine, pool, outgoing = _sending(url, connections, ca_file)
    counter, over = Ledger(engine.now()).counter(KEY), Event()
    answered = 0
    ends_s = engine.now() + seconds

    def done(exchange: Exchange) -> None:
        nonlocal answered
        counter.ended(exchange, failure_of(exchange))
        answered += exchange.status == 200
        now = engine.now()
        if now < ends_s:
            pool.send(Exchange(outgoing, now, done))
        else:
            over.set()

    collector = Collector()
    collector.quiet()
    for _ in range(connections):
        pool.send(Exchange(outgoing, engine.now(), done))
    over.wait()
    return {"per_s": answered / seconds}


def rate(url: str, pieces: list[list[float]], spacing: Any, ca_file: str) -> dict[str, float]:
    """Play a course, whose levels are requests per second; return what was delivered, and how late."""
    engine, pool, outgoing = _sending(url, 1000, ca_file)
    stream = Stream(KEY, 1.0, Course(tuple(Piece(*each) for each in pieces)))
    begins_s, over, sent_s = engine.now() + 0.2, Event(), list[float]()
    ledger = Ledger(begins_s)
    counter = ledger.counter(KEY)

    def send(due_s: float) -> None:
        sent_s.append(engine.now() - begins_s)
        pool.send(Exchange(outgoing, due_s, done))

    def done(exchange: Exchange) -> None:
        counter.ended(exchange, failure_of(exchange))
        if arrivals.over and not engine.under_way:
            over.set()

    schedule = Schedule([stream], spacing, 1)
    arrivals = Arrivals(schedule, [send], [counter], partial(Clock, engine.loop))
    arrivals.start(begins_s)
    over.wait(stream.course.duration_s + 30)
    arrivals.stop()
    tallies = [each[KEY] for each in ledger.take().values()]
    planned = sum(each.planned for each in tallies)
    return {
        "planned": planned,
        "delivered": sum(each.answered for each in tallies) / planned,
        "lag_p99_s": arrivals.lag.quantile_s(0.99) or 0.0,
        "lag_max_s": arrivals.lag.max_s,
        "followed_s": _followed_s(sent_s, stream.course),
    }


def _followed_s(sent_s: list[float], course: Course) -> float:
    """Return how long after its last step a course's rate was first reached, to a hundredth of a second."""
    steps_s = course.duration_s - course.pieces[-1].seconds
    wanted = 0.95 * course.end * BIN_S
    for number in range(int(course.pieces[-1].seconds / BIN_S)):
        begins_s = steps_s + number * BIN_S
        if sum(begins_s <= each < begins_s + BIN_S for each in sent_s) >= wanted:
            return (number + 1) * BIN_S
    return course.pieces[-1].seconds


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


def _sending(url: str, connections: int, ca_file: str) -> tuple[Engine, Pool, Outgoing]:
    engine, parts = Engine(timeout_s=30, ca_file=Path(ca_file)), urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    pool = Pool(engine, engine.origin(parts.scheme, parts.hostname, parts.port), connections)
    return engine, pool, Outgoing("GET", "/page", parts.netloc)


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


PARTS: Mapping[str, Callable[..., dict[str, float]]] = {
    "closed": closed,
    "rate": rate,
    "visits": visits,
    "memory": memory,
}


if __name__ == "__main__":
    print(json.dumps(PARTS[sys.argv[1]](**json.loads(sys.argv[2]))))
