"""What can be broken in how the site bears load: only a swarm sees it."""

from scalecheck.lab.fault import Fault

FAULTS: tuple[Fault, ...] = (
    Fault("slow-call", "load.latency", "a product's data take more than two seconds"),
    Fault("failing-basket", "load.errors", "every sixth question for the basket is answered 500"),
    Fault("slow-basket", "load.page_time", "the basket takes more than a second, and pages wait for it"),
    Fault(
        "kept-stock",
        "load.throughput",
        "browsers keep the stock for ten minutes, so that nobody asks for it",
        "/api/stock/*",
        fields={"Cache-Control": "private, max-age=600"},
    ),
    Fault("uncompressed-under-load", "load.bytes", "a busy edge compresses nothing"),
    Fault("some-calls-hang", "load.slow_ratio", "every fifth question for a product's data takes four seconds"),
    Fault("curt-refusals", "load.polite_refusals", "some are refused with 429, and not told when to come back"),
    Fault("leak", "load.steady", "the basket takes a little longer with every time that it is asked for"),
    Fault("late-instances", "load.headroom", "at a few times the usual load instances are missing until it is a spike"),
    Fault("overrun", "load.survives_spike", "a spike is more than the instances bear"),
    Fault("never-recovers", "load.recovers", "once a spike is over, what it left in the queues holds up everybody"),
    Fault("padded-call", "cost.egress", "a product's data carry 50 KB that nobody reads"),
    Fault("unshared-call", "cost.origin_requests", "the edge keeps a product's data for each question apart"),
)
