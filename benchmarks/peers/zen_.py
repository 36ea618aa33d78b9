"""zen-engine (GoRules): one compiled expression a stratum, giving the conditions of its rules as an array."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any as Anything

import zen
from benchmarks.peers.generated_python import Staged
from benchmarks.peers.policy import All, Any, Atom, Formula, Not, Policy, Test


def atom_zen(atom: Atom) -> str:
    name = atom.column.name
    if isinstance(atom.operands, int):
        return f"{name} {atom.operator} {atom.operands}"
    if atom.operator == "yes":
        return name
    if atom.operator in ("is", "is not"):
        return f"{name} {'==' if atom.operator == 'is' else '!='} '{atom.operands[0]}'"
    return f"{name} {atom.operator} [{', '.join(repr(word) for word in atom.operands)}]"


def formula_zen(policy: Policy, formula: Formula) -> str:
    match formula:
        case Test(of=int(i)):
            return f"({atom_zen(policy.atoms[i])})"
        case Test(of=term):
            return str(term)
        case Not(part=part):
            return f"(not {formula_zen(policy, part)})"
        case All(parts=parts):
            return "(" + " and ".join(formula_zen(policy, p) for p in parts) + ")"
        case Any(parts=parts):
            return "(" + " or ".join(formula_zen(policy, p) for p in parts) + ")"


class Zen(Staged):
    """Compiled expressions, one for each stratum, alone or in a batch; its decision graphs were not measured here."""

    name = "zen-engine"

    def __init__(self, policy: Policy, folder: Path) -> None:
        super().__init__(policy, folder)
        self._expressions = [
            zen.compile_expression(
                "[" + ", ".join(formula_zen(policy, r.body) if r.live else "false" for r in rules) + "]"
            )
            for rules in self.strata
        ]

    def bodies(self, stratum: int, records: Sequence[dict[str, Anything]]) -> list[Sequence[bool]]:
        return [self._expressions[stratum].evaluate(record) for record in records]
