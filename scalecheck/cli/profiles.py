"""Which profile a command means, read and with what the command line overrides."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scalecheck.cli.exit import UsageError
from scalecheck.model.profile import CREDENTIALS, Profile
from scalecheck.model.profile_scalars import read_address
from scalecheck.wire import units
from scalecheck.wire.urls import normalise, path_of

if TYPE_CHECKING:
    from scalecheck.cli.plan import Plan

BESIDE_YOU = Path("scalecheck.yaml")


def named_profile(name: str | None) -> str | None:
    """Return the profile that was named, else the one beside you; None where there is neither."""
    return str(BESIDE_YOU) if name is None and BESIDE_YOU.is_file() else name


def load_profile(name: str | None, url: str | None) -> Profile | None:
    """Return the profile named, or the one beside you, at this URL; None when there is only a URL.

    UsageError for a profile with mistakes, each on a line of its own, and where neither says which site is meant.
    """
    if url is not None:
        checked(url)
    name = named_profile(name)
    if name is None:
        if url is None:
            raise UsageError("expected a URL, --profile, or a scalecheck.yaml beside you; see scalecheck audit --help")
        return None
    profile = read(name, os.environ)
    if url is not None:
        return profile.at(url)
    if not profile.site:
        raise UsageError(f"{name}: names no `site`, and no URL was given")
    return profile


def read(name: str, environment: Mapping[str, str] | None) -> Profile:
    """Return the profile of a path or a built-in name; UsageError with every mistake on a line of its own.

    Without an environment, secrets stay unresolved: nothing can be asked, but evidence can be judged.
    """
    from scalecheck.checks.catalogue import BY_ID
    from scalecheck.model.profile_file import ProfileError, read_profile, unknown_ids
    from scalecheck.wire.vendor_data import vendors

    cdns = frozenset(name for vendor in vendors() for name in (vendor, vendor.lower()))
    try:
        profile = read_profile(name, environment)
        if problems := unknown_ids(profile, BY_ID, cdns):
            raise ProfileError(problems)
    except ProfileError as error:
        raise UsageError(str(error)) from None
    return profile


def checked(url: str) -> str:
    """Return the URL; UsageError for what no request can be sent to. Credentials in it are not repeated."""
    if CREDENTIALS.match(url):
        raise UsageError("the URL names a user: credentials belong to the profile's identities, as ${env:NAME}")
    try:
        Profile().at(url)
    except ValueError:
        if not url.startswith(("http://", "https://")):
            guess = f"; did you mean https://{url}?" if _is_host(url) else ""
            raise UsageError(f"{url or 'the URL'}: expected http:// or https:// and a host{guess}") from None
        raise UsageError(f"{url}: expected an URL such as https://shop.example.com, with a host and a port") from None
    if normalise(url) is None:
        raise UsageError(f"{url}: no request can be sent there; expected an URL such as https://shop.example.com")
    return url


def _is_host(text: str) -> bool:
    return "://" not in text and "." in text and normalise(f"https://{text}") is not None and " " not in text


def beyond_the_site(url: str | None) -> bool:
    """Whether an URL says more than which site is meant."""
    return url is not None and (path_of(url) != "/" or "?" in url)


def shown_path(source: str | None) -> str | None:
    """Return a profile's path as reports name it: relative where it lies below the working directory, else as given."""
    if source is None:
        return None
    relative = os.path.relpath(source)
    return source if relative.startswith(os.pardir) or relative == os.curdir else Path(relative).as_posix()


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
            raise UsageError(f"--patience {limits.patience}: {error}") from None
    browser: dict[str, object] = {
        name: value
        for name, value in (("runs", limits.runs), ("chrome", str(limits.chrome) if limits.chrome else None))
        if value is not None
    }
    if not changed and not browser:
        return profile
    safety = profile.safety.model_copy(update=changed)
    return profile.model_copy(update={"safety": safety, "browser": profile.browser.model_copy(update=browser)})


def connected_to(address: str | None) -> str | None:
    """Return `host:port` to connect to; UsageError for anything else."""
    if address is None:
        return None
    try:
        return read_address(address)
    except ValueError as error:
        raise UsageError(f"--connect-to {address}: {error}") from None


def certificates(path: Path | None) -> Path | None:
    """Return a file of certificates; UsageError where it holds none."""
    if path is None:
        return None
    import ssl

    try:
        ssl.create_default_context(cafile=str(path))
    except ssl.SSLError:
        raise UsageError(f"--ca-file {path}: expected certificates in PEM") from None
    except OSError as error:
        raise UsageError(f"--ca-file {path}: {error.strerror or error}") from None
    return path
