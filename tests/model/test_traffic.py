"""Traffic in a profile: the whole vocabulary reads, and every wrong thing is named with its place."""

from pathlib import Path

import pytest
import yaml

from scalecheck.model.calls import Call
from scalecheck.model.profile import Profile
from scalecheck.model.profile_file import ProfileError, built_ins, parse_profile, profile_from_data, read_profile
from scalecheck.model.profile_traffic import typed
from scalecheck.model.quantities import Between, Climb, Hours, Price, Squeeze

VOCABULARY = Path(__file__).with_name("vocabulary.yaml")
ENV = {"SHOP_LOAD_TOKEN": "hunter2"}
SHOP = """\
scalecheck: 1
site: https://shop.example
safety: {allow_hosts: [cdn.example], max_rate: 60000/s}
"""


@pytest.fixture(scope="module")
def vocabulary() -> Profile:
    return read_profile(VOCABULARY, ENV)


def said(text: str) -> list[str]:
    with pytest.raises(ProfileError) as refused:
        parse_profile(SHOP + text + "\n", ENV, "shop.yaml")
    return str(refused.value).splitlines()


def test_the_whole_vocabulary_reads(vocabulary: Profile) -> None:
    traffic, safety = vocabulary.traffic, vocabulary.safety
    assert (traffic.normal, traffic.expect) == (200, Between(5000, 15000))
    assert (traffic.audience.pages_per_user, traffic.audience.think_time) == (Between(5, 10), Between(20, 90))
    assert sum(region.share for region in traffic.regions.values()) == pytest.approx(1)
    assert traffic.pages["product"].api[2] == Call("GET /api/reviews/{sku}", 3)
    day = traffic.shapes["day"][0].day
    assert day is not None
    assert (day.hours, day.squeeze, day.duration_s) == (Hours(32400, 64800), Squeeze(86400, 2880), 2880)
    assert [stage.duration_s for stage in traffic.shapes["spike-10x"]] == [180, 10, 90, 10, 600]
    assert (safety.max_climb, safety.max_transfer) == (Climb(10000, 1), 3 * 10**12)
    assert str(vocabulary.slo.during["recovery"][0]) == "p95 < 300ms within 60s"
    assert [rule.lasting_s for rule in vocabulary.abort] == [15, 30, 10, 10, None]


def test_held_connections_read() -> None:
    traffic = parse_profile(
        f"{SHOP}traffic: {{http: 2, proxy: 'http://proxy:3128', routes: {{GET /a: {{connections: 2_000}}}}}}"
    ).traffic
    assert (traffic.http, traffic.proxy, traffic.routes["GET /a"].connections) == ("2", "http://proxy:3128", 2000)
    assert parse_profile(SHOP).traffic.http == "1.1"


def test_what_is_shown_reads_back(vocabulary: Profile) -> None:
    shown = yaml.safe_dump(vocabulary.public(), sort_keys=False)
    assert parse_profile(shown, None).public() == vocabulary.public()
    assert "hunter2" not in shown
    assert "${env:SHOP_LOAD_TOKEN}" in shown


def test_a_secret_that_the_profile_spells_out_is_withheld() -> None:
    profile = parse_profile(f'{SHOP}traffic: {{routes: {{GET /a: {{rate: 1/s, headers: {{Authorization: "b c"}}}}}}}}')
    assert "b c" not in str(profile.public())


def test_other_processes_get_what_the_profile_spells_out_and_read_secrets_themselves(vocabulary: Profile) -> None:
    text = f'{SHOP}traffic: {{routes: {{GET /a: {{rate: 1/s, headers: {{Authorization: "b c"}}}}}}}}'
    assert profile_from_data(parse_profile(text).portable()).traffic.routes["GET /a"].headers == {
        "Authorization": "b c"
    }
    elsewhere = profile_from_data(vocabulary.portable())
    assert "hunter2" not in str(vocabulary.portable())
    assert elsewhere.equipped(ENV).secrets == {"hunter2"}
    for env in ({}, {"SHOP_LOAD_TOKEN": ""}):
        with pytest.raises(ValueError, match="the environment variable SHOP_LOAD_TOKEN is not set"):
            elsewhere.equipped(env)


