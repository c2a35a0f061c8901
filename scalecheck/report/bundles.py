"""What pages ship, at a terminal: a table and a bar for each, what routes share, and why a chunk is loaded."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from scalecheck.page.bundles import Bundles, Chunk, Common, Copies, PageBundle, Reason, Row, Whose, matching, reasons
from scalecheck.page.cost import total
from scalecheck.page.fetches import Fetch, Use
from scalecheck.report.figures import figure
from scalecheck.report.inert import NAME, SUBJECT, inert
from scalecheck.report.summary import counted
from scalecheck.report.text_lines import NARROWEST, entry, fitting, guarded
from scalecheck.wire.urls import origin

WIDEST = 120
NAMED_CHUNKS = 8
"""Chunks of a page that the legend names."""
LATER_SHOWN = 4
UNRESOLVED_SHOWN = 4
COPIES_SHOWN = 5
NEARLY = 0.9
"""Share of a budget from which on it is nearly used up."""
GAUGE = 10
"""Columns of the line that shows how much of a budget is used."""
PAGES_AT_MOST = 50
"""Pages that may be named of those that load a chunk in one way."""
FOUND_SHOWN = 5
"""URLs explained of several that fit what was asked for."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""Names of chunks, the same on all pages; more than these go without."""
STYLES = {Whose.OWN: "blue", Whose.SHARED: "cyan", Whose.THIRD_PARTY: "magenta"}
FILLS = {Whose.OWN: "█", Whose.SHARED: "▓", Whose.THIRD_PARTY: "░"}
PLAIN_FILLS = {Whose.OWN: "#", Whose.SHARED: "=", Whose.THIRD_PARTY: "-"}
"""For streams that cannot carry the others."""


def print_bundles(found: Bundles, console: Console, *, verbose: bool = False) -> None:
    """Print what pages ship: of each route the heaviest page, or every page when verbose; then what routes share."""
    _print(_lines(found, console, verbose=verbose), console)


def print_why(found: Bundles, text: str, console: Console) -> None:
    """Print which pages load an URL, at first or not, and through whom."""
    _print(_why(found, matching(found, text), min(console.width, WIDEST)), console)


def _print(lines: Iterable[Text], console: Console) -> None:
    for line in lines:
        console.print(guarded(line, console.encoding), soft_wrap=True, highlight=False)


def _lines(found: Bundles, console: Console, *, verbose: bool) -> Iterator[Text]:
    width = max(NARROWEST, min(console.width, WIDEST))
    letters: dict[str, str] = {}
    for name, pages in found.routes.items():
        for page in pages if verbose else pages[:1]:
            yield from _heading(name, page, 0 if verbose else len(pages) - 1, width)
            yield from _table(page, width)
            yield from _windows(page, width)
            yield from _code(page, letters, len(found.routes), console, width)
            yield from _later(page, width)
            yield from _unresolved(page, width)
            yield Text()
    yield from _common(found, width)
    yield from _copies(found.copies, width)


def _heading(name: str, page: PageBundle, others: int, width: int) -> Iterator[Text]:
    """Yield which page it is, of which route, and in which window it is shown."""
    said = Text(inert(name or "no route", NAME), "bold")
    address = f"{_shown(page.url, page.url)}{f', the heaviest of {others + 1} pages' if others else ''}"
    more = f"{page.kind or 'page'}{f', {inert(page.window, NAME)}' if _differ(page) else ''}"
    if cell_len(said.plain) + cell_len(address) + cell_len(more) + 4 <= width:
        yield said.append(f"  {address}", "").append(f"  {more}", "dim")
    else:
        yield said.append(f"  {more}", "dim")
        yield from entry("", address, width)


COLUMNS = ("", "requests", "transferred", "decoded", "next visit", "budget", "used")
LEFT_OUT = ((), (3,), (3, 4), (3, 4, 5), (3, 4, 5, 1), (3, 4, 5, 1, 6))
"""Columns that are left out, by how narrow the terminal is."""


