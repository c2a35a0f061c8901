import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.secrets import SECRETS_AT_MOST, find_secrets

_chance = random.Random(7)


def made(length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    """Return characters that look like a credential; written out, they would trip the scanners of code hosts."""
    return "".join(_chance.choices(alphabet, k=length))


HEX = "0123456789abcdef"

NONE = [
    "",
    "AKIA",
    "AKIAIOSFODNN7EXAMPLE",
    "AKIA" + "A" * 16,
    "xAKIA" + made(16, string.ascii_uppercase),
    "AKIA" + made(17, string.ascii_uppercase),
    "pk_" + "live_" + made(24),
    "sk_" + "test_" + made(24),
    "sk_" + "live_" + "x" * 24,
    "sk_" + "live_" + made(23),
    "AIza" + made(35),
    "pk.eyJ" + made(60) + "." + made(22),
    'if (key.startsWith("-----BEGIN PRIVATE KEY-----"))',
    "-----BEGIN PUBLIC KEY-----\n" + made(64),
    "ghp_" + made(35),
    "ghp_" + "x" * 36,
    "ghp_your" + made(32),
    "xoxb-" + "token",
    "hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
    "eyJhbGciOiJIUzI1NiJ9." + made(40) + "." + made(43),
    made(40, HEX),
    "sha384-" + made(64),
    'private_key_id: "your-key-id"',
    "npm_config_registry",
    "sk-learn-and-other-words-that-are-long-enough-to-match",
]

SECRETS = [
    ("AWS access key id", "AKIA" + made(16, string.ascii_uppercase + "234567")),
    ("private key", "-----BEGIN PRIVATE KEY-----\n" + made(64)),
    ("private key", "-----BEGIN RSA PRIVATE KEY-----\\n" + made(64)),
    ("Stripe secret key", "sk_" + "live_" + made(24)),
    ("Stripe secret key", "rk_" + "live_" + made(99)),
    ("GitHub token", "ghp_" + made(36)),
    ("GitHub token", "github_pat_" + made(22) + "_" + made(59)),
    ("GitLab token", "glpat-" + made(20)),
    ("Google service account", f'"private_key_id": "{made(40, HEX)}"'),
    ("Google service account", f"private_key_id:'{made(40, HEX)}'"),
    ("Slack token", "xoxb-" + made(12, string.digits) + "-" + made(12, string.digits) + "-" + made(24)),
    ("Slack webhook", f"hooks.slack.com/services/T{made(9, 'ABCDEFGH12')}/B{made(9, 'ABCDEFGH12')}/{made(24)}"),
    ("SendGrid key", f"SG.{made(22)}.{made(43)}"),
    ("npm token", "npm_" + made(36)),
    ("Anthropic key", "sk-ant-api03-" + made(90)),
    ("OpenAI key", "sk-proj-" + made(90)),
    ("Mapbox secret token", "sk.eyJ" + made(60) + "." + made(22)),
    ("Shopify token", "shpat_" + made(32, HEX)),
]


@pytest.mark.parametrize("text", NONE)
def test_what_is_public_or_no_credential_is_left_alone(text: str) -> None:
    assert find_secrets(f'const a="{text}";') == ()


@pytest.mark.parametrize(("kind", "text"), SECRETS)
def test_a_credential_is_found_and_not_repeated(kind: str, text: str) -> None:
    (secret,) = find_secrets(f'const a="{text}", b="{text}";')
    assert secret.kind == kind
    assert secret.offset > 0
    assert text[-12:] not in secret.excerpt
    assert len(secret.excerpt) < 60


def test_findings_are_bounded_and_linear() -> None:
    assert len(find_secrets(" ".join("ghp_" + made(36) for _ in range(SECRETS_AT_MOST + 5)))) == SECRETS_AT_MOST
    for piece in (
        "AKIA",
        "sk_" + "live_",
        "xoxb-",
        "SG.",
        "-----BEGIN PRIVATE KEY-----",
        "private_key_id",
        "sk.eyJ",
        "a",
    ):
        assert find_secrets(piece * 30_000) == ()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80), st.sampled_from(SECRETS))
def test_never_raises(text: str, secret: tuple[str, str]) -> None:
    assert len(find_secrets(text + " " + secret[1] + " " + text)) >= 1
