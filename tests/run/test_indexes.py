"""Records are looked up by an equation of a filter: the same is found as by going through all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from licet.facts.indexes import Indexes
from licet.facts.store import Facts, Record
from licet.ir import nodes as n
from licet.ir.policy import Policy
from licet.run.reference import interpreter as reference
from licet.run.reference.formulas import Environment, Formulas
from licet.values import Fact, Range, State, Truth
from tests.run.generated import of_generated
from tests.run.told import told
from tests.run.worlds import compiled, subjects


@pytest.mark.slow
@of_generated(80)
def test_every_outcome_is_that_of_going_through_all(policy: Policy, facts: Facts, as_of: date | None) -> None:
    slowly = replace(facts, changing=frozenset({*facts.entities, *facts.relations}))
    left, right = (reference.evaluate(policy, f, subjects(f), as_of) for f in (slowly, facts))

    assert (told(policy, slowly, left), left.terms) == (told(policy, facts, right), right.terms)


def test_what_may_say_a_value_is_found_in_order() -> None:
    said = ["x", State.ABSENT, "y", State.NOT_APPLICABLE, "x", State.UNDETERMINED, Range(1, 2)]
    rows = tuple(Record({} if fact is State.ABSENT else {"f": fact}) for fact in said)
    index = Indexes().of(rows, "r", "f")

    assert list(index.fitting("x")) == [0, 1, 4, 5, 6]
    assert list(index.fitting("y")) == [1, 2, 5, 6]
    assert list(index.fitting("z")) == [1, 5, 6]


def test_a_set_is_found_by_each_of_its_members() -> None:
    rows = tuple(Record({"f": fact}) for fact in (frozenset("xy"), frozenset("y"), frozenset(), State.UNDETERMINED))
    index = Indexes().of(rows, "r", "f")

    assert [list(index.fitting(value)) for value in "xyz"] == [[0, 3], [0, 1, 3], [3]]
    assert [index.count(value) for value in "xyz"] == [2, 3, 1]


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


PAPERS = """
module papers "Papers"
entity Paper "paper"
  area : text "area"
  goods : set of text "goods"
  more : set of text open "further goods"
entity Deal "deal"
  paper : Paper "paper"
  area : text "area"
  good : text "good"
decision handling of d: Deal "handling" outcomes free < bound otherwise free
rule r for d: Deal
  when some p in Paper where (p.area is d.area and {and_also})
  then handling of d is bound
"""


@pytest.mark.parametrize(
    ("and_also", "deal", "looked_at"),
    [
        ("p.goods includes d.good", {"area": "a", "good": "g3"}, 10),  # fifty have the area
        ("p.more includes d.good", {"area": "a", "good": "g3"}, 50),  # that set may hold more than it says
        ("(not d.paper is applicable or d.paper is p)", {"area": "a", "paper": "p7"}, 1),
        ("(not d.paper is applicable or d.paper is p)", {"area": "a", "paper": State.NOT_APPLICABLE}, 50),
        ("(not d.paper is applicable or d.paper is p)", {"area": "a"}, 50),
        ('(p.area is "b" or d.paper is p)', {"area": "a", "paper": "p7"}, 50),  # the other one speaks of `p` too
    ],
)
def test_the_key_that_leaves_the_fewest_is_looked_up(and_also: str, deal: dict[str, Fact], looked_at: int) -> None:
    """A key is an equation, a set that contains, or one of alternatives of which the others are false."""
    policy = compiled(PAPERS.replace("{and_also}", and_also))
    assert policy is not None
    goods = [frozenset({f"g{i % 10}"}) for i in range(100)]
    papers = {f"p{i}": Record({"area": "ab"[i // 50], "goods": g, "more": g}) for i, g in enumerate(goods)}
    facts = Facts({"Paper": papers, "Deal": {"d": Record(deal)}}, {})
    (rule,) = policy.rules.values()
    some = rule.trigger
    assert isinstance(some, n.Some)
    formulas = reference.Interpreter(policy, facts, None).formulas

    assert len(list(formulas.fitting(some.each, some.where, {"d": "d"}))) == looked_at
