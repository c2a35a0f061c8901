"""Cache-Control for one sort of cache: targeted fields (RFC 9213) and Surrogate-Control."""

from scalecheck.wire.cache_control import QUALIFIABLE, CacheControl, Directive, cache_control
from scalecheck.wire.delta_seconds import delta_seconds
from scalecheck.wire.fields import Fields
from scalecheck.wire.structured import Item, read_dictionary

SURROGATE_CONTROL = "surrogate-control"
CDN_CACHE_CONTROL = "cdn-cache-control"


def targeted(fields: Fields, targets: tuple[str, ...]) -> tuple[str, CacheControl] | None:
    """Return name and directives of the first valid, non-empty field of a cache's target list; None without one.

    A cache that finds one reads neither Cache-Control nor Expires (RFC 9213 section 2.2).
    """
    for name in targets:
        if (text := fields.get(name)) is not None:
            policy = _surrogate(fields) if name == SURROGATE_CONTROL else _dictionary(text)
            if policy.directives:
                return name, policy
    return None


def governing(fields: Fields, targets: tuple[str, ...] = ()) -> CacheControl:
    """Return the directives that a cache with this target list obeys."""
    found = targeted(fields, targets) if targets else None
    return cache_control(fields) if found is None else found[1]


def _dictionary(text: str) -> CacheControl:
    """Return the directives of a targeted field; none when it does not parse, so that it is ignored as a whole."""
    read = read_dictionary(text) or {}
    return CacheControl(tuple(_directive(name, item) for name, item in read.items() if item[0] is not False))


def _directive(name: str, item: Item) -> Directive:
    """Return one member; a value of the wrong type becomes an empty argument, which never gives freshness."""
    value = item[0]
    if value is True:
        return Directive(name)
    if isinstance(value, int) and value >= 0:
        return Directive(name, str(value))
    if isinstance(value, str) and name in QUALIFIABLE:
        return Directive(name, f'"{value}"')
    return Directive(name, "")


def _surrogate(fields: Fields) -> CacheControl:
    """Return the directives of Surrogate-Control, older than RFC 9213: `max-age=60+30` adds a stale window."""
    directives: list[Directive] = []
    for each in cache_control(fields, SURROGATE_CONTROL).directives:
        lifetime, plus, grace = (each.argument or "").partition("+")
        if each.name == "max-age" and plus and delta_seconds(grace) is not None:
            directives += Directive("max-age", lifetime), Directive("stale-while-revalidate", grace)
        else:
            directives.append(each)
    return CacheControl(tuple(directives))
