"""Whether an URL names its content by a hash, as bundlers write it, so that it can be kept for ever.

A hash looks like no word: it mixes digits and letters, or cases, where names, versions, dates and sizes do not. What is
looked for, in the file's name, from its end:

- hexadecimal, 8 digits and more, or 6 and 7 of scripts and styles: webpack, Parcel, Sprockets, Django, Gatsby, Next.js
- 8 capitals and digits of base 32: esbuild, Angular
- 8 characters of base 64 for URLs: Vite, Rollup, Nuxt, SvelteKit, Astro
- 13 characters of base 38: Turbopack, below `/_next/static/` only
- 20 characters and more of mixed kind: nanoid, font services

In a query, hashes count as values of the usual names (`?v=9f2c1b7e`). Where a bundler puts nothing but hashed files
(`/_next/static/`, `/_nuxt/`, `/_app/immutable/`, `/_astro/`), less is asked of them. An all-letter name that reads as a
word is none: a missed hash costs a remark, a word taken for a hash would be cached for a year. One in eighty of Vite's
hashes reads so by chance; in a folder where every other file carries a hash, it is taken for one (`fingerprinted`).
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote, urlsplit

NAME_AT_MOST = 300
"""Characters of a file's name; longer ones carry no hash that we look for."""
COMPANY = 2
"""Files with a hash that vouch for one more in their folder."""

_CODE = frozenset({"js", "mjs", "cjs", "css"})
_ASSET = _CODE | frozenset(
    """
    map json wasm webmanifest png jpg jpeg jxl gif webp avif svg ico bmp woff woff2 ttf otf eot mp4 webm mp3 ogg pdf
    txt
    """.split()  # noqa: SIM905
)
_MARKERS = frozenset(
    """
    min chunk bundle module esm worker async entry client prod production legacy modern
    """.split()  # noqa: SIM905
)
"""Words that stand behind a hash."""
_QUERY_NAMES = frozenset({"", "v", "ver", "version", "h", "hash", "id", "rev", "cb"})
_HASHED_ONLY = re.compile(r"/_next/static/|/_nuxt/|/_app/immutable/|/_astro/")
_VITE_LIKE = re.compile(r"/(?:assets|build|static/(?:js|css|media))/")

_BUILD_ID = re.compile(r"/_next/static/([A-Za-z0-9_-]{7,64})/_[A-Za-z]+\.(?:js|json)$")
_HASH_FOLDER = re.compile(r"/static/([0-9a-f]{20,64})/[^/]+(?:/[^/]+)?$")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_HEX = re.compile(r"[0-9a-f]{8,128}|[0-9A-F]{8,128}")
_SHORT_HEX = re.compile(r"[0-9a-f]{6,7}")
_BASE32 = re.compile(r"[A-Z2-7]{8}")
_BASE64 = re.compile(r"[A-Za-z0-9_-]{8}")
_BASE38 = re.compile(r"[0-9a-z_~.-]{13}")
_LONG = re.compile(r"[A-Za-z0-9_-]{20,128}")
_VERSION = re.compile(r"v?\d+")
_TRANSITION = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")

_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_VOWEL = re.compile(r"[aeiouy]", re.IGNORECASE)
_ONSETS = frozenset(
    """
    bl br ch cl cr dr dw fl fr gh gl gn gr kn ph pl pr ps qu rh sc sh sk sl sm sn sp sq st sw th tr ts tw vl wh wr
    """.split()  # noqa: SIM905
)
"""Two consonants with which an English word may begin."""
_ACRONYMS = frozenset(
    """
    AB AI API AR CDN CMS CSS CSV CTA DB EU FAQ GPS HTML HTTP ID IE IMG DSC JS JSON MD OTP PDF QR RSS RTL SDK SEO SMS
    SQL SSO SSR SVG TV UI UK UP URL US USA UTF UX VIP VR XML
    """.split()  # noqa: SIM905
)
_FOUR_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{4}", re.IGNORECASE)


