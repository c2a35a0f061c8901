"""What a swarm plays, as it travels to the workers: plain JSON, made once, the same for all of them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from scalecheck.model.load import Key, StageRun, SwarmRun
from scalecheck.swarm.data import Source, Table

LARGEST = 256 * 1024 * 1024
"""Characters of a script that are read back."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One request that a view of a page makes besides its document."""

    url: str
    use: str
    """What a browser does with it (`page.fetches.Use`)."""
    mode: str
    """How a browser asks for it: `no-cors`, `cors`, `include` (cors, with credentials) or `navigate`."""
    via: str
    """URL of the sheet or script that names it; empty for what the document names."""
    status: int
    """What it answered when it was scouted; 0 where it was not answered."""


@dataclass(frozen=True, slots=True)
class ViewSample:
    """What one page of its kind makes one device's browser fetch on a first visit, third parties left out."""

    url: str
    """Of the document, redirects followed."""
    row: int | None
    """Number of the row of the page's data; None for a page that has none."""
    assets: tuple[Asset, ...]
    """In the order in which a browser finds them."""


@dataclass(frozen=True, slots=True)
class Warm:
    """An answer that a warm cache holds."""

    status: int
    fields: tuple[tuple[str, str], ...]
    """Those that decide on its reuse."""
    received_at: float
    """Seconds since the epoch; a warm cache has it as if it had come an hour before the run."""
    via: tuple[str, ...]
    """What is asked for when it comes: its own URL, and those that redirect to it."""


@dataclass(frozen=True)
class Script:
    """Everything that a worker needs to play its part."""

    profile: Mapping[str, Any]
    """As `Profile.portable` writes it: secrets as `${env:NAME}`, which every worker reads from its own environment."""
    shape: str
    scale: float
    seed: int
    run_id: str
    """What `safety.mark` carries."""
    started: str
    """The date on which days are played, as 2026-11-27."""
    views: Mapping[str, Mapping[str, tuple[ViewSample, ...]]] = field(default_factory=dict)
    """By page and device; none for a page whose document could not be scouted."""
    warm: Mapping[str, Warm] = field(default_factory=dict)
    """By URL."""
    tables: Mapping[str, Table] = field(default_factory=dict)
    """Data files, by path."""
    sources: Mapping[str, Source] = field(default_factory=dict)
    """By page or endpoint."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    """Hosts that pages name and that get no load, with how many URLs of each."""
    notes: tuple[str, ...] = ()
    """What is not played, or not as declared, a sentence each."""
    profile_path: str | None = None
    """Where the profile was read from."""

    @property
    def bare(self) -> tuple[str, ...]:
        """Pages that were scouted, and load no assets."""
        return tuple(
            name
            for name, by_device in self.views.items()
            if not any(each.assets for samples in by_device.values() for each in samples)
        )

    def run(
        self,
        normal: float | None,
        *,
        shape: str,
        scale: float,
        stages: tuple[StageRun, ...] = (),
        planned: Mapping[Key, int] | None = None,
    ) -> SwarmRun:
        """Return what is to be played, as evidence says it; `normal` is page views per second at 1x."""
        return SwarmRun(
            shape=shape,
            scale=scale,
            normal=normal or 0.0,
            stages=stages,
            workers=0,
            planned=planned or {},
            seed=self.seed,
            skipped=self.skipped,
            bare=self.bare,
            notes=self.notes,
        )

    def to_json(self) -> str:
        """Return the script as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Script":
        """Return the script that `to_json` wrote; ValueError where the text is none."""
        if len(text) > LARGEST:
            raise ValueError(f"a script of {len(text)} characters; at most {LARGEST} are read")
        try:
            return _read(json.loads(text))
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"no script: {error}") from None


def _read(data: Any) -> Script:
    views = {
        page: {device: tuple(map(_sample, samples)) for device, samples in devices.items()}
        for page, devices in data.pop("views").items()
    }
    warm = {url: _warm(each) for url, each in data["warm"].items()}
    tables = {
        path: Table(tuple(each["columns"]), tuple(map(tuple, each["rows"]))) for path, each in data["tables"].items()
    }
    sources = {name: Source(**each) for name, each in data["sources"].items()}
    made = {"views": views, "warm": warm, "tables": tables, "sources": sources, "notes": tuple(data["notes"])}
    return Script(**{**data, **made})


def _sample(data: Any) -> ViewSample:
    return ViewSample(data["url"], data["row"], tuple(Asset(**each) for each in data["assets"]))


def _warm(data: Any) -> Warm:
    return Warm(data["status"], _pairs(data["fields"]), data["received_at"], tuple(data["via"]))


def _pairs(lines: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in lines)
