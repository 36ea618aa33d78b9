"""The facts of an inventory as JSON that any program can read: what is known of each, exactly."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from licet.facts.store import Facts, Opening, Record
from licet.ir.canonical import canonical_json, ordered
from licet.values import Fact, Range, State

SCHEMA = "licet/facts/1"


def facts_document(facts: Facts) -> dict[str, Any]:
    """The same for the same facts, in whatever order and kind of file they were written.

    `entities` are by type and id, `relations` by name; `opened` is what they may have besides, as far as a mark says;
    of an entity nothing is. `members` is what a test adds to lists. What a fact is like, `written` says.
    """
    entities = {
        type_: ordered({id_: record_document(record) for id_, record in records.items()})
        for type_, records in facts.entities.items()
        if records
    }
    return {
        "as_of": str(facts.as_of) if facts.as_of is not None else None,
        "entities": ordered(entities),
        "members": sorted([name, str(member)] for name, member in facts.members),
        "opened": ordered({name: _sorted(map(_opening, rows)) for name, rows in facts.opened.items()}),
        "relations": ordered(
            {name: _sorted(map(record_document, rows)) for name, rows in facts.relations.items() if rows}
        ),
        "schema": SCHEMA,
    }


def _sorted(documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(documents, key=canonical_json)


def record_document(record: Record) -> dict[str, Any]:
    return ordered({name: written(fact) for name, fact in record.facts.items() if fact is not State.ABSENT})


def _opening(opening: Opening) -> dict[str, Any]:
    of = None if opening.of is None else f"{opening.of.type}/{opening.of.id}"
    return {"facts": ordered(dict(opening.facts)), "of": of}


def written(fact: Fact) -> Any:
    """A truth is a truth; a set is a list in order; a range has the ends that are known; all else is text.

    Numbers are exact and in base units, days as ISO writes them. What a text is, the type of the field says.
    """
    if isinstance(fact, bool):
        return fact
    if isinstance(fact, Range):
        ends = {"at_least": fact.low, "at_most": fact.high}
        return {name: _text(end) for name, end in ends.items() if end is not None}
    if isinstance(fact, State):
        return {"state": fact.name.lower()}
    return sorted(fact) if isinstance(fact, frozenset) else _text(fact)


def _text(value: int | Fraction | date | str) -> str:
    return f"{value}"
