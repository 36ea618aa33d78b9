"""Worlds in which what changed of the law comes to the same: whoever decided them under one policy need not again.

Where, in the world of the old policy, each rule that changed, or that reads a part of the law that did, says of
everything what the new one says, the conclusions of the old policy are those of the new one: only these rules are asked
for it. Of rules that conclude what hangs on itself that does not follow, since what is concluded may hold itself up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from licet.changes.law import LawPart, other_parts, parts_read, rule_forms
from licet.changes.normal_form import NormalForms
from licet.facts.store import Facts, Subject
from licet.ir import policy as ir
from licet.ir.outcomes import jurisdictions_of
from licet.ir.strata import Strata
from licet.run.reference.formulas import Formulas
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.live import live
from licet.values import Day, Truth

_ASKED = ("list", "parameter", "score")  # of other parts that changed nobody knows what they do to a world


@dataclass(frozen=True, slots=True)
class RuleTwice:
    """A rule as it was and as it is, None where it is not there; `alike` if only its condition may be another."""

    was: ir.Rule | None
    now: ir.Rule | None
    alike: bool


class UnmovedWorlds:
    """Says of a world whether two policies surely conclude the same in it.

    `rules` are those that are asked for it, `members` those of lists that are others than before, and `days` those on
    which these begin or end, and the days before.
    """

    def __init__(self, old: ir.Policy, new: ir.Policy) -> None:
        self._old, self._new = old, new
        self._forms = NormalForms(old), NormalForms(new)
        before, after = other_parts(old), other_parts(new)
        changed = {part for part in {**before, **after} if before.get(part) != after.get(part)}
        self.rules = tuple(self._asked(changed))
        self.members = {
            part.name: tuple(_members_apart(old, new, part.name)) for part in changed if part.sort == "list"
        }
        self.days = tuple(sorted(set(_days_apart(old, new, self.members))))
        self._can_say = (
            all(part.sort in _ASKED for part in changed)
            and all(jurisdictions_of(old, name) == jurisdictions_of(new, name) for name in old.decisions)
            and not any(self._hangs_on_itself(one) for one in self.rules)
        )

    def _asked(self, changed: set[LawPart]) -> Iterator[RuleTwice]:
        forms = rule_forms(self._old), rule_forms(self._new)
        for id_ in {**self._old.rules, **self._new.rules}:
            was, now = self._old.rules.get(id_), self._new.rules.get(id_)
            if was is None or now is None:
                yield RuleTwice(was, now, False)
                continue
            reads = _reads(self._old, was, changed) or _reads(self._new, now, changed)
            if reads or forms[0][id_] != forms[1][id_] or set(was.excepts) != set(now.excepts):
                yield RuleTwice(was, now, self._is_alike(was, now, changed))

    def _is_alike(self, was: ir.Rule, now: ir.Rule, changed: set[LawPart]) -> bool:
        concluded = replace(was, body=None), replace(now, body=None)
        if any(_reads(policy, rule, changed) for policy, rule in zip((self._old, self._new), concluded, strict=True)):
            return False
        effects = [sorted(forms.effects(rule)) for forms, rule in zip(self._forms, (was, now), strict=True)]
        return effects[0] == effects[1] and set(was.excepts) == set(now.excepts)

    def _hangs_on_itself(self, one: RuleTwice) -> bool:
        for policy, rule in ((self._old, one.was), (self._new, one.now)):
            strata = Strata.of(policy)
            if rule is None:
                continue
            if rule.kind == "default" or not strata.recursive.isdisjoint(strata.conclusions(rule)):
                return True
        return False

    def holds(self, facts: Facts, day: Day) -> bool:
        """Whether all answers are the same under both policies; where that is not sure, not."""
        if not self._can_say:
            return False
        world = Interpreter(self._old, facts, day)
        new = Formulas(self._new, facts, day, world)
        return all(self._says_the_same(one, world, new) for one in self.rules)

    def _says_the_same(self, one: RuleTwice, world: Interpreter, new: Formulas) -> bool:
        rule = one.now or one.was
        assert rule is not None
        stands = [Truth.F if some is None else live(some.live, world.as_of) for some in (one.was, one.now)]
        if max(stands) is Truth.F:
            return True
        for subject in world.facts.subjects(rule.entity):
            was = Truth.F if one.was is None else min(stands[0], world.body(one.was, subject))
            now = Truth.F if one.now is None else min(stands[1], _body(new, one.now, subject))
            if was is not now or not (one.alike or was is Truth.F):
                return False
        return True


def _members_apart(old: ir.Policy, new: ir.Policy, name: str) -> Iterator[str | date]:
    """The members of a list that are in one policy on other days than in the other."""
    sides = [
        {(m.member, m.interval) for p in (policy.lists.get(name),) if p for m in p.members} for policy in (old, new)
    ]
    yield from dict.fromkeys(member for member, _ in sorted(sides[0] ^ sides[1], key=str))


def _days_apart(old: ir.Policy, new: ir.Policy, members: Mapping[str, Collection[str | date]]) -> Iterator[date]:
    for policy in (old, new):
        for name, apart in members.items():
            dated = policy.lists.get(name)
            for one in (m for m in (dated.members if dated is not None else ()) if m.member in apart):
                ends = (end for end in (one.interval.start, one.interval.end) if end not in (None, date.min))
                yield from (end - timedelta(n) for end in ends if end is not None for n in (0, 1))


def _reads(policy: ir.Policy, rule: ir.Rule, changed: set[LawPart]) -> bool:
    return any(part in changed for part in parts_read(policy, rule))


def _body(formulas: Formulas, rule: ir.Rule, subject: Subject) -> Truth:
    return Truth.T if rule.body is None else formulas.truth(rule.body, {rule.variable: subject.id})