def _table(page: PageBundle, width: int) -> Iterator[Text]:
    """Yield a line for each use that costs something or has a budget, in as many columns as there is room for."""
    rows = [row for row in page.rows if row.first.requests or row.limit is not None]
    cells = [COLUMNS, *(_cells(row) for row in rows)]
    for dropped in LEFT_OUT:
        kept = [at for at in range(len(COLUMNS)) if at not in dropped and any(line[at] for line in cells[1:])]
        widths = {at: max(cell_len(line[at]) for line in cells) for at in kept}
        needed = 2 + sum(widths.values()) + 2 * (len(kept) - 1)
        if needed <= width:
            break
    for line, row in zip(cells, (None, *rows), strict=True):
        if 1 not in kept and row is not None and row.counted is not None:
            line = (*line[:2], str(row.counted), *line[3:])
        text = "  ".join(_padded(line[at], widths[at], right=at > 0) for at in kept)
        said = Text(f"  {text}", _row_style(row))
        if row is not None and row.used is not None and needed + GAUGE + 2 <= width:
            said.append("  ").append_text(_gauge(row))
        said.rstrip()
        yield said


def _gauge(row: Row) -> Text:
    """Return a line that is drawn as far as the budget is used."""
    used = row.used or 0.0
    filled = min(GAUGE, round(used * GAUGE))
    style = "bold red" if row.over else "yellow" if used > NEARLY else "green"
    return Text.assemble(("━" * filled, style), ("─" * (GAUGE - filled), "not bold dim"))


def _cells(row: Row) -> tuple[str, ...]:
    least = "≥ " if row.missing else ""
    weighed = row.counted is None
    budget = (
        "" if row.limit is None else str(row.limit) if not weighed else figure(row.limit, "bytes").replace(".0 ", " ")
    )
    return (
        row.what,
        str(row.first.requests),
        least + _bytes(row.first.transferred_bytes) if weighed or row.first.transferred_bytes else "",
        _bytes(row.first.decoded_bytes) if weighed else "",
        _bytes(row.repeat.transferred_bytes) if weighed else "",
        budget,
        "" if row.used is None else f"{least}{row.used * 100:.0f} %",
    )


def _row_style(row: Row | None) -> str:
    if row is None:
        return "dim"
    return "bold red" if row.over else "bold" if row.what == "page" else ""


def _bytes(size: int) -> str:
    """Return a size in KB, small ones too, so that a column can be read down."""
    return "0" if not size else figure(size, "bytes") if size >= 1000 else f"{max(size, 50) / 1000:.1f} KB"


def _padded(text: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - cell_len(text))
    return blanks + text if right else text + blanks


def _windows(page: PageBundle, width: int) -> Iterator[Text]:
    """Yield what the page costs in other windows, where that differs."""
    if _differ(page):
        others = (f"{inert(name, NAME)} {_bytes(size)}" for name, size in page.windows.items() if name != page.window)
        yield from entry("", Text(f"in other windows: {', '.join(others)}", "dim"), width)


def _differ(page: PageBundle) -> bool:
    """Whether the page costs more in some windows than in others."""
    return len(set(page.windows.values())) > 1


@dataclass(frozen=True, slots=True)
class _Block:
    """A part of the bar: one chunk, or the rest of those that are alike."""

    whose: Whose
    size: int
    letter: str = ""
    name: str = ""
    """The end of its path, for a block with room."""


def _code(page: PageBundle, letters: dict[str, str], routes: int, console: Console, width: int) -> Iterator[Text]:
    """Yield the bar of scripts and sheets, each as wide as its share, and who is who in it.

    A chunk keeps its letter from page to page, and is named where it comes first.
    """
    known = [each for each in page.chunks if each.item.figures.transferred_bytes]
    size = sum(each.item.figures.transferred_bytes for each in known)
    if not size:
        return
    largest = sorted(known, key=lambda each: -each.item.figures.transferred_bytes)[:NAMED_CHUNKS]
    ordered = sorted(largest, key=lambda each: tuple(Whose).index(each.whose))
    new = [each for each in ordered if each.item.url not in letters][: len(LETTERS) - len(letters)]
    again = "".join(letters[each.item.url] for each in ordered if each.item.url in letters)
    letters.update(zip((each.item.url for each in new), LETTERS[len(letters) :], strict=False))
    yield Text()
    yield from _zones(known, width)
    yield _bar(_blocks(known, ordered, letters), size, width - 2, console)
    yield from _legend(new, letters, page, routes, size, width)
    rest = [each.item for each in known if each not in ordered]
    others = [f"{' '.join(again)} as above"] if again else []
    others += [f"{counted(len(rest), 'smaller one')}, {_bytes(total(rest).transferred_bytes)}"] if rest else []
    if others:
        yield Text(f"  {'; '.join(others)}", "dim")


