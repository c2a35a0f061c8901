"""A site that is a function, on loopback: from a path to an answer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server sends; None for a status cuts the connection without an answer."""

    status: int | None = 200
    body: bytes = b""
    fields: dict[str, str] = field(default_factory=dict)


Site = Callable[[str], Answer]


@contextmanager
def serving(site: Site) -> Iterator[str]:
    """Serve the function on a free port, and yield its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # header and body in one segment: two would wait for each other's acknowledgement
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            answer = site(self.path)
            if answer.status is None:
                self.close_connection = True
                return
            self.send_response_only(answer.status)
            self.send_header("Date", self.date_time_string())
            for name, value in answer.fields.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_HEAD = do_GET  # noqa: N815
        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128  # a burst beyond the usual five would wait a second for its next attempt

        def handle_error(self, *_: object) -> None:
            """Say nothing: a client that hangs up is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
