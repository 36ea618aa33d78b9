"""The law of streaming: rows that pass by in batches are decided like subjects that are held, one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from licet.decide.from_outcome import decide
from licet.decide.table.batches import Asked, decidable_types, decide_batches, schema_of
from licet.decide.table.result_table import result_table
from licet.facts.store import Facts, Record
from licet.facts.tables import STATES, Column, Plain, Table, Tables, number_of_day, tables_from_facts
from licet.ir.policy import Policy
from licet.run.columnar import conclusions_by_epoch
from licet.run.columnar.batch import can_stream
from licet.run.reference import interpreter as reference
from licet.values import Fact, Range, State
from tests.examples import examples
from tests.run.worlds import (
    DATES,
    DAYS,
    LEVELS,
    VOCABULARY,
    compiled,
    conditions,
    facts_atoms,
    intervals,
    policy_texts,
    records,
    worlds,
)

DEAL = """
entity Deal "deal"
  date : date "date"
  n : number "n"
  q : quantity op "q"
  s : percent "s"
  d : date "d"
  c : country "c"
  e : one of red, green, blue "e"
  f : boolean "f"
  g : boolean "g"
  tags : set of text "tags"
  marks : set of text open "marks"
  z : kind_code "z"
  zs : set of kind_code open "zs"
  ref : Thing "ref"
  m : quantity op always applies "m"
  h : one of red, green, blue always applies "h"
  r : grade always applies "r"
  home : Thing always applies "home"
  u0 : boolean derived "u0"
