"""What a process does with its partitions, without any cluster: the same rows, and nothing refused in silence."""

from __future__ import annotations

import importlib
import pickle
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from licet.decide.from_outcome import decide
from licet.decide.parallel.spark_task import COPIES, Partitions, SentTask, partition_schema
from licet.decide.table.batches import Asked
from licet.decide.table.result_table import result_table
from licet.errors import UsageError
from licet.facts.inventory.from_tables import read_tables
from licet.facts.store import Facts, Record, Subject
from licet.facts.tables import tables_from_facts
from licet.ir.policy import Policy
from licet.run.reference import interpreter as reference
from licet.values import State
from tests.conftest import ROOT
from tests.examples import examples
from tests.policy.test_streamed import deal_policies, deals, plain
from tests.run.worlds import DATES, accepted, compiled, worlds
from tests.spark.transfers import arrow, assumed_apart, columnar, generated, others, without_idle

ASKED = Asked(("Transfer",))


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return others(ROOT, tmp_path_factory.mktemp("inventory") / "frontier")


@pytest.fixture(scope="module")
def partitions(library: Policy, inventory: Path) -> Partitions:
    task = SentTask.of(library, read_tables(inventory, library).tables, ASKED)
    return Partitions(pickle.loads(pickle.dumps(task)))


