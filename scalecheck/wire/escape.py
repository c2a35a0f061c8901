"""Hostile text made safe to show on one line: nothing in it moves a cursor, ends a line or turns the writing round."""

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""General categories that are not shown as written: controls (C1 too), bidirectional marks, surrogates, separators."""
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def plain(text: str, limit: int = 300) -> str:
    """Return text with everything invisible spelled out, cut at about `limit` characters: `… (n more)`."""
    shown: list[str] = []
    length = 0
    for at, character in enumerate(text[: limit + 1]):
        piece = _visible(character)
        length += len(piece)
        if length > limit:
            return f"{''.join(shown)}… ({len(text) - at} more)"
        shown.append(piece)
    return "".join(shown)


def _visible(character: str) -> str:
    if " " <= character <= "~":
        return character
    if unicodedata.category(character) not in _HIDDEN:
        return character if character.isprintable() else " "
    code = ord(character)
    return _NAMED.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}")
