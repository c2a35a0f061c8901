"""How many calls to its APIs a page view makes."""

from collections import Counter

from scalecheck.checks.check import Findings, check, expect, skipped, undecided
from scalecheck.checks.views import NEEDS_BROWSER, named, unseen, views
from scalecheck.checks.views import api_calls as calls_of
from scalecheck.model.site import Site
from scalecheck.probes.browsers import visit

NAMED_AT_MOST = 5


@check(needs=[visit], source="profile: budgets.api_calls", declared_by="budgets.api_calls", opt_in=NEEDS_BROWSER)
def api_calls(site: Site) -> Findings:
    """A page view makes no more API calls than declared.

    A call more on a page that ten million visitors open is ten million calls a day, and every one of them can be the
    one that is slow. The visit is watched until the page has been quiet for `browser.settle`; beacons, pages that are
    fetched ahead of a click, and what third parties are asked do not count.

    Fix: ask for what belongs together in one call, render on the server what everybody gets, and let nothing ask twice:
    the first place to look is a component that fetches for each of its rows.
    """
    if not _declared(site):
        yield skipped("the profile declares no budget of API calls (budgets.api_calls)")
        return
    yield from unseen(site, "visit")
    for view in views(site, "visit"):
        most = site.profile.budget(site.route(view)).api_calls
        if most is None:
            yield skipped("no budget of API calls is declared for its route", view)
            continue
        made = calls_of(site, view)
        often = Counter(named(each) for each in made).most_common(NAMED_AT_MOST)
        shown = ", ".join(f"{count} × {name}" if count > 1 else name for name, count in often)
        observed = f"{len(made)}" + (f": {shown}" if len(made) > most else "")
        if len(made) <= most and (reason := view.missed.get("page")):
            yield undecided(view, reason, expected=f"at most {most} calls", observed=f"{observed} until then")
        else:
            yield expect(len(made) <= most, view, expected=f"at most {most} calls", observed=observed)


def _declared(site: Site) -> bool:
    routes = site.profile.routes.values()
    return any(site.profile.budget(route).api_calls is not None for route in (None, *routes))
