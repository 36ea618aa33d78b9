"""What a batch works out of its rows in ways of its own is what the reference says: what is concluded of them, read in
other records or member by member, and records that are looked up.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.decide.from_outcome import decide
from licet.decide.table.batches import Asked, decide_batches, schema_of
from licet.decide.table.result_table import result_table
from licet.facts.inventory.from_tables import read_sources
from licet.run.columnar.batch import is_passing
from licet.run.reference import interpreter as reference
from tests.examples import examples
from tests.run.worlds import accepted

POLICY = accepted("""
module a "A" jurisdiction CH
authority L "Law"
enumeration mark "mark" one of red, green, blue
entity Party "party"
  home : boolean "home"
entity Paper "paper"
  holder : Party "holder"
  good   : boolean "good"
relation bans(party: Party, made: date) "bans"
entity Sale "sale"
  made   : date "day"
  to     : Party "buyer"
  listed : boolean "listed"
  odd    : boolean "odd"
  paper  : Paper "paper"
  marks  : set of mark derived "marks"
  deep   : set of mark derived "marks of marks"
  loud   : boolean derived "loud"
decision d of t: Sale "d" as of t.made outcomes a < b < c < e otherwise a
decision f of t: Sale "f" as of t.made outcomes g < h < i otherwise g
rule red for t: Sale cites L "1" when t.listed then t.marks includes red
exception not_red to red for t: Sale cites L "2" when t.odd and t.to.home then t.marks includes green
rule blue for t: Sale cites L "3" in force from 2026-01-01 when not t.odd then t.marks includes blue and t is loud
gap green "G" for t: Sale cites L "4" when t.to.home then t.marks may include green
rule deep for t: Sale cites L "5" when some k in t.marks
  then t.deep includes each k over k in t.marks where (k is not red)
rule some_mark for t: Sale cites L "6" when some k in t.marks where (k is not red or t.listed) then d of t is b
rule every_mark for t: Sale cites L "7" when every k in t.marks satisfies (k is blue) then d of t is c
rule two_marks for t: Sale cites L "8" when count k in t.marks is at least 2 then f of t is h
rule some_deep for t: Sale cites L "9" when some k in t.deep where (k is blue) then f of t is i
rule in_a_row for t: Sale cites L "10"
  when some x in bans where (x.party is t.to and x.made is on or before t.made and (t is loud or t.marks includes red))
  then d of t is e
rule on_paper for t: Sale cites L "12"
  when some p in Paper where (p.good and p.holder is t.to and (not t.paper is applicable or t.paper is p))
  then f of t is h
rule on_papers for t: Sale cites L "13"
  when count p in Paper where ((t.odd or t.to.home or p.holder is t.to) and p.good) is at least 4
  then d of t is b
rule decided_in_a_row for t: Sale cites L "11" when some p in Party where (p is t.to and d of t is at least c)
  then f of t is i
""")
KNOWN = {
    "made": ("2025-06-01", "2026-01-01", "2026-03-01"),
    "to": ("p", "q", "r", "not applicable"),
    "listed": ("yes", "no"),
    "odd": ("yes", "no"),
    "paper": ("k0", "k1", "k8", "not applicable"),
}
OPEN = {
    "made": ("", "2025-12-31..2026-01-01"),
    "to": ("", "undetermined"),
    "listed": ("",),
    "odd": ("", "undetermined"),
    "paper": ("", "undetermined"),
}
PARTIES = pa.table({"id": ["p", "q", "r"], "home": ["yes", "no", ""]})
PAPERS = pa.table(  # so many of one party that a row looks for a further way to look them up
    {
        "id": [f"k{i}" for i in range(18)],
        "holder": ["p"] * 8 + ["q"] * 8 + ["", "undetermined"],
        "good": ["yes", "no", ""] * 6,
    }
)
BANS = pa.table({"party": ["p", "q", ""], "made": ["2025-12-31", "", "2026-02-01"]})
FEW = (("id", "d.must"), ("f.may", "missing"), ("d.from", "conflicts", "rules.unknown", "doubts"))


@st.composite
def sales(draw: st.DrawFn) -> pa.Table:
    rows = draw(st.integers(1, 9))
    columns: dict[str, list[str]] = {"id": [f"s{i}" for i in range(rows)]}
    for name, known in KNOWN.items():
        cells = st.sampled_from([*known * 3, *OPEN[name]])
        columns[name] = draw(st.lists(cells, min_size=rows, max_size=rows))
    return pa.table(columns)


def test_rows_of_a_batch_are_decided_as_the_reference_does() -> None:
    assert is_passing(POLICY, "Sale")
    seen: Counter[tuple[str, str]] = Counter()

    @settings(max_examples=examples(60))
    @given(sales())
    def look(rows: pa.Table) -> None:
        asked = Asked(("Sale",), None, date(2026, 6, 1))
        reading = read_sources([(rows, "Sale"), (PARTIES, "Party"), (PAPERS, "Paper"), (BANS, "bans")], POLICY)
        found = [each.rows for each in decide_batches(POLICY, reading.tables, asked, rows_per_batch=4)]
        subjects = list(reading.facts.subjects("Sale"))
        decisions = decide(POLICY, reading.facts, subjects, today=asked.today, evaluate=reference.evaluate)
        expected = result_table(POLICY, decisions, schema_of(POLICY, asked))
        table = pa.Table.from_batches(found)
        for name in expected.schema.names:
            assert table[name].to_pylist() == expected[name].to_pylist(), name
        for decision in decisions:
            seen.update((line.id, line.status) for answer in decision.answers for line in answer.rules)
        some = replace(asked, columns=FEW[rows.num_rows % len(FEW)])
        few = [each.rows for each in decide_batches(POLICY, reading.tables, some, rows_per_batch=4)]
        assert pa.Table.from_batches(few, schema_of(POLICY, some)).equals(table.select(few[0].schema.names))

    look()
    of_itself = ("some_mark", "every_mark", "two_marks", "some_deep", "in_a_row", "decided_in_a_row")
    looked_up = ("on_paper", "on_papers")
    statuses = ("holds", "unknown", "fails")
    assert all(seen[f"a.{rule}", status] for rule in (*of_itself, *looked_up) for status in statuses), seen
