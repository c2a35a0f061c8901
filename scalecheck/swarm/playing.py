"""The user and the shape that let Locust run a swarm: one user a worker, until the script is played to its end.

`swarm(read, play)` makes both, so that a team's own locustfile, and tests, can have them too.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from locust import LoadTestShape, User, events, task
from locust.env import Environment
from locust.runners import MasterRunner, Runner

from scalecheck.swarm.inside import Inside
from scalecheck.swarm.locust_typed import listen
from scalecheck.swarm.on_master import Piece
from scalecheck.swarm.options import add_options
from scalecheck.swarm.worker import Player

_inside: dict[int, Inside] = {}
"""By Locust environment: tests have several in one process."""


def inside(environment: Environment) -> Inside:
    """Return what this process has of the swarm."""
    return _inside[id(environment)]


def install(
    read: Callable[[str], Piece],
    play: Callable[[Environment, Mapping[str, Any]], Player],
    *,
    own_tasks: bool = False,
) -> None:
    """Have Locust read scalecheck's options, and put the swarm in place once Locust is ready.

    `own_tasks` says that users of Locust's own make the load, however many there are in a process.
    """

    def begin(environment: Environment, runner: Runner, **_: Any) -> None:
        try:
            _inside[id(environment)] = Inside(environment, read, partial(play, environment), own_tasks=own_tasks)
        except OSError as error:  # Locust logs any other exception, and goes on without a swarm
            raise SystemExit(f"scalecheck: {error.filename}: {error.strerror}") from error
        except ValueError as error:
            raise SystemExit(f"scalecheck: --scalecheck-script: {error}") from error

    listen(events.init_command_line_parser, add_options)
    listen(events.init, begin)


class Swarm(User):
    """All the visitors of one worker: Locust runs one of these on each."""

    abstract = True

    @task
    def play(self) -> None:
        """Play this worker's part of the script."""
        worker = inside(self.environment).worker
        if worker is not None:
            worker.play()

    def on_stop(self) -> None:
        """Send nothing more."""
        worker = inside(self.environment).worker
        if worker is not None:
            worker.leave()


class Course(LoadTestShape):
    """Keeps one user on every worker until everything was sent and answered: the load's own shape is the script's."""

    abstract = True

    def reset_time(self) -> None:
        """Begin anew: Locust calls this before the first `tick` of every run."""
        super().reset_time()  # type: ignore[no-untyped-call]  # Locust leaves it untyped
        if self.runner is not None and (master := inside(self.runner.environment).master) is not None:
            master.renew()

    def tick(self) -> tuple[int, float] | None:
        """Return how many users there are; None when it is over."""
        assert self.runner is not None  # Locust sets it when it makes the runner
        master = inside(self.runner.environment).master
        if master is None:
            raise SystemExit("expected --scalecheck-script: what is to be played")
        if master.over:
            return None
        workers = master.workers or (self.runner.worker_count if isinstance(self.runner, MasterRunner) else 1)
        return max(1, workers), float(max(1, workers))
