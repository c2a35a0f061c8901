"""Visits in a real browser, as checks read them."""

from collections.abc import Iterator

from scalecheck.checks.check import undecided
from scalecheck.model.browsing import Fetched, View
from scalecheck.model.evidence import Loss
from scalecheck.model.kinds import ASSETS, PAGES, Kind
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding
from scalecheck.wire import content_type
from scalecheck.wire.domains import owner

NEEDS_BROWSER = "needs a browser (--browser)"
CALLS = frozenset({"xhr", "fetch", "eventsource"})
"""Uses of requests by which scripts ask for data."""
NO_CALLS = PAGES | ASSETS | {Kind.BEACON}
"""Kinds that scripts fetch as well, and which are no calls of an API: pages ahead of a click, chunks, reports."""


def views(site: Site, probe: str) -> Iterator[View]:
    """Yield the visits of a probe in which the page was shown."""
    return (each for each in _visits(site, probe) if not _trouble(each))


def unseen(site: Site, probe: str) -> Iterator[Finding]:
    """Yield an unknown for each visit that failed, or in which no page was shown: nothing was seen there."""
    for failure in site.lost(probe):
        if failure.loss is Loss.BROWSER:
            yield undecided(failure, failure.detail)
    for view in _visits(site, probe):
        if reason := _trouble(view):
            yield undecided(view, reason)


def _visits(site: Site, probe: str) -> Iterator[View]:
    return (each for each in site.all(probe) if isinstance(each, View))


def _trouble(view: View) -> str:
    """Return why a visit shows nothing; empty where it does."""
    if view.status is None:
        return f"the page did not answer in {view.browser}: {not_shown(view)}"
    if view.status >= 400:
        return f"the page answered {view.status} in {view.browser}"
    return ""


def not_shown(view: View) -> str:
    """Return why no page came."""
    failure = next((each.failure for each in view.requests[:1]), "")
    return view.missed.get("page") or failure or "no answer"


def api_calls(site: Site, view: View) -> tuple[Fetched, ...]:
    """Return the calls that a page's scripts make to the site's own APIs until it is left; beacons are none."""
    left_s = view.marks.get("left", float("inf"))
    return tuple(each for each in view.requests if each.started_s <= left_s and _is_call(site, view, each))


def _is_call(site: Site, view: View, request: Fetched) -> bool:
    if request.use not in CALLS or request.by not in {"page", "worker"} or is_report(site, request):
        return False
    if owner(request.url) != owner(view.url):
        return False
    route = site.profile.route_for(request.url)
    if route is not None:
        return route.kind not in NO_CALLS
    media_type = (request.response_fields.first("content-type") or "").partition(";")[0].strip().lower()
    return not _is_file(media_type)


def _is_file(media_type: str) -> bool:
    """Whether an answer is a part of the site rather than data."""
    readers = (content_type.is_html, content_type.is_javascript, content_type.is_css)
    more = (content_type.is_image, content_type.is_font)
    return media_type == "application/wasm" or any(is_one(media_type) for is_one in (*readers, *more))


def is_report(site: Site, request: Fetched) -> bool:
    """Whether a request is one by which the page reports home."""
    told = site.profile.observability
    return any(each is not None and each.takes(request.url, site.profile.site) for each in (told.rum, told.errors))


def named(request: Fetched) -> str:
    """Return a request as findings name it: without its query, which may be anything."""
    return f"{request.method} {request.url.partition('?')[0]}"
