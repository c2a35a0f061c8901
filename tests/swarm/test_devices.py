"""What browsers send: whose words they use, in which order, and what they keep to themselves."""

import pytest

from scalecheck.model.profile_safety import Mark
from scalecheck.model.profile_traffic import Device
from scalecheck.model.user_agents import CHROME, USER_AGENTS
from scalecheck.page.fetches import Use
from scalecheck.swarm.devices import ENGLISH, Family, Guise, Purpose, family, guise, user_agent
from scalecheck.wire import accept

NOBODY = Mark()
PAGE = Purpose(Use.DOCUMENT, "navigate", "none")
SCRIPT = Purpose(Use.SCRIPT, "no-cors", "same-origin", referer="https://shop.test/")
FONT = Purpose(Use.FONT, "cors", "same-site", referer="https://shop.test/", origin="https://shop.test")


def browser(said: str | None, name: str = "any", *, hints: bool = True, mark: Mark = NOBODY) -> Guise:
    return guise(Device(share=1.0, user_agent=said, client_hints=hints), name, None, mark, "run-1")


def sent(said: str, purpose: Purpose, *, hints: bool = True) -> dict[str, str]:
    lines = browser(said, hints=hints).fields(purpose)
    found = {name.lower(): value for name, value in lines}
    assert len(found) == len(lines)
    return found


FAMILIES = [
    ("nothing", "", Family.OTHER),
    ("a tool", "curl/8.5.0", Family.OTHER),
    ("a crawler that names Mozilla alone", "Mozilla/5.0 (compatible; bot/1.0)", Family.OTHER),
    ("a word that is no version", "Chromecast Safarity", Family.OTHER),
    ("Chrome on an iPhone is Safari", "Mozilla/5.0 (iPhone) CriOS/142.0 Mobile/15E148 Safari/604.1", Family.SAFARI),
    ("Firefox on an iPhone is Safari", "Mozilla/5.0 (iPhone) FxiOS/144.0 Mobile/15E148 Safari/605.1", Family.SAFARI),
    ("Edge", USER_AGENTS["edge-windows"].text, Family.CHROMIUM),
    ("Opera", "Mozilla/5.0 (X11) Chrome/141.0.0.0 Safari/537.36 OPR/125.0.0.0", Family.CHROMIUM),
    ("Chrome", USER_AGENTS["chrome-mac"].text, Family.CHROMIUM),
    ("Firefox", USER_AGENTS["firefox-android"].text, Family.FIREFOX),
    ("Safari", USER_AGENTS["safari-ipad"].text, Family.SAFARI),
]


@pytest.mark.parametrize(("text", "whose"), [pytest.param(*row[1:], id=row[0]) for row in FAMILIES])
def test_whose_words(text: str, whose: Family) -> None:
    assert family(text) is whose


TOLD = [
    ("no browser", "Linux Android Windows", "", False),
    ("a name", "chrome-windows", "Windows", False),
    ("a name in capitals is a text", "Chrome-Windows", "", False),
    ("a phone", "Mozilla/5.0 (Linux; Android 10; K) Chrome/142.0.0.0 Mobile Safari/537.36", "Android", True),
    ("a tablet", "Mozilla/5.0 (Linux; Android 10; K) Chrome/142.0.0.0 Safari/537.36", "Android", False),
    ("a Chromebook", "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/142.0.0.0 Safari/537.36", "Chrome OS", False),
    ("another system", "Mozilla/5.0 (X11; OpenBSD amd64) Chrome/142.0.0.0 Safari/537.36", "", False),
    ("Safari tells none", "Mozilla/5.0 (Macintosh; Intel Mac OS X) Version/26.1 Safari/605.1.15", "", False),
]


@pytest.mark.parametrize(("said", "platform", "mobile"), [pytest.param(*row[1:], id=row[0]) for row in TOLD])
def test_what_a_user_agent_tells(said: str, platform: str, mobile: bool) -> None:
    agent = user_agent(said)
    assert (agent.platform, agent.mobile) == (platform, mobile)
    assert agent.text == (USER_AGENTS[said].text if said in USER_AGENTS else said)


USUAL = [
    ("desktop", "chrome-windows"),
    ("wall", "chrome-windows"),
    ("small-screen", "chrome-windows"),
    ("tv", "chrome-windows"),
    ("all", "chrome-android"),
    ("Mobile", "chrome-android"),
    ("mobiles", "chrome-android"),
    ("smartphone", "chrome-android"),
    ("android", "chrome-android"),
    ("android-tablet", "chrome-android-tablet"),
    ("iPhone", "safari-iphone"),
    ("iphones", "safari-iphone"),
    ("tablet", "safari-ipad"),
    ("iPads", "safari-ipad"),
]


