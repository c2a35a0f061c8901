from collections.abc import Iterator

import httpx
import pytest

from scalecheck.lab.lab import Lab
from tests.lab.visitor import Visitor


@pytest.fixture(scope="session")
def visitor() -> Iterator[Visitor]:
    """A visitor of the clean lab."""
    with Lab(latency_s=0.001) as lab, httpx.Client(base_url=lab.url) as client:
        yield Visitor(lab, client)
