"""Whether a decision can get looser, or stricter, from one policy to another, in four words.

*Proved no* is said where nothing that changed can bear on the decision, or where two solvers agree that neither the
least nor the gravest outcome falls, or rises, on any complete facts (`licet.changes.solver`, the extra `analyse`).
What was looked for and not found is *not found*, what no encoder holds *not encodable*; neither is ever *equal*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from licet.changes.items import LawItem, changed_items
from licet.changes.law import LawPart, cone_digest, cone_of, law_digest
from licet.changes.moves import Direction, InventoryMoves, certainty, comparable, surely
from licet.changes.solver.proofs import answered, named, vocabulary_between
from licet.changes.solver.question import Side, SideAnswered
from licet.changes.solver.witness import as_test
from licet.changes.solver.worlds import WorldShown
from licet.changes.unmoved import UnmovedWorlds
from licet.changes.worlds_of_tests import WorldAnswer, answers_in, stating, worlds_of_tests
from licet.ir import policy as ir
from licet.ir.outcomes import jurisdictions_of, rules_deciding
from licet.trials.examples import date_of_test, facts_of

SIDES: tuple[Side, ...] = ("looser", "stricter")
_UNTOUCHED = ("law digest", "cone")
FoundWord = Literal["proved no", "shown", "not found", "not encodable"]


@dataclass(frozen=True, slots=True)
class ChangeWitness:
    """A world in which an answer moved. `test` is one to paste; empty for a subject of the inventory."""

    decision: str
    side: Side
    world: str
    subject: tuple[str, str]
    as_of: date | None
    old: tuple[str, str]
    new: tuple[str, str]
    old_rules: tuple[str, ...]
    new_rules: tuple[str, ...]
    test: str


@dataclass(frozen=True, slots=True)
class SideFound:
    """What was found of one side of a decision. `by` is what proves or shows it, or why nothing can; `tried` counts
    the answers that were decided by both policies, or by one where what changed comes to the same; `open` is what of
    the law is not encoded, where that stands in the way.
    """

    verdict: FoundWord
    by: str
    witness: ChangeWitness | None = None
    tried: int = 0
    open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CertaintyFound:
    """How many answers in worlds of tests, where facts may be missing, are less certain than before, and more; and a
    test in which one is less so.
    """

    less: int = 0
    more: int = 0
    tried: int = 0
    world: str = ""


@dataclass(frozen=True, slots=True)
class DecisionFound:
    """What was found of one decision, by side, the items that can bear on it, by their places; and apart from the
    sides, how certain its answers are.
    """

    decision: str
    sides: Mapping[Side, SideFound]
    items: tuple[int, ...]
    certainty: CertaintyFound = CertaintyFound()

    @property
    def is_untouched(self) -> bool:
        """Whether nothing that changed bears on it."""
        return all(found.verdict == "proved no" and found.by in _UNTOUCHED for found in self.sides.values())


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """Two policies beside each other; `inventory` where facts were decided by both."""

    policies: tuple[ir.Policy, ir.Policy]
    items: tuple[LawItem, ...]
    decisions: tuple[DecisionFound, ...]
    inventory: InventoryMoves | None = None
    solvers: bool = False  # whether they were asked for what no world showed

    @property
    def same_law(self) -> bool:
        """Whether both policies decide alike by their law digest."""
        old, new = self.policies
        return law_digest(old) == law_digest(new)


def policy_diff(
    old: ir.Policy, new: ir.Policy, inventory: InventoryMoves | None = None, *, solvers: bool = False
) -> PolicyDiff:
    """The items that changed, and what was found of each decision that has rules; `solvers` are asked if wanted."""
    items = changed_items(old, new)
    ruled = [name for name in {**old.decisions, **new.decisions} if _has_rules(old, name) or _has_rules(new, name)]
    proved = {name: by for name in ruled if (by := _proof(old, new, name))}
    barred = {name: why for name in ruled if (why := comparable(old, new, name))}
    open_ = {name: new.decisions[name].entity for name in ruled if name not in {**proved, **barred}}
    unmoved = UnmovedWorlds(old, new)
    answers, alike = _answers(old, new, open_, unmoved)
    found = []
    for name in ruled:
        if name in barred:
            sides = {side: SideFound("not encodable", barred[name]) for side in SIDES}
        elif name in proved:
            sides = {side: SideFound("proved no", proved[name]) for side in SIDES}
        else:
            own = [answer for answer in answers if answer.decision == name]
            sides = {side: _searched(new, name, side, own, alike[name], inventory) for side in SIDES}
            sides = _solved((old, new), name, sides, unmoved) if solvers else sides
        sure = _certainty([answer for answer in answers if answer.decision == name], alike[name])
        found.append(DecisionFound(name, sides, tuple(_bearing(old, new, name, items)), sure))
    return PolicyDiff((old, new), items, tuple(found), inventory, solvers)


def _has_rules(policy: ir.Policy, decision: str) -> bool:
    return decision in policy.decisions and bool(rules_deciding(policy)[decision])


def _proof(old: ir.Policy, new: ir.Policy, decision: str) -> str:
    """What proves that a decision is the same; empty where nothing does."""
    if law_digest(old) == law_digest(new):
        return "law digest"
    both = decision in old.decisions and decision in new.decisions
    return "cone" if both and cone_digest(old, decision) == cone_digest(new, decision) else ""


def _answers(
    old: ir.Policy, new: ir.Policy, decisions: Mapping[str, str], unmoved: UnmovedWorlds
) -> tuple[list[WorldAnswer], Mapping[str, int]]:
    """In worlds of tests where the policies may conclude otherwise; and of each decision in how many they do not."""
    found: list[WorldAnswer] = []
    alike = Counter[str]()
    for test in worlds_of_tests(old, new) if decisions else ():
        facts = facts_of(test)
        about = {name: sum(1 for _ in facts.subjects(entity)) for name, entity in decisions.items()}
        if not any(about.values()):
            continue
        if unmoved.holds(facts, date_of_test(new, test)):
            alike.update(about)
        else:
            found += answers_in((old, new), test, decisions)
    return found, alike


def _certainty(answers: Sequence[WorldAnswer], alike: int) -> CertaintyFound:
    found = [(certainty(answer.old, answer.new), answer.test.title) for answer in answers]
    less = [title for word, title in found if word == "less"]
    tried = len(found) + alike
    return CertaintyFound(len(less), sum(word == "more" for word, _ in found), tried, less[0] if less else "")


def _searched(
    new: ir.Policy,
    decision: str,
    side: Side,
    answers: Sequence[WorldAnswer],
    alike: int,
    inventory: InventoryMoves | None,
) -> SideFound:
    """The first answer that surely moved to this side: of the worlds of tests, then of the inventory."""
    chain = new.decisions[decision].outcomes
    tried = alike + len(answers) + (inventory.decided(decision) if inventory is not None else 0)
    for answer in answers:
        if surely(answer.old, answer.new) == side:
            return SideFound("shown", "test", _of_world(answer, side, chain), tried)
    for move in inventory.moves if inventory is not None else ():
        if (move.what, move.decision, move.jurisdiction, move.surely) == ("answer", decision, "overall", side):
            subject = new.decisions[decision].entity, move.subjects[0]
            witness = ChangeWitness(decision, side, "inventory", subject, None, move.old, move.new, (), (), "")
            return SideFound("shown", "inventory", witness, tried)
    return SideFound("not found", "", None, tried)


def _solved(
    policies: tuple[ir.Policy, ir.Policy], decision: str, sides: Mapping[Side, SideFound], unmoved: UnmovedWorlds
) -> dict[Side, SideFound]:
    """The same with what solvers say of the sides that no world showed."""
    waiting = [side for side, found in sides.items() if found.verdict == "not found"]
    if not waiting:
        return dict(sides)
    if otherwise := vocabulary_between(policies, decision):
        by = f"declared otherwise: {', '.join(otherwise)}"
        return {**sides, **{side: replace(sides[side], verdict="not encodable", by=by) for side in waiting}}
    said = answered(policies, decision, waiting, worlds_of_tests(*policies), unmoved)
    return {**sides, **{side: _by_solvers(policies[1], decision, side, sides[side], said[side]) for side in waiting}}


def _by_solvers(new: ir.Policy, decision: str, side: Side, before: SideFound, said: SideAnswered) -> SideFound:
    if said.said == "unsat":
        return replace(before, verdict="proved no", by=said.by)
    if said.shown is not None:
        return replace(before, verdict="shown", by=said.by, witness=_of_solver(new, decision, side, said.shown))
    if said.open:
        return replace(before, verdict="not encodable", by="", open=named(said.open))
    return replace(before, by=said.by)


def _of_solver(new: ir.Policy, decision: str, side: Side, shown: WorldShown) -> ChangeWitness:
    chain = new.decisions[decision].outcomes
    world, (old_answer, new_answer) = shown.world, shown.answers
    was, now = (stating(read, decision, world.subject) for read in shown.interpreters)
    return ChangeWitness(
        decision,
        side,
        "solver",
        (world.subject.type, world.subject.id),
        world.as_of,
        (chain[old_answer.must], chain[old_answer.may]),
        (chain[new_answer.must], chain[new_answer.may]),
        was,
        now,
        as_test(new, world, f"{decision.replace('_', ' ')}: {side} than before", decision, new_answer),
    )


def _of_world(answer: WorldAnswer, side: Direction, chain: tuple[str, ...]) -> ChangeWitness:
    assert side != "none"
    title = answer.test.title
    return ChangeWitness(
        answer.decision,
        side,
        title,
        (answer.subject.type, answer.subject.id),
        answer.as_of,
        (chain[answer.old.must], chain[answer.old.may]),
        (chain[answer.new.must], chain[answer.new.may]),
        answer.old_rules,
        answer.new_rules,
        answer.block(chain, f"{title}: {side} than before"),
    )


def _bearing(old: ir.Policy, new: ir.Policy, decision: str, items: Sequence[LawItem]) -> Iterator[int]:
    """The items that lie in the cone of a decision under one of the policies."""
    cones = [cone_of(policy, decision) for policy in (old, new) if decision in policy.decisions]
    for place, item in enumerate(items):
        names = (item.id, item.was)
        if item.decides and any(
            name in cone.rules if item.what == "rule" else LawPart(item.what, name) in cone.parts
            for cone in cones
            for name in names
        ):
            yield place


# ---- what `--fail-on` names


def failures(found: PolicyDiff, wanted: str) -> tuple[bool, bool]:
    """Whether what is named was found; and whether it is not known that it does not exist.

    Solvers prove something of the least and the gravest outcome overall where all facts are known: nothing of details,
    of how certain answers are where facts are missing, of the answer as enforced or of one of several jurisdictions. Of
    these only what nothing bears on is known.
    """
    moves = found.inventory.moves if found.inventory is not None else ()
    sides: tuple[Side, ...] = (wanted,) if wanted in SIDES else SIDES if wanted == "any" else ()
    shown = any(one.sides[side].verdict == "shown" for one in found.decisions for side in sides)
    moved = any(_names(wanted, move.what, move.direction, move.certainty) for move in moves)
    if wanted in SIDES:
        unknown = not all(_is_known(found.policies, one, side) for one in found.decisions for side in sides)
    else:
        unknown = not all(one.is_untouched for one in found.decisions)
    return shown or moved, unknown


def _is_known(policies: tuple[ir.Policy, ir.Policy], one: DecisionFound, side: Side) -> bool:
    """Whether a side was shown, or proved of whatever an inventory could show."""
    found = one.sides[side]
    if found.verdict != "proved no" or found.by in _UNTOUCHED:
        return found.verdict in ("proved no", "shown")
    having = [policy for policy in policies if one.decision in policy.decisions]
    return all(
        len(jurisdictions_of(policy, one.decision)) < 2
        and not any(policy.rules[id_].live.not_enforced for id_ in cone_of(policy, one.decision).rules)
        for policy in having
    )


def _names(wanted: str, what: str, direction: str, certainty: str) -> bool:
    match wanted:
        case "any":
            return True
        case "details":
            return what == "details"
        case "open":
            return what != "details" and certainty == "less"
        case _:
            return what != "details" and direction == wanted