@lru_cache(maxsize=8192)
def fingerprint(url: str) -> str | None:
    """Return the part of an asset's URL that is a hash of its content or build; None when there is none."""
    try:
        parts = urlsplit(url)
        path = unquote(parts.path)
    except ValueError:
        return None
    folder, _, name = path.rpartition("/")
    stem, _, extension = name.removesuffix(".map").rpartition(".")
    if not stem or extension.lower() not in _ASSET or len(name) > NAME_AT_MOST:
        return None
    found = _in_name(stem, extension.lower(), folder + "/") or _in_folder(path)
    return found or _in_query(parts.query)


def fingerprinted(urls: Iterable[str]) -> frozenset[str]:
    """Return the URLs that carry a fingerprint, and those that may carry one where all others of their folder do."""
    folders: dict[str, list[str]] = {}
    for url in dict.fromkeys(urls):
        folders.setdefault(url.partition("?")[0].rpartition("/")[0], []).append(url)
    found: set[str] = set()
    for each in folders.values():
        certain = [url for url in each if fingerprint(url) is not None]
        others = [url for url in each if url not in certain]
        few = len(certain) >= COMPANY and len(others) <= max(1, len(certain) // 10)
        found.update(each if few and all(map(_may_end_in_one, others)) else certain)
    return frozenset(found)


def _may_end_in_one(url: str) -> bool:
    """Whether a name ends in eight characters of base 64 that are neither words nor numbers in lower case."""
    stem, _, extension = url.partition("?")[0].rpartition("/")[2].removesuffix(".map").rpartition(".")
    bare = _without_markers(stem)
    last, before = bare[-8:], bare[-9:-8]
    if extension.lower() not in _ASSET or not _BASE64.fullmatch(last) or before not in {"-", "."}:
        return False
    words = all(_reads(word) or _VERSION.fullmatch(word) for word in re.split(r"[-_]", last))
    return _mixed_case(last) or (_some_digit(last) and not words)


def _in_folder(path: str) -> str | None:
    """Return Next.js' build id or Gatsby's digest of an image, which stand before the name."""
    if build := _BUILD_ID.search(path):
        return build[1] if _looks_built(build[1]) else None
    folder = _HASH_FOLDER.search(path)
    return folder[1] if folder else None


def _looks_built(build_id: str) -> bool:
    return any(sign.isdigit() for sign in build_id) or _mixed_case(build_id)


def _in_query(query: str) -> str | None:
    """Return a value of the usual names that is a hash."""
    for pair in query[:1000].split("&"):
        name, sign, value = pair.partition("=")
        if not sign:
            name, value = "", name
        if name in _QUERY_NAMES and (_hexadecimal(value) or _long(value) or (len(value) == 8 and _dense(value))):
            return value
    return None


def _in_name(stem: str, extension: str, folder: str) -> str | None:
    if _UUID.search(stem):
        return None
    hashed_only = _HASHED_ONLY.search(folder) is not None
    if "/_next/static/" in folder and (found := _base38(stem)) is not None:
        return found
    bare = _without_markers(stem)
    last = re.split(r"[.\-_~@]", bare)[-1]
    if _hexadecimal(last) or (hashed_only and _HEX.fullmatch(last) and _some_digit(last)):
        return last
    if extension in _CODE and _of_code(last, bare):
        return last
    return _base32(bare) or _base64(bare, folder, hashed_only=hashed_only) or _elsewhere(bare)


def _without_markers(stem: str) -> str:
    """Return a name without what bundlers write behind the hash: `.chunk`, `-s.p`, `._`."""
    stem = stem.removesuffix("._").removesuffix(".p").removesuffix("-s")
    while (cut := max(stem.rfind("."), stem.rfind("-"))) > 0 and stem[cut + 1 :] in _MARKERS:
        stem = stem[:cut]
    return stem


def _hexadecimal(text: str) -> bool:
    """Whether it is a digest: digits and letters, not words with numbers (`face2face`, `decade80`)."""
    if not _HEX.fullmatch(text) or text.isdigit():
        return False
    words = re.findall(r"[A-Za-z]+", text)
    digits = sum(map(str.isdigit, text))
    return len(text) >= 16 or digits > 2 or (digits > 0 and not all(_word(word.lower()) for word in words))


def _of_code(last: str, bare: str) -> bool:
    """Whether what ends a script's or style's name is a digest that would be too uncertain elsewhere."""
    if last == bare:
        return False
    digits, changes = sum(map(str.isdigit, last)), len(_TRANSITION.findall(last))
    if _SHORT_HEX.fullmatch(last):
        return min(digits, len(last) - digits) >= 2 and changes >= 2
    if last.isdigit():
        return (len(last) == 8 or len(last) >= 16) and not _DATE.match(last)
    return digits > 0 and _HEX.fullmatch(last) is not None


def _base32(bare: str) -> str | None:
    """Return eight capitals behind a hyphen or a dot, as esbuild writes them."""
    last, before = bare[-8:], bare[-9:-8]
    return last if before in {"-", "."} and _BASE32.fullmatch(last) and not last.isdigit() else None


def _base64(bare: str, folder: str, *, hashed_only: bool) -> str | None:
    """Return eight characters that no word has; the hash itself may hold `-` and `_`."""
    last, before = bare[-8:], bare[-9:-8]
    if not _BASE64.fullmatch(last) or before not in {"", "-", "."} or last.isdigit():
        return None
    if hashed_only:
        return last if _some_digit(last) or _mixed_case(last) else None
    if set(last) & {"-", "_"} and not before:
        return None
    certain = _dense(last) or (before and _mixed_case(last) and not _reads(last))
    return last if certain or (_VITE_LIKE.search(folder) and before and _likely(last)) else None


def _dense(text: str) -> bool:
    """Whether letters and digits alternate as in no name: many changes, or mixed case that is no words with numbers."""
    if not text.isalnum() or not _some_digit(text):
        return False
    words = [word for word in re.split(r"\d+", text) if word]
    return len(_TRANSITION.findall(text)) >= 4 or (_mixed_case(text) and not all(map(_reads, words)))


def _likely(text: str) -> bool:
    """Whether eight characters in a folder of Vite's are a hash rather than the end of a name."""
    if text.islower() and (len(_TRANSITION.findall(text)) < 3 or not text.isalnum()):
        return False
    return not all(_reads(word) or _VERSION.fullmatch(word) for word in re.split(r"[-_]", text))


def _base38(stem: str) -> str | None:
    """Return Turbopack's thirteen characters, behind nothing or a word and a hyphen or dot."""
    last, before = stem[-13:], stem[-14:-13]
    mixed = (_some_digit(last) or "~" in last) and not all(_reads(word) for word in re.split(r"[-_.]", last))
    return last if before in {"", "-", "."} and _BASE38.fullmatch(last) and mixed else None


def _elsewhere(bare: str) -> str | None:
    """Return a long digest that stands before the end of a name, or is all of it."""
    for piece in re.split(r"[.\-_~@]", bare):
        if len(piece) >= 16 and _hexadecimal(piece):
            return piece
    return next((piece for piece in bare.split(".") if _long(piece)), None)


def _long(text: str) -> bool:
    """Whether it is a digest or random name in base 64: long, of all kinds of characters, changing all the time."""
    return _LONG.fullmatch(text) is not None and _some_digit(text) and len(_TRANSITION.findall(text)) >= len(text) // 4


def _reads(text: str) -> bool:
    """Whether letters, in camel case, and a number behind them read as words."""
    letters = text.rstrip("0123456789")
    humps = _HUMP.findall(letters)
    return "".join(humps) == letters and all(_word(hump) for hump in humps)


def _word(hump: str) -> bool:
    if hump in _ACRONYMS or hump in {"i", "e", "A", "I", "X"}:
        return True
    onset = hump[:2].lower()
    starts_well = bool(_VOWEL.search(onset)) or onset in _ONSETS
    well = starts_well and bool(_VOWEL.search(hump)) and not _FOUR_CONSONANTS.search(hump)
    return len(hump) > 1 and not hump.isupper() and well


def _some_digit(text: str) -> bool:
    return any(sign.isdigit() for sign in text)


def _mixed_case(text: str) -> bool:
    return any(sign.islower() for sign in text) and any(sign.isupper() for sign in text)
