"""Inventories written as table files, each fact as a person or a program would write it."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet
import xlsxwriter

from licet.facts.store import Facts, Record
from licet.ir import policy as ir
from licet.ir.types import Kind
from licet.values import Fact, Range, State, parse_number

FORMATS = ("csv", "jsonl", "parquet", "arrow", "xlsx")
_EXACT = pa.decimal128(38, 4)


def cell(fact: Fact, kind: Kind) -> str:
    """A fact as a text of a cell."""
    match fact:
        case State.ABSENT:
            return ""
        case State():
            return fact.value
        case Range(low, None):
            return f">= {cell(low, kind)}"  # type: ignore[arg-type]
        case Range(None, high):
            return f"<= {cell(high, kind)}"  # type: ignore[arg-type]
        case Range(low, high):
            return f"{cell(low, kind)}..{cell(high, kind)}"  # type: ignore[arg-type]
        case bool():
            return "yes" if fact else "no"
        case frozenset():
            return json.dumps(sorted(fact))
        case int() | Fraction() if kind is Kind.PERCENT:
            return f"{_decimal(Fraction(fact) * 100)}%"
        case int() | Fraction():
            return _decimal(Fraction(fact))
        case _:
            return str(fact)


def _is_short(number: Any) -> bool:
    """Whether a binary number's shortest decimal is this very number."""
    return parse_number(repr(float(number))) == number


def _decimal(number: Fraction) -> str:
    assert number.denominator == 1 or _is_short(number), "the generated numbers are whole or short"
    return str(number.numerator) if number.denominator == 1 else repr(float(number))


def tables(facts: Facts, policy: ir.Policy) -> dict[str, tuple[list[str], list[Kind], list[list[Fact | str]]]]:
    """Of each entity and relation: the header, the kinds of the columns, and the rows."""
    found = {}
    for name, records in facts.entities.items():
        fields = [f for f in policy.entities[name].fields.values() if not f.derived]
        names, kinds = ["id", *(f.name for f in fields), "open"], [Kind.TEXT, *(f.type.kind for f in fields), Kind.TEXT]
        rows = [[id_, *_facts(record, names[1:-1]), _open(facts, id_)] for id_, record in records.items()]
        found[name] = (names, kinds, rows)
    for name, records_ in facts.relations.items():
        parameters = policy.relations[name].parameters.values()
        names = [f.name for f in parameters]
        found[name] = (names, [f.type.kind for f in parameters], [_facts(record, names) for record in records_])
    return found


def _facts(record: Record, names: Sequence[str]) -> list[Fact | str]:
    return [record.get(name) for name in names]


def _open(facts: Facts, id_: str) -> str:
    return "; ".join(name for name, openings in facts.opened.items() if any(o.of and o.of.id == id_ for o in openings))


def write(facts: Facts, policy: ir.Policy, folder: Path, format_: str) -> None:
    """One file for each entity and relation, or a workbook of them."""
    folder.mkdir(parents=True)
    all_ = tables(facts, policy)
    if format_ == "xlsx":
        with xlsxwriter.Workbook(folder / "facts.xlsx") as book:
            for name, (names, kinds, rows) in all_.items():
                _sheet(book.add_worksheet(name), book.add_format({"num_format": "yyyy-mm-dd"}), names, kinds, rows)
        return
    for name, (names, kinds, rows) in all_.items():
        path = folder / f"{name}.{format_}"
        if format_ == "csv":
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([names, *[_cells(row, kinds) for row in rows]])
        elif format_ == "jsonl":
            lines = [json.dumps({n: c for n, c in zip(names, _cells(row, kinds), strict=True) if c}) for row in rows]
            if lines:  # a file with nothing in it is refused
                path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        else:
            columns = {n: typed([row[i] for row in rows], kinds[i]) for i, n in enumerate(names)}
            writer: Any = parquet.write_table if format_ == "parquet" else feather.write_feather
            writer(pa.table(columns), path)


def _cells(row: Sequence[Fact | str], kinds: Sequence[Kind]) -> list[str]:
    return [cell(fact, kind) for fact, kind in zip(row, kinds, strict=True)]


def typed(facts: Sequence[Fact | str], kind: Kind) -> pa.Array:
    """A column of its own type where every fact is a value of it or absent."""
    values = [None if fact is State.ABSENT else fact for fact in facts]
    given = [value for value in values if value is not None]
    if given and not any(isinstance(value, State | Range) for value in given):
        if kind is Kind.DATE:
            return pa.array(values, pa.date32())
        if kind is Kind.BOOLEAN:
            return pa.array(values, pa.bool_())
        if kind is Kind.SET:
            return pa.array([None if v is None else sorted(v) for v in values], pa.list_(pa.string()))  # type: ignore[arg-type]
        if kind in (Kind.NUMBER, Kind.QUANTITY, Kind.PERCENT) and not all(map(_is_short, given)):
            return pa.array([None if v is None else Decimal(str(cell(v, Kind.NUMBER))) for v in values], _EXACT)
        if kind in (Kind.NUMBER, Kind.QUANTITY, Kind.PERCENT):
            return pa.array([None if v is None else float(v) for v in values], pa.float64())  # type: ignore[arg-type]
    return pa.array([cell(fact, kind) or None for fact in facts], pa.string()).dictionary_encode()


def _sheet(sheet: Any, day: Any, names: Sequence[str], kinds: Sequence[Kind], rows: Sequence[Sequence[Any]]) -> None:
    sheet.write_row(0, 0, names)
    for i, row in enumerate(rows, start=1):
        for j, fact in enumerate(row):
            if isinstance(fact, bool):
                sheet.write_boolean(i, j, fact)
            elif isinstance(fact, int | Fraction) and _is_short(fact):
                sheet.write_number(i, j, float(fact))
            elif isinstance(fact, date):
                sheet.write_datetime(i, j, fact, day)
            elif text := cell(fact, kinds[j]):
                sheet.write_string(i, j, text)
