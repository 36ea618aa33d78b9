"""A gate: one case at a time from Python values, for a service that must answer at once."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from licet.decide.dates import own_day
from licet.decide.decision import Conflict, Decision, Finding
from licet.decide.from_outcome import decide
from licet.decide.grounds.grounds import own_tables, own_values
from licet.errors import UsageError
from licet.facts.cells.values_from_python import facts_from_python, is_empty, plain_value
from licet.facts.store import Subject
from licet.facts.tables import Tables
from licet.ir import policy as ir
from licet.ir.types import Kind, Type
from licet.run.case.engine import CASE, Answer, CaseEngine, Lookup
from licet.run.columnar.engine import NAME
from licet.run.engines import NAMES, no_engine
from licet.run.engines import engine as engine_named
from licet.suggest import did_you_mean
from licet.values import Day, Fact, State, is_given

_MOST_DAYS = 64  # of which the conclusions about resident things are kept
_MOST_VALUES = 1 << 16
_NOTHING: Answer = (False, (), (), b"")


@dataclass(frozen=True)
class GateAnswer:
    """The least and the most severe outcome of each decision; they are the same where it is determined.

    What the answer rests on is worked out when somebody looks, once: it takes as long as `Gate.decision`, but for the
    conflicts of a policy whose rules cannot contradict each other.
    """

    outcomes: Mapping[str, tuple[str, str]]
    _gate: Gate = field(repr=False, compare=False)
    _case: Mapping[str, Any] = field(repr=False, compare=False)

    @cached_property
    def _decision(self) -> Decision:
        return self._gate.decision(self._case)

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What rules contradict each other about, of the case and of what it refers to."""
        return self._decision.conflicts if self._gate.contradictable else ()

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The collections that were taken as complete."""
        return self._decision.assumptions

    @property
    def unverified(self) -> tuple[str, ...]:
        """The rules that nobody read in the legal text."""
        return self._decision.unverified

    @property
    def contradictions(self) -> tuple[Finding, ...]:
        """Facts of the case, or of what its rules read, that cannot be as they are recorded."""
        return self._decision.contradictions

    @property
    def doubts(self) -> tuple[Finding, ...]:
        """The same of facts that hardly can be; an accepted one says why."""
        return self._decision.doubts

    def __repr__(self) -> str:
        said = ", ".join(f"{d} {a}" + ("" if a == b else f" to {b}") for d, (a, b) in self.outcomes.items())
        return f"<GateAnswer {said}{', with conflicts' if self.conflicts else ''}>"


class Gate:
    """Decides cases of one entity. Without `as_of` a case's own date governs it; where it has none that of the
    inventory, else `today`.

    `engine` names another one than that for cases, which answers the same and more slowly. Any number of threads may
    ask. A copy, also a pickled one, says the same and has learnt nothing yet.
    """

    def __init__(
        self,
        policy: ir.Policy,
        entity: str,
        resident: Tables,
        as_of: date | None,
        jurisdictions: tuple[str, ...] = (),
        today: date | None = None,
        engine: str = "auto",
    ) -> None:
        if engine not in NAMES:
            raise no_engine(engine)
        if entity not in policy.entities:
            help_ = did_you_mean(entity, policy.entities)
            raise UsageError(f"there is no entity `{entity}`" + (f"; {help_}" if help_ else ""))
        self._policy = policy
        self._entity = entity
        self._resident = resident
        self._as_of = as_of
        self._jurisdictions = jurisdictions
        self._today = today
        self._engine = "" if engine in ("auto", NAME) else engine
        self._fields = policy.entities[entity].fields
        self._own_day = policy.entities[entity].day if as_of is None else ""
        self._blank: dict[str, Fact] = dict.fromkeys(ir.blanks(self._fields), State.NOT_APPLICABLE)
        self._beside = ir.besides(self._fields)
        self._days: dict[Day, _Day] = {}

    def __reduce__(self) -> tuple[type[Gate], tuple[Any, ...]]:
        asked = self._as_of, self._jurisdictions, self._today, self._engine or "auto"
        return Gate, (self._policy, self._entity, self._resident, *asked)

    def __call__(self, case: Mapping[str, Any]) -> GateAnswer:
        """The outcomes for a case: fields with Python values or text, as in a row of a table; None is unknown.

        A row's `id` is the id that rules read. Errors: `UsageError` names every value that is none.
        """
        if self._engine:
            outcomes = {o.decision: (o.must, o.may) for o in self.decision(case).overall}
            return GateAnswer(outcomes, self, case)
        id_, case = self._named(case)
        day = self._day(case)
        known, stretches = day.known, day.stretches
        answers = day.unknown.copy()
        facts: dict[str, Any] = self._blank.copy()
        strange: dict[str, Any] = {}  # not met before, or what cannot be looked up
        for name, value in case.items():
            stretch = stretches.get(name)
            if stretch is not None and value.__class__ is stretch.kind and stretch.least <= value <= stretch.most:
                answers[stretch.place] = stretch.answer(value)
                facts[name] = value
                continue
            try:
                kind, place, answer, fact = known[name][value]
            except (KeyError, TypeError):
                strange[name] = value
                continue
            if kind is value.__class__:
                answers[place] = answer
                facts[name] = fact
            else:  # an equal value of another kind: `True` for 1
                strange[name] = value
        if strange:
            facts |= self._met(day, strange, answers)
        for place in day.several:
            answers[place] = day.engine.look(day.engine.lookups[place], facts, id_)
        return GateAnswer(day.said(answers), self, {**case, "id": id_})

    @cached_property
    def contradictable(self) -> bool:
        """Whether rules of the policy may contradict each other at all."""
        return any(own_values(self._policy, e) or own_tables(self._policy, e) for e in self._policy.entities)

    def decision(self, case: Mapping[str, Any]) -> Decision:
        """The whole decision of a case, with everything that an explanation needs."""
        id_, case = self._named(case)
        engine = self._day(case).engine
        world = engine.facts_with({**self._blank, **self._checked(case)}, id_)
        subject = Subject(self._entity, id_)
        places = self._jurisdictions
        return decide(
            self._policy,
            world,
            [subject],
            as_of=self._as_of,
            today=self._today,
            evaluate=engine_named(self._engine, self._policy, world) if self._engine else engine.evaluate,
            jurisdictions=places,
        )[0]

    def _named(self, case: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """The id of a case, and its fields."""
        if not hasattr(case, "items"):
            raise UsageError(f"a case is a dict of fields; this is a `{type(case).__name__}`")
        if "id" not in case and not self._beside:
            return CASE, case
        id_ = plain_value(case.get("id"))
        if id_ is not None and not isinstance(id_, str | int):
            raise UsageError(f"`{id_}` is no id: expected a text")
        fields = {name: value for name, value in case.items() if name != "id"}
        for name, other in self._beside:
            if is_empty(fields.get(name)) and not is_empty(fields.get(other)):
                found, _ = facts_from_python({other: fields[other]}, self._fields, self._policy.units)
                if is_given(found.get(other)):
                    fields[name] = State.NOT_APPLICABLE
        return str(id_ if id_ is not None else "").strip() or CASE, fields

    def _met(self, day: _Day, case: Mapping[str, Any], answers: list[Answer]) -> dict[str, Fact]:
        """Looks at values, gives their facts, and remembers what the conditions on each alone say."""
        facts = self._checked(case)
        for name, fact in facts.items():
            value, known = case[name], day.known[name]
            place, answer = day.looked(name, fact)
            answers[place] = answer
            if len(known) > _MOST_VALUES:
                known.clear()
            with suppress(TypeError):  # it cannot be looked up
                known[value] = value.__class__, place, answer, fact
        return facts

    def _checked(self, case: Mapping[str, Any]) -> dict[str, Fact]:
        facts, problems = facts_from_python(case, self._fields, self._policy.units)
        for name, fact in facts.items():
            problems += _dangling(name, self._fields[name].type, fact, self._resident)
        if problems:
            raise UsageError("; ".join(problems))
        return facts

    def _day(self, case: Mapping[str, Any]) -> _Day:
        otherwise = self._resident.as_of or self._today
        when: Day = self._as_of or otherwise
        if self._own_day:
            given = {self._own_day: case[self._own_day]} if self._own_day in case else {}
            found = self._checked(given).get(self._own_day, self._blank.get(self._own_day, State.ABSENT))
            when = own_day(self._policy.entities[self._entity], lambda _: found, otherwise)
        day = self._days.get(when)
        if day is None:
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            day = self._days[when] = _Day(
                CaseEngine(self._policy, self._entity, self._resident, when, self._jurisdictions), self._blank
            )
        return day


class _Day:
    """One day's engine, and what is known of single values: where the answers of a field stand, and which they are."""

    def __init__(self, engine: CaseEngine, blank: Mapping[str, Fact]) -> None:
        """`blank` are the facts of fields that a case leaves out, where these are not unknown."""
        self.engine = engine
        fields = engine.policy.entities[engine.entity].fields
        self._places = {each.fields[0]: i for i, each in enumerate(engine.lookups) if len(each.fields) == 1}
        self.several = [i for i, lookup in enumerate(engine.lookups) if len(lookup.fields) != 1]
        self.unknown = [_NOTHING if len(each.fields) != 1 else engine.look(each, blank) for each in engine.lookups]
        self.unknown.append(_NOTHING)  # the last place is for fields that no condition reads alone
        self.known: dict[str, dict[Any, tuple[type, int, Answer, Fact]]] = {name: {} for name in fields}
        self.stretches = {
            name: stretch
            for name, place in self._places.items()
            if (stretch := _stretch(engine, fields[name].type, place)) is not None
        }
        self._answers: dict[tuple[int, ...], Mapping[str, tuple[str, str]]] = {}

    def looked(self, name: str, fact: Fact) -> tuple[int, Answer]:
        """Where the answer of a field stands, and what it is for a fact."""
        place = self._places.get(name, -1)
        return place, _NOTHING if place < 0 else self.engine.look(self.engine.lookups[place], {name: fact})

    def said(self, answers: list[Answer]) -> Mapping[str, tuple[str, str]]:
        answers.pop()
        ranks = self.engine.run(answers)
        answer = self._answers.get(ranks)
        if answer is None:
            answer = self._answers[ranks] = self._outcomes(ranks)
        return answer

    def _outcomes(self, ranks: tuple[int, ...]) -> Mapping[str, tuple[str, str]]:
        chains = [(name, self.engine.policy.decisions[name].outcomes) for name in self.engine.decisions]
        bounds = zip(chains, ranks[::2], ranks[1::2], strict=True)
        return {name: (chain[must], chain[may]) for (name, chain), must, may in bounds}