def _zones(known: Sequence[Chunk], width: int) -> Iterator[Text]:
    """Yield what is the route's own, shared, and of third parties, on as many lines as it takes."""
    line = Text("  scripts and sheets", "bold")
    for whose in Whose:
        among = [each.item for each in known if each.whose is whose]
        said = f"{whose} {_bytes(total(among).transferred_bytes)}"
        if among and cell_len(line.plain) + 2 + len(said) > width:
            yield line
            line = Text()
        if among:
            line.append("  ").append(said, STYLES[whose])
    yield line


def _blocks(known: Sequence[Chunk], ordered: Sequence[Chunk], letters: dict[str, str]) -> Iterator[_Block]:
    """Yield zone by zone the named chunks, and then the rest of the zone as one."""
    for whose in Whose:
        for each in ordered:
            if each.whose is whose:
                name = inert(each.item.url.rpartition("/")[2], NAME)
                yield _Block(whose, each.item.figures.transferred_bytes, letters.get(each.item.url, ""), name)
        rest = (each.item for each in known if each.whose is whose and each not in ordered)
        if size := total(rest).transferred_bytes:
            yield _Block(whose, size)


def _bar(blocks: Iterable[_Block], size: int, width: int, console: Console) -> Text:
    """Return one line of blocks: painted where there are colours, else filled with a character for each zone."""
    line = Text("  ")
    painted = console.color_system is not None and not console.no_color
    fills = FILLS if _carries(console.encoding, "".join(FILLS.values())) else PLAIN_FILLS
    begun = 0
    for block in blocks:
        begun, before = begun + block.size, begun
        cells = round(begun / size * width) - round(before / size * width)
        if painted and cells:
            line.append(_label(block, cells - 1), f"reverse {STYLES[block.whose]}").append(" ")
        else:
            line.append((block.letter + fills[block.whose] * cells)[:cells])
    return line[:-1] if painted else line


def _label(block: _Block, cells: int) -> str:
    """Return what stands on a painted block: its letter, and its name and size where there is room for all of it."""
    for said in (f" {block.letter}  {block.name}  {_bytes(block.size)} ", f" {block.letter}  {block.name} "):
        if block.letter and cell_len(said) <= cells:
            return _padded(said, cells, right=False)
    return f" {block.letter}"[:cells].ljust(cells)


