"""What a build puts out: scripts, sheets and a font under names that carry their hash; the same bytes every time.

Scripts are modules that import one another: `app` what all pages share, `product` the reviews once they are wanted.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from random import Random

from scalecheck.lab import burdens, client, misbuilt

SCRIPTS = {
    "runtime": 2_000,
    "framework": 44_000,
    "vendor": 38_000,
    "app": 28_000,
    "home": 9_000,
    "catalogue": 12_000,
    "reviews": 16_000,
    "product": 14_000,
    "blog": 6_000,
    "search": 10_000,
    "account": 9_000,
    "checkout": 22_000,
    "login": 4_000,
}
"""Chunks and about how many bytes each has; what others import stands before them, since its name is in their text."""
IMPORTS = {"app": ("runtime", "framework", "vendor")}
"""What chunks import statically."""
LATER = {"product": "reviews"}
"""What chunks import once somebody asks for it."""
SHEETS = {"site": 18_000, "shop": 8_000}
FONT_BYTES = 24_000
CHANGED = frozenset({"app", "home", "shop"})
"""What deploy 2 changed; everything else keeps its bytes and so its name."""
REBUILT = "vendor"
"""What deploy 2 changes under its old name, with the fault `rebuilt-same-name`."""
FAULTY_BUILDS = (
    frozenset(
        {"font-ttf", "unfingerprinted", "duplicate-chunk", "secret-in-bundle", "rebuilt-same-name", "old-chunks-gone"}
    )
    | misbuilt.FAULTS
    | client.FAULTY
    | burdens.FAULTY
)
"""Faults that change files rather than answers."""

JAVASCRIPT = "text/javascript; charset=utf-8"
CSS = "text/css; charset=utf-8"
_WORDS = (
    *("basket", "price", "stock", "review", "colour", "size", "offer", "order", "label", "stage", "query", "light"),
    *("image", "count", "total", "field", "route", "cache"),
)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of a build."""

    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Build:
    """The files of a deploy, those of earlier deploys among them."""

    names: Mapping[str, str]
    """Path of each chunk, sheet and font, by what it is called in the source."""
    files: Mapping[str, Asset]
    """By path."""


def build(deploy: int, faults: frozenset[str] = frozenset()) -> Build:
    """Return the files of deploy 1 or 2."""
    return _build(deploy, faults & FAULTY_BUILDS)


@lru_cache(maxsize=16)
def _build(deploy: int, faults: frozenset[str]) -> Build:
    names: dict[str, str] = {}
    files: dict[str, Asset] = {}
    if deploy > 1 and "old-chunks-gone" not in faults:
        files.update(build(deploy - 1, faults).files)
    font_type = "ttf" if "font-ttf" in faults else "woff2"
    font_bytes = misbuilt.HEAVY_FONT_BYTES if "heavy-font" in faults else FONT_BYTES
    _add("inter", font_type, Asset(f"font/{font_type}", _font(font_type, font_bytes)), names, files)
    if burdens.CHAIN in faults:
        _add_layers(names, files)
    if burdens.HERO in faults:
        _add("hero", "js", Asset(JAVASCRIPT, burdens.hero()), names, files)
    for name, asset in _texts(deploy, names["inter"], faults):
        imports = _layered(names) if name == "site" else _linked(name, names)
        linked = Asset(asset.media_type, imports + asset.body)
        _add(name, "css" if asset.media_type == CSS else "js", linked, names, files)
    if "unfingerprinted" in faults:
        files["/assets/home.js"] = files[names["home"]]
        names["home"] = "/assets/home.js"
    if "duplicate-chunk" in faults:
        _add("library", "js", files[names["vendor"]], names, files)
    if "heavy-page" in faults:
        _add("catalogue-data", "json", Asset("application/json", misbuilt.data()), names, files)
    if deploy > 1 and "rebuilt-same-name" in faults:
        files[names[REBUILT]] = Asset(JAVASCRIPT, script(REBUILT, deploy))
    return Build(names, files)


@lru_cache(maxsize=256)
def script(name: str, deploy: int, size: int | None = None) -> bytes:
    """Return the text of a chunk as a deploy built it, without its imports: an ES module of small functions."""
    random = Random(f"{name} {deploy}")
    lines = [f"// {name}, built for the lab: nothing here does anything\n"]
    written = len(lines[0])
    while written < (SCRIPTS[name] if size is None else size):
        lines.append(_function(random, len(lines)))
        written += len(lines[-1])
    return "".join(lines).encode()


