"""Sessions of the DevTools protocol: the browser's, which Playwright holds, and behind it those of pages and workers.

Playwright's own pages are left out: they are always in front, and what a page sends when it is hidden could not be
seen. So a page is opened in a context that Playwright does not know, and its session is reached through the browser's
(`Target.sendMessageToTarget`), as that of a worker is through its page's.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from playwright.async_api import CDPSession

ANSWERS_WITHIN_S = 10.0
"""The longest that a command may take; a page that is busier is not waited for."""
MESSAGE = "Target.receivedMessageFromTarget"


class CommandFailed(Exception):  # noqa: N818  its message is the browser's own
    """The browser refused a command, or did not answer it."""


class Above(Protocol):
    """The session through which another one is reached."""

    async def command(self, method: str, params: Mapping[str, object] | None = None) -> Any:
        """Send a command, and return its result; CommandFailed where there is none."""


class Whole:
    """The session of a whole browser."""

    def __init__(self, session: "CDPSession") -> None:
        self._session = session

    async def command(self, method: str, params: Mapping[str, object] | None = None) -> Any:
        """Send a command, and return its result; CommandFailed where there is none."""
        from playwright.async_api import Error

        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                return await self._session.send(method, dict(params or {}))
        except TimeoutError:
            raise CommandFailed(f"{method} was not answered") from None
        except Error as error:
            raise CommandFailed(f"{method}: {error.message}") from None


class Channel:
    """The session of a page or a worker, reached through the one above it."""

    def __init__(self, above: Above, number: str, by: str) -> None:
        self.by = by
        """page, worker or service_worker."""
        self.workers: dict[str, Channel] = {}
        """Those behind this one, by the numbers of their sessions."""
        self._above = above
        self._session = number
        self._sent = 0
        self._waiting: dict[int, asyncio.Future[Any]] = {}

    async def command(self, method: str, params: Mapping[str, object] | None = None) -> Any:
        """Send a command, and return its result; CommandFailed where there is none."""
        self._sent += 1
        number = self._sent
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                await self._pass_on(number, method, params)
                return await answer
        except TimeoutError:
            raise CommandFailed(f"{method} was not answered") from None
        finally:
            del self._waiting[number]

    async def post(self, method: str, params: Mapping[str, object] | None = None) -> None:
        """Send a command whose result nobody waits for."""
        self._sent += 1
        await self._pass_on(self._sent, method, params)

    def answered(self, message: Mapping[str, Any]) -> None:
        """Hand an answer to whoever waits for it."""
        waiting = self._waiting.get(message["id"])
        if waiting is None or waiting.done():
            return
        if (error := message.get("error")) is not None:
            waiting.set_exception(CommandFailed(str(error.get("message") or "refused")))
        else:
            waiting.set_result(message.get("result") or {})

    async def _pass_on(self, number: int, method: str, params: Mapping[str, object] | None) -> None:
        message = json.dumps({"id": number, "method": method, "params": dict(params or {})})
        await self._above.command("Target.sendMessageToTarget", {"sessionId": self._session, "message": message})
