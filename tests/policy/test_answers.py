"""What a decision says beside its outcome: whether it is enforced, what conflicts, and what defeated what."""

from __future__ import annotations

from datetime import date

import pytest

from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.explain.from_decision import explain
from licet.facts.store import Facts, Record
from tests.run.worlds import compiled

DAY = date(2025, 6, 1)
ENGINES = ("reference", "columnar", "forward")
VOCABULARY = """
module core "Small"
entity Party "party"
  bad : boolean "bad"
  shady : boolean derived "shady"
entity Thing "thing"
  owner : Party "owner"
  f : boolean "f"
  g : boolean "g"
  size : one of small, large derived "size"
decision verdict of x: Thing outcomes a < b < c otherwise a
decision other of x: Thing outcomes a < b otherwise a
"""


SHADY = """
rule shady
  for p: Party
  not enforced {} "announced"
  when p.bad
  then p is shady
"""


def decided(rules: str, things: dict[str, Record], engine: str, parties: dict[str, Record] | None = None) -> Decision:
    """The first thing's decision."""
    policy = compiled(VOCABULARY + rules)
    assert policy is not None
    return decide(policy, Facts({"Thing": things, "Party": parties or {}}, {}, DAY), engine_name=engine)[0]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_rule_about_another_thing_that_is_not_enforced_changes_the_enforced_answer(engine: str) -> None:
    rules = (
        SHADY.format("from 2025-01-01")
        + """rule r
  for x: Thing
  when x.owner is shady
  then verdict of x is b
"""
    )
    parties = {"bad": Record({"bad": True}), "good": Record({"bad": False})}
    answer = decided(rules, {"x": Record({"owner": "bad"})}, engine, parties).answers[0]
    assert (answer.enforced, answer.enforced_range) == (False, ("a", "a"))
    answer = decided(rules, {"x": Record({"owner": "good"})}, engine, parties).answers[0]
    assert answer.enforced


@pytest.mark.parametrize("engine", ENGINES)
def test_an_exception_that_is_not_enforced_gives_back_what_others_read(engine: str) -> None:
    """It only decides about its subject itself, but falling away it brings back a term that another's rule reads."""
    rules = """
rule both
  for p: Party
  tagged @t
  when p.bad
  then p is shady
exception x
  to both
  for p: Party
  not enforced from 2025-01-01 "announced"
  when p.bad
  then p is shady
exception y
  to x
  for p: Party
  when p.bad
rule r
  for x: Thing
  when x.owner is not shady
  then verdict of x is b
"""
    parties = {"bad": Record({"bad": True})}
    answer = decided(rules, {"x": Record({"owner": "bad"})}, engine, parties).answers[0]
    assert (answer.must, answer.may) == ("a", "a")
    assert answer.enforced


def test_only_what_is_announced_for_the_day_is_told() -> None:
    """A rule whose announcement is for other days is enforced, even where another one takes the answer back."""
    rules = (
        SHADY.format("until 2027-01-01")
        + """rule r
  for x: Thing
  not enforced until 2020-01-01 "long ago"
  not enforced from 2099-01-01 "far away"
  when x.owner is shady
  then verdict of x is b
rule s
  for x: Thing
  not enforced until 2027-01-01 "now"
  when x.owner.bad
  then verdict of x is b
"""
    )
    decision = decided(rules, {"x": Record({"owner": "bad"})}, "reference", {"bad": Record({"bad": True})})
    (part,) = explain(decision).parts
    assert part.remarks == (
        "announced as not enforced; without those rules: a",
        "`s` not enforced until 2027-01-01: now",
    )


CONFLICT = """
module one jurisdiction A
use core
rule small
  for x: Thing
  then x.size is small
rule large
  for x: Thing
  then x.size is large
rule decides
  for x: Thing
  then verdict of x is b
module two jurisdiction B
use core
rule also_small
  for x: Thing
  then x.size is small
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_a_conflict_names_the_rules_of_its_jurisdiction(engine: str) -> None:
    conflicts = decided(CONFLICT, {"x": Record({})}, engine).conflicts
    assert [c.rules for c in conflicts] == [("one.large", "one.small")]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_conflict_of_common_rules_is_told_once(engine: str) -> None:
    common = CONFLICT.replace(" jurisdiction A", "")
    conflicts = decided(common, {"x": Record({})}, engine).conflicts
    assert [c.rules for c in conflicts] == [("one.large", "one.small")]


@pytest.mark.parametrize("engine", ENGINES)
def test_only_what_is_defeated_is_defeated_by_something(engine: str) -> None:
    rules = """
rule r
  for x: Thing
  when x.f
  then verdict of x is b
exception e
  to r
  for x: Thing
  when x.g
"""
    answer = decided(rules, {"x": Record({"f": False, "g": True})}, engine).answers[0]
    lines = {line.id: line for line in answer.rules}
    assert (lines["core.r"].status, lines["core.r"].defeated_by) == ("fails", ())
    answer = decided(rules, {"x": Record({"f": True, "g": True})}, engine).answers[0]
    lines = {line.id: line for line in answer.rules}
    assert (lines["core.r"].status, lines["core.r"].defeated_by) == ("defeated", ("core.e",))
