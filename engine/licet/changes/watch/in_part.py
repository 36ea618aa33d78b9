"""A large inventory decided in part, in columns: of the one type whose rows nothing else reads, only rows that changed.

All other types are decided in full: they are few. Nothing is kept of what a row read. So where anything else changed
that rules about these rows read, all are decided. Where rows read one another, those are decided too that may read one
that changed: the same licence, the same owner in the year.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.changes.law import LawPart, parts_read_about
from licet.changes.looks import looks_about, looks_between
from licet.changes.watch.looked_rows import LookedRows, looked_at, touched_by_looks
from licet.changes.watch.row_changes import Mask, row_changes
from licet.decide.table.batches import Asked, Decider, cut, days_of, passing_type, schema_of
from licet.facts.inventory.from_tables import Reading
from licet.facts.store import Facts, Subject
from licet.facts.tables import Table, Tables, facts_from_tables
from licet.ir import policy as ir

MOST_TRACED = 1_000  # subjects: the reference takes some hundredths of a second for each
_ROWS = 1 << 16  # that are decided together


def decided_in_part(
    policy: ir.Policy, before: Tables, after: Tables, answers: pa.Table, asked: Asked, *, day_before: object
) -> tuple[pa.Table, int] | None:
    """The rows of all subjects, and how many were decided; None where it takes as much to decide all of them.

    `before` has the facts behind `answers`, both of one policy; `day_before` is the day on which those were asked for.
    """
    entity = passing_type(policy, after, asked.types)
    if entity is None or entity not in before.entities or not _rest_is_same(policy, before, after, entity):
        return None
    table, looks = after.entities[entity], looks_about(policy, entity)
    if looks is None:
        return None
    changes = row_changes(before.entities[entity], table)
    schema = schema_of(policy, asked)
    kept = answers.filter(pc.equal(answers.column("type").cast(pa.string()), entity))
    if not kept.column("id").combine_chunks().equals(before.entities[entity].ids):
        return None
    states = LookedRows(before, entity), LookedRows(after, entity)
    again = changes.rows | touched_by_looks(looks, policy.entities[entity], *states, changes)
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


def facts_between(
    policies: Sequence[ir.Policy], before: Reading, after: Reading, among: Collection[Subject]
) -> tuple[Facts, Facts]:
    """Two states of an inventory, in which some subjects are decided as in the whole.

    Of a large entity of which no rule about another record reads a row, only those subjects are there, and the rows
    that rules about them may read besides. What is the same in both states is one object.
    """
    states = [before.tables, after.tables]
    both = [name for name in before.tables.entities if name in after.tables.entities]
    large = [name for name in both if after.tables.entities[name].length > MOST_TRACED]
    narrow = {name: looks for name in large if (looks := looks_between(policies, name)) is not None}
    if not narrow:
        return before.facts, after.facts
    for name, looks in narrow.items():
        ids = {one.id for one in among if one.type == name}
        kept = looked_at(looks, policies[-1].entities[name], states, ids)
        states = [_with_rows(some, name, rows) for some, rows in zip(states, kept, strict=True)]
    found = facts_from_tables(states[1])
    if before is after:
        return found, found
    was, same = facts_from_tables(states[0]), _same_tables(*states)
    entities = {name: (found if name in same else was).entities[name] for name in was.entities}
    relations = {name: (found if name in same else was).relations[name] for name in was.relations}
    return replace(was, entities=entities, relations=relations), found


def _with_rows(tables: Tables, name: str, rows: NDArray[np.int64]) -> Tables:
    """Of one entity only some rows."""
    return replace(tables, entities={**tables.entities, name: tables.entities[name].take(rows)})


def _same_tables(before: Tables, after: Tables) -> frozenset[str]:
    """The tables that say the same in the same order."""
    found = set()
    for was, now in ((before.entities, after.entities), (before.relations, after.relations)):
        for name in was.keys() & now.keys():
            if was[name].length == now[name].length and was[name].sources is now[name].sources is None:
                changes = row_changes(was[name], now[name])
                if not changes.rows.any() and (changes.places == np.arange(now[name].length)).all():
                    found.add(name)
    return frozenset(found)


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
