"""Whether an answer can fall, or rise, from one policy to the other: a question to solvers, and a world to show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from licet.changes.solver.concrete import WorldFound
from licet.changes.solver.encoder import OpaqueKey, OpaquePart, PolicyEncoder, TermPair
from licet.changes.solver.readings import EncodedReading
from licet.changes.solver.script import Term
from licet.changes.solver.solvers import Said, SolverQuestion, says_the_other
from licet.changes.solver.unknowns import ThingPath, Unknowns
from licet.changes.solver.worlds import Ranges, WorldSearch, WorldShown, decided
from licet.ir import policy as ir

Side = Literal["looser", "stricter"]


@dataclass(frozen=True, slots=True)
class SideAnswered:
    """What solvers say of a side: `unsat` where both do; a world where one was found; what is not encoded."""

    said: Said
    by: str
    shown: WorldShown | None = None
    open: tuple[OpaquePart, ...] = ()


def moved(side: Side, answers: Ranges) -> bool:
    """Whether the least or the gravest outcome falls, or rises."""
    old, new = answers
    if side == "looser":
        return new.must < old.must or new.may < old.may
    return new.must > old.must or new.may > old.may


class DecisionQuestion:
    """A decision under two policies, encoded once for both sides."""

    def __init__(self, policies: tuple[ir.Policy, ir.Policy], decision: str) -> None:
        self.policies = policies
        self.decision = decision
        self.root = ThingPath(policies[1].decisions[decision].entity)
        self.unknowns = Unknowns(policies)
        shared: dict[OpaqueKey, TermPair | EncodedReading] = {}
        self.encoders = tuple(PolicyEncoder(policy, self.unknowns, shared) for policy in policies)
        before, after = (encoder.reaches(decision, self.root) for encoder in self.encoders)
        self._sides: Mapping[Side, Term] = {
            "looser": self._falls(before, after),
            "stricter": self._falls(after, before),
        }

    def _falls(self, before: Sequence[TermPair], after: Sequence[TermPair]) -> Term:
        script = self.unknowns.script
        return script.either(
            script.both((one, script.inverse(other)))
            for was, now in zip(before, after, strict=True)
            for one, other in zip(was, now, strict=True)
        )

    def text(self, side: Side) -> str:
        """What is asked of a side, in SMT-LIB."""
        return f"{self.unknowns.script.text()}\n(assert {self._sides[side]})\n"

    def answer(
        self, side: Side, bases: Sequence[WorldFound] = (), aimed: Callable[[], Iterable[WorldShown]] = tuple
    ) -> SideAnswered:
        """What solvers say; of what they say is possible, a world that shows it, else what is not encoded.

        Worlds that are `aimed` at what changed are tried before collections are made as the solver would have them.
        """
        question = SolverQuestion(self.text(side))
        said, _ = question.asked(())
        if said == "unsat":
            agrees = says_the_other(self.text(side)) == "unsat"
            return SideAnswered("unsat", "z3, cvc5") if agrees else SideAnswered("unknown", "z3 alone says no")
        if said == "unknown":
            return SideAnswered("unknown", "the solver gave up")
        search = WorldSearch(self.encoders, self.unknowns, self.root, question)
        ways: tuple[tuple[str, Callable[[], Iterable[WorldShown]]], ...] = (
            ("solver", lambda: map(self._decided, search.near(bases))),
            ("search", aimed),
            ("solver", lambda: map(self._decided, search.far(bases))),
        )
        for by, worlds in ways:
            shown = next((found for found in worlds() if moved(side, found.answers)), None)
            if shown is not None:
                return SideAnswered("sat", by, shown)
        return SideAnswered("sat", "", None, self.not_encoded)

    def _decided(self, world: WorldFound) -> WorldShown:
        return decided(self.policies, world, self.decision)

    @cached_property
    def not_encoded(self) -> tuple[OpaquePart, ...]:
        """What stands in the way: what is open and not the same under both policies, else whatever is open."""
        old, new = (encoder.opaque for encoder in self.encoders)
        unlike = [part for key, part in (*old.items(), *new.items()) if (key in old) != (key in new)]
        return tuple(unlike or old.values())
