"""A crowd for one test, against a server that answers as the test says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import gevent

from scalecheck.engine.engine import Engine
from scalecheck.model.load import Key, Part, Tally
from scalecheck.model.profile_file import parse_profile
from scalecheck.swarm.asked import devices
from scalecheck.swarm.crowd import Crowd
from scalecheck.swarm.ledger import Ledger
from scalecheck.swarm.script import Asset, Script, ViewSample, Warm
from tests.engine.servers import Pieces, Seen, answering

Answer = Callable[[str], str | Pieces]
"""From the path to the head of an answer, without its status line where that is 200; or to the pieces themselves."""


@dataclass
class Playing:
    """A crowd, and what came of it."""

    crowd: Crowd
    engine: Engine
    server: Seen
    ledger: Ledger
    begins_s: float
    tallies: dict[Key, list[Tally]] = field(default_factory=dict)

    def arrive(self, count: int = 1, stream: int = 0, at_s: float = 0.0) -> None:
        """Let so many arrive at a moment of the run, and wait until their views are over."""
        for _ in range(count):
            self.crowd.handlers()[stream](self.begins_s + at_s)
        with gevent.Timeout(10):
            while not self.crowd.idle() or self.engine.under_way:
                gevent.sleep(0.002)
        for tallies in self.ledger.take().values():
            for key, tally in tallies.items():
                self.tallies.setdefault(key, []).append(tally)

    def asked(self) -> list[str]:
        """Return the paths that the server was asked for since the last time."""
        heads, self.server.heads[:] = list(self.server.heads), []
        return [head.split(b" ")[1].decode() for head in heads]

    def count(self, part: Part, name: str, what: str) -> int:
        """Return the sum of one count."""
        return sum(getattr(each, what) for each in self.tallies.get(Key(part, name), ()))

    def failures(self, part: Part, name: str) -> dict[str, int]:
        """Return how many failed, by why."""
        found: dict[str, int] = {}
        for each in self.tallies.get(Key(part, name), ()):
            for why, count in each.failed.items():
                found[why] = found.get(why, 0) + count
        return found


def pairs(lines: str) -> tuple[tuple[str, str], ...]:
    parted = (line.partition(": ") for line in lines.splitlines())
    return tuple((name, value) for name, _, value in parted)


@contextmanager
def playing(
    traffic: str,
    answer: Answer,
    *,
    assets: tuple[str, ...] = (),
    warm: dict[str, str] | None = None,
    more: str = "",
    seed: int = 1,
) -> Iterator[Playing]:
    """Play traffic, a YAML table without its shapes, against a server until the block ends."""

    def answered(head: bytes) -> Pieces:
        found = answer(head.split(b" ")[1].decode())
        if not isinstance(found, str):
            return found
        status, fields = found.split("\n", 1) if found.startswith("HTTP/") else ("HTTP/1.1 200 OK", found)
        lines = "".join(f"{line}\r\n" for line in fields.splitlines() if line)
        return [f"{status}\r\n{lines}Content-Length: 2\r\n\r\nok".encode()]

    with answering(answered) as server:
        site = f"http://127.0.0.1:{server.port}"
        more = more.replace("PORT", f"localhost:{server.port}")
        text = f"scalecheck: 1\nsite: {site}\n{more}\ntraffic:\n  shapes: {{s: [{{hold: 1x, for: 100s}}]}}\n{traffic}"
        profile = parse_profile(text)
        names = tuple(profile.traffic.pages)
        loads = tuple(Asset(site + each, "script", "no-cors", "", 200) for each in assets)
        sample = {
            name: dict.fromkeys(devices(profile), (ViewSample(site + profile.traffic.pages[name].get, None, loads),))
            for name in names
        }
        kept = {site + path: Warm(200, pairs(lines), 0.0, (site + path,)) for path, lines in (warm or {}).items()}
        script = Script(profile.portable(), "s", 1.0, seed, "run", "2026-11-27", views=sample, warm=kept)
        engine = Engine(timeout_s=2.0)
        begins_s = engine.now()
        ledger = Ledger(begins_s)
        crowd = Crowd(script, profile, engine, ledger, seed=seed, shard=0, of=1)
        crowd.begin(begins_s)
        try:
            yield Playing(crowd, engine, server, ledger, begins_s)
        finally:
            crowd.close()
            engine.close()
