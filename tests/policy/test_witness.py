"""Witnesses: rules that contradict each other are shown on the smallest facts, and properties are really tried."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.facts.store import Facts, Record
from licet.ir.policy import Policy
from licet.loading.policy_files import load_policy
from licet.trials.conflicts import conflicts
from licet.trials.properties import check_properties
from licet.trials.shrink import smallest

HEAD = """module demo "Demo"
  jurisdiction US
  authority EAR "15 CFR"
use core.decisions
use core.lists

term tier of t: Transfer is one of [low, high] "tier"
term heavy of m: Model "heavy"
term watched of p: Party "watched"

rule heavy "Heavy"
  for m: Model
  cites EAR "1"
  when m.training_compute is at least 10^26 operations
  then m is heavy

rule watched "Watched"
  for p: Party
  cites EAR "1"
  when total o.share over o in owns where (o.owned is p and o.owner.country is CU) is at least 50%
  then p is watched

"""
RULE = """
rule {name} "{name}"
  for t: Transfer
  cites EAR "2"
  when {condition}
  then t.tier is {name}
"""


def policy(tmp_path: Path, text: str) -> Policy:
    file = tmp_path / "a.licet"
    file.write_text(HEAD + text, encoding="utf-8")
    return load_policy([file])


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("t.kind is export", "t.destination is CH"),
        ("t.value is at least 100 USD", "t.value is at most 100 USD"),
        ("t.destination is in supplement_5a", "t.destination is one of [CU, JP]"),
        ("t.item is heavy", "not t.item.weights_published"),
        ("t.consignee is watched", "some f in t.red_flags where (f is \"cash\")"),
        ("count o in owns where (o.owned is t.consignee) is at least 2", "t.consignee.country is CH"),
        ("every f in t.red_flags satisfies (f is \"cash\")", "count f in t.red_flags is at least 1"),
        ("licensing of t is prohibited", "t.kind is release"),
        ("t.value is undetermined", "t.made_under is not applicable"),
        ("any of (a) t.kind is export (b) t.kind is release end", "t.kind is not export"),
        ("exactly 1 of (a) t.kind is export (b) t.destination is CH end", "t.kind is export"),
    ],
)  # fmt: skip
def test_a_conflict_is_found_and_its_witness_has_no_fact_too_many(tmp_path: Path, low: str, high: str) -> None:
    text = RULE.format(name="low", condition=low) + RULE.format(name="high", condition=high)
    text += (
        'rule no "No"\n  for t: Transfer\n  cites EAR "2"\n  when t.origin is KP\n  then licensing of t is prohibited\n'
    )
    found = conflicts(policy(tmp_path, text))

    assert [d.code for d in found] == ["W006"]
    assert "Transfer transfer-" in "".join(found[0].notes)
    assert "consignee" not in "".join(found[0].notes) or "consignee" in low


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("t.kind is export", "t.kind is release"),
        ("t.value is less than 100 USD", "t.value is at least 100 USD"),
        ("t.item is heavy", "t.item.training_compute is less than 10^26 operations"),
        ("t.destination is in supplement_5a", "t.destination is one of [CU, KP]"),
    ],
)
def test_conditions_that_exclude_each_other_are_no_conflict(tmp_path: Path, low: str, high: str) -> None:
    text = RULE.format(name="low", condition=low) + RULE.format(name="high", condition=high)

    assert conflicts(policy(tmp_path, text)) == ()


def test_the_shipped_library_has_no_conflict(library: Policy) -> None:
    assert conflicts(library) == ()


def test_a_narrow_condition_of_a_property_is_met_often(tmp_path: Path) -> None:
    text = (
        RULE.format(name="high", condition="t.item is heavy")
        + """
property narrow "Narrow"
  for every t: Transfer
  when t.item is heavy and t.value is between 123_456 USD and 123_458 USD and t.destination is in supplement_5a
    and t.consignee is watched and t.made_under is "LPP"
  then t.tier is high
"""
    )
    (found,) = check_properties(policy(tmp_path, text))

    print(f"the condition was met in {found.holds} cases")
    assert found.counterexample == ()
    assert found.holds >= 30


def test_a_counterexample_has_no_fact_too_many(tmp_path: Path) -> None:
    text = (
        RULE.format(name="high", condition="t.item is heavy and not t.kind is release")
        + """
property broken "Broken"
  for every t: Transfer
  when t.item is heavy
  then t.tier is high
"""
    )
    (found,) = check_properties(policy(tmp_path, text))

    _, transfer, model = found.counterexample
    assert sorted(transfer.split("{")[1].strip(" }").split(", ")) == [f"item: {model.split()[1]}", "kind: release"]
    assert "training_compute" in model
    assert "," not in model


@given(st.sets(st.integers(0, 39)), st.integers(1, 40))
def test_smallest_keeps_what_is_needed_and_nothing_else(needed: set[int], size: int) -> None:
    things = {f"t{i}": Record({"n": i, "m": i}) for i in range(size)}
    wanted = {i for i in needed if i < size}

    def shows(facts: Facts) -> bool:
        return wanted <= {r.get("n") for r in facts.entities["T"].values()}

    found = smallest(Facts({"T": things}, {"r": (Record({"a": 1}),)}), shows)

    assert {r.get("n") for r in found.entities["T"].values()} == wanted
    assert all("m" not in r.facts for r in found.entities["T"].values())
    assert found.relations == {"r": ()}


SHARED = """module m "m"
  authority EAR "x"
entity Party "party"
  abroad : boolean "abroad"
  foreign : boolean derived "foreign"
  level : number derived "level"
entity Person "person"
  local : boolean "local"
  foreign : boolean derived "foreign"
  level : number derived "level"
rule far "far" for p: Party when p.abroad then p is foreign
rule away "away" for n: Person when not n.local then n is foreign
rule person "person" for n: Person when n is foreign then n.level is 1
rule one "one" for p: Party when p is foreign then p.level is 1
rule two "two" for p: Party when p.abroad then p.level is 2
"""


def test_rules_about_another_entity_are_not_looked_at_for_a_term_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "p.licet").write_text(SHARED, encoding="utf-8")
    found = conflicts(load_policy([tmp_path / "p.licet"]))

    assert [d.code for d in found] == ["W006"]
    assert "Party party-1 { abroad: yes }" in found[0].notes
