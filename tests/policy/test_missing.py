"""What is missing, with its state: by the reference, in columns and in the rows of a batch."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.decide.table.batches import Asked, decide_batches
from licet.explain.from_decision import explain
from licet.facts.store import Facts, Record
from licet.facts.tables import tables_from_facts
from licet.run.reference import interpreter as reference
from licet.values import Range, State
from tests.run.worlds import compiled

HEAD = """
module core "Core" jurisdiction US
entity Lab "laboratory"
  name : text "name"
  size : number "size"
  head : Lab "head office"
entity Run "run"
  date  : date "date"
  score : number "score"
  tries : number "tries"
  lost  : number "lost"
  place : country "place"
  lab   : Lab "laboratory"
  share : number derived "share"
  chief : Lab derived "chief"
  odd   : boolean derived "odd"
relation visit(of: Run, days: number) "visits"
list lst of country from "lst.yaml" "countries"
decision verdict of r: Run "verdict" outcomes plain < special otherwise plain
"""
Told = set[tuple[str, str, str]]


def told(text: str, run: dict[str, Any], lab: dict[str, Any] | None = None, as_of: date | None = None) -> Told:
    """What is missing of one run, which every way to decide it agrees on."""
    policy = compiled(HEAD + text)
    assert policy is not None
    facts = Facts({"Run": {"r": Record(run)}, "Lab": {"l": Record(lab or {})}}, {"visit": ()})
    ways = [decide(policy, facts, as_of=as_of, engine_name=name) for name in ("columnar", "forward")]
    ways.append(decide(policy, facts, as_of=as_of, evaluate=reference.evaluate))
    (batch,) = decide_batches(policy, tables_from_facts(facts, policy), Asked(("Run",), as_of))
    rows = [{(m["id"], m["fact"], m["state"]) for m in row["missing"]} for row in batch.rows.to_pylist()]
    found = [_of(decision) for (decision,) in ways]
    assert found == [rows[0]] * 3
    return found[0]


def _of(decision: Decision) -> Told:
    return {(m.of[1], m.fact, m.state) for m in decision.missing}


ZERO, IN_ZERO = "zero as a divisor", "in a divisor that is zero"
KNOWN = {"score": 4, "tries": 2, "lost": 2, "lab": "l", "place": "CH"}


@pytest.mark.parametrize(
    ("divisor", "run", "lab", "expected"),
    [
        ("r.tries", {"tries": 0}, {}, {("r", "tries", ZERO)}),
        ("r.tries", {"tries": 0, "score": State.ABSENT}, {}, {("r", "tries", ZERO), ("r", "score", "")}),
        ("r.lab.size", {}, {"size": 0}, {("l", "size", ZERO)}),
        ("(r.tries - r.lost)", {}, {}, {("r", "tries", IN_ZERO), ("r", "lost", IN_ZERO)}),
        ("(r.tries * r.lost)", {"tries": 0}, {}, {("r", "tries", ZERO)}),
        ("(r.tries / r.lost)", {"tries": 0}, {}, {("r", "tries", ZERO)}),
        ("min(r.tries, r.lost)", {"tries": 0}, {}, {("r", "tries", ZERO), ("r", "lost", IN_ZERO)}),
        ("(count v in visit where (v.of is r))", {}, {}, {("r", "visit", ZERO)}),
        ("(total v.days over v in visit where (v.of is r))", {}, {}, {("r", "visit", ZERO)}),
        ("r.tries", {"tries": Range(0, 2)}, {}, {("r", "tries", "range")}),
    ],
)
def test_division_by_zero_says_what_is_zero(
    divisor: str, run: dict[str, Any], lab: dict[str, Any], expected: Told
) -> None:
    text = f"rule a for r: Run when r.score / {divisor} is more than 2 then verdict of r is special\n"

    assert told(text, {**KNOWN, **run}, lab, date(2026, 1, 1)) == expected
    assert told(text, {**KNOWN, "score": 9, "lost": 1}, {"size": 1}, date(2026, 1, 1)) <= {("r", "visit", ZERO)}


def test_a_term_that_is_zero_as_a_divisor_is_named() -> None:
    text = """
rule s for r: Run when r.score is more than 0 then r.share is r.lost - 2
rule a for r: Run when 1 / r.share is more than 2 then verdict of r is special
"""
    assert told(text, KNOWN, {}, date(2026, 1, 1)) == {("r", "share", ZERO)}


def test_a_value_that_a_rule_concludes_is_asked_for_where_it_is_not_known() -> None:
    text = """
