"""The second reading says what the engines say: on every page of the language, in the library, in generated worlds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from licet.api import Policy as Public
from licet.decide.dates import date_of
from licet.decide.from_outcome import decide
from licet.explain.verdict import verdict
from licet.facts.store import Facts, Record, Subject
from licet.ir.canonical import plain
from licet.ir.policy import ExpectTruth, Policy
from licet.loading.policy_files import load_policy
from licet.report import explanation_json
from licet.run.columnar import engine as columnar
from licet.run.reference import interpreter as reference
from licet.trials.examples import date_of_test, facts_of
from licet.values import Day, Range, State
from licet_check import policy as read_documents
from licet_check import reading as reading_again
from licet_check import values as known
from tests.check_program.beside_engine import differences, read_again, span
from tests.check_program.made import documents
from tests.examples import each_once, examples
from tests.language.cases import FOLDERS, Case, unpacked
from tests.run.worlds import DATES, accepted, compiled, policy_texts, subjects, worlds

PAGES = sorted(FOLDERS[0].glob("good/[0-9]*.md"))
TODAY = date(2026, 11, 26)


def of_inventory(policy: Policy, facts: Facts, as_of: date | None, seen: Counter[str]) -> list[str]:
    """Everything in an inventory, each thing on the day that governs it."""
    read, inventory = read_again(policy, facts, None), facts.as_of or TODAY
    days: dict[Day, list[object]] = {}
    found = []
    for type_ in facts.entities:
        for subject in facts.subjects(type_):
            day = date_of(policy, facts, subject, as_of, TODAY)
            days.setdefault(day, []).append(subject)
            own = read_documents.governing(read.policy, read.facts, subject.type, subject.id, span(inventory))
            if span(day) != (span(as_of) if as_of else own):
                found.append(f"{subject} is decided on {day}, again on {own}")
    for day, wanted in days.items():
        found += differences(policy, facts, reference.evaluate(policy, facts, wanted, day), seen)  # type: ignore[arg-type]
    return found


def of_tests(policy: Policy, seen: Counter[str]) -> list[str]:
    """The tests that stand beside rules: every result, and the truth of each condition that is expected."""
    found = []
    for test in policy.tests:
        facts, as_of = facts_of(test), date_of_test(policy, test)
        found += [f"{test.title}: {one}" for one in of_inventory(policy, facts, as_of, seen)]
        env = {record.name: known.exact(record.id) for record in test.records}
        for expect in test.expects:
            if isinstance(expect, ExpectTruth):
                seen["conditions"] += 1
                truth = read_again(policy, facts, as_of).truth(plain(expect.condition), env)
                if truth != (known.U if expect.unknown else known.T):
                    found.append(f"{test.title}: {truth} for {expect.span}")
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_pages_of_the_language(page: Path) -> None:
    case, seen = Case.read(page), Counter[str]()
    with unpacked(case.files):
        policy = load_policy([Path("policy.licet" if "policy.licet" in case.files else "page.md")])
        found = of_tests(policy, seen)
        if "facts.yaml" in case.files:
            found += of_inventory(policy, Public(policy, ()).facts(Path("facts.yaml")), None, seen)
    assert found == []
    assert seen["rules"] or not policy.tests


@pytest.mark.slow
def test_tests_of_the_library() -> None:
    """Every second of them: all are compared between the engines in `test_contract`."""
    library, seen = load_policy(), Counter[str]()
    assert of_tests(replace(library, tests=library.tests[::2]), seen) == []
    assert seen["rules"] > 1000


@pytest.mark.slow
@seed(13)
@settings(max_examples=examples(250), phases=[Phase.explicit, Phase.generate])
@given(policy_texts(), worlds(), DATES, st.booleans())
@each_once
def test_generated_worlds(text: str, facts: Facts, as_of: date | None, enforced_only: bool) -> None:
    """Of every kind that the generators know; `benchmarks/agree.py --engine check` is the long run."""
    policy = compiled(text)
    if policy is not None:
        left = reference.evaluate(policy, facts, subjects(facts), as_of, enforced_only=enforced_only)
        found = list(differences(policy, facts, left, Counter()))
        assert not found, "\n".join([text, str(facts), *found])


@pytest.mark.parametrize("state", [*State, "u"])
def test_states_are_asked_for_alike(state: Any) -> None:
    """What is undetermined is applicable."""
    policy = accepted("""
module a "A"
entity Thing "thing"
  t : text "t"
decision d of x: Thing "d" outcomes a < b < c < e otherwise a
rule applies for x: Thing when x.t is applicable then d of x is b
rule lacks for x: Thing when x.t is not applicable then d of x is c
rule open for x: Thing when x.t is undetermined then d of x is e
""")
    facts = Facts({"Thing": {"one": Record({} if state is State.ABSENT else {"t": state})}}, {})
    left = reference.evaluate(policy, facts, subjects(facts), None)
    assert list(differences(policy, facts, left, Counter())) == []


@pytest.mark.parametrize("state", [*State, "red", "blue"])
@pytest.mark.parametrize("ref", [*State, "one"])
@pytest.mark.parametrize("listed", ["is one of", "is not one of"])
def test_a_fact_among_others_is_the_same_as_itself(listed: str, ref: Any, state: Any) -> None:
    """Whatever it is, if it is anything: what is undetermined is surely what the same fact is elsewhere in a list."""
    policy = accepted(f"""
