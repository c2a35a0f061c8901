"""How pages show pictures: in several widths, with room kept, what is seen first before the rest."""

from scalecheck.lab.pictures import TOO_WIDE

_SMALL = "(max-width: 40rem) 40vw, 200px"
_LARGE = "(max-width: 40rem) 80vw, 640px"


def large(name: str, faults: frozenset[str] = frozenset()) -> str:
    """Return the picture that a page shows first."""
    source = f"/images/{name}"
    if "one-size-picture" in faults:
        return f'<img src="{source}-{TOO_WIDE}.png" width="800" height="600" fetchpriority="high" alt="{name}">'
    when = 'loading="lazy"' if "lazy-hero" in faults else 'fetchpriority="high"'
    return f'<img {_versions(source, 640, 1280)} sizes="{_LARGE}" width="640" height="480" {when} alt="{name}">'


def small(name: str, faults: frozenset[str] = frozenset()) -> str:
    """Return one of many pictures further down."""
    source = f"/images/{name}"
    versions = _versions(source, 1280) if "oversized-pictures" in faults else _versions(source, 320, 640)
    room = "" if "no-dimensions" in faults else 'width="200" height="150" '
    when = "" if "eager-below" in faults else 'loading="lazy" '
    return f'<img {versions} sizes="{_SMALL}" {room}{when}alt="{name}">'


def _versions(source: str, *widths: int) -> str:
    named = ", ".join(f"{source}-{width}.png {width}w" for width in widths)
    return f'src="{source}-{widths[-1]}.png" srcset="{named}"'
