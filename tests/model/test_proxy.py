"""The proxy of a profile: what is read, what goes to it, and what is ever written of it."""

import pytest

from scalecheck.cli.live import secrets_of
from scalecheck.gather.redact import Redactor
from scalecheck.model.profile import Profile
from scalecheck.model.profile_file import ProfileError, parse_profile, profile_from_data
from scalecheck.model.profile_proxy import proxy_credentials, proxy_parts

ENV = {"USER_NAME": "ann", "PASSWORD": "p@ss:w/%41rd", "BOTH": "ann:hunter2"}


def profile(proxy: str, env: dict[str, str] | None = None) -> Profile:
    text = f"scalecheck: 1\nsite: https://shop.test\ntraffic: {{proxy: '{proxy}'}}"
    return parse_profile(text, ENV if env is None else env)


REFUSED = [
    ("no scheme", "proxy.internal:3128"),
    ("a scheme that no proxy here speaks", "https://proxy.internal:3128"),
    ("socks", "socks5://proxy.internal:1080"),
    ("a path", "http://proxy.internal:3128/path"),
    ("a query", "http://proxy.internal:3128?a"),
    ("no host", "http://user:hunter2@"),
    ("no such port", "http://user:hunter2@proxy:99999"),
    ("nothing before the @", "http://@proxy:3128"),
    ("no user", "http://:hunter2@proxy:3128"),
    ("a slash in the password", "http://user:hunter2/@proxy:3128"),
    ("an @ in the password", "http://user:hunter2@hunter2@proxy:3128"),
    ("a space in the password", "http://user:hunter2 @proxy:3128"),
    ("a line break in the password", "http://user:hunter2%0A@proxy:3128"),
    ("a secret for a host", "http://user:hunter2@${env:BOTH}:3128"),
]


@pytest.mark.parametrize("proxy", [pytest.param(row[1], id=row[0]) for row in REFUSED])
def test_what_is_no_proxy_is_never_repeated(proxy: str) -> None:
    with pytest.raises(ProfileError, match=r"traffic\.proxy: expected an HTTP proxy such as") as refused:
        profile(proxy)
    assert "hunter2" not in str(refused.value)


WITHHELD = "http://withheld@proxy:3128"
READ = [
    ("none", "http://proxy:3128", "", "proxy:3128", "http://proxy:3128"),
    ("capitals and a slash", "HTTP://Proxy.Internal:3128/", "", "proxy.internal:3128", "http://proxy.internal:3128"),
    ("the port of http", "http://ann@[::1]", "ann:", "[::1]", "http://withheld@[::1]"),
    ("spelled out", "http://ann:Hunter2@proxy:3128", "ann:Hunter2", "proxy:3128", WITHHELD),
    ("an empty password", "http://ann:@proxy:3128", "ann:", "proxy:3128", "http://ann:@proxy:3128"),
    ("escapes", "http://a%40b:%2F%3a%C3%BCber-all@proxy:3128", "a@b:/:über-all", "proxy:3128", WITHHELD),
    ("a colon in the password", "http://ann:a:b:c-d-e@proxy:3128", "ann:a:b:c-d-e", "proxy:3128", WITHHELD),
    ("a secret password", "http://ann:${env:PASSWORD}@proxy:3128", "ann:p@ss:w/%41rd", "proxy:3128",
     "http://ann:${env:PASSWORD}@proxy:3128"),
    ("both secret", "http://${env:USER_NAME}:${env:PASSWORD}@proxy:3128", "ann:p@ss:w/%41rd", "proxy:3128",
     "http://${env:USER_NAME}:${env:PASSWORD}@proxy:3128"),
    ("both in one", "http://${env:BOTH}@proxy:3128", "ann:hunter2", "proxy:3128", "http://${env:BOTH}@proxy:3128"),
    ("half a secret", "http://ann:x${env:PASSWORD}@proxy:3128", "ann:xp@ss:w/%41rd", "proxy:3128", WITHHELD),
]  # fmt: skip


@pytest.mark.parametrize(
    ("proxy", "credentials", "authority", "shown"), [pytest.param(*row[1:], id=row[0]) for row in READ]
)
def test_what_is_read_and_what_is_shown(proxy: str, credentials: str, authority: str, shown: str) -> None:
    read = profile(proxy)
    url = read.traffic.proxy
    assert url is not None
    assert (proxy_credentials(url, read.revealed), proxy_parts(url).authority) == (credentials, authority)
    public = read.public()
    assert public["traffic"]["proxy"] == shown  # type: ignore[index]  # a mapping of plain data
    assert profile_from_data(public).public() == public
    assert profile_from_data(read.portable()).equipped(ENV).traffic.proxy == url


@pytest.mark.parametrize("proxy", [row[1] for row in READ if row[2].partition(":")[2]])
def test_what_names_the_credentials_is_redacted(proxy: str) -> None:
    read = profile(proxy)
    url = read.traffic.proxy
    assert url is not None
    user, _, password = proxy_credentials(url, read.revealed).partition(":")
    told = Redactor.of(secrets_of(read)).text(f"{user}:{password} and {password}")
    assert password not in told


@pytest.mark.parametrize(("env", "name"), [({}, "PASSWORD"), ({"PASSWORD": ""}, "PASSWORD")])
def test_a_variable_that_is_missing_is_named(env: dict[str, str], name: str) -> None:
    text = "http://ann:${env:PASSWORD}@proxy:3128"
    with pytest.raises(ProfileError, match=rf"traffic\.proxy: the environment variable {name} is "):
        profile(text, env)
    with pytest.raises(ValueError, match=f"the environment variable {name} is not set"):
        profile_from_data(profile(text).portable()).equipped(env)
