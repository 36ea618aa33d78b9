"""The facts of one inventory as records: things, rows of relations, and what further rows there may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from licet.diagnostics import Span
from licet.facts.indexes import Index, Indexes
from licet.ir import nodes as n
from licet.names import normal
from licet.values import Fact, Number, State

_ABSENT = State.ABSENT  # asked for millions of times: Python 3.11 takes ten times as long to find it in its class


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a fact comes from."""

    source: str = ""
    date: str = ""
    note: str = ""
    span: Span | None = field(default=None, compare=False, repr=False)


class Subject(NamedTuple):
    """Something that rules are about: an entity's type and id. A key of many tables: a tuple is hashed fast."""

    type: str
    id: str

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


@dataclass(frozen=True, slots=True)
class Record:
    """What is recorded of an entity or of a relation's row; a field that is not here is absent."""

    facts: Mapping[str, Fact]
    provenance: Mapping[str, Provenance] = field(default_factory=dict, compare=False)

    def get(self, name: str) -> Fact:
        return self.facts.get(name, _ABSENT)


class Opening(NamedTuple):
    """Rows that a relation may have besides those recorded: the references known of them, and whose record says so.

    Nobody's record does where a row was left out that could not be read.
    """

    facts: tuple[tuple[str, str], ...]
    of: Subject | None = None

    def get(self, name: str) -> str | State:
        return next((id_ for fact, id_ in self.facts if fact == name), State.ABSENT)


@dataclass(frozen=True, slots=True)
class Facts:
    """An inventory: the records of each entity by id, the rows of each relation, and the day that governs undated ones.

    What a record does not say is absent, which is unknown and never no. Populations and relations are closed unless the
    vocabulary or a record's own mark opens them.

    `opened` has, for a relation, the further rows that it may have; and entities of which there may be further ones.
    `changing` are entities of which a record says something else from one question to the next. `sums` says what a
    total is for what its variables stand for, where not all is there that it goes through; None of any other total.
    """

    entities: Mapping[str, Mapping[str, Record]]
    relations: Mapping[str, tuple[Record, ...]]
    as_of: date | None = None
    opened: Mapping[str, tuple[Opening, ...]] = field(default_factory=dict)
    members: frozenset[tuple[str, str | date]] = frozenset()  # list members that a test adds
    fingerprint: str = ""
    changing: frozenset[str] = field(default=frozenset(), compare=False)
    sums: Callable[[n.Aggregate, Mapping[str, Any]], Number | None] | None = field(
        default=None, compare=False, repr=False
    )
    indexes: Indexes = field(default_factory=Indexes, compare=False, repr=False)

    def index(self, name: str, fact: str) -> Index | None:
        """The records of an entity, or the rows of a relation, by one of their facts; None where they change."""
        if name in self.changing:
            return None
        records = self.entities.get(name)
        rows = self.relations.get(name, ()) if records is None else records
        return self.indexes.of(rows, name, fact)

    def record(self, subject: Subject) -> Record:
        return self.entities[subject.type][subject.id]

    def subjects(self, type_: str) -> Iterator[Subject]:
        for id_ in self.entities.get(type_, {}):
            yield Subject(type_, id_)

    def find(self, id_: str) -> tuple[Subject, ...]:
        """Everything with this id, of whatever type."""
        id_ = normal(id_)
        return tuple(Subject(type_, id_) for type_, records in self.entities.items() if id_ in records)
