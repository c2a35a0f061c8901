"""What Locust plays: `locust -f scalecheck/swarm/locustfile.py --scalecheck-script FILE`.

A locustfile of one's own may have the same with `from scalecheck.swarm.locustfile import Course, Swarm`.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from locust.env import Environment

from scalecheck.model.profile_file import profile_from_data
from scalecheck.swarm import playing
from scalecheck.swarm.aborting import Watch
from scalecheck.swarm.locust_typed import options_of
from scalecheck.swarm.on_master import Piece
from scalecheck.swarm.player import ShardPlayer
from scalecheck.swarm.player import play as play_shard
from scalecheck.swarm.schedule import Schedule
from scalecheck.swarm.script import Script
from scalecheck.swarm.streams import stages, streams


def read(text: str) -> Piece:
    """Return what a master has played, of a script's text."""
    script = Script.from_json(text)
    profile = profile_from_data(script.profile)
    if script.shape not in profile.traffic.shapes:
        raise ValueError(f"its profile declares no shape {script.shape}")
    on = date.fromisoformat(script.started)
    arriving = streams(profile, script.shape, script.scale, on)
    schedule = Schedule(arriving, profile.traffic.arrivals, script.seed)
    run = script.run(
        profile.traffic.normal,
        shape=script.shape,
        scale=script.scale,
        stages=stages(profile, script.shape, script.scale, on),
        planned={each.key: schedule.total(each.key) for each in arriving},
    )
    return Piece(text, run, profile, lambda: Watch(profile.abort), profile_path=script.profile_path)


def play(environment: Environment, shard: Mapping[str, Any]) -> ShardPlayer:
    """Return what plays a shard in this process."""
    options = options_of(environment)
    ca_file = Path(options.scalecheck_ca_file) if options.scalecheck_ca_file else None
    return play_shard(shard, ca_file, options.scalecheck_connect_to or None)


playing.install(read, play)


class Swarm(playing.Swarm):
    """All the visitors of one worker."""

    abstract = False


class Course(playing.Course):
    """Keeps one of them on every worker until the script is played."""

    abstract = False
