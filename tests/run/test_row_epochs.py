"""What is worked out for many days at once is what is worked out for each of them, if only where something turns."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from licet.facts.store import Facts, Record, Subject
from licet.facts.tables import tables_from_facts
from licet.loading.policy_files import load_policy
from licet.run.columnar.conclusions import Solver
from licet.run.columnar.row_batch import World
from tests.examples import each_once, examples
from tests.run.worlds import DAYS, compiled, policy_texts, worlds

MORE = [day + timedelta(days=by) for day in DAYS for by in (-1, 0, 1, 60)]


@pytest.mark.slow
@settings(max_examples=examples(30))
@given(policy_texts(), worlds(), st.permutations([*MORE, None]))
@each_once
def test_many_days_at_once(text: str, facts: Facts, days: list[date | None]) -> None:
    policy = compiled(text)
    event(f"compiled: {policy is not None}")
    if policy is None:
        return
    tables = tables_from_facts(facts, policy)
    together = Solver(World(policy, tables), days)
    for day in days:
        alone = Solver(World(policy, tables), [day])
        for name in alone.strata.concluders:
            for subject in facts.subjects(name.entity) if name.sort == "term" else ():
                mine = together.term(name).reading(together.place(subject, day))
                theirs = alone.term(name).reading(alone.place(subject, day))
                assert mine == theirs, f"{name} of {subject} on {day}\n{text}\n{facts}"


POLICY = """
module m "m"
jurisdiction J
entity Party "party"
  marked : boolean derived "marked"
relation listed(party: Party, from: date, until: date) "listings"
relation owns(owner: Party, owned: Party) "holdings"
decision d of p: Party "d" outcomes no < yes otherwise no
rule named
  for p: Party
  when some l in listed where (l.party is p and l.from is on or before as_of and not l.until is on or before as_of)
  then p is marked
rule owned
  for p: Party
  when some o in owns where (o.owned is p and o.owner is marked)
  then p is marked
"""


@pytest.fixture
def solver(tmp_path: Path) -> Solver:
    (tmp_path / "p.licet").write_text(POLICY)
    policy = load_policy([tmp_path / "p.licet"])
    start, end = date(2026, 3, 5), date(2026, 8, 1)
    facts = Facts(
        {"Party": {name: Record({}) for name in "abcz"}},
        {
            "listed": (Record({"party": "a", "from": start, "until": end}),),
            "owns": (Record({"owner": "a", "owned": "b"}), Record({"owner": "b", "owned": "c"})),
        },
    )
    days = [date(2026, 1, 1) + timedelta(days=i) for i in range(300)]
    return Solver(World(policy, tables_from_facts(facts, policy)), days)


def test_a_row_is_worked_out_again_only_where_what_it_looks_at_turns(solver: Solver) -> None:
    spans = solver.spans["Party"]

    assert [int((spans.rows == row).sum()) for row in range(4)] == [3, 3, 3, 1]
    assert {solver.days[e] for e in spans.epochs} == {date(2026, 1, 1), date(2026, 3, 5), date(2026, 8, 1)}


def test_an_owner_s_listing_reaches_those_owned(solver: Solver) -> None:
    marked = next(name for name in solver.strata.concluders if name.name == "marked")
    of_c = [bool(solver.term(marked).reading(solver.place(Subject("Party", "c"), day)).members) for day in solver.days]

    assert of_c.index(True) == (date(2026, 3, 5) - date(2026, 1, 1)).days
    assert of_c.count(True) == (date(2026, 8, 1) - date(2026, 3, 5)).days
