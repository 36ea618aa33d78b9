"""Explanations as documents: they fit their schema, tell every answer, and say the same from what was read alone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given, settings
from jsonschema.validators import validator_for

from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.explain.looked import Looked
from licet.explain.receipts.receipt import facts_behind
from licet.explain.verdict import verdict
from licet.facts.store import Facts, Record
from licet.ir.policy import Policy
from licet.report.explanation_json import document
from licet.report.explanation_page import render as render_page
from licet.resources import schema_file
from licet.run.reference import interpreter as reference
from tests.examples import each_once, examples
from tests.run.worlds import DATES, accepted, compiled, policy_texts, worlds

SCHEMA = json.loads(schema_file("explanation-2.json").read_text(encoding="utf-8"))
CASES = ("t-affiliate-2", "t-opaque")


def explained(policy: Policy, facts: Facts, id_: str) -> tuple[Decision, dict[str, Any]]:
    """A transfer under the law of the United States."""
    subjects = [subject for subject in facts.find(id_) if subject.type == "Transfer"]
    (decision,) = decide(policy, facts, subjects, evaluate=reference.evaluate, jurisdictions=("US",))
    return decision, document(decision)


@pytest.mark.parametrize("id_", CASES)
def test_a_case_of_the_library(id_: str, library: Policy, frontier: Facts) -> None:
    decision, found = explained(library, frontier, id_)
    assert_sound(found)
    read = facts_behind(Looked(decision))
    assert sum(map(len, read.relations.values())) < sum(map(len, frontier.relations.values())) / 2
    again = explained(library, replace(read, fingerprint=frontier.fingerprint), id_)[1]
    assert again["parts"] == found["parts"]
    assert again["facts"] == found["facts"]


def test_a_release_by_a_stay_names_it(library: Policy, frontier: Facts) -> None:
    (part,) = explained(library, frontier, "t-affiliate-2")[1]["parts"]
    (stay,) = [act for act in part["acts"] if act["status"] == "suspended"]
    assert stay["act"] == "90 FR 50857"
    assert stay["if_it_stands"] == ["licence_required", "licence_required"]
    assert stay["if_not"] == ["no_licence_required", "no_licence_required"]
    assert [change["on"] for change in part["changes"]] == ["2026-11-10"]


@settings(max_examples=examples(12))
@given(policy_texts(), worlds(), DATES)
@each_once
def test_generated_policies(text: str, facts: Facts, day: date | None) -> None:
    policy = compiled(text)
    assume(policy is not None)
    assert policy is not None
    facts = replace(facts, fingerprint=f"sha256:{'0' * 64}")
    for decision in decide(policy, facts, as_of=day, evaluate=reference.evaluate)[:2]:
        found = document(decision)
        assert_sound(found)
        assert verdict(decision, found).refused == ()
        read = facts_behind(Looked(decision))
        (again,) = decide(policy, read, [decision.subject], as_of=day, evaluate=reference.evaluate)
        assert document(again)["parts"] == found["parts"]


def assert_sound(found: dict[str, Any]) -> None:
    """It fits the schema, and its parts fit each other."""
    validator_for(SCHEMA)(SCHEMA).validate(found)
    for part in found["parts"]:
        nodes = part["nodes"].values()
        read = {unit for node in nodes for atom in (*node["atoms"], *node["values"]) for unit in atom["reads"]}
        told, exact = part["because"], set(part["because"]["exact"])
        assert exact <= read
        assert set(part["necessary"]) <= exact
        assert all(set(told[claim]) <= exact for claim in ("floor", "ceiling"))
        lines = {unit for line in told["lines"] for unit in line["units"]}
        assert all(lines == set(told[line["claim"]]) for line in told["lines"])
        assert read <= set(found["labels"]["units"])
        for why in part["why_not"].values():
            assert set(why["units"]) <= exact
            for near in why["nearest"]:
                assert set(near["stopped"]) <= {atom["id"] for atom in part["nodes"][near["node"]]["atoms"]}


def deciding(rules: str, facts: Facts) -> dict[str, Any]:
    """The document of the one thing of a policy that is nothing but some rules."""
    policy = accepted(VOCABULARY + rules)
    (decision,) = decide(policy, facts, as_of=date(2026, 1, 1), evaluate=reference.evaluate)
    found = document(decision)
    assert_sound(found)
    assert render_page(found)  # as a page too
    return found


VOCABULARY = """
module one "One"

entity Thing "thing"
  n : number "n"
relation edge(src: Thing, dst: Thing) "edge"
decision final of x: Thing "final" outcomes keep < drop otherwise keep
"""
ONE = Facts({"Thing": {"a": Record({"n": 1})}}, {"edge": (Record({"src": "a", "dst": "a"}),)})


@pytest.mark.parametrize(("deep", "searched"), [(6, True), (7, False)])
def test_collections_too_deep_in_one_another_are_told_as_not_searched(deep: int, searched: bool) -> None:
    condition = "x.n is 1"
    for level in range(deep):
        condition = f"some v{level} in edge where (v{level}.src is x and {condition})"
    (part,) = deciding(f'rule r "R" for x: Thing when {condition} then final of x is drop', ONE)["parts"]
    assert part["because"]["searched"] is searched
    assert bool(part["necessary"]) is searched


@pytest.mark.parametrize(("number", "tried"), [(200, True), (201, False)])
def test_too_many_unread_rules_are_told_as_not_tried(number: int, tried: bool) -> None:
    rules = "\n".join(f'rule r{i} "R" for x: Thing when x.n is 1 then final of x is drop' for i in range(number))
    (part,) = deciding(rules, ONE)["parts"]
    assert len(part["unverified"]) == number
    assert all((one["if_not"] == ["drop", "drop"]) is tried for one in part["unverified"])