@pytest.mark.parametrize("name", sorted(built_ins()))
def test_every_built_in_has_traffic(name: str) -> None:
    traffic = read_profile(name, {"ALICE_SESSION": "a", "BOB_SESSION": "b"}).traffic
    assert traffic.normal
    assert {"steady", "day", "spike-10x"} <= {*traffic.shapes}


def test_a_table_of_shares_replaces_the_inherited_one_and_others_merge() -> None:
    own = parse_profile(
        f"{SHOP}traffic: {{regions: {{DE: {{share: 100%}}}}, shapes: {{mine: [{{hold: 1x, for: 1s}}]}}}}"
    )
    assert list(own.traffic.regions) == ["DE"]
    assert {"mine", "steady"} <= {*own.traffic.shapes}
    assert len(own.traffic.devices) == 3
    tuned = parse_profile(f"{SHOP}traffic: {{regions: {{EU: {{language: fr}}}}, normal: 10 pages/s}}")
    assert tuned.traffic.regions["EU"].language == "fr"
    assert len(tuned.traffic.regions) == 4


def test_a_key_has_the_place_of_the_file_that_declares_it(vocabulary: Profile) -> None:
    assert vocabulary.place("traffic", "pages", "product", "data", "from") == (str(VOCABULARY), 42)
    assert vocabulary.place("targets", "ttfb").file == "million-dau"
    assert Profile().place("traffic") == ("profile", None)


PAGE = "share: 100%, get: /"
MEANT = [
    "traffic: {regions: {A: {share: 33.3%}, B: {share: 33.3%}, C: {share: 33.3%}}}",
    "traffic: {devices: {A: {share: 99.9%, user_agent: curl/8.5.0 (test)}}}",
    "traffic: {pages: {p: {share: 100%, get: 'https://cdn.example/{id}', data: {from: a.csv}}}}",
    "traffic: {pages: {p: {" + PAGE + ", api: 3}}}",
    "traffic: {pages: {p: {" + PAGE + ", api: [HEAD /a, 'GET /b?c={d} x9999'], data: {from: a.csv}}}}",
    "traffic: {pages: {p: {" + PAGE + ", api: ['GET /{d}']}}, routes: {'GET /{d}': {data: {from: a.csv}}}}",
    "traffic: {pages: {p: {" + PAGE + ", api: [POST /a]}}, routes: {POST /a: {writes: true, json: [1, {a: b}]}}}",
    "traffic: {shapes: {s: [{hold: 0x, for: 1s}, {ramp: 0.001x, over: 1ms}]}}",
    'traffic: {shapes: {s: [{day: {hours: "22:00-06:00", shoulders: 8h}}]}}',
    'traffic: {shapes: {s: [{day: {hours: "00:00-24:00", shoulders: 0s, night: 1x}}]}}',
    "traffic: {prices: {egress: 0.085 USD/GB, origin_requests: 0 USD/1}}",
    "traffic: {prices: {egress: 1 USD/GB}, cost: {egress: 500_000 USD/month}}",
    "traffic: {audience: {pages_per_user: 7.5, think_time: 30s}, expect: 100 requests/s}",
    "slo: {all: [p95 growth < 10% per 8h], during: {soak: [p95 < 1s within 8h]}}",
    "slo: {routes: {GET /: [hit ratio > 1%]}, during: {recovery: [delivered > 1%]}}",
    "abort: [{when: requests > 59999/s, then: fail}, {when: errors > 5%, for: 1h, then: fail}]",
    "abort: [{when: errors > 5%, for: 15s, then: fail}, {when: errors > 50%, for: 5s, then: fail}]",
    "abort: [{when: errors > 5%, for: 15s, then: fail}, {when: delivered < 5%, for: 15s, then: fail}]",
]


