"""The example row of each sheet of a template: how it is made up, and where it was left as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from licet.diagnostics import Diagnostic
from licet.facts.cells.values_from_text import value_from_text
from licet.facts.concatenate import only_used
from licet.facts.inventory.from_sheets import RowsRead, fields_of
from licet.facts.inventory.unread_values import Fields, literals_of
from licet.ir import policy as ir
from licet.ir.types import DOUBTS, Kind, Type
from licet.values import Fact, counted, first_of, is_given

EXAMPLE, OTHER = "example", "example-2"  # ids; the other where a row relates two of one entity
_FEW = 3  # rows of a template's sheet, with some to spare
_LISTED = 8


def asked(fields: Mapping[str, ir.Field]) -> list[ir.Field]:
    """The fields that a sheet has a column for: no derived ones, and no doubts, which a check raises first."""
    return [field for field in fields.values() if not field.derived and field.type != DOUBTS]


def example_row(
    owner: str, fields: Mapping[str, ir.Field], texts: Fields, today: date, *, relates: bool = False
) -> dict[str, str]:
    """A value for each column; of two records of one entity that a row `relates` the second is the other example."""
    row: dict[str, str] = {}
    seen: set[str] = set()
    for field in asked(fields):
        again = relates and field.type.kind is Kind.ENTITY and field.type.name in seen
        text = text_of(owner, field, texts) or field.phrase
        row[field.name] = OTHER if again else _example(field.type, text, today)
        seen.add(field.type.name)
    return row


def text_of(owner: str, field: ir.Field, texts: Fields) -> str:
    """A text that rules compare the field with; none where they compare it with whatever else, or not at all."""
    return min(texts.get((owner, field.name)) or {""})


def _example(type_: Type, text: str, today: date) -> str:
    """A value of the type, as a cell writes it; what it says of an example is made up."""
    match type_.kind:
        case Kind.BOOLEAN:
            return "no"
        case Kind.NUMBER:
            return "1"
        case Kind.QUANTITY:
            return f"1 {type_.name}"
        case Kind.PERCENT:
            return "10%"
        case Kind.DATE:
            return today.isoformat()
        case Kind.COUNTRY:
            return "CH"
        case Kind.ENUMERATION:
            return type_.values[0]
        case Kind.CODE if type_.form is not None:
            return type_.form.example
        case Kind.ENTITY:
            return EXAMPLE
        case Kind.SET if type_.element is not None:
            return _example(type_.element, text, today)
        case _:
            return text


# ---- example rows that were left where they are


def without_examples(
    parts: Mapping[str, list[RowsRead]], policy: ir.Policy, *, alone: bool
) -> tuple[dict[str, list[RowsRead]], tuple[Diagnostic, ...]]:
    """The rows that are somebody's own, and a finding that names the sheets whose example row was left as it is.

    Where the sheets are `alone` and nobody wrote anything else in them, the examples are the inventory. A row in which
    a value was changed is no example.
    """
    each = [(name, part, _left(part, policy)) for name, some in parts.items() for part in some]
    found = sum(int(rows.sum()) for _, _, rows in each)
    if not found or (alone and found == sum(part.table.length for _, part, _ in each)):
        return dict(parts), ()
    kept: dict[str, list[RowsRead]] = {}
    for name, part, rows in each:
        kept.setdefault(name, []).append(_kept(part, ~rows))
    named = [part.sheet.called for _, part, rows in each if rows.any()]
    words = f"the example row of {counted(len(named), 'sheet')} is passed over: {first_of(named, _LISTED)}"
    help_ = "write over it, or delete the row or the sheet"
    return kept, (Diagnostic("S011", words, help=help_, severity="style"),)


def _left(part: RowsRead, policy: ir.Policy) -> NDArray[np.bool_]:
    """Which rows are those of a template, whatever the day is."""
    found = np.zeros(part.table.length, np.bool_)
    name, fields = part.table.name, fields_of(policy, part.table.name)
    is_entity = name in policy.entities
    columns = {n: column for n, column in part.table.columns.items() if n in part.columns_of}
    first = [row for row in range(min(part.table.length, _FEW)) if part.good[row]]
    rows = [row for row in first if not is_entity or part.id_of(row) in (EXAMPLE, OTHER)]
    if not rows or not columns:
        return found
    wanted = example_row(name, fields, literals_of(policy), date.min, relates=not is_entity)
    for row in rows:
        facts = {n: column.fact(row) for n, column in columns.items()}
        is_other = is_entity and part.id_of(row) == OTHER
        found[row] = all(
            not is_given(fact) if is_other else _same(fact, wanted[n], fields[n].type, policy)
            for n, fact in facts.items()
        )
    return found


def _same(fact: Fact, text: str, type_: Type, policy: ir.Policy) -> bool:
    """Whether a cell is still as a template has it; of a day whether there is one."""
    if type_.kind is Kind.DATE:
        return is_given(fact)
    if type_.kind is Kind.SET and type_.element is not None:
        members = [*fact] if isinstance(fact, frozenset) else []
        return len(members) == 1 and _same(members[0], text, type_.element, policy)
    return fact == value_from_text(text, type_, policy.units)


def _kept(part: RowsRead, kept: NDArray[np.bool_]) -> RowsRead:
    if kept.all():
        return part
    rows = np.flatnonzero(kept)
    some = part.table.take(rows)
    less = replace(some, columns={name: only_used(column) for name, column in some.columns.items()})
    cells = None if part.cells is None else part.cells.kept(kept)
    return replace(part, numbers=part.numbers[rows], table=less, good=part.good[rows], cells=cells)
