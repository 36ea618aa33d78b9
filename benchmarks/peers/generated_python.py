"""A generated two-valued Python function: the straight-line code that somebody would write for one policy.

Its parts serve the peers that only test conditions: what follows from the conditions of a stratum is a function here.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any as Anything

import pyarrow as pa
from benchmarks.peers import answers, facts
from benchmarks.peers.engine import Engine
from benchmarks.peers.policy import OUTCOMES, STRATA, All, Any, Atom, Formula, Not, Policy, Rule, Test

Record = Mapping[str, Anything]
Settled = tuple[int, tuple[bool, ...], dict[str, bool]]  # place, effective rules, terms


def atom_python(atom: Atom) -> str:
    name = atom.column.name
    if isinstance(atom.operands, int):
        return f"{name} {atom.operator} {atom.operands}"
    if atom.operator == "yes":
        return name
    if atom.operator in ("is", "is not"):
        return f"{name} {'==' if atom.operator == 'is' else '!='} {atom.operands[0]!r}"
    return f"{name} {atom.operator} {{{', '.join(map(repr, atom.operands))}}}"


def formula_python(formula: Formula) -> str:
    match formula:
        case Test(of=int(i)):
            return f"a{i}"
        case Test(of=term):
            return str(term)
        case Not(part=part):
            return f"(not {formula_python(part)})"
        case All(parts=parts):
            return "(" + " and ".join(formula_python(p) for p in parts) + ")"
        case Any(parts=parts):
            return "(" + " or ".join(formula_python(p) for p in parts) + ")"


def _any(names: Sequence[str]) -> str:
    return "(" + " or ".join(names) + ")" if names else "False"


def _settling(policy: Policy, stratum: int) -> list[str]:
    """What follows from the conditions `b_…` of a stratum: what beats, what applies, what is effective, the terms."""
    rules = policy.stratum(stratum)
    lines = []
    for rule in reversed([r for r in rules if r.excepts]):
        lines.append(f"x_{rule.name} = {_minus(policy, rule, f'b_{rule.name}')}")
    for rule in rules:
        applies = f"b_{rule.name}"
        if rule.excepts:
            applies += f" and {_any([f'p_{name}' for name in rule.excepts])}"
        if policy.beaten_by[rule.name] or rule.excepts:
            lines.append(f"p_{rule.name} = {applies}")
            applies = f"p_{rule.name}"
        else:
            applies = f"b_{rule.name}"
        lines.append(f"{rule.name} = {_minus(policy, rule, applies)}")
    for term, own in policy.terms.items():
        if own == stratum:
            lines.append(f"{term} = {_any([r.name for r in policy.concluding(term)])}")
    return lines


def _minus(policy: Policy, rule: Rule, own: str) -> str:
    beaters = policy.beaten_by[rule.name]
    return f"{own} and not {_any([f'x_{e.name}' for e in beaters])}" if beaters else own


def _place(policy: Policy) -> str:
    """Two-valued, the chain's floor says nothing more."""
    steps = [
        f"{place} if {_any([r.name for r in policy.claims(place) if r.outcome == place])}"
        for place in range(len(OUTCOMES) - 1, 0, -1)
    ]
    return " else ".join([*steps, "0"])


def source(policy: Policy) -> str:
    """`decide(record)`: the place of the outcome and, rule by rule, whether it is effective."""
    lines = [f"{name} = record[{name!r}]" for name in facts.used(policy)]
    lines += [f"a{i} = {atom_python(atom)}" for i, atom in enumerate(policy.atoms)]
    for stratum in range(1, STRATA + 2):
        lines += [f"b_{r.name} = {formula_python(r.body) if r.live else False}" for r in policy.stratum(stratum)]
        lines += _settling(policy, stratum)
    lines.append(f"return ({_place(policy)}), ({', '.join(r.name for r in policy.rules)},)")
    return "\n    ".join(["def decide(record):", *lines])


def settle_source(policy: Policy, stratum: int) -> str:
    """`settle(bodies)`: the same from the conditions of one stratum's rules, in their order."""
    rules = policy.stratum(stratum)
    terms = [term for term, own in policy.terms.items() if own == stratum]
    place = _place(policy) if stratum == STRATA + 1 else "0"
    lines = [f"{', '.join(f'b_{r.name}' for r in rules)}, = bodies", *_settling(policy, stratum)]
    named = ", ".join(f"{term!r}: {term}" for term in terms)
    lines.append(f"return ({place}), ({', '.join(r.name for r in rules)},), {{{named}}}")
    return "\n    ".join(["def settle(bodies):", *lines])


def test_atoms(policy: Policy) -> Callable[[Record], tuple[bool, ...]]:
    """A generated function that gives the truth of every atom."""
    lines = [f"{name} = record[{name!r}]" for name in facts.used(policy)]
    lines.append(f"return ({', '.join(atom_python(atom) for atom in policy.atoms)},)")
    return _compiled("\n    ".join(["def test(record):", *lines]), "test")


def _compiled(text: str, name: str) -> Callable[..., Anything]:
    space: dict[str, Anything] = {}
    exec(compile(text, f"<{name}>", "exec"), space)
    return space[name]


class GeneratedPython(Engine):
    """One call a row."""

    name = "generated Python"
    two_valued = True

    def __init__(self, policy: Policy, folder: Path) -> None:  # noqa: ARG002
        self.policy = policy
        self.decide = _compiled(source(policy), "decide")

    def compute(self, path: Path) -> pa.Table:
        return answers.from_rows(self.policy, [self.decide(record) for record in facts.records(path)])

    def one(self, record: Record) -> tuple[int, tuple[bool, ...]]:
        return self.decide(record)


class Staged(Engine):
    """A peer that tests the conditions of one stratum after the other; what follows from them is generated Python.

    Subclasses give `bodies`: for each record, whether each rule of a stratum has its condition, in the rules' order.
    """

    name = ""
    two_valued = True

    def __init__(self, policy: Policy, folder: Path) -> None:  # noqa: ARG002
        self.policy = policy
        self.strata = [policy.stratum(number) for number in range(1, STRATA + 2)]
        self._settle = [_compiled(settle_source(policy, number), "settle") for number in range(1, STRATA + 2)]

    @abstractmethod
    def bodies(self, stratum: int, records: Sequence[dict[str, Anything]]) -> list[Sequence[bool]]:
        """`stratum` counts from 0."""

    def decide(self, records: Sequence[Record]) -> list[tuple[int, tuple[bool, ...]]]:
        known = [dict(record) for record in records]
        effective: list[tuple[bool, ...]] = [()] * len(known)
        places = [0] * len(known)
        for stratum, settle in enumerate(self._settle):
            for i, bodies in enumerate(self.bodies(stratum, known)):
                places[i], rules, terms = settle(bodies)
                effective[i] += rules
                known[i].update(terms)
        return list(zip(places, effective, strict=True))

    def compute(self, path: Path) -> pa.Table:
        return answers.from_rows(self.policy, self.decide(facts.records(path)))

    def one(self, record: Record) -> tuple[int, tuple[bool, ...]]:
        return self.decide([record])[0]
