"""The gate says of one case what the reference says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings

import licet
from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.decide.gate import Gate
from licet.errors import UsageError
from licet.explain.from_decision import explain
from licet.facts.store import Facts, Record, Subject
from licet.facts.tables import tables_from_facts
from licet.ir import nodes as n
from licet.ir.policy import Policy
from licet.run.reference import interpreter as reference
from licet.run.reference.formulas import Environment, Formulas
from licet.values import Truth
from tests.conftest import ROOT
from tests.examples import each_once, examples
from tests.run.worlds import DATES, VOCABULARY, compiled, policy_texts, worlds


def by_reference(policy: Policy, facts: Facts, record: Record, as_of: date | None) -> Decision:
    """The decision about a thing with the facts of a record, added to all the others."""
    things = {**facts.entities["Thing"], "(case)": Record(record.facts)}
    world = Facts({**facts.entities, "Thing": things}, facts.relations, None, facts.opened)
    return decide(policy, world, [Subject("Thing", "(case)")], as_of=as_of, evaluate=reference.evaluate)[0]


@pytest.mark.slow
@settings(max_examples=examples(100))
@given(policy_texts(), worlds(), DATES)
@each_once
def test_the_gate_and_the_reference_agree(text: str, facts: Facts, as_of: date | None) -> None:
    """Each thing in turn is a case of its own, decided against all the others and itself: its answer, asked twice,
    everything that a decision says, rule by rule, and its explanation.
    """
    policy = compiled(text)
    if policy is None:
        return
    gate = Gate(policy, "Thing", tables_from_facts(facts, policy), as_of)
    for record in facts.entities["Thing"].values():
        answer = gate(record.facts)
        again = gate(record.facts)
        expected = by_reference(policy, facts, record, as_of)
        assert answer.outcomes == {o.decision: (o.must, o.may) for o in expected.overall}, text
        assert again.outcomes == answer.outcomes
        found = gate.decision(record.facts)
        for rule in found.settled.rules_about("Thing"):
            assert found.settled.result(rule, found.subject) == expected.settled.result(rule, found.subject), text
        assert found == replace(expected, engine=found.engine)
        assert explain(found) == explain(expected)


def test_a_long_chain_of_terms() -> None:
    """Written into each other, its conditions would nest deeper than Python reads."""
    length = 11
    terms = "\n".join(f'  t{i} : boolean derived "t{i}"' for i in range(length))
    rules = "\n".join(f'rule r{i} "r{i}" for x: Thing when {_nested(i)} then x is t{i}' for i in range(1, length))
    policy = compiled(f"""
module chain "Chain" jurisdiction A
entity Thing "thing"
  n : number "n"
  f : boolean "f"
{terms}
decision final of x: Thing "final" outcomes keep < drop otherwise keep
rule r0 "r0" for x: Thing when x.n is 0 then x is t0
{rules}
rule last "last" for x: Thing when x is t{length - 1} then final of x is drop
""")
    assert policy is not None
    gate = Gate(policy, "Thing", tables_from_facts(Facts({}, {}), policy), None)
    assert gate({"n": 0, "f": True}).outcomes == {"final": ("drop", "drop")}
    assert gate({"n": 0}).outcomes == {"final": ("keep", "drop")}
    assert gate({"n": -1, "f": True}).outcomes == {"final": ("keep", "keep")}


def _nested(number: int) -> str:
    """A condition that holds where the term before holds and `f` does, and for numbers of its own."""
    found = f"x is t{number - 1}"
    for i in range(12):
        found = f"(({found}) and x.f) or x.n is {100 * number + i}"
    return found


@pytest.fixture(scope="module")
def gate() -> Gate:
    policy = licet.load()
    return policy.gate("Transfer", policy.facts(ROOT / "fixtures" / "frontier"), as_of=date(2026, 11, 20))


def test_a_case_against_an_inventory(gate: Gate) -> None:
    facts = licet.load().facts(ROOT / "fixtures" / "frontier")
    for subject in list(facts.subjects("Transfer"))[:30]:
        answer = gate(facts.record(subject).facts)
        decision = gate.decision(facts.record(subject).facts)
        assert answer.outcomes == {o.decision: (o.must, o.may) for o in decision.overall}


def test_a_case_that_names_a_licence_costs_the_same_among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is counted in conditions, where every licence is one of the same consignee."""
    policy = licet.load()
    asked = 0
    before = Formulas.truth

    def counted(self: Formulas, formula: n.Formula, env: Environment) -> Truth:
        nonlocal asked
        asked += 1
        return before(self, formula, env)

    def work(number: int) -> int:
        nonlocal asked
        licences = {f"l{i}": Record({"consignee": "c", "models": frozenset({"m"})}) for i in range(number)}
        others = {"Party": {"c": Record({})}, "Model": {"m": Record({})}}
        gate = policy.gate("Transfer", Facts({**others, "Licence": licences}, {}), as_of=date(2026, 10, 1))
        case = {"item": "m", "consignee": "c", "end_user": "c"}
        gate({**case, "licence": "l1"})
        asked = 0
        gate({**case, "licence": "l2"})
        return asked

    monkeypatch.setattr(Formulas, "truth", counted)
    assert 0 < work(300) == work(3)


