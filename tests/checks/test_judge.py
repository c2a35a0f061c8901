"""The rules of judging that no check may break."""

from typing import Any

import pytest

from scalecheck.checks.cache import explicit
from scalecheck.checks.catalogue import probes_of
from scalecheck.checks.check import Check, Findings, check, expect, left, skipped, undecided
from scalecheck.checks.judge import PASSES_KEPT, judge, judge_one, recognised
from scalecheck.model.evidence import Loss
from scalecheck.model.site import FIRST, Site
from scalecheck.model.verdict import Finding, Measure, Verdict
from scalecheck.probes.discovery import first
from scalecheck.probes.probe import Agent, Asks, probe
from scalecheck.probes.repeats import again
from tests.checks.rows import FAIL, PASS, SITE, SKIP, UNKNOWN, WAIVED, WARN, exchange, failure, profile, site

SOURCE = "RFC 9110"


@check(needs=[first], source=SOURCE)
def good(site: Site) -> Findings:
    """Every answer is good.

    Why it matters.

    Fix: make it good.

    On nginx: `good on;`

    On Caddy: `good`
    """
    for each in site.seen(FIRST):
        yield expect(each.status == 200, each, expected="status 200", observed=f"status {each.status}")


@check(needs=[again], source=SOURCE, opt_in="ask for it with --again")
def asked_for(site: Site) -> Findings:
    """Repeats are good."""
    for each in site.seen("again"):
        yield expect(True, each, expected="an answer", observed="an answer")


@check(needs=[again], source=SOURCE)
def repeated(site: Site) -> Findings:
    """Repeats are there."""
    for each in site.seen("again"):
        yield expect(True, each, expected="an answer", observed="an answer")


@check(needs=[first], source=SOURCE)
def broken(site: Site) -> Findings:
    """It crashes once it has found something."""
    yield skipped("found something first")
    raise ZeroDivisionError("division by zero")


@check(needs=[first], source=SOURCE)
def missing_key(site: Site) -> Findings:
    """It looks up what is not there."""
    yield Finding(Verdict.PASS, str({}["absent"]))  # type: ignore[index]  # the mistake is the point


@check(needs=[first], source=SOURCE)
def undeclared(site: Site) -> Findings:
    """It reads what it does not need."""
    for each in site.seen("encodings"):
        yield skipped("read", each)


@check(needs=[again], source=SOURCE)
def transitive(site: Site) -> Findings:
    """It reads what its probe follows."""
    for each in site.seen(FIRST):
        yield expect(True, each, expected="an answer", observed="an answer")


@check(needs=[first], source=SOURCE)
def doubtful(site: Site) -> Findings:
    """It cannot tell."""
    for each in site.seen(FIRST):
        yield undecided(each, "too few samples")


@check(needs=[first], source=SOURCE)
def deferring(site: Site) -> Findings:
    """It leaves everything to `good`."""
    for each in site.seen(FIRST):
        yield left(each, good.id)


@check(needs=[first], source=SOURCE)
def measuring(site: Site) -> Findings:
    """It takes a figure."""
    yield Measure("answers", float(sum(True for _ in site.seen(FIRST))), "count", 1)


@probe(after=[first], by=Agent.CHROMIUM)
def looked_at(site: Site) -> Asks:
    """Look at it."""
    yield from ()


@check(needs=[looked_at], source=SOURCE, opt_in="needs a browser (--browser)")
def seen_by_a_browser(site: Site) -> Findings:
    """Only a browser sees it."""
    for _ in site.all("looked_at"):
        yield from ()


@check(needs=[first], reads=[looked_at], source=SOURCE)
def told_more(site: Site) -> Findings:
    """It may know more."""
    yield Finding(PASS, "", observed=f"{len(site.all('looked_at'))} seen")


