"""What a report says of the whole run."""

from scalecheck.model.profile import Profile

PATHS_SHOWN = 4
"""Paths named of one kind."""


def inferred_note(profile: Profile) -> str:
    """Return which kinds of routes were inferred, and how to say it oneself."""
    paths: dict[str, list[str]] = {}
    for route in profile.routes.values():
        paths.setdefault(route.kind, []).append(route.path)
    kinds = "; ".join(f"{kind}: {_listed(those)}" for kind, those in paths.items()) or "no page was found"
    return f"no profile: the kinds of routes were inferred ({kinds}); `scalecheck init` writes them down"


def _listed(paths: list[str]) -> str:
    rest = len(paths) - PATHS_SHOWN
    return ", ".join(paths[:PATHS_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
