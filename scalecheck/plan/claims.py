"""Whether the figures that a profile declares can all be true, with the arithmetic that says so."""

from collections.abc import Iterator

from scalecheck.model.quantities import Between
from scalecheck.model.sentence import Measure, Sentence
from scalecheck.plan.bounds import bounds
from scalecheck.plan.costs import Part, Source
from scalecheck.plan.figures import between, number, size
from scalecheck.plan.plan import Plan, Rhythm
from scalecheck.plan.said import Claim, Says
from scalecheck.wire import units

WEIGHED = frozenset({Source.MEASURED, Source.DECLARED})
SLACK = 0.1
"""By how much figures may miss each other and still be the same: nobody declares traffic in more digits."""


def claims(plan: Plan) -> tuple[Claim, ...]:
    """Return every declared figure that the rest of the profile has something to say about."""
    return (*_of_the_day(plan), *_of_pages(plan), *_of_levels(plan), *bounds(plan))


def _of_the_day(plan: Plan) -> Iterator[Claim]:
    traffic = plan.profile.traffic
    if plan.today.from_audience:
        yield _normal(plan)
    if traffic.expect is not None:
        yield _expect(plan, traffic.expect)
    if traffic.audience.peak_concurrent is not None and traffic.audience.think_time is not None:
        yield _concurrent(plan, traffic.audience.peak_concurrent)


def _normal(plan: Plan) -> Claim:
    """Compare 1x with the busiest moment of the audience's day."""
    normal, pages = plan.profile.traffic.normal or 0.0, plan.today.busiest.of("pages")
    if normal > pages.high * (1 + SLACK):
        says, found = Says.CONTRADICTS, f"1x is {number(normal / pages.high)} times the busiest moment of the audience"
    elif normal < pages.low * (1 - SLACK):
        says, found = Says.CONTRADICTS, f"1x is {units.show_ratio(round(normal / pages.low, 3))} of the busiest moment"
    else:
        says, found = Says.AGREES, f"{number(normal)} pages/s is what the busiest moment comes to"
    return Claim(("traffic", "normal"), says, found, tuple(_busiest_steps(plan)))


def _busiest_steps(plan: Plan) -> Iterator[str]:
    """Yield how page views of a day become page views a second."""
    today, rhythm, audience = plan.today, plan.today.rhythm, plan.profile.traffic.audience
    if audience.daily_users is not None:
        each = between(audience.pages_per_user or Between(1, 1))
        yield f"{number(audience.daily_users)} users × {each} pages = {between(today.pages)} pages a day"
    once = today.pages.times(1 / rhythm.seconds)
    yield f"÷ {number(rhythm.seconds)} s ({_hours(rhythm)}) = {between(once)} pages/s, were all regions awake at once"
    awake, busiest = units.show_ratio(round(rhythm.awake, 3)), between(today.busiest.of("pages"))
    yield f"{awake} of that at the busiest moment, {clock(rhythm.busiest_s)} UTC = {busiest} pages/s"


def _hours(rhythm: Rhythm) -> str:
    """Return of what a day's seconds are made."""
    day = rhythm.day
    parts = [f"{units.show_seconds(day.hours.length_s)} from {str(day.hours).replace('-', ' to ')}"]
    if day.shoulders:
        parts.append(f"{units.show_seconds(day.shoulders)} rising and falling, each at half")
    if day.night:
        parts.append(f"nights at {units.show_ratio(round(day.night / day.plateau, 3))}")
    return ", ".join(parts)


def _expect(plan: Plan, expected: Between) -> Claim:
    """Compare the requests a second that are expected with those that the busiest moment makes."""
    found, pages = plan.today.busiest.of("requests"), plan.today.busiest.of("pages")
    steps = (*_mix_steps(plan), *_needed_steps(plan, expected, pages))
    said = f"the busiest moment makes {between(found)} requests/s, not {between(expected)}"
    if _inside(found, expected):
        says, said = Says.AGREES, f"the busiest moment makes {between(found)} requests/s"
    elif found.low <= expected.high * (1 + SLACK) and expected.low * (1 - SLACK) <= found.high:
        says, said = Says.IF, f"at {_end(found, expected)} only: {said}"
    else:
        says = Says.CONTRADICTS
    return Claim(("traffic", "expect"), says, said, steps)


def _end(found: Between, expected: Between) -> str:
    return "the most pages a user" if found.low < expected.low else "the fewest pages a user"


def _mix_steps(plan: Plan) -> Iterator[str]:
    """Yield of what a page's requests are made, and what that comes to."""
    declared = next(each for each in plan.caches if each.name == "as declared")
    parts = {part: sum(each.requests for each in plan.flows if each.part is part) for part in Part}
    names = {Part.DOCUMENT: "document", Part.ASSETS: "assets", Part.CALL: "API calls", Part.ROUTE: "besides"}
    made = " + ".join(f"{number(parts[part])} {name}" for part, name in names.items() if parts[part])
    empty = units.show_ratio(round(declared.empty, 3))
    yield f"a page makes {made} = {number(declared.per_page.requests)} requests ({empty} of views with an empty cache)"
    pages, requests = plan.today.busiest.of("pages"), plan.today.busiest.of("requests")
    yield f"× {between(pages)} pages/s at the busiest moment = {between(requests)} requests/s"