def _carries(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _legend(
    ordered: Sequence[Chunk], letters: dict[str, str], page: PageBundle, routes: int, size: int, width: int
) -> Iterator[Text]:
    rows = [
        (
            _shown(each.item.url, page.url),
            _bytes(each.item.figures.transferred_bytes),
            f"{each.item.figures.transferred_bytes / size * 100:.0f} %",
            _users(each, page, routes),
        )
        for each in ordered
    ]
    sizes = [max((cell_len(row[at]) for row in rows), default=0) for at in range(3)]
    room = width - 5 - sizes[1] - sizes[2] - 4
    names = max(min(sizes[0], room - 26), min(sizes[0], room, NARROWEST))
    for each, row in zip(ordered, rows, strict=True):
        name = _padded(_shortened(row[0], names), names, right=False)
        numbers = "  ".join(_padded(row[at], sizes[at], right=True) for at in (1, 2))
        line = Text.assemble("  ", (letters[each.item.url], f"bold {STYLES[each.whose]}"), f"  {name}  {numbers}")
        left = width - cell_len(line.plain) - 2
        yield line.append(f"  {_cut(row[3], left)}", "dim") if row[3] and left >= 8 else line


def _users(chunk: Chunk, page: PageBundle, routes: int) -> str:
    """Return in a few words whose a chunk is."""
    if chunk.whose is Whose.THIRD_PARTY:
        said = inert(chunk.item.third_party, NAME)
    elif chunk.whose is Whose.OWN:
        said = "this route" if routes > 1 else ""
    elif len(chunk.routes) == routes:
        said = f"all {routes} routes"
    else:
        said = "with " + ", ".join(inert(name, NAME) for name in chunk.routes if name != page.route)
    if chunk.copies:
        said += f"{', ' if said else ''}same bytes as {_shown(chunk.copies[0], page.url)}"
    return said


def _later(page: PageBundle, width: int) -> Iterator[Text]:
    """Yield what `import()` may load; it counts to no budget."""
    later = page.dynamic
    if later:
        size = total(later).transferred_bytes
        said = f"{counted(len(later), 'file')} that import() may load, {_bytes(size)}: "
        names = [f"{_shown(each.url, page.url)} {_bytes(each.figures.transferred_bytes)}" for each in later]
        more = f" and {len(names) - LATER_SHOWN} more" if len(names) > LATER_SHOWN else ""
        yield from entry("later", Text(said + ", ".join(names[:LATER_SHOWN]) + more, "dim"), width)


def _unresolved(page: PageBundle, width: int) -> Iterator[Text]:
    """Yield what could not be followed or counted: the figures are lower bounds there."""
    missing = dict.fromkeys(
        (
            *(f"{_shown(each.via, page.url)}: {inert(each.reason, SUBJECT)}" for each in page.first.unresolved),
            *(f"{_shown(each.url, page.url)}: {inert(each.unknown, SUBJECT)}" for each in page.uncounted),
        )
    )
    lines = list(missing)
    for at, line in enumerate(lines[:UNRESOLVED_SHOWN]):
        yield from entry("missing" if at == 0 else "", Text(line, "yellow"), width)
    if len(lines) > UNRESOLVED_SHOWN:
        yield from entry("", f"and {len(lines) - UNRESOLVED_SHOWN} more", width)


def _common(found: Bundles, width: int) -> Iterator[Text]:
    if found.common:
        yield Text("Shared between routes, by URL", "bold")
        for each in found.common:
            yield from entry(_bytes(total(each.items).transferred_bytes), _of_routes(each, found, width), width)
        yield Text()


def _of_routes(common: Common, found: Bundles, width: int) -> str:
    scripts = sum(each.use is Use.SCRIPT for each in common.items)
    parts = [counted(scripts, "script")] if scripts else []
    if sheets := len(common.items) - scripts:
        parts.append(counted(sheets, "sheet"))
    return f"{_routes(common.routes, found, width)}: {', '.join(parts)}"


def _routes(names: Sequence[str], found: Bundles, width: int) -> str:
    if len(names) == len(found.routes) > 1:
        return f"all {len(names)} routes"
    return fitting([inert(name, NAME) for name in names], width - 40) or counted(len(names), "route")


def _copies(copies: Sequence[Copies], width: int) -> Iterator[Text]:
    if copies:
        yield Text("Same bytes, several URLs", "bold")
    for each in copies[:COPIES_SHOWN]:
        names = ", ".join(_shown(url, each.urls[0]) for url in each.urls)
        said = f"{names} (on {', '.join(inert(name, NAME) for name in each.routes)})"
        yield from entry(_bytes(each.figures.transferred_bytes), said, width)
    if len(copies) > COPIES_SHOWN:
        yield from entry("", f"and {len(copies) - COPIES_SHOWN} more", width)
    if copies:
        yield Text()


def _why(found: Bundles, urls: Sequence[str], width: int) -> Iterator[Text]:
    for url in urls[:FOUND_SHOWN]:
        yield Text(inert(url, SUBJECT), "bold")
        for reason in reasons(found, url):
            yield from _reason(reason, found, width)
    if len(urls) > FOUND_SHOWN:
        yield Text(f"and {counted(len(urls) - FOUND_SHOWN, 'URL')} more that fit; give more of the one you mean")


def _reason(reason: Reason, found: Bundles, width: int) -> Iterator[Text]:
    names = fitting([_shown(url, url) for url in reason.pages[:PAGES_AT_MOST]], width - 35)
    on = f"on {len(reason.pages)} of {counted(len(found.pages), 'page')}{': ' if names else ''}{names}"
    yield from entry(reason.when, on, width)
    for depth, fetch in enumerate(reason.chain):
        yield from entry("", _step(fetch, depth, reason.pages[0]), width)


def _step(fetch: Fetch, depth: int, page: str) -> Text:
    blanks = "  " * depth
    return Text.assemble(blanks, (inert(fetch.how, NAME), "cyan"), f" {_shown(fetch.url, page)}")


def _shown(url: str, page: str) -> str:
    """Return an URL as short as it stays plain: without the origin of the page that it is shown for."""
    own = origin(url) is not None and origin(url) == origin(page)
    parts = urlsplit(url) if own else None
    short = url if parts is None else parts.path + (f"?{parts.query}" if parts.query else "")
    return inert(short or "/", SUBJECT)


def _shortened(name: str, width: int) -> str:
    """Return a path whose middle is left out where it is too long: its end says most."""
    if cell_len(name) <= width:
        return name
    kept = name
    while kept and cell_len(kept) > width - 1:
        kept = kept[1:]
    return f"…{kept}"


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, max(0, width - 1)).rstrip() + "…"