REQUIRED = profile(browser={"required": "true"})
MISSING = failure("/", Loss.BROWSER, probe="looked_at", detail="no Chrome was found")
OK, BAD, LOST = exchange("/"), exchange("/", status=500), failure("/")
NOT_ASKED = Site(profile(), records={})
VERDICTS: list[Any] = [
    ("met", good, site(OK), PASS, ""),
    ("not met", good, site(BAD), FAIL, ""),
    ("the worst finding counts", good, site(OK, BAD, OK), FAIL, ""),
    ("not probed", good, NOT_ASKED, UNKNOWN, "not probed: first"),
    (
        "an ancestor was not probed",
        repeated,
        Site(profile(), records={"again": ()}),
        UNKNOWN,
        "not probed: first, sitemap",
    ),
    ("not probed, and only on demand", asked_for, site(OK), SKIP, "ask for it with --again"),
    ("nothing found", good, site(asked=["sitemap"]), SKIP, "nothing to judge"),
    ("nothing found, requests lost", good, site(LOST), UNKNOWN, "see site.answers"),
    ("nothing found, an ancestor's lost", repeated, site(LOST, asked=["again"]), UNKNOWN, "see site.answers"),
    ("some lost, the others judged", good, site(OK, LOST), PASS, ""),
    ("the budget was used up", good, site(failure("/", Loss.BUDGET)), UNKNOWN, "budget"),
    ("budget and other losses", good, site(LOST, failure("/a", Loss.BUDGET)), UNKNOWN, "see site.answers"),
    ("what it only reads was not asked", told_more, site(OK), PASS, ""),
    ("what it only reads was lost", told_more, site(OK, MISSING), PASS, ""),
    ("no browser", seen_by_a_browser, site(OK), SKIP, "needs a browser (--browser): looked_at"),
    ("no browser, required", seen_by_a_browser, site(OK, profile=REQUIRED), UNKNOWN, "run with --browser"),
    ("not probed, a browser required", repeated, site(OK, profile=REQUIRED), UNKNOWN, "not probed: again"),
    ("on demand, a browser required", asked_for, site(OK, profile=REQUIRED), SKIP, "ask for it with --again"),
    ("the browser failed", seen_by_a_browser, site(OK, MISSING), UNKNOWN, "no Chrome was found"),
    ("the browser failed, and others", seen_by_a_browser, site(LOST, MISSING), UNKNOWN, "no Chrome was found"),
    ("crashed", broken, site(OK), UNKNOWN, "ZeroDivisionError: division by zero"),
    ("crashed on a key", missing_key, site(OK), UNKNOWN, "KeyError"),
    ("needs are transitive", transitive, site(OK, asked=["again"]), PASS, ""),
    ("cannot tell", doubtful, site(OK), UNKNOWN, "too few samples"),
    ("left to another", deferring, site(OK), SKIP, "left to tests.good"),
]


def asked_sitemap(known: Site) -> Site:
    """Return the site with the sitemap probe asked where the first one was: it is an ancestor of every other."""
    return known.learned("sitemap", ()) if known.asked(FIRST) else known


@pytest.mark.parametrize(
    ("name", "judged_by", "known", "verdict", "reason"), VERDICTS, ids=[row[0] for row in VERDICTS]
)
def test_verdict(name: str, judged_by: Check, known: Site, verdict: Verdict, reason: str) -> None:
    outcome = judge_one(asked_sitemap(known), judged_by).outcome
    assert outcome.verdict is verdict, outcome.findings
    assert reason in outcome.findings[0].reason


def test_a_check_that_reads_what_it_does_not_need_is_our_mistake() -> None:
    with pytest.raises(LookupError, match="not among its needs"):
        judge_one(asked_sitemap(site(OK, exchange("/", probe="encodings", of=1))), undeclared)


def test_a_crash_leaves_the_other_checks_alone() -> None:
    outcomes, _ = judge(asked_sitemap(site(OK)), [broken, good])
    assert [outcome.verdict for outcome in outcomes] == [UNKNOWN, PASS]


def test_what_is_left_to_a_check_that_is_not_run_is_unknown() -> None:
    known = asked_sitemap(site(OK))
    alone, _ = judge(known, [deferring])
    beside, _ = judge(known, [deferring, good])
    assert [alone[0].verdict, beside[0].verdict] == [UNKNOWN, SKIP]
    assert "which was not run" in alone[0].findings[0].reason


LEVELS: list[Any] = [
    ("fail at warn", good, "warn", BAD, WARN),
    ("unknown at warn", doubtful, "warn", OK, WARN),
    ("crashed at warn", broken, "warn", OK, WARN),
    ("pass at warn", good, "warn", OK, PASS),
    ("fail at fail", good, "fail", BAD, FAIL),
    ("off", good, "off", BAD, SKIP),
]


@pytest.mark.parametrize(("name", "judged_by", "level", "record", "verdict"), LEVELS, ids=[row[0] for row in LEVELS])
@pytest.mark.parametrize("group", [False, True], ids=["by id", "by group"])
def test_level(name: str, judged_by: Check, level: str, record: Any, verdict: Verdict, group: bool) -> None:
    key = judged_by.id.partition(".")[0] if group else judged_by.id
    known = asked_sitemap(site(record, profile=profile().model_copy(update={"levels": {key: level}})))
    assert judge_one(known, judged_by).outcome.verdict is verdict


