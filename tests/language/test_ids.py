"""Ids of rules that are made from other names are as distinct as those that somebody wrote."""

from __future__ import annotations

from licet.check.policy import check
from licet.diagnostics import Source
from licet.syntax.from_text import parse

POLICY = """
module demo "Demo"
  jurisdiction US
  authority EAR "15 CFR"
entity Thing "thing"
  name : text "name"
  size : number "size"
decision permit of t: Thing "permit"
  outcomes free < forbidden
  otherwise free

table k "Rows"
  for t: Thing
  cites EAR "1"
  decides permit of t hit first
  | t.size => permit    |
  | <= 5   => forbidden |

directive letter "Letter"
  cites EAR "744"
  names Thing "Fable-5", "Fable 5", "智谱", "通义", "?!", "!?"
  issued 2025-01-01
  for t: Thing
  when t is named
  then permit of t is forbidden
"""


def test_every_thing_that_an_order_names_has_a_rule_of_its_own() -> None:
    checked = check("demo", [parse(Source("demo.licet", POLICY))], {})

    assert not [d for d in checked.diagnostics if d.severity == "error"]
    assert [rule.name for rule in checked.policy.rules.values()] == [
        "row_1",
        "fable_5",
        "fable_5_2",
        "智谱",
        "通义",
        "thing",
        "thing_2",
    ]


def test_a_rule_whose_id_is_that_of_a_row_is_refused() -> None:
    other = """
module demo.k "Another module"
  jurisdiction US
  authority EAR "15 CFR"
use demo
rule row_1 "Row"
  for t: Thing
  cites EAR "2"
  when t.size >= 7
  then permit of t is forbidden
"""
    checked = check("demo", [parse(Source("demo.licet", POLICY)), parse(Source("k.licet", other))], {})

    found = [d for d in checked.diagnostics if d.code == "E034"]
    assert [d.message for d in found] == ["the rule `demo.k.row_1` is made twice"]
    assert {found[0].span.source.name, found[0].others[0][0].source.name} == {"demo.licet", "k.licet"}  # type: ignore[union-attr]
