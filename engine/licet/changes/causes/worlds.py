"""The worlds between two: the one after, in which some of what changed is undone, decided by the reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from licet.changes.causes.change import CLOCKS, WorldChange, called
from licet.changes.causes.of_facts import ChangedFacts
from licet.changes.causes.of_law import ChangedLaw, address_of, cited
from licet.changes.law import DecisionCone, LawPart
from licet.changes.looks import looks_between
from licet.decide.dates import NO_DAY, OwnDay, own_day_of
from licet.decide.steps import Answers, answers_on_day
from licet.facts.store import Facts, Subject
from licet.ir import policy as ir
from licet.run.reference.dated_lists import listed_on
from licet.run.reference.held_back import THE_DAY, DaysApart, Held, HeldBack
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.live import live
from licet.values import Truth

_MOST_KEPT = 256  # worlds
_LISTED = {Truth.T: "yes", Truth.F: "no", Truth.U: "not known"}
_Worlds = tuple[Interpreter, Interpreter]  # as the law stands, and as it is enforced


@dataclass(frozen=True, slots=True)
class WorldOnDay:
    """A policy, an inventory, and the day on which subjects are decided that have none: with `as_if`, all of them."""

    policy: ir.Policy
    facts: Facts
    today: date
    as_if: bool = False


@dataclass(frozen=True, slots=True)
class _Bearing:
    """What can bear on a decision: on that about any subject; and all of it, by what it is of."""

    on_all: Sequence[WorldChange]
    of: Mapping[str, Sequence[WorldChange]]


class WorldsBetween:
    """Any of the changes between two worlds may be undone, and the others stand."""

    def __init__(self, before: WorldOnDay, after: WorldOnDay, jurisdictions: Sequence[str] = ()) -> None:
        assert before.as_if == after.as_if, "these answer two questions"
        self.after = after
        self._before = before
        self._places = tuple(jurisdictions)
        self.law = ChangedLaw(before.policy, after.policy)
        self._facts = ChangedFacts(before.facts, after.facts, (before.policy, after.policy))
        self._tied = frozenset(change for change in self._facts.changes if self._is_redeclared(change))
        self._private = self._private_changes()
        self._turned = dict(self._turning()) if before.today != after.today else {}
        self._apart = DaysApart()
        self._cones: dict[str, DecisionCone] = {}
        self._can_bear: dict[tuple[str, bool], _Bearing] = {}
        self._policies: dict[frozenset[WorldChange], ir.Policy] = {}
        self._inventories: dict[frozenset[WorldChange], Facts] = {}
        self._kept: dict[tuple[frozenset[WorldChange], object], _Worlds] = {}

    def _is_redeclared(self, change: WorldChange) -> bool:
        """Whether it is a fact of a kind that is another under each policy."""
        name, field = self._facts.part_of(change)
        parts = (LawPart("field", f"{name}.{field}"), LawPart("entity", name), LawPart("relation", name))
        return any(part in self.law.redeclared for part in parts)

    def _private_changes(self) -> Mapping[WorldChange, frozenset[WorldChange]]:
        """What only rules about the same record read; with each the like of it of all records.

        Whether others are undone too is no matter to the record, so that one world does for all of them.
        """
        policies = (self.law.before, self.law.after)
        alike: dict[tuple[str, str, str], list[WorldChange]] = {}
        for change in self._facts.changes:
            if change.kind in ("fact", "record") and not self._facts.names_changed(change):
                alike.setdefault((change.kind, *self._facts.part_of(change)), []).append(change)
        found: dict[WorldChange, frozenset[WorldChange]] = {}
        for (kind, entity, field), several in alike.items():
            looks = looks_between(policies, entity)
            if looks == () or (looks and kind == "fact" and not any(look.reads(field) for look in looks)):
                found |= dict.fromkeys((one for one in several if one not in self._tied), frozenset(several))
        return found

    # ---- what can be undone

    def changes(self, subject: Subject, decision: str) -> list[WorldChange]:
        """All that can bear on a decision about a subject, what is nearest to it first."""
        bearing = self._bearing(subject, decision)
        own = (change for change in bearing.of.get(called(subject), ()) if change in self._private)
        return sorted((*bearing.on_all, *own), key=lambda change: change.distance(subject))

    def own(self, subject: Subject, decision: str) -> Mapping[tuple[str, str], WorldChange]:
        """Those that are of the subject itself, by what they are of it."""
        found = self._bearing(subject, decision).of.get(called(subject), ())
        return {(change.kind, change.field): change for change in found}

    def _bearing(self, subject: Subject, decision: str) -> _Bearing:
        """The same for all subjects for which time passes, and for all others."""
        key = decision, self._passes_for(subject)
        if key not in self._can_bear:
            found = list(self._all_bearing(*key))
            of: dict[str, list[WorldChange]] = {}
            for change in found:
                of.setdefault(change.of, []).append(change)
            self._can_bear[key] = _Bearing([change for change in found if change not in self._private], of)
        return self._can_bear[key]

    def _all_bearing(self, decision: str, passes: bool) -> Iterator[WorldChange]:
        cone = self._cone(decision)
        yield from (change for change in self.law.changes if self.law.bears(change, cone))
        yield from (c for c in self._facts.changes if c not in self._tied and self._is_read(c, cone))
        yield from (change for change in self._turned if passes and self._may_turn(change, cone))

    def _cone(self, decision: str) -> DecisionCone:
        if decision not in self._cones:
            self._cones[decision] = self.law.cone(decision)
        return self._cones[decision]

    def _is_read(self, change: WorldChange, cone: DecisionCone) -> bool:
        name, field = self._facts.part_of(change)
        parts = [LawPart("field", f"{name}.{field}")] if field else [LawPart("entity", name), LawPart("relation", name)]
        return any(part in cone.parts for part in parts)

    def _may_turn(self, change: WorldChange, cone: DecisionCone) -> bool:
        match change.kind:
            case "rule clock":
                return change.of in cone.rules
            case "list clock" | "parameter clock":
                return LawPart(change.kind.removesuffix(" clock"), change.of) in cone.parts
            case _:
                return True

    def _passes_for(self, subject: Subject) -> bool:
        """Whether time passes for a subject in one of the worlds: it is decided on the day on which it is asked for."""
        if self.after.as_if:
            return True
        worlds = (self._before, self.after)
        return any(own_day_of(world.policy, world.facts, subject) is NO_DAY for world in worlds)

    # ---- clocks

    def _turning(self) -> Iterator[tuple[WorldChange, Held]]:
        """Whatever of the law reads otherwise on the two days, as it was written or as it is; and the day itself."""
        first, last = self._before.today, self.after.today
        old, new = self.law.before, self.law.after
        for id_ in {**old.rules, **new.rules}:
            rules = [rule for policy in (old, new) if (rule := policy.rules.get(id_)) is not None]
            if any(_stands(rule, first) != _stands(rule, last) for rule in rules):
                words = _standing(rules[-1], first), _standing(rules[-1], last)
                change = WorldChange("rule clock", id_, "", words, cited(rules[-1]), address_of(rules[-1]))
                yield change, ("rule", id_, "")
        for name in {**old.lists, **new.lists}:
            lists = [some for policy in (old, new) if (some := policy.lists.get(name)) is not None]
            for member in (None, *sorted({m for some in lists for m in some.named}, key=str)):
                if any(listed_on(some, member, first) != listed_on(some, member, last) for some in lists):
                    called = "" if member is None else str(member)
                    words = _LISTED[listed_on(lists[-1], member, first)], _LISTED[listed_on(lists[-1], member, last)]
                    yield WorldChange("list clock", name, called, words, lists[-1].source), ("list", name, called)
        for name in {**old.parameters, **new.parameters}:
            known = [told for policy in (old, new) if (told := policy.parameters.get(name)) is not None]
            if any(told.on(first) != told.on(last) for told in known):
                yield WorldChange("parameter clock", name, "", _days(first, last)), ("parameter", name, "")
        yield WorldChange("day", "as_of", "", _days(first, last)), THE_DAY

    def tell_days_apart(self) -> bool:
        """Makes a clock of its own of each day that a comparison named which turned; whether there is one more."""
        further = self._apart.met - self._apart.known
        if not further:
            return False
        self._apart = DaysApart(self._apart.known | further)
        self._kept.clear()
        self._can_bear.clear()
        words = _days(self._before.today, self.after.today)
        self._turned.update(
            (WorldChange("day", of, field, words), (kind, of, field)) for kind, of, field in sorted(further)
        )
        return True

    # ---- what is decided

    def answers(self, subject: Subject, decision: str, undone: frozenset[WorldChange]) -> Answers:
        """A decision about a subject where some changes are undone."""
        of_world = frozenset(
            alike for one in undone if one.kind not in CLOCKS for alike in self._private.get(one, (one,))
        )
        policy, facts = self._policy(of_world), self._inventory(of_world)
        day = NO_DAY if self.after.as_if else own_day_of(policy, facts, subject)
        held = frozenset(self._turned[change] for change in undone if change.kind in CLOCKS)
        key = of_world, (held if day is NO_DAY else day)
        worlds = self._kept.get(key)
        if worlds is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            worlds = self._kept[key] = self._worlds(policy, facts, day, held)
        return answers_on_day(*worlds, subject, policy.decisions[decision], self._places)

    def _worlds(self, policy: ir.Policy, facts: Facts, day: OwnDay, held: frozenset[Held]) -> _Worlds:
        if day is not NO_DAY:
            return Interpreter(policy, facts, day), Interpreter(policy, facts, day, enforced_only=True)
        first, last = self._before.today, self.after.today

        def world(enforced_only: bool) -> HeldBack:
            return HeldBack(policy, facts, last, held, before=first, apart=self._apart, enforced_only=enforced_only)

        return world(False), world(True)

    def _policy(self, undone: frozenset[WorldChange]) -> ir.Policy:
        own = frozenset(change for change in undone if change in self.law.changes)
        if own not in self._policies:
            self._policies[own] = self.law.without(own)
        return self._policies[own]

    def _inventory(self, undone: frozenset[WorldChange]) -> Facts:
        """What is recorded otherwise because it is declared otherwise goes with the vocabulary."""
        own = frozenset(change for change in undone if change in self._facts.changes)
        if any(change.kind == "vocabulary" for change in undone):
            own |= self._tied
        if own not in self._inventories:
            if len(self._inventories) >= _MOST_KEPT:
                self._inventories.clear()
            self._inventories[own] = self._facts.without(own)
        return self._inventories[own]


def _days(first: date, last: date) -> tuple[str, str]:
    return first.isoformat(), last.isoformat()


def _stands(rule: ir.Rule, day: date) -> tuple[Truth, Truth]:
    return live(rule.live, day), live(rule.live, day, enforced_only=True)


def _standing(rule: ir.Rule, day: date) -> str:
    """`in force`, `suspended`, `not in force`."""
    found = [how for how, spans in rule.live.told.items() if any(span.contains(day) for span in spans)]
    if rule.live.in_force and "in force" not in found:
        return "not in force"
    return " and ".join(how for how in found if how != "in force") or "in force"
