"""What the pages of a site ship, chunk by chunk: whose each is, and what routes share, by URL and by content."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from scalecheck.model.evidence import Exchange
from scalecheck.model.kinds import Kind
from scalecheck.model.profile import Budgets
from scalecheck.model.site import Site
from scalecheck.page.cost import Cost, Figures, Item, answers, cost, repeated, total
from scalecheck.page.fetches import Fetch, Loading, Use, When
from scalecheck.page.loading import loading

CODE = (Use.SCRIPT, Use.STYLE)


class Whose(StrEnum):
    """Who has use of a chunk."""

    OWN = "own"
    """Pages of one route load it."""
    SHARED = "shared"
    """Pages of several routes load it, under this URL."""
    THIRD_PARTY = "third party"


@dataclass(frozen=True, slots=True)
class Chunk:
    """One script or sheet that a page loads at first."""

    item: Item
    whose: Whose
    routes: tuple[str, ...]
    """Whose pages load it at first."""
    copies: tuple[str, ...] = ()
    """Other URLs that the site serves the same bytes under."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of what a page costs."""

    what: str
    first: Figures
    repeat: Figures
    limit: int | None = None
    """Budget of the first visit's transferred bytes, or of its number where `counted` says so."""
    counted: int | None = None
    """What the budget counts, where that is not bytes."""
    missing: tuple[str, ...] = ()
    """What may come on top and could not be counted: then the figures are at least so much."""

    @property
    def used(self) -> float | None:
        """Share of the budget that is used up; None without one."""
        if not self.limit:
            return None
        return (self.first.transferred_bytes if self.counted is None else self.counted) / self.limit

    @property
    def over(self) -> bool:
        """Whether the budget is overdrawn; a budget of nothing is too."""
        spent = self.first.transferred_bytes if self.counted is None else self.counted
        return self.limit is not None and spent > self.limit


@dataclass(frozen=True, slots=True)
class PageBundle:
    """One page, and what it ships."""

    route: str
    kind: Kind | None
    budgets: Budgets
    window: str
    """Name of the viewport in which it costs most; everything here is of that one."""
    windows: Mapping[str, int]
    """Bytes of a first visit by viewport."""
    loading: Loading
    first: Cost
    repeat: Cost
    chunks: tuple[Chunk, ...] = ()
    """Scripts and sheets that every first visit loads: scripts first, the largest first."""

    @property
    def url(self) -> str:
        """The page's URL."""
        return self.loading.page.url

    @property
    def dynamic(self) -> tuple[Item, ...]:
        """What its scripts may load later with `import()`, the largest first."""
        later = (each for each in self.first.items if each.when is When.DYNAMIC)
        return tuple(sorted(later, key=lambda each: -each.figures.transferred_bytes))

    @property
    def uncounted(self) -> tuple[Item, ...]:
        """What every first visit asks the site for and whose bytes are not known."""
        return tuple(each for each in self.first.of() if each.unknown)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The table of what it costs: by use, what comes from others, and everything."""
        budgets = self.budgets
        others = tuple(set(Use) - {Use.DOCUMENT, *CODE, Use.FONT, Use.IMAGE})
        foreign = self.first.foreign()
        requests = len(self.loading.initial())
        everything = self._row("page", tuple(Use), budgets.page)
        return (
            self._row("HTML", (Use.DOCUMENT,), budgets.html),
            self._row("JavaScript", (Use.SCRIPT,), budgets.js),
            self._row("CSS", (Use.STYLE,), budgets.css),
            self._row("fonts", (Use.FONT,), budgets.fonts),
            self._row("images", (Use.IMAGE,), budgets.images),
            self._row("other", others, None),
            everything,
            Row("requests", Figures(requests), Figures(), budgets.requests, requests),
            Row(
                "third parties",
                total(foreign),
                total(self.repeat.foreign()),
                budgets.third_parties,
                len({each.third_party for each in foreign}),
            ),
        )

    def _row(self, what: str, uses: tuple[Use, ...], limit: int | None) -> Row:
        return Row(what, self.first.own(*uses), self.repeat.own(*uses), limit, missing=self.first.missing(*uses))


@dataclass(frozen=True, slots=True)
class Common:
    """Code that the same routes load."""

    routes: tuple[str, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Copies:
    """One content under several URLs, each of which visitors fetch."""

    urls: tuple[str, ...]
    routes: tuple[str, ...]
    figures: Figures
    """Of one of them."""


@dataclass(frozen=True, slots=True)
class Bundles:
    """What the pages of a site ship."""

    pages: tuple[PageBundle, ...]
    common: tuple[Common, ...] = ()
    """Of two and more routes, those of most routes first."""
    copies: tuple[Copies, ...] = ()
    """The largest first."""

    @property
    def routes(self) -> Mapping[str, tuple[PageBundle, ...]]:
        """Pages by the name of their route, the heaviest first."""
        found: dict[str, list[PageBundle]] = {}
        for page in sorted(self.pages, key=lambda each: -each.first.own().transferred_bytes):
            found.setdefault(page.route, []).append(page)
        order = dict.fromkeys(page.route for page in self.pages)
        return {name: tuple(found[name]) for name in order}


def bundles(site: Site) -> Bundles:
    """Return what the site's good pages ship."""
    windows = site.profile.viewports
    return bundles_of(
        site, ({name: loading(site, page, window) for name, window in windows.items()} for page in site.pages())
    )


