"""User agents by the names that a profile's devices give them, as those browsers send them today."""

from collections.abc import Mapping
from dataclasses import dataclass

CHROME, FIREFOX, SAFARI = "142", "144.0", "26.1"
"""Versions. Chromium sends its major version alone, Safari froze its system's."""


@dataclass(frozen=True, slots=True)
class UserAgent:
    """One browser on one system."""

    text: str
    """The User-Agent field."""
    platform: str = ""
    """Sec-CH-UA-Platform of browsers that send client hints; empty for those that send none."""
    mobile: bool = False

    @property
    def hints(self) -> bool:
        """Whether it sends client hints: Chromium does, Safari and Firefox do not."""
        return bool(self.platform)


def _chrome(system: str, platform: str, *, mobile: bool = False, brand: str = "") -> UserAgent:
    kind = " Mobile" if mobile else ""
    engine = "AppleWebKit/537.36 (KHTML, like Gecko)"
    return UserAgent(
        f"Mozilla/5.0 ({system}) {engine} Chrome/{CHROME}.0.0.0{kind} Safari/537.36{brand}", platform, mobile
    )


def _safari(system: str, *, mobile: bool = False) -> UserAgent:
    kind = " Mobile/15E148" if mobile else ""
    engine = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
    version = "604.1" if mobile else "605.1.15"
    return UserAgent(f"Mozilla/5.0 ({system}) {engine} Version/{SAFARI}{kind} Safari/{version}", mobile=mobile)


def _firefox(system: str, *, mobile: bool = False) -> UserAgent:
    engine = f"Gecko/{FIREFOX}" if mobile else "Gecko/20100101"
    return UserAgent(f"Mozilla/5.0 ({system}; rv:{FIREFOX}) {engine} Firefox/{FIREFOX}", mobile=mobile)


WINDOWS, MAC = "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7"
USER_AGENTS: Mapping[str, UserAgent] = {
    "chrome-android": _chrome("Linux; Android 10; K", "Android", mobile=True),
    "chrome-android-tablet": _chrome("Linux; Android 10; K", "Android"),
    "chrome-windows": _chrome(WINDOWS, "Windows"),
    "chrome-mac": _chrome(MAC, "macOS"),
    "chrome-linux": _chrome("X11; Linux x86_64", "Linux"),
    "edge-windows": _chrome(WINDOWS, "Windows", brand=f" Edg/{CHROME}.0.0.0"),
    "safari-iphone": _safari("iPhone; CPU iPhone OS 18_6 like Mac OS X", mobile=True),
    "safari-ipad": _safari(MAC),  # iPads ask as Macs do since iPadOS 13
    "safari-mac": _safari(MAC),
    "firefox-windows": _firefox(WINDOWS),
    "firefox-mac": _firefox("Macintosh; Intel Mac OS X 10.15"),
    "firefox-linux": _firefox("X11; Linux x86_64"),
    "firefox-android": _firefox("Android 15; Mobile", mobile=True),
}
