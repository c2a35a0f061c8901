"""A swarm at real caches counts what they themselves wrote down: every request, every byte, every hit."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from scalecheck.gather.record import read_evidence
from scalecheck.model.evidence import Exchange
from scalecheck.model.load import Key, Part
from scalecheck.model.load_run import Played
from tests.cli.apart import started
from tests.peers.logs import Log, Standing, nginx_with_a_log, varnish_with_a_log
from tests.peers.servers import require

pytestmark = pytest.mark.peer

PROFILE = Path(__file__).parent / "swarm.yaml"
KEYS = {
    Key(Part.DOCUMENT, "home"): "/",
    Key(Part.DOCUMENT, "catalogue"): "/products",
    Key(Part.DOCUMENT, "product"): "/products/1",
    Key(Part.ASSET, "chunks"): "/assets/*",
    Key(Part.ASSET, "images"): "/images/*",
    Key(Part.CALL, "GET /api/products/1"): "/api/products/1",
    Key(Part.CALL, "GET /api/products/2"): "/api/products/2",
    Key(Part.CALL, "GET /api/delivery"): "/api/delivery",
    Key(Part.ROUTE, "GET /products/2"): "/products/2",
    Key(Part.ROUTE, "GET /health"): "/health",
}
"""What the swarm asks for, and where the server's log has it."""


@dataclass(frozen=True)
class Told:
    """What one run of the command line left behind."""

    played: Played
    before: tuple[Exchange, ...]
    """What was asked before the swarm, to see what pages load."""
    hit_ratios: Mapping[str, float]
    """The report's, by route."""

    def requests(self) -> Mapping[Key, Log]:
        """Return what the evidence says of each route, as a log does."""
        totals = {key: self.played.total(key) for key in self.played.keys if key.part is not Part.PAGE}
        return {key: Log(each.sent, each.size, Counter(each.states)) for key, each in totals.items()}


def swarmed(url: str, folder: Path) -> Told:
    words = ["-p", PROFILE, "-s", "brief", "--processes", "1", "--keep", "swarm.jsonl", "--format", "json", "-q"]
    with started(folder, "swarm", url, *words) as process:
        out, err = process.communicate()
    report = json.loads(out)
    assert (process.returncode, report["verdict"]) == (0, "pass"), (report["outcomes"], err)
    evidence = read_evidence(folder / "swarm.jsonl")
    assert evidence.load is not None
    ratios = {each["route"]: each["value"] for each in report["measures"] if each["name"] == "hit_ratio"}
    asked = tuple(each for each in evidence.records if isinstance(each, Exchange))
    return Told(Played(evidence.load), asked, ratios)


def logged(peer: Standing, told: Told) -> Mapping[Key, Log]:
    """Return the server's log by route; ValueError for a path that belongs to none."""
    found: dict[Key, Log] = {}
    for path, log in peer.counted(sum(each.requests for each in told.requests().values())).items():
        (key,) = (key for key, pattern in KEYS.items() if fnmatchcase(path, pattern))
        before = found.get(key, Log())
        found[key] = Log(before.requests + log.requests, before.size + log.size, before.states + log.states)
    return found


def ratios(log: Mapping[Key, Log], counted: Iterable[str]) -> Mapping[str, float]:
    """Return the hit ratio of each route, and of all, among the requests of which the log says one of these."""
    states = {key.name: each.states for key, each in log.items()}
    states["*"] = sum(states.values(), Counter[str]())
    whole = {name: sum(each[state] for state in counted) for name, each in states.items()}
    return {name: each["hit"] / whole[name] for name, each in states.items() if whole[name]}


def test_nginx_wrote_down_what_is_reported(tmp_path: Path) -> None:
    require("nginx")
    with nginx_with_a_log(tmp_path) as peer:
        told = swarmed(peer.url, tmp_path)
        log = logged(peer, told)
    assert told.requests() == log
    assert told.hit_ratios == pytest.approx(ratios(log, ("hit", "miss", "bypass")))


def test_varnish_wrote_down_and_counted_what_is_reported(tmp_path: Path) -> None:
    require("varnish", "varnish's log")
    with varnish_with_a_log(tmp_path) as peer:
        told = swarmed(peer.url, tmp_path)
        log = logged(peer, told)
        hits = peer.counter("MAIN.cache_hit")
    for each in log.values():
        del each.states["pass"]  # the VCL's own word, which no vendor has: nothing is made of it
    assert told.requests() == log
    assert told.hit_ratios == pytest.approx(ratios(log, ("hit", "miss")))
    before = sum(each.fields.get("x-cache") == "HIT" for each in told.before)
    assert hits == before + sum(each.states["hit"] for each in log.values())
