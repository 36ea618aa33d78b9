"""The answer as a function of the day: what is decided on a few days is what deciding on each of them says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from licet.decide.from_outcome import decidable
from licet.decide.steps import Answers, OverTime, Stretch, answers_on_day, steps
from licet.facts.store import Facts, Record
from licet.ir.policy import Interval, Live, Policy
from licet.run.reference.clock import Cause
from licet.run.reference.held_back import Held, HeldBack, clock_of
from licet.run.reference.interpreter import Interpreter
from licet.values import Fact, Range, State
from tests.examples import each_once, examples
from tests.run.generated import of_generated
from tests.run.worlds import accepted

START = date(2025, 1, 1)
DAYS = [START + timedelta(n) for n in range(400)]


def on_each_day(policy: Policy, facts: Facts, found: Sequence[OverTime], days: Sequence[date]) -> list[list[Answers]]:
    """The law: the reference, made anew for each day."""
    said: list[list[Answers]] = [[] for _ in found]
    for day in days:
        world, enforced = (Interpreter(policy, facts, day, enforced_only=some) for some in (False, True))
        for own, told in zip(said, found, strict=True):
            own.append(answers_on_day(world, enforced, told.subject, policy.decisions[told.decision]))
    return said


def spread(told: OverTime, days: Sequence[date]) -> list[Answers]:
    """What steps say of each day."""
    return [next(step.answers for step in reversed(told.steps) if step.start <= day) for day in days]


def check_causes(policy: Policy, facts: Facts, told: OverTime, before: Answers, step: Stretch) -> None:
    """Each set brings the answer before back, and nothing less does; written by days, where no fact is in it."""

    def decided(some: Policy, held: frozenset[Held]) -> Answers:
        worlds = (HeldBack(some, facts, step.start, held, enforced_only=enforced) for enforced in (False, True))
        return answers_on_day(*worlds, told.subject, some.decisions[told.decision])

    assert step.because.undoing, (told.subject, told.decision, step.start)
    for causes in step.because.undoing:
        held = frozenset(map(clock_of, causes))
        assert decided(policy, held) == before, causes
        assert all(decided(policy, held - {one}) != before for one in held), causes
        if all(is_of_law(policy, cause, step.start) for cause in causes):
            assert decided(a_day_later(policy, held, step.start), frozenset()) == before, causes
    if step.because.either:
        (causes,) = step.because.undoing
        held = frozenset(map(clock_of, causes))
        assert len(held) > 1
        assert all(decided(policy, held - {one}) == step.answers for one in held)


def is_of_law(policy: Policy, cause: Cause, day: date) -> bool:
    """Whether one text is to blame: not that a list begins or ends for all, nor a country that another stands for."""
    if cause.kind == "list":
        dated = policy.lists[cause.of]
        return day not in (dated.covers.start, dated.covers.end) and cause.field not in {
            x.code for x in dated.territories
        }
    return cause.kind == "rule"


def a_day_later(policy: Policy, held: frozenset[Held], day: date) -> Policy:
    """The same law, but that what turns on a day, of some clocks, turns on the next."""

    def moved(interval: Interval) -> Interval:
        ends = (end + timedelta(1) if end == day else end for end in (interval.start, interval.end))
        return Interval(*ends, interval.note)

    rules, lists = dict(policy.rules), dict(policy.lists)
    for kind, of, field in held:
        if kind == "rule":
            live = {name: tuple(map(moved, getattr(rules[of].live, name))) for name in Live.__slots__}
            rules[of] = replace(rules[of], live=Live(**live))
        else:
            members = (replace(m, interval=moved(m.interval)) if m.member == field else m for m in lists[of].members)
            lists[of] = replace(lists[of], members=tuple(members))
    return replace(policy, rules=rules, lists=lists)


def check(policy: Policy, facts: Facts, days: Sequence[date]) -> tuple[OverTime, ...]:
    """The law over all subjects of a world; steps never repeat an answer."""
    found = steps(policy, facts, list(decidable(policy, facts)), days[0], days[-1])
    for told, said in zip(found, on_each_day(policy, facts, found, days), strict=True):
        assert spread(told, days) == said, (told.subject, told.decision)
        assert all(one.answers != other.answers for one, other in zip(told.steps, told.steps[1:], strict=False))
        for before, step in pairwise(told.steps):
            check_causes(policy, facts, told, before.answers, step)
    return found


@of_generated(12)
def test_steps_of_generated_worlds_are_those_of_each_day(policy: Policy, facts: Facts, day: date | None) -> None:
    first = (day or DAYS[0]) - timedelta(days=30)
    check(policy, facts, [first + timedelta(n) for n in range(200)])


# The day of the decision, compared in every way that is understood, and in some that are read anew each day
CONDITIONS = (
    "as_of is after c.d",
    "as_of + 30 days is on or after c.e",
    "c.d + 6 months is before as_of",
    "as_of is c.d",
    "not as_of is c.e",
    "as_of + 1 months - 3 days is c.e",
    "as_of - c.d is at least 90 days",
    "c.e - as_of is less than 20 days",
    "year of as_of is year of c.d",
    "month of as_of is 6",
    "latest(as_of, c.e) is after c.d + 40 days",
    "year_end(as_of) is after c.e",
    "as_of is on or after 2025-03-01",
    "as_of - 5 days is before as_of",
    "count p in permit where (p.of is c and p.until is on or after as_of) is at least 1",
    "some p in permit where (p.of is c and p.until + 1 years is before as_of + 3 months)",
    "every p in permit where (p.of is c) satisfies (p.until is after as_of)",
    "c.maker is safe and as_of is after c.d",
    "c.maker is not safe",
    "c.land is in late",  # which is empty on its first days
    "c.land is not one of [CH, late]",
)
POLICY = """
module a "A"
  jurisdiction X
  authority Act "Act"
