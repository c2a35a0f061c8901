"""The one scarce part of the lab: what is rendered for each visitor is rendered for one after the other."""

import asyncio

from scalecheck.lab.message import Answer, Request
from scalecheck.lab.origin import Origin
from scalecheck.wire.fields import Fields

SECRET = "s"


def asked(origin: Origin, path: str) -> Answer:
    return asyncio.run(origin(Request("GET", path, Fields.of(("X-Edge-Secret", SECRET)))))


def test_only_what_is_streamed_waits_for_its_turn() -> None:
    origin = Origin("http://127.0.0.1", secret=SECRET, latency_s=0)
    first, second, stored = asked(origin, "/arrivals"), asked(origin, "/arrivals"), asked(origin, "/products")
    assert first.one_at_a_time is not None
    assert first.one_at_a_time is second.one_at_a_time
    assert stored.one_at_a_time is None
