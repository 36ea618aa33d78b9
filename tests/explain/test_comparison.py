"""Two decisions beside each other: their proofs part where facts, days or law differ, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema.validators import validator_for

from licet.cli.main import main
from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.explain.comparison import comparison
from licet.explain.named import narrowed
from licet.explain.questions import names_about
from licet.facts.store import Facts, Record, Subject
from licet.ir.policy import Policy
from licet.report import comparison_text
from licet.report.explanation_words import told_of
from licet.resources import schema_file
from licet.run.reference import interpreter as reference
from tests.conftest import ROOT
from tests.run.generated import of_generated
from tests.run.worlds import accepted

SCHEMA = json.loads(schema_file("comparison-1.json").read_text(encoding="utf-8"))
POLICY = """
module a "A" jurisdiction US
authority L "Law" url "https://example.org/{}"
entity Party "party"
  name : text "name"
  listed : boolean "listed"
  held : boolean derived "held"
relation owns(owner: Party, owned: Party) "holdings"
entity Deal "deal"
  to : Party "buyer"
  made : date "day"
  size : number "size"
decision duty of d: Deal "duty" as of d.made outcomes free < licensed < needed otherwise free
rule listed "Who is listed is held" for p: Party
  cites L "1"
  when p.listed
  then p is held
rule owned "Who is owned by somebody held is held" for p: Party
  cites L "2"
  when some o in owns where (o.owned is p and o.owner is held)
  then p is held
rule needed "A licence is needed for who is held" for d: Deal
  cites L "3"
  in force from 2026-01-01
  when d.to is held
  then duty of d is needed
exception small "Small deals" to needed for d: Deal
  cites L "4"
  when d.size is at most 5
  then duty of d is licensed
"""
DAY = date(2026, 3, 1)


def deal(to: str, size: int = 9, made: date = DAY) -> Record:
    return Record({"to": to, "size": size, "made": made})


def two(one: Record, other: Record, policy: str = POLICY) -> tuple[Decision, Decision]:
    parties = {"a": Record({"listed": True}), "b": Record({"listed": False}), "c": Record({"listed": False})}
    facts = Facts({"Party": parties, "Deal": {"x": one, "y": other}}, {"owns": (Record({"owner": "a", "owned": "b"}),)})
    subjects = [Subject("Deal", "x"), Subject("Deal", "y")]
    first, second = decide(accepted(policy), facts, subjects, evaluate=reference.evaluate)
    return first, second


def shown(found: list[dict[str, Any]], depth: int = 0) -> Iterator[str]:
    for node in found:
        yield "  " * depth + f"{node['rule'].rpartition('.')[2]} {node['statuses'][0]} {node['statuses'][1]}"
        yield from shown(node["behind"], depth + 1)


def part_of(one: Record, other: Record) -> dict[str, Any]:
    found = comparison(*two(one, other))
    validator_for(SCHEMA)(SCHEMA).validate(found)
    (part,) = found["parts"]
    return dict(part)


def test_it_follows_conclusions_to_the_facts_that_differ() -> None:
    part = part_of(deal("b"), deal("c"))
    assert list(shown(part["apart"])) == ["needed holds fails", "  owned holds fails"]
    assert part["equal"] == {"found": True, "facts": [{"fact": "to", "values": ["b", "c"]}]}


def test_it_follows_exceptions() -> None:
    part = part_of(deal("a"), deal("a", 4))
    assert list(shown(part["apart"])) == ["needed holds defeated", "  small fails holds"]
    assert part["equal"]["facts"] == [{"fact": "size", "values": ["9", "4"]}]


def test_law_that_is_not_in_force_parts_them() -> None:
    part = part_of(deal("a"), deal("a", made=date(2025, 3, 1)))
    assert list(shown(part["apart"])) == ["needed holds not_in_force"]
    assert part["equal"]["facts"] == [{"fact": "made", "values": ["2026-03-01", "2025-03-01"]}]


def test_of_the_same_nothing_parts() -> None:
    part = part_of(deal("b"), deal("b"))
    assert (part["apart"], part["equal"]) == ([], None)


def test_another_policy_is_told_by_its_rules() -> None:
    one, _ = two(deal("b"), deal("c"))
    other, _ = two(deal("b"), deal("c"), POLICY.replace("at most 5", "at most 9"))
    found = comparison(one, other)
    assert found["changed_rules"] == ["a.small"]
    assert list(shown(found["parts"][0]["apart"])) == ["needed holds defeated", "  small fails holds"]


NAMED = (
    POLICY
    + """
score risk of d: Deal "risk" range 0 to 20
  add 5 when d.to is held because "held"
  add 3 when d.size is at least 8 because "large"
