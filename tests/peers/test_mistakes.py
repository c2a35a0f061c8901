"""A real server, rightly configured, passes; each classic mistake is named by its own check, and nothing else fails."""

from pathlib import Path

import pytest

from tests.again import again
from tests.peers.audit import Told, audit
from tests.peers.mistakes import CHECKS, Mistake
from tests.peers.peer import CADDY, MISTAKES, PEERS, Peer
from tests.peers.servers import require

pytestmark = pytest.mark.peer

OF_A_CACHE = {
    "cache.query_noise_ignored",
    "cdn.hits_are_fast",
    "cdn.page_hit_ratio",
    "cdn.speaks",
    "cdn.static_hit_ratio",
}


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_rightly_configured_it_passes(peer: Peer, tmp_path: Path) -> None:
    require(peer.name)

    def audited() -> Told:
        with peer.standing(tmp_path) as url:
            return audit(url, peer.profile, tmp_path)

    told = again(audited, lambda told: told.exit_code == 0)
    assert told.exit_code == 0, str(told)
    assert not told.checks("fail", "unknown"), str(told)
    expected = set(CHECKS.values()) | (set() if peer is CADDY else OF_A_CACHE)
    assert told.checks("pass") >= expected, sorted(expected - told.checks("pass"))


@pytest.mark.parametrize(("peer", "mistake"), MISTAKES, ids=lambda each: each.name)
def test_a_mistake_is_named_by_its_check_alone(peer: Peer, mistake: Mistake, tmp_path: Path) -> None:
    require(peer.name)

    def audited() -> Told:
        with peer.standing(tmp_path, mistake) as url:
            return audit(url, peer.profile, tmp_path)

    told = again(audited, lambda told: told.checks("fail", "unknown") == {CHECKS[mistake]})
    assert told.checks("fail", "unknown") == {CHECKS[mistake]}, str(told)
    assert told.verdicts[CHECKS[mistake]] == "fail", str(told)
    assert told.exit_code == 1, str(told)
