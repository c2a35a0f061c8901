"""What belongs to one visitor stays with that visitor."""

from collections.abc import Iterable, Iterator, Sequence

from scalecheck.checks.answers import is_hit, lifetime, said, shown_policy, storable
from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.checks.precedence import is_shared, overshared
from scalecheck.model.evidence import Exchange
from scalecheck.model.kinds import ASSETS, Kind
from scalecheck.model.site import FIRST, Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.discovery import first
from scalecheck.probes.identities import ANONYMOUS, as_identity, deceive, personal_routes
from scalecheck.probes.variants import POISONS, poison
from scalecheck.wire.vary import vary

NO_PERSONAL_ROUTE = "the profile declares no personal route (routes.….personal)"


@check(needs=[as_identity], source="RFC 9111 section 5.2.2.7, section 7.3", declared_by="routes.{route}.personal")
def personal_is_private(site: Site) -> Findings:
    """Personal answers are `private` or `no-store`, and no shared cache reports a hit on them.

    What a shared cache may keep, it hands to the next visitor. The page with somebody's name, address or cart then
    belongs to everyone. The shell of a page that browsers render (`kind: csr`) may be shared, as long as everybody gets
    the same.

    Fix: send `Cache-Control: private, no-store` on everything that depends on who asks, and leave those paths out
    of the edge's cache rules.

    On nginx: `proxy_no_cache $cookie_session; proxy_cache_bypass $cookie_session;`, and no `proxy_ignore_headers
    Cache-Control` on these locations.

    On Varnish: `sub vcl_recv { if (req.url ~ "^/account") { return (pass); } }`, and no `unset req.http.Cookie`
    before it.

    On Apache: `Header set Cache-Control "private, no-store"` in the location, and no `CacheStorePrivate On`.

    On Caddy: `header /account* Cache-Control "private, no-store"`

    On Next.js: `export const dynamic = "force-dynamic"` on the page, which sends `private, no-cache, no-store`.

    On Vercel: `Cache-Control: private, no-store` from the function, and none for the path in `vercel.json`.

    On Cloudflare: no cache rule with "Eligible for cache" on these paths.

    On CloudFront: the managed policy CachingDisabled on the path's behaviour.
    """
    if not any(True for _ in personal_routes(site)):
        yield skipped(NO_PERSONAL_ROUTE)
        return
    leaked = _leaked(site)
    for asked in _by_url(site):
        shared = [each for each in asked if overshared(site, each)]
        if shared:
            observed = shown_policy(site, shared[0]) or "no Cache-Control"
            yield expect(False, shared[0], expected="private or no-store", observed=observed)
        elif asked[0].url in leaked:
            yield left(asked[0], "cache.personal_stays_personal")
        elif site.kind(asked[0]) is Kind.CSR and (public := [each for each in asked if _is_public(site, each)]):
            yield _shell(asked, public[0])
        elif hit := next((each for each in asked if is_hit(site, each)), None):
            yield expect(False, hit, expected="not from a shared cache", observed=said(site, hit))
        else:
            yield expect(True, asked[0], expected="private or no-store", observed=shown_policy(site, asked[0]))


def _is_public(site: Site, exchange: Exchange) -> bool:
    """Whether a shared cache may store an answer, or did."""
    return storable(site, exchange, shared=True) or is_hit(site, exchange) is True


def _shell(asked: Sequence[Exchange], public: Exchange) -> Finding:
    """Return whether the public shell of a personal page is the same for everybody who asked.

    Where it changes from request to request, as with a nonce, bytes tell nothing; then the markers have decided.
    """
    digests: dict[str | None, set[str]] = {}
    for each in (each for each in asked if each.status == 200):
        digests.setdefault(each.request.identity, set()).add(each.response.digest)
    expected = "private or no-store, or one shell for everybody"
    if len(digests) < 2:
        return undecided(public, "asked in one name only, so whether others get the same is open", expected=expected)
    steady = all(len(own) == 1 for own in digests.values())
    others = len(frozenset().union(*digests.values()))
    if steady and others > 1:
        observed = f"{others} different bodies for {len(digests)} visitors, and public"
        return expect(False, public, expected=expected, observed=observed)
    observed = "the same bytes for everybody" if steady else "no visitor's marker"
    return expect(True, public, expected=expected, observed=observed)


def _by_url(site: Site) -> Iterator[tuple[Exchange, ...]]:
    """Yield the answers of each personal URL, whoever asked, errors left out."""
    asked: dict[str, list[Exchange]] = {}
    for probe in (FIRST, "as_identity"):
        for exchange in site.seen(probe):
            route = site.route(exchange)
            if route is not None and route.personal and exchange.status < 400:
                asked.setdefault(exchange.url, []).append(exchange)
    return (tuple(each) for each in asked.values())


