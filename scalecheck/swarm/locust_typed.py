"""What Locust leaves untyped, typed."""

from collections.abc import Callable
from typing import Any

from locust.env import Environment
from locust.event import EventHook
from locust.runners import LocalRunner, Runner


def listen(hook: EventHook, listener: Callable[..., object]) -> None:
    """Have an event of Locust's call a listener."""
    hook.add_listener(listener)  # type: ignore[no-untyped-call]


def options_of(environment: Environment) -> Any:
    """Return the command line as Locust parsed it."""
    assert environment.parsed_options is not None, "Locust is used as a library: give it parsed options"
    return environment.parsed_options


def is_local(runner: Runner) -> bool:
    """Whether master and worker are one process."""
    return isinstance(runner, LocalRunner)
