"""A world made from one that is little different: what that makes another is found again, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Self

from licet.agenda import Agenda
from licet.explain.memory import Memory
from licet.explain.remembered import Answer, AskedCondition, DecisionAsked, FactsAsked, Found, Question, TermAsked
from licet.explain.waiting import RuleOf, Waiting, dependents
from licet.facts.store import Facts, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.outcomes import rules_deciding
from licet.run.outcome import RuleResult
from licet.run.reference.bounds import Bounds
from licet.run.reference.interpreter import Interpreter, Key
from licet.run.reference.rows_above import RowsAbove
from licet.run.reference.unknown_values import F, SetReading, T
from licet.values import Day, Truth


class TrialWorld(Interpreter):
    """The reference, which remembers what it found from what, here and in other worlds (`memory`)."""

    def __init__(
        self, policy: ir.Policy, facts: Facts, as_of: Day, memory: Memory, *, enforced_only: bool = False
    ) -> None:
        super().__init__(policy, facts, as_of, enforced_only=enforced_only)
        self.memory = memory
        self.finding = Found()  # of what is being read
        self.above = RowsAbove()
        self._conditions: dict[AskedCondition, Truth] = {}
        self._unsettled: set[AskedCondition] = set()  # those that are asked in each round of a component

    # ---- conditions

    def body(self, rule: ir.Rule, subject: Subject) -> Truth:
        if rule.body is None:
            return T
        key = rule.id, subject
        found = self._bodies.get(key)
        if found is None:
            found = self._asked(rule, rule.body, subject)
            if self._is_settled():
                self._bodies[key] = found
        return found

    def triggered(self, rule: ir.Rule, subject: Subject) -> Truth | None:
        if not rule.is_open:
            return None
        told = T if rule.trigger is None else self._asked(rule, rule.trigger, subject)
        if not rule.excepts:
            return min(self.live(rule), told)
        excepted = max(self.applies(self.policy.rules[r], subject) for r in rule.excepts)
        return min(self.live(rule), told, excepted)

    def _asked(self, rule: ir.Rule, formula: n.Formula, subject: Subject) -> Truth:
        return self.memory.bodies.of(rule, formula, subject)(self, self._conditions)

    def find(self, condition: AskedCondition) -> Truth:
        """The truth of a condition, from what was found in this world or another one."""
        found = condition.find(self._answer)
        if found is None:
            found = self.evaluated(condition)
            self.memory.found(condition, found)
        self.settle(condition, found)
        return found.truth

    def settle(self, condition: AskedCondition, found: Found) -> None:
        """Keep what was found, unless it may be another in the next round."""
        if all(self._is_concluded(asked) for asked in found.answers if isinstance(asked, TermAsked)):
            self._conditions[condition] = found.truth
        else:
            self._unsettled.add(condition)

    def _is_concluded(self, asked: TermAsked) -> bool:
        """Whether what is read is concluded, and not about to be."""
        return all(key in self._done or key[0] not in self.strata.concluders for key in asked.keys)

    def evaluated(self, condition: AskedCondition) -> Found:
        """The truth of a condition, and what it asked for."""
        before, self.finding = self.finding, Found()
        try:
            self.finding.truth = self.formulas.truth(condition.formula, {condition.variable: condition.thing.id})
            return self.finding
        finally:
            self.finding = before

    def _answer(self, question: Question) -> Answer:
        """What a condition would be told here."""
        match question:
            case TermAsked():
                return self._read_term(question)
            case DecisionAsked(decision=decision, view=view, thing=thing):
                return super().decision(decision, view, thing)
            case facts:
                return self.known(facts)

    def known(self, asked: FactsAsked) -> Answer:
        """What is known of facts: where all are, nobody asks."""
        raise AssertionError(f"somebody asks whether {asked} is known")

    # ---- conclusions

    def term(self, entity: str, term: str, view: str | None, subject: str) -> SetReading:
        asked = TermAsked(entity, term, view, subject)
        found = self.finding.answers[asked] = self._read_term(asked)
        return found

    def _read_term(self, asked: TermAsked) -> SetReading:
        found = self._terms.get(asked)
        if found is None:
            found = super().term(*asked)
            if self._is_concluded(asked):
                self._terms[asked] = found
                self.memory.asked(asked)
        return found

    def decision(self, decision: str, view: str, subject: Subject) -> Bounds:
        found = super().decision(decision, view, subject)
        self.finding.answers[DecisionAsked(decision, view, subject)] = found
        return found

    def _one_round(self, key: Key) -> SetReading:
        before, self.finding = self.finding, Found()
        try:
            return super()._one_round(key)
        finally:
            self.memory.told(key, self.finding)
            self.finding = before

    def _work_out(self, key: Key) -> None:
        """What reads nothing of its own component is found in one round, whoever asks."""
        if key[0] in self.strata.recursive:
            super()._work_out(key)
        else:
            with self._apart():
                self._done[key] = self._one_round(key)

    def _look_whether_it_beats(self, exception: ir.Rule, subject: Subject) -> None:
        with self._apart():  # an exception reads nothing that hangs on what it beats
            super()._look_whether_it_beats(exception, subject)

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """Whatever is read is concluded, though whoever asks is in the midst of a component."""
        running, self._running = self._running, {}
        probes, self._probes = self._probes, []
        try:
            yield
        finally:
            self._running, self._probes = running, probes

    # ---- what is another in another world

    def another(self) -> Self:
        """A world in which all is found already that is found here; then somebody says what is another."""
        world = copy(self)
        world.begin()
        return world

    def begin(self) -> None:
        """What is found from now on is of this world alone."""
        self._done, self._terms, self._decisions = self._done.copy(), self._terms.copy(), self._decisions.copy()
        self._conditions, self._bodies = self._conditions.copy(), self._bodies.copy()
        self._beats, self._applied, self._results = self._beats.copy(), self._applied.copy(), self._results.copy()
        self._unsettled = self._unsettled.copy()
        self._running, self._probes = {}, []
        self._agenda, self.finding, self.above = Agenda(), Found(), RowsAbove()
        self.__dict__.pop("formulas", None)  # they are of the other one

    def find_again(self, waiting: Waiting) -> None:
        """Whatever waits, and whatever that changes."""
        while waiting:
            self._find_stratum(waiting)

    def _find_stratum(self, waiting: Waiting) -> None:
        """What waits in the lowest stratum; where that has another answer, whoever asked for it waits in turn."""
        conditions, standing = waiting.lowest()
        rules: Iterable[RuleOf] = ()
        if waiting.is_recursive:  # a least fixpoint is found from nothing: what it had would hold itself up
            own = [key for key in self._done if key[0] in waiting.component]
            of_itself = set(waiting.reading(own))
            if standing or waiting.is_concluding or any(c in of_itself or self._is_another(c) for c in conditions):
                waiting.for_conclusions(own)
                rules = self._all_around({*conditions, *of_itself}, standing)
        else:
            rules = self._hanging_on([*standing, *self._with_another_body(conditions)])
        for id_, subject in rules:
            concluded = self.strata.conclusions(self.policy.rules[id_])
            waiting.for_conclusions((name, subject) for name in concluded if name.sort == "term")
        before = {key: self._results.pop(key) for key in rules if key in self._results}
        waiting.for_answers(self._concluded_otherwise(waiting.conclusions()))
        waiting.for_answers(self._decided_otherwise(before))

    def _with_another_body(self, conditions: Iterable[AskedCondition]) -> list[RuleOf]:
        """The rules whose bodies are others, of those in which some conditions stand that may be."""
        bodies: dict[RuleOf, Truth | None] = {}
        for condition in conditions:
            if self._is_another(condition):
                for id_ in condition.in_rules():
                    bodies[id_, condition.thing] = self._bodies.pop((id_, condition.thing), None)
        rules = self.policy.rules
        return [
            (id_, subject)
            for (id_, subject), before in bodies.items()
            if before is None or rules[id_].is_open or self.body(rules[id_], subject) is not before
        ]

    def _is_another(self, condition: AskedCondition) -> bool:
        """Whether a condition is another, or may be, of those that somebody asked for."""
        before = self._conditions.pop(condition, None)
        return condition in self._unsettled if before is None else self.find(condition) is not before

    def _all_around(self, conditions: Iterable[AskedCondition], standing: Iterable[RuleOf]) -> Iterable[RuleOf]:
        """Some rules, those in which some conditions stand, and those that hang on them, whatever these are now."""
        rules = dict.fromkeys(standing)
        for condition in conditions:
            self._conditions.pop(condition, None)
            rules |= {(id_, condition.thing): None for id_ in condition.in_rules()}
        found = {(other, subject): None for id_, subject in rules for other in dependents(self.policy)[id_]}
        for key in rules:
            self._bodies.pop(key, None)
        for key in found:
            self._beats.pop(key, None)
            self._applied.pop(key, None)
        return found

    def _hanging_on(self, rules: Sequence[RuleOf]) -> Iterable[RuleOf]:
        """Some rules that may be weighed otherwise, and those that are by them.

        What beats a rule that does not apply makes no difference to it.
        """
        found = dict.fromkeys(rules)
        excepted_by = self.strata.beaten_by
        found |= dict.fromkeys(self._others(rules, self._applied, self.applies, lambda id_: excepted_by.get(id_, ())))
        for id_, subject in self._others(rules, self._beats, self.beats, lambda id_: self.policy.rules[id_].excepts):
            for other in self.policy.rules[id_].excepts:
                if self.applies(self.policy.rules[other], subject) is not F:
                    found[other, subject] = None
        return found

    def _others(
        self,
        rules: Iterable[RuleOf],
        known: dict[RuleOf, Truth],
        ask: Callable[[ir.Rule, Subject], Truth],
        hanging_on: Callable[[str], Iterable[str]],
    ) -> list[RuleOf]:
        """The rules of which something that was known is another, of some and of those that hang on these."""
        waiting, others = list(rules), []
        while waiting:
            key = waiting.pop()
            before = known.pop(key, None)
            if before is not None and ask(self.policy.rules[key[0]], key[1]) is not before:
                others.append(key)
                waiting += [(id_, key[1]) for id_ in hanging_on(key[0])]
        return others

    def _concluded_otherwise(self, keys: Iterable[Key]) -> list[Question]:
        """The readings of those conclusions that are others."""
        before = {key: self._done.pop(key) for key in keys if key in self._done}
        for key in before:
            for question in self.memory.readings.get(key, ()):
                self._terms.pop(question, None)
        others = [key for key, found in before.items() if self._conclusion(*key) != found]
        return [question for key in others for question in self.memory.readings.get(key, ())]

    def _decided_otherwise(self, before: Mapping[RuleOf, RuleResult]) -> list[Question]:
        """The decisions that are others, of those that rules claim which were weighed otherwise."""
        decided = set()
        for (id_, subject), found in before.items():
            rule = self.policy.rules[id_]
            if self.result(rule, subject) != found:
                decided |= {(name.name, subject) for name in self.strata.conclusions(rule) if name.sort == "decision"}
        for decision, subject in decided:
            for rule in rules_deciding(self.policy)[decision]:
                if rule.kind == "default":  # it is weighed by all others
                    self._results.pop((rule.id, subject), None)
        views = [view for view in self._decisions if (view[0], view[2]) in decided]
        bounds = [self._decisions.pop(view) for view in views]
        decide = super().decision
        return [DecisionAsked(*view) for view, found in zip(views, bounds, strict=True) if decide(*view) != found]
