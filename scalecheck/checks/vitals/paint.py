"""What visitors wait for, as Lighthouse measures it: the first paint, the largest, what jumps, what blocks."""

from scalecheck.checks.check import Findings, check
from scalecheck.checks.vitals.first_byte import slow_routes
from scalecheck.checks.vitals.views import (
    BROWSER,
    CLS,
    FCP,
    LCP,
    TBT,
    TTFB,
    Seen,
    judged,
    left_on,
    measures,
    seen,
)
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.first_bytes import timed
from scalecheck.probes.lab_runs import lab_runs


@check(needs=[lab_runs, timed], source="web.dev: First Contentful Paint", declared_by="targets.fcp", opt_in=BROWSER)
def fcp(site: Site) -> Findings:
    """Pages show something within the declared time.

    Until the first text or picture is painted, visitors look at nothing and do not know whether anything comes.
    Lighthouse loads each page several times on a simulated connection; its median counts. Where the server's own time
    is what is too long, vitals.ttfb says so.

    Fix: let nothing block the first paint: defer scripts, inline the few rules that the first screen needs, load other
    style sheets and fonts without waiting for them (`font-display: swap`), and send the head of the HTML early.
    """
    slow = slow_routes(site)
    for view in seen(site):
        yield _first_paint(site, view, slow)
    yield from measures(site, FCP)


def _first_paint(site: Site, view: Seen, slow: frozenset[str]) -> Finding:
    """Return how the first paint of a page stands, left to the server's own time where that alone is too long."""
    target = site.profile.targets.fcp
    finding = judged(site, view, FCP, target)
    route = site.route(view.runs[0]) if view.runs else None
    if finding.verdict is not Verdict.FAIL or route is None or route.name not in slow:
        return finding
    painted, answered = view.median(FCP), view.median(TTFB)
    waited = 0.0 if answered is None else max(0.0, answered.value - site.profile.targets.first_byte)
    return left_on(view, "vitals.ttfb") if painted is not None and painted.value - waited <= target else finding


@check(needs=[lab_runs, timed], source="web.dev: Largest Contentful Paint", declared_by="targets.lcp", opt_in=BROWSER)
def lcp(site: Site) -> Findings:
    """Pages show their main content within the declared time.

    The largest picture or text is what visitors came for. Lighthouse loads each page several times on a simulated
    connection; its median counts. Where it is late only because the first paint is, vitals.fcp says so.

    Fix: name the hero picture in the HTML, neither lazy nor set by a script; give it `fetchpriority="high"` or a
    preload, the size that its place needs and a modern format; render its text on the server.
    """
    slow = slow_routes(site)
    for view in seen(site):
        finding = judged(site, view, LCP, site.profile.targets.lcp)
        speaker = _speaker(site, view, slow) if finding.verdict is Verdict.FAIL else ""
        yield left_on(view, speaker) if speaker else finding
    yield from measures(site, LCP)


def _speaker(site: Site, view: Seen, slow: frozenset[str]) -> str:
    """Return the check that speaks of a late largest paint: where it follows the first one as soon as it may."""
    first, largest = view.median(FCP), view.median(LCP)
    targets = site.profile.targets
    if first is None or largest is None or largest.value - first.value > max(0.0, targets.lcp - targets.fcp):
        return ""
    finding = _first_paint(site, view, slow)
    return finding.left_to or (FCP.check if finding.verdict is Verdict.FAIL else "")


@check(needs=[lab_runs], source="web.dev: Cumulative Layout Shift", declared_by="targets.cls", opt_in=BROWSER)
def cls(site: Site) -> Findings:
    """What pages show stays where it is while they load.

    A button that jumps as it is pressed, or a paragraph that is lost while it is read, is what visitors remember of a
    page. Lighthouse loads each page several times; its median counts.

    Fix: give pictures, videos and frames `width` and `height` or an `aspect-ratio`, keep room for what arrives late
    (banners, advertisements, consent), and choose a fallback font with the same metrics (`size-adjust`).
    """
    for view in seen(site):
        yield judged(site, view, CLS, site.profile.targets.cls)
    yield from measures(site, CLS)


@check(needs=[lab_runs], source="web.dev: Total Blocking Time", declared_by="targets.tbt", opt_in=BROWSER)
def inp_proxy(site: Site) -> Findings:
    """While they load, pages answer to a touch: no long tasks block them.

    A tap is answered when the task that runs has ended. Total blocking time, what all tasks take beyond 50 ms each,
    stands for the interaction to next paint, which only real visitors can show. Lighthouse loads each page several
    times; its median counts.

    Fix: send less JavaScript, split long tasks (`scheduler.yield()`), hydrate what is seen first, and move work that
    draws nothing to a worker.
    """
    for view in seen(site):
        yield judged(site, view, TBT, site.profile.targets.tbt)
    yield from measures(site, TBT)
