"""Which rules must be asked for which subjects: those wanted, and all they may depend on, whatever the values."""

from __future__ import annotations

from collections.abc import Iterable

from licet.facts.store import Facts, Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import term_values
from licet.ir.outcomes import claims_in, decided_by, rules_deciding
from licet.ir.strata import Name, Strata
from licet.ir.walk import parts
from licet.run.reference.bounds import Bounds
from licet.run.reference.formulas import Environment, Formulas
from licet.run.reference.settled import reads_conclusions
from licet.run.reference.unknown_values import Bounded, F, SetReading, U
from licet.values import Day


class Demand:
    """Evaluates conditions with every conclusion unknown, and notes which conclusions are asked for."""

    def __init__(self, policy: ir.Policy, facts: Facts, strata: Strata, as_of: Day) -> None:
        self.policy = policy
        self.instances: dict[tuple[str, Subject], bool] = {}  # whether the condition can be anything but F
        self.conclusions: dict[tuple[Name, Subject], None] = {}
        self._strata = strata
        self._formulas = Formulas(policy, facts, as_of, self)
        self._pending: list[tuple[ir.Rule, Subject]] = []

    def collect(self, subjects: Iterable[Subject]) -> None:
        """Everything that the rules about the subjects need."""
        for subject in subjects:
            for rule in self.policy.rules.values():
                if rule.entity == subject.type:
                    self.want(rule, subject)
        self.grows()

    def grows(self) -> bool:
        """Looks into what was asked for since; a derived reference leads where nobody looked before it was known."""
        grew = bool(self._pending)
        while self._pending:
            self._look_into(*self._pending.pop())
        return grew

    def want(self, rule: ir.Rule, subject: Subject) -> None:
        """A rule, what may beat it and what it excepts."""
        waiting = [rule]
        while waiting:
            one = waiting.pop()
            if (one.id, subject) not in self.instances:
                self.instances[one.id, subject] = True
                self._pending.append((one, subject))
                waiting += [self.policy.rules[r] for r in (*self._strata.beaten_by.get(one.id, ()), *one.excepts)]
                if one.kind == "default":
                    waiting += [rule for rule, _ in claims_in(self.policy, *decided_by(one))]

    def _look_into(self, rule: ir.Rule, subject: Subject) -> None:
        env = {rule.variable: subject.id}
        if rule.body is not None:
            self._limbs(rule.body, env)
            self.instances[rule.id, subject] = self._formulas.truth(rule.body, env) is not F
        for effect in term_values(rule.effects):
            self._formulas.read(effect.value, env)

    def _limbs(self, formula: n.Formula, env: Environment) -> None:
        """Every part that the network joins is looked up on its own, also behind one that is F: of those that read
        conclusions, as the others ask for nothing.
        """
        if not reads_conclusions(formula):
            return
        match formula:
            case n.Block():
                for part in parts(formula):
                    self._limbs(part, env)
            case n.Some(each=each, where=where) if where is not None:
                for inner, _ in self._formulas.members(each, where, env):
                    self._limbs(where, inner)
            case _:
                self._formulas.truth(formula, env)

    def may_hold(self, formula: n.Formula, env: Environment) -> bool:
        """Whether some conclusions could make a condition anything but F."""
        return self._formulas.truth(formula, env) is not F

    # ---- what formulas ask

    def term(self, entity: str, term: str, view: str | None, subject: str) -> SetReading:
        for place in {view or "", ""}:
            self.want_conclusion(Name("term", entity, term, place), Subject(entity, subject))
        return SetReading({}, U)

    def want_conclusion(self, name: Name, subject: Subject) -> None:
        """A term of a subject, and every rule that concludes it."""
        if name in self._strata.concluders and (name, subject) not in self.conclusions:
            self.conclusions[name, subject] = None
            for rule in self._strata.concluders[name]:
                self.want(rule, subject)

    def decision(self, decision: str, view: str, subject: Subject) -> Bounds:  # noqa: ARG002 - of every view
        for rule in rules_deciding(self.policy)[decision]:
            self.want(rule, subject)
        return Bounds(0, len(self.policy.decisions[decision].outcomes) - 1)

    def score(self, score: str, subject: Subject) -> Bounded:
        raise AssertionError(f"a rule reads the score {score} of {subject}")
