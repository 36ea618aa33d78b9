"""Decisions where data is transformed anyway: a function of DuckDB, a model of dbt, frames of Polars."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import licet
import licet.duckdb
import licet.polars
from licet.errors import UsageError
from tests.conftest import ROOT

ROWS = """select *, 'export' as kind, 'not applicable' as recipient from (values
('t1', 'm', 'CH', null), ('t2', 'n', 'CU', null), ('t3', 'm', 'Mars', null), ('t4', 'n', 'CA', 'p'))
as t(id, item, destination, consignee)"""


@pytest.fixture(scope="module")
def policy() -> licet.Policy:
    return licet.load()


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    (tmp_path / "Model.csv").write_text(
        "id,training_compute,weights_published,us_origin\nm,3e26,no,yes\nn,1e24,no,yes\n", encoding="utf-8"
    )
    (tmp_path / "Party.csv").write_text("id,country\np,CA\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def connection() -> Iterator[Any]:
    with duckdb.connect() as opened:
        opened.execute(f"create table transfers as {ROWS}")
        yield opened


def whole(policy: licet.Policy, inventory: Path, connection: Any, **asked: Any) -> dict[str, tuple[Any, ...]]:
    rows = connection.sql("from transfers where id != 't3'").to_arrow_table()
    given = {"Transfer": rows, "Model": inventory / "Model.csv", "Party": inventory / "Party.csv"}
    found = policy.decide_table(given, types="Transfer", as_of="2026-11-20", **asked).to_pylist()
    return {row["id"]: tuple(row[f"licensing.{part}"] for part in ("must", "may", "determined")) for row in found}


def test_a_function_of_a_row(policy: licet.Policy, inventory: Path, connection: Any) -> None:
    licet.duckdb.register(connection, policy, inventory, of="Transfer", as_of="2026-11-20")
    query = """select t.id, a.must, a.may, a.determined, a.problems, a.missing
    from (select t, licet(to_json(t)) as a from transfers t) order by t.id"""
    rows = {row[0]: row[1:] for row in connection.sql(query).fetchall()}

    assert rows.pop("t3")[:3] == (None, None, None)
    assert {id_: row[:3] for id_, row in rows.items()} == whole(policy, inventory, connection)
    assert all(not row[3] for row in rows.values())
    assert "end_use of Transfer" in rows["t1"][4]
    ((problems,),) = connection.sql("select licet(to_json(t)).problems from transfers t where id = 't3'").fetchall()
    assert "`Mars` is not a value of `destination`" in problems[0]


def test_what_cannot_be_registered_is_told(policy: licet.Policy, inventory: Path, connection: Any) -> None:
    for words, says in (
        ({"of": "Transfr"}, "no decision"),
        ({"of": "Transfer", "decision": "licencing"}, "did you mean `licensing`?"),
        ({"of": "Model"}, "cannot be decided apart|of `Model` too"),
    ):
        with pytest.raises(UsageError, match=says):
            licet.duckdb.register(connection, policy, inventory, **words)


class _Config:
    """As much of what dbt hands to a Python model as it uses."""

    def __call__(self, **_: str) -> None: ...

    def get(self, name: str) -> str | None:
        return {"as_of": "2026-11-20"}.get(name)


def test_the_model_of_dbt_in_the_documentation_runs(policy: licet.Policy, inventory: Path, connection: Any) -> None:
    page = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
    code = next(block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "def model(" in block)
    connection.execute("delete from transfers where id = 't3'")
    for name, file in (("models", "Model.csv"), ("parties", "Party.csv")):
        connection.execute(f"create table {name} as from read_csv('{inventory / file}', all_varchar=true)")
    dbt = type("dbt", (), {"config": _Config(), "ref": staticmethod(connection.table)})
    made: dict[str, Any] = {}
    exec(compile(code, "decided.py", "exec"), made)
    connection.register("decided", made["model"](dbt, connection))
    rows = {row[0]: row[1:] for row in connection.sql("from decided").fetchall()}

    assert rows == whole(policy, inventory, connection, jurisdictions="US")


def test_frames_of_polars(policy: licet.Policy, inventory: Path, connection: Any) -> None:
    frame = connection.sql("from transfers where id != 't3' order by id desc").pl()
    asked: dict[str, Any] = {
        "of": "Transfer",
        "as_of": "2026-11-20",
        "columns": ["licensing.m*", "licensing.determined"],
    }
    found = licet.polars.with_decisions(frame, policy, inventory, **asked)
    names = ["licensing.must", "licensing.may", "licensing.determined"]
    assert_frame_equal(found.drop(names), frame)
    rows = {row[0]: row[1:] for row in found.select("id", *names).rows()}
    assert rows == whole(policy, inventory, connection)
    lazy = licet.polars.with_decisions(frame.lazy(), policy, inventory, **asked)
    assert isinstance(lazy, pl.LazyFrame)
    assert_frame_equal(lazy.collect(), found)
    with pytest.raises(UsageError, match="the frame has a column `licensing"):
        licet.polars.with_decisions(found, policy, inventory, **asked)
