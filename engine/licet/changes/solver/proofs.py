"""What solvers find of a decision under two policies: by side a proof, a world, or what is not encoded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from licet.changes.law import cone_of, other_parts
from licet.changes.solver.aimed_between import aimed_between
from licet.changes.solver.concrete import WorldFound
from licet.changes.solver.encoder import OpaquePart
from licet.changes.solver.question import DecisionQuestion, Side, SideAnswered
from licet.changes.solver.witness import shrunk
from licet.changes.solver.worlds import WorldShown, decided
from licet.changes.unmoved import UnmovedWorlds
from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.names import printable
from licet.trials.examples import date_of_test, facts_of

Policies = tuple[ir.Policy, ir.Policy]
_READ_ALIKE = ("field", "unit")  # what facts are called has to be the same, or they are not the same facts
_LONGEST = 100  # characters of a condition that is named


def vocabulary_between(policies: Policies, decision: str) -> tuple[str, ...]:
    """What a decision reads of the vocabulary that is declared otherwise, so that facts are not the same facts."""
    old, new = map(other_parts, policies)
    read = [cone_of(policy, decision).parts for policy in policies]
    both = sorted(part for part in read[0] & read[1] if part.sort in _READ_ALIKE)
    return tuple(f"{part.sort} {part.name}" for part in both if old[part] != new[part])


def answered(
    policies: Policies, decision: str, sides: Iterable[Side], tests: Iterable[ir.Test], unmoved: UnmovedWorlds
) -> Mapping[Side, SideAnswered]:
    """What solvers say of some sides; a world that shows one is as small as it can be.

    Where what is not encoded keeps them from a world, worlds are made in which what changed says something else.
    """
    question = DecisionQuestion(policies, decision)
    bases = list(_bases(policies, decision, tests))
    aimed: list[WorldShown] = []
    further = aimed_between(policies, unmoved, bases)

    def tried() -> Iterator[WorldShown]:
        """The same for both sides."""
        yield from aimed
        for world in further:
            aimed.append(decided(policies, world, decision))
            yield aimed[-1]

    found = {side: question.answer(side, bases, tried) for side in sides}
    return {side: _least(policies, decision, one) for side, one in found.items()}


def _least(policies: Policies, decision: str, found: SideAnswered) -> SideAnswered:
    return found if found.shown is None else replace(found, shown=shrunk(policies, found.shown, decision))


def _bases(policies: Policies, decision: str, tests: Iterable[ir.Test]) -> Iterator[WorldFound]:
    """The worlds of tests, around each thing that the decision is about."""
    entity = policies[1].decisions[decision].entity
    for test in tests:
        day = date_of_test(policies[1], test)
        facts = facts_of(test)
        if isinstance(day, date):
            yield from (WorldFound(facts, Subject(entity, id_), day) for id_ in facts.entities.get(entity, {}))


def named(parts: Iterable[OpaquePart]) -> tuple[str, ...]:
    """What is not encoded, as it stands in a policy; each once."""
    return tuple(dict.fromkeys(map(_written, parts)))


def _written(part: OpaquePart) -> str:
    """A condition in its words; of another thing with what leads there."""
    leads = ".".join(part.at.steps)
    if isinstance(part.part, n.Holds):
        return f"{leads or 'it'} is {part.part.term}"
    text = part.part.span.said if part.part.span is not None else type(part.part).__name__
    text = f"{leads}: {text}" if leads else text
    return printable(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")
