"""One case at a time, fast: what its facts say is looked up, and the rules are the bit program on Python integers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from threading import RLock
from typing import Any

from licet.facts.store import Facts, Record, Subject
from licet.facts.tables import Tables, facts_from_tables
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.outcomes import places_asked, rules_deciding
from licet.ir.remembered import by_policy
from licet.ir.strata import Strata
from licet.ir.walk import walk
from licet.plan.bits import SELF, AtLeast
from licet.plan.case import Case, Ranks, compile_case, compile_definite
from licet.run.case.rules import AllRules, Reports, all_rules
from licet.run.columnar.batch import OfBatch
from licet.run.columnar.conclusions import Solver
from licet.run.columnar.distinct_evaluation import prepare, values_sought
from licet.run.columnar.engine import NAME
from licet.run.columnar.row_batch import World
from licet.run.outcome import EngineOutcome
from licet.run.reference.formulas import Formulas
from licet.run.reference.interpreter import evaluate
from licet.run.reference.live import live
from licet.run.reference.settled import reads_conclusions
from licet.values import Day, Fact, State, Truth

CASE = "(case)"  # the id of a case
_MOST_KEPT = 1 << 16  # looked-up answers of one group
_ORDERED = frozenset({int, Fraction, date})
_OTHER = ("any other text",)
_BITS = ((0, 0), (0, 1), (1, 1))  # must and may of each truth
Bits = tuple[int, ...]
# Whether some atom is unknown; a must bit for each; must and may for each, also as bytes.
Answer = tuple[bool, Bits, Bits, bytes]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A group of atoms that read the same fields of the case; without `fields`, atoms that may read all of it.

    Where all compare one number or day with known ones, these cut it into stretches of equal answers; where all look
    for one text among known ones, the answers for all others are equal. `concluding` says whether some atoms read what
    rules conclude.
    """

    fields: tuple[str, ...]
    atoms: tuple[n.Formula, ...]
    cuts: tuple[Any, ...] | None
    texts: frozenset[str] | None
    sought: tuple[tuple[Any, ...], ...]  # with `texts`: which of them each atom looks for
    concluding: bool
    known: dict[Any, Answer]

    def key(self, facts: Mapping[str, Fact]) -> Any:
        """What is equal for cases with equal answers; None where any two may differ."""
        if len(self.fields) != 1:
            return tuple(facts.get(field, State.ABSENT) for field in self.fields) or None
        fact = facts.get(self.fields[0], State.ABSENT)
        if self.cuts is not None and type(fact) in _ORDERED:
            place = bisect_left(self.cuts, fact)
            return place, place < len(self.cuts) and self.cuts[place] == fact
        if self.texts is not None and isinstance(fact, str) and fact not in self.texts:
            return _OTHER
        return fact


