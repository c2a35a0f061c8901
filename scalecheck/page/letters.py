"""Which face of which font a text is shown in (CSS Fonts 4, sections 2 and 5)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scalecheck.wire.css_values import Is, Piece, Value
from scalecheck.wire.fonts import FontFace
from scalecheck.wire.selectors import Budget

GENERIC = frozenset(
    "serif sans-serif monospace cursive fantasy system-ui ui-serif ui-sans-serif ui-monospace ui-rounded math emoji "  # noqa: SIM905
    "fangsong".split()
)
"""Families that every visitor has."""
BOLD = frozenset("b strong th h1 h2 h3 h4 h5 h6".split())  # noqa: SIM905
SLANTED = frozenset("i em cite dfn var address".split())  # noqa: SIM905
FIXED = frozenset("code pre kbd samp tt".split())  # noqa: SIM905
CONTROLS = frozenset("button input select textarea optgroup".split())  # noqa: SIM905
"""Elements that browsers show in bold, slanted, in a font of fixed width, and in the system's own."""
SYSTEM = frozenset("caption icon menu message-box small-caption status-bar".split())  # noqa: SIM905
SIZES = frozenset("xx-small x-small small medium large x-large xx-large xxx-large smaller larger".split())  # noqa: SIM905
CHECKED_IN_A_STEP = 4
"""Characters that are held to a range in the time of one step of matching."""
WEIGHTS = {"normal": 400.0, "bold": 700.0}


@dataclass(frozen=True, slots=True)
class Lettering:
    """What a text is to be shown in."""

    families: tuple[str, ...] = ()
    """In lower case, the first one first."""
    weight: float = 400.0
    slanted: bool = False


def lettering(parent: Lettering, tag: str, said: Mapping[str, Value]) -> Lettering:
    """Return the lettering of an element: what is said of it, else what browsers do by themselves, else its parent's.

    `said` holds values by property, without variables; the key `font` never stands in it.
    """
    own = _by_browser(parent, tag)
    families = own.families if (value := said.get("font-family")) is None else _families(value, parent, own)
    weight = own.weight if (value := said.get("font-weight")) is None else _weight(value, parent, own)
    slanted = own.slanted if (value := said.get("font-style")) is None else _slanted(value, parent, own)
    return Lettering(families, weight, slanted)


def _by_browser(parent: Lettering, tag: str) -> Lettering:
    if tag in CONTROLS:
        return Lettering(("system-ui",))
    if tag in BOLD:
        return replace(parent, weight=max(700.0, parent.weight))
    if tag in SLANTED:
        return replace(parent, slanted=True)
    return replace(parent, families=("monospace",)) if tag in FIXED else parent


def longhands(font: Value) -> dict[str, Value]:
    """Return what a `font` shorthand says of family, weight and style; nothing where it is none."""
    word = font[0].text if len(font) == 1 and font[0].what is Is.WORD else ""
    if word in SYSTEM:
        return {"font-family": (Piece(Is.WORD, "system-ui"),), "font-weight": _NORMAL, "font-style": _NORMAL}
    if word:
        return dict.fromkeys(("font-family", "font-weight", "font-style"), font)
    at = next((at for at, piece in enumerate(font) if _is_size(piece)), None)
    if at is None:
        return {}
    rest = font[at + 1 :]
    if rest and rest[0] == Piece(Is.SIGN, "/"):
        rest = rest[2:]
    weight = next((each for each in font[:at] if _is_weight(each)), _NORMAL[0])
    style = next((each for each in font[:at] if each.text in {"italic", "oblique"}), _NORMAL[0])
    return {"font-family": rest, "font-weight": (weight,), "font-style": (style,)}


_NORMAL: Value = (Piece(Is.WORD, "normal"),)


def _is_size(piece: Piece) -> bool:
    return piece.text in SIZES if piece.what is Is.WORD else piece.what is Is.NUMBER and bool(piece.text)


def _is_weight(piece: Piece) -> bool:
    return piece.what is Is.NUMBER or piece.text in {"bold", "bolder", "lighter"}


def _kept(value: Value, parent: Lettering, own: Lettering) -> Lettering | None:
    """Return whose lettering a CSS-wide keyword means; None where the value is another one."""
    word = value[0].text if len(value) == 1 and value[0].what is Is.WORD else ""
    match word:
        case "inherit" | "unset":
            return parent
        case "initial":
            return Lettering()
        case "revert" | "revert-layer":
            return own
    return None


def _families(value: Value, parent: Lettering, own: Lettering) -> tuple[str, ...]:
    if (kept := _kept(value, parent, own)) is not None:
        return kept.families
    names: list[list[str]] = [[]]
    for piece in value:
        if piece == Piece(Is.SIGN, ","):
            names.append([])
        elif piece.what in {Is.WORD, Is.STRING}:
            names[-1].append(piece.text.lower())
    return tuple(name for words in names if (name := " ".join(words)))


def _weight(value: Value, parent: Lettering, own: Lettering) -> float:
    if (kept := _kept(value, parent, own)) is not None:
        return kept.weight
    if value and value[0].what is Is.NUMBER:
        return value[0].number
    word = value[0].text if value else ""
    if word == "bolder":
        return 400.0 if parent.weight < 350 else 700.0 if parent.weight < 550 else max(900.0, parent.weight)
    if word == "lighter":
        return 100.0 if parent.weight < 550 else 400.0 if parent.weight < 750 else 700.0
    return WEIGHTS.get(word, own.weight)


def _slanted(value: Value, parent: Lettering, own: Lettering) -> bool:
    if (kept := _kept(value, parent, own)) is not None:
        return kept.slanted
    return bool(value) and value[0].text in {"italic", "oblique"}


def needed(
    shown: Lettering, characters: set[str], faces: Mapping[str, Sequence[FontFace]], budget: Budget
) -> Iterator[str]:
    """Yield what Chromium fetches to show these characters: of each family the nearest face that has some of them."""
    left = {ord(each) for each in characters}
    for family in shown.families:
        if family in GENERIC or not left:
            return
        named = faces.get(family, ())
        budget.spend(1 + len(named) // CHECKED_IN_A_STEP)
        for face in reversed(_nearest(shown, named)):
            budget.spend(1 + len(left) * len(face.ranges) // CHECKED_IN_A_STEP)
            covered = {point for point in left if any(low <= point <= high for low, high in face.ranges)}
            if covered and face.source:
                yield face.source
            left -= covered


def _nearest(shown: Lettering, faces: Sequence[FontFace]) -> list[FontFace]:
    """Return the faces of the slant and weight that come nearest; several where they share them, by range."""
    if not faces:
        return []
    of_slant = [face for face in faces if face.slanted is shown.slanted] or list(faces)
    weights = min((face.weights for face in of_slant), key=lambda each: _distance(shown.weight, each))
    return [face for face in of_slant if face.weights == weights]


def _distance(wanted: float, weights: tuple[float, float]) -> tuple[int, float]:
    """Return how far from a wanted weight a face is: first in which direction, then by how much."""
    low, high = weights
    if low <= wanted <= high:
        return 0, 0.0
    above = low > wanted
    if 400 <= wanted <= 500:
        direction = 1 if above and low <= 500 else 3 if above else 2
    else:
        direction = 1 if above is (wanted > 500) else 2
    return direction, low - wanted if above else wanted - high