rule s for r: Run when r.score is more than 0 then r.share is r.lost and r.chief is r.lab.head
rule a for r: Run when r.share is more than 2 then verdict of r is special
rule b for r: Run when r.chief.size is more than 2 then verdict of r is special
"""
    known = {**KNOWN, "lost": State.UNDETERMINED}
    assert told(text, known, {}, date(2026, 1, 1)) == {("r", "lost", "undetermined"), ("l", "head", "")}


DATED = [
    ("", {}),
    ("undetermined", {"date": State.UNDETERMINED}),
    ("not applicable", {"date": State.NOT_APPLICABLE}),
    ("range", {"date": Range(date(2025, 1, 1), date(2026, 1, 1))}),
]


@pytest.mark.parametrize(("state", "run"), DATED)
@pytest.mark.parametrize(
    "text",
    [
        "rule a for r: Run in force from 2026-01-01 when r.score is 4 then verdict of r is special\n",
        "rule a for r: Run when r.place is in lst then verdict of r is special\n",
        "rule a for r: Run when as_of is before 2026-01-01 then verdict of r is special\n",
        """
rule a for r: Run in force from 2026-01-01 when r.score is 4 then verdict of r is plain
exception e to a for r: Run when r.tries is 2 then verdict of r is special
""",
        """
rule o for r: Run in force from 2026-01-01 then r is odd
rule a for r: Run when r is odd then verdict of r is special
""",
    ],
)
def test_the_governing_date_is_missing_with_its_state(text: str, state: str, run: dict[str, Any]) -> None:
    place = {"place": "JP"}  # on the list from 2026 on
    assert told(text, {**KNOWN, **place, **run}) == {("r", "date", state)}


# ---- which answers

PLACES = """
module core "Core"
entity Thing "thing"
  f : boolean "f"
  g : boolean "g"
  h : boolean "h"
decision alpha of x: Thing "alpha" outcomes a0 < a1 < a2 otherwise a0
score weight of x: Thing "weight" range 0 to 9
  add 2 when x.g
module one "One" jurisdiction A
use core
rule f for x: Thing when x.f then alpha of x is a1
module two "Two" jurisdiction B
use core
rule g for x: Thing when x.g then alpha of x is a2
rule h for x: Thing when x.h then alpha of x is a1
module three "Three"
use core
rule both for x: Thing when x.h then alpha of x is a1
"""


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            {},
            {
                "f": (("alpha",), (("alpha", "A"),)),
                "g": (("alpha", "weight"), (("alpha", "B"),)),
                "h": (("alpha",), (("alpha", "A"), ("alpha", "B"))),
            },
        ),
        ({"g": True, "h": False}, {"f": ((), (("alpha", "A"),))}),  # overall it is `a2` already
        ({"g": False, "h": True}, {}),
    ],
)
@pytest.mark.parametrize("engine", ["columnar", "forward", "reference"])
def test_each_missing_fact_says_which_answers_it_may_narrow(
    engine: str, facts: dict[str, Any], expected: dict[str, Any]
) -> None:
    policy = compiled(PLACES)
    assert policy is not None
    world = Facts({"Thing": {"one": Record(facts)}}, {})
    evaluate = reference.evaluate if engine == "reference" else None
    (decision,) = decide(policy, world, as_of=date(2026, 1, 1), engine_name=engine, evaluate=evaluate)
    (batch,) = decide_batches(policy, tables_from_facts(world, policy), Asked(("Thing",), date(2026, 1, 1)))
    (row,) = batch.rows.to_pylist()

    assert {m.fact: (m.decides, m.answers) for m in decision.missing} == expected
    assert [m["fact"] for m in row["missing"]] == list(expected)


@pytest.mark.parametrize(("place", "expected"), [("A", {"f", "h", "g"}), ("B", {"g", "h"})])
def test_only_the_answers_asked_for_miss_facts(place: str, expected: set[str]) -> None:
    """What a score misses is always asked for."""
    policy = compiled(PLACES)
    assert policy is not None
    world = Facts({"Thing": {"one": Record({})}}, {})
    (decision,) = decide(policy, world, as_of=date(2026, 1, 1), engine_name="columnar", jurisdictions=[place])
    asked = Asked(("Thing",), date(2026, 1, 1), jurisdictions=(place,))
    (batch,) = decide_batches(policy, tables_from_facts(world, policy), asked)
    (row,) = batch.rows.to_pylist()

    assert {m.fact for m in decision.missing} == {m["fact"] for m in row["missing"]} == expected
    assert {jurisdiction for m in decision.missing for _, jurisdiction in m.answers} == {place}


def test_a_fact_that_is_read_twice_is_named_once_in_a_proof() -> None:
    policy = compiled(
        HEAD + "rule a for r: Run when r.score is less than r.score + r.tries then verdict of r is special\n"
    )
    assert policy is not None
    facts = Facts({"Run": {"r": Record(KNOWN)}, "Lab": {"l": Record({})}}, {"visit": ()})
    (decision,) = decide(policy, facts, as_of=date(2026, 1, 1))
    ((condition,),) = (proof.children for proof in explain(decision).parts[0].proofs)

    assert [step.text for step in condition.children] == ["r's score", "r's tries"]