module a "A"
entity Thing "thing"
  hue : one of red, blue "hue"
  ref : Thing "ref"
decision d of x: Thing "d" outcomes a < b otherwise a
rule hue for x: Thing when x.hue {listed} [x.ref.hue, red] then d of x is b
""")
    given = {"hue": state, "ref": ref}
    record = Record({name: value for name, value in given.items() if value is not State.ABSENT})
    facts = Facts({"Thing": {"one": record}}, {})
    left = reference.evaluate(policy, facts, subjects(facts), None)
    assert list(differences(policy, facts, left, Counter())) == []


@pytest.mark.parametrize("path", ["x.ref", "x.home", "x"])
@pytest.mark.parametrize("listed", ["is in", "is not in"])
def test_what_may_not_apply_is_in_no_list_for_sure(path: str, listed: str) -> None:
    """A field that always applies may be of a thing that is none: then it is neither in all values nor outside."""
    policy = accepted(f"""
module a "A"
enumeration grade one of bad < fine
entity Thing "thing"
  ref : Thing "ref"
  home : Thing always applies "home"
  hue : one of red, blue always applies "hue"
  rank : grade always applies "rank"
decision d of x: Thing "d" outcomes a < b < c otherwise a
rule hue for x: Thing when {path}.hue {listed} [red, blue] then d of x is b
rule rank for x: Thing when {path}.rank {listed} [bad, fine] then d of x is c
""")
    facts = Facts({"Thing": {"one": Record({})}}, {})
    left = reference.evaluate(policy, facts, subjects(facts), None)
    assert list(differences(policy, facts, left, Counter())) == []


@pytest.mark.parametrize(
    ("state", "answer"), [(State.ABSENT, "ab"), (State.UNDETERMINED, "ab"), (State.NOT_APPLICABLE, "aa"), ("u", "bb")]
)
@pytest.mark.parametrize("evaluate", [reference.evaluate, columnar.evaluate])
def test_what_may_not_apply_is_not_surely_outside_of_nothing(evaluate: Any, state: Any, answer: Any) -> None:
    """Of what is not applicable `is not in` is false, also of a set that has nothing in it."""
    policy = accepted("""
module a "A"
entity Thing "thing"
  t : text "t"
  none : set of text "none"
decision d of x: Thing "d" outcomes a < b otherwise a
rule out for x: Thing when x.t is not in x.none then d of x is b
""")
    said = {"none": frozenset(), "t": state}
    facts = Facts({"Thing": {"one": Record({k: v for k, v in said.items() if v is not State.ABSENT})}}, {})
    (decision,) = decide(policy, facts, evaluate=evaluate)

    assert decision.answers[0].must + decision.answers[0].may == answer
    assert [one.fact for one in decision.missing] == (["t"] if answer == "ab" else [])
    left = reference.evaluate(policy, facts, subjects(facts), None)
    assert list(differences(policy, facts, left, Counter())) == []


def test_all_is_read_behind_a_set_with_further_members() -> None:
    """Of members that nobody names nothing is read; of what stands after them in a condition, everything is."""
    policy = accepted("""
module a "A"
entity Thing "thing"
  tags : set of text open "tags"
  n : number "n"
decision d of x: Thing "d" outcomes a < b otherwise a
rule out for x: Thing when some w in Thing where ((some h in w.tags where (h is not "u")) or w.n is 1) then d of x is b
""")
    facts = Facts({"Thing": {"one": Record({"tags": frozenset({"v"}), "n": 2})}}, {}, fingerprint="sha256:0")
    (decision,) = decide(policy, facts, evaluate=reference.evaluate)
    document = explanation_json.document(decision)

    assert verdict(decision, document).refused == ()
    assert "Thing/one.n" in document["parts"][0]["nodes"]["a.out@Thing/one"]["atoms"][0]["reads"]


@pytest.mark.parametrize(
    "condition",
    [
        "some w in Thing where (w.day is as_of)",
        "some w in Thing where (as_of is w.day)",
        "not (some w in Thing where (w.day is as_of and w.n is 2))",
        "count w in Thing where (w.day is as_of and w.n is x.n) is at least 1",
        "as_of is one of [2025-06-01, 2025-06-02]",
        "as_of is not one of [2025-06-01, x.day]",
        "some w in Thing where (as_of is one of [w.day, x.day])",
        "as_of is x.day",
    ],
)
def test_the_day_of_the_decision_is_compared(condition: str) -> None:
    """It is the one operand that has no type of its own."""
    policy = accepted(f"""
