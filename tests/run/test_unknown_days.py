"""What is known of rules and lists where the day of the decision is not: whatever is the same on every day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from licet.decide.from_outcome import decide
from licet.facts.store import Facts, Record
from licet.ir import policy as ir
from licet.ir.types import COUNTRY
from licet.run.reference.formulas import Formulas
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.live import live
from licet.values import State, Truth
from tests.examples import examples
from tests.run.worlds import compiled

START = date(2025, 1, 1)
EVERY_DAY = [START + timedelta(n) for n in range(-2, 9)]
ENDS = st.none() | st.integers(0, 6).map(lambda n: START + timedelta(n))
INTERVALS = st.lists(st.builds(ir.Interval, ENDS, ENDS), max_size=2).map(tuple)


def same(truths: list[Truth]) -> Truth:
    return truths[0] if len(set(truths)) == 1 else Truth.U


@settings(max_examples=examples(500))
@given(st.builds(ir.Live, INTERVALS, INTERVALS, INTERVALS, INTERVALS), st.booleans())
def test_a_rule_stands_without_a_day_as_it_does_on_every_day(stands: ir.Live, enforced: bool) -> None:
    on_days = [live(stands, day, enforced_only=enforced) for day in EVERY_DAY]
    assert live(stands, None, enforced_only=enforced) is same(on_days)


MEMBERS = st.lists(
    st.builds(ir.Membership, st.sampled_from(["CN", "HK"]), st.builds(ir.Interval, ENDS, ENDS), st.just("")), max_size=3
).map(tuple)
TERRITORIES = st.lists(st.builds(ir.Territory, st.just("HK"), st.just("CN"), ENDS, st.just("")), max_size=1).map(tuple)


@settings(max_examples=examples(500))
@given(st.builds(ir.Interval, ENDS, ENDS), MEMBERS, TERRITORIES, st.sampled_from(["CN", "HK", "CH"]))
def test_a_list_without_a_day_has_whoever_it_has_on_every_day(
    covers: ir.Interval, members: tuple[ir.Membership, ...], territories: tuple[ir.Territory, ...], country: str
) -> None:
    dated = ir.DatedList("lst", "", COUNTRY, "", "", "verified", covers, members, territories)
    policy = compiled("module core")
    assert policy is not None
    facts = Facts({}, {})

    def listed(day: date | None) -> Truth:
        return Formulas(policy, facts, day, Interpreter(policy, facts, day)).listed(dated, country)

    assert listed(None) is same([listed(day) for day in EVERY_DAY])


def test_a_duty_says_that_nobody_owes_it_and_that_it_has_no_end() -> None:
    policy = compiled(
        """
module core "Small"
entity Thing "thing"
  d : date "d"
  ref : Thing "ref"
decision verdict of x: Thing outcomes a < b otherwise a
rule r
  for x: Thing
  then verdict of x is b
obligation duty
  for x: Thing
  then x.ref must "act" by x.d + 30 days
"""
    )
    assert policy is not None
    nothing = {"d": State.NOT_APPLICABLE, "ref": State.NOT_APPLICABLE}
    facts = Facts({"Thing": {"known": Record(nothing), "open": Record({})}}, {}, START)
    for engine in ("reference", "columnar"):
        one, other = (d.obligations[0] for d in decide(policy, facts, engine_name=engine))
        assert (one.bearer, one.deadline) == ("not applicable", None)
        assert (other.bearer, other.deadline) == ("unknown", "unknown")
