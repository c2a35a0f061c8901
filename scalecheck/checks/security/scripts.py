"""The scripts that pages run: those of third parties, and what the site's own hold."""

from collections.abc import Iterator

from scalecheck.checks.check import Findings, check, expect
from scalecheck.checks.security.headers import sampled_pages
from scalecheck.model.evidence import Exchange
from scalecheck.model.kinds import PAGES
from scalecheck.model.site import Site
from scalecheck.model.verdict import Verdict
from scalecheck.probes.discovery import first
from scalecheck.wire import content_type
from scalecheck.wire.domains import owner
from scalecheck.wire.loads import Load, LoadKind
from scalecheck.wire.secrets import find_secrets

SECRETS_NAMED = 5


@check(needs=[first], source="Subresource Integrity (W3C)")
def sri(site: Site) -> Findings:
    """Scripts of third parties carry their hash.

    Whoever takes over the third party's server runs what he likes on every page, unless the page names the hash that it
    expects. A style sheet without one can restyle the page but runs nothing; that is a warning.

    Fix: `<script src="https://…" integrity="sha384-…" crossorigin="anonymous">` with an URL that names the version, or
    serve the file yourself. A host of your own belongs under `safety.allow_hosts`. For a script that its maker changes
    at will no hash holds: load it in a sandboxed frame, or accept it with a waiver that says so.
    """
    told: set[str] = set()
    for page in sampled_pages(site):
        for load in site.page(page).loads:
            if load.url not in told and _is_foreign(site, page, load):
                told.add(load.url)
                otherwise = Verdict.FAIL if load.kind is LoadKind.SCRIPT else Verdict.WARN
                observed = f"{load.url} with {load.integrity[:80] or 'no integrity'}"
                met = load.integrity.strip().startswith(("sha256-", "sha384-", "sha512-"))
                expected = "integrity on every third-party script and style"
                yield expect(met, page, expected=expected, observed=observed, otherwise=otherwise)


def _is_foreign(site: Site, page: Exchange, load: Load) -> bool:
    """Whether a page runs a script, or styles itself by a sheet, of somebody else."""
    if load.kind not in {LoadKind.SCRIPT, LoadKind.STYLE} or site.profile.allows(load.url):
        return False
    return owner(page.url) != owner(load.url)


@check(needs=[first], source="CWE-540, CWE-798")
def no_secrets_in_bundles(site: Site) -> Findings:
    """Scripts hold no secrets.

    What a bundle holds, every visitor holds. Keys of payment, cloud and mail providers are searched for in public
    scripts by machines, within hours.

    Fix: revoke the key first; then move the call that needs it behind an API of your own.

    On Next.js: only variables named `NEXT_PUBLIC_…` reach the browser; look for secrets under such names.
    """
    for exchange in site.good():
        scripts = tuple(_scripts(site, exchange))
        found = tuple(secret for text in scripts for secret in find_secrets(text))
        if scripts:
            named = ", ".join(f"{secret.kind} {secret.excerpt}" for secret in found[:SECRETS_NAMED])
            yield expect(not found, exchange, expected="no secret", observed=named or "none of the kinds we know")


def _scripts(site: Site, exchange: Exchange) -> Iterator[str]:
    """Yield the script text of an answer: the file, or the inline scripts of a page."""
    if content_type.is_javascript(exchange.response.content_type):
        if exchange.response.body is not None:
            yield exchange.response.body.decode("utf-8", "replace")
    elif site.kind(exchange) in PAGES:
        yield from site.page(exchange).inline_scripts
