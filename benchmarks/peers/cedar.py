"""cedarpy (Cedar): each rule's condition a `permit`, the reasons of an answer the rules whose condition holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any as Anything

import cedarpy
from benchmarks.peers.generated_python import Staged
from benchmarks.peers.policy import All, Any, Atom, Formula, Not, Policy, Test


def atom_cedar(atom: Atom) -> str:
    name = f"context.{atom.column.name}"
    if isinstance(atom.operands, int):
        return f"{name} {atom.operator} {atom.operands}"
    if atom.operator == "yes":
        return name
    if atom.operator in ("is", "is not"):
        return f'{name} {"==" if atom.operator == "is" else "!="} "{atom.operands[0]}"'
    words = ", ".join(f'"{word}"' for word in atom.operands)
    found = f"[{words}].contains({name})"
    return found if atom.operator == "in" else f"!({found})"


def formula_cedar(policy: Policy, formula: Formula) -> str:
    match formula:
        case Test(of=int(i)):
            return f"({atom_cedar(policy.atoms[i])})"
        case Test(of=term):
            return f"context.{term}"
        case Not(part=part):
            return f"(!{formula_cedar(policy, part)})"
        case All(parts=parts):
            return "(" + " && ".join(formula_cedar(policy, p) for p in parts) + ")"
        case Any(parts=parts):
            return "(" + " || ".join(formula_cedar(policy, p) for p in parts) + ")"


class Cedar(Staged):
    """A parsed PolicySet and parsed entities for each stratum, and the batch call."""

    name = "cedarpy"

    def __init__(self, policy: Policy, folder: Path) -> None:
        super().__init__(policy, folder)
        self._live = [[i for i, rule in enumerate(rules) if rule.live] for rules in self.strata]
        self._sets = [
            cedarpy.PolicySet.from_str(
                "\n".join(
                    f"permit(principal, action, resource) when {{ {formula_cedar(policy, rules[i].body)} }};"
                    for i in live
                )
            )
            for rules, live in zip(self.strata, self._live, strict=True)
        ]
        self._entities = cedarpy.Entities.from_json_str("[]")

    def bodies(self, stratum: int, records: Sequence[dict[str, Anything]]) -> list[Sequence[bool]]:
        who = {"principal": 'Transfer::"t"', "action": 'Action::"decide"', "resource": 'Transfer::"t"'}
        requests = [{**who, "context": record} for record in records]
        found = []
        live, size = self._live[stratum], len(self.strata[stratum])
        for answer in cedarpy.is_authorized_batch(requests, self._sets[stratum], self._entities):
            diagnostics = answer.diagnostics
            assert not diagnostics.errors, diagnostics.errors[:3]
            bodies = [False] * size
            for reason in diagnostics.reasons:
                bodies[live[int(reason.removeprefix("policy"))]] = True
            found.append(bodies)
        return found
