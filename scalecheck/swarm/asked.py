"""What is asked of a site, with which devices and as whom: what a profile's traffic comes to. Pure."""

from collections.abc import Mapping

from scalecheck.model.calls import SAFE
from scalecheck.model.profile import Profile
from scalecheck.model.profile_traffic import Device

ANYBODY: Mapping[str, Device] = {"all": Device(share=1.0, user_agent="chrome-android", client_hints=True)}
"""Who comes when the profile does not say: the same window as a plan takes for granted."""


def devices(profile: Profile) -> Mapping[str, Device]:
    """Return what visitors come with, by name."""
    return profile.traffic.devices or ANYBODY


def is_sent(profile: Profile, endpoint: str) -> bool:
    """Whether an endpoint is ever asked: writes only where both `safety.writes` and the route itself allow them."""
    method, _, target = endpoint.partition(" ")
    load = profile.traffic.routes.get(endpoint)
    written = profile.safety.writes and load is not None and load.writes
    return (method in SAFE or written) and profile.allows(absolute(profile, target))


def rated(profile: Profile) -> tuple[str, ...]:
    """Return the endpoints with a rate of their own, as far as they are ever asked."""
    routes = profile.traffic.routes.items()
    return tuple(endpoint for endpoint, load in routes if load.rate is not None and is_sent(profile, endpoint))


def absolute(profile: Profile, target: str) -> str:
    """Return the URL of a target, its parameters in place."""
    return target if target.startswith(("http://", "https://")) else profile.site.rstrip("/") + target


def identity_of(profile: Profile, url: str, number: int) -> str | None:
    """Return the identity as which the visitor of a number asks for an URL: of personal routes and behind logins."""
    names = tuple(profile.identities)
    if not names:
        return None
    route = profile.route_for(url)
    needed = route is not None and (route.personal or route.login is not None)
    return names[number % len(names)] if needed else None
