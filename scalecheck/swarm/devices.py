"""What browsers send with a request, in their order: by the device, and by what the request is for.

Field lines of Chromium, Firefox and Safari over HTTP/1.1, Cookie left out: that one differs by visitor and comes last.
Fetch metadata and client hints go to origins that browsers trust only: https, and this machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from scalecheck.model.profile_safety import Mark
from scalecheck.model.profile_traffic import Device
from scalecheck.model.user_agents import CHROME, USER_AGENTS, UserAgent
from scalecheck.page.fetches import Use
from scalecheck.wire import accept

Line = tuple[str, str]
ENGLISH = "en-US,en;q=0.9"
"""Languages where the profile names none."""
ENCODINGS = {True: "gzip, deflate, br, zstd", False: "gzip, deflate"}
"""Content codings that Chromium and Firefox take, from origins that they trust and from others."""


class Family(StrEnum):
    """Whose order and words a browser has."""

    CHROMIUM = "chromium"
    FIREFOX = "firefox"
    SAFARI = "safari"
    OTHER = "other"
    """No browser, or none that we know: User-Agent, Accept and its kind, nothing else."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a request is for, and from where it is made."""

    use: Use
    mode: str
    """`navigate`, `no-cors`, `cors` or `include` (cors, with credentials)."""
    site: str
    """`none` for what the visitor asked for, else `same-origin`, `same-site` or `cross-site`."""
    referer: str = ""
    """As it is sent; empty for none."""
    origin: str = ""
    """Origin of the page, where the request says it: by CORS to another origin, and with a write."""
    trusted: bool = True
    """Whether it goes to an origin that browsers trust."""

    @property
    def dest(self) -> str:
        """Sec-Fetch-Dest."""
        return _DESTINATIONS.get(self.use, "empty")


@dataclass(frozen=True, slots=True)
class Guise:
    """One browser of one region: all that decides on the fields that it sends."""

    agent: UserAgent
    family: Family
    hints: bool
    """Whether it sends client hints."""
    language: str
    mark: tuple[Line, ...] = ()
    """What tells the swarm's requests from others."""

    def fields(self, purpose: Purpose) -> tuple[Line, ...]:
        """Return the field lines of a request, Host and Cookie left out."""
        return (*_WRITERS[self.family](self, purpose), *self.mark)


def guise(device: Device, name: str, language: str | None, mark: Mark, run_id: str) -> Guise:
    """Return how one device of one region asks."""
    agent = user_agent(device.user_agent or _usual(name))
    if mark.user_agent_suffix:
        agent = UserAgent(f"{agent.text} {mark.user_agent_suffix}", agent.platform, agent.mobile)
    marked = ((mark.header, run_id),) if mark.header else ()
    return Guise(agent, family(agent.text), device.client_hints and agent.hints, language or ENGLISH, marked)


def user_agent(said: str) -> UserAgent:
    """Return a user agent by its name, or by its text: of a Chromium its platform is told too."""
    if said in USER_AGENTS:
        return USER_AGENTS[said]
    platform = next((name for sign, name in _PLATFORMS if sign in said), "") if "Chrome/" in said else ""
    return UserAgent(said, platform, "Mobile" in said)


def family(text: str) -> Family:
    """Return whose words the browser of a User-Agent has."""
    if "Chrome/" in text:
        return Family.CHROMIUM
    if "Firefox/" in text:
        return Family.FIREFOX
    return Family.SAFARI if "Safari/" in text else Family.OTHER


def _usual(name: str) -> str:
    """Return the browser of a device whose profile names none, by the device's own name."""
    said = name.lower()
    usual = "chrome-android" if said == "all" else "chrome-windows"
    return next((browser for words, browser in _USUAL if all(each in said for each in words)), usual)


def _chromium(guise: Guise, purpose: Purpose) -> Iterator[Line]:
    hints = guise.hints and purpose.trusted
    version = _version(guise.agent.text)
    brands = f'"Chromium";v="{version}", "{_brand(guise.agent.text)}";v="{version}", "Not_A Brand";v="99"'
    mobile = ("sec-ch-ua-mobile", "?1" if guise.agent.mobile else "?0")
    platform = ("sec-ch-ua-platform", f'"{guise.agent.platform}"')
    yield "Connection", "keep-alive"
    if purpose.mode == "navigate":
        yield from (("sec-ch-ua", brands), mobile, platform) if hints else ()
        yield "Upgrade-Insecure-Requests", "1"
        yield "User-Agent", guise.agent.text
    else:
        yield from (platform,) if hints else ()
        yield from (("Origin", purpose.origin),) if purpose.origin else ()
        yield "User-Agent", guise.agent.text
        yield from (("sec-ch-ua", brands), mobile) if hints else ()
    yield "Accept", _accept(_CHROMIUM_ACCEPTS, purpose.use)
    yield from _metadata(purpose, ("Site", "Mode", "User", "Dest"))
    yield from (("Referer", purpose.referer),) if purpose.referer else ()
    yield "Accept-Encoding", ENCODINGS[purpose.trusted]
    yield "Accept-Language", guise.language


