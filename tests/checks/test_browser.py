"""What only a browser sees: reports, traces, calls, what pages keep, and pages without a network."""

from typing import Any

import pytest

from scalecheck.checks.bundle import api_calls
from scalecheck.checks.observability import errors_reported, rum_accepted, rum_sent, trace_continues
from scalecheck.checks.rendering import works_offline
from scalecheck.checks.security import no_tokens_in_storage
from scalecheck.model.browsing import Fetched, Stored, View, Worker
from scalecheck.model.evidence import Loss
from tests.checks.rows import FAIL, PASS, ROUTES, SITE, SKIP, UNKNOWN, Case, case, failure, fetched, profile, view

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
WATCHED, LEFT, THROWN = {"watched": 2.0}, {"watched": 2.0, "left": 2.0}, {"thrown": 1.0, "left": 3.0}
RUM = profile(observability={"rum": {"to": "/beacon"}})
ELSEWHERE = profile(observability={"rum": {"to": "https://rum.example/collect/*"}})
ERRORS = profile(observability={"rum": {"to": "/beacon"}, "errors": {"to": "/errors"}})
SAME = profile(observability={"rum": {"to": "/collect"}, "errors": {"to": "/collect"}})
TRACED = profile(observability={"trace": "traceparent", "rum": {"to": "/beacon"}})
B3 = profile(observability={"trace": "b3"})
TWO_CALLS = profile(budgets={"api_calls": "2"})
OF_THE_ROUTE = profile(routes={**ROUTES, "about": {"path": "/about", "kind": "ssg", "budget": {"api_calls": "1"}}})
OFFLINE = profile(routes={**ROUTES, "about": {"path": "/about", "kind": "ssg", "offline": "true"}})
SAID = profile(
    routes={**ROUTES, "about": {"path": "/about", "kind": "ssg", "offline": "true", "content": ["Our story"]}}
)
WORKER = (Worker(f"{SITE}/sw.js", f"{SITE}/", "activated"),)
NO_CHROME = failure("/", Loss.BROWSER, probe="visit", detail="no Chrome or Chromium was found")


def beacon(url: str = "/beacon", at: float = 2.1, **told: Any) -> Fetched:
    return fetched(url, "ping", method="POST", at=at, **{"status": 204, **told})


def call(url: str = "/api/stock/1", **told: Any) -> Fetched:
    return fetched(url, "fetch", **told)


def traced(url: str, value: str = TRACE, name: str = "traceparent") -> Fetched:
    return call(url, sent={name: value})


def thrown(*requests: Fetched, **told: Any) -> View:
    return view("/about", *requests, label="error", probe="provoke", **{"marks": THROWN, **told})


def back(**told: Any) -> View:
    return view("/about", label="offline", probe="come_back", **{"marks": {"offline": 3.0}, "workers": WORKER, **told})


def keeps(*stored: Stored, **told: Any) -> View:
    return view("/", stored=stored, **told)


JWT = "a JSON Web Token"
SENT_COOKIE = fetched("/api/login", fields={"set-cookie": "sid=redacted; Path=/"})

