"""The pictures of a page: where they stand, what a browser shows there, and what that is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.page.cost import answers, hops
from scalecheck.wire.loads import Load, LoadKind
from scalecheck.wire.picture import Picture, read_picture
from scalecheck.wire.responsive import Choice, choice, descriptor
from scalecheck.wire.viewport import Viewport

PLACES_AT_MOST = 1000
"""Of one page; a page of more pictures has other troubles first."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One `<img>` of a page, with the sources of its `<picture>`; each is one object, and equal to itself only."""

    page: Exchange
    img: Load

    @property
    def lazy(self) -> bool:
        """Whether it is loaded once somebody scrolls near it."""
        return self.img.loading == "lazy"

    def choice(self, viewport: Viewport) -> Choice | None:
        """Return what a browser fetches in a window."""
        return choice(self.img.sources, self.img, viewport)


@dataclass(frozen=True, slots=True)
class Use:
    """What is shown at one place in one window."""

    place: Place
    window: str
    """The name of the viewport."""
    viewport: Viewport
    choice: Choice

    @property
    def needed(self) -> float | None:
        """Pixels of the screen that the place is wide; None where the markup does not say."""
        unsaid = self.choice.width_px is None or unsized_widths(self.choice.by)
        return None if unsaid or self.choice.width_px is None else self.choice.width_px * self.viewport.density


@dataclass(slots=True)
class Shown:
    """A picture that pages show, each URL once."""

    url: str
    answer: Exchange | None
    """The good answer, behind redirects; None without one."""
    uses: list[Use] = field(default_factory=list)

    @property
    def picture(self) -> Picture | None:
        """What it is by its first bytes; None where they are no picture, or were not kept."""
        return None if self.answer is None else read_picture(self.answer.response.body or b"")

    @property
    def transferred_bytes(self) -> int:
        """Header and body, as transferred."""
        return 0 if self.answer is None else self.answer.response.header_bytes + self.answer.response.wire_bytes


def has_widths(element: Load) -> bool:
    """Whether an element's candidates say how wide they are."""
    return any((found := descriptor(each)) is not None and found[1] == "w" for each in element.srcset)


def unsized_widths(element: Load) -> bool:
    """Whether candidates say how wide they are while nothing says how wide their place is: `sizes` is missing."""
    return has_widths(element) and not element.attributes.get("sizes", "").strip()


def places(site: Site, page: Exchange) -> tuple[Place, ...]:
    """Return the places of one page, in the order of its HTML."""
    key = places, page.number, page.url
    found: tuple[Place, ...] | None = site.remembered.get(key)
    if found is None:
        loads = (
            each for each in site.page(page).loads if each.kind is LoadKind.IMAGE and each.tag in {"img", "picture"}
        )
        found = site.remembered[key] = tuple(Place(page, load) for load in islice(loads, PLACES_AT_MOST))
    return found


def shown(site: Site) -> tuple[Shown, ...]:
    """Return every picture that an `<img>` of some page shows in one of the profile's windows."""
    known = answers(site)
    found: Mapping[str, Shown] | None = site.remembered.get(shown)
    if found is None:
        collected: dict[str, Shown] = {}
        for use in _uses(site):
            url = use.choice.url
            if url not in collected:
                last = hops(url, known)[-1:]
                good = last and isinstance(last[0], Exchange) and last[0].status == 200
                collected[url] = Shown(url, last[0] if good and isinstance(last[0], Exchange) else None)
            collected[url].uses.append(use)
        found = site.remembered[shown] = collected
    return tuple(found.values())


def _uses(site: Site) -> Iterator[Use]:
    for page in site.pages():
        for place in places(site, page):
            for window, viewport in site.profile.viewports.items():
                if (chosen := place.choice(viewport)) is not None:
                    yield Use(place, window, viewport, chosen)
