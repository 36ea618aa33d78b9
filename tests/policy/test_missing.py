"""What is missing, with its state: by the reference, in columns and in the rows of a batch."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from licet.decide.batches import Asked, decide_batches
from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.facts.store import Facts, Record
from licet.facts.tables import tables_from_facts
from licet.run import reference
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
