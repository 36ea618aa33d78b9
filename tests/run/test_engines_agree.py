"""M4: every engine and the reference interpreter agree on every status, conclusion and range."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from licet.facts.store import Facts, Record, Subject
from licet.ir.outcomes import jurisdictions_of
from licet.ir.policy import Policy
from licet.run.columnar import engine as columnar
from licet.run.engines import Evaluate
from licet.run.forward import driver as forward
from licet.run.outcome import EngineOutcome
from licet.run.reference import interpreter as reference
from licet.run.reference.settled import Settled
from licet.values import State
from tests.examples import each_once, examples
from tests.run.told import told, told_of
from tests.run.worlds import DATES, compiled, policy_texts, subjects, worlds

ENGINES: tuple[Evaluate, ...] = (forward.evaluate, columnar.evaluate)
STATUSES = ("holds", "fails", "unknown", "defeated", "not_in_force")


def differences(
    text: str, facts: Facts, as_of: date | None, enforced_only: bool, skipped: int, seen: Counter[str]
) -> list[str]:
    """Everything on which an engine differs from the reference; a generated policy may be refused.

    The first `skipped` subjects are not asked for, so that an engine must find by itself what the others need.
    """
    policy = compiled(text)
    seen["refused" if policy is None else "compared"] += 1
    if policy is None:
        return []
    wanted = subjects(facts)[skipped:] or subjects(facts)
    left = reference.evaluate(policy, facts, wanted, as_of, enforced_only=enforced_only)
    seen.update(result.status for result in left.rules.values())
    found: list[str] = []
    for evaluate in ENGINES:
        right = evaluate(policy, facts, wanted, as_of, enforced_only=enforced_only)
        beside = {subject for _, subject in left.rules.keys() - right.rules.keys()} - set(wanted)
        if beside:  # an engine need not look into whom nobody asked for: then it is asked for them too
            asked = [*wanted, *sorted(beside)]
            right = evaluate(policy, facts, asked, as_of, enforced_only=enforced_only)
        found += _of_outcomes(policy, facts, left, right)
        found += _of_answers(policy, facts, left, right, wanted)
    return found


def _of_outcomes(policy: Policy, facts: Facts, left: EngineOutcome, right: EngineOutcome) -> Iterator[str]:
    """Rules and terms, also those that only the other engine looked into."""
    yield from (f"{key} is missing" for key in set(left.rules) - set(right.rules))
    yield from (f"{key} is missing" for key in set(left.terms) - set(right.terms))
    expected = Settled(policy, facts, left)
    for (rule, subject), result in told(policy, facts, right).items():
        wanted = told_of(expected, rule, subject)
        if wanted != result:
            yield f"{rule} of {subject}: reference {wanted}, {right.engine} {result}"
    for (name, subject), reading in right.terms.items():
        found = expected._conclusion(name, subject)
        if found != reading:
            yield f"{name} of {subject}: reference {found}, {right.engine} {reading}"


def _of_answers(
    policy: Policy, facts: Facts, left: EngineOutcome, right: EngineOutcome, wanted: list[Subject]
) -> Iterator[str]:
    """Decisions in every jurisdiction and overall, as decisions and proofs read them."""
    one, two = Settled(policy, facts, left), Settled(policy, facts, right)
    for decision in policy.decisions.values():
        for view in (*jurisdictions_of(policy, decision.name), "overall"):
            for subject in wanted:
                if subject.type == decision.entity and (
                    one.decision(decision.name, view, subject) != two.decision(decision.name, view, subject)
                ):
                    yield f"{decision.name} of {subject}, {view}"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_forward_and_columnar_agree_with_the_reference(part: int) -> None:
    """440 draws, some of them again what was drawn; `benchmarks/agree.py` compares millions of decisions.

    Nearly all are accepted, and every status comes about often.
    """
    seen: Counter[str] = Counter()

    @seed(part)
    @settings(max_examples=examples(220))
    @given(policy_texts(), worlds(), DATES, st.booleans(), st.integers(0, 5))
    @each_once
    def compare(text: str, facts: Facts, as_of: date | None, enforced_only: bool, skipped: int) -> None:
        found = differences(text, facts, as_of, enforced_only, skipped, seen)
        assert not found, "\n".join([text, str(facts), *found])

    compare()
    assert seen["compared"] > 9 * seen["refused"], seen
    assert seen["compared"] > examples(140), seen
    assert all(seen[status] > examples(18) for status in STATUSES), seen


READ_BACK = """
module core "Core"
  authority L "Law"
entity Thing "thing"
  n : number "n"
  ref : Thing "ref"
  t0 : boolean derived "t0"
  mates : set of Thing derived "mates"
decision final of x: Thing "final" outcomes keep < drop otherwise keep
module one "One" jurisdiction A
use core

rule mated
  for x: Thing
  then x.mates includes x

rule reads_mates
  for x: Thing
  when x.mates includes x
  then final of x is keep

exception perhaps
  to reads_mates, mated
  for x: Thing
  when x.n is at least 1

exception concludes_mates
  to perhaps
  for x: Thing
  when x.n is at least 3
  then x.mates includes x.ref
"""


@pytest.mark.parametrize("n", [0, 2, 3, State.ABSENT])
def test_an_exception_to_an_exception_concludes_what_the_first_rule_reads(n: int | State) -> None:
    """Whether the exception applies hangs on whether the rule does, so both are worked out together."""
    facts = Facts({"Thing": {"i0": Record({"n": n})}}, {}, None)
    assert compiled(READ_BACK) is not None
    assert differences(READ_BACK, facts, date(2026, 1, 1), False, 0, Counter()) == []
