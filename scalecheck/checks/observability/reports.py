"""What pages report home: figures of each view, and errors that nobody caught."""

from dataclasses import replace

from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.checks.views import NEEDS_BROWSER, named, unseen, views
from scalecheck.model.browsing import Fetched, View
from scalecheck.model.profile_pages import Beacons
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding
from scalecheck.probes.browsers import provoke, visit

HELD_BACK = ("not allowed", "not sent")
"""How the failure of a request begins that was not let out."""


@check(
    needs=[visit],
    source="Beacon (W3C), section 3; Page Visibility (W3C)",
    declared_by="observability.rum",
    opt_in=NEEDS_BROWSER,
)
def rum_sent(site: Site) -> Findings:
    """Every page view is reported, at the latest when the page is left.

    What visitors wait for is only known from their own browsers. A report that is sent on `unload` or after a timer
    that nobody waits for is lost with the visits that were worst: those that were given up.

    Fix: send with `navigator.sendBeacon` (or `fetch` with `keepalive`) when the page becomes hidden, not on `unload`;
    `web-vitals` does. Check that the Content-Security-Policy's `connect-src` names the collector, and that no consent
    is waited for that our visitor cannot give.
    """
    rum = site.profile.observability.rum
    if rum is None or rum.to is None:
        yield skipped("the profile declares no real-user monitoring (observability.rum)")
        return
    yield from unseen(site, "visit")
    for view in views(site, "visit"):
        sent = _reports(site, view, rum)
        expected = f"a report to {rum.to} within {rum.within:g} s of the load or of leaving"
        if not sent and "left" not in view.marks:
            yield undecided(view, _unwatched(view), expected=expected, observed="not seen until the end")
        else:
            observed = f"{named(sent[0])} after {sent[0].started_s:.1f} s" if sent else _none(view)
            yield expect(bool(sent), view, expected=expected, observed=observed)


@check(needs=[visit], source="RFC 9110 section 15.3", declared_by="observability.rum", opt_in=NEEDS_BROWSER)
def rum_accepted(site: Site) -> Findings:
    """Reports of page views are accepted: the collector answers 2xx.

    A browser sends a beacon and looks at no answer. A collector that refuses every one of them is noticed by nobody but
    whoever wonders why the dashboards are empty.

    Fix: answer 204 to the method, the Content-Type (`text/plain` or `application/json`) and the size that the page
    sends; where the collector is on another host, let it answer the preflight (CORS). A collector that we may not ask
    is judged once `safety.allow_hosts` names its host.
    """
    rum = site.profile.observability.rum
    if rum is None or rum.to is None:
        yield skipped("the profile declares no real-user monitoring (observability.rum)")
        return
    yield from unseen(site, "visit")
    for view in views(site, "visit"):
        sent = _reports(site, view, rum)
        yield _accepted(view, sent) if sent else left(view, "observability.rum_sent")


@check(needs=[visit, provoke], source="HTML, section 8.1.4.6", declared_by="observability.errors", opt_in=NEEDS_BROWSER)
def errors_reported(site: Site) -> Findings:
    """Uncaught errors are reported.

    An error that breaks the page for one browser in twenty is seen by none of the developers. The one that we provoke
    here breaks nothing: it is thrown from a timer once the page has loaded.

    Fix: listen to `error` and `unhandledrejection` on `window` before any other script runs, and send what they tell
    with `navigator.sendBeacon`; check that `connect-src` names the collector, and that it answers 2xx.
    """
    errors = site.profile.observability.errors
    if errors is None or errors.to is None:
        yield skipped("the profile declares nobody who takes reports of errors (observability.errors)")
        return
    yield from unseen(site, "provoke")
    for view in views(site, "provoke"):
        yield _error_reported(site, view, errors)


def _error_reported(site: Site, view: View, errors: Beacons) -> Finding:
    expected = f"a report to {errors.to} within {errors.within:g} s of the error or of leaving"
    if "thrown" not in view.marks or (reason := view.missed.get("page")):
        reason = view.missed.get("page") or "no error could be provoked"
        return undecided(view, reason, expected=expected)
    sent = tuple(each for each in _reports(site, view, errors) if each.started_s >= view.marks["thrown"])
    if not sent:
        return expect(False, view, expected=expected, observed=_none(view))
    if "reported" not in view.marks and (others := _takes_more(site, errors)):
        reason = f"{named(sent[0])} was sent as on {others}, and whether it tells of the error cannot be read"
        return undecided(view, reason, expected=expected)
    found = _accepted(view, sent)
    return replace(found, expected=f"{expected}, answered 2xx")


def _takes_more(site: Site, errors: Beacons) -> str:
    """Return which visits are reported at the same place though nothing fails there; empty where none are."""
    quiet = next((view for view in views(site, "visit") if _reports(site, view, errors)), None)
    return "" if quiet is None else f"a visit without an error ({quiet.url})"


def _reports(site: Site, view: View, to: Beacons) -> tuple[Fetched, ...]:
    return tuple(each for each in view.requests if to.takes(each.url, site.profile.site) and each.use != "preflight")


def _accepted(view: View, sent: tuple[Fetched, ...]) -> Finding:
    """Return whether every report was answered as it should be."""
    bad = next((each for each in sent if each.status is None or not 200 <= each.status < 300), sent[0])
    if bad.failure.startswith(HELD_BACK):
        return undecided(view, f"it was not let out: {bad.failure}", expected="status 2xx", observed=named(bad))
    observed = f"status {bad.status}" if bad.status is not None else f"no answer: {bad.failure or 'none came'}"
    met = bad.status is not None and 200 <= bad.status < 300
    return expect(met, view, expected="status 2xx", observed=f"{observed} of {named(bad)}")


def _none(view: View) -> str:
    return f"none among {len(view.requests)} requests"


def _unwatched(view: View) -> str:
    return view.missed.get("page") or "the page could not be left"
