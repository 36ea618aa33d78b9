"""What answers rest on: one by one and in columns the same, through recursion, jurisdictions and tables."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from licet.check.policy import check
from licet.decide.from_outcome import decide
from licet.decide.grounds.grounds_columns import GroundsRows
from licet.decide.table.from_verdicts import result_rows
from licet.decide.table.result_table import result_schema, result_table
from licet.diagnostics import Source
from licet.facts.store import Facts, Record, Subject
from licet.facts.tables import tables_from_facts
from licet.ir.policy import Policy
from licet.run.columnar.batch import Batches, Days
from licet.run.reference import interpreter as reference
from licet.syntax.from_text import parse
from licet.values import State

MODULES = """
module core "Core"
entity Firm "firm"
  owner : Firm "owner"
  f : boolean "f"
  g : boolean "g"
  rating : one of low, high derived "rating"
  tainted : boolean derived "tainted"
entity Deal "deal"
  by : Firm "by"
relation holds(firm: Firm, deal: Deal) "stakes" key firm, deal
decision verdict of d: Deal "verdict" outcomes keep < ask < drop otherwise keep
decision credit of f: Firm "credit" outcomes good < bad otherwise good
---
module one "One" jurisdiction A
use core
rule low_here "low in A"
  for f: Firm
  when f.g
  then f.rating is low
---
module two "Common"
use core
rule owners "tainted by its owner"
  for f: Firm
  when any of
    (a) f.owner is tainted
    (b) f.f
  end
  then f is tainted
rule low "low"
  for f: Firm
  source verified
  when f.f
  then f.rating is low
rule high "high"
  for f: Firm
  when f.f
  then f.rating is high
rule of_owner "rated by its owner"
  for d: Deal
  when d.by.owner.rating is high
  then verdict of d is ask
rule taint "tainted"
  for d: Deal
  source verified
  when d.by is tainted and not (some h in holds where (h.deal is d and h.firm is tainted))
  then verdict of d is drop
table credits "Credit"
  for x: Firm
  decides credit of x hit unique
  | x.f | x.g => credit |
  | yes | any => good   |
  | any | yes => good   |
rule creditless "no credit"
  for d: Deal
  when credit of d.by is bad
  then verdict of d is drop
"""
CHAIN = 40
DAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def policy() -> Policy:
    """With a table that the checker refuses, as one too wide to be analysed is not."""
    texts = MODULES.split("---\n")
    return check("p", [parse(Source(f"{i}.licet", text)) for i, text in enumerate(texts)], {}).policy


def facts() -> Facts:
    """A chain of owners, of whom the last is rated twice over, and a deal by each."""
    firms = {
        f"f{i}": Record({"owner": f"f{i + 1}" if i < CHAIN else State.NOT_APPLICABLE, "f": i == CHAIN, "g": i >= CHAIN})
        for i in range(CHAIN + 1)
    }
    deals = {f"d{i}": Record({"by": f"f{i}"}) for i in range(CHAIN + 1)}
    return Facts({"Firm": firms, "Deal": deals}, {"holds": ()})


def told(policy: Policy, entity: str, jurisdictions: tuple[str, ...] = ()) -> tuple[list[Any], list[Any]]:
    """What each subject rests on, by the reference and in columns."""
    given = facts()
    tables = tables_from_facts(given, policy)
    table = tables.entities[entity]
    schema = result_schema(policy, [entity], jurisdictions)
    verdicts = Batches(policy, tables).verdicts(entity, table, None, Days([DAY], np.zeros(table.length, np.int32)))
    rows = result_rows(verdicts, entity, table.ids, schema, None, GroundsRows(policy, entity, jurisdictions))
    subjects = [Subject(entity, id_) for id_ in table.id_list]
    decisions = decide(policy, given, subjects, as_of=DAY, evaluate=reference.evaluate, jurisdictions=jurisdictions)
    expected = result_table(policy, decisions, schema)
    names = ["id", "conflicts", "assumptions", "unverified"]
    return rows.select(names).to_pylist(), expected.select(names).to_pylist()


@pytest.mark.parametrize("entity", ["Firm", "Deal"])
@pytest.mark.parametrize("jurisdictions", [(), ("A",)])
def test_columns_say_what_is_said_of_each_subject(policy: Policy, entity: str, jurisdictions: tuple[str, ...]) -> None:
    mine, theirs = told(policy, entity, jurisdictions)

    assert mine == theirs


@pytest.mark.parametrize("entity", ["Firm", "Deal"])
def test_decisions_from_columns_say_it_too(policy: Policy, entity: str) -> None:
    given = facts()
    subjects = list(given.subjects(entity))
    traced = decide(policy, given, subjects, as_of=DAY, evaluate=reference.evaluate)
    together = decide(policy, given, subjects, as_of=DAY)

    for one, other in zip(traced, together, strict=True):
        assert one.conflicts == other.conflicts
        assert (one.assumptions, one.unverified) == (other.assumptions, other.unverified)


def test_what_is_read_far_away_is_rested_on(policy: Policy) -> None:
    rows = {row["id"]: row for row in told(policy, "Deal")[0]}
    clashes = {id_: [(c["id"], c["term"], c["values"]) for c in row["conflicts"]] for id_, row in rows.items()}

    assert clashes["d0"] == []
    assert clashes[f"d{CHAIN - 1}"] == [(f"f{CHAIN}", "rating", ["high", "low"])]
    assert clashes[f"d{CHAIN}"] == [(f"f{CHAIN}", "credits", ["good"])]
    assert all("two.owners" in row["unverified"] for row in rows.values())
    assert all(row["assumptions"] == ["`holds` taken as complete: stakes"] for row in rows.values())
    assert "two.taint" not in rows["d0"]["unverified"]


def test_a_jurisdiction_that_adds_no_value_is_not_named(policy: Policy) -> None:
    rows = {row["id"]: row["conflicts"] for row in told(policy, "Firm")[0]}

    assert [(c["term"], c["rules"]) for c in rows[f"f{CHAIN}"]] == [
        ("credits", ["two.credits.row_1", "two.credits.row_2"]),
        ("rating", ["two.high", "two.low"]),
    ]
