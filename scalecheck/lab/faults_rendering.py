"""What can be broken in how pages come to be, and in what they say of themselves."""

from scalecheck.lab.fault import Fault

FAULTS: tuple[Fault, ...] = (
    Fault("shell-for-content", "rendering.content_in_html", "a product page is an empty element for scripts to fill"),
    Fault("heavy-shell", "rendering.shell_is_small", "the checkout's shell carries 40 KB of data"),
    Fault("buffered-page", "rendering.streams", "the head of the arrivals waits for their content"),
    Fault("greeting-on-shared", "rendering.islands_are_live", "the catalogue, kept for all, greets whoever signed in"),
    Fault(
        "cached-island",
        "rendering.islands_are_live",
        "the basket is kept at the edge for a minute",
        "/api/basket",
        fields={"Cache-Control": "public, max-age=0, s-maxage=60"},
    ),
    Fault(
        "lasting-worker",
        "rendering.worker_fresh",
        "browsers keep the service worker for a month",
        "/sw.js",
        fields={"Cache-Control": "public, max-age=2592000"},
    ),
    Fault("manifest-icon-gone", "rendering.manifest_works", "the manifest names an icon that is not there"),
    Fault(
        "no-server-timing",
        "observability.server_timing",
        "the application says nothing of its time",
        "*",
        fields={"Server-Timing": None},
    ),
    Fault(
        "flags-for-a-year",
        "observability.flags_served",
        "feature flags are kept for a year",
        "/api/flags",
        fields={"Cache-Control": "public, max-age=31536000, immutable"},
    ),
)
