"""Validators: asking whether a stored answer is still right costs a few bytes instead of all of them."""

import re
from collections.abc import Iterable, Iterator

from scalecheck.checks.answers import browser_lifetime_s, policy, shared_lifetime_s, storable
from scalecheck.checks.check import Findings, check, expect, left, skipped
from scalecheck.checks.precedence import freshness_speaker, is_hashed, unsaid_coding
from scalecheck.model.contract import Storing
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.repeats import again
from scalecheck.probes.representations import conditional, encodings

REPEATED = ("Cache-Control", "Content-Location", "Date", "ETag", "Expires", "Vary")
"""What a 304 carries if the 200 would have (RFC 9110 section 15.4.5)."""

NEEDED = frozenset({"Cache-Control", "ETag", "Expires"})
"""Those that decide how long a cache goes on with what it has; nginx leaves the Vary of `gzip_vary` out of a 304."""
FORBIDDING = ("no-store", "private", "no-cache")
"""Directives that change who may keep an answer, or whether it may be reused unasked."""
TOLERATED = 0.1
"""Share by which the lifetimes of a 200 and its 304 may differ: some count down to a fixed moment."""

_TAG = re.compile(r'(?:W/)?"(.*?)(?:[-;:_+]{1,2}(?:gzip|gz|br|zstd|deflate))?"')


@check(needs=[conditional], source="RFC 9110 section 13.1")
def revalidates(site: Site) -> Findings:
    """Storable answers carry an ETag or Last-Modified, and asking again with it gets a 304.

    When a stored answer has expired, a client with a validator asks whether it is still right and gets a few bytes.
    Without one, or from a server that ignores it, every expiry sends the whole body again.

    Fix: send a strong `ETag` (a hash of the body) or `Last-Modified`, and answer 304 to `If-None-Match` and
    `If-Modified-Since`.

    On nginx: `etag on;` is the default for files; for proxied answers the application has to send one, and
    `proxy_cache_revalidate on;` makes nginx use it.

    On Apache: it does not know the `-gzip` again that mod_deflate puts behind its own ETags (mod_brotli: `-br`):
    `RequestHeader edit "If-None-Match" '^"((.*)-(gzip|br))"$' '"$1", "$2"'`, or `DeflateAlterETag Remove` and
    `BrotliAlterETag Remove`, which leave Last-Modified.

    On Varnish: `set beresp.keep = 1h;` keeps expired objects long enough to be revalidated.

    On Next.js: `generateEtags: true` (the default) in next.config.js.
    """
    for exchange in site.good():
        if not storable(site, exchange):
            continue
        if site.contract(exchange).storing is Storing.NO_STORE:
            yield left(exchange, freshness_speaker(site, exchange) or "cache.contract")
            continue
        if "etag" not in exchange.fields and "last-modified" not in exchange.fields:
            otherwise = Verdict.FAIL if _is_asked_about(site, exchange) else Verdict.WARN
            yield expect(False, exchange, expected="an ETag or Last-Modified", observed="neither", otherwise=otherwise)
        for answer in site.following(exchange, "conditional"):
            if answer.status == 200 and _changed(exchange, answer):
                yield skipped("the answer had changed in between, so 200 is right", answer)
            elif answer.status == 200 and answer.fields.first("etag") != exchange.fields.first("etag"):
                yield left(answer, "cache.etag_is_steady")
            else:
                yield expect(answer.status == 304, answer, expected="status 304", observed=f"status {answer.status}")


def _is_asked_about(site: Site, exchange: Exchange) -> bool:
    """Whether many will ask if their copy is still right: a shared answer that is not kept for ever under its name."""
    meant = site.contract(exchange).storing is not Storing.PRIVATE
    return meant and storable(site, exchange, shared=True) and not is_hashed(site, exchange)


def _changed(before: Exchange, after: Exchange) -> bool:
    """Whether a new answer is another one: other bytes, and a validator that says so."""
    validators = ("etag", "last-modified")
    differs = any(before.fields.first(name) != after.fields.first(name) for name in validators)
    return differs and before.response.digest != after.response.digest


@check(needs=[conditional, encodings], source="RFC 9110 section 15.4.5, RFC 9111 section 4.3.4")
def not_modified_repeats(site: Site) -> Findings:
    """A 304 repeats the caching headers of the 200: Cache-Control, ETag, Vary and their kind.

    A cache takes its new freshness from the 304. One without Cache-Control leaves the stored answer with its old
    lifetime, or as stale as before, so that the next request asks again, and the next. One that says something else
    than the 200 makes the stored answer another one as soon as it is asked about.

    Without Cache-Control, Expires or ETag it fails; a missing Vary, Date or Content-Location costs caches little, and
    warns.

    Fix: set the caching fields on 304 answers by the same rule as on 200.

    On nginx: `add_header Cache-Control "…" always;`; without `always` a 304 gets it too, but a `location` or `if`
    with an `add_header` of its own drops what it would have inherited.

    On Apache: `Header always set Cache-Control "…"`.
    """
    for exchange in site.good():
        for answer in site.following(exchange, "conditional"):
            if answer.status != 304:
                continue
            missing = [name for name in REPEATED if name in exchange.fields and name not in answer.fields]
            if missing == ["Vary"] and unsaid_coding(site, exchange):
                yield left(answer, "cache.vary_names_encoding")
            elif missing:
                sent = ", ".join(name for name in REPEATED if name in exchange.fields)
                otherwise = Verdict.FAIL if NEEDED.intersection(missing) else Verdict.WARN
                observed = f"without {', '.join(missing)}"
                yield expect(False, answer, expected=f"all of {sent}", observed=observed, otherwise=otherwise)
            else:
                yield _the_same(site, exchange, answer)


