"""The swarm's engine and clock under load, as a process of its own: `python -m benchmarks.swarm_side WHAT JSON`.

It imports what they need, and no more: its processor time stands beside that of other tools.
"""

import json
import sys
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
from scalecheck.plan.courses import Course, Piece
from scalecheck.swarm.arrivals import Arrivals
from scalecheck.swarm.collector import Collector
from scalecheck.swarm.ledger import Ledger, failure_of
from scalecheck.swarm.schedule import Schedule
from scalecheck.swarm.streams import Stream

KEY = Key(Part.ROUTE, "GET /page")
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


def _sending(url: str, connections: int, ca_file: str) -> tuple[Engine, Pool, Outgoing]:
    engine, parts = Engine(timeout_s=30, ca_file=Path(ca_file)), urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    pool = Pool(engine, engine.origin(parts.scheme, parts.hostname, parts.port), connections)
    return engine, pool, Outgoing("GET", "/page", parts.netloc)


PARTS: Mapping[str, Callable[..., dict[str, float]]] = {"closed": closed, "rate": rate}


if __name__ == "__main__":
    print(json.dumps(PARTS[sys.argv[1]](**json.loads(sys.argv[2]))))
