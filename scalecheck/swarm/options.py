"""What scalecheck adds to Locust's command line."""

from argparse import SUPPRESS
from typing import Any

from locust.argument_parser import LocustArgumentParser


def add_options(parser: LocustArgumentParser, **_: Any) -> None:
    """Add the options; listens to `events.init_command_line_parser`."""
    group = parser.add_argument_group("scalecheck", "What a swarm plays, and where its evidence goes")
    _add(group, "--scalecheck-script", "SCRIPT", "What to play: the file that `scalecheck swarm --script FILE` writes.")
    _add(group, "--scalecheck-keep", "FILE", "Write the swarm's evidence here, judge it, and exit with its verdict.")
    _add(group, "--scalecheck-connect-to", "HOST:PORT", "Ask this address rather than what DNS says.")
    _add(group, "--scalecheck-ca-file", "FILE", "Certificates to trust besides the usual ones.")
    _add(group, "--scalecheck-line", "R,W,PID", SUPPRESS)


def _add(group: Any, name: str, metavar: str, text: str) -> None:
    action = group.add_argument(name, metavar=metavar, default="", env_var=_variable(name), help=text)
    action.include_in_web_ui = False


def _variable(name: str) -> str:
    """Return the environment variable that stands for an option, as Locust has one for each of its own."""
    return "LOCUST_" + name.removeprefix("--").replace("-", "_").upper()