REPORTS = [
    case("when it is left", rum_sent, PASS, view("/", beacon(), marks=LEFT), profile=RUM),
    case("by an image", rum_sent, PASS, view("/", fetched("/beacon?lcp=2", "image"), marks=LEFT), profile=RUM),
    case(
        "to its collector",
        rum_sent,
        PASS,
        view("/", beacon("https://rum.example/collect/1"), marks=LEFT),
        profile=ELSEWHERE,
    ),
    case("refused, which is another promise", rum_sent, PASS, view("/", beacon(status=500), marks=LEFT), profile=RUM),
    case(
        "not let out, but sent",
        rum_sent,
        PASS,
        view("/", beacon(status=None, failure="not sent: a write"), marks=LEFT),
        profile=RUM,
    ),
    case(
        "to another path",
        rum_sent,
        FAIL,
        view("/", beacon("/beacons"), marks=LEFT),
        profile=RUM,
        observed="none among 2 requests",
    ),
    case("to another host", rum_sent, FAIL, view("/", beacon("https://rum.example/beacon"), marks=LEFT), profile=RUM),
    case(
        "only asked whether it may",
        rum_sent,
        FAIL,
        view("/", fetched("/beacon", "preflight", method="OPTIONS"), marks=LEFT),
        profile=RUM,
    ),
    case("never", rum_sent, FAIL, view("/", marks=LEFT), profile=RUM, observed="none among 1 requests"),
    case(
        "in one window only",
        rum_sent,
        FAIL,
        view("/", beacon(), marks=LEFT),
        view("/", marks=LEFT, label="desktop"),
        profile=RUM,
    ),
    case(
        "not watched until the end",
        rum_sent,
        UNKNOWN,
        view("/", missed={"page": "the page crashed"}),
        profile=RUM,
        reason="crashed",
    ),
    case(
        "no page was shown",
        rum_sent,
        UNKNOWN,
        view("/", status=None, failure="net::ERR_FAILED"),
        profile=RUM,
        reason="net::ERR_FAILED",
    ),
    case("an error page", rum_sent, UNKNOWN, view("/", status=500), profile=RUM, reason="answered 500"),
    case("no browser", rum_sent, UNKNOWN, NO_CHROME, profile=RUM, reason="no Chrome"),
    case("no browser on the second page", rum_sent, UNKNOWN, view("/", beacon(), marks=LEFT), NO_CHROME, profile=RUM),
    case("not declared", rum_sent, SKIP, view("/", marks=LEFT), reason="observability.rum"),
    case("not declared, and no browser", rum_sent, SKIP, NO_CHROME),
    case(
        "declared without a collector",
        rum_sent,
        SKIP,
        view("/", marks=LEFT),
        profile=profile(observability={"rum": {}}),
    ),
    case("204", rum_accepted, PASS, view("/", beacon(), marks=LEFT), profile=RUM),
    case("202 and 200", rum_accepted, PASS, view("/", beacon(status=202), beacon(status=200), marks=LEFT), profile=RUM),
    case("299 at the limit", rum_accepted, PASS, view("/", beacon(status=299), marks=LEFT), profile=RUM),
    case("300 past it", rum_accepted, FAIL, view("/", beacon(status=300), marks=LEFT), profile=RUM),
    case(
        "one of two refused",
        rum_accepted,
        FAIL,
        view("/", beacon(), beacon(status=400), marks=LEFT),
        profile=RUM,
        observed=f"status 400 of POST {SITE}/beacon",
    ),
    case(
        "no answer",
        rum_accepted,
        FAIL,
        view("/", beacon(status=None, failure="net::ERR_CONNECTION_RESET"), marks=LEFT),
        profile=RUM,
    ),
    case("not answered while we watched", rum_accepted, FAIL, view("/", beacon(status=None), marks=LEFT), profile=RUM),
    case(
        "blocked by the page's own policy",
        rum_accepted,
        FAIL,
        view("/", beacon(status=None, failure="csp"), marks=LEFT),
        profile=RUM,
    ),
    case(
        "a host that is not allowed",
        rum_accepted,
        UNKNOWN,
        view("/", beacon("https://rum.example/collect/1", status=None, failure="not allowed: …"), marks=LEFT),
        profile=ELSEWHERE,
        reason="not let out",
    ),
    case("not sent, which is another promise", rum_accepted, SKIP, view("/", marks=LEFT), profile=RUM),
    case("not declared", rum_accepted, SKIP, view("/", marks=LEFT)),
    case("after it was thrown", errors_reported, PASS, thrown(beacon("/errors", at=1.2)), profile=ERRORS),
    case("when the page was left", errors_reported, PASS, thrown(beacon("/errors", at=3.1)), profile=ERRORS),
    case(
        "where figures go too, in its own words",
        errors_reported,
        PASS,
        view("/", beacon("/collect"), marks=LEFT),
        thrown(beacon("/collect"), marks={**THROWN, "reported": 1.2}),
        profile=SAME,
    ),
    case(
        "figures elsewhere",
        errors_reported,
        PASS,
        view("/", beacon(), marks=LEFT),
        thrown(beacon("/errors"), beacon()),
        profile=ERRORS,
    ),
    case("another error before", errors_reported, FAIL, thrown(beacon("/errors", at=0.9)), profile=ERRORS),
    case("only figures", errors_reported, FAIL, thrown(beacon()), profile=ERRORS, observed="none among 2 requests"),
    case("nothing", errors_reported, FAIL, thrown(), profile=ERRORS),
    case("refused", errors_reported, FAIL, thrown(beacon("/errors", status=404)), profile=ERRORS),
    case(
        "as on any visit",
        errors_reported,
        UNKNOWN,
        view("/", beacon("/collect"), marks=LEFT),
        thrown(beacon("/collect")),
        profile=SAME,
        reason="cannot be read",
    ),
    case("nothing could be thrown", errors_reported, UNKNOWN, thrown(marks={}), profile=ERRORS),
    case(
        "the page hung",
        errors_reported,
        UNKNOWN,
        thrown(missed={"page": "the visit took longer than 90 s"}),
        profile=ERRORS,
        reason="longer than",
    ),
    case(
        "not let out",
        errors_reported,
        UNKNOWN,
        thrown(beacon("/errors", status=None, failure="not sent: POST …")),
        profile=ERRORS,
    ),
    case("not declared", errors_reported, SKIP, thrown()),
]
TRACES = [
    case("on every call", trace_continues, PASS, view("/", traced("/api/a"), traced("/api/b")), profile=TRACED),
    case("another field", trace_continues, PASS, view("/", traced("/api/a", "80f1-1", "b3")), profile=B3),
    case(
        "on one of two",
        trace_continues,
        FAIL,
        view("/", traced("/api/a"), call("/api/b?q=1")),
        profile=TRACED,
        observed=f"1; not GET {SITE}/api/b",
    ),
    case("on none", trace_continues, FAIL, view("/", call()), profile=TRACED),
    case("empty", trace_continues, FAIL, view("/", traced("/api/a", "")), profile=TRACED),
    case(
        "a trace of zeros",
        trace_continues,
        FAIL,
        view("/", traced("/api/a", TRACE.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32))),
        profile=TRACED,
    ),
    case(
        "a span of zeros",
        trace_continues,
        FAIL,
        view("/", traced("/api/a", TRACE.replace("b7ad6b7169203331", "0" * 16))),
        profile=TRACED,
    ),
    case("upper case", trace_continues, FAIL, view("/", traced("/api/a", TRACE.upper())), profile=TRACED),
    case("too short", trace_continues, FAIL, view("/", traced("/api/a", TRACE[:-3])), profile=TRACED),
    case(
        "a later version with more",
        trace_continues,
        PASS,
        view("/", traced("/api/a", "01" + TRACE[2:] + "-x")),
        profile=TRACED,
    ),
    case("a subdomain's API", trace_continues, FAIL, view("/", call("https://api.shop.test/a")), profile=TRACED),
    case("a worker's call", trace_continues, FAIL, view("/", call(by="worker")), profile=TRACED),
    case(
        "a service worker's is no page's", trace_continues, SKIP, view("/", call(by="service_worker")), profile=TRACED
    ),
    case("a third party's call", trace_continues, SKIP, view("/", call("https://api.other.example/a")), profile=TRACED),
    case("a report by fetch", trace_continues, SKIP, view("/", fetched("/beacon", method="POST")), profile=TRACED),
    case("a page fetched ahead", trace_continues, SKIP, view("/", call("/products/2")), profile=TRACED),
    case("a chunk", trace_continues, SKIP, view("/", call("/_next/static/a.js")), profile=TRACED),
    case(
        "a file of no route",
        trace_continues,
        SKIP,
        view("/", call("/x/a.wasm", fields={"content-type": "application/wasm"})),
        profile=TRACED,
    ),
    case(
        "data of no route",
        trace_continues,
        FAIL,
        view("/", call("/graphql", method="POST", fields={"content-type": "application/json"})),
        profile=TRACED,
    ),
    case(
        "no calls", trace_continues, SKIP, view("/", fetched("/a.js", "script")), profile=TRACED, reason="no API calls"
    ),
    case("not declared", trace_continues, SKIP, view("/", call())),
    case("no browser", trace_continues, UNKNOWN, NO_CHROME, profile=TRACED),
]
CALLS = [
    case("none", api_calls, PASS, view("/"), profile=TWO_CALLS, observed="0"),
    case("as many as declared", api_calls, PASS, view("/", call("/api/a"), call("/api/b")), profile=TWO_CALLS),
    case(
        "one more",
        api_calls,
        FAIL,
        view("/", call("/api/a"), call("/api/b"), call("/api/b")),
        profile=TWO_CALLS,
        observed=f"3: 2 × GET {SITE}/api/b, GET {SITE}/api/a",
    ),
    case(
        "one that was held back counts",
        api_calls,
        FAIL,
        view("/", *[call(status=None, failure="not sent: POST …")] * 3),
        profile=TWO_CALLS,
    ),
    case("after the page was left", api_calls, PASS, view("/", *[call(at=2.5)] * 3, marks=LEFT), profile=TWO_CALLS),
    case(
        "scripts and images",
        api_calls,
        PASS,
        view("/", *[fetched("/a.js", "script"), fetched("/a.png", "image")] * 3),
        profile=TWO_CALLS,
    ),
    case(
        "preflights",
        api_calls,
        PASS,
        view("/", *[fetched("/api/a", "preflight", method="OPTIONS")] * 3),
        profile=TWO_CALLS,
    ),
    case("the route's own budget", api_calls, FAIL, view("/about", call(), call()), profile=OF_THE_ROUTE),
    case("another route's", api_calls, SKIP, view("/", call(), call()), profile=OF_THE_ROUTE),
    case("not declared", api_calls, SKIP, view("/", call()), reason="budgets.api_calls"),
    case("no page was shown", api_calls, UNKNOWN, view("/", status=None), profile=TWO_CALLS),
    case(
        "more than could be seen",
        api_calls,
        UNKNOWN,
        view("/", missed={"page": "the page sent more than 1000 requests"}),
        profile=TWO_CALLS,
    ),
    case(
        "too many, even so",
        api_calls,
        FAIL,
        view("/", *[call()] * 3, missed={"page": "the page crashed"}),
        profile=TWO_CALLS,
    ),
]
KEPT = [
    case("nothing", no_tokens_in_storage, PASS, keeps()),
    case(
        "a preference", no_tokens_in_storage, PASS, keeps(Stored("localStorage", "theme")), observed="none among 1 kept"
    ),
    case(
        "a token",
        no_tokens_in_storage,
        FAIL,
        keeps(Stored("localStorage", "t", JWT)),
        observed=f"localStorage: t holds {JWT}",
    ),
    case(
        "in the session's storage",
        no_tokens_in_storage,
        FAIL,
        keeps(Stored("sessionStorage", "accessToken", "an access token")),
    ),
    case("in a database", no_tokens_in_storage, FAIL, keeps(Stored("indexedDB", "firebase/users/1", JWT))),
    case("in a cookie of a script's", no_tokens_in_storage, FAIL, keeps(Stored("cookie", "sid", "a session id"))),
    case(
        "in a cookie of the server's",
        no_tokens_in_storage,
        SKIP,
        view("/", SENT_COOKIE, stored=(Stored("cookie", "sid", JWT),)),
        reason="left to security.cookies",
    ),
    case(
        "besides that",
        no_tokens_in_storage,
        FAIL,
        view("/", SENT_COOKIE, stored=(Stored("cookie", "sid", JWT), Stored("localStorage", "t", JWT))),
    ),
    case(
        "found though not all was read",
        no_tokens_in_storage,
        FAIL,
        keeps(Stored("localStorage", "t", JWT), missed={"stored": "indexedDB: …"}),
    ),
    case(
        "not read",
        no_tokens_in_storage,
        UNKNOWN,
        keeps(missed={"stored": "the page was too busy to be read"}),
        reason="too busy",
    ),
    case(
        "the page crashed", no_tokens_in_storage, UNKNOWN, keeps(missed={"page": "the page crashed"}), reason="crashed"
    ),
    case("no browser", no_tokens_in_storage, UNKNOWN, NO_CHROME),
]
WITHOUT_NETWORK = [
    case(
        "the page",
        works_offline,
        PASS,
        view("/about", text="Our story began here"),
        back(text="Our story began here"),
        profile=OFFLINE,
    ),
    case(
        "half of its words",
        works_offline,
        PASS,
        view("/about", text="one two three four"),
        back(text="one two"),
        profile=OFFLINE,
    ),
    case(
        "less than half",
        works_offline,
        FAIL,
        view("/about", text="one two three four"),
        back(text="one"),
        profile=OFFLINE,
        observed="another: one",
    ),
    case(
        "a page that says so",
        works_offline,
        FAIL,
        view("/about", text="Our story began"),
        back(text="You are offline"),
        profile=OFFLINE,
    ),
    case("what it must show", works_offline, PASS, back(text="Our story began here"), profile=SAID),
    case(
        "without what it must show",
        works_offline,
        FAIL,
        view("/about", text="a b c"),
        back(text="a b c"),
        profile=SAID,
        observed="without Our story",
    ),
    case(
        "the browser's own error",
        works_offline,
        FAIL,
        back(status=None, failure="net::ERR_INTERNET_DISCONNECTED", workers=()),
        profile=OFFLINE,
        observed="it has no service worker: net::ERR_INTERNET_DISCONNECTED",
    ),
    case(
        "a worker that has nothing", works_offline, FAIL, back(status=None, failure="net::ERR_FAILED"), profile=OFFLINE
    ),
    case("a worker that answers 503", works_offline, FAIL, back(status=503), profile=OFFLINE),
    case(
        "never opened",
        works_offline,
        UNKNOWN,
        back(marks={}, missed={"page": "it had not loaded after 45 s"}),
        profile=OFFLINE,
        reason="not loaded",
    ),
    case(
        "not read", works_offline, UNKNOWN, view("/about", text="a"), back(missed={"text": "too busy"}), profile=OFFLINE
    ),
    case("unknown with a network", works_offline, UNKNOWN, back(text="a"), profile=OFFLINE),
    case(
        "no browser",
        works_offline,
        UNKNOWN,
        failure("/about", Loss.BROWSER, probe="come_back", detail="no Chrome"),
        profile=OFFLINE,
    ),
    case("not declared", works_offline, SKIP, view("/about"), back(text="a")),
]
CASES = [*REPORTS, *TRACES, *CALLS, *KEPT, *WITHOUT_NETWORK]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
