"""Ways to a milder answer: the fewest records, the least to find out, the first day; each reaches as far as it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from licet.errors import UsageError
from licet.explain.ways import Plan, PlannedAnswer, plan
from licet.facts.store import Facts, Record, Subject
from licet.report import plan_json, plan_text
from licet.run.reference.interpreter import Interpreter
from licet.values import Fact, Range, State
from tests.explain.test_obtained import HEAD, OPEN, PLAIN, obtainable
from tests.run.worlds import accepted

DATED = HEAD.replace('entity Thing "thing"\n', 'entity Thing "thing"\n  day : date "day"\n').replace(
    'of x: Thing "alpha"', 'of x: Thing "alpha" as of x.day'
)
MORE = """
exception both "both" to needed, plain for x: Thing
  when some p in Permit where (held(p, x) and p.kind is plain)
    and some p in Permit where (held(p, x) and p.kind is special) then alpha of x is a0
"""
TWO_STEPS = PLAIN + MORE + obtainable("plain") + obtainable("special")
TURNS = (
    'rule early "early" for x: Thing in force until 2026-05-01 when not x.f then alpha of x is a3\n'
    'rule middle "middle" for x: Thing in force from 2026-05-01 until 2026-06-01 when not x.f then alpha of x is a1\n'
    'rule late "late" for x: Thing in force from 2026-06-01 until 2026-07-01 when not x.f then alpha of x is a2\n'
)
LASTING = 'rule last "last" for x: Thing in force from 2026-07-01 when not x.f then alpha of x is a2\n'
NOW = date(2026, 1, 1)
ONE = Subject("Thing", "one")


def planned(text: str, thing: Mapping[str, Any], **asked: Any) -> Plan:
    facts = Facts({"Thing": {"one": Record(thing)}, "Permit": {}, "Firm": {"firm": Record({})}}, {})
    return plan(accepted(text), facts, ONE, asked.pop("as_of", NOW), **asked)


def only(text: str, thing: Mapping[str, Any], **asked: Any) -> PlannedAnswer:
    (found,) = planned(HEAD + text, thing, **asked).answers
    return found


def told(found: PlannedAnswer) -> list[tuple[int, str]]:
    return [(len(offer.records), offer.outcome) for offer in found.obtain]


# ---- obtain


@pytest.mark.parametrize(
    ("to", "expected"), [("a0", [(2, "a0")]), (None, [(2, "a0")]), ("a1", [(1, "a1")]), ("a2", [])]
)
def test_as_few_records_as_reach_what_is_asked_for(to: str | None, expected: list[tuple[int, str]]) -> None:
    found = only(TWO_STEPS, OPEN, to=to)

    assert told(found) == expected
    assert found.is_reached is (to == "a2")


def test_what_falls_short_is_offered_where_nothing_reaches_it() -> None:
    found = only(PLAIN + obtainable("plain"), OPEN, to="a0")

    assert told(found) == [(1, "a1")]
    (offer,) = plan_json.document(planned(HEAD + PLAIN + obtainable("plain"), OPEN, to="a0"))["answers"][0]["offers"]
    assert not offer["reaches"]


# ---- wait


def test_the_first_day_on_which_it_is_reached_and_until_when() -> None:
    found = only(TURNS, {"f": False, "g": False}, to="a2").wait

    assert found is not None
    assert (found.on, found.last, found.must, found.may) == (date(2026, 5, 1), None, "a1", "a1")
    assert {cause.of for cause in found.because.causes} == {"a.early"}
    nearer = only(TURNS, {"f": False, "g": False}, to="a1").wait
    assert nearer is not None
    assert (nearer.on, nearer.last) == (date(2026, 5, 1), date(2026, 5, 31))
    last = only(TURNS, {"f": False, "g": False}, to="a0").wait
    assert last is not None
    assert (last.on, last.last) == (date(2026, 7, 1), None)


def test_where_no_day_reaches_it_the_mildest_that_is_certain() -> None:
    found = only(TURNS + LASTING, {"f": False, "g": False}, to="a0").wait

    assert found is not None
    assert (found.on, found.last, found.may) == (date(2026, 5, 1), date(2026, 5, 31), "a1")


def test_no_day_is_offered_on_which_the_answer_is_another_when_it_is_decided_again() -> None:
    text, thing = HEAD + TURNS, {"f": False, "g": False}
    policy, facts = accepted(text), Facts({"Thing": {"one": Record(thing)}, "Permit": {}, "Firm": {}}, {})
    for to in ("a0", "a1", "a2"):
        (found,) = plan(policy, facts, ONE, NOW, to=to).answers
        assert found.wait is not None
        again = Interpreter(policy, facts, found.wait.on).decision("alpha", "US", ONE)
        chain = policy.decisions["alpha"].outcomes
        assert (chain[again.must], chain[again.may]) == (found.wait.must, found.wait.may)
        assert found.wait.on > NOW


# ---- what has taken place


@pytest.mark.parametrize("day", [date(2025, 12, 31), Range(date(2025, 1, 1), date(2025, 12, 31))])
def test_what_has_taken_place_is_refused(day: Fact) -> None:
    with pytest.raises(UsageError, match=r"this happened .*2025-12-31.*licet explain.*counsel"):
        planned(DATED, {**OPEN, "day": day})


@pytest.mark.parametrize("day", [NOW, date(2026, 2, 1), Range(date(2025, 1, 1), NOW), Range(None, None)])
def test_what_may_lie_ahead_is_not(day: Fact) -> None:
    found = planned(DATED + PLAIN + obtainable("plain"), {**OPEN, "day": day})

    assert found.decision.as_of == (day if isinstance(day, date) else None)
    assert found.answers[0].answer.may == "a2"


def test_a_day_that_is_not_known_is_no_day_to_wait_from() -> None:
    (found,) = planned(DATED + TURNS, {"f": False, "g": False}).answers

    assert found.wait is None
    head, _, _ = plan_text.render(plan_json.document(planned(DATED, {"f": False})), width=140).partition("\n")
    assert head.endswith(": for what has not taken place")


# ---- what is asked for


def test_names_that_are_not_there_are_told() -> None:
    for asked, said in (
        ({"to": "a9"}, "alpha cannot be `a9`; known here: `a0`"),
        ({"decision": "alhpa"}, "did you mean `alpha`"),
        ({"audience": "anybody"}, "an applicant or a reviewer, not by `anybody`"),
    ):
        with pytest.raises(UsageError, match=said):
            planned(HEAD, OPEN, **asked)


def test_what_each_answer_brings_is_for_reviewers_alone() -> None:
    applicant, reviewer = (planned(HEAD, {"f": False}, audience=one) for one in ("applicant", "reviewer"))
    (asked,), (told_,) = (plan_json.document(one)["answers"][0]["offers"] for one in (applicant, reviewer))

    assert (asked["answers"], asked["brings"]) == (None, None)
    assert told_["answers"] == ["a0", "a3"]
    assert {case["found"][0]["value"]: case["answer"] for case in told_["brings"]}["yes"] == "a3"
    assert {**asked, "answers": 0, "brings": 0} == {**told_, "answers": 0, "brings": 0}
    assert "= yes" in plan_text.render(plan_json.document(reviewer))
    assert "= yes" not in plan_text.render(plan_json.document(applicant))


def test_long_lists_are_folded_with_a_count() -> None:
    """Of an answer that any of nine things keeps open no set is searched, and three of the questions are shown."""
    fields = "".join(f'  h{n} : boolean "h{n}"\n' for n in range(9))
    rules = "".join(f'rule r{n} "r{n}" for x: Thing when x.h{n} then alpha of x is a3\n' for n in range(9))
    found = planned(
        HEAD.replace('  ended : date "last', f'{fields}  ended : date "last') + rules, {"f": False, "g": False}
    )
    document = plan_json.document(found)

    assert not document["answers"][0]["searched"]
    text = plan_text.render(document)
    assert "nothing settles it, as far as was tried; ask first" in text
    assert "and 6 more questions" in text
    assert len(document["answers"][0]["questions"]) == 9


def test_what_is_declared_is_named_without_its_value() -> None:
    found = planned(HEAD + PLAIN, OPEN)

    assert [unit.field for unit in found.answers[0].hangs_on] == ["f", "g", "holder"]
    assert plan_json.document(found)["answers"][0]["hangs_on"] == [
        {"of": {"type": "Thing", "id": "one"}, "fact": name, "text": name} for name in ("f", "g", "holder")
    ]


def test_what_is_not_applicable_is_no_declaration_to_check() -> None:
    text = 'rule over "over" for x: Thing when x.ended is before as_of then alpha of x is a3\n'

    found = [only(text, {**OPEN, "ended": ended}).hangs_on for ended in (date(2027, 1, 1), State.NOT_APPLICABLE)]
    assert [[unit.field for unit in one] for one in found] == [["ended", "f", "g"], ["f", "g"]]


def test_after_the_last_day_that_there_is_nobody_waits() -> None:
    found = only(TURNS, {"f": True, "g": False}, as_of=date(9999, 12, 30), to="a0")

    assert (found.answer.may, found.wait) == ("a2", None)
