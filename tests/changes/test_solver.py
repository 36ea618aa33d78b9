"""Solvers on two policies: what they prove holds in every world, and what they show is decided again."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from itertools import islice

import pytest
from jsonschema.validators import validator_for

from licet.changes.sides import SIDES, failures, policy_diff
from licet.changes.solver import encoder, memberships, question
from licet.changes.solver.concrete import WorldFound
from licet.changes.solver.question import DecisionQuestion, SideAnswered, moved
from licet.changes.solver.script import FALSE
from licet.changes.solver.worlds import Ranges, decided
from licet.changes.unmoved import UnmovedWorlds
from licet.ir import policy as ir
from licet.plan.bits import ZERO, ProgramWriter
from licet.report import diff_json, diff_text
from licet.report.diff_outline import outline
from licet.resources import schema_file
from licet.trials.examples import ExampleResult, run_examples
from tests.changes.small_policies import SUBJECT, VOCABULARY, World, compiled, pairs, worlds_of

pytest.importorskip("z3", reason="the extra `analyse` is not installed: nothing of the solvers is tested")
pytest.importorskip("cvc5", reason="the extra `analyse` is not installed: nothing of the solvers is tested")

Policies = tuple[ir.Policy, ir.Policy]
FEW = 400  # worlds of a pair that is tried here; benchmarks/proofs.py tries more


def small(one: str, two: str = "", earned: str = "") -> ir.Policy:
    found = compiled(VOCABULARY.format(one=one, two=two, earned=earned))
    assert found is not None, one
    return found


def pair(old: str, new: str) -> Policies:
    return small(old), small(new)


def answers(policies: Policies) -> dict[str, SideAnswered]:
    asked = DecisionQuestion(policies, "verdict")
    return {side: asked.answer(side) for side in SIDES}


def words(policies: Policies) -> tuple[str, str]:
    """What is said of looser and of stricter: `no`, `shown` or `open`."""
    found = answers(policies)
    looser, stricter = (_word(found[side]) for side in SIDES)
    return looser, stricter


def _word(found: SideAnswered) -> str:
    return "no" if found.said == "unsat" else "shown" if found.shown is not None else "open"


def moves(policies: Policies, worlds: list[World]) -> dict[str, bool]:
    """Whether some world shows each side."""
    found: set[str] = set()
    for facts, day in worlds:
        came: Ranges = decided(policies, WorldFound(facts, SUBJECT, day), "verdict").answers
        found |= {side for side in SIDES if moved(side, came)}
    return {side: side in found for side in SIDES}


def test_what_is_proved_no_world_shows_and_what_a_world_shows_is_found() -> None:
    """All worlds of random small policies, decided one by one."""
    counts = Counter[str]()
    for texts, policies, worlds in islice(pairs(random.Random(7), FEW), 16):
        told, found = answers(policies), moves(policies, worlds)
        for side in SIDES:
            word = _word(told[side])
            counts[word] += 1
            assert not (word == "no" and found[side]), (side, *texts)
            assert word != "open", (side, *texts)
    assert counts["no"] > 3 < counts["shown"], counts


def test_members_of_finite_sets_are_encoded() -> None:
    """Codes, countries and named values: what is asked of some or every one is proved, and shown."""
    rule = "rule r for x: Thing when {} then verdict of x is d"
    some = rule.format('(some z in x.zs where (z is under "1"))')
    none = rule.format('not (every z in x.zs satisfies (z is not under "1"))')
    finer = rule.format('(some z in x.zs where (z is under "1A"))')
    assert words(pair(some, none)) == ("no", "no")
    assert words(pair(some, finer)) == ("shown", "no")
    inside = rule.format("(every c in x.cs satisfies (c is in lst or c is JP))")
    written = rule.format("(every c in x.cs satisfies (c is one of [JP, lst]))")
    assert words(pair(inside, written)) == ("no", "no")
    assert words(pair(inside, rule.format("(every c in x.cs satisfies (c is JP))"))) == ("shown", "no")


def test_worlds_in_which_nothing_moves_have_the_same_answers() -> None:
    """What rules that changed come to is the same: then all answers are."""
    same = tried = 0
    for texts, policies, worlds in islice(pairs(random.Random(11), FEW), 12):
        unmoved = UnmovedWorlds(*policies)
        for facts, day in worlds[::4]:
            tried += 1
            if unmoved.holds(facts, day):
                same += 1
                old, new = decided(policies, WorldFound(facts, SUBJECT, day), "verdict").answers
                assert old == new, (day, *texts)
    assert tried / 4 < same < tried


# ---- faults that somebody may make in the encoder

RULE = "rule r for x: Thing when {} then verdict of x is {}"


def _shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not encoded is taken for the same without a look at what it reads."""
    monkeypatch.setattr(encoder, "part_digest", lambda *_: "")