def bundles_of(site: Site, pages_by_window: Iterable[Mapping[str, Loading]]) -> Bundles:
    """Return what pages ship, each given in every window."""
    pages = tuple(_bundle(site, each) for each in pages_by_window)
    users: dict[str, dict[str, None]] = {}
    items: dict[str, Item] = {}
    for page in pages:
        for item in _code(page):
            users.setdefault(item.url, {})[page.route] = None
            items[item.url] = item
    routes = {url: tuple(names) for url, names in users.items()}
    copies = _copies(site, items, routes)
    twins = {url: tuple(other for other in each.urls if other != url) for each in copies for url in each.urls}
    shown = tuple(replace(page, chunks=tuple(_chunks(page, routes, twins))) for page in pages)
    return Bundles(shown, tuple(_common(items, routes)), copies)


def _bundle(site: Site, loadings: Mapping[str, Loading]) -> PageBundle:
    costs = {name: cost(site, each) for name, each in loadings.items()}
    sizes = {name: each.own().transferred_bytes for name, each in costs.items()}
    window = max(sizes, key=lambda name: sizes[name])
    page, first = loadings[window].page, costs[window]
    route = site.route(page)
    return PageBundle(
        route.name if route is not None else "",
        site.kind(page),
        site.profile.budget(route),
        window,
        sizes,
        loadings[window],
        first,
        repeated(site, first),
    )


def _code(page: PageBundle) -> Iterator[Item]:
    return (each for each in page.first.items if each.when is When.INITIAL and each.use in CODE)


def _chunks(
    page: PageBundle, routes: Mapping[str, tuple[str, ...]], twins: Mapping[str, tuple[str, ...]]
) -> Iterator[Chunk]:
    for item in sorted(_code(page), key=lambda each: (each.use is Use.STYLE, -each.figures.transferred_bytes)):
        users = routes[item.url]
        whose = Whose.THIRD_PARTY if item.third_party else Whose.SHARED if len(users) > 1 else Whose.OWN
        yield Chunk(item, whose, users, twins.get(item.url, ()))


def _common(items: Mapping[str, Item], routes: Mapping[str, tuple[str, ...]]) -> Iterator[Common]:
    among: dict[tuple[str, ...], list[Item]] = {}
    for url, names in routes.items():
        if len(names) > 1 and not items[url].third_party:
            among.setdefault(names, []).append(items[url])
    for names in sorted(among, key=lambda each: (-len(each), each)):
        yield Common(names, tuple(among[names]))


def _copies(site: Site, items: Mapping[str, Item], routes: Mapping[str, tuple[str, ...]]) -> tuple[Copies, ...]:
    known = answers(site)
    by_content: dict[str, list[str]] = {}
    for url in items:
        answer = known.get(url)
        if isinstance(answer, Exchange) and answer.status == 200 and answer.response.decoded_bytes:
            by_content.setdefault(answer.response.digest, []).append(url)
    found = (
        Copies(tuple(urls), tuple(dict.fromkeys(name for url in urls for name in routes[url])), items[urls[0]].figures)
        for urls in by_content.values()
        if len(urls) > 1
    )
    return tuple(sorted(found, key=lambda each: -each.figures.transferred_bytes))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some pages load an URL: the same way through the same files."""

    when: When
    chain: tuple[Fetch, ...]
    """From what the HTML names down to the URL."""
    pages: tuple[str, ...]


def reasons(found: Bundles, url: str) -> tuple[Reason, ...]:
    """Return why pages load an URL, the surest first, and then what most pages do; nothing where none does."""
    pages: dict[tuple[When, tuple[tuple[str, str], ...]], list[PageBundle]] = {}
    chains: dict[tuple[When, tuple[tuple[str, str], ...]], tuple[Fetch, ...]] = {}
    for page in found.pages:
        fetch = next((each for each in page.loading.fetches if each.url == url), None)
        if fetch is not None:
            chain = page.loading.chain(url)
            key = fetch.when, tuple((each.url, each.how) for each in chain)
            chains[key] = chain
            pages.setdefault(key, []).append(page)
    order = tuple(When)
    keys = sorted(pages, key=lambda key: (order.index(key[0]), -len(pages[key])))
    return tuple(Reason(key[0], chains[key], tuple(page.url for page in pages[key])) for key in keys)


def matching(found: Bundles, text: str) -> tuple[str, ...]:
    """Return the URLs that pages load whose end, or else any part, is this text; the most used first."""
    uses = Counter(each.url for page in found.pages for each in page.loading.fetches)
    urls = [url for url, _ in uses.most_common()]
    if text in uses:
        return (text,)
    return tuple(url for url in urls if url.endswith(text)) or tuple(url for url in urls if text in url)