@check(needs=[as_identity], source="RFC 9111 section 7.3", declared_by="routes.{route}.personal")
def personal_stays_personal(site: Site) -> Findings:
    """One visitor's page never reaches another visitor, signed in or not.

    Asked as the first identity twice, then as the second, then as nobody: a cache that kept the first answer shows it
    here, whatever the header says.

    Fix: find the layer that answered (Age, Cache-Status, the vendor's field) and take the path out of its cache; then
    purge what it holds.

    On nginx: remove `proxy_ignore_headers Cache-Control Set-Cookie` and any `proxy_cache_valid` without a status
    from the location, or key by the session: `proxy_cache_key "$scheme$host$request_uri$cookie_session";`

    On Varnish: the built-in vcl_recv passes requests with Cookie or Authorization; do not `return (hash)` before it.

    On Cloudflare: remove the "Cache Everything" rule from the path.

    On CloudFront: CachingDisabled, or forward the session cookie in the cache policy.
    """
    names = tuple(site.profile.identities)[:2]
    personal = any(True for _ in personal_routes(site))
    if not personal:
        yield skipped(NO_PERSONAL_ROUTE)
    elif len(names) < 2:
        reason = f"personal routes need two identities, the profile declares {len(names)} (identities)"
        yield Finding(Verdict.UNKNOWN, "personal routes", "asked as two identities and as nobody", reason=reason)
    for owner in _own_answers(site, names[:1]):
        yield from _reached(site, owner)


def _own_answers(site: Site, names: Iterable[str]) -> Iterator[Exchange]:
    """Yield the first identity's first answers."""
    return (each for each in site.seen("as_identity") if each.ask.label in names)


def _reached(site: Site, owner: Exchange) -> Iterator[Finding]:
    """Yield whether what the owner got reached each of the others who asked for the same URL."""
    name = owner.request.identity or ""
    if not _shows(site, owner, name):
        if site.kind(owner) is Kind.CSR and owner.status == 200:
            yield skipped("the page is a shell without personal data", owner)
        else:
            reason = f"{name} got no page that shows the marker (status {owner.status}), so a leak could not be seen"
            yield undecided(owner, reason, expected=f"{name}'s own page")
        return
    others = [each for each in site.seen("as_identity") if each.url == owner.url and each.request.identity != name]
    if not others:
        yield undecided(owner, "nobody else's request was answered, see site.answers")
    for other in others:
        if not _shows(site, other, name):
            yield expect(
                True, other, expected=f"nothing of {name}'s", observed=f"status {other.status}, nothing of {name}'s"
            )
        elif overshared(site, owner):
            yield left(other, "cache.personal_is_private")
        else:
            who = other.request.identity or ANONYMOUS
            yield expect(False, other, expected=f"nothing of {name}'s", observed=f"{name}'s page, sent to {who}")


def _shows(site: Site, exchange: Exchange, name: str) -> bool:
    """Whether an answer holds the marker of an identity."""
    identity = site.profile.identities.get(name)
    body = exchange.response.body
    return identity is not None and body is not None and identity.marker.encode() in body


def _leaked(site: Site) -> frozenset[str]:
    """Return the URLs at which the first identity's marker reached somebody else."""
    names = tuple(site.profile.identities)[:1]
    return frozenset(
        each.url for each in site.seen("as_identity") for name in names
        if each.request.identity != name and _shows(site, each, name)
    )  # fmt: skip


@check(needs=[first], source="RFC 9111 section 7.3, RFC 6265 section 3")
def no_cookie_when_shared(site: Site) -> Findings:
    """An answer that shared caches may keep sets no cookie.

    Some caches keep the cookie and give one visitor's session to everybody; the others see the cookie and keep nothing,
    so that every visitor waits for the origin. Both happen, by vendor.

    Fix: set cookies on answers that are `private` anyway (login, an API call of the page), or from a script; drop the
    session middleware from cacheable routes.

    On nginx: `proxy_hide_header Set-Cookie; proxy_ignore_headers Set-Cookie;` on cacheable locations only, once it
    is sure that nobody needs the cookie there.

    On Varnish: `sub vcl_backend_response { if (beresp.ttl > 0s) { unset beresp.http.Set-Cookie; } }`, on the same
    condition.

    On Next.js: do not call `cookies().set` or set cookies in middleware for pages that are cached.

    On Cloudflare: by its defaults it does not keep answers that set cookies, so every visitor waits for the origin.

    On Vercel: its edge does not keep answers that set cookies.
    """
    for exchange in site.good():
        if site.kind(exchange) not in ASSETS and is_shared(site, exchange):
            names = [line.partition("=")[0].strip() for line in exchange.fields.all("set-cookie")]
            observed = f"Set-Cookie: {', '.join(names)}; {shown_policy(site, exchange)}" if names else "none"
            yield expect(not names, exchange, expected="no Set-Cookie on a shared answer", observed=observed)


