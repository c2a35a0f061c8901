import random
import string
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.fingerprint import fingerprint, fingerprinted

NOT = """
/jquery-3.7.1.min.js
/jquery-3.7.1.js
/bootstrap.bundle.min.js
/bootstrap-5.3.3.min.css
/robots.js
/main.js
/app.css
/main-component.js
/product-listing.js
/index-overview.js
/2024-01-02.js
/report-20240102.js
/report.20240102.css
/assets/report-2024-01-02.js
/favicon.ico
/apple-touch-icon-180x180.png
/icon-4f4f4f.png
/report-abcdef.js
/facade.js
/face2face.js
/deadbeef.js
/app.deadbeef.js
/decade80.css
/es2015.js
/polyfills.es2015.js
/vendor.es5.js
/chunk-vendors.js
/sha256.js
/base64.js
/d3.v7.min.js
/utf8.js
/lib/h264.wasm
/hls.light.min.js
/three.module.js
/assets/MyButton.js
/assets/index-HomePage.js
/assets/index-DataGrid.js
/assets/useState.js
/assets/my-lazy-img.js
/assets/logo-dark-2x.png
/assets/iPhone15.png
/assets/app-iPhone15.png
/assets/Release2.css
/assets/page-Version2.js
/assets/bootstrap-v5-beta1.js
/assets/IMG_1234.jpg
/assets/IMG_20240102_123456.jpg
/assets/DSC01234.jpg
/photos/12345678.jpg
/photos/photo-12345678.jpg
/photos/1700000000.jpg
/bundle.1700000000.js
/bundle.1700000000000.js
/bundle.20240102123456.js
/users/550e8400-e29b-41d4-a716-446655440000.jpg
/products/9f2c1b7e
/products/9f2c1b7e/
/feed/9f2c1b7e.html
/9f2c1b7e/app.js
/v1.2.3/app.js
/app.js?v=1.2.3
/app.js?v=3
/app.js?v=20240102
/app.js?ver=6.4.2
/app.js?t=1700000000
/app.js?page=9f2c1b7e
/app.js?v=
/app.js?v=latest
/app.js?dpl=dpl_9f2c1b7e
/_next/static/chunks/main.js
/_next/static/chunks/webpack.js
/_next/static/chunks/main-app.js
/_next/static/chunks/app-pages-internals.js
/_next/static/chunks/app/layout.js
/_next/static/development/_buildManifest.js
/_next/image?url=%2F_next%2Fstatic%2Fmedia%2Fa.9f2c1b7e.png&w=64
/_app/version.json
/_nuxt/entry.js
/sw.js
/service-worker.js
/manifest.webmanifest
/accessed.css
/effaced.js
/.js
/a.
/
""".split()  # noqa: SIM905

