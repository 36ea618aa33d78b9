"""Facts in columns: entities and relations in coded form, for inventories of any size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from licet.facts.store import Facts, Opening, Provenance, Record
from licet.ir.policy import Policy
from licet.values import Fact, Number, State, is_given, parse_number, simplest

STATES = (None, State.ABSENT, State.UNDETERMINED, State.NOT_APPLICABLE)  # by the codes of `Plain.states`
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column with few different facts: `facts[codes[i]]` is the fact of row i, states, ranges and sets included."""

    codes: NDArray[np.int32]
    facts: Sequence[Fact]

    def fact(self, row: int) -> Fact:
        return self.facts[int(self.codes[row])]

    def take(self, rows: NDArray[np.int64]) -> Coded:
        return Coded(self.codes[rows], self.facts)

    @property
    def given(self) -> NDArray[np.bool_]:
        """Where something is recorded."""
        by_fact = np.fromiter(map(is_given, self.facts), np.bool_, len(self.facts))
        return by_fact[self.codes]

    def with_state(self, rows: NDArray[np.bool_], state: State) -> Coded:
        """With a state in some rows."""
        facts = self.facts if state in self.facts else (*self.facts, state)
        return Coded(np.where(rows, np.int32(facts.index(state)), self.codes), facts)


@dataclass(frozen=True, eq=False)
class Plain:
    """A column of many numbers or days.

    `values` are int64, and row i is `values[i] / 10**scale`, or with `days` the day that many days after 1970-01-01;
    or they are float64 and stand for the shortest decimal that rounds to them, as a table program prints it.
    Where `states[i]` is not 0 it is the place in `STATES` of what is recorded instead of a value.
    """

    values: NDArray[Any]
    states: NDArray[np.uint8]
    days: bool = False
    scale: int = 0

    def fact(self, row: int) -> Fact:
        state = STATES[self.states[row]]
        return self.value(self.values[row]) if state is None else state

    def value(self, stored: Any) -> Number | date:
        """What one of `values` stands for."""
        if self.days:
            return day_from_number(int(stored))
        return decimal_of(float(stored)) if self.values.dtype.kind == "f" else _scaled(int(stored), self.scale)

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Where there is a value."""
        found: NDArray[np.bool_] = self.states == 0
        return found

    @cached_property
    def strange(self) -> tuple[tuple[int, NDArray[np.bool_]], ...]:
        """Each other state that occurs, with its rows."""
        found = ((code, self.states == code) for code in range(1, len(STATES)))
        return tuple((code, rows) for code, rows in found if rows.any())

    @property
    def given(self) -> NDArray[np.bool_]:
        """Where something is recorded."""
        found: NDArray[np.bool_] = np.isin(self.states, (0, STATES.index(State.UNDETERMINED)))
        return found

    def with_state(self, rows: NDArray[np.bool_], state: State) -> Plain:
        """With a state in some rows."""
        return replace(self, states=np.where(rows, np.uint8(STATES.index(state)), self.states))

    def take(self, rows: NDArray[np.integer[Any]]) -> Plain:
        return Plain(self.values[rows], self.states[rows], self.days, self.scale)


Column = Coded | Plain


def _scaled(stored: int, scale: int) -> Number:
    return stored if scale == 0 else simplest(Fraction(stored, 10**scale))


def decimal_of(stored: float) -> Number:
    """The shortest decimal that rounds to a binary number: 0.1 is one tenth, 1e26 is 10^26."""
    number = parse_number(repr(stored))
    assert number is not None, stored  # readers refuse what is not finite
    return number


def number_of_day(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def day_from_number(days: int) -> date:
    return _EPOCH + timedelta(days=days)


@dataclass(frozen=True, eq=False)
class Table:
    """The records of an entity, with their ids, or the rows of a relation; a column that is not here is absent.

    `sources` says where each record's facts come from.
    """

    name: str
    length: int
    columns: Mapping[str, Column]
    ids: pa.StringArray | None = None
    sources: Coded | None = None

    @cached_property
    def id_list(self) -> Sequence[str]:
        assert self.ids is not None
        found: list[str] = self.ids.to_pylist()
        return found

    @cached_property
    def rows_by_id(self) -> Mapping[str, int]:
        """Where each id stands."""
        return {id_: row for row, id_ in enumerate(self.id_list)}

    @cached_property
    def places_of_ids(self) -> NDArray[np.int64]:
        """Where the id of each row stands in the order of their characters."""
        found = np.empty(self.length, np.int64)
        found[pc.sort_indices(self.ids).to_numpy()] = np.arange(self.length)
        return found

    def take(self, rows: NDArray[np.int64]) -> Table:
        """Some rows, in the order of their numbers here."""
        columns = {name: column.take(rows) for name, column in self.columns.items()}
        ids = None if self.ids is None else self.ids.take(pa.array(rows))
        sources = None if self.sources is None else self.sources.take(rows)
        return Table(self.name, len(rows), columns, ids, sources)

    def record(self, row: int) -> Record:
        facts = {name: column.fact(row) for name, column in self.columns.items()}
        known = {name: fact for name, fact in facts.items() if fact is not State.ABSENT}
        source = self.sources.fact(row) if self.sources is not None else State.ABSENT
        if not isinstance(source, str):
            return Record(known)
        return Record(known, dict.fromkeys(known, Provenance(source)))


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """An inventory in columns. `opened` as in `Facts`."""

    entities: Mapping[str, Table]
    relations: Mapping[str, Table]
    as_of: date | None = None
    opened: Mapping[str, tuple[Opening, ...]] = field(default_factory=dict)
    members: frozenset[tuple[str, str | date]] = frozenset()
    fingerprint: str = ""


# ---- to and from records


class _Records(Mapping[str, Record]):
    """The records of a table by id, decoded when they are looked at."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._seen: dict[str, Record] = {}

    def __getitem__(self, id_: str) -> Record:
        if id_ not in self._seen:
            self._seen[id_] = self.table.record(self.table.rows_by_id[id_])
        return self._seen[id_]

    def __contains__(self, id_: object) -> bool:
        return id_ in self.table.rows_by_id

    def __iter__(self) -> Iterator[str]:
        return iter(self.table.rows_by_id)

    def __len__(self) -> int:
        return self.table.length


