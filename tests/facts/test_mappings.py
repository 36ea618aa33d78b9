"""Mappings in records: a range with its two ends, and doubts with why each is none, wherever records come from."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import licet
from licet.cli.vocabulary import schema
from licet.errors import FactsError, UsageError
from licet.values import Range, State

POLICY = """
module m "M"
  authority L "Law"
entity Deal "deal"
  kind : text "kind"
  weight : number "weight"
check odd for d: Deal when d.kind is "x" then d is doubtful because "nobody has seen one"
decision verdict of d: Deal "verdict" outcomes no < yes otherwise no
rule r for d: Deal cites L "1" when d.weight is at least 2 then verdict of d is yes
"""
RECORD = {"id": "a", "kind": "x", "weight": {"at_least": 1, "at_most": 3}, "accepted": {"odd": "seen; in Basel"}}


@pytest.fixture
def policy(tmp_path: Path) -> licet.Policy:
    (tmp_path / "p.licet").write_text(POLICY, encoding="utf-8")
    return licet.load(tmp_path / "p.licet")


def given(kind: str, folder: Path) -> Any:
    match kind:
        case "yaml" | "json" | "jsonl":
            path = folder / f"Deal.{kind}"
            text = json.dumps(RECORD if kind == "jsonl" else {"Deal": [RECORD]})
            path.write_text(text + "\n", encoding="utf-8")
            return path
        case "dicts":
            return {"Deal": [RECORD]}
        case _:
            return {"Deal": pd.DataFrame([RECORD])}


@pytest.mark.parametrize("kind", ["yaml", "json", "jsonl", "dicts", "frame"])
def test_a_range_and_an_accepted_doubt(policy: licet.Policy, tmp_path: Path, kind: str) -> None:
    facts = policy.facts(given(kind, tmp_path))
    assert facts.entities["Deal"]["a"].get("weight") == Range(1, 3)

    (decision,) = policy.decide(facts)
    assert [(doubt.check, doubt.accepted) for doubt in decision.doubts] == [("odd", "seen; in Basel")]


def inventories_with(value: object) -> list[dict[str, Any]]:
    return [{"id": ["a"], "weight": [value]}, {"Deal": [{"id": "a", "weight": value}]}]


@pytest.mark.parametrize("value", [{"value": Decimal(5)}, {"day": date(2026, 1, 1)}])
def test_other_mappings_are_told(policy: licet.Policy, value: object) -> None:
    for given in inventories_with(value):
        with pytest.raises(FactsError, match="is not a value of `weight`"):
            policy.facts(given)


def test_a_range_without_ends_is_nothing_known(policy: licet.Policy) -> None:
    for given in inventories_with({"at_least": None, "at_most": None}):
        assert policy.facts(given).entities["Deal"]["a"].get("weight") is State.ABSENT


def test_an_entity_may_have_a_field_of_that_name(tmp_path: Path) -> None:
    """A vocabulary's own `accepted` is told in the schema, and its tables are known by it."""
    text = POLICY.replace(POLICY[POLICY.index("check odd") : POLICY.index("decision")], "")
    text = text.replace('kind : text "kind"', 'accepted : boolean "accepted"')
    (tmp_path / "p.licet").write_text(text, encoding="utf-8")
    own = licet.load(tmp_path / "p.licet")
    (tmp_path / "offers.csv").write_text("id,accepted\na,yes\n", encoding="utf-8")

    assert own.facts(tmp_path / "offers.csv").entities["Deal"]["a"].get("accepted") is True
    properties = schema(own.checked)["properties"]["Deal"]["items"]["properties"]
    assert properties["accepted"]["description"] == "accepted"


def test_a_gate_takes_them(policy: licet.Policy) -> None:
    answer = policy.gate("Deal")({**RECORD, "id": "b"})
    assert answer.outcomes["verdict"] == ("no", "yes")
    assert [doubt.accepted for doubt in answer.doubts] == ["seen; in Basel"]
    assert answer.contradictions == ()


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("weight", {"at_least": 3, "at_most": 1}, "from the lower to the higher bound"),
        ("weight", {"at_least": "heavy"}, "on each side of a range"),
        ("accepted", {"odd": ""}, "a reason why `odd` is accepted"),
        ("accepted", {"odd": 3}, "a reason why `odd` is accepted"),
    ],
)
def test_what_is_wrong_with_one_is_told(policy: licet.Policy, field: str, value: object, expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        policy.gate("Deal")({"kind": "x", field: value})


def test_a_table_may_have_a_column_called_like_an_entity(policy: licet.Policy) -> None:
    with pytest.raises(FactsError, match="has no field `Deal`"):
        policy.decide_table({"id": ["a"], "Deal": ["x"]}, table="Deal")
