"""Rows of one table decided where they lie: what a process of a cluster does with its partitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import pyarrow as pa

from licet.decide.table.batches import Asked, Decider, schema_of
from licet.errors import FactsError
from licet.facts.files.sheets import named
from licet.facts.inventory.row_errors import Reject
from licet.facts.inventory.stream import ROWS_PER_BATCH, stream_table
from licet.facts.tables import Table, Tables
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.rewrite import rewrite, rewrite_rule
from licet.ir.walk import Part
from licet.run.columnar.batch import ranges_over

COPIES = "(copies)"  # the column that says how many rows of the whole table have this row's id; null: one
PROBLEMS = pa.field("problems", pa.list_(pa.string()))


@dataclass(frozen=True, slots=True, eq=False)
class SentTask:
    """What a process needs to decide rows of the one entity of `asked.types`; it can be pickled."""

    policy: ir.Policy
    resident: Tables
    asked: Asked

    @staticmethod
    def of(policy: ir.Policy, resident: Tables, asked: Asked) -> SentTask:
        """A task to be sent: the tables travel without what was looked up in them.

        Nobody who decides a row sees the others: where rules ask for them, there may be any.
        """
        tables = {name: Table(t.name, t.length, t.columns, t.ids) for name, t in resident.entities.items()}
        opened = dict(resident.opened)
        for name in asked.types:
            if ranges_over(policy, name):
                others = f"other {name}"
                policy = _asking_for(policy, name, others)
                tables[others] = Table(others, 0, {}, pa.array([], pa.string()))
                opened[others] = ()
        return SentTask(policy, replace(resident, entities=tables, opened=opened), asked)


def _asking_for(policy: ir.Policy, entity: str, others: str) -> ir.Policy:
    """The policy whose rules and checks go through `others` where they went through all records of an entity."""

    def change(part: Part) -> Part | None:
        if not isinstance(part, n.Some | n.Every | n.Aggregate) or part.each.name != entity:
            return None
        if part.each.kind != "population":
            return None
        found: n.Formula | n.Operand = rewrite(replace(part, each=replace(part.each, name=others)), change)
        return found

    return replace(
        policy,
        entities={**policy.entities, others: replace(policy.entities[entity], name=others)},
        rules={id_: rewrite_rule(rule, change) for id_, rule in policy.rules.items()},
        checks={name: replace(check, body=rewrite(check.body, change)) for name, check in policy.checks.items()},
    )


def partition_schema(policy: ir.Policy, asked: Asked) -> pa.Schema:
    """The result table's columns with plain texts for its dictionaries, and `problems`."""
    fields = [pa.field(f.name, _undictionaried(f.type)) for f in schema_of(policy, asked)]
    return pa.schema([*fields, PROBLEMS])


def _undictionaried(type_: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(type_):
        return type_.value_type
    return pa.list_(_undictionaried(type_.value_type)) if pa.types.is_list(type_) else type_


class Partitions:
    """Decides one partition after the other; what was worked out for one serves the next."""

    def __init__(self, task: SentTask) -> None:
        self._task = task
        (self._entity,) = task.asked.types
        self._decider = Decider(task.policy, task.resident, task.asked, self._entity)
        self._schema = partition_schema(task.policy, task.asked)

    def decided(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """A row for each row: its decision, or `problems` and nothing else. A column `COPIES` is read and left out."""
        incoming = iter(batches)
        first = next(incoming, None)
        if first is None:
            return
        refused: list[tuple[str, str]] = []  # ids and reasons
        single = (_without_doubles(batch, refused) for batch in chain([first], incoming))
        schema = pa.schema([f for f in first.schema if f.name != COPIES])
        rejects: list[Reject] = []
        stream = stream_table(
            pa.RecordBatchReader.from_batches(schema, _gathered(single)),
            self._task.policy,
            self._task.resident,
            table=self._entity,
            rejected=rejects.extend,
        )
        for table in stream:
            if table.length:
                yield self._whole(self._decider.table(table).rows)
            yield from self._refused(rejects)
        if refused:
            yield self._problems(refused)
        if not stream.usable:  # of more than single rows
            raise FactsError(stream.diagnostics)

    def _whole(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        none = pa.ListArray.from_arrays([0] * (len(rows) + 1), pa.array([], pa.string()))
        columns = [*(c.cast(self._schema.field(i).type) for i, c in enumerate(rows.columns)), none]
        return pa.RecordBatch.from_arrays(columns, schema=self._schema)

    def _refused(self, rejects: list[Reject]) -> Iterator[pa.RecordBatch]:
        by_row: dict[int, list[Reject]] = {}
        for reject in rejects:
            by_row.setdefault(reject.row, []).append(reject)
        rejects.clear()
        if by_row:
            yield self._problems([(row[0].id, *(r.reason for r in row)) for row in by_row.values()])

    def _problems(self, rows: Sequence[tuple[str, ...]]) -> pa.RecordBatch:
        given = {
            "type": pa.repeat(self._entity, len(rows)),
            "id": pa.array([row[0] or None for row in rows], pa.string()),
            PROBLEMS.name: pa.array([row[1:] for row in rows], PROBLEMS.type),
        }
        columns = [given[f.name] if f.name in given else pa.nulls(len(rows), f.type) for f in self._schema]
        return pa.RecordBatch.from_arrays(columns, schema=self._schema)


def _without_doubles(batch: pa.RecordBatch, refused: list[tuple[str, str]]) -> pa.RecordBatch:
    """The rows whose id no other row of the whole table has; nobody can say which of the others is meant."""
    if COPIES not in batch.schema.names:
        return batch
    copies = batch.column(COPIES)
    if copies.null_count < len(batch):
        doubled = batch.filter(copies.is_valid())
        for id_, times in zip(doubled.column("id").to_pylist(), doubled.column(COPIES).to_pylist(), strict=True):
            refused.append((str(id_).strip(), f"the id {named(str(id_).strip())} stands {times} times in the table"))
        batch = batch.filter(copies.is_null())
    return batch.drop_columns([COPIES])


def _gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in larger batches: clusters cut theirs smaller than the columnar engine likes them."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(map(len, waiting)) >= ROWS_PER_BATCH:
            yield from pa.Table.from_batches(waiting).combine_chunks().to_batches()
            waiting = []
    if waiting:
        yield from pa.Table.from_batches(waiting).combine_chunks().to_batches()
