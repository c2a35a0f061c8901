"""What is asked about pages: their streams, islands, workers, manifests, flags."""

import json
from typing import Any

import pytest

from scalecheck.model.evidence import Ask, Record
from scalecheck.model.site import Site
from scalecheck.probes.pages import (
    ICONS_AT_MOST,
    MANIFESTS_AT_MOST,
    WORKERS_AT_MOST,
    flags,
    greeted,
    islands,
    manifests,
    streamed,
    workers,
)
from scalecheck.probes.probe import Probe
from tests.checks.rows import ROUTES, STARTED_AT, exchange, profile, site
from tests.probes.asking import asked, ok, shown

NONCE = f"sc{round(STARTED_AT * 1000):x}"
STREAMS = profile(
    routes={
        "live": {**ROUTES["live"], "streams": "true"},
        "account": {**ROUTES["account"], "streams": "true"},
        "home": ROUTES["home"],
    }
)
ISLANDS = profile(
    routes={
        "home": {**ROUTES["home"], "islands": ["/me", "https://shop.test/basket"]},
        "about": {**ROUTES["about"], "islands": ["/me", "https://cdn.test/x"]},
    }
)
NOBODY = profile(routes={"home": {**ROUTES["home"], "islands": ["/me"]}}, identities={})
LINK = "<link rel=manifest href={}>"


def page(markup: str, url: str = "/") -> Record:
    return exchange(url, body=f"<!doctype html><title>Shop</title>{markup}text")


def registers(*names: str) -> Record:
    calls = "".join(f"navigator.serviceWorker.register('{name}');" for name in names)
    return page(f"<script>{calls}</script>")


def flagged(url: str = "/flags") -> Any:
    return profile(observability={"flags": url})


ROWS: list[tuple[str, Probe, Site, list[list[str]]]] = [
    ("nothing streams", streamed, site(exchange("/"), exchange("/live")), []),
    (
        "what streams, three times; what is personal as its visitor",
        streamed,
        site(exchange("/"), exchange("/live"), exchange("/account", status=302), profile=STREAMS),
        [
            [
                f"/live?scalecheck={NONCE}-render-{n} [{n}] of 2",
                f"/account?scalecheck={NONCE}-render-{n} as alice [{n}] of 3",
            ]
            for n in "123"
        ],
    ),
    ("a page that streams and fails", streamed, site(exchange("/live", status=500), profile=STREAMS), []),
    ("nobody to ask as", greeted, site(exchange("/"), profile=NOBODY), []),
    ("nothing is shared", greeted, site(exchange("/account"), exchange("/live"), exchange("/static/a.js")), []),
    (
        "a shared page as alice and as nobody, and then what alice got as nobody",
        greeted,
        site(exchange("/"), exchange("/live")),
        [
            [
                f"/?scalecheck={NONCE}-alice as alice [alice] of 1",
                f"/?scalecheck={NONCE}-alice-again as alice [alice again] of 1",
                f"/?scalecheck={NONCE}-anonymous [anonymous] of 1",
                f"/?scalecheck={NONCE}-anonymous-again [anonymous again] of 1",
            ],
            [f"/?scalecheck={NONCE}-alice [alice, then anonymous] of 1"],
        ],
    ),
    ("no islands", islands, site(exchange("/")), []),
    (
        "islands, each once, one identity after the other",
        islands,
        site(profile=ISLANDS),
        [
            ["/me as alice [alice]", "/basket as alice [alice]"],
            ["/me as alice [alice again]", "/basket as alice [alice again]"],
            ["/me [anonymous]", "/basket [anonymous]"],
        ],
    ),
    ("islands without identities", islands, site(profile=NOBODY), [["/me [anonymous]"]]),
    ("no worker is registered", workers, site(page("<script>register('/sw.js')</script>")), []),
    ("one that was a sample", workers, site(registers("/sw.js"), exchange("/sw.js")), []),
    ("one elsewhere", workers, site(registers("https://cdn.test/sw.js")), []),
    ("one registered twice, relative to the page", workers, site(registers("sw.js", "/sw.js")), [["/sw.js of 1"]]),
    (
        "more than are asked for",
        workers,
        site(registers(*(f"/{n}.js" for n in range(WORKERS_AT_MOST + 1)))),
        [[f"/{n}.js of 1" for n in range(WORKERS_AT_MOST)]],
    ),
    ("no manifest", manifests, site(page("")), []),
    ("one elsewhere", manifests, site(page(LINK.format("https://cdn.test/m.json"))), []),
    (
        "the first of each page, and what cannot be read names nothing",
        manifests,
        site(page(LINK.format("/a") + LINK.format("/b")), page(LINK.format("/a"), "/about")),
        [["/a [manifest] of 1"]],
    ),
    (
        "more than are asked for",
        manifests,
        site(*(page(LINK.format(f"/m{n}"), f"/products/{n}") for n in range(MANIFESTS_AT_MOST + 1))),
        [[f"/m{n} [manifest] of {n + 1}" for n in range(MANIFESTS_AT_MOST)]],
    ),
    ("no flags", flags, site(exchange("/")), []),
    ("flags", flags, site(profile=flagged()), [["/flags"]]),
    ("flags by their URL", flags, site(profile=flagged("https://shop.test/flags")), [["/flags"]]),
]


@pytest.mark.parametrize(("probe", "known", "expected"), [pytest.param(*row[1:], id=row[0]) for row in ROWS])
def test_what_is_asked(probe: Probe, known: Site, expected: list[list[str]]) -> None:
    assert shown(asked(probe, known, ok)) == expected


def test_what_a_manifest_names_is_asked_for() -> None:
    icons = [{"src": f"/{n}.png"} for n in range(ICONS_AT_MOST + 1)]
    said = {"icons": [icons[0], *icons, {"src": "https://cdn.test/a.png"}, {"src": "data:,x"}], "start_url": "./?a=b"}

    def answer(ask: Ask) -> Record:
        return exchange(ask.request.url, body=json.dumps(said))

    first, second = shown(asked(manifests, site(page(LINK.format("/app/m.json"))), answer))
    assert first == ["/app/m.json [manifest] of 1"]
    assert second == [*(f"/{n}.png [icon] of 2" for n in range(ICONS_AT_MOST)), "/app/?a=b [start] of 2"]


@pytest.mark.parametrize("said", [{"start_url": "https://www.shop.test/"}, {"icons": 3}, [], "x"])
def test_a_manifest_may_name_nothing_that_can_be_asked_for(said: Any) -> None:
    def answer(ask: Ask) -> Record:
        return exchange(ask.request.url, body=json.dumps(said))

    assert len(asked(manifests, site(page(LINK.format("/m.json"))), answer)) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_flags_that_nobody_gets_are_asked_for_as_somebody(status: int) -> None:
    def answer(ask: Ask) -> Record:
        return exchange(ask.request.url, status=status)

    assert shown(asked(flags, site(profile=flagged()), answer)) == [["/flags"], ["/flags as alice [alice]"]]
