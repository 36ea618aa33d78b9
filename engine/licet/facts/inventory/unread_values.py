"""Values that no rule can read: a text that rules compare with other texts only, a choice that none of them tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from licet.diagnostics import Diagnostic
from licet.facts.concatenate import as_coded
from licet.facts.files.sheets import named
from licet.facts.inventory.merge_yaml import Places
from licet.facts.tables import Coded, Table, Tables
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.ir.walk import Part, parts
from licet.suggest import nearest
from licet.values import counted

Fields = dict[tuple[str, str], set[str] | None]  # by owner and name: what it is compared with; None for anything
_MOST = 10  # findings about one field
_SHOWN = 12  # values that a help line names


def unread_values(tables: Tables, policy: ir.Policy, places: Places) -> Iterator[Diagnostic]:
    """A warning for each text (S020 for each choice of an enumeration) that is only compared with other ones.

    Of a field that no rule reads, or that is compared with lists, other fields or counted, nothing is said.
    """
    compared = literals_of(policy)
    for table in (*tables.entities.values(), *tables.relations.values()):
        for name, column in table.columns.items():
            literals = compared.get((table.name, name))
            type_ = _fields(policy, table.name)[name].type
            if literals and _kind(type_) in (Kind.TEXT, Kind.ENUMERATION):
                yield from _of_column(table, name, as_coded(column), type_, literals, places)


def _of_column(
    table: Table, name: str, column: Coded, type_: Type, literals: set[str], places: Places
) -> Iterator[Diagnostic]:
    """One finding for each text; one for all choices of an enumeration, among which many are ordinary."""
    found = _others(column, literals)
    if not found:
        return
    field = f"`{table.name}.{name}`"
    tested = ", ".join(f"`{value}`" for value in sorted(literals)[:_SHOWN]) + (
        ", ..." if len(literals) > _SHOWN else ""
    )
    if _kind(type_) is Kind.ENUMERATION:
        words = ", ".join(f"`{value}` ({counted(len(rows), 'record')})" for value, rows in found.items())
        span = places.of(table.name, int(min(rows[0] for rows in found.values())), name)
        yield Diagnostic(
            "S020", f"no rule tests these of {field}: {words}", span, help=f"rules test {tested}", severity="style"
        )
        return
    for value, rows in list(found.items())[:_MOST]:
        near = nearest(value, literals)
        yield Diagnostic(
            "W020",
            f"no rule compares {field} with {named(value)}, which stands in {counted(len(rows), 'record')}",
            places.of(table.name, int(rows[0]), name),
            help=f"rules compare it with {tested}" + (f"; did you mean `{near[0]}`?" if near else ""),
            severity="warning",
        )
    if len(found) > _MOST:
        words = f"nor with {counted(len(found) - _MOST, 'other value')} of {field}"
        yield Diagnostic("W020", words, help=f"rules compare it with {tested}", severity="warning")


def _others(column: Coded, literals: set[str]) -> dict[str, NDArray[np.int64]]:
    """The values that are none of the literals, and the rows of each."""
    found: dict[str, list[int]] = {}
    for code, fact in enumerate(column.facts):
        for value in sorted(fact) if isinstance(fact, frozenset) else [fact] if isinstance(fact, str) else ():
            if value not in literals:
                found.setdefault(value, []).append(code)
    rows_of = {value: np.flatnonzero(np.isin(column.codes, codes)) for value, codes in found.items()}
    return {value: rows for value, rows in rows_of.items() if len(rows)}


def _kind(type_: Type) -> Kind:
    return type_.element.kind if type_.kind is Kind.SET and type_.element else type_.kind


def _fields(policy: ir.Policy, name: str) -> Mapping[str, ir.Field]:
    return policy.entities[name].fields if name in policy.entities else policy.relations[name].parameters


# ---- what rules compare


def literals_of(policy: ir.Policy) -> Fields:
    """What each field is compared with in all rules."""
    found: Fields = {}
    for rule in policy.rules.values():
        if rule.body is not None:
            _look(rule.body, found)
        for effect in rule.effects:
            for name in ("value", "per", "bearer", "deadline"):
                operand = getattr(effect, name, None)
                if operand is not None:
                    _look(operand, found)
    for check in policy.checks.values():
        _look(check.body, found)
    return found


def _look(part: Part, found: Fields) -> None:
    match part:
        case n.Compare(operator="=" | "!=", left=n.FieldOf() as field, right=n.Known(value=str() as value)):
            _note(field, {value}, found)
        case n.Compare(operator="=" | "!=", left=n.Known(value=str() as value), right=n.FieldOf() as field):
            _note(field, {value}, found)
        case n.Member(item=n.FieldOf() as field, collection=n.SetOf(items=items)) if _texts(items) is not None:
            _note(field, _texts(items) or set(), found)
        case n.Member(item=n.Known(value=str() as value), collection=n.FieldOf() as field):
            _note(field, {value}, found)
        case n.HasState(operand=n.FieldOf() as field):
            _look(field.base, found)
        case n.Named(thing=thing):
            _note(n.FieldOf(None, thing, "name", thing.type), None, found)  # type: ignore[union-attr]
        case n.FieldOf() as field:
            _note(field, None, found)
        case other:
            for inner in parts(other):
                _look(inner, found)


def _texts(items: tuple[n.Operand, ...]) -> set[str] | None:
    """The texts that a list in brackets holds; None where it holds anything else."""
    texts = {item.value for item in items if isinstance(item, n.Known) and isinstance(item.value, str)}
    return texts if len(texts) == len(items) else None


def _note(field: n.FieldOf, literals: set[str] | None, found: Fields) -> None:
    key = (field.base.type.name, field.name)  # type: ignore[union-attr]
    known = found.get(key, set())
    found[key] = None if literals is None or known is None else known | literals
    _look(field.base, found)
