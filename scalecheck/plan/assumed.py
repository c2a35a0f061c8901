"""What a plan takes for granted where the profile does not say: printed with it, so that nobody has to guess."""

from collections.abc import Iterator

from scalecheck.model.quantities import Between
from scalecheck.plan.costs import Part, Source
from scalecheck.plan.figures import between
from scalecheck.plan.plan import MONTH_DAYS, Plan
from scalecheck.wire import units

NAMES_SHOWN = 4


def assumptions(plan: Plan) -> tuple[str, ...]:
    """Return what the plan takes for granted, a sentence each."""
    return (*_of_visitors(plan), *_of_the_day(plan), *_of_sizes(plan), *_of_caches(plan), *plan.measured.notes)


def _of_visitors(plan: Plan) -> Iterator[str]:
    audience = plan.profile.traffic.audience
    if audience.daily_users is not None:
        yield "every user comes once a day"
    if audience.pages_per_user is None:
        yield "a visitor sees one page: audience.pages_per_user is not declared"
    elif audience.pages_per_user.low != audience.pages_per_user.high:
        usual = between(Between(audience.pages_per_user.mean, audience.pages_per_user.mean))
        yield f"where one figure stands, a visitor sees {usual} pages, the middle of what is declared"
    if audience.returning is None:
        yield "every visitor arrives with an empty cache: audience.returning is not declared"
    yield "a visitor with an empty cache has one for the first page only"
    if audience.think_time is not None:
        yield "visitors at the same time are those of a load that lasts: a short spike has fewer"


def _of_the_day(plan: Plan) -> Iterator[str]:
    rhythm = plan.today.rhythm
    source = f"as {rhythm.source} has it" if rhythm.source else "since no shape has a day"
    yield f"a day is busy from {str(rhythm.day.hours).replace('-', ' to ')} local time, {source}"
    if not plan.today.from_audience:
        yield "a day's plateau is 1x: audience.daily_users is not declared"
    if not plan.profile.traffic.regions:
        yield "everybody lives by UTC: traffic.regions is not declared"
    yield f"a month has {MONTH_DAYS} such days"


def _of_sizes(plan: Plan) -> Iterator[str]:
    unknown = [flow.name for flow in plan.flows if flow.size is None]
    if unknown:
        more = f" and {len(unknown) - NAMES_SHOWN} more" if len(unknown) > NAMES_SHOWN else ""
        names = ", ".join(unknown[:NAMES_SHOWN])
        yield f"bytes leave out {names}{more}: declare their `bytes` under traffic.routes, or measure with --evidence"
    budgeted = [name for name, each in plan.pages.items() if each.first.source is Source.BUDGET]
    if budgeted:
        yield f"an empty cache costs what the budget allows: {', '.join(budgeted)}"
    alone = [name for name, each in plan.pages.items() if each.repeat.source is Source.DOCUMENT]
    if alone:
        yield f"with a warm cache a view asks for the document alone: {', '.join(alone)}"


def _of_caches(plan: Plan) -> Iterator[str]:
    targets = plan.profile.targets
    pages, assets = units.show_ratio(targets.page_hit_ratio), units.show_ratio(targets.static_hit_ratio)
    yield f"a warm edge answers {pages} of what pages and calls let it keep, and {assets} of assets (targets)"
    calls = [flow for flow in plan.flows if flow.part is Part.CALL and not flow.hit_ratio]
    if calls:
        yield "calls that no route of the profile lets the edge keep all reach the origin"
