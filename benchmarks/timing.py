"""Medians of things run in turn, so that a machine whose speed drifts slows all of them alike."""

import time
from collections.abc import Callable, Mapping
from statistics import median


def medians(things: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each thing over so many rounds, after one that does not count."""
    times_s: dict[str, list[float]] = {name: [] for name in things}
    for number in range(rounds + 1):
        for name, thing in things.items():
            began = time.perf_counter()
            thing()
            if number:
                times_s[name].append(time.perf_counter() - began)
    return {name: median(each) for name, each in times_s.items()}


def shown(time_s: float) -> str:
    """Return seconds as a person reads them."""
    return f"{time_s * 1000:.0f} ms" if time_s < 1 else f"{time_s:.2f} s"
