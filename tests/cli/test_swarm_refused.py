"""A swarm that must not be: said before a single request, and never sent to a host that has not consented."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from scalecheck.cli import swarm_scout
from scalecheck.cli.exit import UsageError
from scalecheck.cli.swarm_arithmetic import ahead, chosen_shape, refuse_beyond_safety, said, scale_of
from scalecheck.cli.swarm_scout import Asking, check_hosts, require_consent
from scalecheck.gather.record import EvidenceFile
from scalecheck.model.evidence import Exchange, Run
from scalecheck.model.profile import Profile
from scalecheck.model.site import Site
from scalecheck.probes.probe import Probe
from scalecheck.swarm.consent import consents, key, line, loaded_hosts
from scalecheck.swarm.script import Asset, Script, ViewSample
from tests.checks.rows import exchange
from tests.cli.running import scalecheck

DATE = date(2026, 11, 27)
SHOP: Mapping[str, Any] = {
    "scalecheck": 1,
    "site": "https://shop.test",
    "traffic": {
        "normal": "100 pages/s",
        "pages": {"home": {"share": "100%", "get": "/", "assets": "none"}},
        "shapes": {"steady": [{"hold": "1x", "for": "1m"}], "spike": [{"hold": "10x", "for": "1m"}]},
    },
}


def shop(**safety: Any) -> Profile:
    return Profile.model_validate({**SHOP, "safety": {"allow_hosts": ["cdn.shop.test"], **safety}})


def script(*urls: str) -> Script:
    view = ViewSample("https://shop.test/", None, tuple(Asset(url, "image", "no-cors", "", 200) for url in urls))
    return Script({}, "steady", 1.0, 1, "run", "2026-11-27", views={"home": {"all": (view,)}})


@dataclass(frozen=True)
class Answers(Asking):
    """Asks nobody: the answers are given, and what is asked for is noted."""

    ledger: EvidenceFile = field(default_factory=lambda: EvidenceFile(None, Run("", "", 0.0)))
    answers: tuple[Exchange, ...] = ()
    asked: list[str] = field(default_factory=list)

    def ask(self, site: Site, probe: Probe) -> Site:
        self.asked.extend(each.request.url for each in probe.asks(site))
        found = [replace(each, probe=probe.name) for each in self.answers if each.url in self.asked]
        return site.learned(probe.name, found)


def proof(host: str, text: str, status: int = 200) -> Exchange:
    return exchange(f"https://{host}/.well-known/scalecheck.txt", body=text, status=status)


OWN = line(shop())
CDN = "https://cdn.shop.test/a.png"
CONSENT: dict[str, tuple[dict[str, Any], list[Exchange], tuple[str, ...], tuple[str, ...], str]] = {
    # safety, proofs, hosts named by hand, assets, the hosts that keep it from being sent
    "nothing at the proof": ({}, [], (), (), "shop.test"),
    "the line": ({}, [proof("shop.test", f"hello\n{OWN}\n")], (), (), ""),
    "the line, on an error page": ({}, [proof("shop.test", OWN, status=404)], (), (), "shop.test"),
    "the key of other bounds": ({"max_rate": "9/s"}, [proof("shop.test", OWN)], (), (), "shop.test"),
    "the key inside another line": ({}, [proof("shop.test", f"# {OWN}")], (), (), "shop.test"),
    "named by hand": ({}, [], ("shop.test",), (), ""),
    "named by hand, with its port": ({}, [], ("SHOP.test:443",), (), "shop.test"),
    "another host named by hand": ({}, [], ("cdn.shop.test",), (), "shop.test"),
    "one of two": ({}, [proof("shop.test", OWN)], (), (CDN,), "cdn.shop.test"),
    "both": ({}, [proof("shop.test", OWN), proof("cdn.shop.test", OWN)], (), (CDN,), ""),
    "both, one by hand": ({}, [proof("shop.test", OWN)], ("cdn.shop.test",), (CDN,), ""),
}


@pytest.mark.parametrize(("safety", "proofs", "named", "assets", "missing"), CONSENT.values(), ids=CONSENT)
def test_consent(
    safety: dict[str, Any], proofs: list[Exchange], named: tuple[str, ...], assets: tuple[str, ...], missing: str
) -> None:
    profile = shop(**safety)
    if not missing:
        require_consent(profile, script(*assets), 1.0, named, Answers(answers=tuple(proofs)))
        return
    with pytest.raises(UsageError) as refused:
        require_consent(profile, script(*assets), 1.0, named, Answers(answers=tuple(proofs)))
    first, *rest = str(refused.value).splitlines()
    assert first == f"{missing}: no consent to this load, so none is sent"
    assert rest[0] == f"publish this line at https://{missing}/.well-known/scalecheck.txt: {line(profile)}"
    assert rest[-1] == f"or say that you may load it: --i-may-load {missing}"


@pytest.mark.parametrize(
    ("site", "above", "rate", "connect_to", "asks"),
    [
        ("http://127.0.0.1:8080", None, 1e6, None, False),
        ("http://localhost:8080", None, 1e6, None, False),
        ("http://[::1]:8080", None, 1e6, None, False),
        ("http://127.0.0.1:8080", "500/s", 500.0, None, False),
        ("http://127.0.0.1:8080", "500/s", 501.0, None, True),
        ("http://10.0.0.1:8080", None, 1.0, None, True),
        ("http://localhost.example:8080", None, 1.0, None, True),
        ("http://shop.test", None, 1.0, "127.0.0.1:8080", False),
        ("http://127.0.0.1:8080", None, 1.0, "10.0.0.1:80", True),
    ],
)
def test_who_has_to_consent(site: str, above: str | None, rate: float, connect_to: str | None, asks: bool) -> None:
    safety = {} if above is None else {"confirm_above": above}
    profile = Profile.model_validate({**SHOP, "site": site, "safety": safety})
    asking = Answers(connect_to=connect_to)
    view = ViewSample(f"{site}/", None, ())
    played = replace(script(), views={"home": {"all": (view,)}})
    if not asks:
        require_consent(profile, played, rate, (), asking)
        assert asking.asked == []
        return
    with pytest.raises(UsageError, match="no consent"):
        require_consent(profile, played, rate, (), asking)
    assert asking.asked == [f"{site}/.well-known/scalecheck.txt"]


def test_the_key_is_of_the_site_and_the_bounds() -> None:
    other = shop().model_copy(update={"site": "https://other.test"})
    assert len({key(shop()), key(other), key(shop(max_rate="1/s")), key(shop(max_users=9))}) == 4
    assert key(shop(confirm_above="9/s")) == key(shop())
    assert not consents(shop(), "x" * 70_000 + f"\n{OWN}")


def test_third_parties_need_not_consent_since_they_get_nothing() -> None:
    assert loaded_hosts(shop(), script(CDN, "https://ads.example/1.png")) == (
        "https://shop.test",
        "https://cdn.shop.test",
    )


def test_a_host_that_the_profile_does_not_know_is_a_typing_error() -> None:
    check_hosts(shop(), ("shop.test", "cdn.shop.test:8443"))
    with pytest.raises(
        UsageError, match=r"--i-may-load shpo\.test: the profile allows cdn\.shop\.test, shop\.test only"
    ):
        check_hosts(shop(), ("shpo.test",))


BEYOND: list[tuple[dict[str, Any], float, str]] = [
    ({"max_rate": "100/s"}, 1.0, ""),
    ({"max_rate": "99/s"}, 1.0, "safety.max_rate: steady comes to 100 requests/s, allowed is 99/s"),
    ({"max_rate": "99/s"}, 0.99, ""),
    ({"max_duration": "59s"}, 1.0, "safety.max_duration: steady comes to 60s, allowed is 59s"),
    ({"max_duration": "59s"}, 0.01, "safety.max_duration: steady comes to 60s, allowed is 59s"),
    ({"max_climb": "99/s per 1s"}, 1.0, "safety.max_climb: steady comes to 100/s per 1s, allowed is 99/s per 1s"),
]


@pytest.mark.parametrize(("safety", "scale", "message"), BEYOND)
def test_bounds_of_safety(safety: dict[str, Any], scale: float, message: str) -> None:
    found = ahead(shop(**safety), "steady", scale, DATE)
    if not message:
        refuse_beyond_safety(found)
        return
    with pytest.raises(UsageError) as refused:
        refuse_beyond_safety(found)
    assert message in str(refused.value)


def test_what_it_will_do_is_said() -> None:
    lines = list(said(ahead(shop(), "spike", 0.5, DATE), 2, local=True))
    assert lines[0].startswith("Swarming https://shop.test with spike at 50% for 60s: 30,000 page views of")
    assert lines[1].startswith("at its busiest 500 pages/s, 500 requests/s")
    assert lines[2] == "2 workers; 250 requests/s each"


@pytest.mark.parametrize(("text", "scale"), [("1%", 0.01), ("0.5x", 0.5), ("2", 2.0), ("100%", 1.0)])
def test_scales(text: str, scale: float) -> None:
    assert scale_of(text) == pytest.approx(scale)


@pytest.mark.parametrize("text", ["0", "0%", "-1%", "much", "", "%", "x", "inf", "nan", "1e999x"])
def test_what_is_no_scale(text: str) -> None:
    with pytest.raises(UsageError, match="expected a share such as 1%"):
        scale_of(text)


def test_shapes() -> None:
    assert chosen_shape(shop(), "spike") == "spike"
    with pytest.raises(UsageError, match='no such shape in the profile; did you mean "steady"'):
        chosen_shape(shop(), "stedy")
    with pytest.raises(UsageError, match="expected --shape, one of steady, spike"):
        chosen_shape(shop(), None)


@pytest.fixture
def nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> Site:
        raise AssertionError("something was asked")

    monkeypatch.setattr(swarm_scout.Asking, "ask", refused)


USAGE: list[tuple[list[str], str]] = [
    ([], "expected --profile, or a scalecheck.yaml beside you"),
    (["--profile", "shop.yaml"], "expected --shape, one of smoke, steady"),
    (["--profile", "shop.yaml", "--shape", "stedy"], 'did you mean "steady"'),
    (["--profile", "shop.yaml", "--shape", "steady", "--scale", "some"], "--scale some: expected a share"),
    (["--profile", "shop.yaml", "--shape", "spike"], "shop.yaml:18  safety.max_rate: spike comes to 1,000 requests/s"),
    (["--profile", "shop.yaml", "--shape", "steady", "--i-may-load", "shpo.test"], "--i-may-load shpo.test"),
    (["--profile", "shop.yaml", "--shape", "steady", "--master"], "--master and --expect-workers go together"),
    (["--profile", "shop.yaml", "--shape", "steady", "--expect-workers", "2"], "--master and --expect-workers"),
    (["--profile", "shop.yaml", "--master", "--expect-workers", "2", "--processes", "2"], "--processes: not with"),
    (["--profile", "shop.yaml", "--shape", "steady", "--locust", "'"], "--locust: No closing quotation"),
    (["--profile", "shop.yaml", "--shape", "steady", "--otlp", "collector:4318"], "expected the URL of a collector"),
    (["--profile", "shop.yaml", "--locustfile", "shop.yaml"], "--locustfile: say how many users, and for how long"),
    (
        ["--profile", "shop.yaml", "--shape", "steady", "--keep", "shop.yaml"],
        "--keep: shop.yaml is read by this command",
    ),
]


@pytest.mark.usefixtures("nobody_is_asked")
@pytest.mark.parametrize(("words", "message"), USAGE)
def test_mistakes_end_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    text = yaml.safe_dump({**SHOP, "safety": {"max_rate": "999/s"}}, sort_keys=False)
    (tmp_path / "shop.yaml").write_text(text)
    done = scalecheck(monkeypatch, tmp_path, "swarm", *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
