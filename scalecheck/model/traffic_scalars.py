"""The scalars of a profile's traffic and service levels: text on one side, a value on the other."""

import re
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from scalecheck.model import calls, quantities, sentence
from scalecheck.model.calls import Call
from scalecheck.model.guess import guess
from scalecheck.model.profile_proxy import PROXY, read_proxy
from scalecheck.model.profile_scalars import Status, Text, read_text
from scalecheck.model.quantities import Between, Budget, Climb, Hours, Price, Squeeze
from scalecheck.model.sentence import Change, Sentence
from scalecheck.model.user_agents import USER_AGENTS
from scalecheck.wire import units

T = TypeVar("T")

LANGUAGES_AT_MOST = 200
"""Characters of a list of languages."""
BODY_DEPTH = 10
"""Levels of a declared JSON body."""
LANGUAGE = r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*|\*"
LANGUAGES = rf"({LANGUAGE})(;q=[01](\.\d{{1,3}})?)?(, ?({LANGUAGE})(;q=[01](\.\d{{1,3}})?)?)*"


def read_zone(text: str) -> str:
    """Return the name of a time zone."""
    try:
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_+/-]{0,59}", text) and ZoneInfo(text):
            return text
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError; a folder is an OSError
        pass
    if hint := guess(text, _zones()):
        raise ValueError(f'no time zone "{text}"{hint}')
    raise ValueError("expected a time zone such as Europe/Berlin")


@cache
def _zones() -> tuple[str, ...]:
    """Return the names of all time zones; listing them reads as many files."""
    return tuple(sorted(available_timezones()))


def read_languages(text: str) -> str:
    """Return the value of Accept-Language."""
    if len(text) > LANGUAGES_AT_MOST or not re.fullmatch(LANGUAGES, text, re.ASCII):
        raise ValueError("expected languages as Accept-Language has them, such as de,en;q=0.7")
    return text


def read_user_agent(text: str) -> str:
    """Return the name of a known user agent, or the text of any other."""
    if text in USER_AGENTS or (re.search(r"[ /]", text) and text.isascii() and text.isprintable()):
        return text
    if hint := guess(text, USER_AGENTS):
        raise ValueError(f'no user agent "{text}"{hint}')
    raise ValueError(f"expected a user agent's text, or one of {', '.join(USER_AGENTS)}")


def read_body(value: Any, depth: int = BODY_DEPTH) -> Any:
    """Return what JSON can hold: mappings, lists and text."""
    if not depth:
        raise ValueError(f"expected at most {BODY_DEPTH} levels")
    if isinstance(value, dict):
        return {str(key): read_body(each, depth - 1) for key, each in value.items()}
    return [read_body(each, depth - 1) for each in value] if isinstance(value, list | tuple) else value


def _reading(read: Callable[[str], T]) -> BeforeValidator:
    """Read text; what is neither text nor a value already is read as no text, so that the expectation is said."""

    def validated(value: Any) -> Any:
        if isinstance(value, dict | list):
            return read("")
        return read(value) if isinstance(value, str) else value

    return BeforeValidator(validated)


def _several(value: Any) -> Any:
    """Return a list where one thing stands alone."""
    return [value] if isinstance(value, str) else value


def _counted(value: Any) -> Any:
    """Return a list of calls; a number stands for so many that are not named."""
    if not isinstance(value, str):
        return value
    try:
        times = units.count(value)
    except ValueError:
        raise ValueError("expected a list of calls such as [GET /api/session x3], or their number") from None
    return [Call("", times)] if times else []


def _uncounted(those: tuple[Call, ...]) -> Any:
    return str(those[0]) if those and not those[0].endpoint else [str(each) for each in those]


def _pattern(pattern: str, *examples: str) -> WithJsonSchema:
    plain = pattern.replace("(?:", "(")
    return WithJsonSchema({"type": "string", "pattern": f"^({plain})$", "examples": list(examples)})


def _as_text(value: object) -> str:
    return str(value)


SHOWN = PlainSerializer(_as_text, return_type=str)

