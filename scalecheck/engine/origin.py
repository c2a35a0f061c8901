"""Where requests go: an origin's addresses, looked up once and then now and again, never for each connection."""

import socket
from collections.abc import Callable
from itertools import count
from typing import Any

import gevent

from scalecheck.model.profile_proxy import Proxy

REFRESH_S = 60.0
"""How long addresses are used before they are looked up again; runs that follow a change of DNS last longer."""

Address = tuple[int, Any]
"""Family, and what connect() takes."""


class Origin:
    """Scheme, host and port, and how to get there."""

    def __init__(self, scheme: str, host: str, port: int, *, connect_to: tuple[str, int] | None, proxy: Proxy | None):
        self.scheme = scheme
        self.host = host
        self.port = port
        self.proxy = proxy
        self.tls = scheme in {"https", "wss"}
        self.absolute = proxy is not None and not self.tls
        """Whether requests name the whole URL: those that a proxy itself sends on."""
        self.failed = ""
        """Why its name was not resolved; empty once it was."""
        self.http2: bool | None = None
        """What its TLS handshake chose; None until one did."""
        self._connect_to = connect_to or ((proxy.host, proxy.port) if proxy is not None else (host, port))
        self._addresses: tuple[Address, ...] = _literal(*self._connect_to)
        self._fixed = bool(self._addresses)
        self._waiting: list[Callable[[], None]] = []
        self._turn = count()
        self._looking: gevent.Greenlet | None = None

    @property
    def url(self) -> str:
        """Scheme, host and port, as URLs name them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = {"http": 80, "https": 443}.get(self.scheme)
        return f"{self.scheme}://{host}" if self.port == default else f"{self.scheme}://{host}:{self.port}"

    def when_known(self, ready: Callable[[], None]) -> bool:
        """Whether its addresses are known; else `ready` is called once they are, or once `failed` says why not."""
        if self._addresses:
            return True
        self._waiting.append(ready)
        if self._looking is None:
            self._looking = gevent.spawn(self._look_up)
        return False

    def addresses(self) -> tuple[Address, ...]:
        """Return the addresses, in the order in which one connection tries them; connections take turns."""
        turn = next(self._turn) % len(self._addresses)
        return self._addresses[turn:] + self._addresses[:turn]

    def close(self) -> None:
        """Look nothing up any more."""
        if self._looking is not None:
            self._looking.kill(block=False)

    def _look_up(self) -> None:
        """Look the name up now and again; what was found before holds while that fails."""
        while True:
            try:
                self._addresses = _resolved(*self._connect_to)
                self.failed = ""
            except OSError as error:
                self.failed = f"{self._connect_to[0]}: {error.strerror or error}"
            waiting, self._waiting = self._waiting, []
            for ready in waiting:
                ready()
            if not self._addresses:
                self._looking = None
                return
            gevent.sleep(REFRESH_S)


def _literal(host: str, port: int) -> tuple[Address, ...]:
    """Return the address that a literal is; nothing for a name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except OSError:
        return ()
    return ((int(found[0][0]), found[0][4]),)


def _resolved(host: str, port: int) -> tuple[Address, ...]:
    """Return the addresses of a name, one family after the other as the system prefers them, each once."""
    found = gevent.get_hub().resolver.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    preferred = found[0][0]
    addresses = dict.fromkeys((int(family), address) for family, _, _, _, address in found if family == preferred)
    if not addresses:
        raise OSError(f"{host} has no address")
    return tuple(addresses)
