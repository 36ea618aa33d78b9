"""The engine on a local cluster of two executors: row for row what the columnar engine says on one machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import licet
from licet.decide.from_outcome import decide
from licet.decide.table.result_table import result_table
from licet.errors import FactsError, UsageError
from licet.facts.store import Facts, Subject
from licet.ir.policy import Policy
from tests.conftest import ROOT
from tests.spark.transfers import arrow, assumed_apart, columnar, generated, others, without_idle

pytest.importorskip("pyspark.sql", reason="pyspark is not installed: pip install -e '.[spark]' runs these tests")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("cluster")]  # one cluster for all


def java() -> int:
    """The version of Java here; 0 without any."""
    home = os.environ.get("JAVA_HOME")
    found = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if found is None:
        return 0
    said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    return int(version[1]) if version else 0


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    if java() < 17:
        pytest.skip("Spark 4 needs Java 17, which is not here")
    from tests.spark.session import local_cluster

    session = local_cluster()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return others(ROOT, tmp_path_factory.mktemp("inventory") / "frontier")


def collected(decided: Any) -> list[dict[str, Any]]:
    rows = decided.toArrow().to_pylist()
    return sorted(rows, key=lambda row: row["id"] or "")


def processes(frame: Any) -> set[int]:
    """Which processes work on the partitions of a frame."""

    def process(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:  # inside: sent by value
        for _ in batches:
            yield pa.RecordBatch.from_pydict({"pid": [os.getpid()]})

    return {row.pid for row in frame.mapInArrow(process, "pid long").collect()} - {os.getpid()}


def apart(library: Policy, row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "assumptions": assumed_apart(row), "rules.unknown": without_idle(row, library)}


def as_open_or_more(
    library: Policy, found: Sequence[Mapping[str, Any]], expected: Sequence[Mapping[str, Any]]
) -> list[str]:
    """A row is decided without the others: one that asks for them is as open, or more, and says so; each other one is
    what it has to be, though a rule without weight may be unknown for lack of them. Which ask.
    """
    alone = [row["id"] for row in found if any(missing["fact"] == "other Transfer" for missing in row["missing"])]
    outcomes = library.decisions["licensing"].outcomes
    for row, whole in zip(found, expected, strict=True):
        if row["id"] in alone:
            least, least_of_all = (outcomes.index(one["licensing.must"]) for one in (row, whole))
            most, most_of_all = (outcomes.index(one["licensing.may"]) for one in (row, whole))
            assert least <= least_of_all <= most_of_all <= most, row["id"]
        else:
            assert apart(library, row) == apart(library, whole)
            assert set(row["rules.unknown"]) >= set(whole["rules.unknown"])
    return alone


def test_generated_transfers(spark: Any, library: Policy, frontier: Facts, inventory: Path) -> None:
    from licet.spark import decide as decide_on_spark

    transfers = generated(library, frontier, 1500)
    frame = spark.createDataFrame(transfers).repartition(6)
    assert len(processes(frame)) >= 2
    found = collected(decide_on_spark(licet.load(), frame, inventory, of="Transfer"))
    assert all(row.pop("problems") == [] for row in found)
    expected = sorted(columnar(library, inventory, transfers).to_pylist(), key=lambda row: row["id"])
    alone = as_open_or_more(library, found, expected)
    # What is left of a year, and whether units came back, hangs on other rows where goods are, or may be, sent or
    # released to somebody: a model has no balance.
    assert alone
    assert set(alone) <= {
        row["id"]
        for row in transfers.select(["id", "goods", "kind"]).to_pylist()
        if row["goods"] not in ("not applicable", None) and row["kind"] != "remote_access"
    }


def test_recorded_transfers_with_their_inventory_as_frames(
    spark: Any, library: Policy, frontier: Facts, inventory: Path
) -> None:
    """The rows that `licet decide` gives for the inventory, by the reference engine."""
    from licet.spark import decide as decide_on_spark

    frame = spark.createDataFrame(arrow(library, "Transfer", frontier.entities["Transfer"]))
    people = {"Person": spark.createDataFrame(pa.table({"id": pa.array(["nobody-else"], pa.string())}))}
    found = collected(decide_on_spark(licet.load(), frame, {"rest": inventory, **people}, of="Transfer"))
    assert all(row.pop("problems") == [] for row in found)
    subjects = [Subject("Transfer", row["id"]) for row in found]
    expected = result_table(library, decide(library, frontier, subjects, engine_name="reference"))
    alone = as_open_or_more(library, found, expected.to_pylist())
    assert {"h-first", "h-second", "h-third"} <= set(alone)
    assert len(alone) < 20


def test_what_is_wrong_is_said(spark: Any, library: Policy, frontier: Facts, inventory: Path) -> None:
    from licet.spark import decide as decide_on_spark

    transfers = arrow(library, "Transfer", frontier.entities["Transfer"]).slice(0, 4)
    columns = {name: transfers[name].to_pylist() for name in transfers.column_names}
    columns["id"][3] = f" {columns['id'][0]}\u2003"
    columns["kind"][1] = "exportt"
    frame = spark.createDataFrame(pa.table(columns, transfers.schema)).repartition(4)
    found = collected(decide_on_spark(licet.load(), frame, inventory, of="Transfer", missing=False))
    first, bad, good = columns["id"][:3]
    told = {id_: sorted(str(row["problems"]) for row in found if row["id"] == id_) for id_ in (first, bad, good)}
    assert told[first] == [f"['the id `{first}` stands 2 times in the table']"] * 2
    assert "`exportt` is not a value of `kind`" in told[bad][0]
    assert told[good] == ["[]"]
    assert len(found) == 4

    with pytest.raises(FactsError, match="`Transfer` has no field `knd`"):
        decide_on_spark(licet.load(), frame.withColumnRenamed("kind", "knd"), inventory, of="Transfer")
    with pytest.raises(FactsError, match="has no column `id`"):
        decide_on_spark(licet.load(), frame.drop("id"), inventory, of="Transfer")
    with pytest.raises(UsageError, match="cannot be decided apart"):
        decide_on_spark(licet.load(), frame, inventory, of="Model")
    with pytest.raises(UsageError, match="has records of `Transfer` too"):
        decide_on_spark(licet.load(), frame, ROOT / "fixtures" / "frontier", of="Transfer")
