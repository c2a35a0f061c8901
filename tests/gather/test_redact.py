"""Secrets leave no trace, and what is cut out can still be told apart."""

from dataclasses import replace

import pytest

from scalecheck.gather.redact import Redactor
from scalecheck.model.evidence import Exchange, Record
from scalecheck.wire.fields import Fields
from tests.checks.rows import exchange, failure
from tests.gather.test_record import lab_run

SECRET = "s3cr3t-value"


def only(record: object) -> Exchange:
    assert isinstance(record, Exchange)
    return record


@pytest.mark.parametrize(
    "record",
    [
        exchange("/", {"set-cookie": f"session={SECRET}; Path=/; HttpOnly"}),
        exchange("/", {"x-echo": f"you are {SECRET}"}),
        exchange("/", body=f"<p>{SECRET}</p>"),
        exchange(f"/?token={SECRET}"),
        exchange("/", sent={"authorization": f"Bearer {SECRET}"}),
        exchange("/", sent={"x-token": SECRET}),
        failure("/", detail=f"refused for {SECRET}"),
        exchange("/", {"location": f"/login?back={SECRET}"}),
        lab_run(f"https://shop.test/?token={SECRET}"),
    ],
)
def test_no_secret_survives_anywhere(record: Record) -> None:
    assert SECRET in repr(record)
    assert SECRET not in repr(Redactor.of([SECRET]).record(record))


@pytest.mark.parametrize("name", ["Cookie", "AUTHORIZATION", "Proxy-Authorization", "Set-Cookie"])
def test_values_that_are_secret_by_nature_are_cut_out_unasked(name: str) -> None:
    redacted = Redactor().fields(Fields(((name, "a=unknown to the profile"),)))
    assert "unknown" not in str(redacted)


def test_a_cookie_keeps_its_name_and_attributes() -> None:
    redacted = Redactor().fields(Fields.of(set_cookie="session=abc; Path=/; Secure; SameSite=Lax")).first("set-cookie")
    assert redacted is not None
    assert redacted.startswith("session=redacted-")
    assert redacted.endswith("; Path=/; Secure; SameSite=Lax")


def test_equal_secrets_stay_equal_and_others_different() -> None:
    redactor = Redactor()
    one, same, other = (redactor.fields(Fields.of(cookie=value)) for value in ("a", "a", "b"))
    assert one == same != other
    assert Redactor().fields(Fields.of(cookie="a")) != one  # another run, another key


def test_the_longer_of_two_secrets_is_cut_out_whole() -> None:
    text = Redactor.of(["session", "session=abcdef"]).text("session=abcdef")
    assert "abcdef" not in text


@pytest.mark.parametrize("value", ["", "a", "abc"])
def test_short_values_are_left_alone(value: str) -> None:
    assert Redactor.of([value]).text("a b c abc") == "a b c abc"


def test_the_digest_of_a_body_is_that_of_what_was_sent() -> None:
    record = exchange("/", body=SECRET)
    assert only(Redactor.of([SECRET]).record(record)).response.digest == record.response.digest


def test_the_key_is_not_shown() -> None:
    redactor = Redactor.of([SECRET])
    assert redactor.key.hex() not in repr(redactor)
    assert replace(redactor) == redactor


@pytest.mark.parametrize("form", ["a%2Fb%20c%3D%3D", "a%2Fb+c%3D%3D", "YS9iIGM9PQ"])
def test_a_secret_in_other_clothes_is_cut_out_too(form: str) -> None:
    fields = Redactor.of(["a/b c=="]).fields(Fields.of(location=f"/?token={form}&x=1"))
    assert form not in str(fields)
    assert "x=1" in str(fields)
