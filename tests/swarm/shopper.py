"""A team's own locustfile, as its documentation shows one."""

from locust import constant, events, task

from scalecheck.swarm.guests import RefusedError
from scalecheck.swarm.locust_typed import listen
from scalecheck.swarm.user import Visitor

seen: list[str] = []


def note(request_type: str, name: str, **_: object) -> None:
    seen.append(f"{request_type} {name}")


listen(events.request, note)


class Shopper(Visitor):
    """Looks at two pages and asks for some things besides."""

    wait_time = constant(0.3)

    @task
    def shop(self) -> None:
        """Do one round; what is not as it should be ends the whole test with an exception that Locust shows."""
        first = self.visit("home")
        assert first.failure is None, first.failure
        answer = self.get("/api/products/1?colour=red")
        assert answer.status == 200, answer.status
        assert str(answer.json()["id"]) == "1"
        assert answer.failure is None
        again = self.get("/api/products/1", cache=True)
        assert again.failure is None
        missing = self.get("/nowhere", name="GET nowhere")
        assert (missing.status, missing.failure) == (404, "status 404")
        for method, url in (("GET", "https://elsewhere.example/"), ("POST", "/api/basket")):
            try:
                self.request(method, url)
            except RefusedError:
                continue
            raise AssertionError(f"{method} {url} was sent")
        assert set(seen) == {"GET /api/products/1", "GET nowhere"}, set(seen)
