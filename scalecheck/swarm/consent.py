"""What a host's consent to a swarm is: a line of a file that only its owners can publish.

The line is `scalecheck: KEY`. The key is made of the site and of the bounds that the profile sets, so that consent to
60,000 requests/s for an hour is none to a million for a day: whoever raises a bound has to ask again. What the pages
and shapes within these bounds are does not matter to it. It is no secret: what proves consent is that it stands there.
"""

import hashlib
import json
from collections.abc import Iterable
from urllib.parse import urlsplit

from scalecheck.model.profile import Profile
from scalecheck.swarm.script import Script

PROOF = "/.well-known/scalecheck.txt"
"""Where the line stands unless `safety.proof` says otherwise."""
BOUNDS = ("max_rate", "max_users", "max_duration", "max_transfer")
KEY_LENGTH = 32
LINE = "scalecheck: "
LONGEST = 64 * 1024
"""Characters of the file that are looked at."""


def key(profile: Profile) -> str:
    """Return the key that stands for consent to a profile's swarm."""
    safety = profile.safety
    what = ["scalecheck consent 1", profile.site.lower(), *(getattr(safety, bound) for bound in BOUNDS)]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:KEY_LENGTH]


def line(profile: Profile) -> str:
    """Return the line that a host publishes."""
    return LINE + key(profile)


def consents(profile: Profile, text: str) -> bool:
    """Whether the text of a proof holds the line, among others or alone."""
    return line(profile) in (each.strip() for each in text[:LONGEST].splitlines())


def proof_path(profile: Profile) -> str:
    """Return the path at which hosts consent."""
    return profile.safety.proof or PROOF


def loaded_hosts(profile: Profile, script: Script) -> tuple[str, ...]:
    """Return the origins that get load: `https://shop.example.com`, ports as they are asked."""
    views = (sample for devices in script.views.values() for samples in devices.values() for sample in samples)
    urls = [profile.site, *(url for view in views for url in (view.url, *(asset.url for asset in view.assets)))]
    urls += _declared(profile)
    return tuple(dict.fromkeys(_origin(url) for url in urls if profile.allows(url)))


def _declared(profile: Profile) -> Iterable[str]:
    """Yield what is declared with a host of its own."""
    traffic = profile.traffic
    targets = [page.get for page in traffic.pages.values()]
    targets += [call.target for page in traffic.pages.values() for call in page.api]
    targets += [endpoint.partition(" ")[2] for endpoint in traffic.routes]
    return (target for target in targets if target.startswith(("http://", "https://")))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"
