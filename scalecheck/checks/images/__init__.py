"""Pictures: their format, their size, their room, and when they load.

One picture can be wrong in several ways that cost the same bytes. The first of these that applies speaks; the later
ones leave the picture to it:

    1  a cache that hands one client's format to another         images.vary_on_accept
    2  widths without `sizes`, so that nobody knows the place     images.responsive
    3  many more pixels than its place shows                      images.right_size
    4  one version for all, wider than a phone can show           images.responsive
    5  an old format, from 30 KB on                               images.modern_format
    6  more bytes than the budget of one picture                  images.within_budget

A page's pictures together are left to the checks that speak of some of them, as long as the others keep the budget.
A place that has no width in the markup, and no room either, is images.sized's; right_size leaves it. lazy_below judges
what stands behind the first pictures of a page, eager_hero one of those.

Pictures that no `<img>` shows (backgrounds, icons, posters) count in the budgets only. What pages of other owners send
is not judged at all. `targets.oversize` is how much wider than its place a picture may be.
"""

from scalecheck.checks.images.formats import modern_format, vary_on_accept
from scalecheck.checks.images.layout import eager_hero, lazy_below, sized
from scalecheck.checks.images.sizes import responsive, right_size, within_budget

__all__ = [
    "eager_hero",
    "lazy_below",
    "modern_format",
    "responsive",
    "right_size",
    "sized",
    "vary_on_accept",
    "within_budget",
]
