"""The little language of check tests: a row is a sentence, its evidence and its verdict.

    CASES = [
        case("a year", immutable, PASS, exchange("/_next/static/app.9f2c1b7e.js", {"cache-control": YEAR})),
        case("no policy", immutable, FAIL, exchange("/_next/static/app.9f2c1b7e.js")),
        case("lost", immutable, UNKNOWN, failure("/_next/static/app.9f2c1b7e.js")),
    ]


    @pytest.mark.parametrize("row", CASES)
    def test_verdict(row: Case) -> None:
        row.assert_holds()

Records are numbered from 1 in the order given, so `of=1` follows up the first one.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any

import pytest

from scalecheck.checks.check import Check
from scalecheck.checks.judge import judge_one
from scalecheck.model.browsing import Fetched
from scalecheck.model.evidence import Ask, Exchange, Failure, Loss, Record, Request, Response, Timings, Tls, View
from scalecheck.model.profile import Profile
from scalecheck.model.site import FIRST, Site
from scalecheck.model.verdict import Finding, Outcome, Verdict
from scalecheck.wire.fields import Fields

PASS, FAIL, SKIP, WARN, UNKNOWN, WAIVED = (
    Verdict.PASS,
    Verdict.FAIL,
    Verdict.SKIP,
    Verdict.WARN,
    Verdict.UNKNOWN,
    Verdict.WAIVED,
)

SITE = "https://shop.test"
STARTED_AT = 1_700_000_000.0
"""Seconds since the epoch at which every run of these tests starts."""
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
"""The same moment as fields write it."""
YEAR = "public, max-age=31536000, immutable"

Value = str | Iterable[str]
"""A field's value, or the values of several lines of it."""

TYPES = {
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "map": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "ico": "image/x-icon",
    "woff2": "font/woff2",
    "woff": "font/woff",
    "ttf": "font/ttf",
    "txt": "text/plain; charset=utf-8",
}
"""Media types by suffix; everything else is HTML."""

KINDS: dict[str, Any] = {
    "ssg": {"cache": {"browser": "0s", "shared": "1h..", "storing": "public"}},
    "isr": {"cache": {"browser": "0s", "stale_while_revalidate": "1d", "storing": "public"}},
    "ssr": {"cache": {"browser": "0s", "storing": "any"}},
    "csr": {"cache": {"browser": "0s", "shared": "1h..", "storing": "public"}},
    "api": {"cache": {"browser": "0s", "storing": "private"}},
    "hashed": {"cache": {"browser": "31536000s..", "shared": "31536000s..", "storing": "public", "immutable": "true"}},
    "static": {"cache": {"browser": "..1d", "shared": "..1d"}},
    "image": {"cache": {"browser": "1d", "shared": "7d..", "stale_while_revalidate": "7d", "storing": "public"}},
    "font": {"cache": {"browser": "7d..", "shared": "7d..", "storing": "public"}},
    "service-worker": {"cache": {"browser": "0s"}},
    "health": {"cache": {"storing": "no-store"}, "status": [200, 503]},
    "auth": {"cache": {"storing": "private"}, "status": [302, 303, 307]},
}
"""What each kind implies in these tests; spelled out, so that a changed built-in profile changes no row's meaning."""

ROUTES: dict[str, Any] = {
    "home": {"path": "/", "kind": "ssg"},
    "about": {"path": "/about", "kind": "ssg"},
    "product": {"path": "/products/{id}", "kind": "isr", "revalidate": "60s"},
    "search": {"path": "/search", "kind": "ssr", "cache": {"shared": "10s"}},
    "live": {"path": "/live", "kind": "ssr"},
    "app": {"path": "/app", "kind": "csr"},
    "account": {"path": "/account", "kind": "ssr", "personal": "true", "login": "/login"},
    "catalog": {
        "path": "/catalog/{id}",
        "kind": "api",
        "cache": {"shared": "30s", "stale_while_revalidate": "5m", "storing": "public"},
    },
    "api": {"path": "/api/**", "kind": "api"},
    "chunks": {"path": "/_next/static/**", "kind": "hashed"},
    "files": {"path": "/static/**", "kind": "static"},
    "images": {"path": "/images/**", "kind": "image"},
    "fonts": {"path": "/fonts/**", "kind": "font"},
    "worker": {"path": "/sw.js", "kind": "service-worker"},
    "health": {"path": "/health", "kind": "health"},
}
"""One route of every kind."""

