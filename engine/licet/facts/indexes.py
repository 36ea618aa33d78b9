"""Records by what they say in one fact: looked up instead of gone through for each question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from heapq import merge
from typing import TYPE_CHECKING, Any

from licet.values import State

if TYPE_CHECKING:
    from licet.facts.store import Record

SCALARS = (str, bool, int, date, Fraction)  # facts that are equal to one value and to no other


@dataclass(frozen=True, slots=True)
class Index:
    """Where records stand that say a value, also among others, and where those of which nobody knows whether they do.

    `ids` are those of an entity's records, in order; a relation's rows have none.
    """

    ids: Sequence[str] | None
    exact: Mapping[object, Sequence[int]]
    vague: Sequence[int]

    def count(self, value: object) -> int:
        """How many they are that `fitting` gives."""
        return len(self.exact.get(value, ())) + len(self.vague)

    def fitting(self, value: object) -> Sequence[int]:
        """The places, in order, of all records that say a value or may say it."""
        found = self.exact.get(value, ())
        return list(merge(found, self.vague)) if self.vague and found else found or self.vague


@dataclass(eq=False)
class Indexes:
    """The indexes of an inventory, made when they are first asked for; a copy, also a pickled one, has none yet."""

    _found: dict[tuple[str, str], tuple[object, Index]] = field(default_factory=dict)
    _other: Indexes | None = None
    _own: frozenset[str] = frozenset()

    @classmethod
    def beside(cls, other: Indexes, own: Iterable[str]) -> Indexes:
        """Of an inventory that has the records of another but for those called `own`: the others' are made once."""
        return cls(_other=other, _own=frozenset(own))

    def of(self, records: Mapping[str, Record] | Sequence[Record], name: str, fact: str) -> Index:
        """The index of the records called `name`; it is made again where these are others than before."""
        if self._other is not None and name not in self._own:
            return self._other.of(records, name, fact)
        known = self._found.get((name, fact))
        if known is None or known[0] is not records:
            known = self._found[name, fact] = records, _made(records, fact)
        return known[1]

    def __reduce__(self) -> tuple[type[Indexes], tuple[()]]:
        return Indexes, ()


def _made(records: Mapping[str, Record] | Sequence[Record], fact: str) -> Index:
    exact: dict[object, list[int]] = {}
    if isinstance(records, Mapping):
        ids = list(records)
        if fact == "id":
            return Index(ids, {id_: (place,) for place, id_ in enumerate(ids)}, ())
        said: list[Any] = [record.get(fact) for record in records.values()]
    else:
        ids = None
        said = [record.get(fact) for record in records]
    vague = []
    for place, value in enumerate(said):
        if isinstance(value, SCALARS):
            exact.setdefault(value, []).append(place)
        elif isinstance(value, frozenset) and all(isinstance(member, SCALARS) for member in value):
            for member in value:
                exact.setdefault(member, []).append(place)
        elif value is not State.NOT_APPLICABLE:
            vague.append(place)
    return Index(ids, exact, vague)
