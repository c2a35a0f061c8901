"""Which servers and CDNs answered, and what their caches say they did.

Several caches may stand behind each other. All are told, the one nearest the client last: an application's own cache,
then servers, hosting platforms and CDNs; of equals the one that the Server field names comes last, then the order in
the header counts. Cache-Status is read before a vendor's own header, and that before X-Cache, which many write and
other fields have to tell apart.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from scalecheck.wire.cache_state import CacheState, State
from scalecheck.wire.cache_status import CacheStatus, cache_status
from scalecheck.wire.fields import Fields
from scalecheck.wire.freshness import age_s
from scalecheck.wire.vendor_data import Vendor, Vocabulary, vendors, verified, vocabularies
from scalecheck.wire.vocabularies import words

__all__ = ["CacheState", "State", "Vendor", "cache_states", "recognise", "vendor"]

MAX_LAYERS = 32
"""Caches that are told of; no chain is longer."""
_SHARED_HEADERS = frozenset({"via", "server-timing", "x-varnish", "age", "cache-status"})
"""Headers that say other things too, so that a word nobody knows in them is no unknown state."""
_SERVER_TIER = 1


class _Seen(NamedTuple):
    """The vendors that an answer shows."""

    all: frozenset[str]
    named: frozenset[str]
    """Those that its Server field names."""


SILENT = frozenset({"date", "etag", "last-modified", "expires", "content-length", "set-cookie", "content-type"})
"""Fields that differ from answer to answer and never say what a cache did."""


REMEMBERED_CHARS = 4000


class _Layer(NamedTuple):
    """One cache's state, and what decides how near the client it stands."""

    tier: int
    named: bool
    position: int
    """In its header; below 0 for an unknown word, so that it hides no known one of its tier."""
    state: CacheState


def vendor(name: str) -> Vendor | None:
    """Return what is known of a vendor, whatever the case of its name; None when there is none of this name."""
    return next((each for each in vendors().values() if each.name.lower() == name.strip().lower()), None)


def recognise(fields: Fields) -> tuple[str, ...]:
    """Return the names of the servers and CDNs that an answer shows, the one nearest the client last."""
    said = _said(fields)
    seen = [each for each in vendors().values() if any(_shows(said, sign) for sign in each.signs)]
    return tuple(each.name for each in sorted(seen, key=lambda each: (each.tier, _is_named(said, each))))


def cache_states(fields: Fields, cdn: str = "auto") -> tuple[CacheState, ...]:
    """Return what every cache on the way says it did, the one nearest the client last; none when none says anything.

    `cdn` is a vendor's name where it is known which one the site uses, so that ambiguous headers are read as its own. A
    word that is in no vocabulary is `State.NONE`, never a guess. Age alone shows that some cache had the answer, but
    its absence shows nothing: it is told, where nothing else is, as not certain.
    """
    telling = Fields(tuple([line for line in fields if line[0].lower() not in SILENT]))
    short = sum(len(value) for _, value in telling) <= REMEMBERED_CHARS
    return _remembered(telling, cdn) if short else _cache_states(telling, cdn)


@lru_cache(maxsize=16_384)
def nearest_state(fields: Fields, cdn: str = "auto") -> CacheState | None:
    """Return what the cache nearest the client says it did; None when nothing is said that may be relied on."""
    states = cache_states(fields, cdn)
    return states[-1] if states and states[-1].certain else None


def _cache_states(fields: Fields, cdn: str) -> tuple[CacheState, ...]:
    seen = _seen(fields, vendor(cdn))
    layers = _cache_status_layers(fields, seen)
    layers += _vendor_layers(fields, seen, {layer.state.vendor for layer in layers})
    layers.sort(key=lambda layer: layer[:3])
    return tuple(layer.state for layer in layers[-MAX_LAYERS:]) or tuple(_by_age(fields, seen))


_remembered = lru_cache(maxsize=2048)(_cache_states)
"""Answers of one site differ in few ways."""


def _seen(fields: Fields, declared: Vendor | None) -> _Seen:
    said = _said(fields)
    names = {*recognise(fields), *((declared.name,) if declared else ())}
    return _Seen(frozenset(names), frozenset(name for name in names if _is_named(said, vendors()[name])))


def _said(fields: Fields) -> dict[str, str]:
    """Return every field's lines, joined and in lower case, by name."""
    said: dict[str, list[str]] = {}
    for name, value in fields:
        said.setdefault(name.lower(), []).append(value)
    return {name: ", ".join(values).strip().lower() for name, values in said.items()}


def _shows(said: dict[str, str], sign: tuple[str, ...]) -> bool:
    """Whether a sign of a vendor is there."""
    text = said.get(sign[0])
    if text is None or len(sign) == 1:
        return text is not None
    how, wanted = sign[1:]
    return text == wanted if how == "is" else text.startswith(wanted) if how == "begins" else wanted in text


def _is_named(said: dict[str, str], each: Vendor) -> bool:
    """Whether the Server field names it: the one nearest the client usually wrote that."""
    return any(sign[0] == "server" and _shows(said, sign) for sign in each.signs)


def _cache_status_layers(fields: Fields, seen: _Seen) -> list[_Layer]:
    """Return the layers of Cache-Status, which stay together and in their order.

    A member without hit and fwd says nothing; often it is the rest of an unquoted key with a comma in it.
    """
    telling = [each for each in cache_status(fields) if each.hit or each.fwd is not None]
    states = [_by_cache_status(each, seen) for each in telling[-MAX_LAYERS:]]
    tier = max((_tier(state.vendor) for state in states), default=_SERVER_TIER)
    named = any(state.vendor in seen.named for state in states)
    return [_Layer(tier, named, position, state) for position, state in enumerate(states)]


