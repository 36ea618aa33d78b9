"""The small worlds that the tests beside the rules give, decided by two policies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from licet.changes.law import LawPart, other_parts
from licet.changes.moves import OutcomeRange
from licet.facts.store import Subject
from licet.ir import policy as ir
from licet.ir.canonical import digest, plain
from licet.ir.nodes import OVERALL
from licet.ir.outcomes import outcome_of
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.unknown_values import T
from licet.trials.examples import date_of_test, facts_of

_TITLE = re.compile(r'\Atest\s+"((?:[^"]|"")*)"')
_EXPECT = re.compile(r"(?m)^[ \t]*expect\b.*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class WorldAnswer:
    """An answer of one subject under both policies, with the rules that state its outcomes."""

    test: ir.Test
    subject: Subject
    as_of: date | None
    decision: str
    old: OutcomeRange
    new: OutcomeRange
    old_rules: tuple[str, ...]
    new_rules: tuple[str, ...]

    def block(self, chain: tuple[str, ...], title: str) -> str:
        """A test to paste beside the new rules: the same facts, and what the new policy says."""
        text = self.test.span.text if self.test.span is not None else ""
        told = _EXPECT.sub("", _TITLE.sub(f'test "{title}"', text)).rstrip()
        name = next(given.name for given in self.test.records if (given.entity, given.id) == self.subject)
        low, high = chain[self.new.must], chain[self.new.may]
        said = f"is {low}" if low == high else f"is between {low} and {high}"
        return f"{told}\n  expect {self.decision} of {name} {said}\n"


def worlds_of_tests(old: ir.Policy, new: ir.Policy) -> tuple[ir.Test, ...]:
    """The tests of both policies, each world once, of which every fact is declared alike in both."""
    found: dict[str, ir.Test] = {}
    for test in (*new.tests, *old.tests):
        if all(_same(old, new, part) for part in _used(test)):
            given = [test.as_of, test.records, test.rows, test.members]
            found.setdefault(digest(plain(given)), test)
    return tuple(found.values())


def _used(test: ir.Test) -> Iterator[LawPart]:
    for record in test.records:
        yield LawPart("entity", record.entity)
        yield from (LawPart("field", f"{record.entity}.{name}") for name in record.facts)
    yield from (LawPart("relation", row.relation) for row in test.rows)


def _same(old: ir.Policy, new: ir.Policy, part: LawPart) -> bool:
    form = other_parts(old).get(part)
    return form is not None and form == other_parts(new).get(part)


def answers_in(
    policies: tuple[ir.Policy, ir.Policy], test: ir.Test, decisions: Mapping[str, str]
) -> Iterator[WorldAnswer]:
    """The overall answers to some decisions, each with the entity that it is about, in the world of a test."""
    facts = facts_of(test)
    asked = [Subject(type_, id_) for type_, records in facts.entities.items() for id_ in records]
    if not any(subject.type in decisions.values() for subject in asked):
        return
    day = date_of_test(policies[1], test)
    read = [Interpreter(policy, facts, day) for policy in policies]
    for subject in asked:
        for decision, entity in decisions.items():
            if subject.type == entity:
                old, new = (overall_range(one, decision, subject) for one in read)
                was, now = (stating(one, decision, subject) for one in read)
                yield WorldAnswer(test, subject, day, decision, old, new, was, now)


def overall_range(read: Interpreter, decision: str, subject: Subject) -> OutcomeRange:
    """The least and the gravest outcome over all jurisdictions."""
    found = read.decision(decision, OVERALL, subject)
    return OutcomeRange(found.must, found.may)


def stating(read: Interpreter, decision: str, subject: Subject) -> tuple[str, ...]:
    """The rules that stand and state an outcome."""
    about = read.rules_about(subject.type)
    return tuple(
        rule.id
        for rule in about
        if outcome_of(rule, decision) is not None and read.result(rule, subject).effective is T
    )
