"""Recorded numbers and days compared by the rank of their bounds, and computed ones each read for itself, say what the
reference says of them.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from benchmarks.growth import checked
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.facts.store import Facts, Record
from licet.ir import nodes as n
from licet.run.columnar import engine as columnar
from licet.run.columnar import flat_comparisons, ranked
from licet.run.columnar.bitmaps import Pair
from licet.run.columnar.row_batch import Frame
from licet.run.reference import interpreter as reference
from licet.values import Fact, Range, State
from tests.examples import examples
from tests.run.told import told

OPERATORS = ["is at least", "is at most", "is more than", "is less than", "is", "is not"]
DAY_OPERATORS = ["is on or after", "is on or before", "is after", "is before", "is", "is not"]
SIDES = [("x.n", "x.m", OPERATORS), ("x.s", "x.z", OPERATORS), ("x.d", "x.e", DAY_OPERATORS)]
COMPUTED = [
    ("year of x.d", "year of x.e"),
    ("x.n + 1", "2 * x.m"),
    ("x.n + x.m", "x.m - 1"),
    ("x.s + x.z", "x.z + x.s"),
]
RULES = "".join(
    f"rule r{number}_{i}\n  for x: Thing\n  when {one} {operator} {other}\n  then v of x is b\n"
    for number, (one, other, operators) in enumerate([*SIDES, *((*sides, OPERATORS) for sides in COMPUTED)])
    for i, operator in enumerate(operators)
)
POLICY = checked(
    "module m\nentity Thing\n  n : number\n  m : number\n  s : percent\n  z : percent\n  d : date\n  e : date\n"
    f"decision v of x: Thing\n  outcomes a < b\n  otherwise a\n{RULES}"
)
STATES = st.sampled_from([State.ABSENT, State.UNDETERMINED, State.NOT_APPLICABLE])


def facts_of(values: st.SearchStrategy[Fact]) -> st.SearchStrategy[Fact]:
    ends = st.lists(values, min_size=2, max_size=2).map(sorted)  # type: ignore[arg-type]
    ranges = st.tuples(ends, st.sampled_from([(0, 1), (0, None), (None, 1)])).map(
        lambda drawn: Range(*(None if i is None else drawn[0][i] for i in drawn[1]))  # type: ignore[arg-type]
    )
    return st.one_of(values, values, STATES, ranges)


NUMBERS = facts_of(st.one_of(st.integers(-2, 2), st.sampled_from([Fraction(1, 2), Fraction(3, 2)])))
SHARES = facts_of(st.sampled_from([0, Fraction(1, 2), 1]))
DAYS = facts_of(st.sampled_from([date(2026, 1, 1), date(2026, 1, 2), date(2026, 3, 1)]))
THINGS = st.fixed_dictionaries({"n": NUMBERS, "m": NUMBERS, "s": SHARES, "z": SHARES, "d": DAYS, "e": DAYS})


@settings(max_examples=examples(80))
@given(st.lists(THINGS, min_size=10, max_size=30))
def test_every_comparison_is_that_of_the_reference(things: list[dict[str, Fact]]) -> None:
    facts = Facts({"Thing": {f"t{i}": Record(given) for i, given in enumerate(things)}}, {})
    wanted = list(facts.subjects("Thing"))
    answered = []

    def by_rank(formula: n.Compare, frame: Frame) -> Pair | None:
        answered.append(ranked.by_rank(formula, frame))
        return answered[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranked, "_MANY", 0)
        patch.setattr(flat_comparisons, "by_rank", by_rank)
        mine = told(POLICY, facts, columnar.evaluate(POLICY, facts, wanted, None))
        theirs = told(POLICY, facts, reference.evaluate(POLICY, facts, wanted, None))
        different = {key: (result, mine[key]) for key, result in theirs.items() if mine[key] != result}

    assert not different
    assert any(pair is not None for pair in answered), "the comparison of ranks answers"


def test_a_filter_without_an_equation_compares_columns() -> None:
    """A thousand numbers with each other are a million pairs, and not a million questions to the reference."""
    from benchmarks.growth import Case, parties, policy_of, rule, transfers

    from tests.policy.test_growth import calls

    body = "some a in Transfer where (a.value is more than t.value and a.kind is release)"
    case = Case(policy_of(rule(body)), {"Party": parties(10), "Transfer": transfers(1000, 10, gap=9)})

    assert calls("batch", case, "columnar") < 100_000
