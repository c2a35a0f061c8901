"""What plays one shard: the engine, the visitors, the clock of arrivals and the held connections, put together."""

import os
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from scalecheck.engine.clock import Clock
from scalecheck.engine.engine import Engine
from scalecheck.model.histogram import Histogram, merged
from scalecheck.model.load import Key, Part, Tally
from scalecheck.model.profile import Profile
from scalecheck.model.profile_file import ProfileError, profile_from_data
from scalecheck.model.profile_proxy import proxy_of
from scalecheck.plan.shapes import whole
from scalecheck.swarm.arrivals import Arrivals
from scalecheck.swarm.crowd import Crowd
from scalecheck.swarm.held import Held, HeldRoute, held_routes
from scalecheck.swarm.ledger import Ledger
from scalecheck.swarm.poses import numbers
from scalecheck.swarm.rows import Rows
from scalecheck.swarm.schedule import Schedule
from scalecheck.swarm.script import Script
from scalecheck.swarm.streams import streams
from scalecheck.swarm.template import Value
from scalecheck.swarm.worker import UnableError


class ShardPlayer:
    """One worker's part of a script (`worker.Player`)."""

    def __init__(
        self,
        script: Script,
        profile: Profile,
        *,
        shard: int,
        of: int,
        ca_file: Path | None = None,
        connect_to: str | None = None,
    ) -> None:
        self._profile = profile
        self._engine = engine_of(profile, ca_file, connect_to)
        on = date.fromisoformat(script.started)
        those = streams(profile, script.shape, script.scale, on)
        self._ledger = ledger = Ledger(0.0)
        self._crowd = Crowd(script, profile, self._engine, ledger, seed=script.seed, shard=shard, of=of)
        schedule = Schedule(those, profile.traffic.arrivals, script.seed, shard, of)
        counters = [ledger.counter(each.key) for each in those]
        self._arrivals = Arrivals(schedule, self._crowd.handlers(), counters, partial(Clock, self._engine.loop))
        course = whole(profile.traffic.shapes[script.shape], profile.traffic.regions, on, scale=script.scale)
        rows = Rows(script.tables, script.sources)

        def held(endpoint: str, route: HeldRoute) -> Held:
            draw, counter = numbers(script.seed, shard, of, endpoint), ledger.counter(Key(Part.ROUTE, endpoint))
            values = partial(_drawn, rows, route, draw)
            return Held(self._engine, route, course, counter, values=values, shard=shard, of=of)

        routes = held_routes(profile, rows, script.run_id)
        self._held = tuple(held(endpoint, route) for endpoint, route in routes.items())
        self._lasts_s = course.duration_s if self._held else 0.0
        self._opened = self._messages = 0
        self._begun = self._stopped = self._closed = False
        self._ends_s = 0.0
        self._over_s: float | None = None

    def begin(self, at_s: float) -> None:
        """Begin the first second at a moment of `time.perf_counter`; all that takes time was done before."""
        self._begun = True
        self._ledger.begin(at_s)
        self._crowd.begin(at_s)
        for each in self._held:
            each.begin(at_s)
        self._ends_s = at_s + self._lasts_s
        self._arrivals.start(at_s)

    def stop(self) -> None:
        """Send nothing more; what is under way goes on."""
        self._stopped, self._ends_s = True, 0.0
        self._arrivals.stop()
        for each in self._held:
            each.stop()

    def idle(self) -> bool:
        """Whether everything was sent that will be, and every answer has come or is lost.

        What has not come when a request may have taken its longest is cut off, and counts as lost: pages that were
        under way may ask for more and more.
        """
        if not (self._begun or self._stopped) or not self._arrivals.over or self._engine.now() < self._ends_s:
            return False
        if not self._stopped:
            self.stop()  # held connections end with the course
        if self._over_s is None:
            self._over_s = self._engine.now()
        if not self._closed and self._engine.now() - self._over_s > self._profile.safety.timeout:
            self.close()
        return self._closed or (not self._engine.under_way and self._crowd.idle())

    def take(self) -> Mapping[int, Mapping[Key, Tally]]:
        """Return by second what was counted since the last time."""
        return self._ledger.take()

    def lag(self) -> Histogram:
        """Return by how much arrivals were turned to late, since the last time."""
        return merged(self._arrivals.take_lag().values())

    def fired(self) -> tuple[str, ...]:
        """Return no names: no event of Locust's is fired for the requests of a script."""
        return ()

    def noted(self) -> Mapping[str, int]:
        """Return what a report has to say of how the visitors fared, each with how many times it happened."""
        return self._crowd.noted()

    def gauges(self) -> Mapping[str, int]:
        """Return how things stand, and what was opened and came since the last time."""
        opened, messages = self._engine.opened, sum(each.messages for each in self._held)
        found = {
            "connections": self._engine.sockets,
            "opened": opened - self._opened,
            "under_way": len(self._engine.under_way),
            "visitors": self._crowd.visitors,
            "messages": messages - self._messages,
            "held": sum(each.held for each in self._held),
        }
        self._opened, self._messages = opened, messages
        return found

    def close(self) -> None:
        """Close every connection; what is under way is lost."""
        if self._closed:
            return
        self._closed = True
        self.stop()
        self._crowd.close()
        self._engine.close()


def _drawn(rows: Rows, route: HeldRoute, draw: Callable[[], float]) -> Value:
    """Return the values of a row for the next connection that is held."""
    return rows.values(route.drawing, draw())


def play(shard: Mapping[str, Any], ca_file: Path | None = None, connect_to: str | None = None) -> ShardPlayer:
    """Return what plays a shard, as the master describes it; UnableError where this worker cannot."""
    script = read_script(shard["script"])
    profile = equipped(script)
    return ShardPlayer(script, profile, shard=shard["shard"], of=shard["of"], ca_file=ca_file, connect_to=connect_to)


def read_script(text: str) -> Script:
    """Return a script as it travelled; UnableError where it is none."""
    try:
        return Script.from_json(text)
    except ValueError as error:
        raise UnableError(str(error)) from None


def equipped(script: Script) -> Profile:
    """Return a script's profile with the secrets of this process; UnableError names the one that is missing."""
    try:
        return profile_from_data(script.profile).equipped(os.environ)
    except (ValueError, ProfileError) as error:
        raise UnableError(str(error)) from None


def engine_of(profile: Profile, ca_file: Path | None = None, connect_to: str | None = None) -> Engine:
    """Return an engine that connects as a profile's traffic says; `connect_to` is `host:port` instead of any host."""
    traffic = profile.traffic
    host, _, port = (connect_to or "").rpartition(":")
    return Engine(
        timeout_s=profile.safety.timeout,
        ca_file=ca_file,
        http2=traffic.http == "2",
        proxy=proxy_of(traffic.proxy, profile.revealed),
        connect_to=(host.strip("[]"), int(port)) if connect_to else None,
    )
