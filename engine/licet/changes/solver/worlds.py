"""Worlds that may show a move: made of what a solver assigned, with what is not encoded as it is in some world."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from licet.changes.moves import OutcomeRange
from licet.changes.solver.concrete import WorldFound, completed, concrete, names_asked, thing_at
from licet.changes.solver.encoder import OpaquePart, PolicyEncoder
from licet.changes.solver.script import FALSE, TRUE, Term, day
from licet.changes.solver.solvers import Assigned, SolverQuestion
from licet.changes.solver.unknowns import ThingPath, Unknowns
from licet.changes.worlds_of_tests import overall_range
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.builtins import BUILTINS, Builtin
from licet.plan.bits import SELF
from licet.run.reference.interpreter import Interpreter
from licet.trials.aimed_worlds import AimedWorld, Thing
from licet.trials.small_worlds import SmallWorlds
from licet.values import State, Truth

Policies = tuple[ir.Policy, ir.Policy]
Ranges = tuple[OutcomeRange, OutcomeRange]  # of the old and of the new policy
_NOTHING = State.NOT_APPLICABLE
_NEAR = date(2020, 1, 1), date(2035, 1, 1)  # days that readers expect
_MOST_ASKED = 24  # questions for the worlds of one side: a budget of work, not of time
_MOST_BASES = 12
_ROUNDS = 3  # in which a world is made with what is not encoded as it is in the last one
_SEEDS = 3  # ways in which they are made otherwise
_DEEP = 3  # times that parts of a world are made otherwise, one after the other


@dataclass(frozen=True, slots=True)
class WorldShown:
    """A world, as the reference interpreter decides it under both policies."""

    world: WorldFound
    answers: Ranges
    interpreters: tuple[Interpreter, Interpreter]


def decided(policies: Policies, world: WorldFound, decision: str) -> WorldShown:
    """The answers of both policies in a world, by the reference interpreter."""
    one, other = (Interpreter(policy, world.facts, world.as_of) for policy in policies)
    old, new = (overall_range(read, decision, world.subject) for read in (one, other))
    return WorldShown(world, (old, new), (one, other))


@dataclass(frozen=True, slots=True)
class AsItIs:
    """What is not encoded, as it is in a world: a condition in SMT-LIB, and the part that it is of."""

    said: str
    part: OpaquePart
    policy: ir.Policy
    alike: bool  # under both policies


class WorldSearch:
    """Looks for worlds in which what a question asks is so."""

    def __init__(
        self,
        encoders: tuple[PolicyEncoder, ...],
        unknowns: Unknowns,
        root: ThingPath,
        question: SolverQuestion,
    ) -> None:
        self._policies = encoders[0].policy, encoders[1].policy
        self._encoders = encoders
        self._unknowns = unknowns
        self._root = root
        self._question = question
        self._names = names_asked(unknowns)
        self._seen: set[tuple[str, ...]] = set()
        self._asked = 0
        self._first: WorldFound | None = None

    def near(self, bases: Sequence[WorldFound]) -> Iterator[WorldFound]:
        """With nothing but what was assigned; then over worlds of tests."""
        for base in (None, *bases[:_MOST_BASES]):
            for world in self._from(base, 0):
                self._first = self._first or world
                yield world

    def far(self, bases: Sequence[WorldFound]) -> Iterator[WorldFound]:
        """With collections made as they have to be."""
        self._seen.clear()
        self._asked = 0
        for base in (self._first, *bases[:_MOST_BASES]):
            yield from self._from(base, _DEEP)

    def _from(self, base: WorldFound | None, deep: int) -> Iterator[WorldFound]:
        way = [] if base is None else self._as_it_is(base)
        for _ in range(_ROUNDS):
            key = tuple(one.said for one in way)
            if key in self._seen or self._asked >= _MOST_ASKED:
                return
            self._seen.add(key)
            self._asked += 1
            assigned, other = self._possible(way, otherwise=deep > 0)
            if assigned is None:
                return
            base = concrete(self._policies, self._unknowns, assigned, base, self._root)
            if other:
                for seed in range(_SEEDS):
                    yield from self._from(_made_otherwise(base, other, seed), deep - 1)
                return
            yield base
            way = self._as_it_is(base)

    def _possible(self, way: Sequence[AsItIs], *, otherwise: bool) -> tuple[Assigned | None, list[AsItIs]]:
        """A world in which things are that way, on a day near today, the subject's own, if there is one; else one in
        which as few of them as can be are not, which are given too.
        """
        said = [one.said for one in way]
        several = [(more, False) for more in self._preferred()] + [((), True)] * otherwise
        for more, less in several:
            assigned, gone = self._question.asked_with(self._names, said, more, otherwise=less)
            if assigned is not None:
                return assigned, [way[i] for i in gone]
        return None, []

    def _preferred(self) -> Iterator[tuple[str, ...]]:
        as_of = self._unknowns.as_of
        near = f"(<= {day(_NEAR[0])} {as_of} {day(_NEAR[1])})"
        own = self._policies[1].entities[self._root.entity].day
        fact = self._unknowns.facts.get((self._root, own))
        if fact is not None:
            yield near, f"(not {fact.nothing})", f"(= {fact.value} {as_of})"
        yield (near,)
        yield ()

    # ---- what is not encoded

    def _as_it_is(self, world: WorldFound) -> list[AsItIs]:
        """What is not encoded, as it is in a world."""
        found: list[AsItIs] = []
        alike = self._encoders[0].opaque.keys() & self._encoders[1].opaque.keys()
        for policy, encoder in zip(self._policies, self._encoders, strict=True):
            read = Interpreter(policy, world.facts, world.as_of)
            for key, part in encoder.opaque.items():
                id_ = thing_at(world, part.at)
                if id_ is not None:
                    found += [AsItIs(said, part, policy, key in alike) for said in self._same(read, part, id_)]
        return sorted(found, key=lambda one: not one.alike)

    def _same(self, read: Interpreter, part: OpaquePart, id_: str) -> Iterator[str]:
        encoded = part.encoded
        if isinstance(encoded, tuple):
            truth = read.formulas.truth(part.part, {SELF: id_})  # type: ignore[arg-type]
            yield from _so(encoded[0], truth is Truth.T)
            yield from _so(encoded[1], truth is not Truth.F)
            return
        found = read.formulas.read(part.part, {SELF: id_})  # type: ignore[arg-type]
        yield from _so(encoded.nothing, found is _NOTHING)
        if found is _NOTHING:
            return
        exact = isinstance(found, int | Fraction | date)
        yield from _so(encoded.known, exact)
        if exact:
            yield f"(= {encoded.value} {self._unknowns.literal(found, encoded.type)})"  # type: ignore[arg-type]


def _so(term: Term, is_so: bool) -> Iterator[str]:
    if term not in (TRUE, FALSE):
        yield term if is_so else f"(not {term})"


# ---- collections made otherwise


def _made_otherwise(world: WorldFound, several: Sequence[AsItIs], seed: int) -> WorldFound:
    """The world with some parts of it made the other way, as far as that is known to be done; it may not be."""
    facts = world.facts
    made = AimedWorld(several[0].policy, SmallWorlds(several[0].policy, seed=seed), world.as_of)
    for type_, records in facts.entities.items():
        told = {id_: Thing(type_, id_, dict(record.facts)) for id_, record in records.items()}
        made.things.setdefault(type_, {}).update(told)
    for name in several[0].policy.relations:
        made.rows[name] = [Thing(name, "", dict(row.facts)) for row in facts.relations.get(name, ())]
    done: list[OpaquePart] = []
    for way in several:
        id_ = thing_at(world, way.part.at)
        if id_ is not None and way.part not in done:
            done.append(way.part)
            _make_otherwise(made, way, made.things[way.part.at.entity][id_])
    complete = completed(several[0].policy, made.facts, world.as_of)
    return replace(world, facts=replace(complete, members=facts.members))


def _make_otherwise(made: AimedWorld, way: AsItIs, thing: Thing) -> None:
    part = way.part.part
    if isinstance(part, n.Compare) and isinstance(part.left, n.Call) and BUILTINS[part.left.function].relation:
        _lead_on(made, BUILTINS[part.left.function], thing)
    elif isinstance(part, n.Aggregate):
        more: n.Formula = n.Compare(part.span, ">", part, n.Known(part.span, 0, part.type))
        made.make(more, {SELF: thing})
    else:
        made.make(part, {SELF: thing}, wanted=way.said.startswith("(not "))  # type: ignore[arg-type]


def _lead_on(made: AimedWorld, builtin: Builtin, thing: Thing) -> None:
    """A row from a thing to one at which a closure stops."""
    near, far, *_ = made.policy.relations[builtin.relation].parameters
    end = Thing(builtin.entity, f"{thing.id}_end", {builtin.stop: True})
    made.things[builtin.entity][end.id] = end
    made.rows[builtin.relation].append(Thing(builtin.relation, "", {near: thing.id, far: end.id}))