obligation report for d: Deal cites L "5" when d.size is at least 8 then d.to must "report" by d.made
"""
)


def by_name(name: str, one: Record, other: Record) -> dict[str, Any]:
    left, right = (narrowed(found, [name]) for found in two(one, other, NAMED))
    found = comparison(left, right)
    validator_for(SCHEMA)(SCHEMA).validate(found)
    (part,) = found["parts"]
    return dict(part)


def test_scores_and_obligations_part_where_their_rules_do() -> None:
    score = by_name("risk", deal("b"), deal("c"))
    assert [(one["low"], one["high"]) for one in score["answers"]] == [("8", "8"), ("3", "3")]
    assert list(shown(score["apart"])) == ["item_1 holds fails", "  owned holds fails"]
    assert score["equal"]["facts"] == [{"fact": "to", "values": ["b", "c"]}]
    duty = by_name("a.report", deal("b"), deal("b", 4))
    assert list(shown(duty["apart"])) == ["report holds fails"]
    assert duty["equal"]["facts"] == [{"fact": "size", "values": ["9", "4"]}]


def test_an_obligation_that_both_have_may_bind_until_another_day() -> None:
    duty = by_name("a.report", deal("b"), deal("b", made=date(2026, 4, 1)))
    assert duty["apart"] == []
    assert duty["equal"]["facts"] == [{"fact": "made", "values": ["2026-03-01", "2026-04-01"]}]


def test_what_only_one_has_is_left_out() -> None:
    left, right = two(deal("b"), deal("c"), NAMED)
    found = comparison(narrowed(left, ["risk", "duty"]), narrowed(right, ["risk", "a.report"]))
    assert [part.get("score") for part in found["parts"]] == ["risk"]


@of_generated(15)
def test_generated_policies(policy: Policy, facts: Facts, day: date | None) -> None:
    """Of all that rules state: the facts that would bring the other's answer are told where the answers differ."""
    decisions = decide(policy, facts, as_of=day, evaluate=reference.evaluate)
    for one, other in pairwise(decisions):
        if one.subject.type != other.subject.type:
            continue
        names = sorted(names_about(policy, one.subject.type).values())
        found = comparison(narrowed(one, names), narrowed(other, names))
        validator_for(SCHEMA)(SCHEMA).validate(found)
        assert comparison_text.render(found)
        for part in found["parts"]:
            left, right = (told_of({**part, "answer": answer}) for answer in part["answers"])
            assert (part["equal"] is None) == (left == right)


# ---- on the command line


def said(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["explain", str(ROOT / "fixtures" / "frontier"), *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_two_transfers_of_the_library(library: Policy) -> None:
    told = said("t-swiss", "--vs", "t-affiliate-2", "--jurisdiction", "US")
    assert "    - item: demo-small instead of demo-closed-5e26" in told
    assert "Weights of models trained on 10^26 operations or more" in told
    assert max(map(len, told.splitlines())) <= 80


def test_another_day(library: Policy) -> None:
    told = json.loads(said("t-swiss", "--vs", "2026-06-15", "--jurisdiction", "US", "--format", "json"))
    assert [side["as_of"] for side in told["compared"]] == ["2025-09-01", "2026-06-15"]
    assert told["parts"][0]["answers"][1]["must"] == "licensed"


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("t-swis", "no subject, no day and no policy; did you mean `t-swiss`?"),
        ("Model:demo-closed-5e26", "not compared"),
    ],
)
def test_what_is_no_other(other: str, expected: str, library: Policy) -> None:
    found = CliRunner().invoke(main, ["explain", str(ROOT / "fixtures" / "frontier"), "t-swiss", "--vs", other])
    assert found.exit_code == 2
    assert expected in found.output


def test_a_term_of_two_parties(library: Policy) -> None:
    told = said("half-owned", "restricted", "--vs", "alpenrose", "--as-of", "2025-10-10")
    assert "RESTRICTED (US)" in told
    assert "  half-owned (2025-10-10): yes\n  alpenrose (2025-10-10): no\n" in told
    assert "Owned fifty percent or more" in told


def test_what_is_not_concluded_of_the_other(library: Policy) -> None:
    arguments = ["explain", str(ROOT / "fixtures" / "frontier"), "half-owned", "restricted", "--vs", "t-swiss"]
    found = CliRunner().invoke(main, arguments)
    assert found.exit_code == 2
    assert "concluded of a Party, and Transfer t-swiss is none" in found.output


@pytest.mark.parametrize("flag", ["--all", "--check"])
def test_two_are_neither_all_nor_checked(flag: str) -> None:
    arguments = ["explain", str(ROOT / "fixtures" / "frontier"), "t-swiss", "--vs", "t-opaque", flag]
    found = CliRunner().invoke(main, arguments)
    assert found.exit_code == 2
    assert f"without {flag}" in found.output


def test_another_policy(tmp_path: Path) -> None:
    for name, most in (("one", 5), ("two", 9)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "p.licet").write_text(POLICY.replace("at most 5", f"at most {most}"), encoding="utf-8")
    (tmp_path / "facts.yaml").write_text(
        "Party:\n  - {id: a, listed: yes}\nDeal:\n  - {id: x, to: a, size: 7, made: 2026-03-01}\n", encoding="utf-8"
    )
    arguments = [str(tmp_path / "facts.yaml"), "x", "--policy", str(tmp_path / "one"), "--vs", str(tmp_path / "two")]
    result = CliRunner().invoke(main, ["explain", *arguments])
    assert "rules that are not the same: small" in result.stdout, result.output
