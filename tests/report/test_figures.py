"""Measures in words."""

import pytest

from scalecheck.model.verdict import Measure
from scalecheck.report.figures import Row, rows

ROUTES = (("home", 29_300), ("search", 30_000), ("checkout", 33_300))


def counted(name: str, value: float, unit: str = "bytes", route: str | None = None, samples: int = 1) -> Measure:
    return Measure(name, value, unit, samples, value, value, route)


@pytest.mark.parametrize(
    ("measures", "expected"),
    [
        ((), ()),
        (
            [counted("initial_js", value, route=route, samples=2) for route, value in ROUTES],
            [("initial_js", "3 routes", "29.3 KB (home) to 33.3 KB (checkout)", "6 samples")],
        ),
        (
            [counted("initial_css", 5_200, route=route) for route, _ in ROUTES],
            [("initial_css", "3 routes", "5.2 KB", "3 samples")],
        ),
        (
            [
                Measure("cls", value, "", 3, value, value, route, device)
                for route, value in (("home", 0), ("search", 0.1))
                for device in ("mobile", "desktop")
            ],
            [
                ("cls", "2 routes mobile", "0 (home) to 0.1 (search)", "6 samples"),
                ("cls", "2 routes desktop", "0 (home) to 0.1 (search)", "6 samples"),
            ],
        ),
        ([counted("requests", 1, "requests", "home")], [("requests", "home", "1 request", "1 sample")]),
        (
            [Measure("ttfb", 0.1, "seconds", 9, 0.09, 0.12, route) for route, _ in ROUTES[:2]],
            [
                ("ttfb", "home", "100 ms", "90 ms to 120 ms, 9 samples"),
                ("ttfb", "search", "100 ms", "90 ms to 120 ms, 9 samples"),
            ],
        ),
        (
            [counted("page", 1_000), counted("page", 2_000)],
            [("page", "", "1.0 KB", "1 sample"), ("page", "", "2.0 KB", "1 sample")],
        ),
        ([Measure("rate", 1, "1/s", 1)], [("rate", "", "1 1/s", "1 sample")]),
    ],
)
def test_rows(measures: list[Measure], expected: list[Row]) -> None:
    assert rows(measures) == tuple(expected)
