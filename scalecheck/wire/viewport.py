"""The window that a page is shown in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewport:
    """A window: what media queries, `sizes` and `srcset` are answered for."""

    width: int
    """CSS pixels."""
    height: int
    density: float = 1.0
    """Device pixels per CSS pixel."""

    def __str__(self) -> str:
        return f"{self.width}x{self.height}@{self.density:g}"
