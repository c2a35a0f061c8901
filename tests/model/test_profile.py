from datetime import date

import pytest
from pydantic import ValidationError

from scalecheck.model.contract import Contract, Span, Storing
from scalecheck.model.kinds import Kind
from scalecheck.model.profile import Level, Profile, Route
from scalecheck.model.profile_file import parse_profile, profile_from_data
from scalecheck.wire.fields import Fields

SHOP = """\
scalecheck: 1
site: https://Shop.example.com
routes:
  home: {path: /, kind: ssg}
  search: {path: /search, query: {q: shoes}, kind: ssr, cache: {shared: 10s}}
  find: {path: /search, kind: ssr}
  product: {path: "/products/{id}", kind: isr, revalidate: 30s}
  renewed: {path: /renewed, kind: isr, revalidate: 30s, cache: {shared: 1h..}}
  account: {path: /account, kind: ssr, personal: true}
  cart: {path: /cart, kind: csr, personal: true}
  notes: {path: /notes, kind: csr, personal: true, cache: {storing: no-store}}
  bare: {path: /bare, kind: ssr, cache: {stale_while_revalidate: any, browser: ..5m}}
  hidden: {path: /hidden, kind: ssg, cache: {storing: no-store}}
  catalog-api: {path: "/api/products/{id}", kind: api, cache: {shared: 30s}, status: [200, 404]}
  session-api: {path: /api/session, kind: api}
  chunks: {path: "/_next/static/**", kind: hashed, budget: {js: 1KB}}
budgets: {js: 100KB}
identities:
  alice: {headers: {Cookie: "s=${env:ALICE}; t=${env:ALICE}", X-Plain: yes, Authorization: literal}, marker: Alice}
  bob: {headers: {Cookie: "s=${env:BOB}"}, marker: Bob}
safety: {allow_hosts: [cdn.example.com, "[::1]:8080"]}
levels: {cache: warn, cache.contract: fail}
"""
ENV = {"ALICE": "hunter2alice", "BOB": "hunter2bob", "UNNAMED": "unnamed"}


@pytest.fixture(scope="module")
def shop() -> Profile:
    return parse_profile(SHOP, ENV, "shop.yaml")


ROUTES = [
    ("https://shop.example.com/", "home"),
    ("https://shop.example.com", "home"),
    ("https://SHOP.example.com:443/", "home"),
    ("http://shop.example.com/", "home"),
    ("/", "home"),
    ("https://cdn.example.com/_next/static/a/b.js", "chunks"),
    ("https://shop.example.com/search?q=shoes&page=2", "search"),
    ("https://shop.example.com/search?q=hats", "find"),
    ("https://shop.example.com/search", "find"),
    ("https://shop.example.com/products/1#top", "product"),
    ("https://shop.example.com/account/", "account"),
    ("https://shop.example.com/account//x", None),
    ("https://shop.example.com/search/?q=shoes", "search"),
    ("https://shop.example.com/products/", None),
    ("https://shop.example.com/products/1/", "product"),
    ("https://shop.example.com/products/1/2", None),
    ("https://shop.example.com:8443/", None),
    ("https://other.example.com/", None),
    ("https://shop.example.com.evil.example/", None),
    ("https://alice@shop.example.com/", None),
    ("ftp://shop.example.com/", None),
    ("https://shop.example.com:99999999/", None),
    ("https://[", None),
    ("//", "home"),
    ("javascript:alert(1)", None),
]


@pytest.mark.parametrize(("url", "name"), ROUTES)
def test_the_first_matching_route_of_an_allowed_host_wins(shop: Profile, url: str, name: str | None) -> None:
    route = shop.route_for(url)
    assert (route.name if route is not None else None) == name


ALLOWED = [
    ("https://shop.example.com/x", True),
    ("http://shop.example.com/x", True),
    ("http://cdn.example.com/x", True),
    ("http://[::1]:8080/x", True),
    ("http://[::1]/x", False),
    ("http://169.254.169.254/latest", False),
    ("https://cdn.example.com:22/", False),
    ("https://a:b@shop.example.com/", False),
    ("file:///etc/passwd", False),
    ("/relative", False),
    ("https://shop.example.com:port/", False),
]


@pytest.mark.parametrize(("url", "allowed"), ALLOWED)
def test_only_named_hosts_may_be_asked(shop: Profile, url: str, allowed: bool) -> None:
    assert shop.allows(url) is allowed


def test_a_site_on_another_port_allows_that_port_only() -> None:
    profile = Profile().at("http://127.0.0.1:8000/start?x=1")
    assert profile.site == "http://127.0.0.1:8000"
    assert profile.allows("http://127.0.0.1:8000/")
    assert not profile.allows("http://127.0.0.1:6379/")
    assert not profile.allows("http://127.0.0.1/")
    assert profile.allowed_hosts == {"127.0.0.1"}


TWINS = [("/a", "bare"), ("/a/", "slashed"), ("/b", "late"), ("/b/", "late"), ("/c/d", "deep"), ("/c/d/", "deep")]


@pytest.mark.parametrize(("path", "name"), TWINS)
def test_a_slash_at_the_end_counts_where_both_are_declared(path: str, name: str) -> None:
    declared = {"bare": "/a", "slashed": "/a/", "late": "/b/", "deep": "/c/{name}", "rest": "/**"}
    routes = {key: {"path": value, "kind": "ssg"} for key, value in declared.items()}
    route = Profile.model_validate({"site": "https://shop.test", "routes": routes}).route_for(path)
    assert route is not None
    assert route.name == name


def test_another_site_replaces_the_one_before(shop: Profile) -> None:
    assert shop.allows("https://shop.example.com/")
    preview = shop.at("https://preview.example.com")
    assert not preview.allows("https://shop.example.com/")
    assert preview.route_for("https://preview.example.com/products/1") == shop.routes["product"]
    assert preview.secrets == shop.secrets