HASHED = {
    "/_next/static/chunks/4bd1b696-100b9d70ed4e49c1.js": "100b9d70ed4e49c1",
    "/_next/static/chunks/framework-ca706bf673a13738.js": "ca706bf673a13738",
    "/_next/static/chunks/app/%5Bslug%5D/page-1a2b3c4d5e6f7a8b.js": "1a2b3c4d5e6f7a8b",
    "/_next/static/chunks/787.9f2c1b7e12345678.js": "9f2c1b7e12345678",
    "/_next/static/8mHUSMlxYqNiw4MZ-0Fkk/_buildManifest.js": "8mHUSMlxYqNiw4MZ-0Fkk",
    "/_next/static/8mHUSMlxYqNiw4MZ-0Fkk/_ssgManifest.js": "8mHUSMlxYqNiw4MZ-0Fkk",
    "/_next/static/css/ab12cd34ef56.css": "ab12cd34ef56",
    "/_next/static/media/a34f9d1faa5f3315-s.p.woff2": "a34f9d1faa5f3315",
    "/_next/static/media/a34f9d1faa5f3315-s.p.1a2b3c4d.woff2": "1a2b3c4d",
    "/_next/static/chunks/turbopack-5356a889447ffe6d.js": "5356a889447ffe6d",
    "/_next/static/chunks/5356a889447ffe6d.js": "5356a889447ffe6d",
    "/_next/static/chunks/0i6~c2p9x_3rs.js": "0i6~c2p9x_3rs",
    "/_next/static/chunks/turbopack-0i6~c2p9x_3rs.js": "0i6~c2p9x_3rs",
    "/_next/static/media/logo.0i6rc2p9xw3rs.png": "0i6rc2p9xw3rs",
    "/_next/static/chunks/%5Broot-of-the-server%5D__0f0ba101._.js": "0f0ba101",
    "/_next/static/chunks/node_modules_next_dist_1a2b3c4d._.js": "1a2b3c4d",
    "/assets/index-DiwrgTda.js": "DiwrgTda",
    "/assets/index-BX5s4k2a.css": "BX5s4k2a",
    "/assets/index-D1w-gT_a.js": "D1w-gT_a",
    "/assets/index-legacy-DiwrgT4a.js": "DiwrgT4a",
    "/assets/logo-DiwrgT4a.svg": "DiwrgT4a",
    "/assets/vendor.9f2c1b7e.js": "9f2c1b7e",
    "/main.9f2c1b7e.js": "9f2c1b7e",
    "/app.8e1f0a2b3c4d5e6f7a8b.chunk.js": "8e1f0a2b3c4d5e6f7a8b",
    "/static/js/787.c4e7f8b1.chunk.js": "c4e7f8b1",
    "/static/js/main.12345678.js": "12345678",
    "/static/js/main.12345678.js.map": "12345678",
    "/app.9f2c1b7e.min.js": "9f2c1b7e",
    "/app.3f2a1bc.js": "3f2a1bc",
    "/styles.a1b2c3.css": "a1b2c3",
    f"/assets/application-{sha256(b'').hexdigest()}.js": sha256(b"").hexdigest(),
    "/assets/application-1a2b3c4d.css": "1a2b3c4d",
    "/main-ABCDEFGH.js": "ABCDEFGH",
    "/chunk-SIQ4LXDT.js": "SIQ4LXDT",
    "/app-SIQ4LXDT.js.map": "SIQ4LXDT",
    "/styles-5INURTSO.css": "5INURTSO",
    "/media/logo-5INURTSO.png": "5INURTSO",
    "/_nuxt/BX5s4k2a.js": "BX5s4k2a",
    "/_nuxt/DiwrgTda.js": "DiwrgTda",
    "/_nuxt/entry.DiwrgTda.css": "DiwrgTda",
    "/_astro/index.DiwrgTda.css": "DiwrgTda",
    "/app-8e1f0a2b3c4d5e6f7a8b.js": "8e1f0a2b3c4d5e6f7a8b",
    "/static/0a1b2c3d4e5f60718293a4b5c6d7e8f9/logo.png": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    "/static/0a1b2c3d4e5f60718293a4b5c6d7e8f9/ab12c/logo.png": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    "/static/base.27e20196a850.js": "27e20196a850",
    "/index.1a2b3c4d.js": "1a2b3c4d",
    "/_app/immutable/entry/start.BXy2Zz1a.js": "BXy2Zz1a",
    "/_app/immutable/nodes/2.DiwrgTda.js": "DiwrgTda",
    "/0a1b2c3d4e5f60718293.logo.png": "0a1b2c3d4e5f60718293",
    "/app.js?v=9f2c1b7e": "9f2c1b7e",
    "/app.js?id=68c3e9f1b2a7d4c5e6f7": "68c3e9f1b2a7d4c5e6f7",
    "/app.js?9f2c1b7e": "9f2c1b7e",
    "/site.css?v=Kl_dqr9NVtnMdsM2MUg4qthUnWZm5T1fCEimBPWDNgM": "Kl_dqr9NVtnMdsM2MUg4qthUnWZm5T1fCEimBPWDNgM",
    "/s/inter/v13/UcCO3FwrK3iLTeHuS_fvQtMwCp50KnMw2boKoduKmMEVuLyfAZ9hiA.woff2": (
        "UcCO3FwrK3iLTeHuS_fvQtMwCp50KnMw2boKoduKmMEVuLyfAZ9hiA"
    ),
}


