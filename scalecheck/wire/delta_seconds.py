"""Non-negative integers of seconds, as Age and Cache-Control write them."""

MAX_S = 2_147_483_648
"""Larger values mean this one (RFC 9111 section 1.2.2)."""
_MAX_DIGITS = 10


def delta_seconds(text: str) -> int | None:
    """Return the seconds, at most MAX_S; None when the text is anything but digits (RFC 9111 section 1.2.2)."""
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0")
    return min(int(digits or "0"), MAX_S) if len(digits) <= _MAX_DIGITS else MAX_S
