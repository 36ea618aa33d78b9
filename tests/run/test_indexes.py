"""Records are looked up by an equation of a filter: the same is found as by going through all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from licet.facts.indexes import Indexes
from licet.facts.store import Facts, Record
from licet.ir import nodes as n
from licet.ir.policy import Policy
from licet.run import reference
from licet.run.formulas import Environment, Formulas
from licet.values import Range, State, Truth
from tests.run.generated import of_generated
from tests.run.worlds import subjects


@pytest.mark.slow
@of_generated(80)
def test_every_outcome_is_that_of_going_through_all(policy: Policy, facts: Facts, as_of: date | None) -> None:
    slowly = replace(facts, changing=frozenset({*facts.entities, *facts.relations}))
    left, right = (reference.evaluate(policy, f, subjects(f), as_of) for f in (slowly, facts))

    assert (left.rules, left.terms) == (right.rules, right.terms)


def test_what_may_say_a_value_is_found_in_order() -> None:
    said = ["x", State.ABSENT, "y", State.NOT_APPLICABLE, "x", State.UNDETERMINED, Range(1, 2)]
    rows = tuple(Record({} if fact is State.ABSENT else {"f": fact}) for fact in said)
    index = Indexes().of(rows, "r", "f")

    assert list(index.fitting("x")) == [0, 1, 4, 5, 6]
    assert list(index.fitting("y")) == [1, 2, 5, 6]
    assert list(index.fitting("z")) == [1, 5, 6]


def test_other_records_have_an_index_of_their_own() -> None:
    indexes = Indexes()
    one, two = (tuple(Record({"f": value}) for value in values) for values in ("ab", "bb"))

    assert [list(indexes.of(rows, "r", "f").fitting("b")) for rows in (one, two, one)] == [[1], [0, 1], [1]]


def test_a_filter_looks_at_what_its_equation_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is counted: twice the records with two of each name are twice the filters looked at, not four times."""
    from benchmarks.growth import checked, nested

    asked = 0
    before = Formulas.truth

    def counted(self: Formulas, formula: n.Formula, env: Environment) -> Truth:
        nonlocal asked
        asked += 1
        return before(self, formula, env)

    monkeypatch.setattr(Formulas, "truth", counted)

    def work(size: int) -> int:
        nonlocal asked
        asked = 0
        case = nested(size)
        policy = checked(case.policy)
        reference.evaluate(policy, case.facts, case.facts.subjects("Transfer"), None)
        return asked

    assert work(160) < 2.3 * work(80)