@check(needs=[poison], source="RFC 9111 section 7.1")
def not_poisonable(site: Site) -> Findings:
    """Request headers that the cache does not tell apart never show up in a shared answer.

    If the page repeats X-Forwarded-Host and the cache does not key by it, one request stores a page for everybody that
    loads its scripts from a stranger's host. Asked under a query of its own, so that no visitor is harmed.

    Fix: build URLs from configuration, not from request fields, and drop forwarded fields that the edge did not write.

    On nginx: `proxy_set_header X-Forwarded-Host $host; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header
    X-Original-URL ""; proxy_set_header X-Rewrite-URL "";`

    On Varnish: `sub vcl_recv { unset req.http.X-Forwarded-Host; unset req.http.X-Original-URL; unset
    req.http.X-Rewrite-URL; }`

    On Apache: `RequestHeader unset X-Forwarded-Host early` and its kind.

    On Caddy: `reverse_proxy` overwrites X-Forwarded-* of untrusted clients by itself; `header_up -X-Original-URL`
    for the rest.

    On CloudFront: do not forward these fields in the origin request policy.
    """
    for exchange in site.good():
        by_label = {each.ask.label: each for each in site.following(exchange, "poison")}
        for label in POISONS:
            if (variant := by_label.get(label)) is not None:
                yield _poisoned(site, exchange, variant, by_label.get(f"{label}, then plain"))


def _poisoned(site: Site, exchange: Exchange, variant: Exchange, plain: Exchange | None) -> Finding:
    """Return the verdict on one kind of field: sent once, and then not sent."""
    sent = ", ".join(name for name, _ in variant.request.fields)
    expected = f"nothing of {sent}"
    if plain is not None and _echoes(site, plain, variant.ask.label):
        return expect(False, plain, expected=expected, observed="its value in an answer to a request without it")
    if plain is not None and is_hit(site, plain) and plain.status == variant.status != exchange.status:
        return expect(
            False, plain, expected=f"status {exchange.status}", observed=f"status {plain.status} from the cache"
        )
    keyed = {name.lower() for name, _ in variant.request.fields} & set(vary(variant.fields).names)
    if _echoes(site, variant, variant.ask.label) and not keyed and is_shared(site, variant):
        observed = f"its value in an answer that shared caches keep ({shown_policy(site, variant)})"
        return expect(False, variant, expected=expected, observed=observed)
    return expect(True, variant, expected=expected, observed="nothing of it that could be kept for others")


def _echoes(site: Site, exchange: Exchange, label: str) -> bool:
    """Whether an answer repeats what a poisoned field said; what it repeats of its own URL does not count."""
    needle = {"host": f"{site.nonce}.invalid", "scheme": f"{site.nonce}://", "path": f"/{site.nonce}"}.get(label)
    if needle is None:
        return False
    return needle.encode() in (exchange.response.body or b"") or any(needle in value for _, value in exchange.fields)


@check(
    needs=[deceive],
    source="RFC 9111 section 7.1, scalecheck: web cache deception",
    declared_by="routes.{route}.personal",
)
def not_deceivable(site: Site) -> Findings:
    """Asking for a personal page as `/account/x.css` neither shows it nor stores it.

    Many servers answer `/account/x.css` with the account page, and many caches keep whatever ends in `.css`. Who makes
    somebody open that link reads that person's page from the cache.

    Fix: answer 404 for whatever is appended to a page's path, and let the edge go by Cache-Control, not by extension.

    On nginx: `location = /account { … }` instead of a prefix; cache static files by their folder, not by `~* \\.css$`.

    On Varnish: pass by path before any rule that goes by extension.

    On Cloudflare: switch on Cache Deception Armor in the cache rule.

    On CloudFront: no `*.css` behaviour with a minimum TTL above 0.
    """
    leaked = _leaked(site)
    for owner in site.seen("as_identity"):
        name = owner.request.identity or ""
        for answer in site.following(owner, "deceive"):
            shows = _shows(site, answer, name)
            if shows and (owner.url in leaked or overshared(site, owner)):
                yield left(
                    answer, "cache.personal_is_private" if overshared(site, owner) else "cache.personal_stays_personal"
                )
            elif answer.request.identity is None:
                observed = (
                    f"{name}'s page, sent to {ANONYMOUS}" if shows else f"status {answer.status}, nothing of {name}'s"
                )
                yield expect(not shows, answer, expected=f"nothing of {name}'s", observed=observed)
            else:
                kept = shows and storable(site, answer, shared=True) and lifetime(site, answer, shared=True).seconds > 0
                observed = f"{name}'s page" if shows else f"status {answer.status}, nothing of {name}'s"
                observed += f" ({shown_policy(site, answer) or 'no Cache-Control'})" if shows else ""
                yield expect(
                    not kept, answer, expected="not a personal page that shared caches keep", observed=observed
                )
