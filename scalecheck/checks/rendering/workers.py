"""Service workers: whether they can be registered where they are meant to be, and replaced when they change."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from scalecheck.checks.answers import browser_lifetime_s, policy, shown_policy
from scalecheck.checks.check import Findings, check, expect, left, undecided
from scalecheck.checks.precedence import freshness_speaker, implicit
from scalecheck.model.evidence import Exchange, View
from scalecheck.model.kinds import Kind
from scalecheck.model.site import FIRST, Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.browsers import visit
from scalecheck.probes.discovery import redirect_target
from scalecheck.probes.pages import registrations_of, workers
from scalecheck.wire import content_type
from scalecheck.wire.urls import resolve, same_origin

DAY_S = 86_400
NOT_NOW = frozenset({429, 503})


@check(
    needs=[workers], reads=[visit], source="Service Workers (W3C), sections 4.4 and 6.2: Update, Service-Worker-Allowed"
)
def worker_fresh(site: Site) -> Findings:
    """A service worker is asked for anew, and can be registered for the pages it is meant to serve.

    A worker that a cache keeps goes on answering for pages that are long gone, on every visit, and only another worker
    can end it. Browsers refuse to register one that is redirected, that is no JavaScript, that comes from another
    origin, or whose scope is wider than its own folder, and say so in the console alone. Judged are workers of routes
    of the kind `service-worker`, and those that pages or their scripts register by a literal name.

    Fix: serve the worker from the root of the site, as JavaScript, with `Cache-Control: no-cache`; where it has to lie
    in a folder, send `Service-Worker-Allowed: /` with it.

    On nginx: `location = /sw.js { add_header Cache-Control no-cache; try_files $uri =404; }`; an `expires 1y;` for
    `\\.js$` covers it too, unless this location stands beside it.

    On Apache: `<Files "sw.js"> Header set Cache-Control no-cache </Files>`, and `Header set Service-Worker-Allowed /`
    where it lies in a folder.

    On Caddy: `header /sw.js Cache-Control no-cache`

    On Next.js: files in `public/` are asked for anew by themselves; take `/sw.js` out of rules of `headers()`.

    On Netlify: in `_headers`: `/sw.js` and below it `Cache-Control: no-cache`; and no `/*` redirect that covers it.

    On Vercel: in `vercel.json`: `{"headers": [{"source": "/sw.js", "headers": [{"key": "Cache-Control", "value":
    "no-cache"}]}]}`

    On Cloudflare: Browser Cache TTL set to "Respect Existing Headers"; any other value overrides what the site sends.
    """
    scopes = _scopes(site)
    for answer in _answers(site):
        yield from _judged(site, answer, scopes.get(answer.url, frozenset()))
    for url, page in _foreign(site):
        expected = "a worker of the page's own origin"
        yield expect(False, page, expected=expected, observed=url)


def _answers(site: Site) -> Iterator[Exchange]:
    """Yield the first answer of each worker."""
    registered = {each.url for each in registrations_of(site)}
    sampled = (e for e in site.seen(FIRST) if site.kind(e) is Kind.SERVICE_WORKER or e.url in registered)
    urls: set[str] = set()
    for answer in (*sampled, *site.seen("workers")):
        if answer.url not in urls:
            urls.add(answer.url)
            yield answer


def _scopes(site: Site) -> dict[str, frozenset[str]]:
    """Return for each worker's URL the scopes that it is registered with; empty where one of them is computed."""
    found: dict[str, set[str]] = {}
    for each in registrations_of(site):
        if not each.computed:
            found.setdefault(each.url, set()).add(each.scope or urljoin(each.url, "."))
    for view in site.all("visit"):
        for worker in view.workers if isinstance(view, View) else ():
            found.setdefault(worker.script, set()).add(worker.scope)
    return {url: frozenset(scopes) for url, scopes in found.items()}


def _foreign(site: Site) -> Iterator[tuple[str, Exchange]]:
    """Yield workers that a page tries to register from another origin than its own."""
    told: set[str] = set()
    for each in registrations_of(site):
        if each.url not in told and not same_origin(each.url, each.page.url):
            told.add(each.url)
            yield each.url, each.page


def _judged(site: Site, answer: Exchange, scopes: frozenset[str]) -> Iterator[Finding]:
    declared = site.kind(answer) is Kind.SERVICE_WORKER
    expected, observed = "JavaScript, with status 200", _described(answer)
    if declared and answer.status >= 400:
        yield left(answer, "site.answers")
    elif answer.status in NOT_NOW:
        yield undecided(answer, "the site did not answer for load", expected=expected, observed=observed)
    elif answer.response.undecodable:
        yield left(answer, "assets.compressed")
    elif answer.status != 200 or not content_type.is_javascript(answer.response.content_type):
        yield expect(False, answer, expected=expected, observed=observed)
    else:
        yield _fresh(site, answer, declared=declared)
        yield from _allowed(site, answer, scopes)


def _described(answer: Exchange) -> str:
    if (target := redirect_target(answer)) is not None:
        return f"status {answer.status} to {target}"
    shell = ", a web page" if content_type.looks_like_html(answer.response.body or b"") else ""
    return f"status {answer.status}, {answer.response.content_type or 'no Content-Type'}{shell}"


def _fresh(site: Site, answer: Exchange, *, declared: bool) -> Finding:
    """Return whether browsers ask for it anew; of a worker that no route declares, a day is worth a warning only."""
    contract = site.contract(answer) if declared else site.profile.kind_contract(Kind.SERVICE_WORKER)
    if declared and (speaker := freshness_speaker(site, answer)) not in {"", "rendering.worker_fresh"}:
        return left(answer, speaker)
    span = contract.browser
    seconds, shown = browser_lifetime_s(site, answer), shown_policy(site, answer) or "no Cache-Control"
    expected = f"{span} in browsers" if span is not None else "not immutable"
    met = (span is None or seconds in span) and not policy(answer).has("immutable")
    met = met and (declared or not implicit(site, answer))
    otherwise = Verdict.FAIL if declared or seconds > DAY_S else Verdict.WARN
    return expect(met, answer, expected=expected, observed=f"{seconds}s in browsers ({shown})", otherwise=otherwise)


def _allowed(site: Site, answer: Exchange, scopes: frozenset[str]) -> Iterator[Finding]:
    """Yield whether it may have the scopes it is registered with, and whether any page is in them."""
    widest = _widest(answer)
    for scope in sorted(scopes):
        met = same_origin(scope, answer.url) and _path(scope).startswith(widest)
        yield expect(met, answer, expected=f"a scope within {widest}", observed=_path(scope))
    pages = [_path(page.url) for page in site.pages() if same_origin(page.url, answer.url)]
    reached = {_path(scope) for scope in scopes} or {widest}
    if pages and not any(page.startswith(scope) for page in pages for scope in reached):
        observed = f"none within {' or '.join(sorted(reached))}"
        yield expect(False, answer, expected="pages that it serves", observed=observed, otherwise=Verdict.WARN)


def _widest(answer: Exchange) -> str:
    """Return the path that a worker's scope must begin with: its folder, or what the answer allows instead."""
    allowed = answer.fields.first("service-worker-allowed")
    url = None if allowed is None else resolve(answer.url, allowed)
    if url is not None and same_origin(url, answer.url):
        return _path(url)
    return _path(urljoin(answer.url, "."))


def _path(url: str) -> str:
    return urlsplit(url).path or "/"
