"""Outcomes belong to decisions: rules with several effects say the same in every engine, the gate and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.check.policy import check
from licet.decide.from_outcome import decide
from licet.decide.gate import Gate
from licet.decide.table.batches import Asked, decide_batches
from licet.diagnostics import Source
from licet.explain.from_decision import explain
from licet.facts.store import Facts, Record, Subject
from licet.facts.tables import tables_from_facts
from licet.ir import nodes as n
from licet.ir.outcomes import jurisdictions_of, outcome_of
from licet.ir.policy import Policy
from licet.ir.strata import Strata
from licet.plan.bits import AtLeast, OfRule, Wanted, compile_program
from licet.plan.case import compile_case, compile_definite
from licet.run.reference.bounds import Bounds
from licet.syntax.from_text import parse
from tests.examples import examples
from tests.run.worlds import compiled, policy_texts

HEAD = """
module a "A" jurisdiction US
entity Thing "thing"
  f : boolean "f"
  g : boolean "g"
  h : boolean "h"
decision alpha of x: Thing "alpha" outcomes a0 < a1 < a2 < a3 otherwise a0 details big, small
decision beta of x: Thing "beta" outcomes b0 < b1 < b2 < b3 otherwise b0
"""
ENGINES = ("reference", "forward", "columnar", "gate", "table")
Answers = dict[str, tuple[str, str]]


def policy_of(rules: str, *, errors: tuple[str, ...] = ()) -> Policy:
    """The policy of some rules; with the codes of `errors`, one that its checker refuses."""
    checked = check("made", [parse(Source("made.licet", HEAD + rules))], {})
    assert tuple(d.code for d in checked.diagnostics if d.severity == "error") == errors
    return checked.policy


def answers(engine: str, policy: Policy, record: Record) -> Answers:
    """The range of each decision about one thing with these facts."""
    facts = Facts({"Thing": {"one": record}}, {})
    if engine == "gate":
        return dict(Gate(policy, "Thing", tables_from_facts(Facts({}, {}), policy), None)(record.facts).outcomes)
    if engine == "table":
        (decided,) = decide_batches(policy, tables_from_facts(facts, policy), Asked(("Thing",), None, date(2026, 1, 1)))
        (row,) = decided.rows.to_pylist()
        return {name: (row[f"{name}.must"], row[f"{name}.may"]) for name in policy.decisions if f"{name}.must" in row}
    decision = decide(policy, facts, [Subject("Thing", "one")], engine_name=engine)[0]
    return {found.decision: (found.must, found.may) for found in decision.overall}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("stated", [("a1", "a3"), ("a3", "a1"), ("a1", "a2", "a3")])
def test_several_outcomes_of_one_decision_join(engine: str, stated: tuple[str, ...]) -> None:
    """The checker refuses them, so that only a policy made without it has any; then the gravest counts."""
    effects = " and ".join(f"alpha of x is {outcome}" for outcome in stated)
    policy = policy_of(f"rule r for x: Thing when x.f then {effects}", errors=("E073",) * (len(stated) - 1))
    assert answers(engine, policy, Record({"f": True})) == {"alpha": ("a3", "a3")}
    assert answers(engine, policy, Record({})) == {"alpha": ("a0", "a3")}
    assert answers(engine, policy, Record({"f": False})) == {"alpha": ("a0", "a0")}


def test_the_graver_of_several_outcomes_is_explained_as_the_rule_s() -> None:
    policy = policy_of("rule r for x: Thing when x.f then alpha of x is a1 and alpha of x is a3", errors=("E073",))
    facts = Facts({"Thing": {"one": Record({"f": False})}}, {})
    (decision,) = decide(policy, facts, [Subject("Thing", "one")], engine_name="reference")
    (part,) = explain(decision).parts
    said = {found.outcome: found.lines for found in part.why_not}
    assert "no rule has this outcome" in said["a1"]
    assert "no rule has this outcome" not in said["a3"]


PAIRS = [
    # the rule, its exception, and the ranges while `g` is not known
    ("alpha of x is a3 and beta of x is b1", "alpha of x is a3 and beta of x is b0", ("a3", "a3"), ("b0", "b1")),
    ("alpha of x is a1 and beta of x is b3", "alpha of x is a3", ("a1", "a3"), ("b0", "b3")),
    ("beta of x is b3 and alpha of x is a1", "alpha of x is a3", ("a1", "a3"), ("b0", "b3")),
    ("beta of x is b3 and alpha of x is a2", "alpha of x is a1 and beta of x is b2", ("a1", "a2"), ("b2", "b3")),
    ("beta of x is b3", "alpha of x is a1 and beta of x is b2", ("a0", "a1"), ("b2", "b3")),
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("rule", "exception", "alpha", "beta"), PAIRS)
def test_floors_belong_to_a_decision(
    engine: str, rule: str, exception: str, alpha: tuple[str, str], beta: tuple[str, str]
) -> None:
    policy = policy_of(
        f"rule r for x: Thing when x.f then {rule} exception e to r for x: Thing when x.g then {exception}"
    )
    assert answers(engine, policy, Record({"f": True})) == {"alpha": alpha, "beta": beta}
    known = [answers(engine, policy, Record({"f": True, "g": g})) for g in (True, False)]
    for name, (must, may) in answers(engine, policy, Record({"f": True})).items():
        assert must <= min(found[name][0] for found in known)
        assert max(found[name][1] for found in known) <= may


@pytest.mark.parametrize("engine", ENGINES)
def test_every_exception_in_doubt_must_state_the_decision(engine: str) -> None:
    """One that states another decision only leaves no floor, whatever its neighbour states."""
    policy = policy_of("""
