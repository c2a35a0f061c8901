"""The rounds of asking, with a site that is a function."""

import asyncio
from collections.abc import Callable, Iterable

import pytest

from scalecheck.gather.gather import Interrupted, gather
from scalecheck.gather.record import EvidenceFile
from scalecheck.model.evidence import Ask, Exchange, Failure, Loss, Record, Request, Response, Run, Timings
from scalecheck.model.site import Site
from scalecheck.probes.probe import Probe, probe
from tests.checks.rows import profile

URL = "https://shop.test"


def answer(name: str, ask: Ask, number: int, status: int = 200) -> Record:
    return Exchange(number, name, ask, Response(status), Timings(0.01, 0.01), 1.0, 2.0)


async def echo(name: str, ask: Ask, number: int) -> Record:
    return answer(name, ask, number)


def gathered(wanted: Iterable[Probe], send: Callable[[str, Ask, int], object] = echo) -> Site:
    ledger = EvidenceFile(None, Run("", URL, 0.0))
    return asyncio.run(gather(Site(profile()), wanted, send, ledger))  # type: ignore[arg-type]


@probe()
def start(site: Site) -> Iterable[Ask]:
    """Ask one URL."""
    yield Ask(Request(f"{URL}/"))


@probe(after=[start], rounds=4)
def chain(site: Site) -> Iterable[Ask]:
    """Ask the next of ten URLs, one a round."""
    for number in range(min(10, 1 + sum(1 for _ in site.seen("chain")))):
        yield Ask(Request(f"{URL}/{number}"))


def test_what_a_probe_follows_is_asked_first() -> None:
    site = gathered([chain])
    assert tuple(site.records) == ("start", "chain")


def test_a_probe_is_asked_again_until_its_rounds_are_used_up() -> None:
    site = gathered([chain])
    assert [exchange.url for exchange in site.seen("chain")] == [f"{URL}/{n}" for n in range(4)]


def test_the_same_ask_is_sent_once_however_often_it_is_yielded() -> None:
    @probe(rounds=3)
    def twice(site: Site) -> Iterable[Ask]:
        """Ask the same twice."""
        yield Ask(Request(f"{URL}/"))
        yield Ask(Request(f"{URL}/"))

    assert len(gathered([twice]).all("twice")) == 1


def test_numbers_are_lines_of_the_file_in_the_order_asked() -> None:
    @probe()
    def many(site: Site) -> Iterable[Ask]:
        """Ask five URLs."""
        yield from (Ask(Request(f"{URL}/{n}")) for n in range(5))

    async def last_first(name: str, ask: Ask, number: int) -> Record:
        await asyncio.sleep(0.001 * (10 - number))
        return answer(name, ask, number)

    site = gathered([many], last_first)
    assert [(each.number, each.url) for each in site.all("many")] == [(n + 3, f"{URL}/{n}") for n in range(5)]


def test_a_probe_with_nothing_to_ask_has_still_run() -> None:
    @probe()
    def silent(site: Site) -> Iterable[Ask]:
        """Ask nothing."""
        return ()

    assert gathered([silent]).asked("silent")


def test_asks_wait_for_their_time() -> None:
    sent: list[str] = []

    @probe()
    def spaced(site: Site) -> Iterable[Ask]:
        """Ask the second one later."""
        yield Ask(Request(f"{URL}/late"), after_s=0.02)
        yield Ask(Request(f"{URL}/soon"))

    async def noting(name: str, ask: Ask, number: int) -> Record:
        sent.append(ask.request.url.rpartition("/")[2])
        return answer(name, ask, number)

    gathered([spaced], noting)
    assert sent == ["soon", "late"]


def test_an_interrupted_run_keeps_what_was_answered_and_names_what_was_not() -> None:
    @probe()
    def half(site: Site) -> Iterable[Ask]:
        """Ask one that answers and one that does not."""
        yield Ask(Request(f"{URL}/fast"))
        yield Ask(Request(f"{URL}/never"))

    async def stuck(name: str, ask: Ask, number: int) -> Record:
        if ask.request.url.endswith("never"):
            await asyncio.sleep(3600)
        return answer(name, ask, number)

    async def cut_short() -> None:
        ledger = EvidenceFile(None, Run("", URL, 0.0))
        task = asyncio.create_task(gather(Site(profile()), [half, chain], stuck, ledger))
        await asyncio.sleep(0.01)
        task.cancel()
        await task

    with pytest.raises(Interrupted) as cut:
        asyncio.run(cut_short())
    fast, never = cut.value.site.all("half")
    assert isinstance(fast, Exchange)
    assert isinstance(never, Failure)
    assert never.loss is Loss.INTERRUPTED
    assert not cut.value.site.asked("chain")