@pytest.mark.parametrize("text", MEANT)
def test_what_can_be_meant_is_no_mistake(text: str) -> None:
    profile = parse_profile(SHOP + text)
    assert parse_profile(yaml.safe_dump(profile.public(), sort_keys=False)).public() == profile.public()


METRIC = "a duration such as 300ms"
MISTAKES = [
    ("traffic: {normal: 200}", 'traffic.normal: expected a rate of pages such as 200 pages/s, found "200"'),
    ("traffic: {normal: 200/s}", "traffic.normal: expected a rate of pages such as 200 pages/s"),
    ("traffic: {normal: 0 pages/s}", 'traffic.normal: expected more than 0, found "0 pages/s"'),
    ("traffic: {expect: 5000}", "traffic.expect: expected a rate of requests such as 5000..15000 requests/s"),
    ("traffic: {expect: 9..5 requests/s}", "traffic.expect: expected a range from low to high, such as 5..9"),
    ("traffic: {arrivals: poisson}", 'traffic.arrivals: expected random or even, found "poisson"'),
    ("traffic: {audiance: {}}", 'traffic.audiance: unknown key; did you mean "audience"?'),
    ("traffic: {audience: {daily_users: 1M}}", "traffic.audience.daily_users: expected a whole number such as 60"),
    ("traffic: {audience: {daily_users: 0}}", "traffic.audience.daily_users: expected at least 1"),
    ("traffic: {audience: {think_time: 20..90}}", "traffic.audience.think_time: expected a duration such as 30s, or"),
    ("traffic: {audience: {think_time: 90s..20s}}", "traffic.audience.think_time: expected a range from low to high"),
    ("traffic: {audience: {pages_per_user: few}}", "traffic.audience.pages_per_user: expected a number such as 7, or"),
    (
        "traffic: {regions: {NA: {share: 40%}, EU: {share: 70%}}}",
        "traffic.regions: the shares add up to 110%, not to 100% within 0.1%: NA 40% + EU 70%",
    ),
    (
        "traffic: {regions: {NA: {share: 99.89%}}}",
        "traffic.regions: the shares add up to 99.89%, not to 100% within 0.1%: NA 99.89%",
    ),
    ("traffic: {regions: {EU: {share: 31%}}}", "traffic.regions: the shares add up to 31%"),
    ("traffic: {regions: {NA: {share: 0.4}}}", "traffic.regions.NA.share: expected a share such as 95%"),
    ("traffic: {regions: {A: {share: 100%, timezones: []}}}", "traffic.regions.A.timezones: names no time zone"),
    (
        "traffic: {regions: {A: {share: 100%, timezones: [Europe/Berlim]}}}",
        'traffic.regions.A.timezones[0]: no time zone "Europe/Berlim"; did you mean "Europe/Berlin"?',
    ),
    ("traffic: {regions: {A: {share: 100%, timezones: [../etc]}}}", "traffic.regions.A.timezones[0]: expected a time"),
    ("traffic: {regions: {A: {share: 100%, timezones: [posix]}}}", "traffic.regions.A.timezones[0]: expected a time"),
    ("traffic: {regions: {A: {share: 100%, language: de_DE}}}", "traffic.regions.A.language: expected languages as"),
    ("traffic: {regions: {A: {timezones: [UTC]}}}", "traffic.regions.A.share: this key is required"),
    ("traffic: {devices: {a: {share: 50%}}}", "traffic.devices: the shares add up to 50%"),
    (
        "traffic: {devices: {a: {share: 100%, user_agent: chrome-windos}}}",
        'traffic.devices.a.user_agent: no user agent "chrome-windos"; did you mean "chrome-windows"?',
    ),
    (
        "traffic: {devices: {a: {share: 100%, user_agent: safari-mac, client_hints: true}}}",
        "traffic.devices.a.client_hints: safari-mac sends none; Chromium does",
    ),
    (
        "traffic: {devices: {a: {share: 100%, viewport: moblie}}}",
        'traffic.devices.a.viewport: no viewport "moblie"; did you mean "mobile"?',
    ),
    (
        "traffic: {devices: {a: {share: 100%, connections_per_host: 0}}}",
        "traffic.devices.a.connections_per_host: expected at least 1",
    ),
    ("traffic: {pages: {a: {share: 60%, get: /}}}", "traffic.pages: the shares add up to 60%"),
    ("traffic: {pages: {a: {share: 100%}}}", "traffic.pages.a.get: this key is required"),
    ("traffic: {pages: {a: {share: 100%, get: a}}}", "traffic.pages.a.get: expected a path such as /p/{sku}"),
    ("traffic: {pages: {a: {share: 100%, get: //evil.example/}}}", "traffic.pages.a.get: expected a path such as"),
    ("traffic: {pages: {a: {share: 100%, get: '/{a-b}'}}}", "traffic.pages.a.get: expected parameters such as {sku}"),
    (
        "traffic: {pages: {a: {share: 100%, get: https://evil.example/}}}",
        "traffic.pages.a.get: is on a host that is neither the site nor under safety.allow_hosts: evil.example",
    ),
    (
        "traffic: {pages: {a: {share: 100%, get: '/p/{sku}'}}}",
        "traffic.pages.a.get: {sku} has no value: declare data, such as data: {from: data/sku.csv}",
    ),
    ("traffic: {pages: {a: {" + PAGE + ", data: {pick: zipf}}}}", "traffic.pages.a.data.from: this key is required"),
    (
        "traffic: {pages: {a: {" + PAGE + ", data: {from: a.csv, pick: normal}}}}",
        'traffic.pages.a.data.pick: expected random or zipf, found "normal"',
    ),
    ("traffic: {pages: {a: {" + PAGE + ", assets: all}}}", "traffic.pages.a.assets: expected discover or none"),
    ("traffic: {pages: {a: {" + PAGE + ", api: many}}}", "traffic.pages.a.api: expected a list of calls such as"),
    (
        "traffic: {pages: {a: {" + PAGE + ", api: [/b]}}}",
        "traffic.pages.a.api[0]: expected a method and a path such as",
    ),
    ("traffic: {pages: {a: {" + PAGE + ", api: [GET /b x0]}}}", "traffic.pages.a.api[0]: expected a call such as GET"),
    ("traffic: {pages: {a: {" + PAGE + ", api: [GET /b x10000]}}}", "traffic.pages.a.api[0]: expected a call such as"),
    (
        "traffic: {pages: {a: {" + PAGE + ", api: [get /b]}}}",
        "traffic.pages.a.api[0]: expected a method and a path such",
    ),
    (
        "traffic: {pages: {a: {" + PAGE + ", api: [GET /b, POST /b]}}}",
        ('traffic.pages.a.api[1]: POST is not sent until `"POST /b": {writes: true}` stands in traffic.routes'),
    ),
    (
        "traffic: {pages: {a: {" + PAGE + ", api: ['GET /b/{id}']}}}",
        "traffic.pages.a.api[0]: {id} has no value: declare",
    ),
    (
        "traffic: {pages: {a: {" + PAGE + ", first: {bytes: 9KB}, repeat: {bytes: 10KB}}}}",
        "traffic.pages.a.repeat.bytes: a warm cache needs no more than an empty one, which needs 9KB",
    ),
    (
        "traffic: {pages: {a: {" + PAGE + ", expect: {status: ok}}}}",
        "traffic.pages.a.expect.status[0]: expected a status",
    ),
    ("traffic: {routes: {/api: {rate: 1/s}}}", "traffic.routes./api: expected a method and a path such as GET"),
    ("traffic: {routes: {GET /a: {rate: 40}}}", "traffic.routes.GET /a.rate: expected a rate such as 40/s or 300/m"),
    ("traffic: {routes: {GET /a: {rate: 0/s}}}", "traffic.routes.GET /a.rate: expected more than 0"),
    (
        "traffic: {pages: {p: {" + PAGE + ", api: [GET /cart]}}, routes: {GET /catr: {expect: {status: 200}}}}",
        (
            "traffic.routes.GET /catr: has no rate, and no page calls it, so it would never be asked; "
            'did you mean "GET /cart"?'
        ),
    ),
    ("traffic: {routes: {GET /a: {connections: 0}}}", "traffic.routes.GET /a.connections: expected at least 1, found"),
    (
        "traffic: {routes: {GET /a: {rate: 1/s, connections: 5}}}",
        "traffic.routes.GET /a.connections: a route either has a rate or holds connections",
    ),
    (
        "traffic: {pages: {p: {" + PAGE + ", api: [GET /a]}}, routes: {GET /a: {connections: 5}}}",
        "traffic.routes.GET /a.connections: pages call it, and a call that does not end would hold up their views",
    ),
    (
        "traffic: {routes: {POST /a: {connections: 5, writes: true}}}",
        "traffic.routes.POST /a.connections: only GET can be held",
    ),
    ("traffic: {http: 3}", "traffic.http: expected "),
    ("traffic: {proxy: proxy.internal:3128}", "traffic.proxy: expected "),
    ("traffic: {routes: {POST /a: {rate: 1/s}}}", "traffic.routes.POST /a: POST is not sent without writes: true"),
    ("traffic: {routes: {GET /a: {rate: 1/s, json: {}}}}", "traffic.routes.GET /a.json: GET carries no body"),
    ("traffic: {routes: {GET /a: {rate: 1/s, query: {q: '{t}'}}}}", "traffic.routes.GET /a.query.q: {t} has no value"),
    (
        "traffic: {routes: {PUT /a: {rate: 1/s, writes: true, json: {a: ['{t}']}}}}",
        "traffic.routes.PUT /a.json: {t} has no value",
    ),
    (
        "traffic: {routes: {GET /a: {rate: 1/s, headers: {Cookie: '${env:NOWHERE}'}}}}",
        "traffic.routes.GET /a.headers.Cookie: the environment variable NOWHERE is not set",
    ),
    (
        "traffic: {routes: {GET /a: {rate: 1/s, query: {key: '${env:SHOP_LOAD_TOKEN}'}}}}",
        "traffic.routes.GET /a.query.key: a secret may stand in the headers of identities and of traffic, and in",
    ),
    ("traffic: {shapes: {s: []}}", "traffic.shapes.s: a shape without a stage"),
    ("traffic: {shapes: {s: [{hold: 0x, for: 1s}]}}", "traffic.shapes.s: sends nothing: every stage is at 0x"),
    ("traffic: {shapes: {s: [{hold: 1, for: 1s}]}}", "traffic.shapes.s[0].hold: expected a factor such as 2x"),
    ("traffic: {shapes: {s: [{hold: 1x, for: 0s}]}}", "traffic.shapes.s[0].for: expected more than 0"),
    ("traffic: {shapes: {s: [{ramp: 1x, over: 0s}]}}", "traffic.shapes.s[0].over: expected more than 0"),
    ("traffic: {shapes: {s: [{hold: 1x}]}}", "traffic.shapes.s[0]: hold needs `for`, how long it takes"),
    (
        "traffic: {shapes: {s: [{ramp: 1x, for: 1s}]}}",
        "traffic.shapes.s[0]: ramp needs `over`, how long it takes, found for",
    ),
    ("traffic: {shapes: {s: [{day: {}, for: 1h}]}}", "traffic.shapes.s[0]: a day takes its own time; for cannot be"),
    (
        "traffic: {shapes: {s: [{judge: a}]}}",
        "traffic.shapes.s[0]: a stage is one of hold, ramp or day; this one has none",
    ),
    (
        "traffic: {shapes: {s: [{hold: 1x, ramp: 2x, for: 1s}]}}",
        "traffic.shapes.s[0]: a stage is one of hold, ramp or day; this one has hold and ramp",
    ),
    ("traffic: {shapes: {s: [{hodl: 1x, for: 1s}]}}", 'traffic.shapes.s[0].hodl: unknown key; did you mean "hold"?'),
    (
        'traffic: {shapes: {s: [{day: {hours: "9-18"}}]}}',
        "traffic.shapes.s[0].day.hours: expected two times of the day",
    ),
    ('traffic: {shapes: {s: [{day: {hours: "09:00-24:30"}}]}}', "traffic.shapes.s[0].day.hours: expected two times"),
    (
        'traffic: {shapes: {s: [{day: {hours: "06:00-22:00", shoulders: 5h}}]}}',
        "traffic.shapes.s[0].day: hours (06:00-22:00) and shoulders (5h twice) are longer than a day together",
    ),
    ("traffic: {shapes: {s: [{day: {night: 2x}}]}}", "traffic.shapes.s[0].day: the night is busier than the plateau"),
    ("traffic: {shapes: {s: [{day: {squeeze: 24h}}]}}", "traffic.shapes.s[0].day.squeeze: expected a squeeze such as"),
    (
        "traffic: {shapes: {s: [{day: {squeeze: 48m into 24h}}]}}",
        "traffic.shapes.s[0].day.squeeze: expected a squeeze from long to short",
    ),
    ("traffic: {prices: {egress: 0.085}}", "traffic.prices.egress: expected a price of bytes such as 0.085 USD/GB"),
    ("traffic: {prices: {requests: 1 USD/0}}", "traffic.prices.requests: expected a price of so many requests such as"),
    (
        "traffic: {prices: {egress: 1 USD/GB, requests: 1 EUR/10}}",
        "traffic.prices.requests: expected prices in one currency, USD, found EUR",
    ),
    ("traffic: {cost: {egress: 500 USD}}", "traffic.cost.egress: expected what may be spent in a month, such as 500"),
    ("traffic: {cost: {egress: 500 USD/month}}", "traffic.cost.egress: needs its price: traffic.prices.egress"),
    (
        "traffic: {prices: {egress: 1 USD/GB}, cost: {egress: 500 EUR/month}}",
        "traffic.cost.egress: expected the currency of its price, USD, found EUR",
    ),
    ("slo: {all: [p95 < 300]}", f'slo.all[0]: expected p95 with {METRIC}, found "p95 < 300"'),
    ("slo: {all: [p95x < 300ms]}", 'slo.all[0]: unknown metric "p95x"; did you mean "p95"?'),
    ("slo: {all: [errors < 0%]}", "slo.all[0]: can never hold"),
    ("slo: {all: [errors <= 100%]}", "slo.all[0]: holds whatever happens"),
    ("slo: {all: [p95 < 1s within 5s]}", "slo.all[0]: within says how soon a stage settles: say it under slo.during"),
    (
        "slo: {all: [p95 growth < 1% per 24h]}",
        "slo.all[0]: the window of 1d is longer than traffic.shapes.soak, which lasts 485m",
    ),
    (
        "slo: {during: {recovery: [p95 < 1s within 6m]}}",
        "slo.during.recovery[0]: the window of 6m is longer than traffic.shapes.spike-5x[4], which lasts 5m",
    ),
    (
        "slo: {during: {recovry: [p95 < 1s]}}",
        'slo.during.recovry: no shape, nor a stage, of the traffic is named "recovry"; did you mean "recovery"?',
    ),
    (
        "slo: {pages: {home: [p95 < 1s]}}",
        'slo.pages.home: no page of the traffic is named "home"; known are any',
    ),
    (
        "traffic: {routes: {GET /search: {rate: 1/s}}}\nslo: {routes: {GET /serach: [p95 < 1s]}}",
        'slo.routes.GET /serach: no route of the traffic is named "GET /serach"; did you mean "GET /search"?',
    ),
    ("slo: {assets: [page p95 < 1s]}", "slo.assets[0]: page is of pages: say it under slo.pages"),
    ("slo: {routes: {GET /: [delivered > 99%]}}", "slo.routes.GET /[0]: delivered is of the whole run: say it under"),
    ("slo: {routes: {GET /: [bytes per first visit < 1KB]}}", "slo.routes.GET /[0]: bytes per first visit is of pages"),
    ("slo: {baseline: {fail: [p95 up 5pp]}}", "slo.baseline.fail[0]: expected p95 to change by a share such as 10%"),
    ("abort: [{when: errors > 100%, then: fail}]", "abort[0].when: can never fire"),
    ("abort: [{when: workers lost >= 0, then: fail}]", "abort[0].when: always holds: every run would stop at once"),
    (
        "abort: [{when: p95 > 1s within 5s, then: fail}]",
        "abort[0].when: has no window: say `for`, how long it must hold",
    ),
    ("abort: [{when: p95 growth > 1% per 1h, then: fail}]", "abort[0].when: p95 growth is known at the end only"),
    ("abort: [{when: errors > 5%, for: 0s, then: fail}]", "abort[0].for: expected more than 0"),
    (
        "abort: [{when: errors > 5%, for: 9h, then: fail}]",
        "abort[0].for: can never fire: the longest run, traffic.shapes.soak, lasts 485m",
    ),
    (
        "abort: [{when: status 5xx > 60000/s, then: fail}]",
        "abort[0].when: can never fire: safety.max_rate allows 60000/s",
    ),
    (
        "abort: [{when: errors > 5%, for: 5s, then: fail}, {when: errors > 6%, for: 5s, then: fail}]",
        "abort[1]: can never fire: abort[0] (errors > 5%) stops the run before",
    ),
    (
        "abort: [{when: errors > 6%, for: 5s, then: fail}, {when: errors > 5%, then: inconclusive}]",
        "abort[0]: can never fire: abort[1] (errors > 5%) stops the run before",
    ),
    (
        "abort: [{when: errors > 6%, then: fail}, {when: errors > 6%, then: inconclusive}]",
        "abort[1]: can never fire: abort[0] (errors > 6%) stops the run before",
    ),
    ("abort: [{when: errors > 5%, then: die}]", 'abort[0].then: expected fail or inconclusive, found "die"'),
    ("safety: {max_climb: 10000/s}", "safety.max_climb: expected a climb such as 10000/s per 1s"),
    ("safety: {max_climb: 0/s per 1s}", "safety.max_climb: expected a climb of more than nothing"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES, ids=[text[:70] for text, _ in MISTAKES])
def test_a_mistake_is_named_with_its_place(text: str, message: str) -> None:
    base = SHOP if not text.startswith("safety") else "scalecheck: 1\n\n\n"
    with pytest.raises(ProfileError) as refused:
        parse_profile(f"{base}{text}\n", ENV, "shop.yaml")
    (line,) = str(refused.value).splitlines()
    place, _, rest = line.partition("  ")
    assert place == f"shop.yaml:{4 + text.count(chr(10))}"
    assert rest.startswith(message)


BODIES = [("1", 1), ("1.5", 1.5), ("true", True), ("null", None), ('"1"', "1"), ("one", "one"), ("{sku}", "{sku}")]


@pytest.mark.parametrize(("written", "sent"), [*BODIES, ("[1]", "[1]"), ("NaN", "NaN"), ("", "")])
def test_a_body_is_sent_as_json_reads_it(written: str, sent: object) -> None:
    assert typed({"a": [written]}) == {"a": [sent]}


def test_prices_multiply() -> None:
    assert Price(0.01, "USD", 10_000, "10_000").of(5_000_000) == pytest.approx(5)