@pytest.mark.parametrize(
    "url", ["shop.example.com", "ftp://x/", "https://", "https://u:p@x/", "https://x:0/", "https://[", ""]
)
def test_what_is_no_site_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="expected an origin"):
        Profile().at(url)


MINUTE, DAY = 60, 86400
CONTRACTS = [
    ("home", Contract(Span.exactly(0), Span(MINUTE), Span(DAY), Storing.PUBLIC)),
    ("search", Contract(Span.exactly(0), Span.exactly(10), Span(DAY), Storing.PUBLIC)),
    ("product", Contract(Span.exactly(0), Span.exactly(30), Span(DAY), Storing.PUBLIC)),
    ("renewed", Contract(Span.exactly(0), Span(3600), Span(DAY), Storing.PUBLIC)),
    ("account", Contract(Span.exactly(0), None, None, Storing.PRIVATE)),
    ("cart", Contract(Span.exactly(0), None, None, Storing.ANY)),
    ("notes", Contract(Span.exactly(0), None, None, Storing.NO_STORE)),
    ("bare", Contract(Span(None, 300), Span.exactly(MINUTE), None, Storing.PUBLIC)),
    ("hidden", Contract(Span.exactly(0), None, None, Storing.NO_STORE)),
    ("catalog-api", Contract(Span.exactly(0), Span.exactly(30), None, Storing.PUBLIC)),
    ("session-api", Contract(Span.exactly(0), None, None, Storing.PRIVATE)),
    ("chunks", Contract(Span(365 * DAY), Span(365 * DAY), None, Storing.PUBLIC, immutable=True)),
]


@pytest.mark.parametrize(("name", "contract"), CONTRACTS)
def test_a_contract_is_the_routes_over_its_kinds(shop: Profile, name: str, contract: Contract) -> None:
    assert shop.contract(shop.routes[name]) == contract


def test_a_kind_has_a_contract_without_a_route(shop: Profile) -> None:
    assert shop.kind_contract(Kind.HEALTH) == Contract(storing=Storing.NO_STORE)
    assert Profile().kind_contract(Kind.HEALTH) == Contract()


def test_statuses_and_budgets_are_the_routes_or_the_general_ones(shop: Profile) -> None:
    assert shop.statuses(shop.routes["catalog-api"]) == (200, 404)
    assert shop.statuses(shop.routes["home"]) == (200,)
    assert (shop.budget(shop.routes["chunks"]).js, shop.budget(shop.routes["chunks"]).css) == (1000, 60_000)
    assert shop.budget(None).js == shop.budget(shop.routes["home"]).js == 100_000


def test_a_checks_own_level_wins_over_its_groups(shop: Profile) -> None:
    assert shop.level("cache.contract") is Level.FAIL
    assert shop.level("cache.explicit") is Level.WARN
    assert shop.level("assets.typed") is None


LINES = [
    (("routes", "product", "revalidate"), 7),
    (("routes", "chunks", "kind"), 16),
    (("routes", "chunks", "cache", "shared"), 16),
    (("routes", "nowhere"), 3),
    (("safety", "allow_hosts", 1), 21),
    (("targets", "ttfb"), None),
    (("kinds", "hashed"), None),
    ((), None),
]


@pytest.mark.parametrize(("path", "line"), LINES)
def test_a_line_is_that_of_the_users_own_file(shop: Profile, path: tuple[str, ...], line: int | None) -> None:
    assert shop.line(*path) == line


def test_secrets_stand_in_the_fields_that_are_sent_and_nowhere_else(shop: Profile) -> None:
    assert shop.identity_fields("bob") == Fields((("Cookie", "s=hunter2bob"),))
    assert shop.identity_fields("alice").first("cookie") == "s=hunter2alice; t=hunter2alice"
    assert shop.secrets == {"hunter2alice", "hunter2bob"}
    for shown in (repr(shop), str(shop), str(shop.public()), shop.model_dump_json()):
        assert "hunter2" not in shown
    assert "${env:ALICE}" in str(shop.public())


def test_sensitive_fields_are_withheld_even_where_the_profile_spells_them_out(shop: Profile) -> None:
    data = shop.public()
    assert "literal" not in str(data)
    assert "'X-Plain': 'yes'" in str(data)


def test_what_is_written_reads_back(shop: Profile) -> None:
    read = profile_from_data(shop.public())
    assert read.public() == shop.public()
    assert [route.name for route in read.routes.values()] == list(shop.routes)
    assert all(read.contract(read.routes[name]) == shop.contract(route) for name, route in shop.routes.items())
    assert read.secrets == frozenset()
    with pytest.raises(KeyError):
        read.identity_fields("alice")


def test_what_nobody_wrote_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the evidence's profile:1  routes: expected a mapping, found \"x\""):
        profile_from_data({"routes": "x", "targets": {"ttfb": "soon"}})


def test_a_profile_can_be_made_without_a_file() -> None:
    route = Route(path="/products/{id}", kind=Kind.SSG)
    profile = Profile(site="https://a.example", routes={"product": route})
    assert (profile.routes["product"].name, route.name, route.literal) == ("product", "", False)
    assert (profile.source, profile.line("routes", "product")) == (None, None)


def test_values_are_frozen(shop: Profile) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        shop.site = "https://evil.example"


def test_a_day_is_a_date() -> None:
    waiver = parse_profile("scalecheck: 1\nwaivers: [{check: a.b, reason: moves, until: 2027-05-31}]").waivers[0]
    assert (waiver.until, waiver.subject) == (date(2027, 5, 31), "*")
