"""A small server on loopback that fails as it is told to."""

import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCache-Control: no-store\r\nContent-Length: 20\r\n\r\n"
BODY = b"<title>a shop</title"[:20]


class Target:
    """Answers every request alike, over connections that are kept."""

    SLOW = "http://127.0.0.1:1"

    def __init__(
        self, context: ssl.SSLContext | None = None, delay_s: float = 0.0, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self._host = host
        self._context = context
        self._delay_s = delay_s
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listening: socket.socket | None = None
        self._port = port
        self.served = 0
        self.cut = False
        """Whether half of every answer is left out."""

    @property
    def url(self) -> str:
        return f"{'http' if self._context is None else 'https'}://{self._host}:{self._port}"

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Listen, at the same port as before."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((self._host, self._port))
        listening.listen(1024)
        self._port = listening.getsockname()[1]
        self._listening = listening
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()

    def close(self) -> None:
        """Listen no more, and close what is open."""
        if self._listening is not None:
            self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._listening = None
        self._hang_up()

    def present(self, certificate: Path, key: Path) -> None:
        """Show another certificate from now on, on new connections; the old ones are closed."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.options |= ssl.OP_NO_TICKET
        self._context = context
        self._hang_up()

    def _hang_up(self) -> None:
        with self._lock:
            for each in self._open:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the other side was first

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                raw, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        try:
            connection = raw if self._context is None else self._context.wrap_socket(raw, server_side=True)
        except OSError:
            return  # the client does not trust us
        with self._lock:
            self._open.add(connection)
        try:
            with connection:
                while self._answer(connection):
                    continue
        except OSError:
            return  # the client went away
        finally:
            with self._lock:
                self._open.discard(connection)

    def _answer(self, connection: socket.socket) -> bool:
        """Answer one request; return whether another may follow."""
        asked = b""
        while b"\r\n\r\n" not in asked:
            data = connection.recv(65536)
            if not data:
                return False
            asked += data
        if self._delay_s and b"scalecheck" not in asked:
            time.sleep(self._delay_s)
        with self._lock:
            self.served += 1
        connection.sendall(HEAD + (BODY[:5] if self.cut else BODY))
        return not self.cut


def certificate(folder: Path) -> tuple[Path, Path]:
    """Return a certificate for 127.0.0.1 and its key, signed by itself."""
    folder.mkdir(exist_ok=True)
    own, key = folder / "own.pem", folder / "own.key"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-keyout", str(key), "-out", str(own), "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*made, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return own, key