def test_python_values(gate: Gate) -> None:
    exact = gate({"value": 10**20, "kind": "export", "red_flags": ["a"], "date": "2026-11-20"})
    assert gate({"value": 1e20, "kind": "export", "red_flags": {"a"}, "date": date(2026, 11, 20)}) == exact
    assert gate({"value": Fraction(10**20), "kind": "export", "red_flags": ("a",), "date": None}) == exact


def test_every_wrong_value_is_named(gate: Gate) -> None:
    with pytest.raises(UsageError) as error:
        gate({"kind": "exprot", "destinatoin": "CH", "value": float("inf"), "deemed_export": True})
    assert str(error.value) == (
        "`exprot` is not a value of `kind`: expected `export` or `reexport` or `in_country_transfer` or `release` or "
        "`remote_access` or `publication`; did you mean `export`?; there is no field `destinatoin`; did you mean "
        "`destination`?; `inf` is not a value of `value`: expected an exact number for a quantity USD; give an int, a "
        "Fraction, a Decimal, a finite float or text; `deemed_export` is derived by rules and cannot be given"
    )


def test_a_reference_to_nothing_is_named(gate: Gate) -> None:
    with pytest.raises(UsageError) as error:
        gate({"item": "claude-fable5", "kind": "export"})
    assert str(error.value) == (
        "`item` names the Model `claude-fable5`, which is not in the facts; did you mean `claude-fable-5`?"
    )


def test_an_aggregate_within_another_s_filter_is_proved_of_each_member() -> None:
    text = f"""{VOCABULARY}
rule r for x: Thing
  when count v in edge where (v.dst is x and (count w in edge where (w.dst is v.src) is at least 0)) is at least 1
  then verdict of x is d
"""
    policy = compiled(text)
    assert policy is not None
    facts = Facts({"Thing": {"a": Record({}), "b": Record({})}}, {"edge": (Record({"src": "a", "dst": "b"}),)})
    decision = decide(policy, facts, [Subject("Thing", "b")], evaluate=reference.evaluate)[0]

    assert "edge(a, b, unknown)" in str(explain(decision))


GOVERNED = """
module a "A" jurisdiction US
entity Deal "deal"
  date : date "day of the order"
  due : date "due"
decision handling of x: Deal "handling" as of x.due outcomes pass < stop otherwise pass
rule d for x: Deal in force from 2026-01-01 then handling of x is stop
"""


@pytest.mark.parametrize(
    ("case", "bounds"),
    [
        ({"due": "2025-12-31", "date": "2026-02-01"}, ("pass", "pass")),
        ({"due": "2026-01-01", "date": "2025-02-01"}, ("stop", "stop")),
        ({"date": "2026-02-01"}, ("pass", "stop")),
        ({"due": "undetermined"}, ("pass", "stop")),
        ({"due": "not applicable", "date": "2025-02-01"}, ("stop", "stop")),
    ],
)
def test_the_day_that_a_decision_declares_governs_a_case(case: dict[str, str], bounds: tuple[str, str]) -> None:
    """The inventory's day does where that day is not applicable, and never where nobody knows it."""
    policy = compiled(GOVERNED)
    assert policy is not None
    gate = Gate(policy, "Deal", replace(tables_from_facts(Facts({}, {}), policy), as_of=date(2026, 6, 1)), None)

    assert gate(case).outcomes == {"handling": bounds}
    overall = gate.decision(case).overall[0]
    assert (overall.must, overall.may) == bounds
