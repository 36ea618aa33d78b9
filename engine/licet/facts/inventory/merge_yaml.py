"""Records of tables beside those of YAML files, and where the rows of both stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np

from licet.diagnostics import Span
from licet.facts.files.sheets import shortened
from licet.facts.inventory.from_sheets import RowsRead
from licet.facts.inventory.from_yaml import Draft
from licet.facts.store import Facts, Record
from licet.values import Fact, Range, State, format_number


class _Both(Mapping[str, Record]):
    """Records from YAML, with their provenance, before those of tables."""

    def __init__(self, recorded: Mapping[str, Record], tables: Mapping[str, Record]) -> None:
        self._recorded, self._tables = recorded, tables

    def __getitem__(self, id_: str) -> Record:
        return self._recorded[id_] if id_ in self._recorded else self._tables[id_]

    def __contains__(self, id_: object) -> bool:
        return id_ in self._tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def with_records(facts: Facts, draft: Draft) -> Facts:
    """The facts with the records of YAML files as they were read, which know where each fact stands."""
    entities = {
        name: _Both(draft.entities[name], records) if name in draft.entities else records
        for name, records in facts.entities.items()
    }
    relations = (
        {
            name: (*draft.relations[name], *rows[len(draft.relations[name]) :]) if name in draft.relations else rows
            for name, rows in facts.relations.items()
        }
        if draft.relations
        else facts.relations
    )
    return Facts(entities, relations, facts.as_of, facts.opened, facts.members, facts.fingerprint)


class Places:
    """Where records and rows stand, and their facts; made when somebody asks."""

    def __init__(self, parts: Mapping[str, Sequence[RowsRead]], draft: Draft, *, keep_going: bool) -> None:
        self._parts, self._draft, self._keep_going = parts, draft, keep_going

    def __getitem__(self, key: tuple[str, str]) -> Span:
        name, row = key[0], int(key[1])
        if row < len(self._draft.relations.get(name, ())):
            return self._draft.places[key]
        return cell_span(*self._in_a_part(name, row), None)

    def of(self, name: str, row: int, field: str) -> Span:
        """A fact of a record or row, by its number among all of `name`."""
        draft = self._draft
        recorded = [*draft.entities[name].values()] if name in draft.entities else draft.relations.get(name, [])
        if row >= len(recorded):
            part, own = self._in_a_part(name, row)
            return cell_span(part, own, field)
        if field == "id":
            return draft.places[name, list(draft.entities[name])[row]]
        span = recorded[row].provenance[field].span
        assert span is not None
        return span

    def gives(self, name: str, field: str) -> bool:
        """Whether some file says anything of a field: has a column for it, or records it in YAML."""
        draft = self._draft
        recorded = [*draft.entities[name].values()] if name in draft.entities else draft.relations.get(name, [])
        return any(field in part.columns_of for part in self._parts.get(name, ())) or any(
            field in record.provenance for record in recorded
        )

    def first_of_tables(self, name: str) -> Span | None:
        """The first row that stands in a table."""
        part = next((part for part in self._parts.get(name, ()) if part.table.length), None)
        return None if part is None else cell_span(part, 0, None)

    def _in_a_part(self, name: str, row: int) -> tuple[RowsRead, int]:
        """Rows of tables come after those of documents."""
        row -= len(self._draft.entities.get(name, ())) + len(self._draft.relations.get(name, ()))
        for part in self._parts[name]:
            rows = np.flatnonzero(part.good) if self._keep_going else np.arange(part.table.length)
            if row < len(rows):
                return part, int(rows[row])
            row -= len(rows)
        raise KeyError(name, row)


def cell_span(part: RowsRead, row: int, column: str | None) -> Span:
    """A cell, or a whole row shown by its facts."""
    number = int(part.numbers[row])
    if column is not None:
        place = part.names.index(column)
        text = part.id_of(row) if column == "id" else _shown(part.table.columns[column].fact(row))
        return part.sheet.span(number, place, part.names, f"{column}: ", shortened(text))
    shown = ", ".join(f"{name}: {_shown(column.fact(row))}" for name, column in part.table.columns.items())
    return part.sheet.span(number, None, part.names, "", shown[:90])


def _shown(fact: Fact) -> str:
    if isinstance(fact, State):
        return fact.value
    if isinstance(fact, Range):
        return " to ".join("any" if bound is None else _shown(bound) for bound in (fact.low, fact.high))
    if isinstance(fact, frozenset):
        return "; ".join(sorted(fact))
    return format_number(fact) if isinstance(fact, int | Fraction) and not isinstance(fact, bool) else str(fact)
