"""Which profile a command means, read and with what the command line overrides."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from scalecheck.cli.exit import UsageError
from scalecheck.model.profile import Profile
from scalecheck.wire import units

if TYPE_CHECKING:
    from scalecheck.cli.live import Plan

BESIDE_YOU = Path("scalecheck.yaml")


def load_profile(name: str | None, url: str | None) -> Profile | None:
    """Return the profile named, or the one beside you, at this URL; None when there is only a URL.

    UsageError for a profile with mistakes, each on a line of its own, and where neither says which site is meant.
    """
    from scalecheck.checks.catalogue import BY_ID
    from scalecheck.model.profile_file import ProfileError, read_profile, unknown_ids

    if name is None and BESIDE_YOU.is_file():
        name = str(BESIDE_YOU)
    if name is None:
        if url is None:
            raise UsageError("expected a URL, --profile, or a scalecheck.yaml beside you; see scalecheck audit --help")
        _checked(url)
        return None
    try:
        profile = read_profile(name, os.environ)
        if problems := unknown_ids(profile, BY_ID, _cdn_names()):
            raise ProfileError(problems)
    except ProfileError as error:
        raise UsageError(str(error)) from None
    if url is not None:
        return profile.at(_checked(url))
    if not profile.site:
        raise UsageError(f"{name}: names no `site`, and no URL was given")
    return profile


def _cdn_names() -> frozenset[str]:
    """Return what `cdn:` may say, as the vendors write themselves and in lower case."""
    from scalecheck.wire.vendor_data import vendors

    return frozenset(name for vendor in vendors() for name in (vendor, vendor.lower()))


def _checked(url: str) -> str:
    """Return the URL; UsageError for what no request can be sent to."""
    try:
        Profile().at(url)
    except ValueError as error:
        raise UsageError(f"{url}: {error}") from None
    return url


def overridden(profile: Profile, plan: "Plan") -> Profile:
    """Return the profile with the limits of the command line."""
    limits = plan.limits
    changed: dict[str, object] = {
        name: value
        for name, value in (
            ("requests", limits.requests),
            ("concurrency", limits.concurrency),
            ("samples", limits.samples),
        )
        if value is not None
    }
    if limits.patience is not None:
        try:
            changed["patience"] = units.seconds(limits.patience)
        except ValueError as error:
            raise UsageError(f"--patience: {error}") from None
    if not changed:
        return profile
    return profile.model_copy(update={"safety": profile.safety.model_copy(update=changed)})
