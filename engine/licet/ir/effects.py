"""What rules conclude: the effects; and of each what it is about, what it reads, and which values of terms it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, assert_never

from licet.ir.nodes import Known, Operand
from licet.ir.types import BOOLEAN
from licet.values import Number


@dataclass(frozen=True, slots=True)
class TermHolds:
    """The rule concludes that a derived boolean of its subject holds."""

    term: str


@dataclass(frozen=True, slots=True)
class TermValue:
    """The rule puts a value in a derived set, or concludes a single value."""

    term: str
    value: Operand
    single: bool


@dataclass(frozen=True, slots=True)
class HasOutcome:
    decision: str
    outcome: int
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddsPoints:
    """A score item; `per` counts the members that each add the points, at most `maximum` in all."""

    score: str
    points: Number
    per: Operand | None = None
    maximum: Number | None = None


@dataclass(frozen=True, slots=True)
class Obliges:
    """An act for somebody, due by or until a day."""

    bearer: Operand
    modal: Literal["must", "must not", "may"]
    act: str
    deadline_kind: Literal["by", "until"] | None
    deadline: Operand | None


Effect = TermHolds | TermValue | HasOutcome | AddsPoints | Obliges
_YES = Known(None, True, BOOLEAN)


class About(NamedTuple):
    """What an effect says something of: a term, a decision or a score by its name, an act by its words."""

    sort: Literal["term", "decision", "score", "act"]
    name: str


def about(effect: Effect) -> About:
    """What exceptions share with what they except, and what of a policy rules depend on."""
    match effect:
        case TermHolds(term=term) | TermValue(term=term):
            return About("term", term)
        case HasOutcome(decision=decision):
            return About("decision", decision)
        case AddsPoints(score=score):
            return About("score", score)
        case Obliges(act=act):
            return About("act", act)


def is_about(effects: Iterable[Effect], sort: Literal["term", "decision", "score", "act"], name: str) -> bool:
    """Whether one of the effects is about that."""
    return any(about(effect) == (sort, name) for effect in effects)


def operands_of(effect: Effect) -> tuple[Operand, ...]:
    """What is read of facts and conclusions where the effect comes about."""
    match effect:
        case TermHolds() | HasOutcome():
            return ()
        case TermValue(value=value):
            return (value,)
        case AddsPoints(per=per):
            return () if per is None else (per,)
        case Obliges(bearer=bearer, deadline=deadline):
            return (bearer,) if deadline is None else (bearer, deadline)


def with_operands(effect: Effect, change: Callable[[Operand], Operand]) -> Effect:
    """The effect with each of `operands_of` changed."""
    match effect:
        case TermHolds() | HasOutcome():
            return effect
        case TermValue(value=value):
            return replace(effect, value=change(value))
        case AddsPoints(per=per):
            return effect if per is None else replace(effect, per=change(per))
        case Obliges(bearer=bearer, deadline=deadline):
            return replace(effect, bearer=change(bearer), deadline=None if deadline is None else change(deadline))


def acts(effects: Iterable[Effect]) -> Iterator[Obliges]:
    """What effects say that somebody must, must not or may do: whoever shows acts reads nothing else of a rule."""
    for effect in effects:
        match effect:
            case Obliges():
                yield effect
            case TermHolds() | TermValue() | HasOutcome() | AddsPoints():
                pass
            case _:
                assert_never(effect)


def claims(effects: Iterable[Effect], decision: str) -> Iterator[HasOutcome]:
    """The outcomes of a decision that effects claim; the checker allows a rule one."""
    return (effect for effect in effects if isinstance(effect, HasOutcome) and effect.decision == decision)


def points_added(effects: Iterable[Effect], score: str) -> Iterator[AddsPoints]:
    """What effects add to a score."""
    return (effect for effect in effects if isinstance(effect, AddsPoints) and effect.score == score)


def term_values(effects: Iterable[Effect]) -> Iterator[TermValue]:
    """The values that effects give terms, those that are written in the rule too."""
    return (effect for effect in effects if isinstance(effect, TermValue))


def concluded(effects: Iterable[Effect], term: str) -> Iterator[Operand]:
    """The values that effects give a term, in their order; one that holds has the value yes."""
    for effect in effects:
        if isinstance(effect, TermHolds) and effect.term == term:
            yield _YES
        elif isinstance(effect, TermValue) and effect.term == term:
            yield effect.value


def worked_out(effects: Iterable[Effect]) -> Iterator[TermValue]:
    """The values of terms that facts and conclusions say: those that do not stand in the rule itself."""
    return (effect for effect in term_values(effects) if not isinstance(effect.value, Known))
