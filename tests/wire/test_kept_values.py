"""What a value that a page keeps looks like."""

import json
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalecheck.wire.kept_values import looks_like


def part(told: object) -> str:
    return urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()


RANDOM = "a8f9c2e1d4b7a6f3e0"
JWT = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part({'sub': '1'})}.c2lnbmF0dXJl"
STRIPE = "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "dark"),
        ("token", ""),
        ("token", "short"),
        ("token", "a" * 40),
        ("token", "no token at all, but a sentence of 12 words"),
        ("tokens", RANDOM),
        ("csrf_token", RANDOM),
        ("XSRF-TOKEN", RANDOM),
        ("fcmToken", RANDOM),
        ("pushToken", RANDOM),
        ("analytics_session_token", RANDOM),
        ("_ga", "GA1.2.1234567890.1234567890"),
        ("ajs_anonymous_id", "6b8f2c11-1111-4222-8333-444455556666"),
        ("sessionId", "6b8f2c11-1111-4222-8333-444455556666"),
        ("accessTokenExpiresAt", "2026-11-24T12:00:00Z"),
        ("state", json.dumps({"token": None, "user": {"name": "Alice"}})),
        ("state", "{not json"),
        ("x", "eyJub3QiOiJhIn0.eyJhIjoxfQ.x"),
        ("x", "eyJ!.eyJ.x"),
        ("x", "1.2.3"),
    ],
)
def test_no_secret(name: str, value: str) -> None:
    assert looks_like(name, value) == ""


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("x", JWT, "a JSON Web Token"),
        ("x", f"Bearer {JWT}", "a JSON Web Token"),
        ("persist:root", json.dumps({"auth": json.dumps({"jwt": JWT})}), "a JSON Web Token"),
        ("csrf_token", JWT, "a JSON Web Token"),
        ("x", STRIPE, "a secret (Stripe secret key)"),
        ("access_token", RANDOM, "an access token"),
        ("accessToken", RANDOM, "an access token"),
        ("ACCESS_TOKEN", RANDOM, "an access token"),
        ("shop-auth-token", RANDOM, "an access token"),
        ("Authorization", f"Bearer {RANDOM}", "an access token"),
        ("refreshToken", RANDOM, "a refresh token"),
        ("id_token", RANDOM, "an identity token"),
        ("token", RANDOM, "a token"),
        ("jwt", RANDOM, "a token"),
        ("PHPSESSID", RANDOM, "a session id"),
        ("connect.sid", f"s%3A{RANDOM}.{RANDOM}", "a session id"),
        ("ASP.NET_SessionId", RANDOM, "a session id"),
        ("sessionToken", RANDOM, "a session id"),
        ("sb-abc-auth-token", json.dumps({"access_token": RANDOM}), "an access token"),
        ("user", json.dumps([{"stsTokenManager": {"refreshToken": RANDOM}}]), "a refresh token"),
    ],
)
def test_a_secret(name: str, value: str, expected: str) -> None:
    assert looks_like(name, value) == expected


def test_what_stands_far_behind_is_not_looked_at() -> None:
    assert looks_like("x", " " * 70_000 + JWT) == ""


@given(st.text(), st.text())
def test_whatever_is_kept_it_never_raises(name: str, value: str) -> None:
    looks_like(name, value)


@pytest.mark.parametrize(
    "value", ["[" * 50_000, '{"a":' * 10_000, "eyJ" + "A" * 65_000, "eyJa." * 12_000, '"' + "\\" * 60_000]
)
def test_hostile_values_are_bounded(value: str) -> None:
    assert looks_like("token", value) == ""
