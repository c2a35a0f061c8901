"""What only a real browser notices."""

from scalecheck.lab.fault import Fault

SEEN_BY_CHROMIUM = (
    Fault("token-in-storage", "security.no_tokens_in_storage", "a script keeps an access token in localStorage"),
    Fault(
        "beacon-never-sent", "observability.rum_sent", "figures are sent after a minute, when nobody is there any more"
    ),
    Fault("beacon-refused", "observability.rum_accepted", "the collector answers 400 to every report"),
    Fault("errors-swallowed", "observability.errors_reported", "nobody listens to uncaught errors"),
    Fault("trace-ends-in-browser", "observability.trace_continues", "API calls carry no traceparent"),
    Fault("chatty-catalogue", "bundle.api_calls", "the catalogue asks the API for each of its rows"),
    Fault("no-offline-page", "rendering.works_offline", "the service worker keeps nothing"),
)
SEEN_BY_LIGHTHOUSE = (
    Fault("import-chain", "vitals.fcp", "the style sheet imports one that imports another, six deep"),
    Fault("late-hero", "vitals.lcp", "the hero is shown by a large script that is imported late"),
    Fault("jumping-banner", "vitals.cls", "a banner appears above what is being read"),
    Fault("long-task", "vitals.inp_proxy", "a script blocks the home page for more than half a second"),
)

FAULTS: tuple[Fault, ...] = (*SEEN_BY_CHROMIUM, *SEEN_BY_LIGHTHOUSE)
