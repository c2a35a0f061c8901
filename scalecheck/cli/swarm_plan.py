"""What one swarm is asked to do, as the command line says it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

EVIDENCE = Path("reports/swarm.jsonl")
"""Where evidence is kept unless `--keep` says otherwise."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where the other processes are, as Locust's own options say it."""

    processes: int | None = None
    """Workers on this machine; None is as many as the load needs."""
    master: bool = False
    """Workers come from elsewhere."""
    expect_workers: int | None = None
    expect_workers_max_wait: int = 120
    """Seconds."""
    bind_host: str = "*"
    port: int = 5557


@dataclass(frozen=True, slots=True)
class SwarmPlan:
    """One swarm as the command line asks for it."""

    url: str | None = None
    profile: str | None = None
    shape: str | None = None
    scale: float = 1.0
    seed: int = 1
    elsewhere: Elsewhere = Elsewhere()
    keep: Path | None = None
    before: Path | None = None
    connect_to: str | None = None
    ca_file: Path | None = None
    may_load: tuple[str, ...] = ()
    """Hosts whose owner the user is, or has asked."""
    web: bool = False
    locustfile: Path | None = None
    """A team's own, whose users make the load instead of the profile's shape."""
    locust: tuple[str, ...] = ()
    """More options for Locust."""
    export: str | None = None
    """Write what `k8s` or `compose` needs, instead of playing it."""
    export_to: Path = Path("reports/swarm")
    script: Path | None = None
    """Where to write the script, instead of playing it."""
    otlp: str | None = None
    """URL of a collector."""
    prometheus: str | None = None
    """Port, `host:port`, or a file."""
    quiet: bool = False

    @property
    def evidence(self) -> Path:
        """Where evidence is kept."""
        return self.keep or EVIDENCE


def in_ci(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether no person is looking."""
    return bool(environment.get("CI"))