def _needed_steps(plan: Plan, expected: Between, pages: Between) -> Iterator[str]:
    """Yield how many requests a page would have to make."""
    for rate in dict.fromkeys((expected.low, expected.high)):
        needed = Between(rate / pages.high, rate / pages.low)
        yield f"{number(rate)} requests/s ÷ {between(pages)} pages/s = {between(needed)} requests a page"
    cold = next(each for each in plan.caches if each.name == "empty").per_page.requests
    yield f"with every cache empty a page makes {number(cold)}: {between(pages.times(cold))} requests/s"


def _concurrent(plan: Plan, declared: int) -> Claim:
    """Compare the sessions that are open at once with who looks at pages, by Little's law."""
    audience, busiest = plan.profile.traffic.audience, plan.today.busiest
    visits, active = busiest.of("visits").high, busiest.of("visitors")
    think, pages = audience.think_time or Between(0, 0), audience.pages_per_user or Between(1, 1)
    lasting = pages.times(think.mean)
    open_s = declared / visits
    steps = [
        f"{number(visits)} visits/s at the busiest moment",
        f"a visit lasts {between(pages)} pages × {number(think.mean)} s = {between(lasting)} s",
        f"visits/s × seconds (Little's law) = {between(active)} visitors who look at pages",
        f"{number(declared)} ÷ {number(visits)} visits/s = {number(open_s)} s that each session is open",
    ]
    if audience.daily_users is not None and declared > audience.daily_users:
        return _claim_open(Says.CONTRADICTS, "more sessions at once than users in a day", steps)
    if declared < active.low * (1 - SLACK):
        return _claim_open(Says.CONTRADICTS, f"{between(active)} visitors look at pages at that moment already", steps)
    if declared <= active.high * (1 + SLACK):
        return _claim_open(Says.AGREES, f"{between(active)} visitors look at pages at the busiest moment", steps)
    idle = Between(open_s - lasting.high, open_s - lasting.low)
    found = f"each session stays open {minutes(idle)} after its last page; {between(active)} look at pages"
    return _claim_open(Says.IF, found, steps)


def _claim_open(says: Says, found: str, steps: list[str]) -> Claim:
    return Claim(("traffic", "audience", "peak_concurrent"), says, found, tuple(steps))


def _of_pages(plan: Plan) -> Iterator[Claim]:
    """Yield declared costs of pages that their budgets do not allow, or that measured ones pass."""
    for name, figures in plan.pages.items():
        page, first = plan.profile.traffic.pages[name], figures.first
        budget = plan.profile.budget(plan.profile.route_for(page.get))
        bounds_ = {
            ("requests", "budget"): (first.requests, budget.requests),
            ("bytes", "budget"): (first.size, budget.page),
            ("requests", "profile"): (first.requests, page.first.requests),
            ("bytes", "profile"): (first.size, page.first.size),
        }
        for (key, whose), (found, most) in bounds_.items():
            if found is not None and most is not None and found > most and first.source in WEIGHED:
                shown = size if key == "bytes" else number
                said = f"{shown(found)}, {first.source}; the {whose} has {shown(most)}"
                yield Claim(("traffic", "pages", name, "first", key), Says.CONTRADICTS, said)


def _of_levels(plan: Plan) -> Iterator[Claim]:
    """Yield service levels that the plan's own figures cannot meet."""
    slo = plan.profile.slo
    for at, sentence in enumerate(slo.all):
        figure = {Measure.REQUESTS: "requests", Measure.PAGES: "pages"}.get(sentence.metric.measure)
        if figure is not None and sentence.operator.upwards:
            peaks = {run.name: getattr(run.peak, figure) for run in plan.runs}
            low = [f"{name} ({number(peak)}/s)" for name, peak in peaks.items() if peak < sentence.value]
            if low:
                yield Claim(("slo", "all", at), Says.CONTRADICTS, f"`{sentence}` is never reached by {', '.join(low)}")
    for table, sentences in (("all", slo.all), ("assets", slo.assets)):
        for at, sentence in enumerate(sentences):
            for said in _too_large(plan, sentence):
                yield Claim(("slo", table, at), Says.CONTRADICTS, said)


def _too_large(plan: Plan, sentence: Sentence) -> Iterator[str]:
    """Yield the pages that are larger than a service level has them."""
    views = {
        Measure.FIRST_BYTES: {name: each.first for name, each in plan.pages.items()},
        Measure.REPEAT_BYTES: {name: each.repeat for name, each in plan.pages.items()},
    }
    for name, view in views.get(sentence.metric.measure, {}).items():
        if view.size is not None and view.size > sentence.value and not sentence.operator.upwards:
            yield f"`{sentence}`, and {name} takes {size(view.size)}, {view.source}"


def _inside(found: Between, expected: Between) -> bool:
    return found.low >= expected.low * (1 - SLACK) and found.high <= expected.high * (1 + SLACK)


def clock(second: float) -> str:
    """Return a time of the day."""
    minute = round(second / 60)
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def minutes(range_: Between) -> str:
    """Return a range of durations to read."""
    unit, name = (60, "min") if range_.high >= 120 else (1, "s")
    return f"{between(range_.times(1 / unit))} {name}"
