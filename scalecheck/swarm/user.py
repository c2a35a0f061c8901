"""A user for a team's own locustfile: its tasks say what it does, and how it does it is a visitor's way.

    from locust import between, task
    from scalecheck.swarm.user import Visitor

    class Shopper(Visitor):
        wait_time = between(1, 3)

        @task
        def buy(self):
            self.visit("home")                                    # the document, and all that a browser loads with it
            self.post("/api/basket", json={"sku": "boot"}, name="POST /api/basket")

`scalecheck swarm --profile shop --locustfile shopper.py --locust '-u 50 -r 10 -t 1m'` plays and judges it. Pages and
requests go through the swarm's engine, each user with a cache and cookies of its own, and are counted as any swarm's;
`events.request` fires for what tasks ask for, not for every request that a page makes.
"""

import json as json_
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gevent.event import AsyncResult
from locust import User
from locust.env import Environment
from locust.exception import StopUser

from scalecheck.model.profile_file import profile_from_data
from scalecheck.swarm import playing
from scalecheck.swarm.aborting import Watch
from scalecheck.swarm.guests import Fetch, GuestPlayer, Guests
from scalecheck.swarm.locust_typed import options_of
from scalecheck.swarm.on_master import Piece
from scalecheck.swarm.player import engine_of, equipped, read_script
from scalecheck.swarm.script import Script
from scalecheck.swarm.view import View
from scalecheck.wire.codings import decode
from scalecheck.wire.fields import Fields

OWN_TASKS = "own tasks"
"""What the shape is called that Locust's users make."""


class Answer:
    """What came of a request."""

    def __init__(self, fetch: Fetch, seconds: float, limit: int) -> None:
        self._exchange = fetch.exchange
        self._limit = limit
        self.seconds = seconds
        """From the task's asking to the last byte."""
        self.failure = fetch.failure
        """Why it counts as failed; None where it does not."""
        self.from_cache = fetch.exchange is None
        """Whether the visitor's own cache had the answer, so that nothing was sent."""

    @property
    def status(self) -> int:
        """The status code; 0 without an answer, and where the cache had it."""
        return self._exchange.status if self._exchange is not None else 0

    @property
    def fields(self) -> Fields:
        """The answer's fields."""
        head = self._exchange.head if self._exchange is not None else None
        return head.fields if head is not None else Fields()

    @property
    def body(self) -> bytes:
        """The body, decoded."""
        sent = (self._exchange.body if self._exchange is not None else None) or b""
        return decode(sent, self.fields.get("content-encoding") or "", self._limit).body

    def json(self) -> Any:
        """Return the body's JSON; ValueError where it is none."""
        return json_.loads(self.body)


class Visitor(User):
    """A visitor whose tasks a team writes."""

    abstract = True

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._guest: Any = None

    def visit(self, page: str) -> View:
        """See a page of the profile's traffic, with all that it loads and calls; wait until it is there."""
        waited: AsyncResult = AsyncResult()
        guests = self._guests()
        guests.visit(self._guest, page, lambda view, ended_s: waited.set((view, ended_s)))
        view: View = waited.get()[0]
        return view

    def request(
        self,
        method: str,
        path: str,
        *,
        name: str | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: bytes = b"",
        cache: bool = False,
    ) -> Answer:
        """Send a request and wait for its answer; `name` is what it is counted as, without it method and path.

        With `cache` it goes by way of the visitor's cache, which knows whether an answer holds and has no bodies.
        """
        fields = tuple((headers or {}).items())
        if json is not None:
            body = json_.dumps(json).encode()
            fields = (("Content-Type", "application/json"), *fields)
        waited: AsyncResult = AsyncResult()
        guests = self._guests()
        guests.fetch(
            self._guest,
            method,
            path,
            lambda view, ended_s: waited.set((view, ended_s)),
            name=name,
            fields=fields,
            body=body,
            by_cache=cache,
        )
        fetch, ended_s = waited.get()
        answer = Answer(fetch, ended_s - fetch.due_s, _player(self.environment).body_limit)
        self._fire(method, name or path, answer, fetch)
        return answer

    def get(self, path: str, **more: Any) -> Answer:
        """Send a GET request."""
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> Answer:
        """Send a POST request; the profile has to allow writes."""
        return self.request("POST", path, **more)

    def on_stop(self) -> None:
        """Go home."""
        if self._guest is not None:
            self._guest.leave()

    def _guests(self) -> Guests:
        """Return the guests of this process, once the run has begun; StopUser when it is over."""
        player = _player(self.environment)
        if player.stopped:
            raise StopUser
        if self._guest is None:
            self._guest = player.guests.newcomer()
        return player.guests

    def _fire(self, method: str, name: str, answer: Answer, fetch: Fetch) -> None:
        self.environment.events.request.fire(
            request_type=method,
            name=name.removeprefix(f"{method} ").partition("?")[0],
            response_time=answer.seconds * 1000,
            response_length=fetch.size,
            response=answer,
            exception=Exception(answer.failure) if answer.failure else None,
            context={},
        )


def _player(environment: Environment) -> "OwnTasks":
    """Return what this process plays, once the run has begun everywhere."""
    worker = playing.inside(environment).worker
    assert worker is not None  # users run where there is a worker
    player = worker.begun_player()
    if not isinstance(player, OwnTasks):
        raise StopUser
    return player


class OwnTasks(GuestPlayer):
    """What a worker plays whose users do what their tasks say."""

    def __init__(self, script: Script, shard: Mapping[str, Any], ca_file: Path | None, connect_to: str | None) -> None:
        profile = equipped(script)
        engine = engine_of(profile, ca_file, connect_to)
        super().__init__(script, profile, engine, shard=shard["shard"], of=shard["of"])
        self.body_limit = profile.safety.body_limit


def read(text: str) -> Piece:
    """Return what a master has played, of a script's text: as long as Locust's users run."""
    script = Script.from_json(text)
    profile = profile_from_data(script.profile)
    run = script.run(profile.traffic.normal, shape=OWN_TASKS, scale=1.0)
    return Piece(text, run, profile, lambda: Watch(profile.abort), open_ended=True, profile_path=script.profile_path)


def play(environment: Environment, shard: Mapping[str, Any]) -> OwnTasks:
    """Return what plays a shard in this process."""
    options = options_of(environment)
    ca_file = Path(options.scalecheck_ca_file) if options.scalecheck_ca_file else None
    return OwnTasks(read_script(shard["script"]), shard, ca_file, options.scalecheck_connect_to or None)


playing.install(read, play, own_tasks=True)