@pytest.mark.parametrize("path", NOT)
def test_a_name_is_no_hash(path: str) -> None:
    assert fingerprint(f"https://shop.test{path}") is None


@pytest.mark.parametrize(("path", "expected"), HASHED.items())
def test_a_hash_is_found(path: str, expected: str) -> None:
    assert fingerprint(f"https://shop.test{path}") == expected


BASE64 = string.ascii_letters + string.digits + "-_"


@pytest.mark.parametrize(
    ("pattern", "alphabet", "length", "missed_at_most"),
    [
        ("/main.{}.js", "0123456789abcdef", 8, 0.005),
        ("/app-{}.js", "0123456789abcdef", 20, 0),
        ("/main-{}.js", string.ascii_uppercase + "234567", 8, 0),
        ("/assets/index-{}.js", BASE64, 8, 0.013),
        ("/_nuxt/{}.js", BASE64, 8, 0.003),
        ("/_next/static/{}/_buildManifest.js", BASE64, 21, 0),
        ("/_next/static/chunks/{}.js", string.digits + string.ascii_lowercase + "_~", 13, 0.05),
    ],
)
def test_random_hashes_are_seldom_missed(pattern: str, alphabet: str, length: int, missed_at_most: float) -> None:
    chance = random.Random(1)
    urls = ["https://h" + pattern.format("".join(chance.choices(alphabet, k=length))) for _ in range(4000)]
    missed = [url for url in urls if fingerprint(url) is None]
    assert len(missed) <= missed_at_most * len(urls), missed[:20]


VITE = ("index-D7SOqDqN.js", "article-BKX2kYXi.js")
COMPANY = [
    ("one that reads as a word", ("index-KocXUcul.js",), True),
    ("one with few digits", ("index-oydyrd4d.js",), True),
    ("one behind a marker", ("index-KocXUcul.min.js",), True),
    ("a word", ("app-settings.js",), False),
    ("words with a version", ("app-v2-final.js",), False),
    ("a word with a number", ("app-setting2.js",), False),
    ("a date", ("report-20241105.js",), False),
    ("no name before it", ("KocXUcul.js",), False),
    ("too short", ("index-KocXUcu.js",), False),
    ("no asset", ("index-KocXUcul.html",), False),
    ("two of four", ("index-KocXUcul.js", "page-PycXYng2.js"), False),
]


@pytest.mark.parametrize(("name", "others", "found"), COMPANY, ids=[row[0] for row in COMPANY])
def test_company_vouches_for_a_hash(name: str, others: tuple[str, ...], found: bool) -> None:
    urls = [f"https://shop.test/assets/{each}" for each in (*VITE, *others)]
    assert fingerprinted(urls) == set(urls if found else urls[:2])
    elsewhere = [*urls[:2], *(url.replace("/assets/", "/other/") for url in urls[2:])]
    assert fingerprinted(elsewhere) == set(urls[:2])


def test_many_files_are_read_in_linear_time() -> None:
    urls = [f"https://shop.test/assets/{number:x}-{'ab'[number % 2]}.js" for number in range(20_000)]
    assert fingerprinted(urls) == frozenset()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_urls_may_be_compared(urls: list[str]) -> None:
    assert fingerprinted(urls) <= set(urls)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["{}", "http://h/{}.js", "/_next/static/chunks/{}.css", "/a.js?{}"]))
def test_never_raises(text: str, pattern: str) -> None:
    found = fingerprint(pattern.format(text))
    assert found is None or found
