"""Recursive terms are asked again only where they may change: the same is found as by asking every row each round."""

from __future__ import annotations

from datetime import date

import pytest
from benchmarks.growth import chain, checked
from hypothesis import given, settings

from licet.facts.store import Facts, Opening, Record, Subject
from licet.facts.tables import tables_from_facts
from licet.run.columnar import engine as columnar
from licet.run.columnar.conclusions import Solver
from licet.run.columnar.row_batch import World
from licet.run.outcome import EngineOutcome
from licet.run.reference import fixpoint
from licet.run.reference import interpreter as reference
from licet.run.reference.settled import Settled
from licet.values import Truth
from tests.examples import each_once, examples
from tests.run.worlds import DATES, DAYS, compiled, policy_texts, worlds


def wrong(text: str, facts: Facts, days: list[date | None]) -> list[str]:
    """What the table engine says otherwise than the reference of terms, on several days worked out together."""
    policy = compiled(text)
    if policy is None:
        return []
    solver = Solver(World(policy, tables_from_facts(facts, policy), facts), days)
    found = []
    for day in days:
        law = Settled(policy, facts, EngineOutcome(day, False, reference.NAME, {}, {}))
        for name in solver.strata.concluders:
            for subject in facts.subjects(name.entity) if name.sort == "term" else ():
                said = solver.term(name).reading(solver.place(subject, day))
                if said != law._conclusion(name, subject):
                    found.append(f"{name} of {subject} on {day}: {said}")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("one_by_one", [False, True])
def test_what_is_asked_again_is_enough(monkeypatch: pytest.MonkeyPatch, one_by_one: bool) -> None:
    monkeypatch.setattr(fixpoint, "_WHOLE_ROUNDS", 1)
    monkeypatch.setattr(fixpoint, "_FEW", 1 << 30 if one_by_one else 0)
    monkeypatch.setattr(fixpoint, "_A_ROUND", 1 << 30)

    @settings(max_examples=examples(80))
    @given(policy_texts(), worlds(), DATES)
    @each_once
    def compare(text: str, facts: Facts, as_of: date | None) -> None:
        found = wrong(text, facts, list(dict.fromkeys([as_of, *DAYS, None])))
        assert not found, "\n".join([text, str(facts), *found])

    compare()


def test_a_long_row_of_owners_takes_as_many_steps_as_it_has_owners(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Subject] = []
    before = reference.Given.concluded
    monkeypatch.setattr(
        reference.Given,
        "concluded",
        lambda self, name, subject: (asked.append(subject), before(self, name, subject))[1],
    )
    case = chain(1500)
    policy = checked(case.policy)
    found = columnar.evaluate(policy, case.facts, [Subject("Transfer", "t1499")], None)

    assert found.rules["growth.consigned", Subject("Transfer", "t1499")].effective is Truth.T
    assert len(asked) < 1.1 * 1500


OPENED = """module m "M"
entity Thing "thing"
  t : boolean derived "t"
  f : boolean "f"
relation edge(src: Thing, dst: Thing) "edge"
decision v of x: Thing "v" outcomes a < b otherwise a
rule r
  for x: Thing
  when x.f or some o in edge where (o.dst is x and o.src is t)
  then x is t
"""


@pytest.mark.parametrize("one_by_one", [False, True])
def test_a_row_of_which_one_end_is_known_is_read_by_all(monkeypatch: pytest.MonkeyPatch, one_by_one: bool) -> None:
    """What a record's own mark makes possible may lead from it to anything, as many rounds later as it takes."""
    monkeypatch.setattr(fixpoint, "_WHOLE_ROUNDS", 1)
    monkeypatch.setattr(fixpoint, "_FEW", 1 << 30 if one_by_one else 0)
    monkeypatch.setattr(fixpoint, "_A_ROUND", 1 << 30)
    things = {f"i{k}": Record({"f": k == 0}) for k in range(6)}
    rows = tuple(Record({"src": f"i{k}", "dst": f"i{k + 1}"}) for k in range(4))
    mark = Opening((("src", "i4"),), Subject("Thing", "i4"))

    assert wrong(OPENED, Facts({"Thing": things}, {"edge": rows}, None, {"edge": (mark,)}), [DAYS[0]]) == []