def _no_floors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProgramWriter, "_floor", lambda *_: ZERO)


def _no_coverage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memberships.EncodedMembers, "_covered", lambda _self, _dated, _on, found: (found, found))


def _nothing_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder.PolicyEncoder, "where", lambda _self, _condition, found: found)


def _unread_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder.PolicyEncoder, "_inside", lambda *_: FALSE)


OWNED = """rule p for x: Owner when {} then x is p
rule r for x: Thing when some l in x.tags where (x.o is p) then verdict of x is d"""
GAP = """rule r for x: Thing when x.f then verdict of x is d
gap e to r for x: Thing cites L "1" when x.g then verdict of x may be {}"""
FAULTS: list[tuple[Callable[[pytest.MonkeyPatch], None], str, str]] = [
    (_shared, OWNED.format("x.k"), OWNED.format("not x.k")),
    (_no_floors, GAP.format("c"), GAP.format("b")),
    (_no_coverage, RULE.format("x.c is CH", "d"), RULE.format("x.c is in lst and x.c is CH", "d")),
    (_nothing_is_true, RULE.format("x.n is less than 1", "d"), RULE.format("not x.n is at least 1", "d")),
    (_no_coverage, RULE.format('x.z is "1A"', "d"), RULE.format('x.z is under some_codes and x.z is "1A"', "d")),
    (
        _unread_days,
        "rule r for x: Thing in force from 2025-03-01 when x.f then verdict of x is d",
        "rule r for x: Thing in force from 2025-09-01 when x.f then verdict of x is d",
    ),
]


