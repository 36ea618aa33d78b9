"""What can be checked only when every record is read: references, keys and bounds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

from licet.diagnostics import Diagnostic, Findings, Span
from licet.facts.inventory.row_errors import Alike, Said
from licet.facts.inventory.suspect_rows import rows_in_doubt
from licet.facts.store import Facts, Record
from licet.facts.tables import Tables
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.suggest import did_you_mean
from licet.values import Range, State, format_percent


class RecordPlaces(Protocol):
    """Where records stand, by type and id, and rows, by relation and number."""

    def __getitem__(self, key: tuple[str, str], /) -> Span: ...


class Several:
    """Errors that many records may have alike: each thing is said once, and not more than a few in full."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Alike] = {}

    def add(self, of: str, error: Diagnostic) -> None:
        """Takes note of an error about a record or row of `of`."""
        assert error.span is not None
        kind = self._found.setdefault((error.code, of), Alike())
        kind.add(Said(error.message), lambda: error, 1, [error.span.line], "")

    def into(self, findings: Findings) -> None:
        for kind in self._found.values():
            for diagnostic in kind.diagnostics(""):
                findings.add(diagnostic)


def check_references(
    facts: Facts,
    entities: Mapping[str, Mapping[str, Record]],
    relations: Mapping[str, Sequence[Record]],
    policy: ir.Policy,
    places: RecordPlaces,
    findings: Findings,
    hidden: Collection[str],
) -> None:
    """Reports what some records name and the facts do not hold; those of `hidden` entities may be anywhere."""
    several = Several()
    for type_, records in entities.items():
        for id_, record in records.items():
            _check_references(facts, type_, policy.entities[type_].fields, record, places[type_, id_], several, hidden)
    for name, rows in relations.items():
        for i, row in enumerate(rows):
            _check_references(
                facts, name, policy.relations[name].parameters, row, places[name, str(i)], several, hidden
            )
    several.into(findings)


def check_relations(tables: Tables, policy: ir.Policy, places: RecordPlaces, findings: Findings) -> None:
    """Reports doubled keys and broken bounds."""
    several = Several()
    for name, table in tables.relations.items():
        relation = policy.relations[name]
        rows = [(i, table.record(i)) for i in rows_in_doubt(relation, table).tolist()]
        check_rows(relation, rows, places, several)
    several.into(findings)


def check_rows(
    relation: ir.Relation, rows: Sequence[tuple[int, Record]], places: RecordPlaces, several: Several
) -> None:
    """Reports doubled keys and broken bounds among numbered rows."""
    _check_key(relation, rows, places, several)
    for bound in relation.bounds:
        _check_bound(relation, bound, rows, places, several)


def _check_references(
    facts: Facts,
    of: str,
    fields: Mapping[str, ir.Field],
    record: Record,
    place: Span,
    several: Several,
    hidden: Collection[str],
) -> None:
    for name, fact in record.facts.items():
        for type_, id_ in _references(fields[name].type, fact):
            if type_ not in hidden and id_ not in facts.entities.get(type_, {}):
                source = record.provenance.get(name)
                message = f"`{name}` names the {type_} `{id_}`, which is not in the inventory"
                at = source.span if source and source.span else place
                help_ = did_you_mean(id_, facts.entities.get(type_, {})) or f"add it under `{type_}:`"
                several.add(of, Diagnostic("F009", message, at, help=help_))


def _references(type_: Type, fact: object) -> Iterator[tuple[str, str]]:
    if type_.kind is Kind.ENTITY and isinstance(fact, str):
        yield type_.name, fact
    elif type_.kind is Kind.SET and type_.element and type_.element.kind is Kind.ENTITY and isinstance(fact, frozenset):
        yield from ((type_.element.name, id_) for id_ in sorted(fact))


def _check_key(
    relation: ir.Relation, rows: Sequence[tuple[int, Record]], places: RecordPlaces, several: Several
) -> None:
    seen: dict[tuple[object, ...], int] = {}
    for i, row in rows if relation.key else ():
        key = tuple(row.get(name) for name in relation.key)
        if any(isinstance(part, State) for part in key):
            continue
        if key in seen:
            named = ", ".join(f"{n} `{k}`" for n, k in zip(relation.key, key, strict=True))
            error = Diagnostic(
                "F010",
                f"`{relation.name}` has more than one row for {named}",
                places[relation.name, str(i)],
                label="second row",
                others=((places[relation.name, str(seen[key])], "first row"),),
                help="keep one row for each pair",
            )
            several.add(relation.name, error)
        seen.setdefault(key, i)


def _check_bound(
    relation: ir.Relation,
    bound: ir.Bound,
    rows: Sequence[tuple[int, Record]],
    places: RecordPlaces,
    several: Several,
) -> None:
    sums: dict[object, Any] = {}
    for i, row in rows:
        per, fact = row.get(bound.per), row.get(bound.summed)
        low = fact.low if isinstance(fact, Range) else fact
        if isinstance(per, State) or not isinstance(low, int | Fraction):
            continue
        total = sums.get(per, 0) + low
        if sums.get(per, 0) <= bound.limit < total:
            error = Diagnostic(
                "F011",
                f"the {bound.summed}s of {bound.per} `{per}` add up to more than {format_percent(bound.limit)}",
                places[relation.name, str(i)],
                label=f"with this row {format_percent(total)}",
                help=f"correct the {bound.summed}s of this {bound.per}",
            )
            several.add(relation.name, error)
        sums[per] = total
