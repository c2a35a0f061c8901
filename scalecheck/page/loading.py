"""What a page makes a browser fetch, from its HTML, scripts and sheets alone: no browser, no network."""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from scalecheck.model.evidence import Exchange, Failure, Loss, Record
from scalecheck.model.site import Site
from scalecheck.page.cost import answers, hops
from scalecheck.page.elements import Mode, Role, Wanted, wanted
from scalecheck.page.fetches import Fetch, Loading, Unresolved, Use, When
from scalecheck.page.sheets import applied, inline_sheet, outer_sheet
from scalecheck.page.styles import painted
from scalecheck.wire import content_type
from scalecheck.wire.css import Sheet, read_style
from scalecheck.wire.elements import read_elements
from scalecheck.wire.html import Page, read_page
from scalecheck.wire.import_map import ImportMap, UnmappedError, read_import_maps
from scalecheck.wire.js_imports import Import, Script, read_script
from scalecheck.wire.link_header import read_links
from scalecheck.wire.loads import Load, LoadKind
from scalecheck.wire.redirects import REDIRECTS
from scalecheck.wire.reuse import Reuse, reuse, store
from scalecheck.wire.urls import resolve
from scalecheck.wire.viewport import Viewport

FETCHES_AT_MOST = 5_000
"""Of one page; what comes behind is unresolved."""
FRAMES_DEEP = 3
"""How deep frames in frames are followed."""
FRAME = Viewport(300, 150)
"""The window of a frame that has no size (CSS 2.2 section 10.3.2)."""
PAGES_REMEMBERED = 4096
OVER_2 = frozenset({"2", "3"})
"""HTTP versions over which Chromium takes note of Early Hints."""
LINKED = frozenset({LoadKind.PRELOAD, LoadKind.MODULEPRELOAD, LoadKind.PREFETCH})
"""What Chromium takes from Link fields."""


def loading(site: Site, page: Exchange, viewport: Viewport) -> Loading:
    """Return what one page makes a browser fetch in one window on a first visit."""
    key = loading, page.number, page.url, viewport
    found: Loading | None = site.remembered.get(key)
    if found is None:
        found = site.remembered[key] = _loaded(site, page, viewport)
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """What a page loads, and the answers that this was read from: it holds as long as they do."""

    page: Exchange
    read: tuple[tuple[str, Record | None], ...]
    loading: Loading


_known: "OrderedDict[tuple[int, Viewport], _Known]" = OrderedDict()
"""By identity of the page, for the rounds of asking: each sees a new site, and for most pages nothing has changed."""


