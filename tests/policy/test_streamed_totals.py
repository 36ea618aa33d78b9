"""The law of sums that come beside: rows with running totals are decided as if their table were held."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import partial
from unittest.mock import patch

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.decide.from_outcome import decide
from licet.decide.table import from_tables, streamed
from licet.decide.table.batches import Asked, decide_batches, schema_of, streamable_types
from licet.decide.table.counts import Tally
from licet.decide.table.from_tables import decide_split, table_of
from licet.decide.table.result_table import result_table
from licet.decide.table.rule_bits import rule_bits_schema
from licet.facts.inventory.from_tables import read_sources
from licet.facts.inventory.row_errors import Reject
from licet.ir.policy import Policy
from licet.run.columnar import summing
from licet.run.columnar.batch import is_passing
from licet.run.reference import interpreter as reference
from tests.examples import examples
from tests.run.sales import SALES_VOCABULARY
from tests.run.worlds import accepted

HOME = '  home : boolean "home"\n'
RECEIVED = '  received : quantity kg derived "what it received"\n'
VOCABULARY = f"""
module a "A"
jurisdiction CH
authority L "Law"
{SALES_VOCABULARY.replace(HOME, HOME + RECEIVED)}  via : Party "forwarder"
  worth : boolean derived "worth it"
decision d of t: Sale "d" as of t.made outcomes a < b < c < e otherwise a
decision f of t: Sale "f" as of t.made outcomes g < h < i otherwise g
"""
POLICY = f"""{VOCABULARY}
rule mass
  for t: Sale
  cites L "1"
  when t.mass + total s.mass over s in Sale where (s is earlier than t and s.to is t.to and s.listed) is at least 4 kg
  then d of t is b
rule gain
  for t: Sale
  cites L "2"
  when total s.gain over s in Sale where (s is earlier than t and year of s.made is year of t.made and s.to is t.to)
      is at least 1.5
  then d of t is c
exception forwarded
  to gain
  for t: Sale
  cites L "3"
  when t.listed or not count s in Sale where (s is earlier than t and s.to is t.via) is at least 1
  then d of t is b
rule number
  for t: Sale
  cites L "4"
  when all of
    (a) count s in Sale where (s is earlier than t and not s.to.home) is at least 2
    (b) not t.listed
  end
  then d of t is e
rule worth
  for x: Sale
  when not count s in Sale where (s is earlier than x and s.to is x.to) is at most 1
  then x is worth
rule by_reference
  for t: Sale
  cites L "5"
  when some p in Party where (p is t.to and (d of t is c or (t is worth and p.home)))
  then f of t is h
rule read
  for t: Sale
  cites L "6"
  when d of t is e and t.listed
  then f of t is i
rule shown
  for p: Party
  then p.received is total s.mass over s in Sale where (s.to is p)
check first
  for t: Sale
  when t.mass + total s.mass over s in Sale where (s is earlier than t and s.made is t.made) is at least 3 kg
  then t is doubtful because "much on one day"
"""
SALES = accepted(POLICY)
LOOSE = accepted(POLICY[: POLICY.index("rule worth")])  # nothing concluded is read in a quantifier
# Rules that ask for others by more than sums, each of rows that their own facts choose.
CHOOSING = f"""{VOCABULARY}
rule mass
  for t: Sale
  cites L "1"
  when t.mass + total s.mass over s in Sale where (s is earlier than t and s.to is t.to and s.listed) is at least 4 kg
  then d of t is b
rule heavier
  for t: Sale
  cites L "2"
  when t.gain is more than 1 and some s in Sale where (s is earlier than t and not s.listed
      and s.mass is more than t.mass and (s.to is t.to or s.via is t.via))
  then d of t is c
