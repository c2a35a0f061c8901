"""The four servers, each in front of the same origin, configured rightly or with one mistake."""

from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.peers import caddy, haproxy, nginx, varnish
from tests.peers.mistakes import Mistake
from tests.peers.origin import serving
from tests.peers.servers import free_port, running

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Peer:
    """A server, how it is started, and who makes which mistake."""

    name: str
    command: Callable[[Path, int, int, Mistake | None], list[str]]
    switches: Container[Mistake]
    """Mistakes of its own configuration; the origin makes the others."""
    compresses: bool
    """Whether it compresses itself rather than leave that to the origin."""

    @property
    def profile(self) -> Path:
        """What it must keep."""
        return HERE / f"{self.name}.yaml"

    @contextmanager
    def standing(self, folder: Path, mistake: Mistake | None = None) -> Iterator[str]:
        """Run it in front of the origin until the block ends; yields its URL."""
        compresses = not self.compresses or (self is NGINX and mistake in nginx.COMPRESSED_BY_ORIGIN)
        own = mistake is not None and mistake in self.switches
        with serving(compresses=compresses, mistake=None if own else mistake) as origin:
            port = free_port()
            command = self.command(folder, port, origin.port, mistake)
            home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
            with running(command, folder, port, home) as url:
                yield url


NGINX = Peer("nginx", nginx.command, nginx.SWITCHES, compresses=True)
VARNISH = Peer("varnish", varnish.command, varnish.SWITCHES, compresses=False)
HAPROXY = Peer("haproxy", haproxy.command, haproxy.SWITCHES, compresses=False)
CADDY = Peer("caddy", caddy.command, caddy.OWN, compresses=True)
PEERS = (NGINX, VARNISH, HAPROXY, CADDY)

OF_A_STORE = {Mistake.PERSONAL_STORED, Mistake.MIXED_FORMATS}
MISTAKES = tuple(
    (peer, mistake) for peer in PEERS for mistake in Mistake if peer is not CADDY or mistake not in OF_A_STORE
)
"""Every mistake that each server can make: Caddy stores nothing."""
