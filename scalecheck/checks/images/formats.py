"""What pictures are made of: the format each client gets, and what caches keep it by."""

from scalecheck.checks.answers import storable
from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.checks.images.seen import (
    PHOTOGRAPH_BYTES,
    WORTH_BYTES,
    as_chrome,
    by_client,
    is_outdated,
    mixed_up,
    own,
    speaker,
    unasked,
)
from scalecheck.model.site import Site
from scalecheck.probes.representations import accepts
from scalecheck.wire.picture import DRAWN, MODERN, read_picture
from scalecheck.wire.units import show_bytes


@check(needs=[accepts], source="WebP compression study, web.dev: use modern image formats")
def modern_format(site: Site) -> Findings:
    """Chrome gets photographs as AVIF, WebP or JPEG XL.

    At the same quality WebP takes a quarter to a third less than JPEG, AVIF about half, and of a photograph saved as
    PNG either leaves a tenth. Judged by the bytes themselves; drawings, animations and what is below 30 KB are left.

    Fix: write AVIF and WebP beside the original at build time and name them in `<picture>`, or let an image service
    choose by Accept.

    On Next.js: `next/image` sends WebP; `images: { formats: ["image/avif", "image/webp"] }` adds AVIF.

    On nginx: `map $http_accept $suffix { ~image/avif .avif; ~image/webp .webp; default ""; }`, then `add_header Vary
    Accept;` and `try_files $uri$suffix $uri =404;` in the images' location.

    On Cloudflare: switch on Polish with WebP, or Images with `format=auto`.

    On Vercel: build on `next/image`, or on the adapter's own image service.
    """
    for each in own(site):
        answer = as_chrome(site, each)
        if answer is None:
            continue
        picture = read_picture(answer.response.body or b"")
        if picture is None:
            if answer.response.body is None:
                yield undecided(answer, "its bytes were not kept")
            continue
        least_bytes = WORTH_BYTES if picture.format in MODERN else PHOTOGRAPH_BYTES
        if picture.format in DRAWN or picture.animated or answer.response.decoded_bytes < least_bytes:
            continue
        wrong = is_outdated(picture, answer)
        if wrong and (other := speaker(site, each)) != "images.modern_format":
            yield left(answer, other)
        else:
            size = f"{picture}, {show_bytes(answer.response.decoded_bytes)}"
            yield expect(not wrong, answer, expected="AVIF, WebP or JPEG XL", observed=size)
    yield from unasked(site)


@check(needs=[accepts], source="RFC 9110 section 12.5.5, RFC 9111 section 4.1")
def vary_on_accept(site: Site) -> Findings:
    """A picture whose format follows Accept says so, and no cache hands one client's format to another.

    A shared cache that is not told keeps what the first visitor got. After a Chrome, an old browser, a mail program or
    a crawler gets AVIF that it cannot read; after one of those, every Chrome gets the large PNG.

    Fix: send `Vary: Accept` with every format, the fallback too, and let the edge reduce Accept to the formats that
    there are before it looks anything up.

    On nginx: `add_header Vary Accept;` where the format is chosen, and the chosen suffix in `proxy_cache_key`.

    On Varnish: reduce it in vcl_recv: `if (req.http.Accept ~ "image/avif") { set req.http.Accept = "image/avif"; }`
    and so on, and leave Vary to the backend.

    On CloudFront: add Accept to the headers of the cache policy, reduced by a function at viewer request.

    On Cloudflare: "vary for images" keeps a copy for each format; without it Vary: Accept is not heeded.
    """
    for answer in site.good():
        clients = by_client(site, answer)
        if len(clients) < 2:
            continue
        problem = mixed_up(site, answer)
        if problem is not None:
            about, expected, observed = problem
            yield expect(False, about, expected=expected, observed=observed)
            continue
        formats = {read_picture(each.response.body or b"") for each in clients.values()}
        names = sorted({each.format.removeprefix("image/").upper() for each in formats if each is not None})
        if len(names) < 2:
            yield skipped("the same format whatever the client accepts", answer)
        elif not any(storable(site, each, shared=True) for each in clients.values()):
            yield skipped("no shared cache may keep it", answer)
        else:
            yield expect(True, answer, expected=f"Vary: Accept on each of {', '.join(names)}", observed="so it is")
