"""What the scripts of a page are: none that hold up the first picture, none for browsers that are gone."""

import re

from scalecheck.checks.assets.loaded import is_platforms
from scalecheck.checks.bundle.sizes import REASONS_NAMED, named, visits_of
from scalecheck.checks.check import Findings, check, expect, skipped, undecided
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding
from scalecheck.page.cost import answers
from scalecheck.page.fetches import Use
from scalecheck.probes.discovery import first
from scalecheck.wire.legacy_js import Legacy, legacy
from scalecheck.wire.loads import Load, LoadKind

POLYFILLS_IN_PASSING = 9
"""Features that a framework or library may bring along; compilers told to support old browsers add dozens."""
POLYFILLS_NAMED = 5
_SERVICE = re.compile(
    r"^https?://(?:[\w-]{1,60}\.){0,5}(?:polyfill|polyfill-fastly)\.[a-z]{2,5}/|/polyfill(?:\.min)?\.js$"
)
"""Services that send polyfills by user agent, and the name of their file."""


@check(needs=[first], source="HTML (WHATWG) section 4.12.1")
def unblocked(site: Site) -> Findings:
    """No script in the head holds up the page.

    A classic script without `defer` or `async` stops the parser until it is downloaded and run: nothing below it is
    shown, and one slow third party stops every page. Style sheets are not meant, nor what a hosting platform puts in.

    Fix: add `defer` to scripts that run in order once the document is there, `async` to those that need nobody, or make
    them modules.

    On Next.js: `<Script strategy="afterInteractive">` of next/script; `beforeInteractive` is for what must come first.
    """
    for page in site.pages():
        scripts = [load for load in site.page(page).loads if load.kind is LoadKind.SCRIPT]
        blocking = [load.url for load in scripts if _blocks(load)]
        if not scripts:
            yield skipped("it loads no scripts", page)
            continue
        shown = ", ".join(named(page, url) for url in blocking[:REASONS_NAMED])
        more = f" and {len(blocking) - REASONS_NAMED} more" if len(blocking) > REASONS_NAMED else ""
        expected = "no script in the head without defer, async or type=module"
        yield expect(not blocking, page, expected=expected, observed=f"{shown}{more}" if blocking else "none")


def _blocks(load: Load) -> bool:
    """Whether a script holds up the page though nobody asked for it: `blocking=render` on a module is asked for."""
    later = load.module or load.async_ or load.defer
    return load.blocking and not later and not is_platforms(load.url)


@check(needs=[first], source="Lighthouse legacy-javascript; core-js-compat")
def no_legacy(site: Site) -> Findings:
    """Pages load no polyfills for browsers that are gone.

    Every browser that loads modules has had `Promise`, `Object.assign` and `Array.prototype.find` for years. Polyfills
    of them, and classes and async functions compiled down to functions, make scripts a fifth larger and slower for
    everybody. What `nomodule` keeps from such browsers does not count, nor the few that a library brings along.

    Fix: tell the compiler which browsers you serve (`browserslist`: "defaults and fully supports es6-module"), drop
    `core-js` and `regenerator-runtime` from the entry, or load them with `nomodule`. Who serves older browsers on
    purpose sets `levels: {bundle.no_legacy: off}`.
    """
    told: set[str] = set()
    for page in site.pages():
        visits = visits_of(site, page).values()
        scripts = (each for visit in visits for each in (*visit.of(Use.SCRIPT), *visit.foreign(Use.SCRIPT)))
        for item in dict.fromkeys(scripts):
            if item.url in told:
                continue
            told.add(item.url)
            script = answers(site).get(item.url)
            if item.third_party and _SERVICE.search(item.url.partition("?")[0][:300]):
                expected = "no service that sends polyfills"
                yield expect(False, page, expected=expected, observed=named(page, item.url))
            elif isinstance(script, Exchange) and not item.third_party and script.status == 200:
                yield _judged(script)


def _judged(script: Exchange) -> Finding:
    """Return the verdict on one script of the site."""
    body = script.response.body
    if body is None or script.response.undecodable:
        return undecided(script, "its text was not kept")
    found = legacy(body.decode("utf-8", "replace"))
    met = len(found.polyfills) <= POLYFILLS_IN_PASSING and not found.throughout
    expected = f"at most {POLYFILLS_IN_PASSING} polyfills, and syntax of this decade"
    return expect(met, script, expected=expected, observed=_shown(found))


def _shown(found: Legacy) -> str:
    number = len(found.polyfills)
    listed = ", ".join(found.polyfills[:POLYFILLS_NAMED]) + (", …" if number > POLYFILLS_NAMED else "")
    words = [f"{number} {'polyfill' if number == 1 else 'polyfills'}" + (f" ({listed})" if listed else "")]
    if found.transforms:
        where = "all of it compiled" if found.throughout else "parts compiled"
        words.append(f"{where} for browsers without {', '.join(found.transforms)}")
    return "; ".join(words)