def _the_same(site: Site, exchange: Exchange, answer: Exchange) -> Finding:
    """Return whether a 304 says the same as the 200; tags that differ in the name of a coding only are a warning."""
    names = tuple(_differing(site, exchange, answer))
    if not names:
        sent = ", ".join(name for name in REPEATED if name in exchange.fields)
        return expect(True, answer, expected=f"all of {sent or 'them'}", observed="all of them")
    expected, observed = (
        "; ".join(f"{name}: {each.fields.get(name)}" for name in names) for each in (exchange, answer)
    )
    lesser = names == ("ETag",) and _tag(exchange) == _tag(answer)
    otherwise = Verdict.WARN if lesser else Verdict.FAIL
    return expect(False, answer, expected=expected, observed=observed, otherwise=otherwise)


def _differing(site: Site, exchange: Exchange, answer: Exchange) -> Iterator[str]:
    """Yield the fields by which a 304 makes the stored answer another one."""
    flags, others = (tuple(policy(each).has(name) for name in FORBIDDING) for each in (exchange, answer))
    if flags != others or not _as_long(site, exchange, answer):
        yield "Cache-Control" if "cache-control" in exchange.fields else "Expires"
    sent, repeated = ((each.fields.first("etag") or "").removeprefix("W/") for each in (exchange, answer))
    if sent != repeated:
        yield "ETag"


def _as_long(site: Site, exchange: Exchange, answer: Exchange) -> bool:
    """Whether browsers and shared caches may reuse both for about as long."""
    pairs = [
        tuple(seconds(site, each) for each in (exchange, answer)) for seconds in (browser_lifetime_s, shared_lifetime_s)
    ]
    explicit = "cache-control" in exchange.fields or "expires" in exchange.fields
    return not explicit or all(abs(one - other) <= TOLERATED * max(one, other) for one, other in pairs)


def _tag(exchange: Exchange) -> str:
    """Return an ETag without what tells weak from strong, and without the name of a coding at its end."""
    sent = exchange.fields.first("etag") or ""
    match = _TAG.fullmatch(sent)
    return match[1] if match is not None else sent


@check(needs=[encodings], source="RFC 9110 section 8.8.3.3")
def etag_per_coding(site: Site) -> Findings:
    """The gzip, br and uncompressed versions of one URL do not share a strong ETag.

    A strong ETag promises the same bytes. Where gzip and identity share one, a cache joins the halves of two different
    files after an interrupted download, or answers 304 for bytes the client does not have.

    Fix: give each coding its own ETag (`"abc-gzip"`, `"abc-br"`), or weaken it: `W/"abc"`.

    On nginx: `gzip on;` weakens ETags by itself; look at the application, which compresses under the ETag of the whole.

    On Apache: mod_deflate adds `-gzip` by itself; remove `DeflateAlterETag NoChange` and its kind for brotli.

    On Varnish: it weakens the ETag of what it compresses; look for VCL that restores it.
    """
    for exchange in site.good():
        by_etag: dict[str, set[str]] = {}
        served = [each for each in (exchange, *site.following(exchange, "encodings")) if each.status == 200]
        codings = {each.response.coding for each in served}
        if len(codings) < 2:
            continue
        for each in served:
            if (etag := each.fields.first("etag")) is not None and not etag.startswith("W/"):
                by_etag.setdefault(etag, set()).add(each.response.coding)
        common = {etag: sorted(names) for etag, names in by_etag.items() if len(names) > 1}
        observed = "; ".join(f"{etag} for {' and '.join(names)}" for etag, names in common.items())
        yield expect(
            not common, exchange, expected="a strong ETag for one coding only", observed=observed or "no ETag in common"
        )


@check(needs=[again], source="RFC 9110 section 8.8.3, scalecheck: every node is the same site")
def etag_is_steady(site: Site) -> Findings:
    """The same bytes carry the same ETag on every node.

    Behind a balancer the next request meets another node. If each makes its own ETags (from inodes, start times, build
    numbers), a browser's validator matches by luck and unchanged files travel again.

    Fix: derive the ETag from the content, and nothing else.

    On Apache: `FileETag MTime Size`, never `INode`.

    On nginx: its ETag is made of modification time and length, so deploy with preserved times (`rsync -t`, `cp -p`, or
    a fixed SOURCE_DATE_EPOCH).
    """
    for exchange in site.good():
        answers = (exchange, *(each for each in site.following(exchange, "again") if each.status == 200))
        if len(answers) < 2:
            continue
        for same in _same_bytes(answers):
            etags = list(dict.fromkeys(each.fields.first("etag") for each in same))
            if len(same) > 1 and etags != [None]:
                observed = ", ".join(etag or "none" for etag in etags[:5])
                yield expect(len(etags) == 1, same[-1], expected="one ETag for the same bytes", observed=observed)


def _same_bytes(answers: Iterable[Exchange]) -> Iterable[tuple[Exchange, ...]]:
    """Return the answers grouped by their bytes and content coding."""
    groups: dict[tuple[str, str], list[Exchange]] = {}
    for each in answers:
        groups.setdefault((each.response.digest, each.response.coding), []).append(each)
    return tuple(tuple(group) for group in groups.values())
