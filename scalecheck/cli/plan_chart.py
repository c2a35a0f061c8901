"""Drawings for a terminal: a bar of several parts, and a course of load in one line."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from rich.text import Text

from scalecheck.plan.courses import Course

STYLES = ("blue", "green", "yellow", "magenta", "cyan", "red", "white", "bright_black")
FILLS = "█▓▒░▞▚▤▦"
ASCII_FILLS = "#=+:-%*o"
BLOCKS = " ▁▂▃▄▅▆▇█"
ASCII_BLOCKS = " .:-=+*%#"


class Pens:
    """The characters that a stream can carry, and a fill and a colour for each name."""

    def __init__(self, names: Sequence[str], encoding: str) -> None:
        self.plain = not _carries(encoding, FILLS + BLOCKS)
        fills = ASCII_FILLS if self.plain else FILLS
        self.blocks = ASCII_BLOCKS if self.plain else BLOCKS
        self._pens = {name: (fills[at % len(fills)], STYLES[at % len(STYLES)]) for at, name in enumerate(names)}

    def bar(self, parts: Mapping[str, float], of: float, width: int) -> Text:
        """Return parts one behind the other, as long as they are of a whole that takes the width."""
        drawn, end, text = 0, 0.0, Text()
        for name, part in parts.items():
            end += part
            upto = round(end / of * width) if of else 0
            text.append(self._pens[name][0] * (upto - drawn), self._pens[name][1])
            drawn = upto
        return text

    def key(self, name: str) -> Text:
        """Return how a name is drawn."""
        fill, style = self._pens[name]
        return Text(fill * 2, style)

    def line(self, course: Course, width: int, highest: float) -> str:
        """Return a course in one line, as high as it is on average in each place."""
        step = course.duration_s / width
        areas = [course.until(step * at) for at in range(width + 1)]
        levels = [(end - start) / step for start, end in pairwise(areas)]
        return "".join(self._block(level / highest if highest else 0.0) for level in levels)

    def _block(self, share: float) -> str:
        """Return a block as high as a share; what is more than nothing can be seen."""
        top = len(self.blocks) - 1
        return self.blocks[min(top, max(int(share > 1e-9), round(share * top)))]


def _carries(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
