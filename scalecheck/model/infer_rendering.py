"""How a page or an answer of an API is made, as its fields and its HTML show it."""

from collections.abc import Mapping
from dataclasses import dataclass

from scalecheck.model.evidence import Exchange
from scalecheck.model.kinds import Kind
from scalecheck.model.site import Site
from scalecheck.wire import content_type
from scalecheck.wire.cache_control import CacheControl
from scalecheck.wire.freshness import freshness_lifetime
from scalecheck.wire.html import Page
from scalecheck.wire.loads import LoadKind
from scalecheck.wire.targeted import CDN_CACHE_CONTROL, governing
from scalecheck.wire.units import show_seconds
from scalecheck.wire.vendors import recognise, vendor

SHELL_TEXT = 200
"""Characters of visible text below which a page with scripts is taken for a shell."""
LONGEST_ISR_S = 86_400
SCRIPTS = frozenset({LoadKind.SCRIPT, LoadKind.MODULEPRELOAD})


@dataclass(frozen=True, slots=True)
class Rendering:
    """How an answer is made, and what shows it."""

    kind: Kind
    rules: Mapping[str, object]
    """What its route must say besides the kind."""
    reason: str

    @property
    def key(self) -> str:
        """What answers of one route have in common."""
        return f"{self.kind} {self.rules}"


def rendering(site: Site, exchange: Exchange) -> Rendering | None:
    """Return how a page or an answer of an API is made; None for everything else."""
    media_type = exchange.response.content_type
    if content_type.is_html(media_type):
        return _page(site, exchange)
    is_json = media_type == "application/json" or (media_type.endswith("+json") and "manifest" not in media_type)
    return _api(exchange) if is_json else None


def _page(site: Site, exchange: Exchange) -> Rendering:
    policy = _policy(exchange)
    shown = f"Cache-Control: {policy}" if policy.directives else "no Cache-Control"
    if policy.has("no-store") or policy.has("private"):
        return Rendering(Kind.SSR, {"cache": {"storing": "private"}}, shown)
    page = site.page(exchange)
    if page.text_length < SHELL_TEXT and _has_scripts(page):
        return Rendering(Kind.CSR, {}, f"{page.text_length} characters of text, and scripts")
    if (policy.has("s-maxage") or _is_targeted(exchange)) and 0 < _shared_s(exchange) <= LONGEST_ISR_S:
        rules = {"revalidate": show_seconds(_shared_s(exchange)), **_cache(_window(policy))}
        return Rendering(Kind.ISR, rules, shown)
    return Rendering(Kind.SSG, {}, shown)


def _api(exchange: Exchange) -> Rendering:
    """Return what an API says of an answer: everybody's for so long, everybody's but asked anew, or one visitor's."""
    policy, shared_s = _policy(exchange), _shared_s(exchange)
    shown = f"JSON, Cache-Control: {policy}" if policy.directives else "JSON, no Cache-Control"
    if shared_s > 0 and (policy.has("s-maxage") or policy.has("max-age")):
        return Rendering(
            Kind.API, _cache({"shared": show_seconds(shared_s), "browser": "any", **_window(policy)}), shown
        )
    if policy.has("public") and not policy.has("no-store"):
        return Rendering(Kind.API, _cache({"storing": "public", "shared": "0s"}), shown)
    return Rendering(Kind.API, {}, shown)


def _has_scripts(page: Page) -> bool:
    return bool(page.inline_script_count) or any(load.kind in SCRIPTS for load in page.loads)


def _window(policy: CacheControl) -> dict[str, object]:
    """Return the stale window that an answer declares; nothing leaves it to the kind."""
    stale_s = policy.seconds("stale-while-revalidate")
    return {"stale_while_revalidate": show_seconds(stale_s)} if stale_s else {}


def _cache(rules: Mapping[str, object]) -> dict[str, object]:
    return {"cache": rules} if rules else {}


def _policy(exchange: Exchange) -> CacheControl:
    """Return the directives that shared caches obey."""
    return governing(exchange.fields, _targets(exchange))


def _shared_s(exchange: Exchange) -> int:
    lifetime = freshness_lifetime(
        exchange.status,
        exchange.fields,
        shared=True,
        received_at=exchange.received_at,
        targets=_targets(exchange),
    )
    return int(lifetime.seconds)


def _is_targeted(exchange: Exchange) -> bool:
    """Whether the answer says besides what shared caches shall do."""
    return any(name in exchange.fields for name in _targets(exchange))


def _targets(exchange: Exchange) -> tuple[str, ...]:
    """Return the targeted fields that the caches on the way obey; of caches nobody knows, the one of RFC 9213."""
    known = [each for name in reversed(recognise(exchange.fields)) if (each := vendor(name)) is not None]
    return tuple(dict.fromkeys(name for each in known for name in each.targets)) if known else (CDN_CACHE_CONTROL,)
