"""What a swarm is inside Locust, its requests left out: each worker counts arrivals by the clock and sends nothing."""

import json
import os
import signal
import time
from collections.abc import Mapping
from typing import Any

from scalecheck.model.histogram import Histogram
from scalecheck.model.load import Event, Happening, Key, LoadRecord, StageRun, SwarmRun, Tally
from scalecheck.model.profile import Profile
from scalecheck.swarm import playing
from scalecheck.swarm.on_master import Piece
from scalecheck.swarm.worker import UnableError
from tests.swarm.nothing import KEY, PER_S


class Nothing:
    """Plays `seconds`, PER_S arrivals in each; `drain_s` after the last its answers have come."""

    def __init__(self, script: Mapping[str, Any], of: int) -> None:
        self._script, self._of = script, of
        self._begins_s = 0.0
        self._counted = 0
        self._stopped_s: float | None = None

    def begin(self, at_s: float) -> None:
        self._begins_s = at_s

    def stop(self) -> None:
        if self._stopped_s is None:
            self._stopped_s = time.perf_counter()

    def idle(self) -> bool:
        ends_s = self._begins_s + float(self._script["seconds"])
        until_s = ends_s if self._stopped_s is None else min(ends_s, self._stopped_s)
        return time.perf_counter() > until_s + float(self._script.get("drain_s", 0.0))

    def take(self) -> Mapping[int, Mapping[Key, Tally]]:
        ends_s = self._begins_s + self._script["seconds"]
        now_s = min(time.perf_counter(), ends_s, self._stopped_s or ends_s)
        due = max(0, int((now_s - self._begins_s) * PER_S / self._of))
        found: dict[int, dict[Key, Tally]] = {}
        for number in range(self._counted, due):
            second = int(number * self._of / PER_S)
            tally = found.setdefault(second, {KEY: Tally()})[KEY]
            count = tally.answered + 1
            found[second][KEY] = Tally(planned=count, sent=count, answered=count, latency=Histogram({204: count}))
        self._counted = due
        return found

    def lag(self) -> Histogram:
        return Histogram({5: 1}, 5e-06, 5e-06)

    def fired(self) -> tuple[str, ...]:
        return ()

    def noted(self) -> Mapping[str, int]:
        return {}

    def gauges(self) -> Mapping[str, int]:
        names = ("connections", "opened", "under_way", "visitors", "messages", "held")
        return dict.fromkeys(names, 0) | {"visitors": self._script.get("visitors", 0)}

    def close(self) -> None:
        self.stop()


def play(environment: object, shard: Mapping[str, Any]) -> Nothing:
    script = json.loads(shard["script"])
    if shard["shard"] in script.get("unable", []):
        raise UnableError("the environment variable SHOP_TOKEN is not set")
    if shard["shard"] in script.get("killed", []):
        os.kill(os.getpid(), signal.SIGKILL)
    return Nothing(script, shard["of"])


def read(text: str) -> Piece:
    script = json.loads(text)
    seconds = float(script["seconds"])
    run = SwarmRun(
        "steady", 1.0, PER_S, (StageRun("hold 1", 0.0, seconds, 1.0, 1.0),), 0, {KEY: int(seconds * PER_S)}, 7
    )
    return Piece(
        text, run, Profile.model_validate({"site": "http://127.0.0.1", "safety": script.get("safety", {})}), _watch
    )


def _watch() -> Any:
    def lost(record: LoadRecord) -> Event | None:
        if (
            isinstance(record, Event)
            and record.what is Happening.WORKER_LOST
            and "abort" in os.environ.get("RULES", "")
        ):
            return Event(0, record.second, Happening.ABORTED, "workers lost > 0", "inconclusive")
        return None

    return lost


playing.install(read, play)


class Swarm(playing.Swarm):
    abstract = False


class Course(playing.Course):
    abstract = False
