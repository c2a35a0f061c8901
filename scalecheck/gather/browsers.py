"""Real browsers: which one there is, and how it is kept from asking whom the profile does not allow.

A page decides what its browser asks, so the browser itself is contained: every name but the allowed ones, port
included, is unknown to it (`--host-resolver-rules` holds for pages, workers, service workers, sockets and preconnects
alike, and for literal addresses), and the allowed names lead to addresses that were looked up and checked before it
started. No proxy of this machine is used, and what goes round the resolver (QUIC, WebRTC's datagrams) is switched off.
"""

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scalecheck.gather.safety import Addresses, Origin, Rules
from scalecheck.wire.viewport import Viewport

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "chrome-headless-shell")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
QUIET = (
    "--no-proxy-server",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
)
"""Flags by which a browser asks nobody on its own account, and nobody round its resolver."""
VISITS_AT_ONCE = 3
"""Pages that are open at the same time: most of a visit is waiting for what the page sends late."""
HANDHELD_PIXELS = 1024
"""Windows that are narrower are those of telephones and tablets."""


class BrowserMissing(Exception):  # noqa: N818  its message is a finding's reason
    """There is no browser, or none that can be started: one line, with what to do."""


@dataclass(frozen=True, slots=True)
class Containment:
    """Whom a browser may ask: addresses that were looked up and checked, by host and port."""

    addresses: Mapping[Origin, str] = field(default_factory=dict)
    """`host:port` to connect to."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Why an allowed name leads nowhere, by name."""

    @property
    def flags(self) -> tuple[str, ...]:
        """Flags for Chrome; the first one holds spaces and commas."""
        known = (f"MAP {_authority(*origin)} {address}" for origin, address in sorted(self.addresses.items()))
        return (f"--host-resolver-rules={', '.join((*known, 'MAP * ~NOTFOUND'))}", *QUIET, *sandbox())


async def contained(rules: Rules, connect_to: str | None = None, addresses: Addresses | None = None) -> Containment:
    """Return the containment for these rules; `connect_to` is a `host:port` that stands for every allowed one.

    Each name is looked up once, so it cannot lead elsewhere later (DNS rebinding); what does not resolve, or resolves
    to an address that is never asked, the browser does not know.
    """
    checked = addresses or Addresses()
    found: dict[Origin, str] = {}
    refused: dict[str, str] = {}
    for host, port in sorted(rules.origins):
        if connect_to is not None:
            found[host, port] = connect_to
            continue
        address, reason = await _looked_up(host, port, checked)
        if address:
            found[host, port] = _authority(address, port)
        else:
            refused[host] = reason
    return Containment(found, refused)


async def _looked_up(host: str, port: int, checked: Addresses) -> tuple[str, str]:
    """Return the first address of a name that may be asked, or why there is none."""
    try:
        rows = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return "", f"{host} cannot be resolved: {error.strerror or error}"
    reason = f"{host} has no address"
    for address in dict.fromkeys(str(row[4][0]).partition("%")[0] for row in rows):
        refusal = checked.refusal(host, address)
        if refusal is None:
            return address, ""
        reason = refusal
    return "", reason


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def find_chrome(declared: str | None, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the browser: the one declared (`browser.chrome`), else CHROME_PATH, else the first of the usual names.

    BrowserMissing where that is none; nothing is ever downloaded.
    """
    for said, place in ((declared, "browser.chrome"), (environment.get("CHROME_PATH"), "CHROME_PATH")):
        if said:
            found = shutil.which(said, path=environment.get("PATH"))
            if found is None:
                raise BrowserMissing(f"{place} names {said}, which is no program; name an installed Chrome or Chromium")
            return Path(found)
    named = (shutil.which(name, path=environment.get("PATH")) for name in (*NAMES, *APPLICATIONS))
    found = next((each for each in named if each is not None), None)
    if found is None:
        raise BrowserMissing(f"no Chrome or Chromium was found; {_install()}, or say where it is (CHROME_PATH)")
    return Path(found)


def _install() -> str:
    """Return how a browser is installed here."""
    if sys.platform == "darwin":
        return "install one (`brew install --cask chromium`)"
    return "install one (`apt-get install chromium`)"


def sandbox() -> tuple[str, ...]:
    """Return the flag without which Chrome refuses to run as root; nobody else goes without its sandbox."""
    return ("--no-sandbox",) if getattr(os, "geteuid", lambda: 1)() == 0 else ()


def handheld(viewport: Viewport) -> bool:
    """Whether a window is that of a telephone or a tablet: touched, and laid out by `<meta name=viewport>`."""
    return viewport.width < HANDHELD_PIXELS