rule r for x: Thing when x.f then alpha of x is a3 and beta of x is b3
exception e to r for x: Thing when x.g then alpha of x is a2 and beta of x is b2
exception o to r for x: Thing when x.h then alpha of x is a1
""")
    assert answers(engine, policy, Record({"f": True})) == {"alpha": ("a1", "a3"), "beta": ("b0", "b3")}
    assert answers(engine, policy, Record({"f": True, "h": False})) == {"alpha": ("a2", "a3"), "beta": ("b2", "b3")}
    assert answers(engine, policy, Record({"f": True, "g": False})) == {"alpha": ("a1", "a3"), "beta": ("b0", "b3")}


def test_bounds_that_exclude_each_other_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="no outcome is at least 2 and at most 1"):
        Bounds(2, 1)


@pytest.mark.slow
@settings(max_examples=examples(120))
@given(policy_texts(), st.randoms(use_true_random=False))
def test_must_bits_lie_within_may_bits_whatever_the_atoms(text: str, chance: object) -> None:
    """Of rules, and of each step of each decision; a step implies those below it; one case says what many say, and what
    a program says that knows of nothing unknown.
    """
    policy = compiled(text)
    if policy is None:
        return
    for entity in policy.entities:
        wanted = list(_wanted(policy, entity))
        program = compile_program(policy, Strata.of(policy), entity, wanted)
        mask = (1 << 64) - 1
        inputs = []
        for _ in (*program.atoms, *program.lives):
            must, may = (chance.getrandbits(64) for _ in "my")  # type: ignore[attr-defined]
            inputs += [must & may, may]
        bits = program.run(mask, inputs)
        pairs = _pairs(bits)
        for want, (must, may) in zip(wanted, pairs, strict=True):
            assert must & ~may == 0, (want, text)
        for (lower, below), (higher, above) in zip(
            zip(wanted, pairs, strict=True), zip(wanted[1:], pairs[1:], strict=True), strict=False
        ):
            if isinstance(lower, AtLeast) and isinstance(higher, AtLeast) and higher.outcome == lower.outcome + 1:
                assert above[0] & ~below[0] == 0, (higher, text)
                assert above[1] & ~below[1] == 0, (higher, text)
        case = compile_case(policy, Strata.of(policy), entity, wanted, lambda _: None)
        decisions = list(dict.fromkeys(want.decision for want in wanted if isinstance(want, AtLeast)))
        definite = compile_definite(policy, Strata.of(policy), entity, decisions, case)
        atoms = {atom: inputs[2 * i : 2 * i + 2] for i, atom in enumerate(program.atoms)}
        lives = inputs[2 * len(program.atoms) :]
        for place in range(0, 64, 16):
            groups = [[b >> place & 1 for a in group for b in atoms[a]] for _, group in case.groups]
            ordered = [b >> place & 1 for live in case.lives for b in _of_live(live, program.lives, lives)]
            single = case.run(1, *groups, ordered)
            assert [int(b) for b in single] == [b >> place & 1 for b in bits], text
            known = [[b for b in group[::2] for _ in "my"] for group in (*groups, ordered)]
            ranks = definite(1, *(group[::2] for group in known))
            told = dict(zip(wanted, _pairs(case.run(1, *known)), strict=True))
            assert ranks is None or list(ranks) == [_rank(policy, name, told) for name in decisions], text


def _pairs(bits: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(bits[::2], bits[1::2], strict=True))


def _rank(policy: Policy, decision: str, told: Mapping[Wanted, tuple[int, int]]) -> int:
    """The one outcome that a decision comes to overall."""
    steps = [told[AtLeast(decision, n.OVERALL, i)] for i in range(1, len(policy.decisions[decision].outcomes))]
    must, may = (sum(map(bool, step)) for step in zip(*steps, strict=True))
    assert must == may
    return must


def _wanted(policy: Policy, entity: str) -> Iterator[Wanted]:
    for rule in policy.rules.values():
        if rule.entity == entity:
            yield OfRule("applies", rule.id)
            yield OfRule("beats", rule.id)
            yield OfRule("effective", rule.id)
    for decision in policy.decisions.values():
        if decision.entity == entity and any(outcome_of(r, decision.name) is not None for r in policy.rules.values()):
            for view in (*jurisdictions_of(policy, decision.name), n.OVERALL):
                yield from (AtLeast(decision.name, view, i) for i in range(1, len(decision.outcomes)))


def _of_live(live: object, lives: tuple[object, ...], bits: list[int]) -> list[int]:
    place = lives.index(live)
    return bits[2 * place : 2 * place + 2]
