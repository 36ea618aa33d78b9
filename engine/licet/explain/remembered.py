"""What conditions were found from in other worlds: the same answers to what they ask, the same truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from licet.explain.units import FactUnit, Unit
from licet.facts.store import Subject
from licet.run.reference.bounds import Bounds
from licet.run.reference.interpreter import Key
from licet.run.reference.unknown_values import SetReading, U
from licet.values import Truth


class TermAsked(NamedTuple):
    """A term of a thing as read in a view."""

    entity: str
    term: str
    view: str | None
    thing: str


class DecisionAsked(NamedTuple):
    """A decision about a thing in a view."""

    decision: str
    view: str
    thing: Subject


Question = FactUnit | str | TermAsked | DecisionAsked  # a text asks what is known of a collection
Answer = bool | frozenset[Unit] | SetReading | Bounds


@dataclass(slots=True)
class Found:
    """The truth of a rule's condition, and the answers that it was found from, in the order in which it asked."""

    answers: dict[Question, Answer] = field(default_factory=dict)
    truth: Truth = U
    reads: tuple[Key, ...] | None = None  # the conclusions among what it asked, once they are

    def asked(self, units: frozenset[Unit], collections: frozenset[str]) -> bool:
        """Whether it asked for any of some units, or for what is known of some collections."""
        return not (units.isdisjoint(self.answers) and collections.isdisjoint(self.answers))


@dataclass(slots=True)
class _Branch:
    question: Question
    ways: list[tuple[Answer, _Branch | Found]] = field(default_factory=list)

    def after(self, answer: Answer) -> _Branch | Found | None:
        return next((then for given, then in self.ways if given == answer), None)

    def lead(self, answer: Answer, then: _Branch | Found) -> None:
        self.ways = [way for way in self.ways if way[0] != answer] + [(answer, then)]


class Recollection:
    """All that was found of one condition: what it asks next depends on nothing but the answers so far."""

    def __init__(self) -> None:
        self._first: _Branch | Found | None = None

    def find(self, ask: Callable[[Question], Answer]) -> Found | None:
        """What was found from these answers."""
        at = self._first
        while isinstance(at, _Branch):
            at = at.after(ask(at.question))
        return at

    def add(self, found: Found) -> None:
        """Remember it; where fewer answers turn out to be enough, more are not asked for again."""
        lead, at = self._begin, self._first
        for question, answer in found.answers.items():
            if not isinstance(at, _Branch) or at.question != question:
                at = _Branch(question)
                lead(at)
            lead, at = partial(at.lead, answer), at.after(answer)
        lead(found)

    def _begin(self, first: _Branch | Found) -> None:
        self._first = first


Memory = dict[tuple[str, Subject], Recollection]  # by the condition and the thing that it is about
