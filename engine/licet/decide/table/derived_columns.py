"""What rules derive of a row, as columns of the result table: terms that hold or may, members of sets, values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from licet.decide.table.result_table import TEXTS, WORD
from licet.errors import UsageError
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import concluded
from licet.ir.types import Kind, Type
from licet.plan.bits import SELF
from licet.run.columnar.batch import Verdicts
from licet.run.reference.unknown_values import Bounded, OneOf, SetReading
from licet.suggest import did_you_mean
from licet.values import Range, State, Truth, format_number

POSSIBLE = ".possible"  # of a set: the members that it may have
_OTHERS = "any other"


@dataclass(frozen=True, slots=True)
class DerivedColumn:
    """A derived field of an entity, as it stands in the view of a jurisdiction (None: by common rules only)."""

    name: str
    entity: str
    term: ir.Field
    view: str | None

    @property
    def fields(self) -> list[pa.Field]:
        if self.term.type.kind is Kind.SET:
            return [pa.field(self.name, TEXTS), pa.field(self.name + POSSIBLE, TEXTS)]
        return [pa.field(self.name, WORD if self.term.type.kind is Kind.BOOLEAN else pa.string())]


def derived_columns(
    policy: ir.Policy, names: Sequence[str], types: Iterable[str], jurisdictions: Sequence[str] = ()
) -> list[DerivedColumn]:
    """The columns of derived fields, for those types that have them; one for each jurisdiction where several say it."""
    found: dict[str, DerivedColumn] = {}
    for name in names:
        for type_ in types:
            term = policy.entities[type_].fields.get(name)
            if term is not None and term.derived:
                views = _views(policy, type_, name, jurisdictions)
                for view in views:
                    column = name if len(views) == 1 else f"{name}.{view}"
                    found[f"{type_} {column}"] = DerivedColumn(column, type_, term, view)
    return list(found.values())


def check_derived(policy: ir.Policy, names: Iterable[str]) -> tuple[str, ...]:
    """The types that have these derived fields. Errors: `UsageError` for a name of none."""
    known = {f.name for e in policy.entities.values() for f in e.fields.values() if f.derived}
    for name in names:
        if name not in known:
            raise UsageError(f"no field `{name}` is derived by rules; {did_you_mean(name, known)}".rstrip("; "))
    return tuple(
        e.name for e in policy.entities.values() if any(f.name in names for f in e.fields.values() if f.derived)
    )


def _views(policy: ir.Policy, entity: str, term: str, jurisdictions: Sequence[str]) -> list[str | None]:
    rules = (rule for rule in policy.rules.values() if rule.entity == entity and any(concluded(rule.effects, term)))
    places = sorted({rule.jurisdiction for rule in rules if rule.jurisdiction is not None})
    return [place for place in places if not jurisdictions or place in jurisdictions] or [None]


def derived_of(columns: Iterable[DerivedColumn], entity: str, verdicts: Verdicts) -> Iterator[tuple[str, pa.Array]]:
    """The columns for the rows of a batch; null of what other entities have."""
    for column in columns:
        if column.entity != entity:
            continue
        type_ = Type(Kind.ENTITY, entity)
        term = n.TermOf(None, n.Variable(None, SELF, type_), column.term.name, column.term.type, column.view)
        read = verdicts.vector.readings(term, verdicts.frame)
        codes = pa.array(read.codes.astype(np.int32))
        if column.term.type.kind is Kind.SET:
            sure, possible = zip(*map(_members, read.facts), strict=True) if read.facts else ((), ())
            yield column.name, pa.array(sure, TEXTS).take(codes)
            yield column.name + POSSIBLE, pa.array(possible, TEXTS).take(codes)
        elif column.term.type.kind is Kind.BOOLEAN:
            yield column.name, pa.array(map(_truth, read.facts), pa.string()).take(codes).cast(WORD)
        else:
            yield column.name, pa.array(map(_single, read.facts), pa.string()).take(codes)


def _truth(fact: object) -> str:
    if isinstance(fact, State):
        return "no" if fact is State.NOT_APPLICABLE else "unknown"
    return "yes" if fact is True else "unknown"


def _members(fact: object) -> tuple[list[str], list[str]]:
    """Those that a set surely has, and those that it may have."""
    if not isinstance(fact, SetReading):
        return [], [] if fact is State.NOT_APPLICABLE else [_OTHERS]
    sure = sorted(str(value) for value, truth in fact.members.items() if truth is Truth.T)
    may = sorted(str(value) for value, truth in fact.members.items() if truth is Truth.U)
    return sure, [*may, *([_OTHERS] if fact.others is not Truth.F else [])]


def _single(fact: object) -> str | None:
    """A value or a range as a cell writes it; nothing where there is none, `unknown` where nobody knows."""
    if fact is State.NOT_APPLICABLE:
        return None
    if isinstance(fact, Bounded):
        fact = Range(fact.low, fact.high) if (fact.low, fact.high) != (None, None) else State.ABSENT
    if isinstance(fact, OneOf):
        return " or ".join(sorted(fact.ids)) + (" or nothing" if fact.maybe_nothing else "")
    if isinstance(fact, Range):
        low, high = (None if end is None else _plain(end) for end in (fact.low, fact.high))
        return f">= {low}" if high is None else f"<= {high}" if low is None else f"{low}..{high}"
    return "unknown" if isinstance(fact, State) else _plain(fact)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else format_number(value)  # type: ignore[arg-type]
