"""Requests that visitors make, with all that can be known of them before: bytes, what is expected, whose count it is.

An errand is made once for a pose (one device of one region) and sent by all visitors of that pose.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from scalecheck.engine.outgoing import Lines, Outgoing
from scalecheck.model.load import Key
from scalecheck.model.profile import Profile
from scalecheck.page.fetches import Use
from scalecheck.swarm.cache import Essence
from scalecheck.swarm.cookies import Sent
from scalecheck.swarm.devices import Guise, Purpose
from scalecheck.swarm.expectations import ANYTHING, FINE, Expectation
from scalecheck.swarm.ledger import Counter
from scalecheck.wire.domains import registrable_domain
from scalecheck.wire.fields import Fields
from scalecheck.wire.redirects import REDIRECTS
from scalecheck.wire.urls import address, is_loopback, origin

CONDITIONS = frozenset({"if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"})
"""Fields by which a request is left alone by browsers' caches: who sends them keeps answers themselves (Fetch)."""
CONDITIONALS = 4
"""Validators of one answer whose conditional requests are kept ready; a file has one, unless it is deployed anew."""


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """One device of one region: visitors of one pose send the same bytes, cookies apart."""

    number: int
    device: str
    guise: Guise
    connections: int
    """Most to one host."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be asked, before it is known by whom."""

    url: str
    key: Key
    use: Use
    mode: str = "no-cors"
    method: str = "GET"
    page: str = ""
    """URL of the page that makes it; empty where the visitor does."""
    referrer: str = ""
    """URL of what makes it, where that is not the page itself."""
    expected: Expectation = ANYTHING
    fields: Lines = ()
    """What the profile sends besides."""
    identity: str | None = None
    body: bytes = b""


class Errand:
    """One request of one pose."""

    __slots__ = (
        "bare",
        "by_cache",
        "conditionals",
        "counter",
        "credentialed",
        "declared_cookie",
        "directed",
        "expected",
        "fields",
        "host",
        "origin",
        "outgoing",
        "path",
        "plain",
        "secure",
        "simple",
        "stops",
        "url",
        "wanted",
    )

    def __init__(self, wanted: Wanted, outgoing: Outgoing, made_for: "Made") -> None:
        self.wanted = wanted
        self.url = wanted.url
        self.bare = outgoing
        self.declared_cookie = made_for.declared_cookie
        """Cookies of the identity, and those that the profile sends besides; empty without any."""
        self.outgoing = self._signed(outgoing)
        """As it is sent by somebody without cookies of their own."""
        self.fields = Fields(self.outgoing.fields)
        self.origin = made_for.origin
        self.host = made_for.host
        self.path = urlsplit(wanted.url).path or "/"
        self.secure = made_for.secure
        """Whether Secure cookies go along: over https, and to this machine."""
        self.credentialed = made_for.credentialed
        """Whether cookies go along, and are kept."""
        self.counter = made_for.counter
        self.expected = wanted.expected
        self.simple = wanted.expected.statuses if not wanted.expected.keep else None
        """Statuses that are in order, where nothing else is expected."""
        named = wanted.expected.statuses
        self.stops = frozenset[int]() if named >= FINE else named & REDIRECTS
        """Redirects that are the answer which is expected, so that they are not followed."""
        names = {name.lower() for name, _ in wanted.fields}
        self.by_cache = wanted.method == "GET" and not names & CONDITIONS
        """Whether the cache may answer it, and keeps its answer."""
        self.directed = bool(names & {"cache-control", "range", "pragma"})
        """Whether it says something to caches itself."""
        self.plain = self.by_cache and not self.directed
        self.conditionals: dict[Essence, Outgoing] = {}

    def conditional(self, essence: Essence) -> Outgoing:
        """Return the request that asks whether what is stored still holds."""
        found = self.conditionals.get(essence)
        if found is None:
            if len(self.conditionals) >= CONDITIONALS:
                self.conditionals.clear()
            found = self.conditionals[essence] = self.outgoing.extended(essence.conditions)
        return found

    def with_cookies(self, sent: Sent, essence: Essence | None) -> Outgoing:
        """Return the request with a visitor's own cookies; of an identity, behind that one's."""
        if self.declared_cookie:
            value = f"{self.declared_cookie}; {sent[0][0][1]}"
            made = self.bare.extended((("Cookie", value),))
            return made if essence is None else made.extended(essence.conditions)
        return Signed(self.outgoing if essence is None else self.conditional(essence), sent)

    def aimed(self, url: str, target: str) -> "Errand":
        """Return the same errand for another URL of its origin."""
        made = Errand.__new__(Errand)
        for name in _SHARED:
            setattr(made, name, getattr(self, name))
        made.url = url
        made.path = target.partition("?")[0]
        made.bare = self.bare.aimed(target)
        made.outgoing = made._signed(made.bare)
        made.conditionals = {}
        return made

    def _signed(self, outgoing: Outgoing) -> Outgoing:
        return outgoing.extended((("Cookie", self.declared_cookie),)) if self.declared_cookie else outgoing


