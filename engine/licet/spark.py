"""The columnar engine on a Spark cluster: the inventory is sent to every process, the subjects stay partitioned.

import licet, licet.spark
transfers = spark.read.parquet("s3://…/transfers")
inventory = {"Model": models, "Party": "parties.csv"}
decided = licet.spark.decide(licet.load(), transfers, inventory, of="Transfer")
decided.where("size(problems) = 0").groupBy("`licensing.may`").count().show()
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from licet.api import Day, Policy
from licet.decide.asked_for import check_jurisdictions, names_of
from licet.decide.parallel.spark_task import COPIES, Partitions, SentTask, partition_schema
from licet.decide.table.batches import Asked, decidable_types
from licet.errors import FactsError, PolicyError, UsageError
from licet.facts.cells.values_from_python import day_from_python
from licet.facts.inventory.from_tables import read_sources
from licet.facts.inventory.sources import source_of
from licet.facts.inventory.stream import stream_table
from licet.facts.tables import Tables
from licet.ir import policy as ir
from licet.run.columnar.batch import is_named
from licet.run.columnar.engine import NAME
from licet.suggest import did_you_mean

try:
    from pyspark.errors import PySparkException
    from pyspark.sql import DataFrame
    from pyspark.sql import functions as F  # noqa: N812 - as everybody calls it
except ModuleNotFoundError as missing:
    raise UsageError("pyspark does not import here; install it with `pip install 'licet[spark]'`") from missing

_ID = "(id)"
_SPACE = r"(?U)^\s+|\s+$"  # around an id, as readers of tables leave it out


def decide(
    policy: Policy,
    subjects: DataFrame,
    inventory: str | Path | Mapping[str, Any],
    *,
    of: str,
    as_of: Day = None,
    today: Day = None,
    engine: str = "auto",
    jurisdictions: str | Sequence[str] = (),
    rules: bool = True,
    missing: bool = True,
) -> DataFrame:
    """A row for each row of `subjects`, which are records of the entity `of`; computed when it is looked at.

    `inventory` is a file or folder, or for each further entity and relation a DataFrame, a path, or an Arrow or pandas
    table; it is read here, and has to fit into the memory of every process. `as_of`, `today` and `jurisdictions` are
    as in `Policy.decide`; the `engine` is `columnar`. Without `rules` the columns `rules.*` are not made, without
    `missing` that column is null.

    The columns are those of `licet batch`, with strings for dictionaries, and `problems`: texts that say why a row was
    not decided. Then all else but `type` and `id` is null; where it is empty, the row was decided. A row is decided
    without the others: what rules ask of them, as of earlier shipments under one licence, is not known.
    Errors: `PolicyError`; `FactsError` with every finding about the inventory or the columns of `subjects`;
    `UsageError` where rows of `of` cannot be decided one by one.
    """
    errors = [d for d in policy.findings if d.severity == "error"]
    if errors:
        raise PolicyError(errors)
    if engine not in ("auto", NAME):
        raise UsageError(f"on a cluster `{NAME}` decides, which gives the same answers; leave out `engine={engine!r}`")
    _check_entity(policy.checked, of)
    resident = _resident(policy.checked, inventory, of)
    _check_columns(policy.checked, subjects, resident, of)
    places = names_of(jurisdictions)
    check_jurisdictions(policy.checked, places)
    dates = day_from_python(as_of, "as_of"), day_from_python(today, "today")
    asked = Asked((of,), *dates, places, lists=rules, missing=missing)
    work = _SparkTask(_broadcast(subjects, SentTask.of(policy.checked, resident, asked)), _key(policy, resident, asked))
    return _with_copies(subjects).mapInArrow(work, _ddl(partition_schema(policy.checked, asked)))


def _check_entity(policy: ir.Policy, of: str) -> None:
    known = decidable_types(policy, policy.entities)
    if of not in known:
        near = did_you_mean(of, known) or f"decided are: {', '.join(known)}"
        raise UsageError(f"no decision is about `{of}`; {near}")
    if is_named(policy, of):
        raise UsageError(f"records name others of `{of}`, so that they cannot be decided apart; use `licet batch`")


def _resident(policy: ir.Policy, inventory: str | Path | Mapping[str, Any], of: str) -> Tables:
    named = inventory if isinstance(inventory, Mapping) else {None: inventory}
    reading = read_sources([(_source(given), name) for name, given in named.items()], policy)
    if not reading.usable:
        raise FactsError(reading.diagnostics)
    if of in reading.tables.entities:
        raise UsageError(f"the inventory has records of `{of}` too; the subjects are the only ones that may be there")
    return reading.tables


def _source(given: Any) -> Any:
    if isinstance(given, DataFrame):
        return given.toArrow()
    return source_of(given)


def _check_columns(policy: ir.Policy, subjects: DataFrame, resident: Tables, of: str) -> None:
    """Says now, not on the cluster, what is wrong with the table as such."""
    stream = stream_table(subjects.limit(0).toArrow(), policy, resident, table=of)
    for _ in stream:
        pass
    if not stream.usable:
        raise FactsError(stream.diagnostics)


def _with_copies(subjects: DataFrame) -> DataFrame:
    """Says of each row how often its id is there, where that is more than once: no partition sees the others."""
    id_ = F.regexp_replace(subjects["id"].cast("string"), _SPACE, "")
    counted = subjects.select(id_.alias(_ID)).groupBy(_ID).agg(F.count("*").alias(COPIES))
    doubled = counted.where((F.col(COPIES) > 1) & (F.col(_ID) != ""))
    return subjects.join(F.broadcast(doubled), id_ == doubled[_ID], "left").drop(_ID)


# ---- what travels


def _broadcast(subjects: DataFrame, task: SentTask) -> Any:
    try:
        return subjects.sparkSession.sparkContext.broadcast(task)
    except PySparkException as error:
        raise UsageError("a session over Spark Connect has no broadcast variables; use a classic one") from error


def _key(policy: Policy, resident: Tables, asked: Asked) -> str:
    return hashlib.sha256(f"{policy.fingerprint}\n{resident.fingerprint}\n{asked}".encode()).hexdigest()


class _SparkTask:
    """What is sent along with each task."""

    def __init__(self, task: Any, key: str) -> None:
        self._task = task
        self._key = key

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if self._key not in _HERE:
            _HERE.clear()
            _HERE[self._key] = Partitions(self._task.value)
        return _HERE[self._key].decided(batches)


_HERE: dict[str, Partitions] = {}  # the last one of this process, which decides many partitions


def _ddl(schema: pa.Schema) -> str:
    """A schema in Spark's words."""
    return ", ".join(f"`{field.name}` {_type(field.type)}" for field in schema)


def _type(type_: pa.DataType) -> str:
    if pa.types.is_list(type_):
        return f"array<{_type(type_.value_type)}>"
    if pa.types.is_struct(type_):
        return f"struct<{', '.join(f'`{field.name}`: {_type(field.type)}' for field in type_)}>"
    if pa.types.is_decimal(type_):
        return f"decimal({type_.precision}, {type_.scale})"
    return {pa.string(): "string", pa.bool_(): "boolean", pa.date32(): "date"}[type_]
