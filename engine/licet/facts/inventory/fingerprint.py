"""What an inventory's fingerprint is made of: its facts, not their order, their provenance or the kind of file."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

from licet.facts.store import Facts, Opening
from licet.facts.tables import Coded, Table, Tables
from licet.values import Fact, Range, State

MOST_RECORDS = 5000


def of_facts(facts: Facts) -> str:
    """Of records, in whatever order and kind of file they were written."""
    document: dict[str, Any] = {
        "as_of": str(facts.as_of),
        "entities": {
            type_: {id_: {k: _plain(f) for k, f in r.facts.items()} for id_, r in records.items()}
            for type_, records in facts.entities.items()
            if records
        },
        "relations": {
            name: sorted(rfc8785.dumps({k: _plain(f) for k, f in r.facts.items()}).decode() for r in rows)
            for name, rows in facts.relations.items()
            if rows
        },
        "opened": {name: sorted(map(_opening, openings)) for name, openings in facts.opened.items()},
    }
    return "sha256:" + hashlib.sha256(rfc8785.dumps(document)).hexdigest()


def of_tables(tables: Tables) -> str:
    """Of more than `MOST_RECORDS` records: of the same columns in the same order of rows."""
    digest = hashlib.sha256(
        f"{tables.as_of}\n{sorted((k, sorted(map(_opening, v))) for k, v in tables.opened.items())}\n".encode()
    )
    for name, table in sorted([*tables.entities.items(), *tables.relations.items()]):
        _add(digest, name, table)
    return "sha256:" + digest.hexdigest()


def _opening(opening: Opening) -> str:
    said = [f"{name}: {id_}" for name, id_ in sorted(opening.facts)]
    return "; ".join([*said, f"by {opening.of}" if opening.of else ""])


def _add(digest: Any, name: str, table: Table) -> None:
    digest.update(f"{name} {table.length}\n".encode())
    if table.ids is not None:
        digest.update("\0".join(table.ids.to_pylist()).encode())
    for field, column in sorted(table.columns.items()):
        digest.update(f"\n{field}\n".encode())
        if isinstance(column, Coded):
            digest.update("\0".join(str(_plain(fact)) for fact in column.facts).encode())
            digest.update(column.codes.tobytes())
        else:
            digest.update(f"{column.values.dtype} {column.scale}\n".encode())
            digest.update(column.values.tobytes())
            digest.update(column.states.tobytes())


def _plain(fact: Fact) -> Any:
    if isinstance(fact, Range):
        return {"at_least": str(fact.low), "at_most": str(fact.high)}
    if isinstance(fact, State):
        return {"state": fact.value}
    return sorted(fact) if isinstance(fact, frozenset) else str(fact)
