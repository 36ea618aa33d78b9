"""What conditions were found from in other worlds: the same answers to what they ask, the same truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import NamedTuple

from licet.explain.units import FactUnit, Pairs, Unit
from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir.strata import Name
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

    @property
    def keys(self) -> Iterator[Key]:
        """The conclusions that are read together."""
        for place in {self.view or "", ""}:
            yield Name("term", self.entity, self.term, place), Subject(self.entity, self.thing)


class DecisionAsked(NamedTuple):
    """A decision about a thing in a view."""

    decision: str
    view: str
    thing: Subject


class MembersAsked(NamedTuple):
    """What is known of a collection in some scopes."""

    collection: str
    scopes: tuple[Pairs, ...]


class KnownMembers(NamedTuple):
    """What is gone through: rows, by their places, or ids; and the scopes in which there may be others."""

    rows: tuple[int, ...]
    ids: tuple[str, ...]
    incomplete: tuple[Pairs, ...]


FactsAsked = FactUnit | str | MembersAsked  # a text asks for all of a collection
Question = FactsAsked | TermAsked | DecisionAsked
Answer = bool | frozenset[Unit] | KnownMembers | SetReading | Bounds


@dataclass(slots=True)
class Found:
    """The truth of a condition, and the answers that it was found from, in the order in which it asked."""

    answers: dict[Question, Answer] = field(default_factory=dict)
    truth: Truth = U


@dataclass(slots=True)
class _Branch:
    question: Question
    ways: list[tuple[Answer, _Branch | Found]] = field(default_factory=list)

    def after(self, answer: Answer) -> _Branch | Found | None:
        for given, then in self.ways:
            if given == answer:
                return then
        return None

    def lead(self, answer: Answer, then: _Branch | Found) -> None:
        self.ways = [way for way in self.ways if way[0] != answer] + [(answer, then)]


@dataclass(slots=True, eq=False)
class AskedCondition:
    """A condition that has no parts of its own, of a thing, and all that was found of it: what it asks next depends on
    nothing but the answers so far.
    """

    formula: n.Formula
    variable: str
    thing: Subject
    rules: list[set[str]] = field(default_factory=list)  # in which it stands; those of a table together
    _first: _Branch | Found | None = None

    def in_rules(self) -> Iterator[str]:
        """The rules in which it stands."""
        return chain.from_iterable(self.rules)

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
