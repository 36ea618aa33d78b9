"""A gate: one case at a time from Python values, for a service that must answer at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.errors import UsageError
from licet.facts.store import Subject
from licet.facts.tables import Tables
from licet.facts.values_from_python import facts_from_python
from licet.ir import policy as ir
from licet.run.columnar import NAME
from licet.run.gate import CASE, Answer, CaseEngine
from licet.suggest import did_you_mean
from licet.values import Fact

_MOST_DAYS = 64  # of which the conclusions about resident things are kept
_MOST_VALUES = 1 << 16
_NOTHING: Answer = (False, (), ())


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """The least and the most severe outcome of each decision; they are the same where it is determined."""

    outcomes: Mapping[str, tuple[str, str]]

    def __repr__(self) -> str:
        said = ", ".join(f"{d} {a}" + ("" if a == b else f" to {b}") for d, (a, b) in self.outcomes.items())
        return f"<GateAnswer {said}>"


class Gate:
    """Decides cases of one entity. Without `as_of` a case's own `date` governs it. Not for two threads at once."""

    def __init__(self, policy: ir.Policy, entity: str, resident: Tables, as_of: date | None) -> None:
        if entity not in policy.entities:
            help_ = did_you_mean(entity, policy.entities)
            raise UsageError(f"there is no entity `{entity}`" + (f"; {help_}" if help_ else ""))
        self._policy = policy
        self._entity = entity
        self._resident = resident
        self._as_of = as_of
        self._fields = policy.entities[entity].fields
        self._dated = as_of is None and "date" in self._fields
        self._days: dict[date | None, _Day] = {}

    def __call__(self, case: Mapping[str, Any]) -> GateAnswer:
        """The outcomes for a case: fields with Python values or text; what is not given, or None, is unknown.

        Errors: `UsageError` names every value that is none.
        """
        day = self._day(case)
        known = day.known
        answers = day.unknown.copy()
        try:
            for name, value in case.items():
                place, answer, _ = known[name][value.__class__, value]
                answers[place] = answer
        except (KeyError, TypeError):  # not met before, or a value that cannot be looked up
            return self._anew(day, case)
        if day.several:
            facts = {name: known[name][value.__class__, value][2] for name, value in case.items()}
            for place in day.several:
                answers[place] = day.engine.look(day.engine.lookups[place], facts)
        return day.said(answers)

    def decision(self, case: Mapping[str, Any]) -> Decision:
        """The whole decision of a case, with everything that an explanation needs."""
        engine = self._day(case).engine
        world = engine.facts_with(self._checked(case))
        subject = Subject(self._entity, CASE)
        return decide(self._policy, world, [subject], as_of=engine.as_of, engine_name=NAME, evaluate=engine.evaluate)[0]

    def _anew(self, day: _Day, case: Mapping[str, Any]) -> GateAnswer:
        """Looks at every value, and remembers what the conditions on it alone say."""
        answers = day.unknown.copy()
        facts: dict[str, Fact] = {}
        strange: dict[str, Any] = {}
        for name, value in case.items():
            try:
                place, answer, facts[name] = day.known[name][value.__class__, value]
            except (KeyError, TypeError):
                strange[name] = value
            else:
                answers[place] = answer
        for name, fact in self._checked(strange).items():
            facts[name] = fact
            place, answer = day.looked(name, fact)
            answers[place] = answer
            if len(day.known[name]) > _MOST_VALUES:
                day.known[name].clear()
            if case[name].__class__.__hash__ is not None:
                day.known[name][case[name].__class__, case[name]] = place, answer, fact
        for place in day.several:
            answers[place] = day.engine.look(day.engine.lookups[place], facts)
        return day.said(answers)

    def _checked(self, case: Mapping[str, Any]) -> dict[str, Fact]:
        facts, problems = facts_from_python(case, self._fields, self._policy.units)
        if problems:
            raise UsageError("; ".join(problems))
        return facts

    def _day(self, case: Mapping[str, Any]) -> _Day:
        when = self._as_of
        if self._dated and "date" in case:
            found = self._checked({"date": case["date"]})["date"]
            when = found if isinstance(found, date) else None
        day = self._days.get(when)
        if day is None:
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            day = self._days[when] = _Day(CaseEngine(self._policy, self._entity, self._resident, when))
        return day


class _Day:
    """One day's engine, and what is known of single values: where the answers of a field stand, and which they are."""

    def __init__(self, engine: CaseEngine) -> None:
        self.engine = engine
        fields = engine.policy.entities[engine.entity].fields
        self._places = {each.fields[0]: i for i, each in enumerate(engine.lookups) if len(each.fields) == 1}
        self.several = [i for i, lookup in enumerate(engine.lookups) if len(lookup.fields) != 1]
        self.unknown = [_NOTHING if len(each.fields) != 1 else engine.look(each, {}) for each in engine.lookups]
        self.unknown.append(_NOTHING)  # the last place is for fields that no condition reads alone
        self.known: dict[str, dict[tuple[type, Any], tuple[int, Answer, Fact]]] = {name: {} for name in fields}
        self._answers: dict[tuple[int, ...], GateAnswer] = {}

    def looked(self, name: str, fact: Fact) -> tuple[int, Answer]:
        """Where the answer of a field stands, and what it is for a fact."""
        place = self._places.get(name, -1)
        return place, _NOTHING if place < 0 else self.engine.look(self.engine.lookups[place], {name: fact})

    def said(self, answers: list[Answer]) -> GateAnswer:
        answers.pop()
        bits = tuple(self.engine.run(answers))
        answer = self._answers.get(bits)
        if answer is None:
            answer = self._answers[bits] = self._outcomes(bits)
        return answer

    def _outcomes(self, bits: tuple[int, ...]) -> GateAnswer:
        ranks: dict[str, list[int]] = {}
        for want, must, may in zip(self.engine.wanted, bits[::2], bits[1::2], strict=True):
            rank = ranks.setdefault(want.decision, [0, 0])
            rank[0] += must
            rank[1] += may
        outcomes = {name: self.engine.policy.decisions[name].outcomes for name in ranks}
        return GateAnswer({d: (outcomes[d][a], outcomes[d][b]) for d, (a, b) in ranks.items()})