def any_says(records: Mapping[str, Record], name: str, state: State) -> bool:
    """Whether some record has a state in the place of a fact; of records in columns none is decoded for it."""
    if not isinstance(records, _Records):
        return any(record.get(name) is state for record in records.values())
    column = records.table.columns.get(name)
    match column:
        case None:
            return state is State.ABSENT and len(records) > 0
        case Plain():
            return bool((column.states == STATES.index(state)).any())
        case Coded():
            return state in column.facts and bool((column.codes == column.facts.index(state)).any())


class _Relations(Mapping[str, tuple[Record, ...]]):
    """The rows of relations, decoded when a relation is first looked at."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables
        self._seen: dict[str, tuple[Record, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Record, ...]:
        if name not in self._seen:
            table = self._tables[name]
            self._seen[name] = tuple(table.record(row) for row in range(table.length))
        return self._seen[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def facts_from_tables(tables: Tables) -> Facts:
    """The same inventory as records, for whoever reads one case; nothing is copied before it is looked at."""
    return Facts(
        entities={name: _Records(table) for name, table in tables.entities.items()},
        relations=_Relations(tables.relations),
        as_of=tables.as_of,
        opened=tables.opened,
        members=tables.members,
        fingerprint=tables.fingerprint,
    )


def tables_from_facts(facts: Facts, policy: Policy) -> Tables:
    """An inventory of records in columns."""
    entities = {
        name: _table(
            name,
            list(records.values()),
            [f.name for f in policy.entities[name].fields.values() if not f.derived],
            pa.array(list(records), pa.string()),
        )
        for name, records in facts.entities.items()
    }
    relations = {
        name: _table(name, rows, list(policy.relations[name].parameters), None)
        for name, rows in facts.relations.items()
    }
    return Tables(entities, relations, facts.as_of, facts.opened, facts.members, facts.fingerprint)


def _table(name: str, records: Sequence[Record], fields: Sequence[str], ids: pa.StringArray | None) -> Table:
    given = {f for record in records for f in record.facts}
    columns = {f: coded([r.get(f) for r in records]) for f in fields if f in given}
    return Table(name, len(records), columns, ids)


def coded(facts: Sequence[Fact]) -> Coded:
    """A column of facts, equal ones sharing a code."""
    places: dict[Fact, int] = {}
    codes = np.fromiter((places.setdefault(fact, len(places)) for fact in facts), np.int32, len(facts))
    return Coded(codes, tuple(places))
