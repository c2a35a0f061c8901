"""What visitors will ask for, read from evidence: which documents to scout, and the script that comes of it. Pure.

data = read_data(profile)
those = documents(profile, data)
site = await gather(Site(profile), (scouting(to_ask(those), windows(profile)),), send, ledger)
played = script(site, those, data, shape="steady", …)
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from urllib.parse import urlsplit

from scalecheck.model.calls import Call
from scalecheck.model.evidence import Exchange
from scalecheck.model.profile import Profile
from scalecheck.model.profile_traffic import PageView
from scalecheck.model.site import Site
from scalecheck.page.cost import answers, asked_again, hops, settled
from scalecheck.page.fetches import Fetch, Loading, Use
from scalecheck.page.loading import loading
from scalecheck.swarm.asked import absolute, devices, identity_of, is_sent
from scalecheck.swarm.cache import DECIDING
from scalecheck.swarm.data import Data, Table, sampled
from scalecheck.swarm.script import Asset, Script, ViewSample, Warm
from scalecheck.swarm.template import Template
from scalecheck.wire.fields import Fields
from scalecheck.wire.reuse import storable
from scalecheck.wire.urls import address, resolve
from scalecheck.wire.vary import vary
from scalecheck.wire.viewport import Viewport

SAMPLES = 5
"""Documents of a page with parameters that are scouted."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document that is to be scouted."""

    page: str
    url: str
    row: int | None
    calls: tuple[str, ...]
    """URLs that its view calls by GET."""
    identity: str | None


def window(profile: Profile, device: str) -> Viewport:
    """Return the window of a device: the one it names, the one of its own name, else the first phone's."""
    usual = profile.viewports.get("mobile") or next(iter(profile.viewports.values()))
    return profile.viewports.get(devices(profile)[device].viewport or device, usual)


def windows(profile: Profile) -> tuple[Viewport, ...]:
    """Return the windows of all devices, each once."""
    return tuple(dict.fromkeys(window(profile, name) for name in devices(profile)))


def documents(profile: Profile, data: Data) -> tuple[Document, ...]:
    """Return the documents to scout: of pages with data the first rows'."""
    return tuple(chain.from_iterable(_documents(profile, data, *each) for each in profile.traffic.pages.items()))


def to_ask(those: tuple[Document, ...]) -> dict[str, str | None]:
    """Return the URLs to ask, documents first, with the identity that each is asked as."""
    found: dict[str, str | None] = {each.url: each.identity for each in those}
    for each in those:
        for url in each.calls:
            found.setdefault(url, each.identity)
    return found


def script(
    site: Site,
    those: tuple[Document, ...],
    data: Data,
    *,
    shape: str,
    scale: float,
    seed: int,
    run_id: str,
    started: str,
    profile_path: str | None = None,
) -> Script:
    """Return what is to be played, given the answers to what was scouted."""
    skipped: dict[str, dict[str, None]] = {}
    views: dict[str, dict[str, tuple[ViewSample, ...]]] = {}
    for name, page in site.profile.traffic.pages.items():
        pages = [(each, found) for each in those if each.page == name and (found := settled(site, each.url))]
        if pages:
            views[name] = {
                device: tuple(_sample(site, page, each, found, device, skipped) for each, found in pages)
                for device in devices(site.profile)
            }
    return Script(
        profile=site.profile.portable(),
        shape=shape,
        scale=scale,
        seed=seed,
        run_id=run_id,
        started=started,
        views=views,
        warm=_warm(site, those, views),
        tables=data.tables,
        sources=data.sources,
        skipped={host: len(urls) for host, urls in sorted(skipped.items())},
        notes=(*_notes(site, those, views), *_unscouted(site.profile, data, views)),
        profile_path=profile_path,
    )


def _documents(profile: Profile, data: Data, name: str, page: PageView) -> Iterator[Document]:
    source = data.sources.get(name)
    own = data.tables[source.table] if source is not None else None
    for row in sampled(own, SAMPLES) if own is not None else (None,):
        values = _values(data, own, row)
        url = _url(profile, page.get, values)
        if url is not None:
            calls = (_url(profile, call.target, values) for call in page.api if _is_scouted(profile, call))
            yield Document(name, url, row, tuple(filter(None, calls)), identity_of(profile, url, 0))


def _is_scouted(profile: Profile, call: Call) -> bool:
    return call.method == "GET" and is_sent(profile, call.endpoint)


def _values(data: Data, own: Table | None, row: int | None) -> dict[str, str]:
    """Return a value for every parameter: of other tables their first row's, as if the visitor had come from there."""
    found = {
        name: value for each in data.tables.values() for name, value in zip(each.columns, each.rows[0], strict=True)
    }
    return found if own is None or row is None else {**found, **dict(zip(own.columns, own.rows[row], strict=True))}


def _url(profile: Profile, target: str, values: Mapping[str, str]) -> str | None:
    template = Template.target(absolute(profile, target))
    if any(name not in values for name in template.names):
        return None
    url = resolve(profile.site + "/", template.filled(values.__getitem__))
    return url if url is not None and profile.allows(url) else None


