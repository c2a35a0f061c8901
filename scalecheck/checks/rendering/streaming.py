"""When the head of a page comes, and when the rest of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scalecheck.checks.answers import is_hit
from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import FIRST, Site
from scalecheck.model.verdict import Finding
from scalecheck.probes.pages import streamed
from scalecheck.wire.units import show_seconds
from scalecheck.wire.urls import origin

PAUSE_S = 0.05
"""A shorter time without a byte may be the network's."""
ROUND_TRIPS = 2
"""In so many round trips a server waits for the client's word that it may send on, though all is ready."""


@check(
    needs=[streamed],
    source="HTML section 13.2 (parsing as it comes), RFC 9112 section 7.1",
    declared_by="routes.{route}.streams",
)
def streams(site: Site) -> Findings:
    """A page that streams sends its head before its content is ready.

    From the head, the browser fetches styles, fonts and scripts while the server still waits for its database. A buffer
    anywhere on the way holds the head back until all is there, and the page is as slow as if it had never streamed.
    Judged by three renderings of a page, each under a query that no cache knows; one that is quick altogether passes.

    Fix: find the buffer: ask the application's own port, then each layer in front of it. Compression has to flush what
    it holds, and caches pass the page on while they store it, or do not store it.

    On nginx: `proxy_buffering off;` in the page's location, or `X-Accel-Buffering: no` from the application; and
    `proxy_cache off;` there, for nginx buffers what it caches.

    On Apache: `ProxyPass … flushpackets=on`, and `SetEnv no-gzip 1` where mod_deflate holds the head back.

    On Caddy: `flush_interval -1` in `reverse_proxy`, for answers that carry a Content-Length.

    On Varnish: no `set beresp.do_stream = false;` for the page; it passes pages on as they come by itself.

    On Next.js: `X-Accel-Buffering: no` by `headers()` in next.config.js; and a Suspense boundary, or `loading.js`,
    around what waits, since without one the whole page waits.
    """
    round_trips = _round_trips(site)
    for page in site.seen(FIRST):
        if renders := site.following(page, "streamed"):
            yield _sent(site, page, renders, round_trips.get(origin(page.url), 0.0))


def _round_trips(site: Site) -> dict[str | None, float]:
    """Return the seconds to each origin and back: what the quickest of its connections took to stand."""
    found: dict[str | None, float] = {}
    for probe in (FIRST, "streamed"):
        for each in site.seen(probe):
            if (took := each.timings.connect_s) is not None:
                found[origin(each.url)] = min(took, found.get(origin(each.url), took))
    return found


@dataclass(frozen=True, slots=True)
class _Sent:
    """How one rendering came: seconds from when the server had the request until its bytes left it."""

    about: Exchange
    head_s: float
    total_s: float
    pause_s: float

    @property
    def words(self) -> str:
        """The same to read."""
        return f"the head after {_shown(self.head_s)}, the last byte after {_shown(self.total_s)}"


def _sent(site: Site, page: Exchange, renders: Sequence[Exchange], round_trip_s: float) -> Finding:
    """Return whether any of a page's renderings shows that nothing holds its head back."""
    within_s = site.profile.targets.ttfb
    expected = f"the head within {show_seconds(within_s)}, or a while before the rest"
    if broken := next((each for each in renders if each.response.undecodable), None):
        return left(broken, "assets.compressed")
    pages = [each for each in renders if each.status == 200 and each.timings.head_s is not None]
    fresh = [each for each in pages if not is_hit(site, each)]
    if pages and not fresh:
        return skipped("it came from a cache whatever the query, so its rendering was not seen", page)
    if not fresh:
        observed = ", ".join(dict.fromkeys(f"status {each.status}" for each in renders))
        return undecided(renders[0], "no page was answered", expected=expected, observed=observed)
    came = sorted(_times(fresh, round_trip_s), key=lambda each: each.head_s)
    prompt = next((each for each in came if each.head_s <= within_s), None)
    ahead = next((each for each in came if each.pause_s >= max(PAUSE_S, ROUND_TRIPS * round_trip_s)), None)
    shown = prompt or ahead or came[0]
    return expect(bool(prompt or ahead), shown.about, expected=expected, observed=shown.words)


def _times(renders: Sequence[Exchange], round_trip_s: float) -> Iterator[_Sent]:
    for each in renders:
        took = each.timings
        before_s = took.setup_s + round_trip_s
        head_s, total_s = max(0.0, (took.head_s or 0.0) - before_s), max(0.0, took.total_s - before_s)
        yield _Sent(each, head_s, total_s, took.pause_s or 0.0)


def _shown(duration_s: float) -> str:
    return show_seconds(round(duration_s, 3))
