"""zen-engine (GoRules): the conditions of a stratum's rules as one array, as a compiled expression or in a graph."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any as Anything

import zen
from benchmarks.peers.generated_python import Staged
from benchmarks.peers.policy import All, Any, Atom, Formula, Not, Policy, Rule, Test


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
    """Compiled expressions, one for each stratum: the fastest way it offers."""

    name = "zen-engine"

    def __init__(self, policy: Policy, folder: Path) -> None:
        super().__init__(policy, folder)
        self._expressions = [zen.compile_expression(source) for source in _sources(policy, self.strata)]

    def bodies(self, stratum: int, records: Sequence[dict[str, Anything]]) -> list[Sequence[bool]]:
        return [self._expressions[stratum].evaluate(record) for record in records]


class ZenGraph(Staged):
    """Decisions, the form in which its documentation keeps rules: one for each stratum, with one expression node."""

    name = "zen-engine graph"

    def __init__(self, policy: Policy, folder: Path) -> None:
        super().__init__(policy, folder)
        engine = zen.ZenEngine()
        self._decisions = [engine.create_decision(json.dumps(_graph(s))) for s in _sources(policy, self.strata)]

    def bodies(self, stratum: int, records: Sequence[dict[str, Anything]]) -> list[Sequence[bool]]:
        return [self._decisions[stratum].evaluate(record)["result"]["bodies"] for record in records]


def _sources(policy: Policy, strata: Sequence[Sequence[Rule]]) -> list[str]:
    """An array for each stratum: whether each of its rules has its condition."""
    return [
        "[" + ", ".join(formula_zen(policy, rule.body) if rule.live else "false" for rule in rules) + "]"
        for rules in strata
    ]


def _graph(source: str) -> dict[str, Anything]:
    expressions = [{"id": "bodies", "key": "bodies", "value": source}]
    return {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in"},
            {"id": "rules", "type": "expressionNode", "name": "rules", "content": {"expressions": expressions}},
            {"id": "out", "type": "outputNode", "name": "out"},
        ],
        "edges": [
            {"id": "1", "type": "edge", "sourceId": "in", "targetId": "rules"},
            {"id": "2", "type": "edge", "sourceId": "rules", "targetId": "out"},
        ],
    }