@pytest.mark.parametrize(("name", "said"), USUAL)
def test_a_device_that_names_no_browser(name: str, said: str) -> None:
    assert browser(None, name).agent == USER_AGENTS[said]


ORDERS = [
    ("Chromium, a page", "chrome-android", PAGE,
     ("Connection, sec-ch-ua, sec-ch-ua-mobile, sec-ch-ua-platform, Upgrade-Insecure-Requests, User-Agent, Accept, "
     "Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-User, Sec-Fetch-Dest, Accept-Encoding, Accept-Language")),
    ("Chromium, a script", "chrome-android", SCRIPT,
     ("Connection, sec-ch-ua-platform, User-Agent, sec-ch-ua, sec-ch-ua-mobile, Accept, Sec-Fetch-Site, "
     "Sec-Fetch-Mode, Sec-Fetch-Dest, Referer, Accept-Encoding, Accept-Language")),
    ("Chromium, a font of another host", "chrome-android", FONT,
     ("Connection, sec-ch-ua-platform, Origin, User-Agent, sec-ch-ua, sec-ch-ua-mobile, Accept, Sec-Fetch-Site, "
     "Sec-Fetch-Mode, Sec-Fetch-Dest, Referer, Accept-Encoding, Accept-Language")),
    ("Firefox, a page", "firefox-mac", PAGE,
     ("User-Agent, Accept, Accept-Language, Accept-Encoding, Connection, Upgrade-Insecure-Requests, Sec-Fetch-Dest, "
     "Sec-Fetch-Mode, Sec-Fetch-Site, Sec-Fetch-User")),
    ("Firefox, a font of another host", "firefox-mac", FONT,
     ("User-Agent, Accept, Accept-Language, Accept-Encoding, Referer, Origin, Connection, Sec-Fetch-Dest, "
     "Sec-Fetch-Mode, Sec-Fetch-Site")),
    ("Safari, a page", "safari-mac", PAGE,
     ("Sec-Fetch-Dest, User-Agent, Accept, Sec-Fetch-Site, Sec-Fetch-Mode, Accept-Language, Accept-Encoding, "
     "Connection")),
    ("no browser, a page", "curl/8.5.0", PAGE, "User-Agent, Accept, Accept-Encoding, Accept-Language"),
    ("no browser, a font of another host", "curl/8.5.0", FONT,
     "User-Agent, Accept, Referer, Accept-Encoding, Accept-Language"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "purpose", "names"), [pytest.param(*row[1:], id=row[0]) for row in ORDERS])
def test_which_fields_in_which_order(said: str, purpose: Purpose, names: str) -> None:
    assert ", ".join(name for name, _ in browser(said).fields(purpose)) == names


HINTED = [
    ("the device sends none", "chrome-android", PAGE, False, set()),
    ("Safari has none", "safari-iphone", PAGE, True, set()),
    ("Firefox has none", "firefox-windows", PAGE, True, set()),
    ("no platform is known", "Mozilla/5.0 (X11; OpenBSD) Chrome/142.0.0.0 Safari/537.36", PAGE, True, set()),
    ("an origin that is not trusted", "chrome-android", Purpose(Use.DOCUMENT, "navigate", "none", trusted=False), True,
     set()),
    ("Chromium", "chrome-android", PAGE, True, {"sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform"}),
]  # fmt: skip


@pytest.mark.parametrize(("said", "purpose", "hints", "names"), [pytest.param(*row[1:], id=row[0]) for row in HINTED])
def test_client_hints(said: str, purpose: Purpose, hints: bool, names: set[str]) -> None:
    assert {name for name in sent(said, purpose, hints=hints) if name.startswith("sec-ch-")} == names


HINTS = [
    ("chrome-android", "Google Chrome", CHROME, "?1", '"Android"'),
    ("edge-windows", "Microsoft Edge", CHROME, "?0", '"Windows"'),
    ("Mozilla/5.0 (X11; Linux) Chrome/99.0.1 Safari/537.36", "Google Chrome", "99", "?0", '"Linux"'),
    ("Mozilla/5.0 (X11; Linux) Chrome/ Safari/537.36", "Google Chrome", CHROME, "?0", '"Linux"'),
]


@pytest.mark.parametrize(("said", "brand", "version", "mobile", "platform"), HINTS)
def test_what_client_hints_say(said: str, brand: str, version: str, mobile: str, platform: str) -> None:
    found = sent(said, PAGE)
    assert found["sec-ch-ua"] == f'"Chromium";v="{version}", "{brand}";v="{version}", "Not_A Brand";v="99"'
    assert (found["sec-ch-ua-mobile"], found["sec-ch-ua-platform"]) == (mobile, platform)