IDENTITIES: dict[str, Any] = {
    "alice": {"headers": {"Cookie": "session=a1"}, "marker": "Alice Liddell"},
    "bob": {"headers": {"Cookie": "session=b2"}, "marker": "Bob Bobson"},
}


def profile(**keys: Any) -> Profile:
    """Return a profile of these keys as YAML would give them; what is left out is the test site's own."""
    return _profile(json.dumps(keys, sort_keys=False))


@lru_cache(maxsize=256)
def _profile(keys: str) -> Profile:
    tree = {"site": SITE, "routes": ROUTES, "kinds": KINDS, "identities": IDENTITIES, **json.loads(keys)}
    return Profile.model_validate(tree)


def exchange(
    url: str,
    fields: Mapping[str, Value] | None = None,
    *,
    probe: str = FIRST,
    of: int | None = None,
    label: str = "",
    status: int = 200,
    body: bytes | str | None = b"",
    digest: str | None = None,
    content_type: str | None = None,
    method: str = "GET",
    sent: Mapping[str, Value] | None = None,
    identity: str | None = None,
    connect_to: str | None = None,
    at: float = 0.0,
    ttfb_s: float = 0.05,
    timings: Timings | None = None,
    wire_bytes: int | None = None,
    header_bytes: int = 0,
    decoded_bytes: int | None = None,
    truncated: bool = False,
    undecodable: str = "",
    http_version: str = "1.1",
    tls: Tls | None = None,
    remote_address: str = "",
    reused: bool = False,
) -> Exchange:
    """Return an answered request; `at` counts seconds from the run's start to the answer's receipt.

    The media type follows from the URL's suffix unless `content_type` or a field says otherwise; `content_type=""` is
    none. A body of None was not kept, and then `digest` and sizes say what it was.
    """
    data = body.encode() if isinstance(body, str) else body
    lines = field_lines(fields or {})
    if "content-type" not in lines and content_type != "":
        lines = lines.with_lines([("content-type", content_type or media_type(url))])
    size = len(data or b"") if decoded_bytes is None else decoded_bytes
    response = Response(
        status,
        lines,
        http_version,
        wire_bytes=size if wire_bytes is None else wire_bytes,
        header_bytes=header_bytes,
        decoded_bytes=size,
        digest=sha256(data or b"").hexdigest() if digest is None else digest,
        body=data,
        truncated=truncated,
        undecodable=undecodable,
    )
    request = Request(absolute(url), method, field_lines(sent or {}), identity, connect_to)
    took = timings or Timings(total_s=ttfb_s + 0.01, first_byte_s=ttfb_s)
    received_at = STARTED_AT + at
    ask = Ask(request, of, label)
    sent_at = received_at - took.total_s
    return Exchange(0, probe, ask, response, took, sent_at, received_at, remote_address, tls, reused)


def failure(
    url: str,
    loss: Loss = Loss.TIMEOUT,
    *,
    probe: str = FIRST,
    of: int | None = None,
    label: str = "",
    method: str = "GET",
    identity: str | None = None,
    detail: str = "no answer",
) -> Failure:
    """Return a request that was not answered."""
    ask = Ask(Request(absolute(url), method, identity=identity), of, label)
    return Failure(0, probe, ask, loss, detail, STARTED_AT)


def fetched(
    url: str,
    use: str = "fetch",
    *,
    method: str = "GET",
    status: int | None = 200,
    failure: str = "",
    at: float = 0.5,
    sent: Mapping[str, Value] | None = None,
    fields: Mapping[str, Value] | None = None,
    **figures: Any,
) -> Fetched:
    """Return a request that a browser sent; `at` counts seconds from the navigation's start."""
    lines = field_lines(sent or {}), field_lines(fields or {})
    return Fetched(
        absolute(url),
        use,
        method,
        status,
        failure,
        started_s=at,
        request_fields=lines[0],
        response_fields=lines[1],
        **figures,
    )


