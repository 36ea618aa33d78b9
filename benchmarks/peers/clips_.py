"""clipspy (CLIPS): each condition a rule over one fact, so that equal tests share a node of the network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any as Anything

import clips
from benchmarks.peers import facts
from benchmarks.peers.generated_python import Staged
from benchmarks.peers.policy import All, Any, Atom, Formula, Not, Policy, Test

_OPPOSITE = {">=": "<", "<=": ">", ">": "<=", "<": ">=", "in": "not in", "not in": "in", "is": "is not", "is not": "is"}


def atom_clips(atom: Atom, *, negated: bool) -> str:
    """A pattern of the fact."""
    name = atom.column.name
    if atom.operator == "yes":
        return f"(transfer ({name} {'no' if negated else 'yes'}))"
    operator = _OPPOSITE[atom.operator] if negated else atom.operator
    if isinstance(atom.operands, int):
        return f"(transfer ({name} ?{name}&:({operator} ?{name} {atom.operands})))"
    join, sign = ("&", "~") if operator in ("not in", "is not") else ("|", "")
    return f"(transfer ({name} {join.join(sign + word for word in atom.operands)}))"


def formula_clips(policy: Policy, formula: Formula, *, negated: bool = False) -> str:
    """Negations stand at the tests: a `not` around patterns would say that no such fact exists."""
    match formula:
        case Test(of=int(i)):
            return atom_clips(policy.atoms[i], negated=negated)
        case Test(of=term):
            return f"(transfer ({term} {'no' if negated else 'yes'}))"
        case Not(part=part):
            return formula_clips(policy, part, negated=not negated)
        case All(parts=parts) | Any(parts=parts):
            word = "and" if isinstance(formula, All) != negated else "or"
            return f"({word} {' '.join(formula_clips(policy, p, negated=negated) for p in parts)})"


class Clips(Staged):
    """One environment a stratum; a case is one fact, asserted, run and retracted."""

    name = "clipspy"

    def __init__(self, policy: Policy, folder: Path) -> None:
        super().__init__(policy, folder)
        self._slots = [*facts.used(policy), *policy.terms]
        self._templates = []
        self._hits: list[int] = []
        self._environments = [self._environment(policy, number) for number in range(len(self.strata))]

    def _environment(self, policy: Policy, stratum: int) -> clips.Environment:
        environment = clips.Environment()
        environment.define_function(self._hits.append, name="hit")
        environment.build(f"(deftemplate transfer {' '.join(f'(slot {name})' for name in self._slots)})")
        for i, rule in enumerate(self.strata[stratum]):
            if rule.live:
                environment.build(f"(defrule {rule.name} {formula_clips(policy, rule.body)} => (hit {i}))")
        self._templates.append(environment.find_template("transfer"))
        return environment

    def bodies(self, stratum: int, records: Sequence[dict[str, Anything]]) -> list[Sequence[bool]]:
        environment, template = self._environments[stratum], self._templates[stratum]
        size = len(self.strata[stratum])
        found = []
        for record in records:
            self._hits.clear()
            fact = template.assert_fact(**{name: _symbol(record.get(name)) for name in self._slots})
            environment.run()
            fact.retract()
            hit = set(self._hits)
            found.append([i in hit for i in range(size)])
        return found


def _symbol(value: Anything) -> Anything:
    if isinstance(value, bool):
        return clips.Symbol("yes" if value else "no")
    return clips.Symbol(value) if isinstance(value, str) else clips.Symbol("nil") if value is None else value
