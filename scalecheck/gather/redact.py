"""Secrets leave no trace in evidence; what is cut out keeps a keyed digest, so that equality can still be judged."""

import hmac
import re
import secrets
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import quote, quote_plus

from scalecheck.model.browsing import Fetched
from scalecheck.model.evidence import Failure, LabRun, Record, Request, View
from scalecheck.wire.fields import Fields

SHORTEST_SECRET = 4
"""Shorter values stand in too many places by chance to be cut out of bodies."""
WHOLE_VALUE = frozenset({"cookie", "authorization", "proxy-authorization", "x-api-key"})


def _forms(value: str) -> Iterator[str]:
    """Yield a secret as it is, percent-encoded as in a Location, and in base64 as in a Basic credential."""
    yield value
    yield quote(value, safe="")
    yield quote_plus(value)
    encoded = b64encode(value.encode("utf-8", "surrogatepass")).decode()
    yield encoded.rstrip("=")


@dataclass(frozen=True)
class Redactor:
    """Cuts secrets out of records. Its key is made for one run and never written."""

    secrets: tuple[str, ...] = ()
    """Values of `${env:…}` and of the identities' fields."""
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    @classmethod
    def of(cls, values: Iterable[str]) -> "Redactor":
        """Return a redactor of these values, also as URLs and base64 write them; the longest is cut out first."""
        usable = {form for value in values if len(value) >= SHORTEST_SECRET for form in _forms(value)}
        return cls(tuple(sorted(usable, key=lambda value: (-len(value), value))))

    def record(self, record: Record) -> Record:
        """Return the record without secrets."""
        request = self._request(record.ask.request)
        ask = record.ask if request == record.ask.request else replace(record.ask, request=request)
        if isinstance(record, Failure):
            return replace(record, ask=ask, detail=self.text(record.detail))
        if isinstance(record, LabRun):
            return self._lab_run(replace(record, ask=ask))
        if isinstance(record, View):
            return self._view(replace(record, ask=ask))
        response = replace(
            record.response,
            fields=self.fields(record.fields),
            body=self._body(record.response.body),
            interim=tuple((status, self.fields(each)) for status, each in record.response.interim),
        )
        return replace(record, ask=ask, response=response)

    def _view(self, view: View) -> View:
        return replace(
            view,
            requests=self._fetched(view.requests),
            text=self.text(view.text),
            stored=tuple(replace(each, key=self.text(each.key)) for each in view.stored),
            errors=tuple(self.text(each) for each in view.errors),
        )

    def _lab_run(self, run: LabRun) -> LabRun:
        return replace(
            run,
            requests=self._fetched(run.requests),
            waste={kind: {self.text(url): wasted for url, wasted in by.items()} for kind, by in run.waste.items()},
            third_parties={self.text(name): transferred for name, transferred in run.third_parties.items()},
            warnings=tuple(self.text(each) for each in run.warnings),
        )

    def _fetched(self, requests: tuple[Fetched, ...]) -> tuple[Fetched, ...]:
        return tuple(
            replace(
                each,
                url=self.text(each.url),
                request_fields=self.fields(each.request_fields),
                response_fields=self.fields(each.response_fields),
            )
            for each in requests
        )

    def fields(self, fields: Fields) -> Fields:
        """Return the field lines without secrets; a cookie keeps its name and attributes.

        Lines without any stay the same objects: thousands of answers share them.
        """
        changed = {line: value for line in fields if (value := self._value(line[0].lower(), line[1])) != line[1]}
        if not changed:
            return fields
        return Fields(tuple((line[0], changed[line]) if line in changed else line for line in fields))

    def text(self, text: str) -> str:
        """Return text with every known secret replaced by its mark."""
        return self._pattern.sub(lambda found: self._mark(found[0]), text) if self.secrets else text

    def _value(self, name: str, value: str) -> str:
        if name == "set-cookie":
            pair, semicolon, attributes = value.partition(";")
            cookie, equals, content = pair.partition("=")
            return f"{cookie}{equals}{self._mark(content) if content else ''}{semicolon}{self.text(attributes)}"
        return self._mark(value) if name in WHOLE_VALUE else self.text(value)

    def _request(self, request: Request) -> Request:
        return replace(request, url=self.text(request.url), fields=self.fields(request.fields))

    def _body(self, body: bytes | None) -> bytes | None:
        if body is None or not self.secrets:
            return body
        return self._pattern_bytes.sub(lambda found: self._mark(found[0].decode("latin-1")).encode(), body)

    def _mark(self, secret: str) -> str:
        return f"redacted-{hmac.digest(self.key, secret.encode('utf-8', 'surrogatepass'), 'sha256').hex()[:12]}"

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(re.escape(secret) for secret in self.secrets))

    @cached_property
    def _pattern_bytes(self) -> re.Pattern[bytes]:
        return re.compile(b"|".join(re.escape(secret.encode()) for secret in self.secrets))