def alone(policy: Policy, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the facts of other transfers, which a sum over a year would need and a partition has not all of."""

    def of_others(missing: dict[str, Any], id_: str) -> bool:
        return missing["type"] == "Transfer" and (missing["id"] != id_ or missing["fact"] == "other Transfer")

    def kept(row: dict[str, Any]) -> dict[str, Any]:
        missing = [m for m in row["missing"] or () if not of_others(m, row["id"])]
        return {
            **row, "missing": missing, "assumptions": assumed_apart(row), "rules.unknown": without_idle(row, policy),
        }  # fmt: skip

    return [kept(row) for row in rows]


def test_partitions_say_what_the_columnar_engine_says(
    library: Policy, frontier: Facts, inventory: Path, partitions: Partitions
) -> None:
    transfers = generated(library, frontier, 240)
    schema = partition_schema(library, ASKED)
    found = [
        batch  # of several partitions, one after the other in one process
        for start in range(0, 240, 80)
        for batch in partitions.decided(transfers.slice(start, 80).to_batches(max_chunksize=30))
    ]
    assert all(batch.schema == schema for batch in found)
    whole = pa.Table.from_batches(found)
    assert all(problems == [] for problems in whole["problems"].to_pylist())
    expected = columnar(library, inventory, transfers).to_pylist()
    rows = whole.drop_columns(["problems"]).to_pylist()
    assert alone(library, rows) == alone(library, expected)
    for row, known in zip(rows, expected, strict=True):
        assert set(row["rules.unknown"]) >= set(known["rules.unknown"])
    assert len({str(row) for row in expected}) > 100  # the rows are not all alike


@settings(max_examples=examples(30))
@given(deal_policies(), worlds(), deals(), DATES, st.integers(1, 4))
def test_partitions_say_what_the_reference_says(
    text: str, world: Facts, rows: dict[str, Record], as_of: date | None, size: int
) -> None:
    policy = compiled(text)
    event(f"compiled: {policy is not None}")
    if policy is None:
        return
    task = SentTask.of(policy, tables_from_facts(world, policy), Asked(("Deal",), as_of))
    partitions = Partitions(pickle.loads(pickle.dumps(task)))
    batches = arrow(policy, "Deal", rows).to_batches(max_chunksize=size)
    found = pa.Table.from_batches([row for batch in batches for row in partitions.decided([batch])])
    facts = replace(world, entities={**world.entities, "Deal": rows})
    subjects = [Subject("Deal", id_) for id_ in rows]
    expected = result_table(policy, decide(policy, facts, subjects, as_of=as_of, evaluate=reference.evaluate))
    assert set(expected.schema.names) <= set(found.schema.names)
    for name in expected.schema.names:
        assert plain(found[name].to_pylist()) == plain(expected[name].to_pylist()), name


SHIPMENTS = """
module one "One"

entity Buyer "buyer"
  name : text "name"
entity Deal "deal"
  buyer : Buyer "buyer"
  q : number "q"
  date : date "date"
decision verdict of d: Deal "verdict" outcomes free < held otherwise free
rule much "Much" for d: Deal
  when total x.q over x in Deal where (x.buyer is d.buyer and x is earlier than d) + d.q is more than 10
  then verdict of d is held
rule alone "Alone" for d: Deal when d.q is more than 10 then verdict of d is held
"""


@pytest.mark.parametrize("size", [1, 2, 4])
def test_what_rules_ask_of_other_rows_is_open_however_the_rows_are_cut(size: int) -> None:
    policy = accepted(SHIPMENTS)
    day = date(2026, 1, 1)
    rows = {
        "first": Record({"buyer": "b", "q": 9, "date": day}),
        "large": Record({"buyer": "b", "q": 11, "date": day}),
        "nobody": Record({"buyer": State.NOT_APPLICABLE, "q": 9, "date": day}),
        "second": Record({"buyer": "b", "q": 9, "date": day}),
    }
    world = Facts({"Buyer": {"b": Record({})}}, {})
    task = SentTask.of(policy, tables_from_facts(world, policy), Asked(("Deal",), date(2026, 2, 1)))
    partitions = Partitions(pickle.loads(pickle.dumps(task)))
    found = [
        (row["id"], row["verdict.must"], row["verdict.may"])
        for batch in arrow(policy, "Deal", rows).to_batches(max_chunksize=size)
        for decided in partitions.decided([batch])
        for row in decided.to_pylist()
    ]
    assert found == [
        ("first", "free", "held"),
        ("large", "held", "held"),
        ("nobody", "free", "free"),
        ("second", "free", "held"),
    ]


def test_a_bad_row_is_a_row_that_says_why(library: Policy, frontier: Facts, partitions: Partitions) -> None:
    transfers = generated(library, frontier, 4)
    columns = {name: transfers[name].to_pylist() for name in transfers.column_names}
    columns["id"][3] = None
    columns["kind"][1] = "exportt"
    columns["item"][1] = "no-such-model"
    columns[COPIES] = [None, None, 2, None]
    batch = pa.RecordBatch.from_pydict(columns)
    found = {row["id"]: row for b in partitions.decided([batch]) for row in b.to_pylist()}
    assert set(found) == {"g-0", "g-1", "g-2", None}
    assert found["g-0"]["problems"] == []
    assert found["g-0"]["licensing.may"] is not None
    assert found["g-2"]["problems"] == ["the id `g-2` stands 2 times in the table"]
    assert [text.split(";")[0] for text in found["g-1"]["problems"]] == [
        "`exportt` is not a value of `kind`",
        "`item` names the Model `no-such-model`, which is not in the inventory",
    ]
    assert len(found[None]["problems"]) == 1
    for id_ in ("g-1", "g-2", None):
        given = {name for name, value in found[id_].items() if value is not None}
        assert given == {"type", "id", "problems"} - ({"id"} if id_ is None else set())


def test_references_to_nothing_leave_the_other_rows_as_they_are(
    library: Policy, frontier: Facts, partitions: Partitions
) -> None:
    transfers = generated(library, frontier, 400)
    columns = {name: transfers[name].to_pylist() for name in transfers.column_names}
    for row, name in enumerate(("item", "exporter", "consignee", "end_user", "recipient")):
        columns[name][row] = "nobody"
    found = {r["id"]: r for b in partitions.decided([pa.RecordBatch.from_pydict(columns)]) for r in b.to_pylist()}
    alone = {r["id"]: r for b in partitions.decided(transfers.slice(5).to_batches()) for r in b.to_pylist()}
    assert [bool(found[f"g-{row}"]["problems"]) for row in range(6)] == [True] * 5 + [False]
    assert {id_: row for id_, row in found.items() if not row["problems"]} == alone


def test_no_rows_give_no_rows(library: Policy, frontier: Facts, partitions: Partitions) -> None:
    assert list(partitions.decided([])) == []
    assert list(partitions.decided(generated(library, frontier, 3).slice(0, 0).to_batches())) == []


def test_without_pyspark_the_way_to_get_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.delitem(sys.modules, "licet.spark", raising=False)
    with pytest.raises(UsageError, match=r"pip install 'licet\[spark\]'"):
        importlib.import_module("licet.spark")
