"""What pages load from the site itself: names, lifetimes, bytes, codings, types."""

from scalecheck.checks.assets.bodies import kept_after_deploy, no_duplicates, same_bytes, same_bytes_since
from scalecheck.checks.assets.faces import fonts
from scalecheck.checks.assets.lifetimes import cookieless, fingerprinted, immutable, unhashed_is_short
from scalecheck.checks.assets.missing import missing_is_404, source_maps_private
from scalecheck.checks.assets.transfer import compressed, typed

__all__ = [
    "compressed",
    "cookieless",
    "fingerprinted",
    "fonts",
    "immutable",
    "kept_after_deploy",
    "missing_is_404",
    "no_duplicates",
    "same_bytes",
    "same_bytes_since",
    "source_maps_private",
    "typed",
    "unhashed_is_short",
]