class CaseEngine:
    """Decides cases of one entity on one day, against resident tables, in any number of threads.

    A case is a list of answers, one for each of `lookups` in order.
    """

    def __init__(
        self,
        policy: ir.Policy,
        entity: str,
        resident: Tables,
        as_of: Day,
        jurisdictions: tuple[str, ...] = (),
    ) -> None:
        self.policy = policy
        self.entity = entity
        self.as_of = as_of
        self._facts = facts_from_tables(resident)
        self._solver = Solver(World(policy, resident, self._facts), (as_of,))
        self._looking = RLock()  # one case at a time
        self._looked_at: dict[str, Fact] = {}  # its record among the facts of `_world`
        self._resident = resident
        changing = replace(self._facts_with(Record(self._looked_at), CASE), changing=frozenset({entity}))
        self._world = World(policy, resident, changing)
        self._formulas = self._conclusions(self._world).formulas
        views = _views(policy, entity, jurisdictions)
        self.decisions = tuple(views)
        self._steps = [(len(policy.decisions[name].outcomes) - 1, len(places)) for name, places in views.items()]
        self._case, self._definite = _compiled(policy, entity, tuple(_wanted(policy, views)))
        self._ranks: dict[int, tuple[int, ...]] = {}  # by the bits of all steps, as one number
        self.lookups = [_lookup(fields, atoms) for fields, atoms in self._case.groups]
        self._lives = _answer([live(stands, as_of) for stands in self._case.lives])

    def run(self, answers: Sequence[Answer]) -> tuple[int, ...]:
        """For each of `decisions` the least outcome and the most severe one, as places in its chain."""
        one = self._case.one
        if one is not None:
            number = one(b"".join([*[answer[3] for answer in answers], self._lives[3]]))
            ranks = self._ranks.get(number)
            if ranks is None:
                ranks = self._ranks[number] = self._ranks_of([number >> n & 1 for n in range(len(self._case.results))])
            return ranks
        vague = self._lives[0]
        for answer in answers:
            if answer[0]:
                vague = True
                break
        if not vague and self._definite is not None:
            same = self._definite(1, *[answer[1] for answer in answers], self._lives[1])
            if same is not None:
                return tuple([rank for rank in same for _ in (0, 1)])
        return self._ranks_of(self._case.run(1, *[answer[2] for answer in answers], self._lives[2]))

    def _ranks_of(self, bits: Sequence[int]) -> tuple[int, ...]:
        """From the bits of all steps of all decisions."""
        found, place = [], 0
        for steps, views in self._steps:
            must = may = 0
            for _ in range(views):  # the stricter of several jurisdictions, bound by bound
                end = place + 2 * steps
                must, may = max(must, sum(bits[place:end:2])), max(may, sum(bits[place + 1 : end : 2]))
                place = end
            found += [must, may]
        return tuple(found)

    def look(self, lookup: Lookup, facts: Mapping[str, Fact], id_: str = CASE) -> Answer:
        """What the reference's own formulas say of a group of atoms; remembered where it can be.

        A group that reads the id of the case has no key.
        """
        key = lookup.key(facts)
        answer = lookup.known.get(key)
        if answer is not None:
            return answer
        if key is None and id_ != CASE:
            world = World(self.policy, self._resident, self._facts_with(Record(facts), id_))
            return _answer([self._conclusions(world).formulas.truth(atom, {SELF: id_}) for atom in lookup.atoms])
        with self._looking:
            self._looked_at.clear()
            self._looked_at.update(facts)
            formulas = self._conclusions(self._world).formulas if lookup.concluding else self._formulas
            answer = _answer(list(_truths(lookup, key, formulas)))
        if key is not None:
            if len(lookup.known) > _MOST_KEPT:
                lookup.known.clear()
            lookup.known[key] = answer
        return answer

    def _conclusions(self, world: World) -> OfBatch:
        """Those about the case that is looked at; they remember what they have said of it."""
        return OfBatch(self._solver, world, self.entity, self.as_of)

    def evaluate(
        self,
        policy: ir.Policy,
        facts: Facts,
        subjects: Iterable[Subject],
        as_of: Day,
        *,
        enforced_only: bool = False,
    ) -> EngineOutcome:
        """The engine for a case among `facts`: every rule about it, from lookups and bits."""
        if enforced_only:
            return evaluate(policy, facts, subjects, as_of, enforced_only=True)
        (subject,) = subjects
        reports, lookups, lives = self._reporting
        record = facts.record(subject).facts
        bits = reports.all_rules.program.run(1, *[self.look(each, record, subject.id)[2] for each in lookups], lives)
        return reports.outcome(bits, subject, NAME)

    @cached_property
    def _reporting(self) -> tuple[Reports, list[Lookup], Bits]:
        """What whole decisions need beyond the outcomes: the groups of all atoms, and the bits of all lives."""
        whole = _all_rules(self.policy, self.entity)
        lookups = [_lookup(fields, atoms) for fields, atoms in whole.program.groups]
        lives = _answer([live(stands, self.as_of) for stands in whole.program.lives])[2]
        return Reports(whole, self.policy, self.as_of), lookups, lives

    def facts_with(self, facts: Mapping[str, Fact], id_: str = CASE) -> Facts:
        """The resident facts with the case among them."""
        return self._facts_with(Record({name: fact for name, fact in facts.items() if fact is not State.ABSENT}), id_)

    def _facts_with(self, record: Record, id_: str) -> Facts:
        others = self._facts.entities.get(self.entity, {})
        return replace(self._facts, entities={**self._facts.entities, self.entity: {**others, id_: record}})


