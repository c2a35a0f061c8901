"""What is wrong with a response's Cache-Control.

A contradiction is a pair of directives of which one forbids to the same cache what the other allows, so that one of
them has no effect: somebody meant something that does not happen. Directives that all restrict are none, however
redundant: `no-store, no-cache, private, max-age=0, s-maxage=0, must-revalidate` restates one intent for old caches, as
many frameworks do. Nor are these, each of which has a meaning of its own:

- `public, no-cache` and `public, max-age=0, must-revalidate`: everybody may store, everybody asks first;
- `max-age=0, s-maxage=60`: browsers ask, shared caches reuse;
- `max-age=0, stale-while-revalidate=60`: always stale, served at once and renewed behind it;
- `s-maxage=60, stale-while-revalidate=60`: by the letter s-maxage forbids shared caches what is stale (RFC 9111 section
  5.2.2.10), but every shared cache that implements RFC 5861 takes the explicit window;
- `proxy-revalidate, stale-while-revalidate=60`: the window is for browsers;
- `must-revalidate, immutable`: one speaks of stale answers, the other of fresh ones;
- `no-store, must-understand, max-age=60`: the form that section 5.2.2.3 recommends.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from scalecheck.wire.cache_control import QUALIFIABLE, CacheControl, Directive, unquoted
from scalecheck.wire.delta_seconds import delta_seconds

TIMED = frozenset({"max-age", "s-maxage", "stale-while-revalidate", "stale-if-error"})
"""Response directives whose argument is in seconds."""
BARE = frozenset(
    {"no-store", "no-transform", "must-revalidate", "proxy-revalidate", "must-understand", "public", "immutable"}
)
"""Response directives without an argument."""
KNOWN = TIMED | BARE | QUALIFIABLE
EXTENSIONS = frozenset({"durable"})
"""Directives that one vendor defines and documents: Netlify's shared store."""
ASKED_ONLY = frozenset({"max-stale", "min-fresh", "only-if-cached"})
"""Directives of requests."""

MAX_PROBLEMS = 20
_SHOWN_CHARS = 80
_GUESSED_CHARS = 32
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]++")
_STALE_WINDOWS = ("stale-while-revalidate", "stale-if-error")


class ProblemKind(StrEnum):
    """What sort of mistake it is."""

    MALFORMED = "malformed"
    DUPLICATE = "duplicate"
    CONTRADICTORY = "contradictory"
    DOUBTFUL = "doubtful"
    """Contradictory by the letter, yet written by many who get what they mean from their edge."""
    UNKNOWN = "unknown"
    """Caches ignore it (RFC 9111 section 5.2.3): a mistake only where it is a misspelling."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a Cache-Control field."""

    kind: ProblemKind
    text: str


def problems(policy: CacheControl) -> tuple[Problem, ...]:
    """Return what is wrong with a response's directives, at most MAX_PROBLEMS, each mistake once."""
    found: dict[Problem, None] = {}
    for problem in _found(policy):
        found[problem] = None
        if len(found) == MAX_PROBLEMS:
            break
    return tuple(found)


def _found(policy: CacheControl) -> Iterator[Problem]:
    for directive in dict.fromkeys(policy.directives):
        kind_and_text = _misspelt(directive) if directive.name not in KNOWN else _misused(directive)
        if kind_and_text is not None:
            kind, text = kind_and_text
            yield Problem(kind, f"{_shown(directive)}: {text}")
    yield from _repeated(policy)
    yield from (Problem(ProblemKind.CONTRADICTORY, text) for text in _contradictions(policy))
    yield from (Problem(ProblemKind.DOUBTFUL, text) for text in _doubts(policy))


def _misspelt(directive: Directive) -> tuple[ProblemKind, str] | None:
    """Say what is wrong with a name that is no directive of a response."""
    name = directive.name
    if ";" in name:
        return ProblemKind.MALFORMED, "directives are separated by commas, not semicolons"
    if name.partition(":")[0].strip() in TIMED:
        return ProblemKind.MALFORMED, f"an argument follows `=`: {name.partition(':')[0].strip()}=60"
    if not _TOKEN.fullmatch(name):
        return ProblemKind.MALFORMED, "not a directive"
    if name in EXTENSIONS:
        return None
    if name in ASKED_ONLY:
        return ProblemKind.UNKNOWN, "a directive of requests, without meaning in a response"
    guess = _nearest(name)
    return ProblemKind.UNKNOWN, f"not a directive; did you mean {guess}?" if guess else "not a directive caches know"


