"""A large inventory decided in part, in columns: of the one type whose rows nothing else reads, only rows that changed.

All other types are decided in full: they are few. Nothing is kept of what a row read. So where anything else changed
that rules about these rows read, all are decided; and also where rows read one another and what they read changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.changes.law import LawPart, parts_read_about
from licet.changes.watch.row_changes import Mask, RowChanges, row_changes
from licet.decide.table.batches import Asked, Decider, cut, days_of, passing_type, schema_of
from licet.facts.inventory.from_tables import Reading
from licet.facts.store import Facts, Subject
from licet.facts.tables import Table, Tables, facts_from_tables
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.remembered import by_policy
from licet.ir.walk import Part, parts, parts_of, walk
from licet.run.columnar.batch import can_stream

MOST_TRACED = 1_000  # subjects: the reference takes some hundredths of a second for each
_ROWS = 1 << 16  # that are decided together
_QUANTIFIERS = n.Some | n.Every | n.Aggregate


def decided_in_part(
    policy: ir.Policy, before: Tables, after: Tables, answers: pa.Table, asked: Asked, *, day_before: object
) -> tuple[pa.Table, int] | None:
    """The rows of all subjects, and how many were decided; None where it takes as much to decide all of them.

    `before` has the facts behind `answers`, both of one policy; `day_before` is the day on which those were asked for.
    """
    entity = passing_type(policy, after, asked.types)
    if entity is None or entity not in before.entities or not _rest_is_same(policy, before, after, entity):
        return None
    table = after.entities[entity]
    changes = row_changes(before.entities[entity], table)
    if _touches_others(policy, entity, changes):
        return None
    schema = schema_of(policy, asked)
    kept = answers.filter(pc.equal(answers.column("type").cast(pa.string()), entity))
    if not kept.column("id").combine_chunks().equals(before.entities[entity].ids):
        return None
    again = changes.rows
    if day_before != asked.today:
        again |= _passing(policy, table, asked)
    decider = Decider(policy, after, asked, None)
    rows = np.flatnonzero(again)
    fresh = [decider.rows(table, rows[i : i + _ROWS]).rows for i in range(0, len(rows), _ROWS)]
    found: list[pa.Table] = []
    decided = len(rows)
    for type_ in asked.types:
        if type_ == entity:
            taken = np.where(again, len(kept) + np.cumsum(again) - 1, changes.places)
            both = pa.concat_tables([kept.select(schema.names).cast(schema), pa.Table.from_batches(fresh, schema)])
            found.append(both.unify_dictionaries().take(pa.array(taken)))
        elif type_ in after.entities:
            found += _whole(decider, after.entities[type_], schema)
            decided += after.entities[type_].length
    return pa.concat_tables(found).unify_dictionaries(), decided


def _whole(decider: Decider, table: Table, schema: pa.Schema) -> Iterator[pa.Table]:
    for given in cut(table, _ROWS):
        yield pa.Table.from_batches([decider.slice(given).rows], schema)


def _passing(policy: ir.Policy, table: Table, asked: Asked) -> Mask:
    """The rows that the day of the run governs."""
    if asked.as_of is not None:
        return np.ones(table.length, np.bool_)
    days = days_of(policy, table, None, asked.today)
    whether = np.array([day == asked.today for day in days.days], np.bool_)
    found: Mask = whether[days.codes]
    return found


def facts_of(policies: Sequence[ir.Policy], reading: Reading, among: Collection[Subject]) -> Facts:
    """An inventory in which some subjects are decided as in the whole; a large one lacks others that nobody reads."""
    tables = reading.tables
    large = (name for name, table in tables.entities.items() if table.length > MOST_TRACED)
    alone = [name for name in large if all(name in p.entities and can_stream(p, name) for p in policies)]
    if not alone:
        return reading.facts
    entities = dict(tables.entities)
    for name in alone:
        table = entities[name]
        ids = pa.array(sorted(one.id for one in among if one.type == name), pa.string())
        assert table.ids is not None
        rows = np.flatnonzero(pc.is_in(table.ids, ids).to_numpy(zero_copy_only=False))
        columns = {field: column.take(rows) for field, column in table.columns.items()}
        sources = None if table.sources is None else table.sources.take(rows)
        entities[name] = Table(name, len(rows), columns, table.ids.take(pa.array(rows)), sources)
    return facts_from_tables(replace(tables, entities=entities))


# ---- what else is read


def _rest_is_same(policy: ir.Policy, before: Tables, after: Tables, entity: str) -> bool:
    """Whether all that rules about an entity read of others is what it was."""
    if before.opened != after.opened or before.members != after.members:
        return False
    read = parts_read_about(policy, entity)
    for name in {**before.entities, **after.entities}.keys() - {entity}:
        if not _is_same(before.entities.get(name), after.entities.get(name), partial(_reads, read, name)):
            return False
    return all(
        _is_same(before.relations.get(name), after.relations.get(name), lambda _: True)
        for name in {**before.relations, **after.relations}
        if LawPart("relation", name) in read
    )


def _reads(read: frozenset[LawPart], type_: str, field: str) -> bool:
    return LawPart("field", f"{type_}.{field}") in read


def _is_same(before: Table | None, after: Table | None, is_read: Callable[[str], bool]) -> bool:
    if before is None or after is None:
        return before is after or not (before or after).length  # type: ignore[union-attr]
    changes = row_changes(before, after)
    return not changes.is_moved and not any(mask.any() for name, mask in changes.fields.items() if is_read(name))


def _touches_others(policy: ir.Policy, entity: str, changes: RowChanges) -> bool:
    """Whether a changed row is read by rules about other rows of its type."""
    looked = _looked_at(policy, entity)
    if looked is None:
        return bool(changes.rows.any() or changes.gone)
    if not looked:
        return False
    return changes.is_moved or any(mask.any() for name, mask in changes.fields.items() if name in looked)


@by_policy
def _looked_at(policy: ir.Policy, entity: str) -> frozenset[str] | None:
    """The fields that rules read of all rows of an entity; None where they read what is concluded of them."""
    found: set[str] = set()
    for rule in policy.rules.values():
        for part in (node for whole in parts_of(rule) for node in walk(whole)):
            if isinstance(part, _QUANTIFIERS) and part.each.kind == "population" and part.each.name == entity:
                for inner in walk(part):
                    match _own_read(inner, part.each.variable):
                        case None:
                            return None
                        case fields:
                            found |= fields
    return frozenset(found)


def _own_read(node: Part, variable: str) -> frozenset[str] | None:
    """What a node reads of a variable itself; None where that is no recorded fact."""
    if not any(isinstance(inner, n.Variable) and inner.name == variable for inner in parts(node)):
        return frozenset()
    if isinstance(node, n.FieldOf):
        return frozenset({node.name})
    return frozenset() if isinstance(node, n.Compare | n.Member) else None
