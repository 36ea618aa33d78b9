"""Rows decided in batches say what is said of each subject alone, missing facts included."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings

from licet.decide.checks import CheckRows
from licet.decide.from_outcome import decide
from licet.decide.grounds.grounds_columns import GroundsRows
from licet.decide.missing.rows import MissingRows
from licet.decide.table.batches import days_of
from licet.decide.table.from_verdicts import result_rows
from licet.decide.table.result_table import result_schema, result_table
from licet.facts.store import Facts, Record, Subject
from licet.facts.tables import tables_from_facts
from licet.run.columnar.batch import Batches
from licet.run.reference import interpreter as reference
from licet.values import State
from tests.examples import each_once, examples
from tests.run.worlds import DATES, compiled, policy_texts, worlds


def differences(text: str, facts: Facts, as_of: date | None) -> list[str] | None:
    """Every column on which a batch and the reference differ; None where the generated policy is refused."""
    policy = compiled(text)
    if policy is None:
        return None
    tables = tables_from_facts(facts, policy)
    found = []
    for entity in ("Thing", "Part"):
        table = tables.entities[entity]
        subjects = [Subject(entity, id_) for id_ in table.id_list]
        schema = result_schema(policy, [entity])
        days = days_of(policy, table, as_of, None)
        batches = Batches(policy, tables)
        verdicts = batches.verdicts(entity, table, None, days)
        missing, grounds = MissingRows(policy, entity), GroundsRows(policy, entity)
        checks = CheckRows(policy, entity, batches, ())
        checked = checks.columns(verdicts, lambda of: days_of(policy, of, as_of, None))
        rows = result_rows(verdicts, entity, table.ids, schema, missing, grounds, checked)
        decisions = decide(policy, facts, subjects, as_of=as_of, evaluate=reference.evaluate)
        expected = result_table(policy, decisions, schema)
        for name in schema.names:
            mine, theirs = _plain(rows[name].to_pylist()), _plain(expected[name].to_pylist())
            if mine != theirs:
                found.append(f"{entity} {name}: reference {theirs}, columnar {mine}")
    return found


def _plain(column: list[object]) -> list[object]:
    """Missing facts are a set: those of other records of a type may stand before or after a row's own."""
    return [
        sorted(cell, key=str) if isinstance(cell, list) and cell and isinstance(cell[0], dict) else cell
        for cell in column
    ]


@pytest.mark.slow
@settings(max_examples=examples(120))
@given(policy_texts(), worlds(), DATES)
@each_once
def test_a_batch_says_what_is_said_of_each_subject(text: str, facts: Facts, as_of: date | None) -> None:
    found = differences(text, facts, as_of)
    assert not found, "\n".join([text, str(facts), *found])


FOUND_BY_A_SEARCH = """
module core "Core"
  authority L "Law"
entity Thing "thing"
  ref : Thing "ref"
  labels : set of text derived "labels"
entity Part "part"
relation edge(src: Thing, dst: Thing) "edge" key src, dst
relation loose(src: Thing, dst: Thing) "loose" open
decision verdict of x: Thing "verdict" outcomes a < b < c < d otherwise b
module one "One" jurisdiction A
use core

rule e1
  for x: Thing
  cites L "1"
  source verified
  when
    some v in loose where
      (v.dst is x and (some w in Thing where (w.ref is v.src and (some l in w.ref.labels where (l is "u")))))
  then verdict of x is d
"""


def test_a_thing_that_a_search_leads_to_is_not_taken_for_the_one_that_is_decided() -> None:
    """The search of i1 meets i1 itself, that of i0 meets i1 as another: what was found for one was told of both."""
    things = {"i0": Record({"ref": "i0"}), "i1": Record({"ref": State.UNDETERMINED})}
    facts = Facts({"Thing": things, "Part": {}}, {"edge": (), "loose": (Record({"src": "i0", "dst": "i1"}),)}, None)
    assert differences(FOUND_BY_A_SEARCH, facts, date(2025, 1, 1)) == []


TWO_VALUES = """
module core "Core"
  authority L "Law"
entity Thing "thing"
  tags : set of text "tags"
  marks : set of text "marks"
  sorts : set of text derived "sorts"
entity Part "part"
decision notice of x: Thing "notice" outcomes none < yearly otherwise none

rule both
  for x: Thing
  cites L "1"
  source verified
  then x.sorts includes each y over y in x.tags and x.sorts includes each z over z in x.marks

rule late
  for x: Thing
  cites L "2"
  source verified
  when some s in x.sorts where (s is "u")
  then notice of x is yearly
"""


def test_every_value_that_a_rule_gives_a_term_is_looked_into() -> None:
    """The reference told what the first of them is missing, and no more."""
    facts = Facts({"Thing": {"i0": Record({})}, "Part": {}}, {}, None)
    assert differences(TWO_VALUES, facts, date(2025, 1, 1)) == []
    policy = compiled(TWO_VALUES)
    assert policy is not None
    (decision,) = decide(policy, facts, [Subject("Thing", "i0")], as_of=date(2025, 1, 1), evaluate=reference.evaluate)
    assert {missing.fact for missing in decision.missing} == {"tags", "marks"}
