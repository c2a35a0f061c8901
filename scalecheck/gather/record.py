"""The evidence file: JSON lines, a header and one record per request; written as it comes, read back whole.

Line 1 is the run. A record's number is its line. Three more have lines of their own: a probe that begins, since one
that has nothing to ask leaves no other trace; a profile that was inferred on the way; and the end. What a swarm sent
and what came of it has lines as `model.load_record` writes them.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from scalecheck.model import load_record
from scalecheck.model.evidence import FORMAT, Exchange, Failure, LabRun, Record, Run, View
from scalecheck.model.load import Load, LoadRecord, SwarmRun
from scalecheck.model.load_gather import Gathering

if TYPE_CHECKING:
    from pydantic import TypeAdapter

BODILESS: Mapping[str, type[Failure | View | LabRun]] = {"failure": Failure, "view": View, "lab_run": LabRun}
"""Records that stand in a line as they are, by the name they have there."""
LONGEST_LINE = 64 * 1024 * 1024


class EvidenceError(Exception):
    """The file is no evidence, with the line and what was expected there."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """An evidence file, read."""

    run: Run
    records: tuple[Record, ...]
    probes: tuple[str, ...] = ()
    """Those that ran, in their order."""
    cut_off: bool = False
    """Its end is missing: the run was killed while it asked."""
    load: Load | None = None
    """What a swarm sent and what came of it, where there was one."""


@cache
def _adapter(of: type) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter  # heavy, and `scalecheck --help` does not need it

    return TypeAdapter(of)


class EvidenceFile:
    """Writes evidence line by line; a record's number is its line. With no file it only counts."""

    def __init__(self, file: IO[str] | None, run: Run) -> None:
        self._file = file
        self._next = 2
        self._written: set[str] = set()
        self._write({"format": FORMAT, "profile_digest": profile_digest(run.profile), **_dump(Run, run)})

    def begin(self, probe: str) -> None:
        """Write that a probe is asked from here on."""
        self.reserve()
        self._write({"probe": probe})

    def reserve(self) -> int:
        """Return the number of the next record."""
        number = self._next
        self._next += 1
        return number

    def keep(self, record: Record) -> None:
        """Write a record; a body that was written before is named by its digest only."""
        if self._file is None:
            return
        if not isinstance(record, Exchange):
            name, of = next((name, of) for name, of in BODILESS.items() if isinstance(record, of))
            self._write({name: _dump(of, record)})
            return
        body, digest = record.response.body, record.response.digest
        bare = replace(record, response=replace(record.response, body=None))
        line: dict[str, object] = {"exchange": _dump(Exchange, bare)}
        if body is not None:
            line |= {"body": None} if digest in self._written else _body(body)
            self._written.add(digest)
        self._write(line)

    def keep_load(self, record: LoadRecord) -> LoadRecord:
        """Write what a swarm reports; it takes the next line, and is returned with its number."""
        number = self.reserve()
        self._write(load_record.line(record))
        return record if isinstance(record, SwarmRun) else replace(record, number=number)

    def keep_profile(self, profile: Mapping[str, object]) -> None:
        """Write the profile that was inferred; it takes a line of its own."""
        self.reserve()
        self._write({"profile": profile})

    def end(self) -> None:
        """Write that nothing follows: evidence without this line was cut off."""
        self._write({"ended": True})

    def _write(self, line: Mapping[str, object]) -> None:
        if self._file is not None:
            self._file.write(json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n")
            self._file.flush()


def _dump(of: type, value: object) -> dict[str, object]:
    dumped: dict[str, object] = _adapter(of).dump_python(value, mode="json", exclude_defaults=True)
    return dumped


def _body(body: bytes) -> dict[str, object]:
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_latin1": body.decode("latin-1")}


def read_evidence(path: Path) -> Evidence:
    """Return the evidence in a file; EvidenceError with the line where it is none."""
    try:
        with path.open(encoding="utf-8") as file:
            return _read(file, str(path))
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise EvidenceError(f"{path}: expected JSON lines in UTF-8, found other bytes") from None


def _read(file: IO[str], name: str) -> Evidence:
    run: Run | None = None
    records: list[Record] = []
    swarm: Gathering | None = None
    probes: list[str] = []
    bodies: dict[str, bytes] = {}
    cut_off = True
    for number, data in _lines(file, name):
        if run is None:
            run = _run(data, name)
        elif "profile" in data:
            run = replace(run, profile=_mapping(data["profile"], f"{name}:{number}"))
        elif "ended" in data:
            cut_off = False
            break
        elif "probe" in data:
            probes.append(str(data["probe"]))
        elif any(kind in data for kind in load_record.KINDS):
            swarm = _told(_load_record(data, number, name, begun=swarm is not None), swarm)
        else:
            records.append(_record(data, f"{name}:{number}", bodies))
    return Evidence(
        _required(run, name), tuple(records), tuple(probes), cut_off, swarm.load() if swarm is not None else None
    )


def _told(record: LoadRecord, swarm: Gathering | None) -> Gathering | None:
    """Return a swarm with one more report."""
    if isinstance(record, SwarmRun):
        return Gathering(record)
    if swarm is not None:
        swarm.add(record)
    return swarm


def _load_record(data: dict[str, Any], number: int, name: str, *, begun: bool) -> LoadRecord:
    """Return what a swarm reported; the swarm itself comes first, and once."""
    try:
        record = load_record.read(data, number)
    except ValueError as error:
        raise EvidenceError(f"{name}:{number}: {error}") from None
    if isinstance(record, SwarmRun) == begun:
        raise EvidenceError(f"{name}:{number}: expected one swarm, and that before what it reports")
    return record


def _mapping(data: object, place: str) -> dict[str, object]:
    if not isinstance(data, dict):
        raise EvidenceError(f"{place}: expected a profile, found {type(data).__name__}")
    return data


def _lines(file: IO[str], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield line number and object, up to a last line that was cut off."""
    number = 0
    while text := file.readline(LONGEST_LINE):
        number += 1
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            if not text.endswith("\n") and number > 1:
                return
            raise EvidenceError(f"{name}:{number}: expected one JSON object a line") from None
        if not isinstance(data, dict):
            raise EvidenceError(f"{name}:{number}: expected a JSON object, found {type(data).__name__}")
        yield number, data


def _required(run: Run | None, name: str) -> Run:
    if run is None:
        raise EvidenceError(f"{name}: the file is empty; expected a {FORMAT} header")
    return run


def _run(data: dict[str, Any], name: str) -> Run:
    if (found := data.pop("format", None)) != FORMAT:
        raise EvidenceError(f'{name}:1: expected "format": "{FORMAT}", found {found!r}')
    data.pop("profile_digest", None)
    run: Run = _load(Run, data, f"{name}:1")
    return run


def _record(data: dict[str, Any], place: str, bodies: dict[str, bytes]) -> Record:
    for name, of in BODILESS.items():
        if name in data:
            record: Failure | View | LabRun = _load(of, data[name], place)
            return record
    if "exchange" not in data:
        raise EvidenceError(
            f"{place}: expected an exchange, a failure, a view, a lab run, what a swarm reports, a probe or a profile,"
            f" found {', '.join(data) or 'nothing'}"
        )
    exchange: Exchange = _load(Exchange, data["exchange"], place)
    digest = exchange.response.digest
    if isinstance(text := data.get("body"), str):
        bodies[digest] = text.encode()
    elif isinstance(text := data.get("body_latin1"), str):
        bodies[digest] = text.encode("latin-1", "replace")
    elif "body" not in data:
        return exchange
    return replace(exchange, response=replace(exchange.response, body=bodies.get(digest)))


def _load(of: type, data: object, place: str) -> Any:
    from pydantic import ValidationError

    try:
        return _adapter(of).validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EvidenceError(f"{place}: {where or 'record'}: {first['msg']}") from None


def by_probe(evidence: Evidence) -> dict[str, tuple[Record, ...]]:
    """Return the records by probe, in their order; a probe that had nothing to ask has none."""
    grouped: dict[str, list[Record]] = {probe: [] for probe in evidence.probes}
    for record in evidence.records:
        grouped.setdefault(record.probe, []).append(record)
    return {probe: tuple(each) for probe, each in grouped.items()}


def profile_digest(profile: Mapping[str, object]) -> str:
    """Return the SHA-256 by which two runs can tell whether they were asked by the same profile."""
    return hashlib.sha256(json.dumps(profile, sort_keys=True).encode()).hexdigest()
