"""Data files of the traffic: missing, empty, without the column that a request takes."""

from pathlib import Path

import pytest

from scalecheck.model.profile_data import data_problems
from scalecheck.model.profile_file import read_profile

PROFILE = """\
scalecheck: 1
traffic:
  pages:
    product:
      share: 100%
      get: /p/{sku}
      data: {from: data/skus.csv}
      api: [GET /api/session, "GET /api/products/{sku}", "GET /api/stock/{depot}", POST /api/cart]
  routes:
    POST /api/cart: {writes: true, json: {sku: "{sku}", qty: 1}}
    GET /api/stock/{depot}: {data: {from: depots.csv, pick: zipf}}
    GET /api/search: {rate: 1/s, query: {q: "{sku}"}}
"""
SKUS, DEPOTS = b"sku,name\n1,Boot\n", b"depot\nnorth\n"


def said(folder: Path, text: str = PROFILE) -> list[str]:
    (folder / "shop.yaml").write_text(text)
    return [str(each).replace(str(folder), "…") for each in data_problems(read_profile(folder / "shop.yaml", None))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/skus.csv").write_bytes(SKUS)
    (tmp_path / "depots.csv").write_bytes(DEPOTS)
    return tmp_path


@pytest.mark.parametrize("text", [SKUS, b"\xef\xbb\xbf" + SKUS, b'"sku" ;x,name\r\n', b"name, sku \r\nBoot,1\r\n"])
def test_what_has_its_columns_is_no_mistake(folder: Path, text: bytes) -> None:
    (folder / "data/skus.csv").write_bytes(text)
    assert bool(said(folder)) == (b";" in text)


WRONG = [
    (b"", "…/data/skus.csv: expected CSV whose first line names its columns, found nothing there"),
    (b"\n\n1,2\n", "…/data/skus.csv: expected CSV whose first line names its columns, found nothing there"),
    (b"sku,name\n", "…/data/skus.csv: has no row behind its header"),
    (b"sku,name\n,\n\n", "…/data/skus.csv: has no row behind its header"),
    (b"sku,sku\n1,2\n", "…/data/skus.csv: the column sku stands there twice"),
    (b"sku\n\xff\xfe\n", "…/data/skus.csv: expected CSV in UTF-8"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_what_is_no_table_is_named(folder: Path, text: bytes, message: str) -> None:
    (folder / "data/skus.csv").write_bytes(text)
    (line,) = said(folder)
    assert line.startswith(f"…/shop.yaml:7  traffic.pages.product.data.from: {message}")


def test_what_is_not_there_is_named_with_a_guess(folder: Path) -> None:
    (folder / "data/skus.csv").rename(folder / "data/sku.csv")
    assert said(folder) == [
        '…/shop.yaml:7  traffic.pages.product.data.from: …/data/skus.csv: no such file; did you mean "sku.csv"?'
    ]
    (folder / "depots.csv").unlink()
    (folder / "depots.csv").mkdir()
    assert said(folder)[1].endswith("depots.csv: expected a file")


def test_a_column_that_nothing_has_is_named_wherever_it_is_taken(folder: Path) -> None:
    (folder / "data/skus.csv").write_bytes(b"SKU,name\n1,Boot\n")
    lines = said(folder)
    assert [line.partition("  ")[2].partition(": ")[0] for line in lines] == [
        "traffic.pages.product.get",
        "traffic.pages.product.api[1]",
        "traffic.routes.POST /api/cart.json",
        "traffic.routes.GET /api/search.query.q",
    ]
    assert lines[0].endswith("no data has a column sku; there are SKU, name")


def test_a_file_is_relative_to_the_profile_that_names_it(folder: Path, tmp_path: Path) -> None:
    (folder / "base").mkdir()
    (folder / "base/shop.yaml").write_text(PROFILE)
    assert len(said(folder, "scalecheck: 1\nextends: base/shop.yaml\n")) == 2
    for name in ("data", "depots.csv"):
        (folder / name).rename(folder / "base" / name)
    assert said(folder, "scalecheck: 1\nextends: base/shop.yaml\n") == []
