"""Who sends what a probe asks: the HTTP client, or a browser that is started when it is first needed."""

from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from scalecheck.gather.client import Client
from scalecheck.model.evidence import Ask, Record
from scalecheck.model.profile import Profile
from scalecheck.model.profile_proxy import Proxy
from scalecheck.probes.probe import Agent, Probe, in_order


class Sender(Protocol):
    """An agent: an async context manager that sends asks."""

    async def __aenter__(self) -> Self:
        """Get ready; nothing that takes time starts before it is needed."""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what is under way, and leave nothing behind."""

    async def send(self, probe: str, ask: Ask, number: int) -> Record:
        """Return what became of an ask. Raises nothing but CancelledError, of which the caller makes a record."""


class Agents:
    """Every agent that these probes need, each with its own probes to send; the client goes through a proxy, if any."""

    def __init__(
        self,
        profile: Profile,
        probes: Iterable[Probe],
        *,
        connect_to: str | None = None,
        ca_file: Path | None = None,
        proxy: Proxy | None = None,
    ) -> None:
        self._by_probe = {probe.name: probe.by for probe in in_order(probes)}
        self._client = Client(profile, connect_to=connect_to, ca_file=ca_file, proxy=proxy)
        browsers = frozenset(self._by_probe.values()) - {Agent.CLIENT}
        self._senders: dict[Agent, Sender] = {each: _browser(each, profile, connect_to) for each in browsers}
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._open.enter_async_context(self._client)
        for sender in self._senders.values():
            await self._open.enter_async_context(sender)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def send(self, probe: str, ask: Ask, number: int) -> Record:
        """Return what became of an ask, sent by the agent of its probe."""
        sender = self._senders.get(self._by_probe.get(probe, Agent.CLIENT))
        return await (sender or self._client).send(probe, ask, number)


def _browser(agent: Agent, profile: Profile, connect_to: str | None) -> Sender:
    """Return an agent that opens pages; what it needs is imported here, since few runs need it."""
    if agent is Agent.CHROMIUM:
        from scalecheck.gather.chromium import Chromium

        return Chromium(profile, connect_to=connect_to)
    from scalecheck.gather.lighthouse import Lighthouse

    return Lighthouse(profile, connect_to=connect_to)
