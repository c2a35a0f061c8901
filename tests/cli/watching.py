"""Who watches a swarm from elsewhere: a collector on loopback, and a reader of what Prometheus would read."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from prometheus_client.parser import text_string_to_metric_families


def points(body: dict[str, Any], name: str, kind: str) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return the data points of one metric, by the values of their attributes."""
    (resource,) = body["resourceMetrics"]
    (scope,) = resource["scopeMetrics"]
    (metric,) = [each for each in scope["metrics"] if each["name"] == name]
    return {
        tuple(each["value"]["stringValue"] for each in point["attributes"]): point
        for point in metric[kind]["dataPoints"]
    }


@contextmanager
def collector(status: int) -> Iterator[tuple[str, list[Any]]]:
    """Run a collector that answers with a status; yields its URL, and what it took: paths and bodies."""
    taken: list[Any] = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's own name
            taken.append((self.path, json.loads(self.rfile.read(int(self.headers["content-length"])))))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's own name
            return

    server = HTTPServer(("127.0.0.1", 0), Takes)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", taken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def samples(text: str) -> dict[str, float]:
    """Return what Prometheus reads, by name and labels."""
    return {f"{name}{sorted(labels.items())}": value for name, labels, value in sampled(text)}


def sampled(text: str) -> Iterator[tuple[str, Mapping[str, str], float]]:
    """Yield name, labels and value of everything that Prometheus reads."""
    for family in text_string_to_metric_families(text):
        for each in family.samples:
            yield each.name, each.labels, each.value