rule together
  for t: Sale
  cites L "3"
  when any of
    (a) t.via is applicable and t.gain is more than 1 and t.mass + total s.mass over s in Sale where (s is earlier
        than t and s.gain is at most 0.5 and (s.to is t.to or s.via is t.via)) is more than 2 kg
    (b) t.mass is at most 0.5 kg and every s in Sale where (s.to.home and s.listed and s.to is t.to)
        satisfies (s.gain is t.gain)
  end
  then d of t is e
rule by_party
  for t: Sale
  cites L "4"
  when not t.to.home and some p in Party where (p is t.via and count s in Sale where (s is earlier than t and s.to is p
      and not s.listed) is at least 1)
  then f of t is h
check first
  for t: Sale
  when t.mass + total s.mass over s in Sale where (s is earlier than t and s.made is t.made) is at least 3 kg
  then t is doubtful because "much on one day"
"""
SOME_HELD = "%s is read twice: rules sum over it; %s rows of it are held for some that ask for them"
IDS = ("s", "s1", "s10", "s2", "t", "é", "ß", "a", "b", "B", "10", "9")
CHOSEN = accepted(CHOOSING)
KNOWN = {
    "made": ("2025-01-01", "2025-12-31", "2026-01-01", "not applicable"),
    "mass": ("1", "2.5", "0", "0.125"),
    "gain": ("-1", "1", "2", "0.5", "not applicable"),
    "to": ("p", "q", "r", "not applicable"),
    "via": ("p", "q", "not applicable"),
    "listed": ("yes", "no"),
}
OPEN = {
    "made": ("", ">= 2025-12-31", "2025-01-01..2025-12-31"),
    "mass": ("", "1..2"),
    "gain": ("", "-1..2"),
    "to": ("", "undetermined"),
    "via": ("",),
    "listed": ("", "undetermined"),
}
PARTIES = pa.table({"id": ["p", "q", "r"], "home": ["yes", "no", "yes"]})


@st.composite
def sales(draw: st.DrawFn) -> pa.Table:
    """Some sales, of which in most tables everything is known."""
    ids = draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=8, unique=True))
    gaps = draw(st.sampled_from([0, 1, 1, 4]))
    columns: dict[str, list[str]] = {"id": ids}
    for name, known in KNOWN.items():
        cells = st.sampled_from([*known * 6, *OPEN[name] * gaps])
        columns[name] = draw(st.lists(cells, min_size=len(ids), max_size=len(ids)))
    return pa.table(columns)


def decided(policy: Policy, rows: pa.Table, *, held: bool) -> pa.Table:
    sums = (lambda _policy, _entity: False) if held else streamed.only_sums
    with (
        patch.object(streamed, "only_sums", sums),
        patch.object(from_tables, "split_to_decide", partial(streamed.split_to_decide, rows_per_batch=5)),
        patch.object(summing, "TOGETHER", 3),
        patch.object(summing, "WINDOW", 2),
    ):
        return table_of(policy, [(rows, "Sale"), (PARTIES, "Party")], Asked(("Sale",), today=None))


def test_rows_with_sums_beside_them_are_decided_as_in_a_table_that_is_held() -> None:
    """Where something that they read is not known and a later row asks for it, the table is held."""
    seen: Counter[bool | str] = Counter()
    told = streamed._LOG

    @settings(max_examples=examples(20))
    @given(sales())
    def look(rows: pa.Table) -> None:
        with patch.object(told, "info") as said:
            found = decided(SALES, rows, held=False)
        seen["read twice" in said.call_args.args[0]] += 1
        open_ = any(cell in OPEN[name] for name in KNOWN for cell in rows[name].to_pylist())
        seen["streamed with gaps"] += open_ and "read twice" in said.call_args.args[0]
        expected = decided(SALES, rows, held=True)
        assert found.schema == expected.schema
        for name in found.column_names:
            assert found[name].to_pylist() == expected[name].to_pylist(), name

    look()
    assert min(seen[True], seen[False], seen["streamed with gaps"]) > 1, seen


def test_rows_that_ask_for_others_by_more_than_sums_are_decided_among_those_that_they_may_ask_for() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=examples(20))
    @given(sales())
    def look(rows: pa.Table) -> None:
        with patch.object(streamed._LOG, "info") as said:
            found = decided(CHOSEN, rows, held=False)
        seen[said.call_args.args[0][:40]] += 1
        expected = decided(CHOSEN, rows, held=True)
        for name in expected.column_names:
            assert found[name].to_pylist() == expected[name].to_pylist(), name

    look()
    assert seen[SOME_HELD[:40]] > 1, seen


@settings(max_examples=examples(10))
@given(sales(), st.booleans())
def test_a_table_that_is_held_is_decided_as_the_reference_does(rows: pa.Table, loose: bool) -> None:
    """Conclusions about its rows that only rules about them read are worked out for those that are decided."""
    policy = LOOSE if loose else SALES
    assert is_passing(policy, "Sale") is loose
    asked = Asked(("Sale",), date(2026, 6, 1))
    reading = read_sources([(rows, "Sale"), (PARTIES, "Party")], policy)
    found = [each.rows for each in decide_batches(policy, reading.tables, asked, rows_per_batch=3)]
    subjects = list(reading.facts.subjects("Sale"))
    decisions = decide(policy, reading.facts, subjects, as_of=asked.as_of, evaluate=reference.evaluate)
    expected = result_table(policy, decisions, schema_of(policy, asked))
    for name in expected.schema.names:
        assert pa.Table.from_batches(found)[name].to_pylist() == expected[name].to_pylist(), name


def test_other_questions_about_other_rows_leave_the_table_held() -> None:
    """Only sums of what is earlier are handed on, to be compared."""
    summed = (
        VOCABULARY
        + """