LAST_DAY = 1_700_006_399.0  # 2023-11-14T23:59:59Z
WAIVERS: list[Any] = [
    ("on its last day", "GET *", LAST_DAY, BAD, WAIVED),
    ("a second later", "GET *", LAST_DAY + 1, BAD, FAIL),
    ("by path", "/lega*", LAST_DAY, exchange("/legacy", status=500), WAIVED),
    ("by the whole subject", f"GET {SITE}/legacy", LAST_DAY, exchange("/legacy", status=500), WAIVED),
    ("by route", "home", LAST_DAY, BAD, WAIVED),
    ("of another path", "/legacy", LAST_DAY, BAD, FAIL),
    ("a pass stays a pass", "*", LAST_DAY, OK, PASS),
]


@pytest.mark.parametrize(("name", "pattern", "now", "record", "verdict"), WAIVERS, ids=[row[0] for row in WAIVERS])
def test_waiver(name: str, pattern: str, now: float, record: Any, verdict: Verdict) -> None:
    waiver = {"check": good.id, "subject": pattern, "reason": "moves in May", "until": "2023-11-14"}
    outcome = judge_one(asked_sitemap(site(record, profile=profile(waivers=[waiver]), started_at=now)), good).outcome
    assert outcome.verdict is verdict
    if verdict is not PASS and pattern != "/legacy":
        assert "moves in May" in outcome.findings[0].reason


def test_a_waiver_is_for_one_check() -> None:
    waiver = {"check": "cache.explicit", "reason": "moves in May", "until": "2023-11-14"}
    assert judge_one(asked_sitemap(site(BAD, profile=profile(waivers=[waiver]))), good).outcome.verdict is FAIL


def test_findings_come_worst_first_and_passes_are_folded() -> None:
    answers = [exchange(f"/{number}") for number in range(PASSES_KEPT + 7)]
    findings = judge_one(asked_sitemap(site(*answers, BAD)), good).outcome.findings
    assert findings[0].verdict is FAIL
    assert len(findings) == PASSES_KEPT + 2
    assert findings[-1].subject == "and 7 more"


def test_failures_are_never_folded() -> None:
    answers = [exchange(f"/{number}", status=500) for number in range(PASSES_KEPT + 7)]
    assert len(judge_one(asked_sitemap(site(*answers)), good).outcome.findings) == PASSES_KEPT + 7


def test_a_finding_says_where_and_how() -> None:
    (finding,) = judge_one(asked_sitemap(site(OK, exchange("/about", status=500))), good).outcome.findings[:1]
    assert (finding.evidence, finding.route) == (2, "about")
    assert finding.reproduce.endswith(f"{SITE}/about")
    assert (finding.expected, finding.observed) == ("status 200", "status 500")


def test_an_identity_is_no_part_of_the_command() -> None:
    known = asked_sitemap(site(exchange("/account", identity="alice", status=500)))
    (finding,) = judge_one(known, good).outcome.findings
    assert finding.subject == f"GET {SITE}/account as alice"
    assert finding.reproduce.endswith('-H "$HEADERS_OF_ALICE"')
    assert "session" not in finding.reproduce


def test_the_remedy_is_in_the_words_of_the_server_that_answered() -> None:
    known = asked_sitemap(site(exchange("/", {"server": "nginx/1.25"}, status=500)))
    outcome = judge_one(known, good, recognised(known)).outcome
    assert outcome.fix == "make it good.\nOn nginx: `good on;`"


def test_figures_are_kept_apart_from_findings() -> None:
    _, measures = judge(asked_sitemap(site(OK, OK)), [measuring])
    assert [(each.name, each.value) for each in measures] == [("answers", 2.0)]


def test_a_check_is_named_for_its_group_and_function() -> None:
    assert (good.id, explicit.id) == ("tests.good", "cache.explicit")
    assert (good.title, good.why, good.fix) == ("Every answer is good.", "Why it matters.", "make it good.")
    assert dict(good.remedies) == {"nginx": "`good on;`", "Caddy": "`good`"}


def test_what_a_check_only_reads_is_asked_for_too() -> None:
    assert probes_of([told_more]) == (first, looked_at)
