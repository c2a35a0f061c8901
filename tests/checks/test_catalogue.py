"""What holds for every check, present and future."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest

import tests.checks
from scalecheck.checks.catalogue import BY_ID, CHECKS, GROUP_NAMES, UnknownCheck, chosen, named, probes_of
from scalecheck.checks.check import Check
from scalecheck.checks.judge import judge_one
from scalecheck.model.evidence import Loss
from scalecheck.model.site import FIRST, Site
from scalecheck.model.verdict import GUARDS, Verdict
from scalecheck.wire.vendor_data import vendors
from tests.checks.rows import ROUTES, Case, failure, profile, site

IDS = """
site.answers site.routes_seen site.redirects_settle site.clock
cache.explicit cache.contract cache.pages_revalidate cache.personal_is_private cache.personal_stays_personal
cache.no_cookie_when_shared cache.vary_is_bounded cache.vary_names_encoding cache.revalidates
cache.not_modified_repeats cache.etag_per_coding cache.etag_is_steady cache.directives_parse
cache.age_within_lifetime cache.browser_gets_freshness cache.stale_served_at_once cache.errors_are_short
cache.query_noise_ignored cache.encoding_key_is_small cache.head_matches_get cache.not_poisonable
cache.not_deceivable cache.writes_pass
assets.fingerprinted assets.immutable assets.same_bytes assets.same_bytes_since assets.kept_after_deploy
assets.missing_is_404 assets.unhashed_is_short assets.compressed assets.typed assets.cookieless assets.fonts
assets.source_maps_private assets.no_duplicates
bundle.initial_js bundle.initial_css bundle.html bundle.fonts bundle.page bundle.requests bundle.third_parties
bundle.third_party_bytes bundle.no_mega_chunk bundle.split_by_route bundle.unblocked bundle.no_legacy bundle.not_grown
cdn.speaks cdn.static_hit_ratio cdn.page_hit_ratio cdn.warm cdn.hits_are_fast cdn.coalesces cdn.providers_agree
cdn.origin_is_hidden cdn.modern_transport
rendering.content_in_html rendering.shell_is_small rendering.streams rendering.islands_are_live
rendering.worker_fresh rendering.manifest_works
observability.server_timing observability.flags_served
security.hsts security.csp security.nosniff security.framing security.referrer security.permissions
security.cookies security.tls security.sri security.no_secrets_in_bundles security.purge_is_guarded
security.no_server_detail security.no_tokens_in_storage
bundle.api_calls rendering.works_offline
observability.rum_sent observability.rum_accepted observability.errors_reported observability.trace_continues
load.delivered load.errors load.latency load.page_time load.throughput load.slow_ratio load.hit_ratio load.bytes
load.recovers load.steady load.headroom load.survives_spike load.polite_refusals
cost.egress cost.origin_requests
""".split()  # noqa: SIM905
"""The promises of the groups that need neither rehearsal nor logs."""

every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
EVERYTHING = profile(
    routes={**ROUTES, "home": {**ROUTES["home"], "warm": "true", "offline": "true"}},
    safety={"writes": "true"},
    observability={
        "rum": {"to": "/beacon"},
        "errors": {"to": "/errors"},
        "trace": "traceparent",
        "server_timing": ["render"],
        "flags": "/flags",
    },
    edge={"origin": "192.0.2.1:443", "providers": {"other": "192.0.2.2:443"}},
    budgets={
        **dict.fromkeys(("js", "css", "html", "fonts", "images", "page", "third_party_bytes", "image"), "1KB"),
        **dict.fromkeys(("requests", "third_parties", "api_calls"), "1"),
        "largest_chunk": "1%",
    },
)
"""A profile that lets every probe ask, and declares every budget."""


@lru_cache(maxsize=1)
def cases() -> tuple[Case, ...]:
    """Return the rows of every test module beside this one."""
    return tuple(row.values[0] for module in _modules() for row in getattr(module, "CASES", ()))


def _modules() -> Iterator[Any]:
    for found in pkgutil.iter_modules(tests.checks.__path__):
        if found.name.startswith("test_") and found.name != "test_catalogue":
            yield importlib.import_module(f"tests.checks.{found.name}")


@every_check
def test_it_explains_itself(check: Check) -> None:
    assert check.title.endswith(".")
    assert not check.title.startswith("On ")
    assert check.why
    assert check.fix
    assert check.source
    assert check.needs


@every_check
def test_its_title_is_one_line(check: Check) -> None:
    lines = (check.judge.__doc__ or "").split("\n")
    assert lines[0].strip() == check.title
    assert not lines[1].strip()


@every_check
def test_its_remedies_are_for_servers_that_can_be_recognised(check: Check) -> None:
    assert set(check.remedies) <= {vendor.name for vendor in vendors().values()}
    assert all(check.remedies.values())


@every_check
def test_no_remedy_is_taken_for_an_explanation(check: Check) -> None:
    paragraphs = (check.why, check.fix)
    assert not any(part.startswith("On ") and ": " in part[:30] for text in paragraphs for part in text.split("\n\n"))
    assert "Fix: " not in check.why
    assert "On nginx:" not in check.why + check.fix


@every_check
def test_it_is_named_for_its_group_and_promise(check: Check) -> None:
    group, _, name = check.id.partition(".")
    assert group in GROUP_NAMES
    assert name == check.judge.__name__
    assert name.replace("_", "").isalnum()


@every_check
def test_unprobed_is_unknown(check: Check) -> None:
    outcome = judge_one(Site(profile()), check).outcome
    assert outcome.verdict is (Verdict.SKIP if check.opt_in else Verdict.UNKNOWN)
    assert outcome.findings[0].reason


@every_check
def test_unanswered_is_unknown(check: Check) -> None:
    lost = [failure("/", Loss.REFUSED, probe=probe.name) for probe in check.probes]
    known = site(lost, profile=EVERYTHING, before=site())
    assert judge_one(known, check).outcome.verdict is Verdict.UNKNOWN


@every_check
def test_with_nothing_asked_it_never_passes(check: Check) -> None:
    known = site(profile=EVERYTHING, asked=[probe.name for probe in check.probes])
    assert judge_one(known, check).outcome.verdict is not Verdict.PASS


@pytest.mark.slow
@every_check
def test_it_reads_only_what_it_declares(check: Check) -> None:
    """Each row is judged anew with the answers of other probes taken away; undeclared reading raises LookupError."""
    needed = {probe.name for probe in check.probes}
    for row in (row for row in cases() if row.check is check):
        records = {probe: answers for probe, answers in row.site.records.items() if probe in needed | {"origin"}}
        missing: dict[str, Any] = {probe: () for probe in needed if probe not in records}
        assert judge_one(replace(row.site, records={**records, **missing}), check).outcome.check == check.id


@every_check
def test_it_has_rows_that_pass_and_fail(check: Check) -> None:
    verdicts = {row.verdict for row in cases() if row.check is check}
    assert {Verdict.PASS, Verdict.FAIL, Verdict.SKIP} <= verdicts


def test_a_failing_row_says_what_was_expected_and_observed() -> None:
    for row in cases():
        if row.verdict in {Verdict.FAIL, Verdict.WARN}:
            missing = {probe.name: () for probe in row.check.probes if not row.site.asked(probe.name)}
            known = replace(row.site, records={**row.site.records, **missing})
            finding = judge_one(known, row.check).outcome.findings[0]
            assert finding.expected, row.check.id
            assert finding.observed, row.check.id
            assert finding.expected != finding.observed, row.check.id


def test_ids_are_unique() -> None:
    assert len(BY_ID) == len(CHECKS)


def test_every_promise_is_judged() -> None:
    assert set(IDS) <= set(BY_ID)


def test_all_are_chosen_unless_something_is_said() -> None:
    assert chosen() == CHECKS


@pytest.mark.parametrize(
    ("only", "skip", "expected"),
    [
        (["assets.immutable"], [], {"assets.immutable"}),
        (["cdn"], [], {each for each in IDS if each.startswith("cdn.")}),
        (
            ["cdn", "assets.typed"],
            ["cdn.warm"],
            {*(each for each in IDS if each.startswith("cdn."))} - {"cdn.warm"} | {"assets.typed"},
        ),
        (["site"], ["site"], set()),
    ],
)
def test_chosen(only: list[str], skip: list[str], expected: set[str]) -> None:
    assert {check.id for check in chosen(only, skip)} == expected | GUARDS


def test_a_swarm_is_judged_without_what_only_an_audit_sees() -> None:
    assert {check.id for check in chosen(["load"])} == {each for each in BY_ID if each.startswith("load.")}
    assert {check.id for check in chosen(["load", "cdn.warm"])} >= GUARDS


def test_chosen_keep_the_order_of_reports() -> None:
    ids = [check.id for check in chosen(["cdn", "cache"])]
    assert ids == [check.id for check in CHECKS if check.id in ids]


@pytest.mark.parametrize(
    ("name", "guess"),
    [
        ("asets", '"assets"'),
        ("assets.imutable", '"assets.immutable"'),
        ("immutable", '"assets.immutable"'),
        ("cache.", '"cache"'),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_an_unknown_name_gets_a_guess(name: str, guess: str) -> None:
    with pytest.raises(UnknownCheck) as caught:
        named(name)
    assert guess in str(caught.value)
    assert f'"{name}" is neither a check nor a group' in str(caught.value)
    for wrong in ({"only": [name]}, {"skip": [name]}):
        with pytest.raises(UnknownCheck):
            chosen(**wrong)


def test_named() -> None:
    assert [check.id for check in named("site")] == [each for each in IDS if each.startswith("site.")]
    assert [check.id for check in named("cdn.warm")] == ["cdn.warm"]


def test_probes_of_names_each_once() -> None:
    names = [probe.name for probe in probes_of(CHECKS)]
    assert len(names) == len(set(names))
    assert FIRST in names
    assert [probe.name for probe in probes_of(named("cdn.coalesces"))] == ["burst", "again"]
    assert probes_of(()) == ()