def _by_cache_status(status: CacheStatus, seen: _Seen) -> CacheState:
    """Return the state of one member, in a vendor's own reading where it has one, else by RFC 9211 section 2."""
    said = "; ".join(("hit", *((f"fwd={status.fwd}",) if status.fwd == "stale" else ()))) if status.hit else ""
    said = said or f"fwd={status.fwd or ''}".lower()
    for vocabulary in vocabularies():
        if vocabulary.reads == "cache-status" and (vocabulary.when != "seen" or vocabulary.vendor in seen.all):
            name = status.cache.lower()
            for word in (f"{name}; {said}", f"*; {said}") if vocabulary.vendor else ():
                if word in vocabulary.values:
                    return _status_state(status, said, vocabulary, word)
    return _status_state(status, said, _standard(), _standard_word(status, said))


def _standard() -> Vocabulary:
    return next(each for each in vocabularies() if each.reads == "cache-status" and not each.vendor)


def _standard_word(status: CacheStatus, said: str) -> str:
    return f"{said}; fwd-status=304" if said == "fwd=stale" and status.fwd_status == 304 else said


def _status_state(status: CacheStatus, said: str, vocabulary: Vocabulary, word: str) -> CacheState:
    """Return the state of a word, refined by what the parameters add to it."""
    state, confidence = vocabulary.values.get(word, (State.NONE, ""))
    if state is State.HIT and status.ttl_s is not None and status.ttl_s < 0:
        state = State.HIT_STALE
    elif state is State.EXPIRED and status.fwd_status == 304:
        state = State.REVALIDATED
    elif state is State.MISS and status.collapsed:
        state = State.HIT_COLLAPSED
    shown = f"{status.cache}; {_standard_word(status, said)}"
    return CacheState(vocabulary.vendor, "cache-status", shown, state, verified(confidence))


def _vendor_layers(fields: Fields, seen: _Seen, told: set[str]) -> list[_Layer]:
    """Return what vendors' own headers say; `told` are the vendors of whom Cache-Status spoke."""
    layers: list[_Layer] = []
    read: set[str] = set()
    for vocabulary in vocabularies():
        label = _operators_server(seen) if vocabulary.when == "operator" else vocabulary.vendor
        if label and label in told:
            read.update(vocabulary.headers)
        elif _applies(vocabulary, seen):
            claimed = {(layer.state.header, layer.position) for layer in layers}
            header, found = _first_known(fields, vocabulary, label, claimed)
            if found:
                layers += (_Layer(_tier(label), label in seen.named, *each) for each in found)
                told.add(label)
                read.add(header)
    return [*_unknown_layers(fields, read, told, seen), *layers]


def _applies(vocabulary: Vocabulary, seen: _Seen) -> bool:
    """Whether this vendor's words are to be looked for."""
    if vocabulary.reads == "cache-status" or vocabulary.when == "last" or vocabulary.unless in seen.all:
        return False
    return vocabulary.when != "seen" or vocabulary.vendor in seen.all


def _operators_server(seen: _Seen) -> str:
    """Return whose cache a header that operators choose speaks of; empty when that cannot be told."""
    servers = [name for name in seen.all if _tier(name) == _SERVER_TIER]
    return "nginx" if "nginx" in servers else servers[0] if len(servers) == 1 else ""


def _first_known(
    fields: Fields, vocabulary: Vocabulary, label: str, claimed: set[tuple[str, int]]
) -> tuple[str, list[tuple[int, CacheState]]]:
    """Return the first header with words of this vocabulary that no other one claims, and their states by position."""
    for header in vocabulary.headers:
        found = []
        for position, (part, word) in enumerate(_words(fields, vocabulary, header)):
            if word.lower() in vocabulary.values and (header, position) not in claimed:
                state, confidence = vocabulary.values[word.lower()]
                found.append((position, CacheState(label, header, part, state, verified(confidence))))
        if found:
            return header, found[-1:] if header == "server-timing" else found
    return "", []


def _words(fields: Fields, vocabulary: Vocabulary, header: str) -> Iterator[tuple[str, str]]:
    return (pair for line in fields.all(header)[-MAX_LAYERS:] for pair in words(vocabulary.reads, line))


def _unknown_layers(fields: Fields, read: set[str], told: set[str], seen: _Seen) -> Iterator[_Layer]:
    """Yield a state of NONE for each status header in which no word is known and whose vendors said nothing else."""
    owners: dict[str, set[str]] = {}
    for vocabulary in vocabularies():
        for header in vocabulary.headers:
            owners.setdefault(header, set()).add(vocabulary.vendor)
    for header, names in owners.items():
        line = fields.first(header)
        if line is not None and header not in _SHARED_HEADERS | read and not names & told:
            owner = next(iter(names)) if len(names) == 1 else ""
            state = CacheState(owner, header, line.strip(), State.NONE, certain=False)
            yield _Layer(_tier(owner), owner in seen.named, -1, state)


def _by_age(fields: Fields, seen: _Seen) -> Iterator[CacheState]:
    """Yield what Age alone shows: that some cache had the answer. Without it nothing is known for certain."""
    for vocabulary in vocabularies():
        if vocabulary.when == "last" and vocabulary.vendor in seen.all:
            sent = fields.first("age")
            state, _ = vocabulary.values["absent" if sent is None else "present"]
            yield CacheState(vocabulary.vendor, "age", sent or "", state, certain=False)
            return
    if age := age_s(fields):
        yield CacheState("", "age", str(age), State.HIT, certain=False)


def _tier(name: str) -> int:
    return vendors()[name].tier if name in vendors() else _SERVER_TIER
