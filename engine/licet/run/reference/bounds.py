"""A decision's bounds from the truth of its rules (language.md#outcomes)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from licet.ir import policy as ir
from licet.ir.operators import Operator, over_orders
from licet.ir.outcomes import claims_in, decided_by, outcome_of
from licet.run.outcome import RuleResult
from licet.values import Truth


@dataclass(frozen=True, slots=True)
class Claim:
    """A rule with an outcome of one decision: what it claims, and whether it comes through.

    `floor` is the least outcome of that decision that stands however its exceptions turn out, where that is known.
    A `default` is what an earned default is where it is not earned.
    """

    outcome: int
    effective: Truth
    floor: int | None = None
    default: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether something is concluded whatever the unknown turns out to be, so that no default is read."""
        return not self.default and (self.effective is Truth.T or self.floor is not None)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most severe outcome that is still possible, as places in the chain."""

    must: int
    may: int

    def __post_init__(self) -> None:
        if self.must > self.may:
            raise ValueError(f"no outcome is at least {self.must} and at most {self.may}")

    @property
    def determined(self) -> bool:
        return self.must == self.may

    def compared(self, operator: Operator, outcome: int) -> Truth:
        """The truth of `decision operator outcome`."""
        less, equal, more = self.must < outcome, self.must <= outcome <= self.may, self.may > outcome
        surely, possibly = over_orders(operator, less, equal, more)
        return Truth.T if surely else Truth.U if possibly else Truth.F


def claim_of(policy: ir.Policy, decision: str, rule: ir.Rule, outcome: int, result: RuleResult) -> Claim:
    """What a rule claims of a decision, from its result for a subject.

    It has a floor where it applies and may be beaten, by exceptions with an outcome of the same decision only.
    """
    if rule.kind == "default":
        return Claim(outcome, result.effective, default=True)
    if result.effective is not Truth.U or result.applies is not Truth.T:
        return Claim(outcome, result.effective)
    floors = [outcome_of(policy.rules[exception], decision) for exception in result.doubted_by]
    return Claim(
        outcome, result.effective, None if None in floors else min([outcome, *(f for f in floors if f is not None)])
    )


def bounds(claims: Iterable[Claim], otherwise: int) -> Bounds:
    """With something certain, `must` is the highest certainty; else the least that any claim may bring.

    A default that is not earned takes the place of `otherwise`. Where something is certain it concludes nothing.
    """
    sure: list[int] = []
    possible: list[int] = []
    floors: list[int] = []
    for claim in claims:
        if claim.default and claim.effective is Truth.T:
            otherwise = claim.outcome
        elif claim.effective is Truth.T:
            sure.append(claim.outcome)
        elif claim.effective is Truth.U:
            possible.append(claim.outcome)
            if claim.floor is not None:
                floors.append(claim.floor)
    certain = sure + floors
    if certain:
        return Bounds(max(certain), max(sure + possible))
    return Bounds(min([otherwise, *possible]), max([otherwise, *possible]))


def overall(parts: Iterable[Bounds]) -> Bounds:
    """The stricter of several jurisdictions, bound by bound."""
    all_parts = list(parts)
    return Bounds(max(p.must for p in all_parts), max(p.may for p in all_parts))


def claims(
    policy: ir.Policy, decision: str, rules: Iterable[tuple[ir.Rule, int]], result: Callable[[ir.Rule], RuleResult]
) -> Iterator[Claim]:
    """What rules claim of a decision, each with its outcome, by what came of them."""
    for rule, outcome in rules:
        yield claim_of(policy, decision, rule, outcome, result(rule))


def severest(policy: ir.Policy, decision: str, place: str, result: Callable[[ir.Rule], RuleResult]) -> Iterator[Claim]:
    """The claims that bounds can hang on, the severest first: none below one that comes through is asked for."""
    rules = sorted(claims_in(policy, decision, place), key=lambda rule: -rule[1])
    for claim in claims(policy, decision, rules, result):
        yield claim
        if claim.effective is Truth.T and not claim.default:
            return


def needless(policy: ir.Policy, default: ir.Rule, result: Callable[[ir.Rule], RuleResult]) -> bool:
    """Whether a rule concludes for certain what a default would say, so that nobody asks whether it is earned."""
    decision, place = decided_by(default)
    rules = [(rule, outcome) for rule, outcome in claims_in(policy, decision, place) if rule.id != default.id]
    return any(claim.is_certain for claim in claims(policy, decision, rules, result))
