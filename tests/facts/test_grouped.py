"""What is wrong is said once for all rows of which the same is to be said, and none of it hides behind the others."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.facts.inventory.from_tables import read_tables
from licet.ir.policy import Policy

WORDS = ("frobnicate", "Unverified", "WRONG", "open ended", "§")


def findings(policy: Policy, folder: Path, name: str, content: str) -> list[tuple[str, tuple[str, ...]]]:
    file = folder / name
    file.write_text(content, encoding="utf-8")
    return [(d.message, d.notes) for d in read_tables(file, policy).diagnostics]


def test_one_wrong_value_is_not_hidden_by_many_others(library: Policy, tmp_path: Path) -> None:
    rows = "".join(f"m{i},{'Wrong' if i == 400 else 'Unverified'}\n" for i in range(532))

    assert findings(library, tmp_path, "Model.csv", "id,openness\n" + rows) == [
        ("`Unverified` is not a value of `openness`, in 531 rows", ("rows 2, 3, 4, 5, 6 and 526 more",)),
        ("`Wrong` is not a value of `openness`", ()),
    ]


def test_many_values_are_listed_with_their_counts(library: Policy, tmp_path: Path) -> None:
    rows = "".join(f"m{i},w{i % 25}\n" for i in range(100))
    found = findings(library, tmp_path, "Model.csv", "id,openness\n" + rows)

    assert len(found) == 21
    assert found[-1] == (
        "and 20 more rows like this in the column `openness`",
        ("there stands `w20` (4), `w21` (4), `w22` (4), `w23` (4), `w24` (4)",),
    )


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("".join(",yes\n" for _ in range(300)), "this Model has no id, in 300 rows"),
        (
            "".join(f"m{i},yes{',1' * (i > 0)}\n" for i in range(301)),
            "this row has 3 cells, the header has 2, in 300 rows",
        ),
        ("m0,yes\n" + "m1\n" * 3, "this row has 1 cell, the header has 2, in 3 rows"),
    ],
)
def test_what_is_wrong_with_rows_is_grouped_too(library: Policy, tmp_path: Path, rows: str, says: str) -> None:
    assert [message for message, _ in findings(library, tmp_path, "Model.csv", "id,us_origin\n" + rows)] == [says]


def test_foreign_columns_are_one_finding(library: Policy, tmp_path: Path) -> None:
    header = "id,openess," + ",".join(f"c{i}" for i in range(2000))
    found = read_tables(_written(tmp_path / "Model.csv", header + "\n"), library).diagnostics

    assert len(found) == 1
    assert found[0].message.startswith("`Model` has none of the fields `openess`, `c0`, `c1`")
    assert found[0].message.endswith("and 1,991 more")
    assert "did you mean `openness` for `openess`" in found[0].help


def test_references_to_a_table_that_is_missing_are_one_finding(library: Policy, tmp_path: Path) -> None:
    rows = "".join(f"t{i},m{i}\n" for i in range(50))

    assert [m for m, _ in findings(library, tmp_path, "Transfer.csv", "id,item\n" + rows)] == [
        "`item` names records of Model, of which the inventory has none, in 50 rows"
    ]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=60), st.sampled_from(["csv", "parquet", "jsonl"]))
def test_every_value_is_said_once_with_its_count(
    library: Policy, tmp_path_factory: pytest.TempPathFactory, values: list[str], suffix: str
) -> None:
    file = tmp_path_factory.mktemp("grouped") / f"Model.{suffix}"
    if suffix == "parquet":
        pq.write_table(pa.table({"id": [f"m{i}" for i in range(len(values))], "openness": values}), file)
    elif suffix == "csv":
        _written(file, "id,openness\n" + "".join(f"m{i},{v}\n" for i, v in enumerate(values)))
    else:
        _written(file, "".join(f'{{"id": "m{i}", "openness": "{v}"}}\n' for i, v in enumerate(values)))
    said = [d.message for d in read_tables(file, library).diagnostics]

    expected = [
        f"`{v}` is not a value of `openness`" + (f", in {values.count(v)} rows" if values.count(v) > 1 else "")
        for v in dict.fromkeys(values)
    ]
    assert said == expected


def _written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def test_a_mistake_in_every_record_of_a_document_is_told_once(library: Policy, tmp_path: Path) -> None:
    """A key that is no field, and a value that is none, in YAML and JSON: once each, with their number and places."""
    records = [f'{{"id": "p{i}", "contry": "CH", "country": "Suisse"}}' for i in range(300)]
    yaml = "Party:\n" + "".join(f"  - {record}\n" for record in records)

    for name, content in (("facts.yaml", yaml), ("facts.json", f'{{"Party": [{", ".join(records)}]}}')):
        found = findings(library, tmp_path, name, content)
        assert [message for message, _ in found] == [
            "`Party` has no field `contry`, in 300 places",
            "`Suisse` is not a value of `country`, in 300 places",
        ]
        assert all("and 293 more" in notes[-1] for _, notes in found)


@pytest.mark.parametrize(
    "name", ["Party.yaml", "Party.json", "Party.parquet", "Party.arrow", "Party.xlsx", "Party.csv.gz"]
)
def test_a_file_that_cannot_be_read_is_the_one_thing_wrong(library: Policy, tmp_path: Path, name: str) -> None:
    """Nobody is told to add the records that stand in it."""
    (tmp_path / name).write_bytes(b"Party: [{id: p,\n")
    (tmp_path / "Transfer.csv").write_text("id,consignee\nt,p\n", encoding="utf-8")
    (tmp_path / "more.yaml").write_text("Transfer: [{id: u, consignee: p}]\n", encoding="utf-8")

    reading = read_tables(tmp_path, library)
    assert [d.code for d in reading.diagnostics] == ["F001"]
    assert not reading.usable
