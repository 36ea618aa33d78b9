"""One case at a time, fast: what its facts say is looked up, and the rules are the bit program on Python integers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from licet.facts.store import Facts, Record
from licet.facts.tables import Tables, facts_from_tables
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.outcomes import outcome_of
from licet.ir.strata import Strata
from licet.ir.walk import walk
from licet.plan.bits import SELF, AtLeast, Case, compile_case
from licet.run.batch import OfBatch
from licet.run.frame import World
from licet.run.judge import path_of, prepare
from licet.run.live import live
from licet.run.solver import Solver
from licet.values import Fact, State, Truth

CASE = "(case)"  # the id of a case
_MOST_KEPT = 1 << 16  # looked-up answers of one group
_ORDERED = frozenset({int, Fraction, date})
Bits = tuple[int, ...]
Answer = tuple[bool, Bits, Bits]  # whether some atom is unknown; a must bit for each; must and may for each


@dataclass(frozen=True, slots=True)
class Lookup:
    """A group of atoms that read the same fields of the case; without `fields`, atoms that may read all of it.

    Where all compare one number or day with known ones, these cut it into stretches of equal answers.
    """

    fields: tuple[str, ...]
    atoms: tuple[n.Formula, ...]
    cuts: tuple[Any, ...] | None
    known: dict[Any, Answer]

    def key(self, facts: Mapping[str, Fact]) -> Any:
        """What is equal for cases with equal answers; None where any two may differ."""
        if len(self.fields) != 1:
            return tuple(facts.get(field, State.ABSENT) for field in self.fields) or None
        fact = facts.get(self.fields[0], State.ABSENT)
        if self.cuts is None or type(fact) not in _ORDERED:
            return fact
        place = bisect_left(self.cuts, fact)
        return place, place < len(self.cuts) and self.cuts[place] == fact


class CaseEngine:
    """Decides cases of one entity on one day, against resident tables. Not for use by two threads at once.

    A case is a list of answers, one for each of `lookups` in order.
    """

    def __init__(self, policy: ir.Policy, entity: str, resident: Tables, as_of: date | None) -> None:
        self.policy = policy
        self.entity = entity
        self.as_of = as_of
        self._resident = resident
        self._facts = facts_from_tables(resident)
        self._solver = Solver(World(policy, resident, self._facts), (as_of,))
        self.wanted = tuple(_wanted(policy, entity))
        programs = _compiled(policy, entity, self.wanted)
        self._definite, self._general = (program.run for program in programs)
        self.lookups = [_lookup(fields, atoms) for fields, atoms in programs[0].groups]
        self._lives = _answer([live(stands, as_of) for stands in programs[0].lives])

    def run(self, answers: Sequence[Answer]) -> Sequence[int]:
        """A must and a may bit for each of `wanted`."""
        vague = self._lives[0]
        for answer in answers:
            if answer[0]:
                vague = True
                break
        if vague:
            return self._general(1, *[answer[2] for answer in answers], self._lives[2])
        return self._definite(1, *[answer[1] for answer in answers], self._lives[1])

    def look(self, lookup: Lookup, facts: Mapping[str, Fact]) -> Answer:
        """What the reference's own formulas say of a group of atoms; remembered where it can be."""
        key = lookup.key(facts)
        answer = lookup.known.get(key)
        if answer is not None:
            return answer
        world = World(self.policy, self._resident, self.facts_with(facts))
        conclusions = OfBatch(self._solver, world, self.entity, self.as_of)
        answer = _answer([conclusions.formulas.truth(atom, {SELF: CASE}) for atom in lookup.atoms])
        if key is not None:
            if len(lookup.known) > _MOST_KEPT:
                lookup.known.clear()
            lookup.known[key] = answer
        return answer

    def facts_with(self, facts: Mapping[str, Fact]) -> Facts:
        """The resident facts with the case among them."""
        record = Record({name: fact for name, fact in facts.items() if fact is not State.ABSENT})
        others = self._facts.entities.get(self.entity, {})
        return replace(self._facts, entities={**self._facts.entities, self.entity: {**others, CASE: record}})


def _wanted(policy: ir.Policy, entity: str) -> Iterator[AtLeast]:
    """Every step of every decision about the entity, overall."""
    for decision in policy.decisions.values():
        if decision.entity == entity and any(outcome_of(r, decision.name) is not None for r in policy.rules.values()):
            yield from (AtLeast(decision.name, n.OVERALL, i) for i in range(1, len(decision.outcomes)))


def fields_read(atom: n.Formula, entity: str) -> tuple[str, ...]:
    """The fields of the case by which the truth of an atom may differ; none where it may be any."""
    paths = [path for _, path in prepare(atom, (SELF,)).leaves]
    among = any(getattr(node, "each", None) and node.each.name == entity for node in walk(atom))  # type: ignore[union-attr]
    if among or any(path in ((), ("id",)) for path in paths):
        return ()
    return tuple(dict.fromkeys(path[0] for path in paths))


def _lookup(fields: Any, atoms: tuple[n.Formula, ...]) -> Lookup:
    known = [_compared_with(atom) for atom in atoms]
    cuts = tuple(sorted(set(known))) if len(fields) == 1 and None not in known else None
    return Lookup(fields, atoms, cuts, {})


def _compared_with(atom: n.Formula) -> Any:
    """The known number or day that an atom compares a field of the case with, if that is all it does."""
    if isinstance(atom, n.Compare):
        for one, other in ((atom.left, atom.right), (atom.right, atom.left)):
            path = path_of(one, frozenset({SELF}))
            if path is not None and len(path[1]) == 1 and isinstance(other, n.Known) and type(other.value) in _ORDERED:
                return other.value
    return None


def _answer(truths: Sequence[Truth]) -> Answer:
    both = tuple(int(bit) for truth in truths for bit in (truth.must, truth.may))
    return Truth.U in truths, both[::2], both


@lru_cache(maxsize=64)
def _compiled(policy: ir.Policy, entity: str, wanted: tuple[AtLeast, ...]) -> tuple[Case, Case]:
    """The program for cases in which nothing that is read is unknown, and the one for all."""
    strata = Strata.of(policy)

    def group(atom: n.Formula) -> tuple[str, ...]:
        return fields_read(atom, entity)

    definite = compile_case(policy, strata, entity, wanted, group, definite=True)
    return definite, compile_case(policy, strata, entity, wanted, group, definite=False)