def _firefox(guise: Guise, purpose: Purpose) -> Iterator[Line]:
    yield "User-Agent", guise.agent.text
    yield "Accept", _accept(_FIREFOX_ACCEPTS, purpose.use)
    yield "Accept-Language", guise.language
    yield "Accept-Encoding", ENCODINGS[purpose.trusted]
    yield from (("Referer", purpose.referer),) if purpose.referer else ()
    yield from (("Origin", purpose.origin),) if purpose.origin else ()
    yield "Connection", "keep-alive"
    if purpose.mode == "navigate":
        yield "Upgrade-Insecure-Requests", "1"
    yield from _metadata(purpose, ("Dest", "Mode", "Site", "User"))


def _safari(guise: Guise, purpose: Purpose) -> Iterator[Line]:
    yield from (("Origin", purpose.origin),) if purpose.origin else ()
    yield from _metadata(purpose, ("Dest",))
    yield "User-Agent", guise.agent.text
    yield "Accept", _accept(_SAFARI_ACCEPTS, purpose.use)
    yield from (("Referer", purpose.referer),) if purpose.referer else ()
    yield from _metadata(purpose, ("Site", "Mode"))
    yield "Accept-Language", guise.language
    yield "Accept-Encoding", "gzip, deflate, br" if purpose.trusted else ENCODINGS[False]
    yield "Connection", "keep-alive"


def _other(guise: Guise, purpose: Purpose) -> Iterator[Line]:
    yield "User-Agent", guise.agent.text
    yield "Accept", "*/*"
    yield from (("Referer", purpose.referer),) if purpose.referer else ()
    yield "Accept-Encoding", ENCODINGS[True]
    yield "Accept-Language", guise.language


_WRITERS = {
    Family.CHROMIUM: _chromium,
    Family.FIREFOX: _firefox,
    Family.SAFARI: _safari,
    Family.OTHER: _other,
}


def _metadata(purpose: Purpose, names: tuple[str, ...]) -> Iterator[Line]:
    """Yield fetch metadata (W3C Fetch Metadata), in a browser's order; User is said of what the visitor asked for."""
    if not purpose.trusted:
        return
    mode = "cors" if purpose.mode == "include" else purpose.mode
    said = {"Site": purpose.site, "Mode": mode, "Dest": purpose.dest}
    if purpose.mode == "navigate" and purpose.use is Use.DOCUMENT:
        said["User"] = "?1"
    yield from ((f"Sec-Fetch-{name}", said[name]) for name in names if name in said)


def _accept(table: dict[Use, str], use: Use) -> str:
    return table.get(Use.DOCUMENT if use is Use.FRAME else use, "*/*")


def _version(text: str) -> str:
    """Return the major version that a Chromium says."""
    version = text.partition("Chrome/")[2].partition(".")[0]
    return version if version.isdigit() else CHROME


def _brand(text: str) -> str:
    return "Microsoft Edge" if "Edg/" in text else "Google Chrome"


_DESTINATIONS = {
    Use.DOCUMENT: "document",
    Use.FRAME: "iframe",
    Use.SCRIPT: "script",
    Use.STYLE: "style",
    Use.IMAGE: "image",
    Use.FONT: "font",
    Use.MANIFEST: "manifest",
    Use.MEDIA: "video",
}
_USUAL = (
    (("iphone",), "safari-iphone"),
    (("android", "tablet"), "chrome-android-tablet"),
    (("tablet",), "safari-ipad"),
    (("ipad",), "safari-ipad"),
    (("android",), "chrome-android"),
    (("mobile",), "chrome-android"),
    (("phone",), "chrome-android"),
)
"""Words that devices are named by, the first that fit."""
_PLATFORMS = (
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "Chrome OS"),
    ("Linux", "Linux"),
)
_CHROMIUM_ACCEPTS = {
    Use.DOCUMENT: "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7",
    Use.STYLE: "text/css,*/*;q=0.1",
    Use.IMAGE: accept.CHROME,
}
_FIREFOX_ACCEPTS = {
    Use.DOCUMENT: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    Use.STYLE: "text/css,*/*;q=0.1",
    Use.IMAGE: "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
}
_SAFARI_ACCEPTS = {
    Use.DOCUMENT: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    Use.STYLE: "text/css,*/*;q=0.1",
    Use.IMAGE: accept.SAFARI,
}