module a "A"
entity Thing "thing"
  day : date "day"
  n : number "n"
decision d of x: Thing "d" outcomes a < b otherwise a
rule out for x: Thing when {condition} then d of x is b
""")
    day = date(2025, 6, 1)
    things = {"one": Record({"day": day, "n": 1}), "two": Record({"n": 2}), "three": Record({})}
    facts = Facts({"Thing": things}, {}, fingerprint="sha256:0")
    for decision in decide(policy, facts, as_of=day, evaluate=reference.evaluate):
        assert verdict(decision, explanation_json.document(decision)).refused == ()


@pytest.mark.parametrize(
    ("summed", "where", "status"),
    [
        ("o.share", "o.owned is x", "fails"),
        ("o.share", "o.owned is o.owner.parent", "unknown"),
        ("o.owned.share", "o.owned is x", "unknown"),
    ],
)
def test_a_total_is_bounded_where_it_is_of_the_rows_of_one_thing(summed: str, where: str, status: str) -> None:
    """Of rows that each have another owner, or of what is no share of the row, 200 % may well be reached."""
    policy = accepted(f"""
module a "A"
entity Thing "thing"
  parent : Thing "parent"
  share : percent "share of its own"
relation owns(owner: Thing, owned: Thing, share: percent) "owns"
  key owner, owned total share per owned at most 100%
decision d of x: Thing "d" outcomes a < b otherwise a
rule high for x: Thing when total {summed} over o in owns where ({where}) is at least 150% then d of x is b
""")
    some = Range(Fraction(0), Fraction(1))
    things = {"p": {"share": some}, "q": {"parent": "p"}, "r": {"parent": "p"}, "s": {"parent": "r"}}
    rows = [{"owner": owner, "owned": owned, "share": some} for owner, owned in (("q", "p"), ("r", "p"), ("s", "r"))]
    facts = Facts({"Thing": {id_: Record(thing) for id_, thing in things.items()}}, {"owns": tuple(map(Record, rows))})
    left = reference.evaluate(policy, facts, subjects(facts), None)
    assert left.rules["a.high", Subject("Thing", "p")].status == status
    assert list(differences(policy, facts, left, Counter())) == []


DAYS = [date(2025, 1, 1), date(2025, 6, 1), date(2025, 12, 31), date(2026, 1, 1), date(2031, 1, 1)]
ENDS = st.sampled_from([None, *DAYS])


@settings(max_examples=examples(60))
@given(st.tuples(ENDS, ENDS), st.sampled_from([*DAYS, *State]), st.integers(0, 2), st.sampled_from(DAYS))
@each_once
def test_days_of_work_are_counted_alike(ends: Any, other: Any, number: int, than: date) -> None:
    """Where a range has no end, some of its days lie outside what the list covers."""
    low, high = ends
    if None not in ends:
        low, high = sorted(ends)
    said = State.ABSENT if low is high is None else low if low == high else Range(low, high)
    policy = accepted(f"""
module a "A"
entity Thing "thing"
  d : date "d"
  e : date "e"
list off of date from "off.yaml" "days off"
decision duty of x: Thing "d" outcomes a < b < c otherwise a
rule after for x: Thing when x.d + {number} working days of off is on or after {than} then duty of x is b
rule counted for x: Thing when working_days(x.d, x.e, off) is more than {number} then duty of x is c
rule back for x: Thing when working_days(x.e, x.d, off) is more than {number} then duty of x is c
""")
    record = {name: fact for name, fact in (("d", said), ("e", other)) if fact is not State.ABSENT}
    facts = Facts({"Thing": {"one": Record(record)}}, {})
    left = reference.evaluate(policy, facts, subjects(facts), None)
    assert list(differences(policy, facts, left, Counter())) == []


def test_how_deep_facts_go_is_no_matter() -> None:
    """Two thousand owners in a row, and the first of them is held; in a circle too."""
    names = [f"p{number}" for number in range(2000)]
    rows = [{"owner": one, "owned": other, "share": "3/5"} for one, other in pairwise(names)]
    entities = {"Party": {name: {"country": "FR"} for name in names}}
    document = {"as_of": None, "entities": entities, "relations": {"owns": rows}, "opened": {}, "members": []}
    named = {**document, "relations": {"owns": rows, "named": [{"party": "p0", "since": "2026-01-01"}]}}
    circle = {**document, "relations": {"owns": [*rows, {"owner": "p1999", "owned": "p0", "share": "3/5"}]}}
    policy, day = read_documents.Policy(documents()[0]), span(date(2026, 6, 1))

    for facts, truth in ((document, known.F), (named, known.T), (circle, known.F)):
        reading = reading_again.Reading(policy, read_documents.Facts(facts), day)
        assert reading.term("A", "Party", "held", "p1999") == truth
    members = (
        reading_again.Reading(policy, read_documents.Facts(document), day).term("A", "Party", "circle", "p300").members
    )
    assert members == {f"p{number}": known.T for number in range(300)}
