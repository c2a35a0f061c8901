"""Whether the traces of the servers begin in the browser."""

import re

from scalecheck.checks.check import Findings, check, expect, skipped, undecided
from scalecheck.checks.views import NEEDS_BROWSER, api_calls, named, unseen, views
from scalecheck.model.browsing import Fetched
from scalecheck.model.site import Site
from scalecheck.probes.browsers import visit

TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")
"""Version, trace, span and flags (Trace Context, W3C, section 3.2)."""
NAMED_AT_MOST = 3


@check(needs=[visit], source="Trace Context (W3C), section 3", declared_by="observability.trace", opt_in=NEEDS_BROWSER)
def trace_continues(site: Site) -> Findings:
    """API calls carry the trace of the page that makes them.

    Without it the trace of a slow click begins at the edge: what the visitor waited for before, and which page it was,
    is not in it.

    Fix: let the page's instrumentation add the field to the calls of your own hosts (OpenTelemetry:
    `propagateTraceHeaderCorsUrls`; Sentry: `tracePropagationTargets`; Datadog: `allowedTracingUrls`), and let APIs on
    other hosts name it in `Access-Control-Allow-Headers`.
    """
    name = site.profile.observability.trace
    if name is None:
        yield skipped("the profile declares no field that carries a trace (observability.trace)")
        return
    yield from unseen(site, "visit")
    for view in views(site, "visit"):
        calls, reason = api_calls(site, view), view.missed.get("page")
        without = tuple(each for each in calls if not _carries(each, name))
        if reason and not without:
            yield undecided(view, reason)
            continue
        if not calls:
            yield skipped("the page makes no API calls", view)
            continue
        shown = ", ".join(list(dict.fromkeys(named(each) for each in without))[:NAMED_AT_MOST])
        observed = f"{len(calls) - len(without)}" + (f"; not {shown}" if without else "")
        yield expect(not without, view, expected=f"{name} on each of {len(calls)} calls", observed=observed)


def _carries(call: Fetched, name: str) -> bool:
    value = call.request_fields.first(name)
    if not value:
        return False
    return name.lower() != "traceparent" or TRACEPARENT.fullmatch(value.strip()) is not None
