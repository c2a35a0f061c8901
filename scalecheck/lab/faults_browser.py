"""What only a real browser notices."""

from scalecheck.lab.fault import Fault

FAULTS: tuple[Fault, ...] = (
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