rule x
  for t: Sale
  cites L "1"
  when count s in Sale where (s is earlier than t {}) is at least 2
  then d of t is b
"""
    )
    others = {
        "and s.to is t.to": True,
        "and year of s.made is year of t.made and s.mass is at least 2 kg": True,
        "and s.mass is at least t.mass": False,
        "and some p in Party where (p is s.to and p.home)": False,
    }
    for where, is_summed in others.items():
        policy = accepted(summed.format(where))
        assert streamed.only_sums(policy, "Sale") is is_summed, where
        assert streamable_types(policy) == ()
    alone = "not t.to.home and count s in Sale where (s is earlier than t and s.mass is at least t.mass)"
    for guard, is_summed in ((alone, True), (f"f of t is h and {alone.removeprefix('not t.to.home and ')}", False)):
        guarded = accepted(summed.format("").replace("count s in Sale where (s is earlier than t )", guard))
        assert streamed.only_sums(guarded, "Sale") is is_summed, guard
    doubled = summed.format("").replace("is at least 2", "is at least t.gain / 2")
    assert not streamed.only_sums(accepted(doubled), "Sale")


def told(policy: Policy, rows: pa.Table) -> str:
    """How a table was read, which is decided as if it were held."""
    with patch.object(streamed._LOG, "info") as said:
        assert decided(policy, rows, held=False).equals(decided(policy, rows, held=True))
    words, *values = said.call_args_list[0].args
    return words % tuple(values)


def bits_of(policy: Policy, rows: pa.Table, *, held: bool) -> tuple[pa.Table, Tally]:
    """The rules' bits of each row, and what was counted."""
    asked, tally, found = Asked(("Sale",), bitmaps=True), Tally(), []
    schema = rule_bits_schema(policy, asked.types)
    with patch.object(streamed, "only_sums", (lambda _policy, _entity: False) if held else streamed.only_sums):
        split = streamed.split_to_decide(policy, [(rows, "Sale"), (PARTIES, "Party")], (), rows_per_batch=4)
    assert (split.stream is None) is held
    for each in decide_split(policy, split, asked):
        assert each.bits is not None
        found.append(each.bits.batch(schema))
        tally.add(each.tally)
    return pa.Table.from_batches(found, schema), tally


