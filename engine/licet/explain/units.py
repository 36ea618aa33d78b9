"""What an answer can hang on: facts, rows, members, complete collections (docs/explanation.md#units)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from licet.facts.inventory.document import record_document, written
from licet.facts.store import Facts
from licet.ir.canonical import canonical_json
from licet.values import State

Pairs = tuple[tuple[str, str], ...]  # fields and the texts that a filter ties them to, by field


class FactUnit(NamedTuple):
    """A fact of a record."""

    type: str
    id: str
    field: str

    def __str__(self) -> str:
        return f"{self.type}/{self.id}.{self.field}"


class RowUnit(NamedTuple):
    """A row of a relation, by what it says; rows that say the same are one."""

    relation: str
    digest: str

    def __str__(self) -> str:
        return f"{self.relation}~{self.digest}"


class MemberUnit(NamedTuple):
    """That a record is one of its population: where something ranges over that."""

    type: str
    id: str

    def __str__(self) -> str:
        return f"{self.type}/{self.id}"


class Only(NamedTuple):
    """That a relation or a population has no further members in a scope, but for those that records' marks allow."""

    collection: str
    scope: Pairs

    def __str__(self) -> str:
        return f"only:{self.collection}{json.dumps(dict(self.scope), ensure_ascii=False, separators=(',', ':'))}"


Unit = FactUnit | RowUnit | MemberUnit | Only


class Rows:
    """The rows of an inventory's relations as units; looked up as they are asked for."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.common: dict[tuple[str, Pairs], Pairs] = {}  # of scopes, the pairs that all say which may lie in them
        self._units: dict[tuple[str, int], RowUnit] = {}
        self._leading: dict[tuple[str, str], Mapping[str | None, Sequence[int]]] = {}

    def unit(self, relation: str, index: int) -> RowUnit:
        """The unit of a row."""
        key = relation, index
        if key not in self._units:
            said = canonical_json(record_document(self.facts.relations[relation][index]))
            self._units[key] = RowUnit(relation, hashlib.sha256(said).hexdigest()[:12])
        return self._units[key]

    def leading(self, relation: str, parameter: str) -> Mapping[str | None, Sequence[int]]:
        """The places of rows by what they say in a parameter; None has those that do not say which."""
        key = relation, parameter
        if key not in self._leading:
            found: dict[str | None, list[int]] = {}
            for index, row in enumerate(self.facts.relations.get(relation, ())):
                fact = row.get(parameter)
                if fact is not State.NOT_APPLICABLE:
                    found.setdefault(fact if isinstance(fact, str) else None, []).append(index)
            self._leading[key] = found
        return self._leading[key]


def recorded(facts: Facts, unit: FactUnit) -> Any:
    """What is recorded of a fact, as a document says it."""
    return written(facts.entities[unit.type][unit.id].get(unit.field))
