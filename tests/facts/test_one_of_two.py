"""`blank means not applicable beside`: each way in reads a row alike, records, columns, frames and the gate."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import licet

POLICY = """
module demo "Demo"
  jurisdiction VELD
  authority A "Act"
entity Book "book"
  secret : boolean "is secret"
entity Shipment "shipment"
  book   : Book blank means not applicable beside weight "book"
  pages  : number blank means not applicable beside book_2 "pages"
  weight : number blank means not applicable "weight"
  book_2 : Book blank means not applicable "another book"
decision permit of s: Shipment "permit"
  outcomes free < noted < needed
  otherwise free
rule secrets "Secret books"
  for s: Shipment
  cites A "1"
  when s.book.secret
  then permit of s is needed
rule pages "Thick books"
  for s: Shipment
  cites A "2"
  when s.pages is at least 1000
  then permit of s is noted
"""

ROWS: list[dict[str, Any]] = [
    {"id": "a book", "book": "b", "weight": None, "pages": 10, "book_2": None},
    {"id": "a weight", "book": None, "weight": "5", "pages": 10, "book_2": None},
    {"id": "nothing", "book": None, "weight": None, "pages": 10, "book_2": None},
    {"id": "no weight", "book": None, "weight": "not applicable", "pages": 10, "book_2": None},
    {"id": "a weight that nobody knows", "book": None, "weight": "unknown", "pages": 10, "book_2": None},
    {"id": "a weight that nobody can tell", "book": None, "weight": "undetermined", "pages": 10, "book_2": None},
    {"id": "some book and a weight", "book": "unknown", "weight": "5", "pages": 10, "book_2": None},
    {"id": "pages that do not apply", "book": "b", "weight": None, "pages": None, "book_2": "b"},
    {"id": "pages that nobody counted", "book": "b", "weight": None, "pages": None, "book_2": None},
]
EXPECTED = {
    "a book": ("free", "free"),
    "a weight": ("free", "free"),
    "nothing": ("free", "needed"),
    "no weight": ("free", "needed"),
    "a weight that nobody knows": ("free", "needed"),
    "a weight that nobody can tell": ("free", "free"),
    "some book and a weight": ("free", "needed"),
    "pages that do not apply": ("free", "free"),
    "pages that nobody counted": ("free", "noted"),
}


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> licet.Policy:
    file = tmp_path_factory.mktemp("policy") / "demo.licet"
    file.write_text(POLICY, encoding="utf-8")
    return licet.load(file)


def as_json(folder: Path) -> Any:
    tables = {"Book": [{"id": "b", "secret": False}], "Shipment": [{k: v for k, v in r.items() if v} for r in ROWS]}
    (folder / "facts.json").write_text(json.dumps(tables), encoding="utf-8")
    return folder / "facts.json"


def in_tables(write: Callable[[Path], Path | list[dict[str, Any]]]) -> Callable[[Path], Any]:
    def of(folder: Path) -> Any:
        books = folder / "Book.csv"
        books.write_text("id,secret\nb,no\n", encoding="utf-8")
        return {"Book": books, "Shipment": write(folder)}

    return of


def as_csv(folder: Path) -> Path:
    pa.csv.write_csv(pa.Table.from_pylist(ROWS), folder / "Shipment.csv")
    return folder / "Shipment.csv"


def as_lines(folder: Path) -> Path:
    (folder / "Shipment.jsonl").write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    return folder / "Shipment.jsonl"


def as_parquet(folder: Path) -> Path:
    pq.write_table(pa.Table.from_pylist(ROWS), folder / "Shipment.parquet")
    return folder / "Shipment.parquet"


WAYS: dict[str, Callable[[Path], Any]] = {
    "json": as_json,
    "csv": in_tables(as_csv),
    "jsonl": in_tables(as_lines),
    "parquet": in_tables(as_parquet),
    "a frame": in_tables(lambda _: ROWS),
}


@pytest.mark.parametrize("way", WAYS)
def test_ways_in(policy: licet.Policy, tmp_path: Path, way: str) -> None:
    found = policy.decide_table(WAYS[way](tmp_path), as_of=date(2026, 1, 1)).to_pylist()
    answers = {row["id"]: (row["permit.must"], row["permit.may"]) for row in found if row["type"] == "Shipment"}
    assert answers == EXPECTED


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_the_gate(policy: licet.Policy, row: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "Book.csv").write_text("id,secret\nb,no\n", encoding="utf-8")
    gate = policy.gate("Shipment", tmp_path / "Book.csv", as_of=date(2026, 1, 1))
    for case in (row, {k: v for k, v in row.items() if v}, {k: v for k, v in row.items() if k != "id"}):
        assert gate(case).outcomes["permit"] == EXPECTED[row["id"]]
    decided = gate.decision(row)
    assert [(o.must, o.may) for o in decided.overall] == [EXPECTED[row["id"]]]
