"""What a decision says beside what its rules conclude: for many subjects from columns, for one by following it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from licet.decide.decision import Conflict, View
from licet.decide.grounds.grounds_columns import GroundsRows
from licet.decide.missing.rows import MissingRows, views_of
from licet.decide.missing.trace import FactKey
from licet.facts.store import Subject
from licet.ir import policy as ir
from licet.ir.outcomes import claims_in
from licet.ir.remembered import by_policy
from licet.ir.strata import Strata
from licet.run.columnar.tabled import Group, Tabled
from licet.run.reference.bounds import Bounds

Asked = Mapping[FactKey, Sequence[View]]  # missing facts, and the answers and scores that each may narrow


class Grounded(Protocol):
    """Collections that are taken as complete, rules that nobody read, and what rules contradict each other about."""

    @property
    def assumed(self) -> Iterable[str]: ...

    @property
    def unread(self) -> Iterable[str]: ...

    @property
    def conflicts(self) -> Iterable[Conflict]: ...


@dataclass(frozen=True, slots=True)
class _SubjectGrounds:
    assumed: Sequence[str]
    unread: Sequence[str]
    conflicts: Sequence[Conflict]


class Rests(Protocol):
    """Asked of subjects that are decided."""

    def enforced(self, subject: Subject, decision: str, place: str) -> Bounds | None:
        """The bounds without rules announced as not enforced; None where they are those with them."""

    def missing(self, subject: Subject) -> Asked:
        """The facts that the open answers hang on."""

    def grounds(self, subject: Subject) -> Grounded:
        """What else the answers rest on."""


class InColumns:
    """Worked out for all subjects of an entity when one of them is asked for."""

    def __init__(self, tabled: Tabled, jurisdictions: Sequence[str]) -> None:
        self._tabled = tabled
        self._policy = tabled.policy
        self._jurisdictions = tuple(jurisdictions)
        self._of_entity: dict[str, _OfEntity] = {}

    def _of(self, subject: Subject) -> _OfEntity:
        found = self._of_entity.get(subject.type)
        if found is None:
            group = self._tabled.group(subject.type)
            found = self._of_entity[subject.type] = _OfEntity(self._policy, group, self._jurisdictions)
        return found

    def enforced(self, subject: Subject, decision: str, place: str) -> Bounds | None:
        return self._of(subject).enforced(subject, decision, place)

    def missing(self, subject: Subject) -> Asked:
        return self._of(subject).missing(subject)

    def grounds(self, subject: Subject) -> Grounded:
        return self._of(subject).grounds(subject)


class _OfEntity:
    """The subjects of one entity."""

    def __init__(self, policy: ir.Policy, group: Group, jurisdictions: tuple[str, ...]) -> None:
        self._policy = policy
        self._group = group
        self._places = group.places
        self._jurisdictions = jurisdictions
        self._enforced: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
        self._missing: list[dict[FactKey, list[View]]] | None = None
        self._grounds: list[_SubjectGrounds] | None = None

    def enforced(self, subject: Subject, decision: str, place: str) -> Bounds | None:
        verdicts = self._group.verdicts
        if verdicts.enforced is verdicts.reached:
            return None
        key = decision, place
        if key not in self._enforced:
            must, may = verdicts.bounds(decision, place, enforced=True)
            self._enforced[key] = must.tolist(), may.tolist()
        must_of, may_of = self._enforced[key]
        row = self._places[subject]
        return Bounds(must_of[row], may_of[row])

    def missing(self, subject: Subject) -> Asked:
        if self._missing is None:
            self._missing = self._all_missing()
        return self._missing[self._places[subject]]

    def _all_missing(self) -> list[dict[FactKey, list[View]]]:
        found: list[dict[FactKey, list[View]]] = [{} for _ in self._places]
        ids = [subject.id for subject in self._group.subjects]
        before: MissingRows | None = None
        for view in filter(self._open, views_of(self._policy, self._group.entity, self._jurisdictions)):
            before = MissingRows(self._policy, self._group.entity, (view,), before)
            for row, key in before.keys(self._group.verdicts, ids):
                found[row].setdefault(key, []).append(view)
        return found

    def _open(self, view: View) -> bool:
        """Whether an answer is not determined, or a score may not be, for somebody."""
        if view[0] in self._policy.scores:
            return True
        must, may = self._group.verdicts.bounds(*view)
        return bool((must != may).any())

    def grounds(self, subject: Subject) -> Grounded:
        if self._grounds is None:
            rows = GroundsRows(self._policy, self._group.entity, self._jurisdictions)
            told = rows.told(self._group.verdicts, [subject.id for subject in self._group.subjects])
            self._grounds = [_SubjectGrounds(*parts) for parts in told]
        return self._grounds[self._places[subject]]


@by_policy
def concerned(policy: ir.Policy, decision: str, place: str) -> tuple[ir.Rule, ...]:
    """The decision's rules in a jurisdiction, and the exceptions to them, however indirect; by id."""
    strata = Strata.of(policy)
    claiming = [rule.id for rule, _ in claims_in(policy, decision, place)]
    found = {*claiming, *(exception for id_ in claiming for exception in strata.exceptions_to(id_))}
    return tuple(policy.rules[id_] for id_ in sorted(found))