METADATA = [
    ("a page", PAGE, "none navigate document ?1"),
    ("a frame: nobody asked for it", Purpose(Use.FRAME, "navigate", "same-origin"), "same-origin navigate iframe -"),
    ("a script", SCRIPT, "same-origin no-cors script -"),
    ("a sheet of another site", Purpose(Use.STYLE, "no-cors", "cross-site"), "cross-site no-cors style -"),
    ("a font", FONT, "same-site cors font -"),
    ("a picture", Purpose(Use.IMAGE, "no-cors", "same-origin"), "same-origin no-cors image -"),
    ("a call, with credentials", Purpose(Use.FETCH, "include", "same-origin"), "same-origin cors empty -"),
    ("what is none of these", Purpose(Use.OTHER, "no-cors", "same-origin"), "same-origin no-cors empty -"),
    ("an origin that is not trusted", Purpose(Use.SCRIPT, "no-cors", "same-origin", trusted=False), "- - - -"),
]


@pytest.mark.parametrize("said", ["chrome-android", "firefox-mac", "safari-ipad"])
@pytest.mark.parametrize(("purpose", "words"), [pytest.param(*row[1:], id=row[0]) for row in METADATA])
def test_fetch_metadata(purpose: Purpose, words: str, said: str) -> None:
    found = sent(said, purpose)
    if said == "safari-ipad":  # it never says who asked
        words = words.replace("?1", "-")
    assert " ".join(found.get(f"sec-fetch-{name}", "-") for name in ("site", "mode", "dest", "user")) == words


ACCEPTED = [
    ("chrome-android", Use.SCRIPT, "*/*"),
    ("chrome-android", Use.FONT, "*/*"),
    ("chrome-android", Use.IMAGE, accept.CHROME),
    ("firefox-mac", Use.IMAGE, "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"),
    ("safari-ipad", Use.IMAGE, accept.SAFARI),
    ("curl/8.5.0", Use.IMAGE, "*/*"),
    ("curl/8.5.0", Use.DOCUMENT, "*/*"),
    ("firefox-mac", Use.STYLE, "text/css,*/*;q=0.1"),
]


@pytest.mark.parametrize(("said", "use", "accepted"), ACCEPTED)
def test_what_is_accepted(said: str, use: Use, accepted: str) -> None:
    assert sent(said, Purpose(use, "no-cors", "same-origin"))["accept"] == accepted


@pytest.mark.parametrize("said", ["chrome-android", "firefox-mac", "safari-ipad"])
def test_a_frame_is_asked_for_as_a_page(said: str) -> None:
    assert sent(said, Purpose(Use.FRAME, "navigate", "same-origin"))["accept"] == sent(said, PAGE)["accept"]


CODINGS = [
    ("chrome-android", True, "gzip, deflate, br, zstd"),
    ("chrome-android", False, "gzip, deflate"),
    ("firefox-mac", False, "gzip, deflate"),
    ("safari-ipad", True, "gzip, deflate, br"),
    ("safari-ipad", False, "gzip, deflate"),
]


@pytest.mark.parametrize(("said", "trusted", "codings"), CODINGS)
def test_codings(said: str, trusted: bool, codings: str) -> None:
    assert sent(said, Purpose(Use.SCRIPT, "no-cors", "same-origin", trusted=trusted))["accept-encoding"] == codings


MARKS = [
    ("none", Mark(), "", {}),
    ("a field", Mark(header="X-Load-Test"), "", {"X-Load-Test": "run-1"}),
    ("a word behind the user agent", Mark(user_agent_suffix="scalecheck"), " scalecheck", {}),
    ("both", Mark(header="X-Load-Test", user_agent_suffix="a b"), " a b", {"X-Load-Test": "run-1"}),
]


@pytest.mark.parametrize("said", ["chrome-android", "firefox-mac", "safari-ipad", "curl/8.5.0"])
@pytest.mark.parametrize(("mark", "suffix", "last"), [pytest.param(*row[1:], id=row[0]) for row in MARKS])
def test_marks(mark: Mark, suffix: str, last: dict[str, str], said: str) -> None:
    plain, marked = browser(said).fields(PAGE), browser(said, mark=mark).fields(PAGE)
    agents = [dict(each)["User-Agent"] for each in (plain, marked)]
    assert agents[1] == agents[0] + suffix
    assert dict(marked[len(plain) :]) == last
    assert [name for name, _ in marked[: len(plain)]] == [name for name, _ in plain]


@pytest.mark.parametrize(("language", "said"), [(None, ENGLISH), ("de-DE,de;q=0.9", "de-DE,de;q=0.9")])
def test_languages(language: str | None, said: str) -> None:
    made = guise(Device(share=1.0, user_agent="chrome-mac"), "any", language, NOBODY, "run-1")
    assert dict(made.fields(PAGE))["Accept-Language"] == said
