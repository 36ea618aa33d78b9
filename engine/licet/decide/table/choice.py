"""Which subjects are decided, where not all are: those whose facts fit, a share of them, the first ones.

What is left out is still there for rules that look at other records: only its own row is missing.
"""

from __future__ import annotations

import operator
import re
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from licet.errors import UsageError
from licet.facts.cells.values_from_text import Problem, value_from_text
from licet.facts.concatenate import as_coded
from licet.facts.tables import Table
from licet.ir import policy as ir
from licet.ir.types import Kind
from licet.suggest import did_you_mean
from licet.values import Fact, Range, State

_CONDITION = re.compile(r"\s*([A-Za-z_]\w*)\s*(!=|<=|>=|=|<|>)\s*(.*?)\s*", re.DOTALL)
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_STATES = {"unknown": State.ABSENT, "undetermined": State.UNDETERMINED, "not applicable": State.NOT_APPLICABLE}
_HASHES = 1 << 32


@dataclass(frozen=True, slots=True)
class FactCondition:
    """A fact compared with a value, or a state. What is not known, or a range that leaves it open, does not fit."""

    name: str
    operator: str
    text: str

    def fits(self, policy: ir.Policy, table: Table) -> NDArray[np.bool_]:
        if self.name == "id":
            assert table.ids is not None
            compare = _OPERATORS[self.operator]
            return np.fromiter((compare(id_, self.text) for id_ in table.ids.to_pylist()), np.bool_, table.length)
        type_ = policy.entities[table.name].fields[self.name].type
        column = table.columns.get(self.name)
        if self.text in _STATES:
            wanted = _STATES[self.text]
            found = [wanted] if column is None else as_coded(column).facts
            same = np.array([(fact is wanted) == (self.operator == "=") for fact in found], np.bool_)
            return np.full(table.length, same[0]) if column is None else same[as_coded(column).codes]
        if column is None:
            return np.zeros(table.length, np.bool_)
        element = type_.element if type_.kind is Kind.SET and type_.element else type_
        value = value_from_text(self.text, element, policy.units)
        if isinstance(value, Problem):
            raise UsageError(f"`{self.text}` is not a value of `{self.name}`: write {value.expected}")
        coded = as_coded(column)
        return np.array([_compares(fact, self.operator, value) for fact in coded.facts], np.bool_)[coded.codes]


def _compares(fact: Fact, sign: str, value: Any) -> bool:
    if isinstance(fact, State):
        return False
    if isinstance(fact, frozenset):
        return (value in fact) == (sign == "=") if sign in ("=", "!=") else False
    if isinstance(fact, Range):
        ends = [end for end in (fact.low, fact.high) if end is not None]
        least, most = fact.low, fact.high
        sure = {"<": most is not None and most < value, "<=": most is not None and most <= value}
        sure |= {">": least is not None and least > value, ">=": least is not None and least >= value}
        return sure.get(sign, False) if ends else False
    return _OPERATORS[sign](fact, value)


@dataclass(slots=True)
class Choice:
    """`where` has to be so of each, of types that have such facts; `share` of them, always the same ones; at most
    `limit` of each type. It counts what it has chosen, and is used once.
    """

    where: Sequence[FactCondition] = ()
    share: float = 1.0
    limit: int | None = None
    _taken: Counter[str] = field(default_factory=Counter)

    @property
    def is_all(self) -> bool:
        return not self.where and self.share >= 1 and self.limit is None

    def of(self, policy: ir.Policy, table: Table, start: int, length: int) -> NDArray[np.int64]:
        """The places of those that are chosen among the next rows of a table."""
        rows = np.arange(start, start + length)
        fits = np.ones(table.length, np.bool_)
        for condition in self.where:
            fits &= condition.fits(policy, table)
        rows = rows[fits[rows]]
        if self.share < 1:
            assert table.ids is not None
            ids = table.ids.take(rows).to_pylist() if len(rows) else []
            hashes = np.fromiter((zlib.crc32(str(id_).encode()) for id_ in ids), np.uint32, len(ids))
            rows = rows[hashes < self.share * _HASHES]
        if self.limit is not None:
            rows = rows[: max(self.limit - self._taken[table.name], 0)]
        self._taken[table.name] += len(rows)
        return rows


def conditions(texts: Sequence[str], policy: ir.Policy, types: Sequence[str]) -> tuple[FactCondition, ...]:
    """What `--where` says. Errors: `UsageError` where it is no comparison, or of a fact that none of the types has."""
    found = []
    for text in texts:
        match = _CONDITION.fullmatch(text)
        if match is None:
            raise UsageError(f"`{text}` is no comparison of a fact: write `country = CH` or `weight >= 1000`")
        known = {"id", *(f.name for type_ in types for f in policy.entities[type_].fields.values() if not f.derived)}
        if any(match[1] not in ("id", *policy.entities[type_].fields) for type_ in types):
            without = next(type_ for type_ in types if match[1] not in policy.entities[type_].fields)
            near = "name one type with --type" if match[1] in known else did_you_mean(match[1], known)
            raise UsageError(f"`{without}` has no fact `{match[1]}`" + (f"; {near}" if near else ""))
        if match[1] not in known:
            raise UsageError(f"`{match[1]}` is derived by rules: `--where` looks at facts that are recorded")
        if match[3] in _STATES and match[2] not in ("=", "!="):
            raise UsageError(f"`{text}`: a state is one or is not, so write `=` or `!=`")
        found.append(FactCondition(*match.groups()))
    return tuple(found)
