"""Before the swarm: the pages are asked once, to see what they load, and hosts are asked for their consent."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scalecheck.cli.exit import UsageError
from scalecheck.cli.live import secrets_of
from scalecheck.gather.agents import Agents
from scalecheck.gather.gather import gather
from scalecheck.gather.record import EvidenceFile
from scalecheck.gather.redact import Redactor
from scalecheck.gather.safety import is_loopback
from scalecheck.model.evidence import Ask, Exchange, Record, Request
from scalecheck.model.profile import Profile
from scalecheck.model.profile_file import ProfileError
from scalecheck.model.profile_proxy import proxy_of
from scalecheck.model.site import Site
from scalecheck.probes.probe import Probe
from scalecheck.probes.scouting import scouting
from scalecheck.swarm.consent import consents, line, loaded_hosts, proof_path
from scalecheck.swarm.data import Data, read_data
from scalecheck.swarm.scout import Document, documents, to_ask, windows
from scalecheck.swarm.script import Script

CONSENT = "consent"
"""Name of the probe that asks for it."""


@dataclass(frozen=True, slots=True)
class Scouted:
    """What was seen of the pages."""

    site: Site
    documents: tuple[Document, ...]
    data: Data


@dataclass(frozen=True, slots=True)
class Asking:
    """How anything is asked before the swarm."""

    ledger: EvidenceFile
    connect_to: str | None = None
    ca_file: Path | None = None

    def ask(self, site: Site, probe: Probe) -> Site:
        """Return the site with a probe's answers, each of them kept."""
        return asyncio.run(self._ask(site, probe))

    async def _ask(self, site: Site, probe: Probe) -> Site:
        redactor = Redactor.of(secrets_of(site.profile))
        proxy = proxy_of(site.profile.traffic.proxy, site.profile.revealed)
        through = Agents(site.profile, (probe,), connect_to=self.connect_to, ca_file=self.ca_file, proxy=proxy)
        async with through as agents:

            async def send(name: str, ask: Ask, number: int) -> Record:
                return redactor.record(await agents.send(name, ask, number))

            return await gather(site, (probe,), send, self.ledger)


def data_of(profile: Profile) -> Data:
    """Return the values of the profile's data files; UsageError for every line that is wrong."""
    try:
        return read_data(profile)
    except ProfileError as error:
        raise UsageError(str(error)) from None


def scouted(profile: Profile, data: Data, asking: Asking) -> Scouted:
    """Return what the declared pages load; UsageError where nothing at all was answered."""
    those = documents(profile, data)
    site = Site(profile, time.time())
    if those:
        site = asking.ask(site, scouting(to_ask(those), windows(profile)))
    if those and not any(isinstance(each, Exchange) for each in site.by_number.values()):
        lost = next(iter(site.losses), None)
        detail = f": {lost.loss.value}, {lost.detail}" if lost is not None else ""
        raise UnreachableError(f"{profile.site}: none of {len(those)} pages was answered{detail}")
    return Scouted(site, those, data)


class UnreachableError(Exception):
    """Nothing answers, so that nothing can be judged."""


def require_consent(
    profile: Profile, script: Script, peak_rate: float, may_load: Sequence[str], asking: Asking
) -> None:
    """Raise UsageError unless every host that gets load has consented, where it has to."""
    missing = [each for each in loaded_hosts(profile, script) if _has_to(profile, each, peak_rate, asking.connect_to)]
    missing = [each for each in missing if not _named(each, may_load)]
    if not missing:
        return
    asked = {origin: origin + proof_path(profile) for origin in missing}
    site = asking.ask(Site(profile, time.time()), _proofs(tuple(asked.values())))
    proofs = {each.url: each for each in site.seen(CONSENT)}
    silent = [origin for origin, url in asked.items() if not _consents(profile, proofs.get(url))]
    if silent:
        raise UsageError("\n".join(_asking_for(profile, silent)))


def check_hosts(profile: Profile, may_load: Sequence[str]) -> None:
    """Raise UsageError for a host of `--i-may-load` that the profile does not know: it is a typing error."""
    for host in may_load:
        if _name(host) not in profile.allowed_hosts:
            known = ", ".join(sorted(profile.allowed_hosts))
            raise UsageError(f"--i-may-load {host}: the profile allows {known} only")


def _has_to(profile: Profile, origin: str, peak_rate: float, connect_to: str | None) -> bool:
    """Whether a host has to consent: every one that is not this machine, and above `confirm_above` that too."""
    host = _name(connect_to) if connect_to is not None else urlsplit(origin).hostname or ""
    above = profile.safety.confirm_above
    return not is_loopback(host) or (above is not None and peak_rate > above)


def _named(origin: str, may_load: Sequence[str]) -> bool:
    parts = urlsplit(origin)
    return any(host.lower() in {parts.netloc, parts.hostname, f"[{parts.hostname}]"} for host in may_load)


def _name(host: str) -> str:
    """Return a host without its port."""
    return urlsplit(f"//{host}").hostname or host


def _consents(profile: Profile, proof: Exchange | None) -> bool:
    if proof is None or proof.status != 200:
        return False
    return consents(profile, (proof.response.body or b"").decode("utf-8", "replace"))


def _proofs(urls: tuple[str, ...]) -> Probe:
    return Probe(CONSENT, "Ask the hosts whether they consent.", lambda _: (Ask(Request(url)) for url in urls))


def _asking_for(profile: Profile, origins: Sequence[str]) -> list[str]:
    """Return what to do about hosts that have not consented."""
    hosts = [urlsplit(each).netloc for each in origins]
    options = " ".join(f"--i-may-load {host}" for host in hosts)
    return [
        f"{', '.join(hosts)}: no consent to this load, so none is sent",
        *(f"publish this line at {origin}{proof_path(profile)}: {line(profile)}" for origin in origins),
        f"or say that you may load {'it' if len(hosts) == 1 else 'them'}: {options}",
    ]
