"""What a URL holds: the same bytes on every node, in every coding, after every deploy, and under one name."""

from collections.abc import Iterable, Iterator

from scalecheck.checks.assets.loaded import FILE_LOADS, is_shell, is_whole
from scalecheck.checks.check import Findings, check, expect, skipped
from scalecheck.checks.precedence import is_hashed
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.discovery import first
from scalecheck.probes.earlier import kept
from scalecheck.probes.repeats import again
from scalecheck.probes.representations import encodings
from scalecheck.wire import content_type
from scalecheck.wire.loads import Load, LoadKind

ASKS_FOR_EARLIER = "needs the evidence of an earlier run (--before)"
SMALLEST_DUPLICATE_BYTES = 256
"""Smaller bodies are empty files and single pixels."""
GONE = frozenset({404, 410})


@check(needs=[again, encodings], source="RFC 8246 section 2")
def same_bytes(site: Site) -> Findings:
    """A fingerprinted URL names the same bytes, on every node and in every coding.

    Clients keep the first body they get for a year. If two servers have different bodies under one name, or one has the
    file and the other has not, some visitors have a page that can never work.

    Fix: build once and copy that build to every node; never rebuild on the servers. Files that are compressed ahead
    (`.br`, `.gz`) belong to the same build. Then give the changed file a new name: no purge reaches browsers.
    """
    for asset in site.assets():
        if not is_hashed(site, asset) or is_shell(asset) or not is_whole(asset):
            continue
        others = [*site.following(asset, "again"), *site.following(asset, "encodings")]
        same = [each for each in others if each.status == 200 and is_whole(each)]
        other = next((each for each in others if each.status in GONE or (each in same and _differs(asset, each))), None)
        if other is not None:
            yield expect(False, other, expected=_bytes(asset), observed=_bytes(other))
        elif same:
            yield expect(True, asset, expected="the same bytes", observed=f"the same bytes {len(same) + 1} times")


def _differs(one: Exchange, other: Exchange) -> bool:
    return one.response.digest != other.response.digest


def _bytes(exchange: Exchange) -> str:
    if exchange.status != 200:
        return f"status {exchange.status}"
    coding = f" in {exchange.response.coding}" if exchange.probe == "encodings" else ""
    return f"{exchange.response.decoded_bytes} bytes, sha256 {exchange.response.digest[:12]}{coding}"


@check(needs=[first, kept], source="RFC 8246 section 2", opt_in=ASKS_FOR_EARLIER)
def same_bytes_since(site: Site) -> Findings:
    """A fingerprinted URL names the same bytes as in the earlier run.

    A deploy that changes what an immutable URL holds does not reach anybody who has been here before.

    Fix: let the build derive the name from the content, not from a version or a date.
    """
    if site.before is None:
        yield skipped(ASKS_FOR_EARLIER)
        return
    then = {asset.url: asset for asset in site.before.assets() if is_whole(asset) and not is_shell(asset)}
    for asset in (*site.assets(), *site.seen("kept")):
        earlier = then.get(asset.url)
        if earlier is None or not is_hashed(site.before, earlier) or not is_whole(asset):
            continue
        if asset.status == 200 and not is_shell(asset):
            yield expect(not _differs(earlier, asset), asset, expected=_bytes(earlier), observed=_bytes(asset))


@check(needs=[first, kept], source="scalecheck: pages outlive a deploy in browsers and caches", opt_in=ASKS_FOR_EARLIER)
def kept_after_deploy(site: Site) -> Findings:
    """Chunks that the pages of the earlier run named are still served.

    Whoever opened a page before the deploy loads its next chunk after it. If that chunk is gone, the page breaks under
    the visitor's hands, and so does every copy of the old HTML in a cache.

    Fix: keep the files of the last deploys beside the new ones, for as long as HTML may be cached and tabs stay open.

    On nginx: deploy assets into one folder that all releases share (`rsync` without `--delete`), or `try_files` the
    last release's folder before `=404`.

    On Vercel: switch on Skew Protection.

    On Netlify: deploys are atomic, so copy the last release's assets into the new one at build time.
    """
    if site.before is None:
        yield skipped(ASKS_FOR_EARLIER)
        return
    earlier = {asset.url for asset in site.before.assets() if is_hashed(site.before, asset)}
    still = [asset for asset in site.assets() if asset.url in earlier and not is_shell(asset)]
    for asset in (*still, *site.seen("kept")):
        shell = is_shell(asset)
        observed = f"status {asset.status}" + (", the page shell" if shell else "")
        yield expect(asset.status == 200 and not shell, asset, expected="status 200", observed=observed)


@check(needs=[first], source="scalecheck: a byte is sent once")
def no_duplicates(site: Site) -> Findings:
    """No two URLs of a page carry the same bytes.

    The same library under two names is downloaded, parsed and kept twice. Of images, where one picture may stand for
    several things, it is a warning.

    Fix: let the bundler share the chunk, and load a file by one URL everywhere: same host, same path, same query.
    """
    assets = {asset.url: asset for asset in site.assets() if _counts(asset)}
    for page in site.pages():
        loads = {load.url: load for load in site.page(page).loads if load.url in assets and _is_fetched(load)}
        yield from _repeated(page, [assets[url] for url in loads])


def _counts(asset: Exchange) -> bool:
    return asset.response.decoded_bytes >= SMALLEST_DUPLICATE_BYTES and is_whole(asset) and not is_shell(asset)


def _is_fetched(load: Load) -> bool:
    """Whether every browser fetches it: not one of several icons or sources, nor what is for old browsers."""
    chosen = load.kind is LoadKind.ICON or load.tag == "source" or load.nomodule
    return load.kind in FILE_LOADS and not chosen


def _repeated(page: Exchange, assets: Iterable[Exchange]) -> Iterator[Finding]:
    """Yield the bodies that a page loads twice; a pass where there are several and no two are the same."""
    first_of: dict[str, Exchange] = {}
    twice: list[tuple[Exchange, Exchange]] = []
    for asset in assets:
        other = first_of.setdefault(asset.response.digest, asset)
        if other is not asset:
            twice.append((other, asset))
    for one, other in twice:
        otherwise = Verdict.WARN if content_type.is_image(other.response.content_type) else Verdict.FAIL
        expected = f"one URL for these {one.response.decoded_bytes} bytes"
        yield expect(False, page, expected=expected, observed=f"{one.url} and {other.url}", otherwise=otherwise)
    if first_of and not twice:
        observed = f"{len(first_of)} bodies, {len(first_of)} URLs"
        yield expect(True, page, expected="every body under one URL", observed=observed)