def test_what_a_row_asks_beside_sums_does_not_matter_where_its_own_facts_rule_it_out() -> None:
    cells = {"made": "2025-01-01", "gain": "2", "to": "p", "via": "q", "listed": "no"}
    rows = pa.table({"id": [*"abcdefg"], "mass": [*"3123123"]} | {name: [cell] * 7 for name, cell in cells.items()})
    place = rows.column_names.index("listed")
    asked = "some s in Sale where (s is earlier than t and s.mass is at least t.mass and s.mass is more than 2 kg)"
    beyond = "some s in Sale where (count x in Sale where (x is earlier than s) is at least t.mass / 1 kg)"
    for wanted, held in (  # the second goes through others for each
        (f"({asked} or t.mass is 3 kg)", "; 3 rows of it are held"),
        (beyond, "`chosen` asks 1 row for others by more than sums"),
    ):
        policy = accepted(f"""{VOCABULARY}
rule chosen
  for t: Sale
  cites L "2"
  when t.listed and {wanted}
  then d of t is c
""")
        said = {
            each: told(policy, rows.set_column(place, "listed", [["no"] * 6 + [each]])) for each in ("no", "yes", "")
        }
        assert said["no"] == "Sale is read twice: rules sum over it"
        assert held in said["yes"], said
        assert held in said[""], said
        if held.startswith(";"):
            asking = rows.set_column(place, "listed", [["no", "yes"] * 3 + ["yes"]])
            assert bits_of(policy, asking, held=False) == bits_of(policy, asking, held=True)


def test_of_what_is_not_known_the_rows_that_ask_for_it_are_held_and_their_group() -> None:
    policy = accepted(
        f"""{VOCABULARY}
rule mass
  for t: Sale
  cites L "1"
  when t.mass + total s.mass over s in Sale where (s is earlier than t and s.to is t.to and s.listed) is at least 4 kg
  then d of t is b
"""
    )
    cells = {"made": ["2025-01-01"] * 9, "gain": ["1"] * 9, "via": ["q"] * 9, "listed": [*["yes"] * 8, "no"]}
    columns = {"id": [*"abcdefghi"], "to": [*"pqrpqrpqp"], **cells}
    known = ["3", "1", "2", "0.5", "1", "1", "1", "2.5", "1"]
    for mass, held in (
        (known, 0),
        (["1..2", *known[1:]], 4),
        ([*known[:7], "", known[8]], 0),
    ):  # the last asks of nobody
        found = told(policy, pa.table({**columns, "mass": mass}))
        said = f"; {held} rows of it are held for some that ask for them" if held else ""
        assert found == f"Sale is read twice: rules sum over it{said}", mass
    dated = [*cells["made"][:4], "", *cells["made"][5:]]
    whole = "Sale is held as a whole, since rules sum over it: what they read is not known of"
    assert told(policy, pa.table({**columns, "mass": known, "made": dated})).startswith(whole)


def test_a_table_that_can_be_read_once_or_has_mistakes_is_held() -> None:
    """Of rows that are left out it is not known what they would add."""
    cells = {"made": "2025-01-01", "mass": "1", "gain": "2", "to": "p", "via": "q", "listed": "yes"}
    rows = pa.table({"id": ["a", "b"]} | {name: [cell, cell] for name, cell in cells.items()})
    wrong = rows.set_column(rows.column_names.index("mass"), "mass", [["1", "much"]])
    for given_, why in ((rows, ""), (rows.to_reader(), "only once"), (wrong, "something is wrong")):
        rejects: list[Reject] = []
        with patch.object(streamed._LOG, "info") as said:
            split = streamed.split_to_decide(SALES, [(given_, "Sale"), (PARTIES, "Party")], (), rejected=rejects.extend)
        assert why in str(said.call_args)
        assert (split.stream is None) is bool(why), why
        assert [reject.id for reject in split.held.rejects] == (["b"] if given_ is wrong else [])
        assert not rejects