def _dangling(name: str, type_: Type, fact: Fact, resident: Tables) -> Iterator[str]:
    """What a fact refers to that is not there."""
    inner = type_.element if type_.kind is Kind.SET and type_.element is not None else type_
    if inner.kind is not Kind.ENTITY:
        return
    table = resident.entities.get(inner.name)
    known = table.rows_by_id if table is not None else {}
    for id_ in (fact,) if isinstance(fact, str) else sorted(fact) if isinstance(fact, frozenset) else ():
        if id_ not in known:
            help_ = did_you_mean(id_, known)
            yield f"`{name}` names the {inner.name} `{id_}`, which is not in the facts" + (
                f"; {help_}" if help_ else ""
            )


class _Threshold:
    """A number or day that conditions only compare with known ones: its answers by where it stands among these."""

    __slots__ = ("_answers", "_cuts", "_engine", "_lookup", "kind", "least", "most", "place")

    def __init__(self, engine: CaseEngine, lookup: Lookup, kind: type, least: Any, most: Any, place: int) -> None:
        assert lookup.cuts is not None
        self.kind = kind
        self.least = least
        self.most = most
        self.place = place
        self._engine = engine
        self._lookup = lookup
        self._cuts = lookup.cuts
        self._answers: list[Answer | None] = [None] * (2 * len(lookup.cuts) + 1)

    def answer(self, value: Any) -> Answer:
        cuts = self._cuts
        at = bisect_left(cuts, value)
        at = 2 * at + 1 if at < len(cuts) and cuts[at] == value else 2 * at
        found = self._answers[at]
        if found is None:
            found = self._answers[at] = self._engine.look(self._lookup, {self._lookup.fields[0]: value})
        return found


def _stretch(engine: CaseEngine, type_: Type, place: int) -> _Threshold | None:
    lookup = engine.lookups[place]
    if lookup.cuts is None:
        return None
    match type_.kind:
        case Kind.QUANTITY:
            return _Threshold(engine, lookup, int, 0, math.inf, place)
        case Kind.NUMBER:
            return _Threshold(engine, lookup, int, -math.inf, math.inf, place)
        case Kind.PERCENT:
            return _Threshold(engine, lookup, Fraction, 0, 1, place)
        case Kind.DATE:
            return _Threshold(engine, lookup, date, date.min, date.max, place)
        case _:
            return None
