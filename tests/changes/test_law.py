"""The law digest: nothing that is only written otherwise changes it, and whatever decides otherwise does."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings

from licet.changes.law import colours, cone_digest, law_digest
from licet.facts.store import Facts
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.operators import FLIPPED
from licet.ir.rewrite import rewrite
from licet.ir.walk import Part
from licet.run.engines import engine
from licet.run.reference.settled import Settled
from tests.examples import examples
from tests.run import kept_strategies as st
from tests.run.worlds import DATES, VOCABULARY, accepted, compiled, policy_texts, subjects, worlds

RULES = """
rule large "A large one"
  for x: Thing
  cites L "1"
  in force from 2025-03-01
  when all of
    (a) x.n is at least 10
    (b) not any of
      (i) x.f
      (ii) x.c is in lst
    end
    (c) some o in edge where (o.src is x and o.w is more than 25%)
    (d) x.e is one of [red, green]
  end
  then verdict of x is c with big because "it is large"

exception small "Not a small one" to large
  for x: Thing
  cites L "2"
  when x.q is less than 10^26 op and x.q is less than fee
  then verdict of x is a

rule sized for x: Thing cites L "3" when x.n is more than 3 and not x.g then x is t0

rule told for x: Thing cites L "4" when x is t0 then notice of x is yearly
"""
START = VOCABULARY + RULES
NEUTRAL = [
    ("rule large", "rule renamed_entirely", " to large", " to renamed_entirely"),
    ('"A large one"', '"Quite another title"'),
    ('cites L "1"', 'cites L "17(b)"'),
    ('because "it is large"', 'because "it is what it is"'),
    ("(a) x.n is at least 10\n", "(h) x.n is at least 10\n"),
    ("x.n is at least 10\n", "10 <= x.n # which is much\n"),
    ("x.n is at least 10\n", "not (not (x.n is at least 1e1))\n"),
    ("[red, green]", "[green, red]"),
    ("10^26 op", "100e24 op"),
    ("some o in edge where (o.src", "some p in edge where (p.src", "x and o.w is", "x and p.w is"),
    ("o.src is x and o.w is more than 25%", "25% < o.w and x is o.src"),
    ("x.q is less than 10^26 op and x.q is less than fee", "fee is more than x.q and x.q is less than 10^26 op"),
    ("(i) x.f\n      (ii) x.c is in lst", "(i) x.c is in lst\n      (ii) not not_f", "not not_f", "not (not x.f)"),
    ("(b) not any of\n      (i) x.f\n      (ii) x.c is in lst\n    end", "(b) not x.f\n    (h) not (x.c is in lst)"),
    ("x.n is more than 3 and not x.g", "not any of (a) not (x.n is more than 3) (b) x.g end"),
    ('decision verdict of x: Thing "verdict"', 'decision verdict of x: Thing "what is said"'),
]
CHANGES = [
    ("    (a) x.n is at least 10\n", ""),
    ("x.n is at least 10", "x.n is at least 11"),
    ("x.n is at least 10", "x.n is more than 10"),
    ("x.n is at least 10", "not (x.n is less than 10)"),  # where n is not applicable
    ("10^26 op", "10^26 + 1 op", "10^26 + 1", "100_000_000_000_000_000_000_000_001"),
    ("in force from 2025-03-01", "in force from 2025-03-02"),
    ("in force from 2025-03-01", "in force from 2025-03-01 until 2026-03-01"),
    ("in force from 2025-03-01", 'in force from 2025-03-01\n  not enforced from 2025-03-01 "said so"'),
    ("in force from 2025-03-01", 'in force from 2025-03-01\n  suspended from 2025-03-02 "said so"'),
    ("verdict of x is c", "verdict of x is d"),
    ("with big", "with small"),
    ("verdict of x is a", "verdict of x is b"),
    (" to large", "", "exception small", "rule small"),
    ("then verdict of x is a\n", ""),
    ("o.src is x", "o.dst is x"),
    ("some o in edge where", "every o in edge satisfies"),
    ("[red, green]", "[red]"),
    ("not any of", "any of"),
    ("x.c is in lst", "x.c is not in lst"),
    ("x is t0 then", "x is t1 then"),
    ("outcomes a < b < c < d otherwise b", "outcomes a < b < c < d otherwise a"),
    ("outcomes a < b < c < d", "outcomes b < a < c < d"),
    ("is 1 op until 2025-06-01 is 2 op", "is 1 op until 2025-06-01 is 3 op"),
    ("until 2025-06-01 is 2 op from 2025-06-01", "until 2025-06-02 is 2 op from 2025-06-02"),
    ('seat : country "seat" is CH', 'seat : country "seat" is JP'),
    ("bad < fair < fine", "fair < bad < fine"),
    ("unit kop_s is 1000 op", "unit kop_s is 1001 op"),
    ("total w per dst at most 100%", "total w per dst at most 50%"),
    ('"loose" open', '"loose"'),
    ('m : quantity op always applies "m"', 'm : quantity op "m"'),
]


def edited(*edit: str) -> ir.Policy:
    text = START
    for before, after in zip(edit[::2], edit[1::2], strict=True):
        assert before in text, before
        text = text.replace(before, after)
    return accepted(text)


@pytest.fixture(scope="module")
def start() -> ir.Policy:
    return accepted(START)


@pytest.mark.parametrize("edit", NEUTRAL, ids=lambda edit: edit[1][:40])
def test_what_is_only_written_otherwise_keeps_the_digest(edit: tuple[str, ...], start: ir.Policy) -> None:
    assert law_digest(edited(*edit)) == law_digest(start)


@pytest.mark.parametrize("edit", CHANGES, ids=lambda edit: edit[-1][:40])
def test_what_decides_otherwise_changes_the_digest(edit: tuple[str, ...], start: ir.Policy) -> None:
    assert law_digest(edited(*edit)) != law_digest(start)


def test_a_rule_in_another_module_of_no_jurisdiction_and_in_another_place_is_the_same(start: ir.Policy) -> None:
    large, *rest = re.split(r"\n(?=rule|exception)", RULES.strip())
    moved = (
        VOCABULARY + "\n".join(rest[1:]) + '\nmodule four "Elsewhere"\nuse core\nuse three\n' + large + "\n" + rest[0]
    )

    assert law_digest(accepted(moved)) == law_digest(start)
    assert law_digest(accepted(VOCABULARY.replace('"Common"', '"Common" jurisdiction A') + RULES)) != law_digest(start)


def test_each_part_of_a_list_decides_but_its_sources(start: ir.Policy) -> None:
    dated = start.lists["lst"]
    first, *others = dated.members
    day = timedelta(days=1)
    covers = ir.Interval(date(2025, 3, 1) + day, None)
    changes = [
        replace(dated, members=tuple(others)),
        replace(dated, members=(*dated.members, ir.Membership("FR", ir.Interval(None, None), ""))),
        replace(dated, members=(replace(first, interval=ir.Interval(date(2025, 1, 1), None)), *others)),
        replace(dated, covers=covers),
        replace(dated, territories=()),
        replace(dated, territories=tuple(replace(x, since=x.since + day) for x in dated.territories if x.since)),
        replace(dated, open=True),
    ]
    digests = {law_digest(with_list(start, changed)) for changed in (dated, *changes)}
    assert len(digests) == len(changes) + 1

    same = replace(dated, title="t", source="s", phrase="p", members=tuple(reversed(dated.members)))
    assert law_digest(with_list(start, same)) == law_digest(start)


def with_list(policy: ir.Policy, dated: ir.DatedList) -> ir.Policy:
    return replace(policy, lists={**policy.lists, dated.name: dated})


def test_the_cone_of_a_decision_holds_what_bears_on_it_and_nothing_else(start: ir.Policy) -> None:
    def moved(*edit: str) -> set[str]:
        other = edited(*edit)
        return {name for name in start.decisions if cone_digest(start, name) != cone_digest(other, name)}

    assert moved("x.n is at least 10", "x.n is at least 11") == {"verdict"}
    assert moved("x.n is more than 3", "x.n is more than 4") == {"notice"}
    assert moved("is 1 op until", "is 4 op until") == {"verdict"}
    assert moved("10^26 op and", "10^25 op and") == {"verdict"}
    assert moved('g : boolean "g"', 'g : boolean always applies "g"') == {"notice"}
    assert moved("otherwise keep", "otherwise drop") == {"final"}
    assert moved('k : boolean "k"', 'k : number "k"') == set()


def test_exceptions_however_deep_are_in_the_digest() -> None:
    """Further away than the four steps by which rules are told apart."""
    chain = 'rule e0 for x: Thing cites L "1" when x.f then x is t0\n' + "".join(
        f'exception e{i} to e{i - 1} for x: Thing cites L "1" when x.g\n' for i in range(1, 9)
    )
    one, other = (
        accepted(VOCABULARY + chain + f'exception end to e8 for x: Thing cites L "1" when {last}\n')
        for last in ("x.f", "x.n is 1")
    )

    assert colours(one)["three.e0"] == colours(other)["three.e0"]
    assert law_digest(one) != law_digest(other)


# ---- generated policies


@settings(max_examples=examples(60))
@given(policy_texts(), st.integers(0, 1000))
def test_no_order_of_parts_and_no_name_is_in_the_digest_of_a_generated_policy(text: str, seed: int) -> None:
    policy = compiled(text)
    if policy is None:
        return
    draw = random.Random(seed)
    rules = list(policy.rules.values())
    draw.shuffle(rules)
    named = {rule.id: f"elsewhere.n{i}" for i, rule in enumerate(rules)}
    renamed = {
        named[r.id]: replace(r, id=named[r.id], title="", notes=(), excepts=tuple(named[x] for x in r.excepts))
        for r in rules
    }
    assert law_digest(replace(policy, rules=renamed)) == law_digest(policy)


def scrambled(part: Part, draw: random.Random) -> Any:
    """A condition that says the same in another order, with its sides changed and negations doubled and moved."""

    def change(part: Part) -> Part | None:
        again = partial(scrambled, draw=draw)
        match part:
            case n.Earlier():
                return part
            case n.AllOf(parts=parts) | n.AnyOf(parts=parts) if draw.random() < 0.3:
                other = n.AnyOf if isinstance(part, n.AllOf) else n.AllOf
                return n.Not(None, other(None, tuple(n.Not(None, again(one)) for one in parts)))
            case n.AllOf(parts=parts) | n.AnyOf(parts=parts) | n.Counted(parts=parts):
                return replace(part, parts=tuple(again(one) for one in draw.sample(parts, len(parts))))
            case n.Compare(operator=operator, left=left, right=right) if draw.random() < 0.5:
                return n.Compare(None, FLIPPED[operator], again(right), again(left))
            case n.Holds() | n.Member() if draw.random() < 0.3:
                return n.Not(None, n.Limb(None, "z", n.Not(None, part)))
        return None

    return rewrite(part, change)


@settings(max_examples=examples(60))
@given(policy_texts(), st.integers(0, 1000))
def test_no_way_of_writing_a_condition_is_in_the_digest(text: str, seed: int) -> None:
    policy = compiled(text)
    if policy is None:
        return
    draw = random.Random(seed)
    rules = {
        rule.id: rule if rule.body is None else replace(rule, body=scrambled(rule.body, draw))
        for rule in policy.rules.values()
    }
    assert law_digest(replace(policy, rules=rules)) == law_digest(policy)


@settings(max_examples=examples(150))
@given(policy_texts(), worlds(), DATES)
def test_what_has_one_cone_is_decided_alike(text: str, facts: Facts, day: date | None) -> None:
    """Of two policies one has half of the other's rules."""
    policy = compiled(text)
    if policy is None:
        return
    kept = {id_: rule for i, (id_, rule) in enumerate(policy.rules.items()) if i % 2 or rule.kind == "default"}
    left = {id_: replace(rule, excepts=tuple(x for x in rule.excepts if x in kept)) for id_, rule in kept.items()}
    other = replace(policy, rules=left)
    alike = [name for name in policy.decisions if cone_digest(policy, name) == cone_digest(other, name)]
    asked = subjects(facts)
    found = [Settled(p, facts, engine("reference", p, facts)(p, facts, asked, day)) for p in (policy, other)]
    for name in alike:
        for subject in (s for s in asked if s.type == policy.decisions[name].entity):
            for place in ("A", "B"):
                first, second = (settled.decision(name, place, subject) for settled in found)
                assert first == second


def test_the_cone_of_a_closure_holds_what_it_walks() -> None:
    text = """module m "M" jurisdiction US
  authority L "Law"
entity Model "model"
  weights_published : boolean "weights published"
relation derived_from(model: Model, base: Model) "derived from"
decision duty of m: Model "duty" outcomes none < some otherwise none
rule r for m: Model cites L "1" when derived_from_published(m) then duty of m is some
"""
    opened = accepted(text.replace('"derived from"', '"derived from" open'))

    assert cone_digest(accepted(text), "duty") != cone_digest(opened, "duty")
