"""A plan for people at a terminal: a usual day hour by hour, requests, caches, costs, shapes, and what cannot be."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from scalecheck.cli.plan_chart import Pens
from scalecheck.model.quantities import Between
from scalecheck.plan.assumed import assumptions
from scalecheck.plan.bounds import over
from scalecheck.plan.claims import claims, clock
from scalecheck.plan.figures import between, number, size
from scalecheck.plan.plan import MONTH_DAYS, Plan, currency, month, prices
from scalecheck.plan.said import Claim, Says
from scalecheck.report.inert import NAME, PROSE, inert
from scalecheck.report.text_lines import entry, guarded
from scalecheck.wire import units

WIDEST, NARROWEST_BAR, LINE = 120, 12, 16
FLOWS_SHOWN = 20
SAYS = {Says.CONTRADICTS: "bold red", Says.IF: "bold yellow", Says.AGREES: "green"}
Row = Sequence[str | Text]


def print_plan(plan: Plan, console: Console | None = None) -> None:
    """Print a plan to a console; without one to standard output, in colour on a terminal unless NO_COLOR is set."""
    console = console or Console()
    pens = Pens(tuple(plan.today.rhythm.by_region), console.encoding)
    for line in _lines(plan, pens, min(console.width, WIDEST)):
        console.print(guarded(line, console.encoding), soft_wrap=True, highlight=False)


def _lines(plan: Plan, pens: Pens, width: int) -> Iterator[Text]:
    found = claims(plan)
    sections = (
        ("", _heading(plan, found, width)),
        ("A usual day", _day(plan, width)),
        (f"Page views per second, hour by hour (UTC, {plan.today.rhythm.on})", _hours(plan, pens, width)),
        ("Where from", _regions(plan, pens)),
        ("Requests of a page view", _flows(plan)),
        ("Caches, at the busiest moment", _caches(plan)),
        ("Shapes", _shapes(plan, pens)),
        ("Taken for granted", _assumed(plan, width)),
        ("Whether it can be", _claims(found, width)),
    )
    for title, section in sections:
        lines = tuple(section)
        if lines and title:
            yield Text()
            yield Text(title, "bold")
        yield from lines


def _heading(plan: Plan, found: Sequence[Claim], width: int) -> Iterator[Text]:
    wrong = [each for each in found if each.says is Says.CONTRADICTS]
    said = f"{len(wrong)} of {len(found)} declared figures cannot be: " if wrong else ""
    names = ", ".join(dotted(each) for each in wrong) or "the declared figures can all be true"
    yield Text.assemble((f"Plan of {inert(plan.profile.source or 'a profile', NAME)}", "bold"))
    yield from entry("says", Text(said + names, SAYS[Says.CONTRADICTS if wrong else Says.AGREES]), width)


def dotted(claim: Claim) -> str:
    """Return the key that a claim is about."""
    return inert("".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in claim.path)[1:], NAME)


def _day(plan: Plan, width: int) -> Iterator[Text]:
    audience, today = plan.profile.traffic.audience, plan.today
    if audience.daily_users is not None:
        pages, returning = between(audience.pages_per_user or Between(1, 1)), units.show_ratio(audience.returning or 0)
        users = f"{number(audience.daily_users)}; {pages} pages each, {returning} of them with a warm cache"
        yield from entry("users", users, width)
    rows: list[Row] = [("", "a day", f"{MONTH_DAYS} days", f"a second at {clock(today.rhythm.busiest_s)} UTC")]
    names = {"pages": "page views", "visits": "visits", "requests": "requests", "calls": "API calls", "size": "egress"}
    names |= {"origin_requests": "origin requests", "origin_size": "origin egress", "visitors": "visitors"}
    for name, title in names.items():
        unit = "bytes" if name.endswith("size") else ""
        total, busiest = today.total.of(name), between(today.busiest.of(name), unit)
        if name == "visitors":
            rows += [(title, "", "", f"{busiest} at the same time")] if audience.think_time is not None else []
        else:
            rows.append((title, between(total, unit), between(month(total), unit), busiest))
    yield from table([*rows, *_costs(plan)])


def _costs(plan: Plan) -> Iterator[Row]:
    """Yield what a day and a month cost, by what is paid for and together."""
    costs, unit = prices(plan.profile, plan.today.total), currency(plan.profile)
    if len(costs) > 1:
        low, high = (sum(getattr(cost, end) for cost in costs.values()) for end in ("low", "high"))
        costs = {**costs, "together": Between(low, high)}
    for name, cost in costs.items():
        yield f"{name.replace('_', ' ')}, {unit}", between(cost), between(month(cost)), ""


def _hours(plan: Plan, pens: Pens, width: int) -> Iterator[Text]:
    """Yield a bar for each hour, its regions one behind the other, and what the hour comes to."""
    hours = plan.today.hours
    highest = max(sum(hour.regions.values()) for hour in hours)
    visitors = plan.profile.traffic.audience.think_time is not None
    columns = [("pages", "visits", "requests", "bytes", *(("visitors",) if visitors else ()))]
    for hour in hours:
        figures = hour.figures
        row = (number(figures.pages), number(figures.visits), number(figures.requests), size(figures.size))
        columns.append((*row, number(figures.visitors)) if visitors else row)
    figures_lines = tuple(table(columns, indent=0, left=0))
    room = max(NARROWEST_BAR, width - 8 - max(line.cell_len for line in figures_lines))
    yield Text("  UTC" + " " * (room + 3), "dim").append_text(figures_lines[0])
    for hour, line in zip(hours, figures_lines[1:], strict=True):
        bar = pens.bar(hour.regions, highest, room)
        bar.append(" " * (room - bar.cell_len))
        yield Text(f"  {hour.begins:02}  ").append_text(bar).append("  ").append_text(line)


def _regions(plan: Plan, pens: Pens) -> Iterator[Text]:
    """Yield what each region, and each kind of device, has of it."""
    rhythm, traffic = plan.today.rhythm, plan.profile.traffic
    per_level = plan.today.total.usual.pages / rhythm.whole.area
    rows: list[Row] = [("", "", "share", "busiest", "pages/s then", f"pages/s at {clock(rhythm.busiest_s)}")]
    for name, course in rhythm.by_region.items():
        share = traffic.regions[name].share if name in traffic.regions else 1.0
        its_own = clock(course.first(course.peak)) + " UTC"
        then, now = number(course.peak * per_level), number(course.at(rhythm.busiest_s) * per_level)
        rows.append((pens.key(name), inert(name, NAME), units.show_ratio(share), its_own, then, now))
    busiest = plan.today.busiest.usual.pages
    for name, device in traffic.devices.items():
        rows.append(("", inert(name, NAME), units.show_ratio(device.share), "", "", number(busiest * device.share)))
    yield from table(rows, left=2)


def _flows(plan: Plan) -> Iterator[Text]:
    """Yield the requests of one page view, the most frequent first, and what they come to."""
    busiest, highest = plan.today.busiest.usual.pages, max(plan.runs, key=lambda run: run.peak.pages)
    heads = ("a page", f"at {clock(plan.today.rhythm.busiest_s)}", f"in {highest.name}", "hits", "origin")
    rows: list[Row] = [("", *heads)]
    flows = sorted(plan.flows, key=lambda flow: -flow.requests)
    for flow in flows[:FLOWS_SHOWN]:
        at_once = flow.requests * busiest
        rates = (number(flow.requests), f"{number(at_once)}/s", f"{number(flow.requests * highest.peak.pages)}/s")
        missed = f"{number(at_once * (1 - flow.hit_ratio))}/s"
        rows.append((inert(flow.name, NAME), *rates, units.show_ratio(flow.hit_ratio), missed))
    yield from table(rows)
    if len(flows) > FLOWS_SHOWN:
        yield Text(f"  and {len(flows) - FLOWS_SHOWN} more; --format json has them all", "dim")


def _caches(plan: Plan) -> Iterator[Text]:
    """Yield what caches are worth: browsers with nothing, as declared, and with everything; an edge warm or purged."""
    pages = plan.today.busiest.usual.pages
    rows: list[Row] = [("browsers", "requests a page", "requests", "bytes", "origin, warm edge", "purged edge")]
    for each in plan.caches:
        now = each.per_page.times(pages)
        empty = f" ({units.show_ratio(round(each.empty, 3))} empty)" if each.name == "as declared" else ""
        origin = f"{number(now.origin_requests)}/s"
        figures = (number(each.per_page.requests), f"{number(now.requests)}/s", f"{size(now.size)}/s", origin)
        rows.append((each.name + empty, *figures, f"{number(now.requests)}/s"))
    yield from table(rows)


def _shapes(plan: Plan, pens: Pens) -> Iterator[Text]:
    """Yield each shape as a line, with its peak, what it comes to, and the bounds that it passes."""
    visitors = plan.profile.traffic.audience.think_time is not None
    heads = ("lasts", "peak", "pages/s", "requests/s", *(("visitors",) if visitors else ()), "requests", "bytes", "")
    rows: list[Row] = [("", "", *heads)]
    for run in plan.runs:
        passed = ", ".join(key for key, _ in over(plan, run))
        peak = run.peak
        line = Text(pens.line(run.course, LINE, run.course.peak), "cyan")
        figures = [units.show_seconds(round(run.course.duration_s)), f"{number(run.course.peak)}x"]
        figures += [number(peak.pages), number(peak.requests), *([number(peak.visitors)] if visitors else [])]
        figures += [number(run.total.requests), size(run.total.size)]
        rows.append((inert(run.name, NAME), line, *figures, Text(f"passes {passed}" if passed else "", "red")))
    yield from table(rows, left=2, notes=True)


def _assumed(plan: Plan, width: int) -> Iterator[Text]:
    for said in assumptions(plan):
        yield from entry("", inert(said, PROSE), width)


def _claims(found: Sequence[Claim], width: int) -> Iterator[Text]:
    """Yield what was declared and what follows, with the arithmetic; contradictions last, where they are read first."""
    order = (Says.AGREES, Says.IF, Says.CONTRADICTS)
    for claim in sorted(found, key=lambda each: order.index(each.says)):
        yield Text.assemble((f"{claim.says.upper()}", SAYS[claim.says]), " ", (dotted(claim), "bold"))
        yield from entry("", inert(claim.found, PROSE), width)
        for step in claim.steps:
            yield from entry("", Text(inert(step, PROSE), "dim"), width)


def table(rows: Sequence[Row], *, indent: int = 2, left: int = 1, notes: bool = False) -> Iterator[Text]:
    """Yield rows with their columns aligned: so many to the left, and the last one of notes, the others to the right.

    The first row is the head.
    """
    cells = [[cell if isinstance(cell, Text) else Text(cell) for cell in row] for row in rows]
    widths = [max(row[at].cell_len for row in cells) for at in range(len(rows[0]))]
    for number_, row in enumerate(cells):
        line = Text(" " * indent)
        for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
            gap = Text(" " * (width - cell.cell_len))
            before = at < left or (notes and at + 1 == len(row))
            line.append_text(cell + gap if before else gap + cell)
            line.append("  " if at + 1 < len(row) else "")
        line.rstrip()
        if number_ == 0:
            line.stylize("dim")
        yield line
