import pytest

from scalecheck.model.profile_file import ProfileError, parse_profile

HEAD = """\
scalecheck: 1
site: https://shop.example
safety: {allow_hosts: [cdn.example]}
identities: {alice: {headers: {Cookie: a}, marker: Alice}, bob: {headers: {Cookie: b}, marker: Bob}}
routes:
"""

MEANT = [
    'product: {path: "/products/{id}", kind: isr, revalidate: 60s, samples: [/products/1]}',
    'product: {path: "/products/{id}", kind: isr, samples: ["https://cdn.example/products/2"]}',
    "search: {path: /search, query: {q: a}, kind: ssr, samples: ['/search?q=a&p=2']}",
    "account: {path: /account, kind: ssr, personal: true, login: /login}",
    'new: {path: /products/new, kind: ssr}\n  product: {path: "/products/{id}", kind: isr}',
    'flat: {path: "/docs/*", kind: ssg}\n  deep: {path: "/docs/**", kind: ssg}',
    'scripts: {path: "/static/*.js", kind: hashed}\n  rest: {path: "/static/*", kind: static}',
    'a: {path: "/{a}/x", kind: ssg}\n  b: {path: "/y/{b}", kind: ssg}',
    "account: {path: /account, kind: ssr, personal: true, cache: {shared: 0s}}",
    "home: {path: /, kind: ssg, content: [Shoes], content_at: 'main > h1', streams: true, islands: [/api/me]}",
    "app: {path: /app, kind: csr, islands: ['https://cdn.example/me'], offline: true}",
    "home: {path: /, kind: ssg, islands: [/me]}\n  me: {path: /me, kind: api}",
]


@pytest.mark.parametrize("routes", MEANT)
def test_what_can_be_meant_is_no_mistake(routes: str) -> None:
    assert parse_profile(f"{HEAD}  {routes}\n", {}).routes


MISTAKES = [
    (
        "home: {path: /, kind: ssg, revalidate: 60s}",
        "6  routes.home.revalidate: belongs to routes of kind isr, not ssg; say cache: {shared: …}",
    ),
    (
        'product: {path: "/products/{id}", kind: isr, samples: [/products/1, /products/1/2]}',
        "6  routes.product.samples[1]: does not match the route's path /products/{id}",
    ),
    (
        'product: {path: "/products/{id}", kind: isr, samples: ["https://x.example/products/1"]}',
        "6  routes.product.samples[0]: is on a host that is neither the site nor under safety.allow_hosts: x.example",
    ),
    (
        "search: {path: /search, query: {q: a}, kind: ssr, samples: ['/search?q=b']}",
        "6  routes.search.samples[0]: does not carry the route's query",
    ),
    (
        'new: {path: /products/n, kind: ssr}\n  product: {path: "/products/{id}", kind: ssg, samples: [/products/n]}',
        "7  routes.product.samples[0]: is caught by routes.new (/products/n), which stands above",
    ),
    (
        'all: {path: "/**", kind: ssg}\n  chunks: {path: "/assets/**", kind: hashed}',
        "7  routes.chunks.path: never matches: routes.all (/**) stands above and catches it first",
    ),
    (
        'a: {path: "/p/*", kind: ssg}\n  b: {path: "/p/{id}", kind: isr}',
        "7  routes.b.path: never matches: routes.a (/p/*) stands above and catches it first",
    ),
    (
        "find: {path: /search, kind: ssr}\n  search: {path: /search, query: {q: a}, kind: ssr}",
        "7  routes.search.path: never matches: routes.find (/search) stands above and catches it first",
    ),
    (
        "code: {path: /app.js, kind: hashed, personal: true}",
        "6  routes.code.personal: expected no hashed route: assets are anybody's; say kind: ssr, csr or api",
    ),
    (
        "account: {path: /account, kind: ssr, personal: true, cache: {shared: 60s}}",
        "6  routes.account.cache.shared: a personal answer has no shared lifetime",
    ),
    (
        "code: {path: /app.js, kind: hashed, streams: true}",
        "6  routes.code.streams: belongs to pages (kind ssg, isr, ssr or csr), not to hashed routes",
    ),
    (
        "app: {path: /app, kind: csr, content: [Basket]}",
        "6  routes.app.content: belongs to pages whose HTML holds their content (ssg, isr, ssr), not to csr routes",
    ),
    (
        "home: {path: /, kind: ssg, islands: [/api/me, 'https://x.example/me']}",
        "6  routes.home.islands[1]: is on a host that is neither the site nor under safety.allow_hosts: x.example",
    ),
    (
        "home: {path: /, kind: ssg, islands: [/me]}\n  me: {path: /me, kind: api, cache: {shared: 30s}}",
        "6  routes.home.islands[0]: is of routes.me, which shared caches keep; an island is not",
    ),
]


@pytest.mark.parametrize(("routes", "message"), MISTAKES)
def test_what_cannot_be_meant_is_named(routes: str, message: str) -> None:
    with pytest.raises(ProfileError) as refused:
        parse_profile(f"{HEAD}  {routes}\n", {}, "shop.yaml")
    assert str(refused.value) == f"shop.yaml:{message}"


def test_flags_are_served_where_we_may_ask() -> None:
    home = "  home: {path: /, kind: ssg}\nobservability: {flags: "
    assert parse_profile(f"{HEAD}{home}/api/flags}}\n", {}).observability.flags == "/api/flags"
    with pytest.raises(ProfileError, match=r"7  observability\.flags: is on a host that is neither"):
        parse_profile(f"{HEAD}{home}'https://x.example/flags'}}\n", {}, "shop.yaml")


def test_a_personal_route_needs_two_identities() -> None:
    one = HEAD.replace(", bob: {headers: {Cookie: b}, marker: Bob}", "")
    with pytest.raises(ProfileError, match=r"account\.personal: needs two identities to compare, found 1"):
        parse_profile(f"{one}  account: {{path: /account, kind: ssr, personal: true}}\n", {})


def test_a_catch_all_above_inherited_routes_is_named_where_it_stands() -> None:
    text = "scalecheck: 1\nextends: content\nroutes:\n  all: {path: '/**', kind: ssg}\n"
    with pytest.raises(ProfileError, match=r"routes\.assets\.path: never matches: routes\.all"):
        parse_profile(text, {})
