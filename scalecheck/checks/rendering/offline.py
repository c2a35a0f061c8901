"""Pages that are there without a network."""

from scalecheck.checks.check import Findings, check, expect, skipped, undecided
from scalecheck.checks.views import NEEDS_BROWSER, not_shown, views
from scalecheck.model.browsing import View
from scalecheck.model.evidence import Loss
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding
from scalecheck.probes.browsers import come_back, visit

ALIKE = 0.5
"""Share of the words of the page that must be there without a network: navigation and dates may differ."""
SHOWN = 80
"""Characters of what was shown instead."""


@check(needs=[visit, come_back], source="Service Workers (W3C), section 4.5", opt_in=NEEDS_BROWSER)
def works_offline(site: Site) -> Findings:
    """Who has been there before sees the page without a network, where the route says so.

    On a train, the shop that still shows what was looked at keeps its visitor. One that shows the browser's own error
    has been closed for good more often than not.

    Fix: let a service worker store the page, and what it needs, when it is installed, and answer from there when the
    network does not: `new StaleWhileRevalidate()` or `NetworkFirst()` of Workbox, `start_url` and its assets precached.

    On Next.js: Serwist (`@serwist/next`) makes such a worker.
    """
    if not any(route.offline for route in site.profile.routes.values()):
        yield skipped("no route is declared to work without a network (offline)")
        return
    for failure in site.lost("come_back"):
        if failure.loss is Loss.BROWSER:
            yield undecided(failure, failure.detail)
    online = {view.url: view for view in views(site, "visit")}
    for record in site.all("come_back"):
        if isinstance(record, View):
            yield _judged(site, record, online.get(record.url))


def _judged(site: Site, view: View, online: View | None) -> Finding:
    expected = "the page, without a network"
    if "offline" not in view.marks:
        return undecided(view, view.missed.get("page", "the page was not opened"), expected=expected)
    if view.status is None or view.status >= 400:
        worker = "its service worker did not answer" if view.workers else "it has no service worker"
        return expect(False, view, expected=expected, observed=f"{worker}: {view.status or not_shown(view)}")
    if "text" in view.missed:
        return undecided(view, view.missed["text"], expected=expected)
    route = site.route(view)
    if route is not None and route.content:
        absent = [text for text in route.content if text not in view.text]
        observed = f"without {absent[0]}" if absent else "its content"
        return expect(not absent, view, expected=f"{expected}: {', '.join(route.content)}", observed=observed)
    if online is None or not online.text:
        return undecided(view, "what the page shows with a network is not known", expected=expected)
    met = _shared(online.text, view.text) >= ALIKE
    observed = "the page" if met else f"another: {view.text[:SHOWN] or 'nothing'}"
    return expect(met, view, expected=expected, observed=observed)


def _shared(online: str, offline: str) -> float:
    """Return the share of one text's words that another has too."""
    words = set(online.lower().split())
    return len(words & set(offline.lower().split())) / len(words)
