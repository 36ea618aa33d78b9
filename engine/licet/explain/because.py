"""What an answer hangs on, in least sets of units, and the three lines that tell one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from licet.explain.cone import Cone, ConeRule
from licet.explain.questions import OfDecision, Told
from licet.explain.sufficient import AnswerTrials, Claim, Units
from licet.explain.units import Only, Unit
from licet.ir import policy as ir
from licet.ir.outcomes import outcome_of
from licet.ir.walk import nesting, parts_of
from licet.run.reference.unknown_values import F, T

_MOST_LINES = 3
_MOST_UNITS = 400  # that are searched for least sets: each is tried, and each trial takes as long as there are units
# Collections within collections of which sets are searched: with further members, each level doubles the work.
_MOST_NESTED = 6
_MOST_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Line:
    """Units of a told set that one rule reads; the last line has whatever no other has."""

    node: str
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """A rule that would have brought another outcome, and the conditions that stopped it; as few `others` may do."""

    node: str
    stopped: tuple[str, ...]
    others: bool


@dataclass(frozen=True, slots=True)
class BoundsBecause:
    """The sets for the two outcomes of a decision, and for each outcome that is outside of them."""

    floor: Units
    ceiling: Units
    enforced: Units | None  # None where the range is that of the answer
    why_not: Mapping[int, Units]


@dataclass(frozen=True, slots=True)
class Because:
    """Least sufficient sets for the claims about an answer. All lie within `exact`."""

    exact: Units
    bounds: BoundsBecause | None  # of a decision
    necessary: Units
    searched: bool  # without it the sets are all that is read: sufficient, and not least
    claim: str  # which of them the lines tell
    lines: tuple[Line, ...]

    @property
    def assumptions(self) -> tuple[Only, ...]:
        """Collections that are taken as complete."""
        return tuple(sorted((unit for unit in self.exact if isinstance(unit, Only)), key=str))


def because(policy: ir.Policy, cone: Cone, trials: AnswerTrials) -> Because:
    """Searches the sets: the exact one first, the others within it, so that they tell one story."""
    whole = trials.told(cone.units)
    # What most conditions read is tried first, so that the specific stays.
    order = Counter(unit for node in cone.nodes.values() for atom in node.everything() for unit in atom.reads.units)
    searched = len(cone.units) <= _MOST_UNITS and _nesting(cone) <= _MOST_NESTED
    least = trials.least if searched else _all_of
    exact = least(partial(_same, whole), cone.units, order)
    claim, told, bounds = "exact", exact, None
    if isinstance(cone.question, OfDecision):
        last = len(policy.decisions[cone.question.name].outcomes) - 1
        bounds = _bounds(whole, last, lambda claim, units: least(claim, units, order), exact)
        claim, told = ("floor", bounds.floor) if whole.must > 0 else ("ceiling", bounds.ceiling)
    necessary = alone(cone, trials, exact) if searched else frozenset()
    return Because(exact, bounds, necessary, searched, claim, tuple(_lines(cone, told, whole, order)))


def alone(cone: Cone, trials: AnswerTrials, units: Iterable[Unit]) -> Units:
    """Those of some units each of which, if it alone were not known, would leave another answer."""
    whole = trials.told(cone.units)
    return frozenset(unit for unit in units if trials.told(cone.units.keys() - {unit}) != whole)


def _bounds(whole: Told, last: int, least: Callable[[Claim, Units], Units], exact: Units) -> BoundsBecause:
    floor: Units = frozenset()
    if whole.must > 0:
        floor = least(partial(_at_least, whole), exact)
    ceiling: Units = frozenset()
    if whole.may < last:
        ceiling = least(partial(_at_most, whole), exact)
    enforced = None
    if whole.enforced != (whole.must, whole.may):
        enforced = least(partial(_enforced, whole), exact)
    why_not: dict[int, Units] = {}
    # A graver outcome is excluded by whatever excludes a lesser one above the answer, and the other way below it.
    for start, outcomes in ((ceiling, range(whole.may + 1, last + 1)), (floor, range(whole.must - 1, -1, -1))):
        within = start
        for outcome in outcomes:
            within = why_not[outcome] = least(partial(_excludes, outcome), within)
    return BoundsBecause(floor, ceiling, enforced, why_not)


def _nesting(cone: Cone) -> int:
    """How deep collections within collections go, in what a rule of the cone asks or concludes."""
    return max((nesting(part) for node in cone.nodes.values() for part in parts_of(node.rule)), default=0)


def _all_of(claim: Claim, units: Iterable[Unit], order: Mapping[Unit, int]) -> Units:  # noqa: ARG001
    """Everything: where there is too much to try each."""
    return frozenset(units)


def _same(whole: object, told: object) -> bool:
    return told == whole


def _at_least(whole: Told, told: Told) -> bool:
    return told.must > whole.must or (told.must == whole.must and set(whole.details) <= set(told.details))


def _at_most(whole: Told, told: Told) -> bool:
    return told.may <= whole.may


def _enforced(whole: Told, told: Told) -> bool:
    return told.enforced == whole.enforced


def _excludes(outcome: int, told: Told) -> bool:
    return not told.must <= outcome <= told.may


def _lines(cone: Cone, told: Units, whole: Any, order: Mapping[Unit, int]) -> Iterator[Line]:
    """The rule that decides, then those that read most of what is left; what few conditions read comes first."""
    left = set(told)
    nodes = [(node, _own(node) & told) for node in cone.nodes.values()]
    for place in range(_MOST_LINES):
        if not left:
            return
        first = partial(_decides, cone, whole) if place == 0 else _of_none
        node, own = max(nodes, key=lambda one: (first(one[0]), len(one[1] & left)))
        units = left if place == _MOST_LINES - 1 else own & left
        if units:
            yield Line(node.id, tuple(sorted(units, key=lambda unit: (order[unit], str(unit)))))
        left -= units


def _own(node: ConeRule) -> frozenset[Unit]:
    return frozenset(unit for atom in node.everything() for unit in atom.reads.units)


def _of_none(_: ConeRule) -> tuple[bool, bool]:
    return False, False


def _decides(cone: Cone, whole: Any, node: ConeRule) -> tuple[bool, bool]:
    """Whether it states the answer; and whether its conditions hold, so that it would but for what may except it."""
    if node.thing != cone.subject:
        return False, False
    is_sure = node.result.effective is T and cone.question.decides(node.rule, whole)
    stated = outcome_of(node.rule, cone.question.name) if isinstance(whole, Told) else None
    return is_sure, stated is not None and node.result.applies is T and stated >= whole.must > 0


def nearest(policy: ir.Policy, cone: Cone, outcome: int | None = None) -> tuple[Near, ...]:
    """The rules that would bring an outcome, those with the fewest conditions against it first, and exceptions to what
    does not apply last; of what is no decision, those that would state it and do not.
    """
    found = set()  # a rule may be one that concludes the same twice
    for rule in cone.question.roots(policy, cone.subject):
        node = cone.nodes[f"{rule.id}@{cone.subject.type}/{cone.subject.id}"]
        if outcome_of(rule, cone.question.name) == outcome if outcome is not None else node.result.effective is F:
            stopped = tuple(f"{node.id}#{digest}" for digest in node.lacking.digests)
            excepted = [cone.nodes[f"{target}@{node.thing.type}/{node.thing.id}"] for target in rule.excepts]
            is_idle = rule.excepts and all(one.result.applies is F for one in excepted)
            near = node.id, stopped, node.lacking.others
            found.add((rule.kind == "gap", bool(is_idle), len(stopped) or len(node.atoms), near))
    return tuple(Near(*near) for *_, near in sorted(found)[:_MOST_NEAREST])


def in_order(units: Sequence[Unit] | Units) -> list[str]:
    """The names of units, as a document lists them."""
    return sorted(map(str, units))
