"""How each kind of status header is taken apart into the words of single caches, the one nearest the client last."""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

from scalecheck.wire.cache_control import members, unquoted

Words = Iterable[tuple[str, str]]
"""Pairs of a cache's part of the header, as sent, and the word that stands in the vocabulary."""

MAX_WORDS = 64
"""Members of one header that are read: no chain of caches is longer."""

_FASTLY_SUFFIXES = ("-CLUSTER", "-WAIT", "-REFRESH", "-REMOTE")
_MAX_CODES = 32
_TIMING = re.compile(r'[ \t]*+([^;, \t="]++)(?:[ \t]*+;[ \t]*+desc[ \t]*+=[ \t]*+("[^"]*+"|[^;,"]++))?')


def words(reads: str, line: str) -> Words:
    """Return the words of one header line, by the named way of reading it."""
    return _READERS[reads](line)


def _whole(line: str) -> Words:
    text = line.strip(" \t")
    return [(text, text)]


def _by_member(word: Callable[[str], str]) -> Callable[[str], Words]:
    """Return a reader of lists in which each member gives one word."""

    def read(line: str) -> Words:
        parts = [part for _, part in zip(range(MAX_WORDS), members(line), strict=False)]
        return [(part, word(part)) for part in parts or [""]]

    return read


def _first_word(part: str) -> str:
    return part.split(maxsplit=1)[0] if part.split(maxsplit=1) else ""


def _two_words(part: str) -> str:
    return " ".join(part.split(maxsplit=2)[:2])


def _word_from(part: str) -> str:
    """Return the word before ` from `; nothing where that is missing, since the bare word is somebody else's."""
    word, origin, _ = part.partition(" from ")
    return word if origin else ""


def _after_colon(part: str) -> str:
    return part.rpartition(":")[2].strip()


def _fastly_state(part: str) -> str:
    """Return fastly_info.state without what it says of the path: `HIT-STALE-WAIT-CLUSTER` is HIT-STALE."""
    for _ in _FASTLY_SUFFIXES:
        for suffix in _FASTLY_SUFFIXES:
            part = part.removesuffix(suffix)
    return part


def _child_first(line: str) -> Words:
    """Read Akamai's `HIT from child, MISS from parent`: the child is the edge."""
    return list(_by_member(_first_word)(line))[::-1]


def _varnish_ids(line: str) -> Words:
    ids = line.split(maxsplit=3)
    count = len(ids) if all(each.isascii() and each.isdigit() for each in ids) else 0
    return [(line.strip(), {1: "one id", 2: "two ids"}.get(count, ""))]


def _via_codes(line: str) -> Words:
    """Read Traffic Server's codes, pairs of a field and what is said of it: `c` the lookup, `s` the origin's answer."""
    found = []
    for before, after in pairwise(line.split("[")):
        if "ApacheTrafficServer" in before.rpartition("]")[2]:
            sent = after[:_MAX_CODES].partition("]")[0].partition(":")[0]
            codes = dict(zip(sent[::2], sent[1::2], strict=False))
            lookup = f"c{codes.get('c', '')}"
            renewed = lookup == "cS" and codes.get("s") == "N"
            found.append((f"[{sent}]", f"{lookup} sN" if renewed else lookup))
    return found[:MAX_WORDS]


def _server_timing(line: str) -> Words:
    """Read metrics as `name` or `name=description`; the layer that hit comes last, since it says most."""
    found = []
    for _, part in zip(range(MAX_WORDS), members(line), strict=False):
        if match := _TIMING.match(part):
            found.append((part, match[1] if match[2] is None else f"{match[1]}={unquoted(match[2].strip())}"))
    return sorted(found, key=lambda pair: pair[1].startswith("cdn-hit-layer"))


_READERS: Mapping[str, Callable[[str], Words]] = {
    "whole": _whole,
    "members": _by_member(str),
    "first word": _by_member(_first_word),
    "two words": _by_member(_two_words),
    "word from": _by_member(_word_from),
    "after colon": _by_member(_after_colon),
    "fastly state": _by_member(_fastly_state),
    "child first": _child_first,
    "varnish ids": _varnish_ids,
    "via codes": _via_codes,
    "server timing": _server_timing,
}
