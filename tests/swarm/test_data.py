"""Values of CSV files: what is wrong with which line, which columns are kept, and how rows are drawn."""

from collections import Counter
from pathlib import Path

import pytest

from scalecheck.model.profile_file import read_profile
from scalecheck.model.profile_yaml import ProfileError
from scalecheck.swarm.data import ERRORS_AT_MOST, ROWS_AT_MOST, Draw, Table, read_data, read_rows, sampled

PROFILE = """\
scalecheck: 1
traffic:
  pages: {product: {share: 100%, get: "/p/{sku}", data: {from: data/skus.csv}, api: ["GET /api/stock/{depot}"]}}
  routes:
    GET /api/search: {rate: 1/s, query: {q: "{term}"}, headers: {X-Name: "{name}"}, data: {from: terms.csv, pick: zipf}}
"""

ROWS = [
    ("one row", b"sku\n1\n", [("1",)]),
    ("no line end", b"sku\n1", [("1",)]),
    ("empty lines between", b"sku\n\n1\n\n2\n", [("1",), ("2",)]),
    ("spaces around", b" sku , x\n 1 ,y\n", [("1",)]),
    ("columns nobody asks for", b"x,sku,y\na,1,b\n", [("1",)]),
    ("quoted", b'sku\n"a,b"\n', [("a,b",)]),
    ("a byte order mark", b"\xef\xbb\xbfsku\n1\n", [("1",)]),
]


@pytest.mark.parametrize(("text", "rows"), [pytest.param(*row[1:], id=row[0]) for row in ROWS])
def test_rows(tmp_path: Path, text: bytes, rows: list[tuple[str, ...]]) -> None:
    (tmp_path / "a.csv").write_bytes(text)
    assert read_rows(tmp_path / "a.csv", frozenset({"sku"})) == (Table(("sku",), tuple(rows)), [])


WRONG = [
    ("no row", b"sku\n", "a.csv  has no row behind its header"),
    ("too few columns", b"sku,x\n1,2\n3\n", "a.csv:3  expected 2 columns, found 1"),
    ("too many columns", b"sku\n1,2\n", "a.csv:2  expected 1 columns, found 2"),
    ("an empty value", b"sku,x\n,2\n", "a.csv:2  sku is empty"),
    ("a control character", b"sku\na\x00b\n", "a.csv:2  sku: expected text of at most 4096 characters without"),
    ("too long", b"sku\n" + b"a" * 4097, "a.csv:2  sku: expected text of at most 4096 characters without"),
    ("a line of a quoted value", b'sku\n"a\nb"\n', "a.csv:3  sku: expected text of at most 4096 characters without"),
    ("no UTF-8", b"sku\n\xff\n", "a.csv  expected CSV in UTF-8"),
]


@pytest.mark.parametrize(("text", "said"), [pytest.param(*row[1:], id=row[0]) for row in WRONG])
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "a.csv").write_bytes(text)
    (problem,) = read_rows(tmp_path / "a.csv", frozenset({"sku"}))[1]
    assert str(problem).replace(f"{tmp_path}/", "").startswith(said)


def test_reading_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"sku\n" + b"1\n" * (ROWS_AT_MOST + 5))
    table, problems = read_rows(path, frozenset({"sku"}))
    assert len(table.rows) == ROWS_AT_MOST + 1
    assert [each.line for each in problems] == [ROWS_AT_MOST + 2]
    path.write_bytes(b"sku,x\n" + b"1\n" * 1000)
    assert len(read_rows(path, frozenset({"sku"}))[1]) == ERRORS_AT_MOST


def test_what_a_profile_needs(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/skus.csv").write_bytes(b"sku,depot,name\n1,north,a\n")
    (tmp_path / "terms.csv").write_bytes(b"term,name,other\nshoes,b,c\n")
    (tmp_path / "shop.yaml").write_text(PROFILE)
    found = read_data(read_profile(tmp_path / "shop.yaml", None))
    skus, terms = str(tmp_path / "data/skus.csv"), str(tmp_path / "terms.csv")
    assert found.tables[skus] == Table(("sku", "depot", "name"), (("1", "north", "a"),))
    assert found.tables[terms] == Table(("term", "name"), (("shoes", "b"),))
    assert {name: (each.table, each.pick) for name, each in found.sources.items()} == {
        "product": (skus, "random"),
        "GET /api/search": (terms, "zipf"),
    }
    (tmp_path / "terms.csv").unlink()
    with pytest.raises(ProfileError, match=r"terms\.csv  cannot be read: no such file"):
        read_data(read_profile(tmp_path / "shop.yaml", None))


def test_all_rows_alike() -> None:
    draw = Draw(4, "random")
    assert [draw.at(share) for share in (0.0, 0.2499, 0.25, 0.9999, 1.0)] == [0, 0, 1, 3, 3]


def test_by_rank() -> None:
    draw = Draw(3, "zipf")  # 6/11, 3/11, 2/11
    assert [draw.at(share) for share in (0.0, 5.99 / 11, 6.01 / 11, 8.99 / 11, 9.01 / 11, 1.0)] == [0, 0, 1, 1, 2, 2]
    found = Counter(draw.at(number / 11_000) for number in range(11_000))
    assert [found[row] for row in range(3)] == pytest.approx([6000, 3000, 2000], abs=2)


def test_samples_are_the_first_rows() -> None:
    assert sampled(Table(("a",), (("1",), ("2",))), 5) == (0, 1)
    assert sampled(Table(("a",), (("1",), ("2",), ("3",))), 2) == (0, 1)