def _loaded(site: Site, page: Exchange, viewport: Viewport) -> Loading:
    records = answers(site)
    key = id(page), viewport
    known = _known.get(key)
    if known is not None and known.page is page and all(records.get(url) is record for url, record in known.read):
        return known.loading
    walk = _Walk(site, page, viewport, records)
    found = walk.run()
    _known[key] = _Known(page, tuple(walk.read.items()), found)
    _known.move_to_end(key)
    if len(_known) > PAGES_REMEMBERED:
        _known.popitem(last=False)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Document:
    """The page, or a frame in it."""

    page: Page
    body: bytes
    content_type: str
    viewport: Viewport
    import_map: ImportMap
    depth: int


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something is named."""

    via: str
    base: str
    """What its references are relative to."""
    when: When
    document: _Document


class _Walk:
    """Follows what one page names, the certain before the uncertain."""

    def __init__(self, site: Site, page: Exchange, viewport: Viewport, records: Mapping[str, Record]) -> None:
        self.site = site
        self.page = page
        self.viewport = viewport
        self.records = records
        self.read: dict[str, Record | None] = {}
        """Answers that were looked up, and None for what was not answered yet."""
        self.fetches = [Fetch(page.url, Use.DOCUMENT, When.INITIAL, page.url, "page")]
        self.fetched: dict[str, set[tuple[Use, Mode]]] = {page.url: {(Use.DOCUMENT, Mode.NAVIGATION)}}
        self.unresolved: dict[Unresolved, None] = {}
        self.waiting: dict[When, deque[tuple[Wanted, _Place]]] = {when: deque() for when in When}
        self.followed: set[tuple[str, Role]] = set()
        self.sheets: dict[str, Sheet] = {}
        """By the URL they were asked for."""
        self.named: dict[str, tuple[Wanted, _Place]] = {}
        """Fonts and pictures, by the sheet that names them first."""
        self.unpainted: dict[When, list[_Place]] = {when: [] for when in When}

    def run(self) -> Loading:
        if self.page.response.truncated:
            self._leave(self.page.url, "its body was cut off", When.INITIAL)
        self._document(self.page, self.viewport, When.INITIAL, 0)
        for when in When:
            while self.waiting[when] or self.unpainted[when]:
                while self.waiting[when]:
                    self._fetch(*self.waiting[when].popleft())
                for place in self.unpainted[when]:
                    self._paint(place)
                self.unpainted[when].clear()
        return Loading(self.page, self.viewport, tuple(self.fetches), tuple(self.unresolved))

    def _add(self, found: Wanted | None, place: _Place) -> None:
        """Note what is to be fetched; it is no more certain than what names it."""
        if found is not None:
            when = max(found.when, place.when, key=_CERTAINTY.index)
            self.waiting[when].append((found, replace(place, when=when)))

    def _leave(self, via: str, reason: str, when: When | None) -> None:
        self.unresolved[Unresolved(via, reason, when)] = None

    def _fetch(self, want: Wanted, place: _Place) -> None:
        before = self.fetched.setdefault(want.url, set())
        if (want.use, want.mode) not in before:
            if len(self.fetches) >= FETCHES_AT_MOST:
                self._leave(self.page.url, f"only its first {FETCHES_AT_MOST} fetches were followed", place.when)
                return
            if not before or not self._is_stored(want.url):
                self.fetches.append(Fetch(want.url, want.use, place.when, place.via, want.how, want.load))
            before.add((want.use, want.mode))
        if want.role is not Role.LEAF and (want.url, want.role) not in self.followed:
            self.followed.add((want.url, want.role))
            self._follow(want, place)

    def _is_stored(self, url: str) -> bool:
        """Whether what was fetched for another use, or in another mode, comes from the browser's cache now.

        So it is where nobody knows better: of other hosts, and of what was not answered.
        """
        found = hops(url, self.records)
        self.read.update((each.url, each) for each in found)
        answer = found[-1] if found else None
        if not isinstance(answer, Exchange):
            self.read.setdefault(url, None)
            return True
        sent, times = answer.request.fields, (answer.received_at, answer.sent_at)
        stored = store(sent, answer.status, answer.fields, shared=False, received_at=times[0], requested_at=times[1])
        return reuse(stored, sent, answer.received_at) is Reuse.FRESH

    def _follow(self, want: Wanted, place: _Place) -> None:
        # the text of a classic script names nothing but what import() asks for
        answer = self._answer(want, When.DYNAMIC if want.role is Role.CLASSIC else place.when)
        if answer is None:
            return
        inside = replace(place, via=want.url, base=answer.url)
        body, kind = answer.response.body or b"", answer.fields.first("content-type") or ""
        match want.role:
            case Role.FRAME:
                self._document(answer, _window(want.load, place), place.when, place.document.depth + 1)
            case Role.STYLE:
                sheet = self.sheets[want.url] = outer_sheet(body, answer.url, kind)
                self._sheet(sheet, inside)
            case Role.MODULE:
                self._module(read_script(body), inside, cut=answer.response.truncated)
            case _:
                self._dynamic(read_script(body), inside)

    def _document(self, answer: Exchange, viewport: Viewport, when: When, depth: int) -> None:
        """Take the page or a frame: fields come before what they belong to."""
        page, kind = self.site.page(answer), answer.fields.first("content-type") or ""
        maps = read_import_maps(page.import_maps, page.base)
        document = _Document(page, answer.response.body or b"", kind, viewport, maps, depth)
        place = _Place(answer.url, page.base, when, document)
        for how, load in _linked(answer):
            found = wanted(load, viewport)
            self._add(None if found is None else replace(found, how=how), place)
        self._page(page, place)
        for text in page.srcdocs if depth < FRAMES_DEEP else ():
            body, kind = text.encode("utf-8", "replace"), "text/html; charset=utf-8"
            inner = read_page(body, page.base, kind)
            maps = read_import_maps(inner.import_maps, inner.base)
            framed = _Document(inner, body, kind, FRAME, maps, depth + 1)
            self._page(inner, replace(place, base=inner.base, document=framed))

    def _page(self, page: Page, place: _Place) -> None:
        self.unpainted[place.when].append(place)
        for problem in place.document.import_map.problems:
            self._leave(place.via, problem, place.when)
        if page.truncated:
            self._leave(place.via, "it names more than is read of one page", place.when)
        for load in (*page.loads, *page.hints):
            if load.kind is not LoadKind.IFRAME or place.document.depth < FRAMES_DEEP:
                self._add(wanted(load, place.document.viewport), place)
        for text in page.inline_styles:
            self._sheet(inline_sheet(text, page.base), place)
        for text in page.styled:
            self._sheet(read_style(text, page.base), place)
        modules = frozenset(page.inline_modules)
        for text in page.inline_scripts:
            script = read_script(text)
            if text in modules:
                self._module(script, place)
            else:
                self._dynamic(script, place)

    def _module(self, script: Script, place: _Place, *, cut: bool = False) -> None:
        """Follow the imports of a module: none of them is fetched where one means no URL, or it does not parse.

        Whether a browser's parser agrees with ours is not certain, so what we cannot parse leaves its imports possible.
        """
        when = When.INITIAL
        if script.problem and not cut:
            self._leave(place.via, script.problem, place.when)
            when = When.POSSIBLE
        try:
            urls = [(each, place.document.import_map.resolve(each.specifier, place.base)) for each in script.imports]
        except UnmappedError as error:
            self._leave(place.via, f"{error}, so nothing that it imports is fetched", None)
            return
        for each, url in urls:
            self._add(_imported(each, url, when, "import"), place)
        self._dynamic(script, place)

    def _dynamic(self, script: Script, place: _Place) -> None:
        for each in script.dynamic:
            try:
                url = place.document.import_map.resolve(each.specifier, place.base)
            except UnmappedError as error:
                self._leave(place.via, str(error), None)
            else:
                self._add(_imported(each, url, When.DYNAMIC, "import()"), place)
        if script.computed:
            self._leave(place.via, f"{script.computed} x import() of what is known only when it runs", When.DYNAMIC)

    def _sheet(self, sheet: Sheet, place: _Place) -> None:
        if sheet.problem or sheet.truncated:
            self._leave(place.via, sheet.problem or "it names more than is read of one sheet", place.when)
        for each in sheet.imports:
            if each.supported:
                self._add(Wanted(each.url, Use.STYLE, When.INITIAL, "@import", Role.STYLE), place)
        for face in sheet.fonts:
            if face.source:
                self._name(Wanted(face.source, Use.FONT, When.POSSIBLE, "@font-face", mode=Mode.CORS), place)
        for url in sheet.images:
            self._name(Wanted(url, Use.IMAGE, When.POSSIBLE, "url()"), place)

    def _name(self, found: Wanted, place: _Place) -> None:
        """Note what a sheet names, and what the page may need one day."""
        self.named.setdefault(found.url, (found, place))
        self._add(found, place)

    def _paint(self, place: _Place) -> None:
        """Note what the elements of a document need of its sheets at first."""
        document = place.document
        sheets = applied(document.page, self.sheets)
        if not document.page.styled and not any(each.sheet.fonts or each.sheet.images for each in sheets):
            return
        elements, more = read_elements(document.body, document.content_type)
        found = painted(elements, sheets, document.viewport, document.page.base)
        if more or found.problem:
            self._leave(place.via, found.problem or "it has more elements than are read", place.when)
        for use, urls in ((Use.IMAGE, found.images), (Use.FONT, found.fonts)):
            for url in urls:
                want, by = self.named.get(url, (Wanted(url, use, When.INITIAL, "style"), place))
                self._add(replace(want, when=When.INITIAL), replace(by, when=place.when))

    def _answer(self, want: Wanted, when: When) -> Exchange | None:
        """Return the answer that came of a request, all redirects followed; None, and why, when it cannot be read.

        `when` is that of what it may name.
        """
        found = hops(want.url, self.records)
        self.read.update((each.url, each) for each in found)
        answer = found[-1] if found else None
        target = "" if answer is None else _target(answer)
        if answer is None or target:
            self.read[target or want.url] = None
            self._leave(want.url, _unasked(self.site, target or want.url), when)
            return None
        if isinstance(answer, Failure):
            over = answer.loss is Loss.BUDGET
            self._leave(want.url, "the request budget was used up before it" if over else "it was not answered", when)
            return None
        return self._readable(want, answer, when) if isinstance(answer, Exchange) else None

    def _readable(self, want: Wanted, answer: Exchange, when: When) -> Exchange | None:
        response = answer.response
        if not 200 <= answer.status < 300:
            self._leave(want.url, f"it answered {answer.status}", None)
            return None
        if refusal := _refusal(want.role, response.content_type):
            self._leave(want.url, refusal, None)
            return None
        if response.undecodable or response.body is None:
            reason = "its body could not be read" if response.undecodable else "its body was not kept"
            self._leave(want.url, reason, when)
            return None
        if response.truncated:
            self._leave(want.url, "its body was cut off", when)
        return answer


_CERTAINTY = tuple(When)


def _linked(answer: Exchange) -> Iterator[tuple[str, Load]]:
    """Yield what Link fields ask for, those of Early Hints first."""
    if answer.response.http_version in OVER_2:
        for status, fields in answer.response.interim:
            if status == 103:
                yield from (("103", load) for load in read_links(fields.all("link"), answer.url))
    yield from (("Link", load) for load in read_links(answer.fields.all("link"), answer.url) if load.kind in LINKED)


def _imported(each: Import, url: str, when: When, how: str) -> Wanted | None:
    """Return what an import fetches; nothing for `data:` and its kind. JSON and CSS count as scripts in browsers."""
    if not url.startswith(("http:", "https:")):
        return None
    return Wanted(url, Use.SCRIPT, when, how, Role.LEAF if each.type else Role.MODULE, mode=Mode.CORS)


def _window(load: Load | None, place: _Place) -> Viewport:
    """Return the window of a frame: its own size in CSS pixels, where it has one."""
    sizes = {} if load is None else load.attributes
    width, height = sizes.get("width", ""), sizes.get("height", "")
    outer = place.document.viewport
    return Viewport(
        int(width) if _is_size(width) else outer.width if width else FRAME.width,
        int(height) if _is_size(height) else outer.height if height else FRAME.height,
        outer.density,
    )


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6


def _target(answer: Record) -> str:
    """Return where an answer still redirects to; empty when it is the last one."""
    if not isinstance(answer, Exchange) or answer.status not in REDIRECTS:
        return ""
    location = answer.fields.first("location")
    return "" if location is None else resolve(answer.url, location) or ""


def _unasked(site: Site, url: str) -> str:
    return "it was not asked" if site.profile.allows(url) else "it was not asked: its host is not in safety.allow_hosts"


def _refusal(role: Role, media_type: str) -> str:
    """Return why browsers do not take what was fetched; empty when they do."""
    right = _TAKEN.get(role, _runs)
    return "" if right(media_type) else f"browsers refuse it as a {role.value}: its type is {media_type or 'not given'}"


def _runs(media_type: str) -> bool:
    """Whether browsers run it as a classic script (Fetch, "should response to request be blocked due to MIME type")."""
    return not media_type.startswith(("image/", "audio/", "video/")) and media_type != "text/csv"


_TAKEN: Mapping[Role, Callable[[str], bool]] = {
    Role.MODULE: content_type.is_javascript,
    Role.STYLE: content_type.is_css,
    Role.FRAME: content_type.is_html,
}
