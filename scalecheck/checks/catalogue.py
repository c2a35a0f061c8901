"""Every check there is, in the order of reports."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from scalecheck.checks import (
    assets,
    bundle,
    cache,
    cdn,
    cost,
    images,
    load,
    observability,
    rendering,
    security,
    site,
    vitals,
)
from scalecheck.checks.check import Check
from scalecheck.model.verdict import GUARDS
from scalecheck.probes.probe import Probe

GROUPS = (site, cache, assets, bundle, images, cdn, rendering, vitals, observability, security, load, cost)
CHECKS: tuple[Check, ...] = tuple(each for group in GROUPS for each in vars(group).values() if isinstance(each, Check))
BY_ID = {check.id: check for check in CHECKS}
SWARMED = frozenset({"load", "cost"})
"""Groups that are judged from what a swarm brought, and from nothing else."""
GROUP_NAMES = tuple(dict.fromkeys(check.id.partition(".")[0] for check in CHECKS))


class UnknownCheck(ValueError):  # noqa: N818  its name is the message
    """No check or group has this name."""


def chosen(only: Sequence[str] = (), skip: Sequence[str] = ()) -> tuple[Check, ...]:
    """Return the checks of these groups and ids, less the skipped ones; all where `only` is empty.

    The guards, `site.answers` and `site.routes_seen`, are always among them, but for a swarm: it asks in another way.
    """
    wanted = _ids(only) if only else set(BY_ID)
    wanted -= _ids(skip)
    swarmed = bool(wanted) and all(each.partition(".")[0] in SWARMED for each in wanted)
    guards = frozenset() if swarmed else GUARDS
    return tuple(check for check in CHECKS if check.id in wanted or check.id in guards)


def named(name: str) -> tuple[Check, ...]:
    """Return the checks of one id or group; UnknownCheck with a guess where there are none."""
    ids = _ids((name,))
    return tuple(check for check in CHECKS if check.id in ids)


def probes_of(checks: Iterable[Check]) -> tuple[Probe, ...]:
    """Return the probes that these checks need or read, once each."""
    return tuple(dict.fromkeys(probe for check in checks for probe in (*check.needs, *check.reads)))


def _ids(names: Iterable[str]) -> set[str]:
    """Return the ids that groups and ids name; UnknownCheck with a guess for what is neither."""
    ids: set[str] = set()
    for name in names:
        found = {each for each in BY_ID if each == name or each.partition(".")[0] == name}
        if not found:
            guess = get_close_matches(name, (*BY_ID, *GROUP_NAMES), n=1)
            raise UnknownCheck(
                f'"{name}" is neither a check nor a group' + (f'; did you mean "{guess[0]}"?' if guess else "")
            )
        ids |= found
    return ids
