"""Whom an order names and exempts: drawn names of several scripts, each written in several ways, in every engine."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.check.policy import check
from licet.decide.from_outcome import decide
from licet.diagnostics import Source
from licet.facts.store import Facts, Record, Subject
from licet.names import matched, normal
from licet.syntax.from_text import parse
from tests.examples import examples

# Names of different things: no way of writing one is a way of writing another.
NAMES = (
    "Fable 5",
    "Fable 6",
    "Zoé",
    "Zoè",
    "智谱",
    "通义",
    "Модель Ёж",
    "Модель Ж",
    "Straße",
    "GPT 4 5",
    "GPT 45",
    "R+",
    "R",
    "かぎ",
    "かき",
)
WAYS: tuple[Any, ...] = (
    lambda name: name,
    lambda name: unicodedata.normalize("NFD", name),
    str.upper,
    lambda name: name.casefold().replace(" ", "-"),
    lambda name: f" {name.replace(' ', ' · ')}.",
    lambda name: f"«{name}™»",
)
WRITTEN = st.builds(lambda i, way: (i, way(NAMES[i])), st.integers(0, len(NAMES) - 1), st.sampled_from(WAYS))
POLICY = """
module demo "Demo"
  jurisdiction US
  authority EAR "15 CFR"
entity Thing "thing"
  name : text "name"
entity Deal "deal"
  item : Thing "item"
  buyer : Thing "buyer"
decision permit of d: Deal "permit"
  outcomes free < forbidden
  otherwise free
directive letter "Letter"
  cites EAR "744"
  names Thing {names}
  issued 2025-01-01
    exempts Thing {exempt}
  for d: Deal
  when d.item is named and not d.buyer is exempt
  then permit of d is forbidden
"""


def quoted(written: list[tuple[int, str]]) -> str:
    return ", ".join(f'"{text}"' for _, text in written)


def told(which: int, by_id: bool, recorded: bool, called: set[int]) -> bool | None:
    """Whether one of these things is meant; nobody can say where the id is another and no name is recorded."""
    if by_id and which in called:
        return True
    return which in called if recorded else None


@settings(max_examples=examples(40))
@given(
    st.lists(WRITTEN, min_size=1, max_size=3),
    st.lists(WRITTEN, min_size=1, max_size=2),
    st.lists(st.tuples(WRITTEN, st.booleans(), st.booleans()), min_size=2, max_size=6),
)
def test_who_is_meant(
    named: list[tuple[int, str]], exempt: list[tuple[int, str]], things: list[tuple[tuple[int, str], bool, bool]]
) -> None:
    policy = check(
        "demo", [parse(Source("demo.licet", POLICY.format(names=quoted(named), exempt=quoted(exempt))))], {}
    ).policy
    records: dict[str, Record] = {}
    known: dict[str, tuple[int, bool, bool]] = {}
    for number, ((which, text), by_id, recorded) in enumerate(things):
        id_ = normal(text).strip() if by_id else f"id{number}x"
        if id_ not in records:
            records[id_] = Record({"name": normal(text)} if recorded else {})
            known[id_] = which, by_id, recorded
    deals = {f"{a} {b}": Record({"item": a, "buyer": b}) for a in records for b in records}
    facts = Facts({"Thing": records, "Deal": deals}, {}, date(2026, 1, 1))
    subjects = [Subject("Deal", id_) for id_ in deals]

    expected = []
    for deal in deals.values():
        is_named = told(*known[str(deal.get("item"))], {i for i, _ in named})
        is_exempt = told(*known[str(deal.get("buyer"))], {i for i, _ in exempt})
        must = is_named is True and is_exempt is False
        may = is_named is not False and is_exempt is not True
        expected.append(("forbidden" if must else "free", "forbidden" if may else "free"))
    for engine in ("reference", "columnar", "forward"):
        found = decide(policy, facts, subjects, engine_name=engine)
        assert [(d.overall[0].must, d.overall[0].may) for d in found] == expected, engine


@pytest.mark.parametrize("way", range(len(WAYS)))
def test_no_way_of_writing_one_name_is_another(way: int) -> None:
    assert len({matched(WAYS[way](name)) for name in NAMES}) == len(NAMES)
    assert all(matched(WAYS[way](name)) == matched(name) for name in NAMES)