@pytest.mark.parametrize(("plant", "old", "new"), FAULTS)
def test_a_fault_in_the_encoder_is_caught(
    plant: Callable[[pytest.MonkeyPatch], None], old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It proves what a world refutes; without the fault nothing is proved that one does."""
    old_text, new_text = (VOCABULARY.format(one=rules, two="", earned="") for rules in (old, new))
    right = words(pair(old, new))
    worlds = worlds_of((old_text, new_text), 100_000)
    assert worlds is not None
    found = moves(pair(old, new), worlds)
    assert not any(word == "no" and found[side] for word, side in zip(right, SIDES, strict=True)), (right, found)
    plant(monkeypatch)
    wrong = words(pair(old, new))
    assert any(word == "no" and found[side] for word, side in zip(wrong, SIDES, strict=True)), (right, wrong, found)


# ---- what is shown, and what is said of it

BEFORE = """rule r for x: Thing in force from 2025-03-01 when x.n is at least 1 and x.c is in lst then verdict of x is d
rule s for x: Thing when x.f and x.tags includes "u" then x.single is low
rule q for x: Thing when x.single is low then verdict of x is c"""
REWRITTEN = [
    ("x.n is at least 1 and x.c is in lst", "(x.n is at least 1 or (x.n is at least 1 and x.f)) and x.c is in lst"),
    ("x.n is at least 1 and", "exactly 1 of (a) x.n is at least 1 end and"),
    ("from 2025-03-01", "from 2025-03-01 until 2026-01-01\n  in force from 2026-01-01"),
    ("x.f and", "((x.f and x.g) or (x.f and not x.g)) and"),
]
SHOWN = [
    ("x.n is at least 1", "x.n is more than 1"),
    ("x.n is at least 1", "not x.n is less than 1"),
    ("x.c is in lst", "x.c is one of [JP, lst]"),
    ("from 2025-03-01", "from 2025-03-02"),
    ("x.single is low then", "x.single is high then"),
    ('includes "u" then', 'includes "u" and x.o.c is CH then'),
]


@pytest.mark.parametrize(("before", "after"), REWRITTEN)
def test_a_neutral_rewrite_is_no_change_of_law(before: str, after: str) -> None:
    assert before in BEFORE
    assert words(pair(BEFORE, BEFORE.replace(before, after))) == ("no", "no")


@pytest.mark.parametrize(("before", "after"), SHOWN)
def test_a_world_that_shows_a_move_is_a_test_to_paste(before: str, after: str) -> None:
    """It passes beside the new rules, and fails beside the old ones."""
    after_text = BEFORE.replace(before, after)
    (found,) = policy_diff(*pair(BEFORE, after_text), solvers=True).decisions
    worlds = [side.witness for side in found.sides.values() if side.witness is not None]
    assert worlds
    for world in worlds:
        passed = [not result.failures for rules in (BEFORE, after_text) for result in ran(rules, world.test)]
        assert passed == [False, True], world.test


def ran(rules: str, test: str) -> list[ExampleResult]:
    return run_examples(small(f"{rules}\n{test}"))[0]


UNREAD = """rule p for x: Owner when x.k then x is p
rule r for x: Thing when some y in Owner where (y is p and y.c is CH) then verdict of x is d"""
SCREEN = """Law: 1 item changed, 0 renamed, 0 texts. Vocabulary: as before.
  ~ one.r  [no source given]
      when: some y in Owner where (y is p and y.c is CH) -> some y in Owner
        where (y is p or y.c is CH)
Verdict. Looser: not encodable: 2 conditions. Stricter: shown.
  bears on it   one.r
  not encoded   some y in Owner where (y is p and y.c is CH), some y in Owner
    where (y is p or y.c is CH)
"""


def test_what_stands_in_the_way_is_named() -> None:
    """A collection is not encoded: that more things are in it is not proved, and so not said."""
    found = policy_diff(*pair(UNREAD, UNREAD.replace("p and", "p or")), solvers=True)
    text = diff_text.render(outline(found))
    assert text.startswith(SCREEN), text
    (decision,) = found.decisions
    assert decision.sides["looser"].open == (
        "some y in Owner where (y is p and y.c is CH)",
        "some y in Owner where (y is p or y.c is CH)",
    )
    document = diff_json.document(found, ("old", "new"))
    schema = json.loads(schema_file("diff-1.json").read_text(encoding="utf-8"))
    validator_for(schema)(schema).validate(document)
    assert [side["not_encoded"] for side in (document["decisions"][0][name] for name in SIDES)][1] == []


def test_other_names_of_facts_are_no_facts_to_compare() -> None:
    text = VOCABULARY.format(one=BEFORE, two="", earned="")
    old, new = compiled(text), compiled(text.replace('n : number "n"', 'n : number always applies "n"'))
    assert old is not None
    assert new is not None
    (found,) = policy_diff(old, new, solvers=True).decisions
    assert {(side.verdict, side.by) for side in found.sides.values()} == {
        ("not encodable", "declared otherwise: field Thing.n")
    }


OTHER_ORDER = ("e : one of red, green, blue", "e : one of green, red, blue")
OTHER_VALUES = ("single : one of low, high", "single : one of blue, green, red")
FROM_FIELD = """rule s for x: Thing when x.e is applicable then x.single is x.e
rule r for x: Thing when x.single is red then verdict of x is d"""


@pytest.mark.parametrize(
    ("old", "new", "rules", "right", "wrong"),
    [
        (("", ""), OTHER_ORDER, RULE.format("x.e is red", "d"), "x.e is red or (x.e is red and x.g)", "x.e is green"),
        (OTHER_VALUES, OTHER_VALUES, FROM_FIELD, "x.e is red", "x.e is blue"),
    ],
    ids=["in the new vocabulary", "of what a rule concludes"],
)
def test_values_are_the_same_in_whatever_order_they_are_declared(
    old: tuple[str, str], new: tuple[str, str], rules: str, right: str, wrong: str
) -> None:
    """A value is told by its name: that is what facts record."""

    def declared(said: tuple[str, str], text: str) -> ir.Policy:
        found = compiled(VOCABULARY.replace(*said).format(one=text, two="", earned=""))
        assert found is not None, text
        return found

    before = declared(old, rules)
    assert words((before, declared(new, RULE.format(right, "d")))) == ("no", "no")
    assert words((before, declared(new, RULE.format(wrong, "d")))) == ("shown", "shown")


def test_what_one_solver_says_alone_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question, "says_the_other", lambda _: "unknown")
    (found,) = policy_diff(*pair(BEFORE, BEFORE.replace(*REWRITTEN[0])), solvers=True).decisions
    assert {(side.verdict, side.by) for side in found.sides.values()} == {("not found", "z3 alone says no")}


def test_a_proof_about_known_facts_says_nothing_of_details_nor_of_certainty() -> None:
    """A rewrite that decides alike where all is known leaves open what was settled where `n` is not."""
    rewritten = "((x.f and x.n is applicable) or (x.f and x.n is not applicable))"
    found = policy_diff(*pair(RULE.format("x.f", "d"), RULE.format(rewritten, "d")), solvers=True)
    assert {side.verdict for one in found.decisions for side in one.sides.values()} == {"proved no"}
    named = {wanted: failures(found, wanted) for wanted in (*SIDES, "details", "open", "any")}
    assert named == dict.fromkeys(SIDES, (False, False)) | dict.fromkeys(("details", "open", "any"), (False, True))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            (RULE.format("x.f", "d"), ""),
            ('rule r for x: Thing not enforced from 2025-05-01 "so" when x.f then verdict of x is d', ""),
        ),
        (
            (RULE.format("x.f", "d"), "rule s for x: Thing when x.f then verdict of x is d"),
            (
                "rule r for x: Thing when x.f then verdict of x is b",
                "rule s for x: Thing when x.f then verdict of x is d",
            ),
        ),
    ],
    ids=["as enforced", "of one jurisdiction"],
)
def test_a_proof_of_the_overall_answer_says_nothing_of_another(old: tuple[str, str], new: tuple[str, str]) -> None:
    found = policy_diff(small(*old), small(*new), solvers=True)
    assert {side.verdict for one in found.decisions for side in one.sides.values()} == {"proved no"}
    assert {wanted: failures(found, wanted) for wanted in SIDES} == dict.fromkeys(SIDES, (False, True))


def test_certainty_is_told_apart_from_the_sides() -> None:
    """A gap in place of a rule leaves open what a test had settled."""
    test = 'test "known" as of 2026-01-01\n  given x is Thing { f: yes }\n  expect verdict of x is d'
    rule = "rule r for x: Thing when x.f then verdict of x is d"
    gap = 'gap r for x: Thing cites L "1" when x.f then verdict of x may be d'
    old, new = (small(f"{rules}\n{test}") for rules in (rule, gap))
    found = policy_diff(old, new)
    text = diff_text.render(outline(found))
    assert '  certainty     of 1 answer to tests 1 less certain, as in the test "known", 0\n    more certain' in text, (
        text
    )
    (decision,) = diff_json.document(found, ("old", "new"))["decisions"]
    assert decision["certainty"] == {"less": 1, "more": 0, "tried": 1, "world": "known"}
