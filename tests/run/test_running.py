"""Running totals: what is summed in the order of days says what going through all that is earlier says."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.decide.from_outcome import decide
from licet.decide.table.batches import Asked, decide_batches, schema_of
from licet.decide.table.result_table import result_table
from licet.explain.from_decision import explain
from licet.facts.store import Facts, Record, Subject
from licet.facts.tables import tables_from_facts
from licet.ir import nodes as n
from licet.ir.walk import parts_of, walk
from licet.report import explanation_text
from licet.run.columnar import engine as columnar
from licet.run.columnar.running import plan_of
from licet.run.forward import driver as forward
from licet.run.reference import interpreter as reference
from licet.values import Fact, Range, State
from tests.examples import examples
from tests.run.sales import SALES_VOCABULARY
from tests.run.told import told
from tests.run.worlds import accepted

POLICY = f"""
module a "A"
{SALES_VOCABULARY}  after : Sale "made after"
  low : boolean derived "low"
decision d of t: Sale "d" as of t.made outcomes a < b < c < e otherwise a
rule mass
  for t: Sale
  when t.mass + total s.mass over s in Sale where (s is earlier than t and s.to is t.to and s.listed) is at most 4 kg
  then d of t is b
rule gain
  for t: Sale
  when total s.gain over s in Sale where (s is earlier than t and year of s.made is year of t.made and s.to is t.to)
      is at least 2
  then d of t is c
rule number
  for t: Sale
  when count s in Sale where (s is earlier than t and not s.to.home) is at least 2
  then d of t is e
rule low
  for t: Sale
  when count s in Sale where (s is earlier than t.after and s.listed) is less than 1
  then t is low
"""
DAYS = (date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1))
IDS = ("s", "s1", "s10", "s2", "t", "é", "ß")
ABSENT, NOTHING = State.ABSENT, State.NOT_APPLICABLE


SALES = accepted(POLICY)


def fact(*known: Fact, ranges: tuple[Range, ...] = ()) -> st.SearchStrategy[Fact]:
    return st.sampled_from([*known, *known, *known, *ranges, ABSENT, NOTHING, State.UNDETERMINED])


@st.composite
def inventories(draw: st.DrawFn) -> Facts:
    ids = draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=6, unique=True))
    fields = {
        "made": fact(*DAYS, ranges=(Range(DAYS[0], DAYS[1]), Range(DAYS[1], None), Range(None, DAYS[1]))),
        "mass": fact(1, 2, 3, ranges=(Range(1, 2), Range(1, None))),
        "gain": fact(-1, 1, 2, ranges=(Range(-1, 2), Range(None, 0))),
        "to": fact("p", "q"),
        "after": fact(*ids),
        "listed": fact(True, False),
    }
    sales = {}
    for id_ in ids:
        facts = {name: draw(values) for name, values in fields.items()}
        sales[id_] = Record({name: said for name, said in facts.items() if said is not ABSENT})
    parties = {"p": Record({"home": True}), "q": Record({"home": False}), "r": Record({})}
    opened = {"Sale": ()} if draw(st.integers(0, 5)) == 0 else {}
    return Facts({"Sale": sales, "Party": parties}, {}, None, opened)


@settings(max_examples=examples(150))
@given(facts=inventories(), as_of=st.sampled_from([None, *DAYS]))
def test_every_engine_sums_what_the_reference_does(facts: Facts, as_of: date | None) -> None:
    subjects = [Subject("Sale", id_) for id_ in facts.entities["Sale"]]
    expected = told(SALES, facts, reference.evaluate(SALES, facts, subjects, as_of))
    for evaluate in (columnar.evaluate, forward.evaluate):
        found = told(SALES, facts, evaluate(SALES, facts, subjects, as_of))
        for rule in SALES.rules.values():
            for subject in subjects:
                assert found[rule.id, subject] == expected[rule.id, subject], (rule.id, subject, evaluate)


@settings(max_examples=examples(40))
@given(facts=inventories(), as_of=st.sampled_from([None, *DAYS]))
def test_a_batch_assumes_what_a_decision_does(facts: Facts, as_of: date | None) -> None:
    """Whether an answer hangs on all sales being recorded is asked of totals too."""
    asked = Asked(("Sale",), as_of, DAYS[0])
    found = [decided.rows for decided in decide_batches(SALES, tables_from_facts(facts, SALES), asked)]
    subjects = list(facts.subjects("Sale"))
    decisions = decide(SALES, facts, subjects, as_of=as_of, today=DAYS[0], evaluate=reference.evaluate)
    expected = result_table(SALES, decisions, schema_of(SALES, asked))
    for name in ("d.must", "d.may", "rules.holds", "rules.unknown", "assumptions"):
        assert pa.Table.from_batches(found)[name].to_pylist() == expected[name].to_pylist(), name


def test_the_totals_of_the_policy_are_running_ones() -> None:
    nodes = [x for rule in SALES.rules.values() for part in parts_of(rule) for x in walk(part)]
    plans = [plan_of(x) for x in nodes if isinstance(x, n.Aggregate)]
    assert len(plans) == 4
    assert None not in plans


EXPLAINED = """
module made "Made" jurisdiction CH
authority L "Law"
entity Sale "sale"
  made : date "day made"
  after : Sale "sale before"
decision first of t: Sale "first" as of t.made outcomes no < yes otherwise no
rule early
  for t: Sale
  cites L "1"
  when t is earlier than t.after
  then first of t is yes
rule none_later
  for t: Sale
  cites L "2"
  when count s in Sale where (t is earlier than s) is at least 1
  then first of t is yes
"""


def test_explanations_name_days_and_count_only_what_is_earlier() -> None:
    sales = {
        "a": Record({"made": date(2026, 1, 1), "after": "b"}),
        "b": Record({"made": date(2026, 2, 1), "after": "a"}),
    }
    first, second = decide(accepted(EXPLAINED), Facts({"Sale": sales}, {}))
    told = explanation_text.render(explain(second), width=100)
    assert "the sale is earlier than the sale before does not hold" in told
    assert " id " not in told
    assert "so far" not in told + explanation_text.render(explain(first), width=100)
