"""Gaps and overlaps of tables, against every case that the cells can tell apart, asked of the reference engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.check.policy import Checked, check
from licet.check.table_boxes import gaps, meeting, rows_of
from licet.diagnostics import Source
from licet.facts.store import Facts, Record, Subject
from licet.ir import policy as ir
from licet.ir.types import COUNTRY
from licet.run.reference.interpreter import Interpreter
from licet.run.reference.unknown_values import T
from licet.syntax.from_text import parse
from licet.values import Fact
from tests.examples import examples

VOCABULARY = """
module m "M"
  jurisdiction US
  authority A "Act"
unit bit, bits "bits"
unit kilobit is 1_000 bit
entity Thing "thing"
  key : quantity bit "key"
  share : percent "share"
  day : date "day"
  code : country "code"
  sort : one of red, green, blue "sort"
  flag : boolean "flag"
  word : text "word"
list friends of country from "friends.yaml" "friends"
decision permit of x: Thing "permit" outcomes free < forbidden otherwise free
"""
FRIENDS = ir.DatedList(
    "friends",
    "friends",
    COUNTRY,
    "",
    "",
    "verified",
    ir.Interval(date(2025, 1, 1), None),
    (
        ir.Membership("CH", ir.Interval(None, None), ""),
        ir.Membership("JP", ir.Interval(date(2026, 1, 1), None), ""),
        ir.Membership("CN", ir.Interval(None, date(2026, 6, 1)), ""),
    ),
    (ir.Territory("HK", "CN", date(2025, 6, 1), ""),),
)
DAYS = [date(2025, 1, 1), date(2025, 6, 1), date(2026, 1, 1), date(2026, 6, 1)]
CELLS: dict[str, tuple[str, ...]] = {
    "x.key": (
        "<= 56 bits", "> 1 kilobit", "10 to 56 bits", "56 bits", ">= 0 bits", "not 1 kilobit", "< 9 bits, 2 kilobit",
    ),
    "x.share": ("< 25%", "25% to 50%", "> 50%", ">= 25%", "0%, 100%", "not 25% to 100%"),
    "x.day": ("2025-01-01 to 2025-01-31", "< 2025-01-01", ">= 2025-02-01", "2025-01-31", "> 2025-01-30"),
    "x.code": ("friends", "not friends", "CH", "JP, CN", "HK", "[friends, US]", "not CH, friends"),
    "x.sort": ("red", "red, green", "not red", "[blue]"),
    "x.flag": ("yes", "no"),
    "x.word": ('"a"', '"a", "b"', 'not "a"', '["b"]'),
    "as_of": ("< 2026-01-01", ">= 2026-01-01", "2025-06-01 to 2026-05-31"),
}  # fmt: skip
VALUES: dict[str, tuple[Fact, ...]] = {
    "key": (0, 8, 9, 10, 30, 56, 57, 1000, 1500, 2000, 3000),
    "share": (0, Fraction(1, 5), Fraction(1, 4), Fraction(2, 5), Fraction(1, 2), Fraction(3, 4), 1),
    "day": (date(2024, 5, 5), *(date(2025, 1, d) for d in (1, 15, 30, 31)), date(2025, 2, 1), date(2025, 3, 1)),
    "code": ("CH", "JP", "CN", "HK", "US", "AD"),
    "sort": ("red", "green", "blue"),
    "flag": (True, False),
    "word": ("a", "b", "c"),
}


BEFORE = date(2024, 12, 31)  # the list does not cover it


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], str]:
    """The heads and the text of a table: one to three columns, some of them of one fact, and one to four rows."""
    heads = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=3))
    hit = draw(st.sampled_from(["unique", "first"]))
    lines = [
        f'table k "K" for x: Thing cites A "1" decides permit of x hit {hit}',
        f"| {' | '.join(heads)} => permit |",
    ]
    for _ in range(draw(st.integers(1, 4))):
        cells = [draw(st.sampled_from(["any", *CELLS[head], *CELLS[head]])) for head in heads]
        lines.append(f"| {' | '.join(cells)} => forbidden |")
    if draw(st.integers(0, 3)) == 0:
        lines.append(f"| {' | '.join(['otherwise', *['any'] * (len(heads) - 1)])} => free |")
    return heads, "\n".join(lines) + "\n"


def checked(table: str) -> Checked:
    return check("m", [parse(Source("m.licet", VOCABULARY + table))], {"friends": FRIENDS})


def holding(policy: ir.Policy, heads: list[str], table: str) -> Iterator[int]:
    """How many rows hold in every case."""
    fields = sorted({head.removeprefix("x.") for head in heads} - {"as_of"})
    for day in DAYS if "friends" in table else (BEFORE, *DAYS):
        for values in product(*(VALUES[name] for name in fields)):
            facts = Facts({"Thing": {"x": Record(dict(zip(fields, values, strict=True)))}}, {})
            engine = Interpreter(policy, facts, day)
            yield sum(engine.body(rule, Subject("Thing", "x")) is T for rule in policy.rules.values())


@pytest.mark.slow
@settings(max_examples=examples(300), deadline=None)
@given(tables())
def test_gaps_and_overlaps_are_those_of_the_cases_one_by_one(drawn: tuple[list[str], str]) -> None:
    heads, table = drawn
    found = checked(table)
    codes = {d.code for d in found.diagnostics} & {"W001", "E066", "W013", "E065"}
    counts = set(holding(found.policy, heads, table))

    assert ("W001" in codes) == (0 in counts), (counts, found.diagnostics)
    assert ("E066" in codes) == any(count > 1 for count in counts), (counts, found.diagnostics)
    assert not codes & {"W013", "E065"}


@settings(max_examples=examples(200), deadline=None)
@given(st.data())
def test_boxes_left_over_are_what_no_row_covers(data: st.DataObject) -> None:
    dims = data.draw(st.lists(st.integers(1, 4), max_size=4))
    boxes = st.tuples(*(st.one_of(st.just((1 << d) - 1), st.integers(0, (1 << d) - 1)) for d in dims))
    rows = data.draw(st.lists(boxes, max_size=6))
    cases = set(product(*map(range, dims)))
    left = {case for case in cases if not any(all(r >> x & 1 for x, r in zip(case, row, strict=True)) for row in rows)}
    found = gaps(tuple((1 << d) - 1 for d in dims), rows, shown=len(cases))
    said = [c for box in found.first for c in cases if all(m >> x & 1 for x, m in zip(c, box, strict=True))]

    assert sorted(said) == sorted(left)
    assert found.number == len(found.first)
    together = {(i, j) for j, above in meeting(rows) for i in rows_of(above)}
    pairs = {(i, j) for j, b in enumerate(rows) for i, a in enumerate(rows[:j])}
    assert together == {(i, j) for i, j in pairs if all(a & b for a, b in zip(rows[i], rows[j], strict=True))}