Numbers = Annotated[
    Between,
    _reading(quantities.read_between),
    PlainSerializer(quantities.show_between, return_type=str),
    WithJsonSchema(
        {"type": ["number", "string"], "pattern": rf"^{quantities.NUMBER}(\.\.{quantities.NUMBER})?$", "minimum": 0}
    ),
]
Durations = Annotated[
    Between,
    _reading(quantities.read_durations),
    PlainSerializer(quantities.show_durations, return_type=str),
    _pattern(rf"{units.DURATION}(\.\.{units.DURATION})?", "20s..90s"),
]
ProxyUrl = Annotated[
    str,
    _reading(read_proxy),
    WithJsonSchema(
        {"type": "string", "pattern": PROXY, "examples": ["http://user:${env:PASSWORD}@proxy.internal:3128"]}
    ),
]
PageRate = Annotated[
    float,
    _reading(quantities.read_page_rate),
    PlainSerializer(quantities.show_page_rate, return_type=str),
    _pattern(quantities.PAGE_RATE, "200 pages/s"),
]
RequestRates = Annotated[
    Between,
    _reading(quantities.read_request_rates),
    PlainSerializer(quantities.show_request_rates, return_type=str),
    _pattern(quantities.REQUEST_RATES, "5000..15000 requests/s"),
]
HoursOfDay = Annotated[Hours, _reading(quantities.read_hours), SHOWN, _pattern(quantities.HOURS, "09:00-18:00")]
Squeezed = Annotated[
    Squeeze,
    _reading(quantities.read_squeeze),
    SHOWN,
    _pattern(rf"{units.DURATION} into {units.DURATION}", "24h into 48m"),
]
ClimbRate = Annotated[
    Climb, _reading(quantities.read_climb), SHOWN, _pattern(rf"{units.RATE} per {units.DURATION}", "10000/s per 1s")
]
BytePrice = Annotated[
    Price, _reading(quantities.read_byte_price), SHOWN, _pattern(quantities.BYTE_PRICE, "0.085 USD/GB")
]
CountPrice = Annotated[
    Price, _reading(quantities.read_count_price), SHOWN, _pattern(quantities.COUNT_PRICE, "0.01 USD/10_000")
]
MonthlyBudget = Annotated[Budget, _reading(quantities.read_budget), SHOWN, _pattern(quantities.BUDGET, "500 USD/month")]
TimeZone = Annotated[str, _reading(read_zone), _pattern(r"[A-Za-z][A-Za-z0-9_+/-]*", "Europe/Berlin")]
Languages = Annotated[str, _reading(read_languages), _pattern(LANGUAGES, "de,en;q=0.7")]
Browser = Annotated[str, _reading(read_user_agent), _pattern(r".*\S.*", *USER_AGENTS)]
Target = Annotated[str, _reading(calls.read_target), _pattern(calls.TARGET, "/p/{sku}")]
Endpoint = Annotated[str, _reading(calls.read_endpoint), _pattern(calls.ENDPOINT, "GET /api/search")]
Calls = Annotated[
    tuple[Annotated[Call, _reading(calls.read_call), SHOWN], ...],
    BeforeValidator(_counted),
    PlainSerializer(_uncounted),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["integer", "string"], "minimum": 0, "pattern": "^[0-9][0-9_]*$"},
                {"type": "array", "items": {"type": "string", "pattern": f"^{calls.CALL.replace('(?:', '(')}$"}},
            ]
        }
    ),
]
Level = Annotated[Sentence, _reading(sentence.read_sentence), SHOWN, _pattern(sentence.PATTERN, "p95 < 300ms")]
Worse = Annotated[Change, _reading(sentence.read_change), SHOWN, _pattern(sentence.CHANGE_PATTERN, "p95 up 10%")]
Body = Annotated[Any, BeforeValidator(read_body), WithJsonSchema({})]
Statuses = Annotated[
    tuple[Status, ...],
    BeforeValidator(_several),
    WithJsonSchema({"anyOf": [{"type": ["integer", "string"]}, {"type": "array"}]}),
]
Texts = Annotated[
    tuple[Text, ...],
    BeforeValidator(_several),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Query = Annotated[str, _reading(read_text)]
