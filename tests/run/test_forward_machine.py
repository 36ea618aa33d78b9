"""What durable_rules is trusted with, and what is kept from it."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from licet.errors import EngineError
from licet.facts.store import Facts, Record, Subject
from licet.plan.network import Join
from licet.run.forward import driver as forward
from licet.run.forward import machine as forward_machine
from licet.run.forward.machine import Token, machine
from licet.run.reference import interpreter as reference
from tests.run.worlds import compiled

BOTH = Join("and", ("left", "right"), "both")
TEXT = """
module core "Small"
entity Thing "thing"
  n : number "n"
  ref : Thing "ref"
  hot : boolean derived "hot"
  warm : boolean derived "warm"
  boss : Thing derived "boss"
  mates : set of Thing derived "mates"
  labels : set of text derived "labels"
relation edge(src: Thing, dst: Thing) "edge" key src, dst
rule hot "Hot"
  for x: Thing
  when x.n is at least 1
  then x is hot
rule boss "Boss"
  for x: Thing
  then x.boss is x.ref
rule mates "Mates"
  for x: Thing
  then x.mates includes x.ref
rule warm "Warm"
  for x: Thing
  when {condition}
  then x is warm
rule first "First"
  for x: Thing
  when x is hot
  then x.labels includes "u"
rule second "Second, through the members that it may add to"
  for x: Thing
  when some l in x.labels where (l is "u" and x is hot)
  then x.labels includes "v"
"""


def statuses(condition: str, ids: tuple[str, str], asked: int) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Of `ids` the second is hot and is the first one's `ref`; what both engines say of the first `asked` of them."""
    policy = compiled(TEXT.format(condition=condition))
    assert policy is not None
    one, two = ids
    records = {one: Record({"n": 0, "ref": two}), two: Record({"n": 1, "ref": one})}
    facts = Facts({"Thing": records}, {"edge": (Record({"src": two, "dst": one}),)})
    wanted = [Subject("Thing", i) for i in ids[:asked]]
    left, right = (engine.evaluate(policy, facts, wanted, None).rules for engine in (reference, forward))
    return {k: v.status for k, v in left.items()}, {k: v.status for k, v in right.items() if k in left}


@pytest.mark.parametrize(
    "condition",
    [
        "x.boss is hot",
        "not (x.boss is hot)",
        "some m in x.mates where (m is hot)",
        "every m in x.mates satisfies (not (m is hot))",
        "some o in edge where (o.dst is x and o.src.boss.boss is hot)",
    ],
)
def test_a_derived_reference_leads_to_subjects_that_nobody_asked_for(condition: str) -> None:
    left, right = statuses(condition, ("a", "b"), asked=1)
    assert right == left


@pytest.mark.parametrize(
    "ids",
    [
        ('a"', "b\\"),
        ("a\\", 'a\\"'),
        ("{'p': 1}", "}"),
        ("\u00e9", "\u65e5\u672c"),
        ("a\n", "a\x00"),
        ("\ud800", ""),
        ("x" * 2**16, "x" * (2**16 - 1) + "y"),
    ],
)
def test_ids_may_be_anything(ids: tuple[str, str]) -> None:
    left, right = statuses("x.ref is hot and (some o in edge where (o.dst is x and o.src is hot))", ids, asked=2)
    assert right == left


def test_members_that_a_rule_may_add_to_itself() -> None:
    left, right = statuses("x is hot", ("a", "b"), asked=2)
    assert right == left
    assert right["core.second", Subject("Thing", "b")] == "holds"


def test_no_two_messages_share_a_hash() -> None:
    """The library takes a message for one it has seen by 32 bits of its id (FNV-1a)."""
    seen = set()
    for number in range(forward_machine.MOST_MESSAGES):
        found = 0x811C9DC5
        for byte in f"{number:o}".encode():
            found = (found ^ byte) * 16777619 & 0xFFFFFFFF
        seen.add(found)
    assert len(seen) == forward_machine.MOST_MESSAGES


def test_a_machine_starts_no_thread() -> None:
    before = threading.active_count()
    made = machine([[BOTH]])
    assert threading.active_count() == before
    del made
    forward_machine.free_left_behind()
    assert not forward_machine._LEFT_BEHIND


def test_what_an_action_raises_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> dict[str, Any]:
        return {"all": [{"m0": {"p": "left"}}], "run": fails}

    def fails(c: Any) -> None:
        raise ValueError("something in an action")

    monkeypatch.setattr(forward_machine, "_definition", broken)
    made = machine([[BOTH]])
    with pytest.raises(EngineError, match="something in an action"):
        made.run([("left", "s", "")])


def test_a_join_that_does_not_fit_is_refused() -> None:
    wrong: tuple[Token, ...] = (("left", "a", ""), ("right", "b", ""))
    with pytest.raises(EngineError, match="do not fit"):
        forward_machine._check(BOTH, wrong)


def test_a_rule_that_is_too_large_is_refused() -> None:
    group = [Join("and", (f"p{i}",), f"c{i}") for i in range(forward_machine.MOST_TOKENS + 1)]
    with pytest.raises(EngineError, match="can be trusted with: split the rule's condition into terms"):
        machine([group])