def _views(policy: ir.Policy, entity: str, jurisdictions: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Each decision about the entity, and the views that its answer is made of: those wanted, or overall."""
    found: dict[str, tuple[str, ...]] = {}
    for decision in policy.decisions.values():
        if decision.entity == entity and rules_deciding(policy)[decision.name]:
            wanted = places_asked(policy, decision.name, jurisdictions)
            if wanted or not jurisdictions:
                found[decision.name] = wanted if jurisdictions else (n.OVERALL,)
    return found


def _wanted(policy: ir.Policy, views: Mapping[str, tuple[str, ...]]) -> Iterator[AtLeast]:
    """Every step of every decision in every view."""
    for name, places in views.items():
        for place in places:
            yield from (AtLeast(name, place, i) for i in range(1, len(policy.decisions[name].outcomes)))


def fields_read(atom: n.Formula, entity: str) -> tuple[str, ...]:
    """The fields of the case by which the truth of an atom may differ; none where it may be any."""
    paths = [path for _, path in prepare(atom, (SELF,)).leaves]
    among = any(getattr(node, "each", None) and node.each.name == entity for node in walk(atom))  # type: ignore[union-attr]
    if among or any(path in ((), ("id",)) for path in paths):
        return ()
    return tuple(dict.fromkeys(path[0] for path in paths))


def _lookup(fields: Any, atoms: tuple[n.Formula, ...]) -> Lookup:
    known = [_compared_with(atom) for atom in atoms] if len(fields) == 1 else [()]
    values = frozenset(value for own in known for value in own)
    cuts = tuple(sorted(values)) if all(known) and {type(value) for value in values} <= _ORDERED else None
    texts = values if all(known) and all(isinstance(value, str) for value in values) else None
    sought = () if texts is None else tuple(known)
    return Lookup(fields, atoms, cuts, texts, sought, any(reads_conclusions(atom) for atom in atoms), {})


def _truths(lookup: Lookup, key: Any, formulas: Formulas) -> Iterator[Truth]:
    """What each atom of a group says. One that does not look for a text says of it what it says of all others."""
    other = lookup.known.get(_OTHER) if isinstance(key, str) and lookup.texts is not None else None
    for place, atom in enumerate(lookup.atoms):
        if other is not None and key not in lookup.sought[place]:
            yield Truth(sum(other[2][2 * place : 2 * place + 2]))
        else:
            yield formulas.truth(atom, {SELF: CASE})


def _compared_with(atom: n.Formula) -> tuple[Any, ...]:
    """The known values that an atom compares a field of the case with, if that is all it does."""
    found = values_sought(atom, frozenset({SELF}))
    return found[1] if found is not None and len(found[0]) == 1 else ()


def _answer(truths: Sequence[Truth]) -> Answer:
    both = tuple([bit for truth in truths for bit in _BITS[truth]])
    return Truth.U in truths, both[::2], both, bytes(both)


@by_policy
def _compiled(policy: ir.Policy, entity: str, wanted: tuple[AtLeast, ...]) -> tuple[Case, Ranks | None]:
    """The program for all cases, and, of overall views, the one for those in which nothing that is read is unknown."""
    strata = Strata.of(policy)

    def group(atom: n.Formula) -> tuple[str, ...]:
        return fields_read(atom, entity)

    case = compile_case(policy, strata, entity, wanted, group)
    if case.one is not None or any(want.view != n.OVERALL for want in wanted):
        return case, None
    decisions = dict.fromkeys(want.decision for want in wanted)
    return case, compile_definite(policy, strata, entity, decisions, case)


@by_policy
def _all_rules(policy: ir.Policy, entity: str) -> AllRules:
    return all_rules(policy, entity, lambda atom: fields_read(atom, entity))
