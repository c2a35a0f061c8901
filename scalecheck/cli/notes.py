"""What a report says of the whole run."""

from collections.abc import Iterator

from scalecheck.model.evidence import LabRun, View
from scalecheck.model.load import Happening, Load
from scalecheck.model.profile import Profile
from scalecheck.model.site import Site

PATHS_SHOWN = 4
"""Paths named of one kind."""


def inferred_note(profile: Profile) -> str:
    """Return which kinds of routes were inferred, and how to say it oneself."""
    paths: dict[str, list[str]] = {}
    for route in profile.routes.values():
        paths.setdefault(route.kind, []).append(route.path)
    kinds = "; ".join(f"{kind}: {_listed(those)}" for kind, those in paths.items()) or "no page was found"
    return f"no profile: the kinds of routes were inferred ({kinds}); `scalecheck init` writes them down"


def browser_notes(site: Site) -> Iterator[str]:
    """Yield which browsers saw the pages: figures of other versions are other figures."""
    records = tuple(site.by_number.values())
    views = dict.fromkeys(each.browser for each in records if isinstance(each, View))
    runs = dict.fromkeys(
        f"Lighthouse {each.lighthouse} with {each.browser}" for each in records if isinstance(each, LabRun)
    )
    if views or runs:
        yield f"pages were opened in {' and '.join((*views, *runs))}"


def swarm_notes(load: Load) -> Iterator[str]:
    """Yield what was not played as declared, what got no load, and how the visitors fared."""
    yield from load.run.notes
    if load.run.skipped:
        named = ", ".join(f"{host} ({count} URLs)" for host, count in load.run.skipped.items())
        yield f"third parties get no load: {named}"
    yield from (event.detail for event in load.events if event.what is Happening.NOTED)


def _listed(paths: list[str]) -> str:
    rest = len(paths) - PATHS_SHOWN
    return ", ".join(paths[:PATHS_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
