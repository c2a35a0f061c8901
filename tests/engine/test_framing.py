"""Whatever a server sends is read as browsers read it, however it is cut into pieces."""

import pytest

from scalecheck.model.evidence import Loss
from tests.engine.asking import asking
from tests.engine.servers import CLOSE, Pieces, answering

LONG = b"x" * 5000
OK = b"HTTP/1.1 200 OK\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
ABC_CHUNKED = b"3\r\nabc\r\n0\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def bytewise(data: bytes) -> list[bytes]:
    return [bytes([each]) for each in data]


ANSWERS: list[tuple[str, Pieces, int, bytes]] = [
    ("a length", [OK + b"Content-Length: 5000\r\n\r\n" + LONG], 200, LONG),
    ("a length, in pieces", [OK + b"content-", b"length:5000\r\n\r", b"\n" + LONG[:10], LONG[10:]], 200, LONG),
    ("a length twice, the same", [OK + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"], 200, b"abc"),
    ("a length in a list, the same", [OK + b"Content-Length: 3, 3\r\n\r\nabc"], 200, b"abc"),
    ("no body", [OK + b"Content-Length: 0\r\n\r\n"], 200, b""),
    ("204", [b"HTTP/1.1 204 No Content\r\n\r\n"], 204, b""),
    ("304 with a length", [b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5000\r\n\r\n"], 304, b""),
    ("no reason", [b"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabc"], 200, b"abc"),
    ("chunked", [CHUNKED + b"5\r\nhello\r\n0\r\n\r\n"], 200, b"hello"),
    ("chunked, byte by byte", bytewise(CHUNKED + b"5;ext=1\r\nhello\r\nA\r\n0123456789\r\n0\r\nX-T: 1\r\n\r\n"), 200,
     b"hello0123456789"),
    ("chunked, cut between CR and LF", [CHUNKED + b"5\r\nhello\r", b"\n3\r\nabc\r\n0\r\n\r", b"\n"], 200, b"helloabc"),
    ("chunked despite a length", [OK + b"Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n" + ABC_CHUNKED], 200,
     b"abc"),
    ("chunked behind another coding", [OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + ABC_CHUNKED], 200, b"abc"),
    ("early hints", [HINTS + OK + b"Content-Length: 3\r\n\r\nabc"], 200, b"abc"),
    ("early hints, then a pause", [HINTS, OK + b"Content-Length: 3\r\n\r\nabc"], 200, b"abc"),
    ("closed behind it", [OK + b"Connection: close\r\nContent-Length: 3\r\n\r\nabc", CLOSE], 200, b"abc"),
    ("until the end", [OK + b"\r\n", LONG, LONG, CLOSE], 200, LONG + LONG),
    ("until the end, nothing", [OK + b"\r\n", CLOSE], 200, b""),
    ("a coding that is not chunked", [OK + b"Transfer-Encoding: gzip\r\n\r\n" + LONG, CLOSE], 200, LONG),
    ("HTTP/1.0", [b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", CLOSE], 200, b"abc"),
    ("an error", [b"HTTP/1.1 500 X\r\nContent-Length: 3\r\n\r\nabc"], 500, b"abc"),
    ("line feeds alone", [b"HTTP/1.1 200 OK\nContent-Length: 3\n\nabc"], 200, b"abc"),
    ("line feeds alone, and what looks like an end in the body", [b"HTTP/1.1 200 OK\nContent-Length: 7\n\nab\r\n\r\nc"],
     200, b"ab\r\n\r\nc"),
    ("line feeds, in pieces", [b"HTTP/1.1 200 OK\nContent-", b"Length: 3\n", b"\nabc"], 200, b"abc"),
    ("more than the length says", [OK + b"Content-Length: 2\r\n\r\nabcdef"], 200, b"ab"),
    ("folded fields", [OK + b"X: a\r\n b\r\nContent-Length: 3\r\n\r\nabc"], 200, b"abc"),
]  # fmt: skip

LOSSES: list[tuple[str, Pieces, Loss]] = [
    ("nothing", [CLOSE], Loss.CUT),
    ("half a head", [OK + b"Content-", CLOSE], Loss.CUT),
    ("less than the length says", [OK + b"Content-Length: 30\r\n\r\nabc", CLOSE], Loss.CUT),
    ("half a chunk", [CHUNKED + b"5\r\nhel", CLOSE], Loss.CUT),
    ("no last chunk", [CHUNKED + b"5\r\nhello\r\n", CLOSE], Loss.CUT),
    ("no HTTP", [b"NOPE\r\n\r\n"], Loss.PROTOCOL),
    ("no HTTP, without an end", [b"SSH-2.0-OpenSSH_9.2\r\n"], Loss.PROTOCOL),
    ("HTTP/2 in plain", [b"HTTP/2.0 200 OK\r\n\r\n"], Loss.PROTOCOL),
    ("two lengths", [OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nab"], Loss.PROTOCOL),
    ("a negative length", [OK + b"Content-Length: -2\r\n\r\nab"], Loss.PROTOCOL),
    ("a length in words", [OK + b"Content-Length: two\r\n\r\nab"], Loss.PROTOCOL),
    ("no size of a chunk", [CHUNKED + b"ZZ\r\nabc\r\n0\r\n\r\n"], Loss.PROTOCOL),
    ("a negative size of a chunk", [CHUNKED + b"-3\r\nabc\r\n0\r\n\r\n"], Loss.PROTOCOL),
    ("a chunk longer than its size", [CHUNKED + b"3\r\nabcdef\r\n0\r\n\r\n"], Loss.PROTOCOL),
    ("an endless size of a chunk", [CHUNKED + b"1" * 40_000], Loss.PROTOCOL),
    ("an endless head", [OK + b"X: " + b"y" * 300_000], Loss.PROTOCOL),
    ("another protocol, unasked", [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"], Loss.PROTOCOL),
    ("an answer that does not end", [OK + b"Content-Length: 30\r\n\r\nabc"], Loss.TIMEOUT),
    ("no answer", [], Loss.TIMEOUT),
]  # fmt: skip


@pytest.mark.parametrize(("pieces", "status", "body"), [pytest.param(*row[1:], id=row[0]) for row in ANSWERS])
@pytest.mark.parametrize("keep", [0, 1 << 20], ids=["counted", "kept"])
def test_answers(pieces: Pieces, status: int, body: bytes, keep: int) -> None:
    with answering(lambda head: pieces) as server, asking(server.port) as client:
        for _ in range(3):  # the second time its head is remembered
            found = client.ask(keep=keep)
            assert (found.loss, found.status, found.body) == (None, status, body if keep else None)
            assert found.due_s <= found.sent_s <= found.first_s <= found.ended_s


@pytest.mark.parametrize(("pieces", "loss"), [pytest.param(*row[1:], id=row[0]) for row in LOSSES])
def test_what_is_no_answer(pieces: Pieces, loss: Loss) -> None:
    with answering(lambda head: pieces) as server, asking(server.port, timeout_s=0.2) as client:
        for _ in range(2):
            found = client.ask()
            assert (found.loss, found.status) == (loss, 0), found.detail
            assert found.detail


def test_an_answer_to_head_has_no_body() -> None:
    with answering(lambda head: [OK + b"Content-Length: 5000\r\n\r\n"]) as server, asking(server.port) as client:
        assert [client.ask(method="HEAD").status for _ in range(3)] == [200, 200, 200]
        assert server.connections == 1


def test_bytes_are_counted_exactly() -> None:
    answers = [bytes(piece) for _, pieces, *_ in ANSWERS[:8] for piece in [b"".join(p for p in pieces if p)]]
    turn = iter(answers)
    with answering(lambda head: [next(turn)]) as server, asking(server.port) as client:
        assert [client.ask().size for _ in answers] == list(map(len, answers))


def test_only_what_is_wanted_of_a_body_is_kept() -> None:
    with answering(lambda head: [OK + b"Content-Length: 5000\r\n\r\n" + LONG]) as server, asking(server.port) as client:
        found = client.ask(keep=10)
    assert found.body == LONG[:10]
    assert found.size > len(LONG)


def test_fields_are_read_where_they_are_wanted() -> None:
    sent = (
        OK + b"Content-Length: 0\r\nSet-Cookie: a=1\r\nset-cookie:  b=2 \r\nX: a\r\n\tb\r\n: nothing\r\nnothing\r\n\r\n"
    )
    with answering(lambda head: [sent]) as server, asking(server.port) as client:
        head = client.ask().head
    assert head is not None
    assert head.fields.all("set-cookie") == ("a=1", "b=2")
    assert head.fields.first("x") == "a b"
    assert len(head.fields) == 4