def _sample(
    site: Site,
    page: PageView,
    document: Document,
    found: Exchange,
    device: str,
    skipped: dict[str, dict[str, None]],
) -> ViewSample:
    if page.assets == "none":
        return ViewSample(found.url, document.row, ())
    loaded = loading(site, found, window(site.profile, device))
    assets: list[Asset] = []
    for fetch in loaded.initial():
        if fetch.use is Use.DOCUMENT:
            continue
        if site.profile.allows(fetch.url):
            assets.append(_asset(site, loaded, fetch))
        else:
            host = (address(fetch.url) or (urlsplit(fetch.url).netloc, 0))[0]
            skipped.setdefault(host, {})[fetch.url] = None
    return ViewSample(found.url, document.row, tuple(assets))


def _asset(site: Site, loaded: Loading, fetch: Fetch) -> Asset:
    last = hops(fetch.url, answers(site))[-1:]
    status = last[0].status if last and isinstance(last[0], Exchange) else 0
    via = "" if fetch.via in {loaded.page.url, fetch.url} else fetch.via
    return Asset(fetch.url, fetch.use.value, _mode(fetch), via, status)


def _mode(fetch: Fetch) -> str:
    """Return how a browser asks for it: fonts and modules by CORS, and what says so itself (HTML, `crossorigin`)."""
    load = fetch.load
    if fetch.use is Use.FRAME:
        return "navigate"
    if load is not None and load.crossorigin == "use-credentials":
        return "include"
    by_cors = fetch.use in {Use.FONT, Use.FETCH} or fetch.how in {"import", "import()", "modulepreload"}
    return "cors" if by_cors or (load is not None and (load.module or load.crossorigin)) else "no-cors"


def _warm(
    site: Site, those: tuple[Document, ...], views: Mapping[str, Mapping[str, tuple[ViewSample, ...]]]
) -> dict[str, Warm]:
    """Return what the cache of somebody holds who has been on all pages before.

    Of pages with parameters only what they load: the document that comes is another one than the last.
    """
    known = answers(site)
    urls = {
        asset.url
        for by_device in views.values()
        for samples in by_device.values()
        for each in samples
        for asset in each.assets
    }
    urls |= {url for each in those if each.row is None and each.identity is None for url in (each.url, *each.calls)}
    found: dict[str, Warm] = {}
    for url in sorted(urls):
        for record in hops(url, known):
            if isinstance(record, Exchange) and _is_held(record):
                lines = tuple(line for line in record.fields if line[0].lower() in DECIDING)
                via = (*found[record.url].via, url) if record.url in found else (url,)
                found[record.url] = Warm(record.status, lines, record.received_at, via)
    return found


def _is_held(answer: Exchange) -> bool:
    """Whether a browser stores an answer, and it still fits what the same browser asks the next time."""
    varies = vary(answer.fields)
    if not storable(Fields(), answer.status, answer.fields, shared=False):
        return False
    return "cookie" not in varies.names or varies.matches(answer.request.fields, asked_again(answer))


def _notes(
    site: Site, those: tuple[Document, ...], views: Mapping[str, Mapping[str, tuple[ViewSample, ...]]]
) -> Iterator[str]:
    profile = site.profile
    for name, page in profile.traffic.pages.items():
        if name not in views:
            yield f"{name}: no page was seen at {page.get}, so its views ask for the document and the calls alone"
        if any(not call.endpoint for call in page.api):
            yield f"{name}: calls that are counted and not named are not sent"
    sent = dict.fromkeys(call.endpoint for page in profile.traffic.pages.values() for call in page.api if call.endpoint)
    rated = (endpoint for endpoint, load in profile.traffic.routes.items() if load.rate is not None)
    for endpoint in dict.fromkeys((*sent, *rated)):
        if not is_sent(profile, endpoint):
            yield f"{endpoint} is never sent: {_refusal(profile, endpoint)}"
    if any(each.identity for each in those):
        yield f"visitors of personal pages take turns as {', '.join(profile.identities)}"


def _unscouted(
    profile: Profile, data: Data, views: Mapping[str, Mapping[str, tuple[ViewSample, ...]]]
) -> Iterator[str]:
    """Yield of which pages rows were not seen before the run, so that their views load what those of others do."""
    for name, by_device in views.items():
        source = data.sources.get(name)
        rows = len(data.tables[source.table].rows) if source is not None else 0
        seen = len(next(iter(by_device.values())))
        if seen < rows and profile.traffic.pages[name].assets != "none":
            yield f"{name}: {seen} of {rows} rows were looked at, and views of the others load what one of those does"


def _refusal(profile: Profile, endpoint: str) -> str:
    method, _, target = endpoint.partition(" ")
    if not profile.allows(absolute(profile, target)):
        return "its host is not among safety.allow_hosts"
    if not profile.safety.writes:
        return f"{method} is a write, and safety.writes does not allow it"
    return f"{method} is a write, and traffic.routes does not say `writes: true` of it"