def source_map(path: str) -> bytes:
    """Return the source map of a chunk."""
    return json.dumps({"version": 3, "file": path, "sources": ["index.ts"], "names": [], "mappings": "AAAA"}).encode()


def _add_layers(names: dict[str, str], files: dict[str, Asset]) -> None:
    """Add style sheets of which each imports the one before."""
    for number in range(burdens.LAYERS):
        _add("layer", "css", Asset(CSS, _layered(names) + burdens.layer(number)), names, files)


def _layered(names: Mapping[str, str]) -> bytes:
    return f'@import url("{names["layer"]}");\n'.encode() if "layer" in names else b""


def _texts(deploy: int, font: str, faults: frozenset[str]) -> Iterator[tuple[str, Asset]]:
    """Yield sheets and scripts but for their imports."""
    for name in SHEETS:
        yield name, Asset(CSS, _sheet(name, deploy if name in CHANGED else 1, font, SHEETS[name]))
    for name in SCRIPTS:
        built = deploy if name in CHANGED else 1
        body = script(name, built, misbuilt.size(name, deploy, faults))
        if name == "app":
            body += client.client(faults)
        if name == "app" and "secret-in-bundle" in faults:
            # Assembled here so that nobody's scanner takes this file for a leak.
            body += f'const storage = {{ key: "{"AKI" + "A"}Q3EGRWZK7VTB5NXM" }};\n'.encode()
        if name == "home":
            body += burdens.script(faults, _path("hero", "js", burdens.hero()) if burdens.HERO in faults else "")
        if name in misbuilt.COPIES and "copied-code" in faults:
            body += script("library", 1, misbuilt.COPIED_BYTES)
        yield name, Asset(JAVASCRIPT, body + misbuilt.more(name, faults))
    for name, size in misbuilt.chunks(faults).items():
        yield name, Asset(JAVASCRIPT, script(name, 1, size))
    if "blocking-script" in faults:
        yield "consent", Asset(JAVASCRIPT, misbuilt.CONSENT)
    if "too-much-css" in faults:
        yield "themes", Asset(CSS, _sheet("themes", 1, font, misbuilt.THEMES_BYTES))


def _linked(name: str, names: Mapping[str, str]) -> bytes:
    """Return the imports of a chunk."""
    static = (f'import * as {each} from ".{_beside(names[each])}";\n' for each in IMPORTS.get(name, ()))
    later = LATER.get(name)
    dynamic = f'export const {later} = () => import(".{_beside(names[later])}");\n' if later else ""
    return ("".join(static) + dynamic).encode()


def _beside(path: str) -> str:
    return path[path.rindex("/") :]


def _add(name: str, extension: str, asset: Asset, names: dict[str, str], files: dict[str, Asset]) -> None:
    names[name] = _path(name, extension, asset.body)
    files[names[name]] = asset


def _path(name: str, extension: str, body: bytes) -> str:
    return f"/assets/{name}.{sha256(body).hexdigest()[:10]}.{extension}"


def _function(random: Random, number: int) -> str:
    one, two, three = random.sample(_WORDS, 3)
    factor, limit, salt = random.randrange(1000), random.randrange(100_000), random.getrandbits(48)
    return (
        f"export function {one}{two.title()}{number}({three}, {two}) {{ const {one} = {three} * {factor} + {two};"
        f' return {one} > {limit} ? "{three}-{salt:x}" : {one}; }}\n'
    )


def _sheet(name: str, deploy: int, font: str, least: int) -> bytes:
    random = Random(f"{name} {deploy}")
    face = f'format("{"woff2" if font.endswith("woff2") else "truetype"}")'
    lines = [f'@font-face {{ font-family: Inter; src: url("{font}") {face}; font-display: swap; }}\n']
    lines = lines if name == "site" else []
    size = 0
    while size < least:
        one, two = random.sample(_WORDS, 2)
        colour, width = random.getrandbits(24), random.randrange(100)
        lines.append(f".{one}-{two}-{len(lines)} {{ color: #{colour:06x}; max-width: {width}rem; margin: 0 auto; }}\n")
        size += len(lines[-1])
    return "".join(lines).encode()


def _font(kind: str, size: int) -> bytes:
    """Return bytes with a font's signature and a font's size; it draws no glyphs, so browsers fall back."""
    return (b"wOF2" if kind == "woff2" else b"\x00\x01\x00\x00") + Random(kind).randbytes(size)
