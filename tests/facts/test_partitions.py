"""One table in many files: folders that say what rows have in common, parts that are read batch by batch."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from licet.cli.main import main
from licet.errors import UsageError
from licet.facts.inventory.from_tables import read_tables
from licet.facts.inventory.split import split_inventory
from licet.ir.policy import Policy
from licet.values import State

MODELS = "id,us_origin\nm,yes\n"


def parts(folder: Path, *, suffix: str = "parquet") -> Path:
    """Transfers t0 to t5 by year and destination, the last without one."""
    for number, place in enumerate(["CH", "JP", "CH", "JP", "CH", "__HIVE_DEFAULT_PARTITION__"]):
        below = folder / "Transfer" / f"year={2024 + number % 2}" / f"destination={place}"
        below.mkdir(parents=True, exist_ok=True)
        rows = {"id": [f"t{number}"], "item": ["m"], "kind": ["export"]}
        if suffix == "parquet":
            pq.write_table(pa.table(rows), below / f"part-{number}.parquet")
        else:
            text = f"{','.join(rows)}\n{','.join(column[0] for column in rows.values())}\n"
            (below / f"part-{number}.csv").write_text(text, encoding="utf-8")
    (folder / "Transfer" / "_SUCCESS").write_text("", encoding="utf-8")
    (folder / "Model.csv").write_text(MODELS, encoding="utf-8")
    return folder


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_what_folders_say_is_in_every_row(library: Policy, tmp_path: Path, suffix: str) -> None:
    reading = read_tables(parts(tmp_path, suffix=suffix), library)

    assert reading.diagnostics == ()
    places = {id_: t.get("destination") for id_, t in reading.facts.entities["Transfer"].items()}
    assert places == {"t0": "CH", "t1": "JP", "t2": "CH", "t3": "JP", "t4": "CH", "t5": State.ABSENT}


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_the_parts_are_one_stream(library: Policy, tmp_path: Path, suffix: str) -> None:
    split = split_inventory([(parts(tmp_path, suffix=suffix), None)], library, ["Transfer"])
    assert split.stream is not None
    assert list(split.held.tables.entities) == ["Model"]
    found = {
        table.ids[row].as_py(): table.columns["destination"].fact(row)
        for table in split.stream
        for row in range(table.length)
        if table.ids is not None
    }

    assert split.stream.usable
    assert found == {"t0": "CH", "t1": "JP", "t2": "CH", "t3": "JP", "t4": "CH", "t5": State.ABSENT}


def test_a_pattern_over_folders(library: Policy, tmp_path: Path) -> None:
    parts(tmp_path)
    inventory = [(tmp_path / "Transfer" / "*" / "destination=CH" / "*.parquet", None), (tmp_path / "Model.csv", None)]
    split = split_inventory(inventory, library, ["Transfer"])

    assert split.stream is not None
    assert sum(table.length for table in split.stream) == 3


def test_a_key_that_is_nearly_a_field_is_told(library: Policy, tmp_path: Path) -> None:
    below = tmp_path / "Model" / "us_orgin=yes"
    below.mkdir(parents=True)
    (below / "part.csv").write_text("id,name\nm,M\n", encoding="utf-8")
    (finding,) = read_tables(tmp_path, library).diagnostics

    assert finding.message == "`Model` has no field `us_orgin`"
    assert "us_origin" in finding.help


def test_a_value_that_a_folder_gives_has_a_place(library: Policy, tmp_path: Path) -> None:
    below = tmp_path / "Model" / "us_origin=perhaps"
    below.mkdir(parents=True)
    (below / "part.csv").write_text("id,name\nm,M\nn,N\n", encoding="utf-8")
    (finding,) = read_tables(tmp_path, library).diagnostics

    assert "in 2 rows" in finding.message
    assert finding.span is not None
    assert finding.span.source.name.endswith("us_origin=perhaps/part.csv")


def wrong_parts(folder: Path) -> Path:
    (folder / "Party").mkdir()
    for name, rows in {"a": "t1,CH\nt2,Mars", "b": "t3,JP\nt4,CH\nt5,Mars", "c": "t6,CH,\nt1,JP"}.items():
        (folder / "Party" / f"{name}.csv").write_text(f"id,country\n{rows}\n", encoding="utf-8")
    return folder


def test_mistakes_are_told_of_the_file_they_stand_in(library: Policy, tmp_path: Path) -> None:
    split = split_inventory([(wrong_parts(tmp_path), None)], library, ["Party"])
    assert split.stream is not None
    assert list(split.stream) == []
    mars, broken, twice = sorted(split.stream.diagnostics, key=lambda d: d.code != "F005")

    assert mars.message.endswith("in 2 rows")
    assert mars.notes == ("rows 3 and 1 more",)
    assert [d.span.address.rpartition("/")[2] for d in (mars, broken, twice) if d.span] == [
        "a.csv:3:country",
        "c.csv:2",
        "c.csv:3:id",
    ]


def test_rows_that_are_left_out_have_the_names_of_their_files(tmp_path: Path) -> None:
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "Model.csv").write_text(MODELS, encoding="utf-8")
    wrong_parts(tmp_path / "facts")
    words = ["batch", str(tmp_path / "facts"), "-o", str(tmp_path / "out.csv"), "--quiet", "--keep-going"]
    assert CliRunner().invoke(main, words).exit_code == 1
    with (tmp_path / "out.rejects.Party.csv").open(encoding="utf-8") as rejects:
        left_out = [(Path(row["rejected_from"]).name, row["rejected_row"]) for row in csv.DictReader(rejects)]

    assert left_out == [("a.csv", "3"), ("b.csv", "4"), ("c.csv", "2"), ("c.csv", "3")]


def test_a_table_with_a_log_is_refused(library: Policy, tmp_path: Path) -> None:
    (parts(tmp_path) / "Transfer" / "_delta_log").mkdir()

    with pytest.raises(UsageError, match="is a Delta table, whose files may hold rows that were deleted"):
        read_tables(tmp_path, library)
