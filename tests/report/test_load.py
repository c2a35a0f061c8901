"""A swarm's figures as a table: everything by stage, then each route."""

from scalecheck.model.verdict import Measure, Report
from scalecheck.report import load, md, text


def taken(route: str, stage: str | None, sent: float, p95: float) -> tuple[Measure, ...]:
    named = {"sent": (sent, "requests"), "error_ratio": (0.0123, "ratio"), "rate": (sent / 20, "per second")}
    named |= {"p50": (0.0042, "seconds"), "p95": (p95, "seconds"), "hit_ratio": (0.95, "ratio")}
    return tuple(Measure(name, value, unit, 9, route=route, stage=stage) for name, (value, unit) in named.items())


SWARM = (
    *taken("*", None, 2010, 1.5),
    *taken("*", "hold 1", 112, 0.2),
    *taken("GET /api/menu", None, 410, 0.025),
    *taken("GET /api/menu", "hold 1", 31, 0.02),
    Measure("delivered_ratio", 0.999, "ratio", 9, route="*"),
    Measure("lag_p99", 0.0004, "seconds", 9, route="*"),
)
AUDIT = (Measure("static_hit_ratio", 0.97, "ratio", 118), Measure("rate", 1, "1/s", 1, route="home"))


def test_everything_by_stage_then_each_route_over_the_whole_run() -> None:
    assert [row[:4] for row in load.table(SWARM)] == [
        ("all", "2,010", "1.2%", "100/s"),
        ("  hold 1", "112", "1.2%", "5.6/s"),
        ("GET /api/menu", "410", "1.2%", "20.5/s"),
    ]
    assert load.table(SWARM)[0][4:] == ("4.2 ms", "1.50 s", "", "", "95%")


def test_what_no_swarm_took_is_left_alone() -> None:
    assert load.split(AUDIT) == ((), AUDIT)
    swarm, others = load.split((*AUDIT[:1], *SWARM))
    assert (len(swarm), others) == (len(SWARM), AUDIT[:1])


def test_the_generator_is_spoken_of() -> None:
    assert load.said(SWARM) == "99.9 % of arrivals sent on time; own lag p99 0.4 ms"


def test_a_thousand_routes_are_not_listed() -> None:
    many = (*SWARM, *(each for number in range(1000) for each in taken(f"GET /{number}", None, 1, 0.1)))
    assert len(load.table(many)) == load.ROUTES_AT_MOST + 1
    assert load.table(many)[-1][0] == "and 943 more"


def test_reports_show_it() -> None:
    report = Report("scalecheck 0", "http://127.0.0.1", None, 0.0, 20.0, (), SWARM)
    shown = text.render(report, width=80)
    whole = next(line for line in shown.splitlines() if line.startswith("  all"))
    assert whole.split() == ["all", "2,010", "1.2%", "100/s", "4.2", "ms", "1.50", "s", "95%"]
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert "<code>GET /api/menu</code> | 410 | 1.2% |" in md.render(report)


def test_what_the_site_sent_is_inert() -> None:
    hostile = taken("GET /\x1b[31m\n::error::x", None, 1, 0.1)
    (row,) = load.table(hostile)
    assert "\x1b" not in row[0]
    assert "\n" not in row[0]
