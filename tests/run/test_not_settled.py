"""Conditions that look settled and are not, and one that is: every engine and the gate leave the same room."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import licet

POLICY = """
module m "M"
  authority L "Law"
enumeration grade one of bad < fair < fine
code kind_code "kind" parts "[0-9]", "[A-B]"
entity Party "party"
  weight : number always applies "weight"
entity Deal "deal"
  sent : date "sent"
  recipient : Party "recipient"
  mark : grade "mark"
  n : number "n"
  m : number "m"
  kind : kind_code "kind"
  one : one of x, y always applies "one"
  other : one of y, z "other"
list watched of kind_code from "watched.yaml" "watched"
parameter q : number "q" is 1 from 2000-01-01
parameter p : percent "p" is 10% from 2000-01-01 until 2022-01-01 is 50% from 2022-01-01
parameter open : number "open" is 1 until 2021-01-01 is unconfirmed from 2021-01-01 "nobody knows"
relation owns(owner: Party, owned: Deal, share: percent) "owns"
define heavy(x: Party) "heavy" means x.weight >= 0
decision verdict of t: Deal "verdict" outcomes no < yes otherwise no
rule r for t: Deal when {} then verdict of t is yes
"""
LIST = "title: Watched\nsource: x\ncovers: {from: 2000-01-01, until: 2030-01-01}\nmembers: [{code: 1A}]\n"
OPEN, NO, YES = ("no", "yes"), ("no", "no"), ("yes", "yes")
SENT = "{at_least: 2021-01-01, at_most: 2023-01-01}"
CASES = {
    "a member has another day than the total": (
        "count o in owns where (o.owned is t and o.share >= p on t.sent) >= q on t.sent",
        f"sent: {SENT}",
        OPEN,
    ),
    "nobody may be the recipient": ("heavy(t.recipient)", "kind: 1A", OPEN),
    "what always applies is asked of the whole path": ("heavy(t.recipient)", "recipient: o", OPEN),
    "no day, no list": ("t.kind is not under watched on t.sent", "kind: 2A, sent: not applicable", NO),
    "what nobody confirmed may not apply": ("open is applicable", "kind: 1A", OPEN),
    "a quotient by zero is none, not even times zero": ("(1 / t.n) * t.n is at least 5", "n: 0", OPEN),
    "of several, one is a quotient by zero": ("min(1 / t.n, 3) is at most 3", "n: 0", OPEN),
    "a sum of quotients by zero": ("(total (1 / d.n) over d in Deal) * t.n is at least 5", "n: 0", OPEN),
    "the highest of quotients by zero": ("(highest (1 / d.n) over d in Deal) * t.n is at most 5", "n: 0", OPEN),
    "one of several is a quotient by zero": (
        "highest (3 / d.n) over d in Deal where (d.n is at most 9) is at least 3",
        "n: 0}\n  - {id: u, n: 1",
        OPEN,
    ),
    "a number that nobody knows, times zero": ("t.m * t.n is at least 5", "n: 0", NO),
    "x or y is never z": ("t.one is t.other", "other: z", NO),
    "x or y may be y": ("t.one is t.other", "other: y", OPEN),
}


def loaded(folder: Path, condition: str, facts: str) -> tuple[licet.Policy, Any]:
    (folder / "p.licet").write_text(POLICY.format(condition), encoding="utf-8")
    (folder / "watched.yaml").write_text(LIST, encoding="utf-8")
    text = f"Party:\n  - {{id: o, weight: unknown}}\nDeal:\n  - {{id: t, {facts}}}\n"
    (folder / "f.yaml").write_text(text + "owns:\n  - {owner: o, owned: t, share: 20%}\n", encoding="utf-8")
    policy = licet.load(folder / "p.licet")
    return policy, policy.facts(folder / "f.yaml")


@pytest.mark.parametrize(("condition", "facts", "expected"), CASES.values(), ids=CASES.keys())
def test_every_engine_leaves_the_same_room(
    tmp_path: Path, condition: str, facts: str, expected: tuple[str, str]
) -> None:
    policy, inventory = loaded(tmp_path, condition, facts)
    for engine in ("reference", "columnar", "forward"):
        decision = policy.decide(inventory, engine=engine, as_of=date(2026, 1, 1))[0]
        (overall,) = decision.overall
        assert (overall.must, overall.may) == expected, engine


def test_a_gate_tells_the_words_of_an_order_apart(tmp_path: Path) -> None:
    policy, inventory = loaded(tmp_path, "t.mark is at least fair", "kind: 1A")
    gate = policy.gate("Deal", inventory, as_of=date(2026, 1, 1))

    for _ in range(2):
        assert [gate({"mark": mark}).outcomes["verdict"] for mark in ("bad", "fine", "fair")] == [NO, YES, YES]


def test_a_gate_is_asked_on_the_day_of_the_inventory(tmp_path: Path) -> None:
    """Where neither the case nor anybody else says one."""
    policy, _ = loaded(tmp_path, "as_of is after 2020-01-01", "kind: 1A")
    (tmp_path / "dated.yaml").write_text("as_of: 2026-06-01\nParty:\n  - {id: o}\n", encoding="utf-8")
    inventory = policy.facts(tmp_path / "dated.yaml")
    gate = policy.gate("Deal", inventory)

    assert gate({"kind": "1A"}).outcomes["verdict"] == YES
    assert gate.decision({"kind": "1A"}).as_of == date(2026, 6, 1)


def test_a_field_called_date_that_is_no_day_governs_nothing(tmp_path: Path) -> None:
    """Nor does a day that rules conclude: the inventory's does."""
    for declared in ("date : number", "date : date derived"):
        text = POLICY.replace('  sent : date "sent"', f'  sent : date "sent"\n  {declared} "date"')
        (tmp_path / "p.licet").write_text(text.format("as_of is 2026-06-01"), encoding="utf-8")
        (tmp_path / "watched.yaml").write_text(LIST, encoding="utf-8")
        given = "date: {at_least: 1, at_most: 2}" if "number" in declared else "kind: 1A"
        facts = f"as_of: 2026-06-01\nDeal:\n  - {{id: t, {given}}}\n"
        (tmp_path / "f.yaml").write_text(facts, encoding="utf-8")
        policy = licet.load(tmp_path / "p.licet")
        for engine in ("reference", "columnar", "forward"):
            (decision,) = policy.decide(policy.facts(tmp_path / "f.yaml"), engine=engine)
            assert (decision.overall[0].must, decision.overall[0].may) == YES, (declared, engine)


def test_law_is_missing_where_every_row_that_may_stand_is_unconfirmed(tmp_path: Path) -> None:
    """To ask for the day would settle nothing."""
    policy, _ = loaded(tmp_path, "t.n is at least open on t.sent", "n: 1")
    text = (tmp_path / "p.licet").read_text(encoding="utf-8")
    later = 'is unconfirmed from 2021-01-01 until 2022-01-01 "nobody" is unconfirmed from 2022-01-01 "nobody knows"'
    text = text.replace('is unconfirmed from 2021-01-01 "nobody knows"', later)
    (tmp_path / "p.licet").write_text(text, encoding="utf-8")
    policy = licet.load(tmp_path / "p.licet")
    (tmp_path / "f.yaml").write_text(f"Deal:\n  - {{id: t, n: 1, sent: {SENT}}}\n", encoding="utf-8")
    (decision,) = policy.decide(policy.facts(tmp_path / "f.yaml"), as_of=date(2026, 1, 1))

    assert [(m.of, m.state) for m in decision.missing] == [(("parameter", "open"), "unconfirmed since 2021-01-01")]