class Signed(Outgoing):
    """A request with the cookies of one visitor: written for one sending, so that no more is made than that needs."""

    __slots__ = ("_base", "_cookies")

    def __init__(self, base: Outgoing, sent: Sent) -> None:
        self._base = base
        self._cookies, lines = sent
        self.method = base.method
        self.keep = base.keep
        self.body = base.body
        self.data = base.start + lines + b"\r\n" + base.body if base.body else base.start + lines + b"\r\n"

    @property
    def fields(self) -> Lines:  # type: ignore[override]  # of the few that are asked for them
        """Its fields, Host left out."""
        return (*self._base.fields, *self._cookies)

    @property
    def target(self) -> str:  # type: ignore[override]
        """What is asked for."""
        return self._base.target

    @property
    def authority(self) -> str:  # type: ignore[override]
        """Host and port."""
        return self._base.authority


_SHARED = (
    *("wanted", "declared_cookie", "fields", "origin", "host", "secure", "credentialed", "counter", "expected"),
    *("simple", "stops", "by_cache", "directed", "plain"),
)


@dataclass(frozen=True, slots=True)
class Made:
    """What the makers of errands found out about one."""

    origin: Any
    """Of the engine."""
    host: str
    secure: bool
    credentialed: bool
    counter: Counter
    declared_cookie: str


@dataclass
class Errands:
    """Makes errands, each once."""

    profile: Profile
    origin: Callable[[str, str, int], Any]
    """Returns the engine's origin for scheme, host and port."""
    counter: Callable[[Key], Counter]
    most: int = 20_000
    """How many are kept; then all are forgotten, so that a catalogue of a million products fits."""
    _known: dict[tuple[int, Wanted], Errand] = field(default_factory=dict)
    _expectations: dict[frozenset[int], Expectation] = field(default_factory=dict)

    def of(self, pose: Pose, wanted: Wanted) -> Errand:
        """Return the errand of a pose."""
        key = pose.number, wanted
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= self.most:
                self._known.clear()
            found = self._known[key] = self._make(pose, wanted)
        return found

    def expectation(self, url: str, status: int = 0) -> Expectation:
        """Return what is expected of something that has no expectation of its own: what its route says, else 200-399.

        `status` is what it answered when it was scouted: what was broken before the load is none of its failures.
        """
        route = self.profile.route_for(url)
        statuses = frozenset(self.profile.statuses(route)) if route is not None else FINE
        wanted = statuses | {status} if status else statuses
        return self._expectations.setdefault(wanted, Expectation(wanted))

    def _make(self, pose: Pose, wanted: Wanted) -> Errand:
        parts = urlsplit(wanted.url)
        scheme, host, port = _address(wanted.url)
        trusted = scheme == "https" or is_loopback(host)
        site = _relation(wanted.page, wanted.url)
        across = site in {"same-site", "cross-site"}
        purpose = Purpose(
            wanted.use,
            wanted.mode,
            site,
            referer=_referer(wanted.referrer or wanted.page, wanted.url),
            origin=_origin(wanted, across=across),
            trusted=trusted,
        )
        identity = self._identity(wanted)
        cookie = "; ".join(value for name, value in (*identity, *wanted.fields) if name.lower() == "cookie")
        fields = _merged(_merged(pose.guise.fields(purpose), wanted.fields), identity)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        outgoing = Outgoing(wanted.method, target, parts.netloc, fields, wanted.body, wanted.expected.keep)
        credentialed = site in {"none", "same-origin"} or (site == "same-site" and wanted.mode != "cors")
        return Errand(
            wanted,
            outgoing,
            Made(self.origin(scheme, host, port), host, trusted, credentialed, self.counter(wanted.key), cookie),
        )

    def _identity(self, wanted: Wanted) -> Lines:
        """Return the fields of an identity; none over plain http where the site is on https."""
        if wanted.identity is None or (self.profile.site.startswith("https:") and wanted.url.startswith("http:")):
            return ()
        return self.profile.identity_fields(wanted.identity).lines


def _address(url: str) -> tuple[str, str, int]:
    found = address(url)
    if found is None:
        raise ValueError(f"no URL that can be asked: {url}")
    return url.partition(":")[0], found[0], found[1]


def _relation(page: str, url: str) -> str:
    """Return how the page and what it asks for are related (Fetch Metadata, section 2.3)."""
    if not page:
        return "none"
    if origin(page) == origin(url):
        return "same-origin"
    hosts = _address(page)[1], _address(url)[1]
    same = page.partition(":")[0] == url.partition(":")[0] and len({*map(registrable_domain, hosts)}) == 1
    return "same-site" if same else "cross-site"


def _referer(page: str, url: str) -> str:
    """Return the referrer by the policy that browsers have (strict-origin-when-cross-origin)."""
    if not page or (page.startswith("https:") and not url.startswith("https:")):
        return ""
    return page.partition("#")[0] if origin(page) == origin(url) else f"{origin(page)}/"


def _origin(wanted: Wanted, *, across: bool) -> str:
    """Return the page's origin where a request says it: by CORS to another one, and with whatever may write."""
    by_cors = wanted.mode in {"cors", "include"} and across
    return origin(wanted.page) or "" if wanted.page and (by_cors or wanted.method not in {"GET", "HEAD"}) else ""


def _merged(fields: Lines, own: Lines) -> Lines:
    """Return fields with others in place of those of the same name; Cookie is left out, for it is one field of all."""
    names = {"cookie", *(name.lower() for name, _ in own)}
    rest = (line for line in fields if line[0].lower() not in names)
    return (*rest, *(line for line in own if line[0].lower() != "cookie"))