entity Maker "maker"
  since : date "since"
  safe : boolean derived "safe"
entity Case "case"
  maker : Maker "maker"
  d : date "day"
  e : date "end"
  land : country "land"
list late of country from "late.yaml" "late"
relation permit(of: Case, until: date) "permit" open
decision a of c: Case "a" outcomes none < some < much otherwise none details early, late
decision b of m: Maker "b" outcomes none < some otherwise none
rule safe for m: Maker
  when m.since + 2 months is before as_of and as_of is before m.since + 300 days
  then m is safe
rule told for m: Maker
  in force from 2025-05-01
  when m is not safe
  then b of m is some
rule one for c: Case
  cites Act "1"
  in force from 2025-02-01
  suspended from 2025-06-01 until 2025-07-01 "stay"
  not enforced from 2025-05-15 until 2025-06-15 "notice"
  when {one}
  then a of c is some with early
rule two for c: Case
  when {two}
  then a of c is much with late
exception but
  to two
  for c: Case
  in force from 2025-03-01 until 2025-09-01
  when {three}
"""
SAID = st.sampled_from(
    [*DAYS[::25], State.ABSENT, State.NOT_APPLICABLE, Range(DAYS[70], DAYS[150]), Range(None, DAYS[9])]
)


@st.composite
def cases(draw: st.DrawFn) -> Facts:
    def record(**further: Fact) -> Record:
        said = {name: draw(SAID) for name in further}
        return Record({name: fact for name, fact in said.items() if fact is not State.ABSENT})

    makers = {f"m{n}": Record({"since": draw(SAID)}) for n in range(2)}
    of_cases = {
        f"c{n}": Record(
            {
                "maker": draw(st.sampled_from([*makers])),
                "d": draw(SAID),
                "e": draw(SAID),
                "land": draw(st.sampled_from([State.ABSENT, State.ABSENT, "JP", "CH"])),
            }
        )
        for n in range(2)
    }
    permits = [
        Record({"of": draw(st.sampled_from([*of_cases])), "until": draw(SAID)}) for _ in range(draw(st.integers(0, 3)))
    ]
    return Facts({"Maker": makers, "Case": of_cases}, {"permit": tuple(permits)})


@settings(max_examples=examples(12))
@given(st.tuples(*[st.sampled_from(CONDITIONS)] * 3), cases())
@each_once
def test_steps_of_days_that_are_compared_are_those_of_each_day(asked: tuple[str, str, str], facts: Facts) -> None:
    check(accepted(POLICY.format(one=asked[0], two=asked[1], three=asked[2])), facts, DAYS)


def test_a_list_gets_its_first_member() -> None:
    """Of somebody who is not known nothing is asked but whether anybody is on it."""
    policy = accepted(
        POLICY.format(one="c.land is in late", two="c.land is not in late", three="c.land is not in late")
    )
    facts = Facts({"Maker": {}, "Case": {"c0": Record({})}}, {})
    (told,) = check(policy, facts, DAYS)

    assert date(2026, 1, 1) in {step.start for step in told.steps}


def test_the_last_day_that_there_is_ends_the_way() -> None:
    policy = accepted(
        'module a "A"\nentity Thing "thing"\n  day : date "day"\n'
        'decision alpha of x: Thing "alpha" outcomes a0 < a1 otherwise a0\n'
        'rule late "late" for x: Thing when x.day is before as_of then alpha of x is a1\n'
    )
    facts = Facts({"Thing": {"one": Record({"day": date(9999, 12, 30)})}}, {})
    (found,) = steps(policy, facts, list(decidable(policy, facts)), date(9999, 12, 29), date.max)

    assert [(step.start, step.answers[0].may) for step in found.steps] == [
        (date(9999, 12, 29), "a0"),
        (date.max, "a1"),
    ]