def _misused(directive: Directive) -> tuple[ProblemKind, str] | None:
    """Say what is wrong with the argument of a known directive."""
    name, argument = directive.name, directive.argument
    text = None
    if name in TIMED:
        text = _mistimed(argument)
    elif name in BARE and argument is not None:
        text = "takes no argument"
    elif name in QUALIFIABLE and argument is not None:
        text = _misqualified(argument)
    return None if text is None else (ProblemKind.MALFORMED, text)


def _mistimed(argument: str | None) -> str | None:
    """Say what is wrong with an argument in seconds."""
    if not argument:
        return "needs a number of seconds, and counts as 0 without one"
    if ";" in argument:
        return "directives are separated by commas, not semicolons; this one counts as 0"
    if argument[0] in " \t":
        return "no space may stand around the `=`"
    if delta_seconds(unquoted(argument)) is None:
        return "not a whole number of seconds, so it counts as 0"
    return "write the seconds without quotes" if argument[0] == '"' else None


def _misqualified(argument: str) -> str | None:
    """Say what is wrong with a list of field names."""
    if len(argument) < 2 or not argument[0] == argument[-1] == '"':
        return "field names stand in double quotes"
    names = [part.strip() for part in unquoted(argument).split(",")]
    return None if all(map(_TOKEN.fullmatch, names)) else "not a list of field names"


def _repeated(policy: CacheControl) -> Iterator[Problem]:
    """Yield directives that occur twice; with different seconds they contradict each other."""
    arguments: dict[str, dict[str | None, int]] = {}
    for each in policy.directives:
        seen = arguments.setdefault(each.name, {})
        seen[each.value] = seen.get(each.value, 0) + 1
    for name, seen in arguments.items():
        if name not in KNOWN or sum(seen.values()) == 1:
            continue
        if name in TIMED and len(seen) > 1:
            values = " and ".join(_cut(str(value)) for value in list(seen)[:3])
            yield Problem(ProblemKind.CONTRADICTORY, f"{name} is given as {values}; caches disagree which counts")
        else:
            yield Problem(ProblemKind.DUPLICATE, f"{name} is given {sum(seen.values())} times")


def _contradictions(policy: CacheControl) -> Iterator[str]:
    """Yield each contradiction once, under the directive that wins."""
    positive = tuple(name for name in ("max-age", "s-maxage") if policy.seconds(name))
    windows = tuple(name for name in _STALE_WINDOWS if policy.seconds(name))
    flags = tuple(name for name in ("public", "immutable") if policy.has(name))
    if policy.has("no-store"):
        if not policy.has("must-understand"):
            yield from _against("no-store", (*positive, *windows, *flags), "nothing may be stored", policy)
        return
    if policy.unqualified("private"):
        shared = tuple(name for name in ("public", "s-maxage") if name in (*positive, *flags))
        yield from _against("private", shared, "no shared cache may store it", policy)
    if policy.unqualified("no-cache"):
        loose = (*positive, *windows, *(name for name in flags if name == "immutable"))
        yield from _against("no-cache", loose, "every reuse has to be validated first", policy)
        return
    if policy.has("immutable") and policy.seconds("max-age") == 0:
        yield "max-age=0 leaves immutable without effect: it only speaks of answers that are still fresh"


def _doubts(policy: CacheControl) -> Iterator[str]:
    """Yield what caches read differently: some edges take a stale window for the exception to must-revalidate."""
    if policy.has("must-revalidate") and not policy.has("no-store") and not policy.unqualified("no-cache"):
        windows = tuple(name for name in _STALE_WINDOWS if policy.seconds(name))
        yield from _against("must-revalidate", windows, "by the letter nothing stale may be served", policy)


def _against(winner: str, losers: tuple[str, ...], why: str, policy: CacheControl) -> Iterator[str]:
    """Yield the contradiction between a directive and those it overrules, if there are any."""
    if losers:
        named = " and ".join(str(policy.all(name)[0]) for name in losers)
        yield f"{winner} overrules {_cut(named)}: {why}"


def _nearest(name: str) -> str | None:
    """Return the directive that was probably meant."""
    if len(name) > _GUESSED_CHARS:
        return None
    from difflib import get_close_matches  # only where a directive is unknown

    return next(iter(get_close_matches(name, sorted(KNOWN), n=1, cutoff=0.75)), None)


def _shown(directive: Directive) -> str:
    return _cut(str(directive))


def _cut(text: str) -> str:
    """Return the text, shortened: what a site sends has no bound."""
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…"
