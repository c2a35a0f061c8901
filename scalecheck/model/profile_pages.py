"""The parts of a profile that say how pages are looked at, and what they report of themselves."""

from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field

from scalecheck.model.profile_parts import Part
from scalecheck.model.profile_scalars import Count, FieldName, Name, Reference, Seconds, Text, Truth
from scalecheck.wire.urls import PathPattern, path_of, same_origin
from scalecheck.wire.viewport import Viewport

VIEWPORTS = {"mobile": Viewport(412, 823, 1.75), "tablet": Viewport(820, 1180, 2), "desktop": Viewport(1350, 940, 1)}


class Browser(Part):
    """How pages are opened in a real browser (`--browser`)."""

    required: Truth = False
    """Whether a run without a browser leaves what only a browser sees unknown rather than skipped."""
    runs: Annotated[Count, Field(ge=1, le=50)] = 5
    """Runs of Lighthouse on each page and device; the median counts, and more follow while they leave it open."""
    pages: Annotated[Count, Field(ge=1, le=50)] = 1
    """Pages of each route that are opened."""
    devices: tuple[Name, ...] = ("mobile", "desktop")
    """Viewports, by name, in which they are opened."""
    timeout: Annotated[Seconds, Field(gt=0)] = 90.0
    """Seconds until one run counts as hung."""
    settle: Seconds = 2.0
    """Seconds to watch a page after it has loaded, for beacons and late calls."""
    chrome: Text | None = None
    """Path of the browser; without it, CHROME_PATH and then the usual names."""
    lighthouse: Text | None = None
    """The command; without it `lighthouse`, or the one that npx has."""


class Beacons(Part):
    """What pages send home."""

    to: Reference | None = None
    """Glob over the path, or URL, that takes it."""
    within: Seconds = 10.0
    """Seconds after the load, or after leaving the page, until it is sent."""

    def takes(self, url: str, site: str) -> bool:
        """Whether a request to this URL is one of them; a path is one of the site's own."""
        if self.to is None:
            return False
        if self.to.startswith("/"):
            return same_origin(url, site) and PathPattern(self.to.partition("?")[0]).matches(path_of(url))
        return fnmatchcase(url.partition("?")[0], self.to.partition("?")[0])


class Observability(Part):
    """What the site tells its operators."""

    rum: Beacons | None = None
    """Real-user monitoring: figures of every page view."""
    errors: Beacons | None = None
    """Reports of uncaught errors."""
    trace: FieldName | None = None
    """Field that API calls carry so that a trace goes on: `traceparent`."""
    server_timing: tuple[Text, ...] = ()
    """Names that Server-Timing of pages must hold: `cache`, `render`."""
    flags: Reference | None = None
    """Where feature flags are served."""
