"""What is known about the site so far: the profile and the evidence, as probes and checks read it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from scalecheck.model.contract import Contract
from scalecheck.model.evidence import Exchange, Failure, Record
from scalecheck.model.kinds import ASSETS, PAGES, Kind
from scalecheck.model.load import Load
from scalecheck.model.profile import Profile, Route
from scalecheck.model.verdict import Measure
from scalecheck.wire import content_type
from scalecheck.wire.fingerprint import fingerprint, fingerprinted
from scalecheck.wire.html import Page, read_page

SWARM = "swarm"
"""The probe that is asked by Locust, in a run of its own."""
SMALL_BYTES = 8 * 1024
"""HTML up to this size counts as small: read, it takes some kilobytes."""
FIRST = "first"
"""The probe that asks every sampled URL once; the others follow it up."""
ICON = re.compile(r"/(?:favicon|apple-touch-icon|android-chrome|mstile)[^/]*$")
"""Icons of the site itself, by the names that browsers and generators use."""


@dataclass(frozen=True)
class Site:
    """A profile and the evidence gathered against it; grows by `learned`, never in place."""

    profile: Profile
    started_at: float = 0.0
    """Seconds since the epoch; the date by which waivers end."""
    records: Mapping[str, tuple[Record, ...]] = field(default_factory=dict, repr=False)
    """By probe, in the order asked; a probe that ran and had nothing to ask has an empty tuple."""
    before: "Site | None" = field(default=None, repr=False)
    """Evidence of an earlier run, where one was given."""
    elsewhere: Mapping[str, Exchange] = field(default_factory=dict, repr=False)
    """What other hosts answered, by URL, where a browser recorded it; we never ask them."""
    load: Load | None = field(default=None, repr=False)
    """What a swarm sent and what came of it, where there was one."""
    baseline: tuple[Measure, ...] | None = field(default=None, repr=False)
    """Figures of the earlier run that `slo.baseline` names; None where its file is not there."""
    readable: frozenset[str] | None = None
    """Probes that may be read; None is all. A check sees only what it needs, so that its declaration cannot lie."""

    def learned(self, probe: str, records: Iterable[Record]) -> "Site":
        """Return this site with more records of one probe."""
        return replace(self, records={**self.records, probe: (*self.records.get(probe, ()), *records)})

    def swarmed(self, load: Load, baseline: tuple[Measure, ...] | None = None) -> "Site":
        """Return this site with what a swarm brought."""
        return replace(self, records={**self.records, SWARM: self.records.get(SWARM, ())}, load=load, baseline=baseline)

    def restricted(self, probes: Iterable[str]) -> "Site":
        """Return this site with only these probes readable."""
        readable = frozenset(probes)
        view = replace(self, readable=readable, load=self.load if SWARM in readable else None)
        view.__dict__.update(  # the same records, read once
            _following=self._following, by_number=self.by_number, remembered=self.remembered
        )
        return view

    @cached_property
    def remembered(self) -> dict[Any, Any]:
        """What was worked out of this evidence once, for all checks that ask; by whatever names it."""
        return {}

    @property
    def nonce(self) -> str:
        """A word that no visitor has asked for before, the same throughout one run."""
        return f"sc{round(self.started_at * 1000):x}"

    def asked(self, probe: str) -> bool:
        """Whether the probe ran at all."""
        return probe in self.records

    def all(self, probe: str) -> tuple[Record, ...]:
        """Return exchanges and failures of a probe; LookupError when it was not declared."""
        if self.readable is not None and probe not in self.readable:
            raise LookupError(f"reads {probe!r}, which is not among its needs {sorted(self.readable)}")
        return self.records.get(probe, ())

    def seen(self, probe: str, kinds: Iterable[Kind] | None = None) -> Iterator[Exchange]:
        """Yield the probe's exchanges, of these kinds where given, in the order asked."""
        wanted = None if kinds is None else frozenset(kinds)
        for record in self.all(probe):
            if isinstance(record, Exchange) and (wanted is None or self.kind(record) in wanted):
                yield record

    def good(self, kinds: Iterable[Kind] | None = None) -> Iterator[Exchange]:
        """Yield the first answers with status 200, one a URL: what most checks judge."""
        urls = set()
        for exchange in self.seen(FIRST, kinds):
            if exchange.status == 200 and exchange.url not in urls:
                urls.add(exchange.url)
                yield exchange

    def pages(self) -> Iterator[Exchange]:
        """Yield the good first answers of page routes."""
        return self.good(PAGES)

    def assets(self) -> Iterator[Exchange]:
        """Yield the good first answers of the site's own assets."""
        return self.good(ASSETS)

    def following(self, first: Exchange, probe: str) -> tuple[Exchange, ...]:
        """Return the probe's exchanges that follow up this one, in the order asked."""
        self.all(probe)
        return self._following.get((probe, first.number), ())

    @cached_property
    def _following(self) -> Mapping[tuple[str, int], tuple[Exchange, ...]]:
        index: dict[tuple[str, int], list[Exchange]] = {}
        for probe, records in self.records.items():
            for record in records:
                if isinstance(record, Exchange) and record.ask.of is not None:
                    index.setdefault((probe, record.ask.of), []).append(record)
        return {key: tuple(exchanges) for key, exchanges in index.items()}

    @cached_property
    def by_number(self) -> Mapping[int, Record]:
        """Every record by the line of the evidence file on which it stands."""
        return {record.number: record for records in self.records.values() for record in records}

    def lost(self, probe: str) -> Iterator[Failure]:
        """Yield the probe's requests that were not answered."""
        return (record for record in self.all(probe) if isinstance(record, Failure))

    @property
    def losses(self) -> Iterator[Failure]:
        """Yield every request of any probe that was not answered."""
        return (record for records in self.records.values() for record in records if isinstance(record, Failure))

    def route(self, record: Record) -> Route | None:
        """Return the declared route of a record; None when no route matches its URL."""
        return self.profile.route_for(record.url)

    def kind(self, record: Record) -> Kind | None:
        """Return the kind its route declares, or of an undeclared asset what name and type say; None for others."""
        if (route := self.route(record)) is not None:
            return route.kind
        if not isinstance(record, Exchange):
            return None
        return _asset_kind(record.url, record.response.content_type, record.url in self.fingerprinted)

    @cached_property
    def fingerprinted(self) -> frozenset[str]:
        """URLs of the first answers that carry a content hash, or seem to where all others of their folder do."""
        return fingerprinted(record.url for record in self.records.get(FIRST, ()) if isinstance(record, Exchange))

    def contract(self, record: Record) -> Contract:
        """Return the caching contract of a record's route, or the one its kind implies."""
        route = self.route(record)
        if route is not None:
            return self.profile.contract(route)
        kind = self.kind(record)
        return self.profile.kind_contract(kind) if kind is not None else Contract()

    def page(self, exchange: Exchange) -> Page:
        """Return what the HTML of an answer says."""
        body = exchange.response.body or b""
        read = _small_page if len(body) <= SMALL_BYTES else _large_page
        return read(body, exchange.url, exchange.fields.first("content-type") or "")


_small_page = lru_cache(maxsize=4096)(read_page)
_large_page = lru_cache(maxsize=64)(read_page)
"""Pages are read once for the many checks that ask for them; how many are remembered is a matter of their size."""


@lru_cache(maxsize=8192)
def _asset_kind(url: str, media_type: str, hashed: bool) -> Kind | None:
    """Return the kind of an asset that no route declares; a fingerprint says more than the media type.

    An icon that browsers ask for by its name is replaced under that name, so it is no image to keep for long.
    """
    code = content_type.is_javascript(media_type) or content_type.is_css(media_type)
    image, font = content_type.is_image(media_type), content_type.is_font(media_type)
    if not (code or image or font):
        return None
    if hashed or fingerprint(url):
        return Kind.HASHED
    if image and ICON.search(url):
        return Kind.STATIC
    return Kind.IMAGE if image else Kind.FONT if font else Kind.STATIC
