"""What a script carries along for browsers that are gone: polyfills, and what compilers put in place of syntax.

A polyfill counts when every browser of 2020 (Chrome 80, Firefox 72, Safari 13.1) has the feature whole, by core-js'
own table of compatibility; those that modern builds still take in for a bug of a later browser are left out.
"""

import re
from dataclasses import dataclass

TEXT_AT_MOST = 4_000_000
"""Characters read of one script."""
TRIES_AT_MOST = 2_000

FEATURES = {
    "Array": "from of",
    "Array.prototype": "copyWithin every fill filter find findIndex flat flatMap forEach indexOf lastIndexOf map some",
    "String": "fromCodePoint raw",
    "String.prototype": "codePointAt endsWith includes padEnd padStart repeat startsWith trim trimEnd trimStart",
    "Object": "assign create entries fromEntries getOwnPropertyDescriptors is keys setPrototypeOf values",
    "Number": "EPSILON MAX_SAFE_INTEGER MIN_SAFE_INTEGER isFinite isInteger isNaN isSafeInteger",
    "Math": "acosh asinh atanh cbrt clz32 cosh expm1 fround hypot imul log10 log1p log2 sign sinh tanh trunc",
    "Reflect": "apply construct defineProperty deleteProperty get has ownKeys set",
    "Promise": "all allSettled race reject resolve",
    "Promise.prototype": "finally",
    "": "Map Promise Set Symbol WeakMap WeakSet",
}
"""Names of the features, by what they belong to; those without are global."""
TRANSFORMS = {
    "classes": ("Cannot call a class as a function",),
    "generators and async functions": ("Generator is already running", "Generator is already executing"),
    "spread": ("Invalid attempt to spread non-iterable instance",),
}
"""What the helpers of compilers (Babel, TypeScript) say when they fail: minifiers keep it."""

_KNOWN = {f"{owner}.{name}".lstrip(".") for owner, names in FEATURES.items() for name in names.split()}
_CORE_JS = re.compile(
    r"""target:\s?["'](\w{1,20})["']((?:(?!target:).){0,400}?)\}\s{0,9},\s{0,9}\{\s{0,9}["']?(\w{1,40})""", re.DOTALL
)
"""`{target:"Array",proto:!0,forced:…},{find:…`; up to the next one, so that the work stays linear."""
_CORE_JS_GLOBAL = re.compile(r"wrap:\s?(?:!0|true)[^{}]{0,80}\}\s*,\s*\{\s*(Promise|Symbol)\b")
_OWNERS = "Array|String|Object|Number|Math|Reflect|Promise"
_ASSIGNED = re.compile(rf"\b({_OWNERS})(\.prototype)?(?:\.(\w+)|\[[\"'](\w+)[\"']\])\s?=(?![=>])")
_DEFINED = re.compile(rf"\bdefineProperty\(\s*({_OWNERS})(\.prototype)?\s*,\s*[\"'](\w+)[\"']")
_ARROW_EVERY = 10_000
"""Characters of code of today without one arrow: it was compiled as a whole."""


@dataclass(frozen=True, slots=True)
class Legacy:
    """What a script holds for old browsers."""

    polyfills: tuple[str, ...] = ()
    """`Array.prototype.find`, by name."""
    transforms: tuple[str, ...] = ()
    """Syntax that was compiled away: `classes`."""
    throughout: bool = False
    """The whole script was compiled for such browsers, not one library in it."""


def legacy(text: str) -> Legacy:
    """Return what a script holds for old browsers; linear in its length."""
    text = text[:TEXT_AT_MOST]
    transforms = tuple(name for name, signs in TRANSFORMS.items() if any(sign in text for sign in signs))
    throughout = bool(transforms) and len(text) // _ARROW_EVERY > text.count("=>")
    return Legacy(tuple(sorted(_polyfills(text))), transforms, throughout)


def _polyfills(text: str) -> set[str]:
    found = {named[1] for named in _limited(_CORE_JS_GLOBAL, text)}
    for named in _limited(_CORE_JS, text):
        owner = f"{named[1]}.prototype" if re.search(r"proto:\s?(?:!0|true)", named[2][:200]) else named[1]
        found.add(f"{owner}.{named[3]}")
    for named in _limited(_ASSIGNED, text):
        found.add(f"{named[1]}{named[2] or ''}.{named[3] or named[4]}")
    for named in _limited(_DEFINED, text):
        found.add(f"{named[1]}{named[2] or ''}.{named[3]}")
    return found & _KNOWN


def _limited(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return [match for match, _ in zip(pattern.finditer(text), range(TRIES_AT_MOST), strict=False)]