def view(
    url: str,
    *requests: Fetched,
    label: str = "mobile",
    probe: str = "visit",
    status: int | None = 200,
    failure: str = "",
    **seen: Any,
) -> View:
    """Return a visit in Chromium; the document comes first among its requests."""
    document = fetched(url, "document", status=status, failure=failure, at=0.0)
    ask, browser = Ask(Request(absolute(url)), label=label), "Chromium 150.0"
    return View(
        0, probe, ask, browser, STARTED_AT, STARTED_AT + 5, status=status, requests=(document, *requests), **seen
    )


def repeats(
    url: str, *answers: Mapping[str, Value], of: int = 1, probe: str = "again", at: float = 0.0, **same: Any
) -> tuple[Exchange, ...]:
    """Return one repeat for each of these answers' fields, labelled 1, 2, …"""
    return tuple(
        exchange(url, fields, probe=probe, of=of, label=str(number), at=at + number, **same)
        for number, fields in enumerate(answers, 1)
    )


def absolute(url: str) -> str:
    """Return the URL on the test site."""
    return SITE + url if url.startswith("/") else url


def media_type(url: str) -> str:
    """Return the media type that a suffix promises; HTML without one."""
    name = url.partition("?")[0].rpartition("/")[2]
    return TYPES.get(name.rpartition(".")[2], "text/html; charset=utf-8")


def field_lines(fields: Mapping[str, Value]) -> Fields:
    """Return field lines; a value that is no string stands for several lines."""
    return Fields(
        tuple((name, line) for name, value in fields.items() for line in ([value] if isinstance(value, str) else value))
    )


def site(
    *records: Record | Iterable[Record],
    profile: Profile | None = None,
    started_at: float = STARTED_AT,
    before: Site | None = None,
    asked: Iterable[str] = (),
) -> Site:
    """Return a site of these records, numbered from 1; the probes named in `asked` ran, even without a record."""
    flat: list[Record] = []
    for record in records:
        flat.extend([record] if isinstance(record, Record) else record)
    by_probe: dict[str, tuple[Record, ...]] = {FIRST: (), **dict.fromkeys(asked, ())}
    for number, record in enumerate(flat, 1):
        by_probe[record.probe] = (*by_probe.get(record.probe, ()), replace(record, number=number))
    return Site(profile or _profile("{}"), started_at, by_probe, before)


def judged(check: Check, known: Site) -> Outcome:
    """Return what a check makes of a site, all that it needs having been asked."""
    missing = {probe.name: () for probe in check.probes if not known.asked(probe.name)}
    return judge_one(replace(known, records={**known.records, **missing}), check).outcome


@dataclass(frozen=True)
class Case:
    """A sentence, its evidence and its verdict."""

    check: Check
    verdict: Verdict
    site: Site
    observed: str | None = None
    """What the worst finding observed; None where the row does not say."""
    reason: str | None = None
    """Words that the worst finding's reason contains."""

    def assert_holds(self) -> None:
        """Assert the verdict, and the observed value where the row says one."""
        outcome = judged(self.check, self.site)
        worst: Finding = outcome.findings[0]
        assert outcome.verdict is self.verdict, outcome.findings
        if self.observed is not None:
            assert worst.observed == self.observed
        if self.reason is not None:
            assert self.reason in worst.reason


def case(
    name: str,
    check: Check,
    verdict: Verdict,
    *records: Record | Iterable[Record],
    profile: Profile | None = None,
    started_at: float = STARTED_AT,
    before: Site | None = None,
    observed: str | None = None,
    reason: str | None = None,
) -> Any:
    """Return one row for pytest's parametrize; its id is the check's and the sentence."""
    known = site(*records, profile=profile, started_at=started_at, before=before)
    return pytest.param(Case(check, verdict, known, observed, reason), id=f"{check.id}: {name}")
