"""What one audit is asked to do, as the command line says it."""

from dataclasses import dataclass
from pathlib import Path

EVIDENCE = Path("reports/evidence.jsonl")
"""Where evidence is kept unless `--keep` says otherwise."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the command line overrides of the profile's `safety` and `browser`; None leaves it."""

    requests: int | None = None
    concurrency: int | None = None
    samples: int | None = None
    patience: str | None = None
    runs: int | None = None
    """Of Lighthouse, on each page and device."""
    chrome: Path | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One audit as the command line asks for it."""

    url: str | None = None
    profile: str | None = None
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    keep: Path | None = None
    before: Path | None = None
    har: Path | None = None
    connect_to: str | None = None
    limits: Limits = Limits()
    ca_file: Path | None = None
    quiet: bool = False
    browser: bool = False
    """Whether pages are opened in a real browser too."""

    @property
    def evidence(self) -> Path:
        """Where evidence is kept."""
        return self.keep or EVIDENCE