decision handling of x: Deal "handling" outcomes pass < ask < stop otherwise pass details quick, slow
decision routing of x: Deal "routing" outcomes direct < detour < none otherwise direct
"""
STATED = {
    "u0": ["x is u0"],
    "handling": [
        "handling of x is pass",
        "handling of x is ask",
        "handling of x is stop with slow",
        "handling of x is stop with quick",
    ],
    "routing": ["routing of x is direct", "routing of x is detour", "routing of x is none"],
}
DAYLESS = [State.UNDETERMINED, State.ABSENT, State.NOT_APPLICABLE, Range(DAYS[0], DAYS[2])]
SCORE = 'score risk of x: Deal "risk" range 0 to 10 add 3 when {} add 4 when {} bands low from 0, high from 5'


def of_things(atom: str) -> str:
    """The same condition where what is asked of things only is asked of what a deal refers to."""

    def given(call: re.Match[str]) -> str:
        return re.sub(r"\bx\b(?!\.)", "x.ref", call[0])

    atom = re.sub(r"\b(ref|dst) is x\b(?!\.)", r"\1 is x.ref", atom)
    return re.sub(r"\b(?:heavy|alike|span|reached|leads|top|bulk)\([^()]*\)", given, atom)


@st.composite
def bodies(draw: st.DrawFn, *, derived: bool) -> str:
    """A condition about a deal and what it refers to."""
    own = of_things(draw(facts_atoms("x")))
    far = draw(conditions("x.ref", len(LEVELS)))
    read = draw(st.sampled_from(["x is u0", "x is not u0"])) if derived else own
    return draw(
        st.sampled_from([own, far, read, f"{own} and {far}", f"{own} or {read}", f"({far} or {own}) and {read}"])
    )


@st.composite
def deal_effects(draw: st.DrawFn, stated: Iterable[str]) -> str:
    """One of each thing stated."""
    effects = [draw(st.sampled_from(STATED[name])) for name in stated]
    return f"  then {' and '.join(effects)}\n" if effects else ""


@st.composite
def deal_rules(draw: st.DrawFn) -> str:
    lines = []
    for i in range(draw(st.integers(1, 4))):
        stated = draw(st.lists(st.sampled_from(sorted(STATED)), min_size=1, max_size=3, unique=True))
        body = draw(bodies(derived="u0" not in stated))
        lines.append(f"rule d{i}\n  for x: Deal\n{draw(intervals())}\n  when {body}\n{draw(deal_effects(stated))}")
        if draw(st.integers(0, 2)) == 0:
            body = draw(bodies(derived=False))
            others = draw(st.lists(st.sampled_from(sorted(STATED)), max_size=2))
            rebuts = dict.fromkeys([stated[0], *others]) if draw(st.booleans()) else ()
            lines.append(f"exception f{i}\n  to d{i}\n  for x: Deal\n  when {body}\n{draw(deal_effects(rebuts))}")
    if draw(st.booleans()):
        lines.append(SCORE.format(draw(bodies(derived=True)), draw(facts_atoms("x.ref"))))
    if draw(st.booleans()):
        body = draw(bodies(derived=True))
        lines.append(f'obligation deal_duty\n  for x: Deal\n  when {body}\n  then x.ref must "act" by x.d + 30 days\n')
    return "\n".join(lines)


@st.composite
def deal_policies(draw: st.DrawFn) -> str:
    """A generated policy with a streamable subject added."""
    deal = DEAL.replace(' "handling" ', ' "handling" as of x.date ') if draw(st.booleans()) else DEAL
    text = draw(policy_texts()).replace("relation edge", deal + "relation edge", 1)
    return text + draw(deal_rules())


@st.composite
def deals(draw: st.DrawFn) -> dict[str, Record]:
    """Up to nine of them; some without a day."""
    found = {}
    for i in range(draw(st.integers(1, 9))):
        record = draw(records(["i0"]))
        day: Fact = draw(st.sampled_from([*DAYS, *DAYS, *DAYLESS]))
        found[f"deal{i}"] = Record({**record.facts, **({} if day is State.ABSENT else {"date": day})})
    return found


@dataclass
class Passing:
    """A table that passes by in batches of one size."""

    table: Table
    size: int
    plain: bool
    held_rows: None = None

    @property
    def name(self) -> str:
        return self.table.name

    def __iter__(self) -> Iterator[Table]:
        for start in range(0, self.table.length, self.size):
            rows = np.arange(start, min(start + self.size, self.table.length))
            columns: dict[str, Column] = {name: column.take(rows) for name, column in self.table.columns.items()}
            days = [columns["date"].fact(i) for i in range(len(rows))] if "date" in columns else []
            if self.plain and days and not any(isinstance(day, Range) for day in days):  # plain days hold no ranges
                columns["date"] = plain_days(days)
            assert self.table.ids is not None
            yield Table(self.name, len(rows), columns, self.table.ids.take(pa.array(rows)))


def plain_days(facts: Sequence[Fact]) -> Plain:
    values = [number_of_day(f) if isinstance(f, date) else 0 for f in facts]
    states = [0 if isinstance(f, date) else STATES.index(f) for f in facts]  # type: ignore[arg-type]
    return Plain(np.array(values, np.int64), np.array(states, np.uint8), days=True)


def compared(policy: Policy, facts: Facts, as_of: date | None, stream: Passing, held: Tables, workers: int) -> None:
    asked = Asked(decidable_types(policy, policy.entities), as_of, DAYS[1])
    schema = schema_of(policy, asked)
    found = decide_batches(policy, held, asked, stream=stream, workers=workers, rows_per_batch=2)
    mine = pa.Table.from_batches([d.rows for d in found], schema)
    expected = result_table(
        policy, decide(policy, facts, as_of=as_of, today=DAYS[1], evaluate=reference.evaluate), schema
    )
    for name in schema.names:
        assert plain(mine[name].to_pylist()) == plain(expected[name].to_pylist()), name


def plain(column: list[object]) -> list[object]:
    """Missing facts are a set."""
    return [sorted(c, key=str) if isinstance(c, list) and c and isinstance(c[0], dict) else c for c in column]


@pytest.mark.slow
@settings(max_examples=examples(50))
@given(
    deal_policies(),
    worlds(),
    deals(),
    DATES,
    st.integers(1, 4),
    st.booleans(),
    st.sampled_from([1, 2]),
    st.sampled_from([1, 1 << 21]),
)
def test_rows_that_pass_by_are_decided_like_subjects_that_are_held(
    text: str,
    world: Facts,
    rows: dict[str, Record],
    as_of: date | None,
    size: int,
    is_plain: bool,
    workers: int,
    together: int,
) -> None:
    """`together` is how many rows of an entity are worked out at once: with one, each epoch is by itself."""
    policy = compiled(text)
    event(f"compiled: {policy is not None}")
    if policy is None:
        return
    facts = replace(world, entities={**world.entities, "Deal": rows})
    tables = tables_from_facts(facts, policy)
    held = replace(tables, entities={name: t for name, t in tables.entities.items() if name != "Deal"})

    assert can_stream(policy, "Deal")
    with patch.object(conclusions_by_epoch, "MOST_ROWS", together):
        compared(policy, facts, as_of, Passing(tables.entities["Deal"], size, is_plain), held, workers)


def test_a_row_that_passes_by_may_read_one_fact_twice() -> None:
    """Its own table is not among those that are held, and is as long as it is."""
    head = VOCABULARY.replace("relation edge", DEAL + "relation edge", 1)
    policy = compiled(head + "rule d for x: Deal when x.ref is x.ref then handling of x is ask")
    assert policy is not None
    facts = Facts({"Thing": {}, "Part": {}, "Deal": {f"deal{i}": Record({}) for i in range(3)}}, {})
    tables = tables_from_facts(facts, policy)
    held = replace(tables, entities={name: t for name, t in tables.entities.items() if name != "Deal"})
    compared(policy, facts, DAYS[0], Passing(tables.entities["Deal"], 3, False), held, 1)
