"""What is known of servers and CDNs, from vendors.json; read once, and only when it is needed.

Confidence letters: S source code, D the vendor's documentation, T secondary, M not verified; `M/S` is a mixture.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from scalecheck.wire.cache_state import State


@dataclass(frozen=True, slots=True)
class Vendor:
    """A server, platform or CDN, and what a check has to know of it."""

    name: str
    tier: int
    """How near the client it stands as a rule: 0 an application, 1 a server, 2 a hosting platform, 3 a CDN."""
    signs: tuple[tuple[str, ...], ...]
    """Any of which gives it away: (header), or (header, `is` | `begins` | `contains`, text in lower case)."""
    targets: tuple[str, ...]
    """Targeted fields that it obeys before Cache-Control, first wins."""
    strips: tuple[str, ...]
    """Directives of Cache-Control that it takes out of what the client sees."""
    stale_while_revalidate: bool | None
    """Whether it honours the directive without further configuration; None where that is not known."""
    vary: str
    """What it makes of Vary, in words; empty where that is not known."""
    confidence: str
    source: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words in which one vendor's header says what its cache did."""

    vendor: str
    """Empty for words that are nobody's own."""
    headers: tuple[str, ...]
    """In the order in which they are asked."""
    reads: str
    """How a header's value is taken apart: a name in `wire.vocabularies`, `cache-status`, or `presence`."""
    when: str
    """`known`: wherever a word of it stands; `seen`: where the vendor shows itself; `operator`: where no vendor claims
    the word; `last`: where nothing else says anything."""
    unless: str
    """A vendor whose presence means that the word is not this one's; empty for none."""
    values: Mapping[str, tuple[State, str]]
    """State and confidence by word, in lower case."""


@cache
def vendors() -> Mapping[str, Vendor]:
    """Return every vendor by name."""
    return {name: _vendor(name, facts) for name, facts in _data()["vendors"].items()}


@cache
def vocabularies() -> tuple[Vocabulary, ...]:
    """Return every vocabulary, in the order in which they claim a header's words."""
    return tuple(_vocabulary(each) for each in _data()["vocabularies"])


def verified(confidence: str) -> bool:
    """Whether a fact may decide a verdict: read in source code, documentation or, alone, in a secondary source."""
    return bool({"S", "D"} & set(confidence)) or confidence == "T"


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(files("scalecheck.wire").joinpath("vendors.json").read_text("utf-8"))
    return data


def _vendor(name: str, facts: dict[str, Any]) -> Vendor:
    lists = {key: tuple(facts[key]) for key in ("targets", "strips")}
    return Vendor(name, **{**facts, **lists, "signs": tuple(tuple(sign) for sign in facts["signs"])})


def _vocabulary(read: dict[str, Any]) -> Vocabulary:
    values = {word.lower(): (State[state], confidence) for word, (state, confidence) in read["values"].items()}
    return Vocabulary(
        read["vendor"], tuple(read["headers"]), read["reads"], read["when"], read.get("unless", ""), values
    )
