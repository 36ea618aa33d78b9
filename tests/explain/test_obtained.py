"""What may be asked for: records that make a milder answer certain, each of the case as it is and of no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from licet.decide.from_outcome import decide
from licet.explain.obtained import facts_with
from licet.facts.store import Facts, Record, Subject
from licet.ir.policy import Policy
from licet.report import explanation_page
from licet.report.explanation_json import document
from licet.report.explanation_layers import Layers
from licet.run.reference import interpreter as reference
from licet.run.reference.interpreter import Interpreter
from licet.values import Fact, State
from tests.run.worlds import accepted

HEAD = """
module a "A" jurisdiction US
authority L "Law" url "https://example.org/{}"
entity Firm "firm"
  name : text "name"
entity Permit "permit"
  kind : one of plain, special "kind"
  things : set of Thing "things"
  holder : Firm "holder"
  until : date "last day"
  revoked : date blank means not applicable "day of revocation"
entity Thing "thing"
  f : boolean "f"
  g : boolean "g"
  holder : Firm "holder"
  ended : date "last day of it"
  seats : set of text "seats"
  bad : boolean derived "bad"
decision alpha of x: Thing "alpha" outcomes a0 < a1 < a2 < a3 otherwise a0
define held(p: Permit, x: Thing) "held" means
  p.things includes x and p.holder is x.holder and p.until is on or after as_of and not p.revoked is on or before as_of
rule needed "needed" for x: Thing when x.f then alpha of x is a2
rule barred "barred" for x: Thing when x.g then alpha of x is a3
"""
PLAIN = """
exception plain "plain" to needed for x: Thing
  when some p in Permit where (held(p, x) and p.kind is plain) then alpha of x is a1
"""
BOTH = """
exception both "both" to needed for x: Thing
  when some p in Permit where (held(p, x) and p.kind is plain)
    and some p in Permit where (held(p, x) and p.kind is special) then alpha of x is a1
"""


def obtainable(kind: str) -> str:
    """A permit of a kind that may be obtained."""
    return f"""
obtainable {kind}_permit "a {kind} permit" for x: Thing cites L "4" given by "the Office"
  is Permit {{ kind: {kind}, things: [x], holder: x.holder, until: as_of }}
"""


OPEN = {"f": True, "g": False, "holder": "firm"}
PERMIT = {"kind": "plain", "things": frozenset({"one"}), "holder": "firm", "until": date(2027, 1, 1)}
PLAIN_ALONE = [(["a.plain_permit"], "a1")]
CASES: Mapping[str, tuple[str, dict[str, Any], dict[str, Any], list[tuple[list[str], str]]]] = {
    "one": (PLAIN + obtainable("plain"), OPEN, {}, PLAIN_ALONE),
    "the one that is enough": (PLAIN + obtainable("special") + obtainable("plain"), OPEN, {}, PLAIN_ALONE),
    "two together": (
        BOTH + obtainable("plain") + obtainable("special"),
        OPEN,
        {},
        [(["a.plain_permit", "a.special_permit"], "a1")],
    ),
    "one that is enough is not made two": (
        PLAIN + BOTH + obtainable("plain") + obtainable("special"),
        OPEN,
        {},
        PLAIN_ALONE,
    ),
    "none that may be given": (PLAIN, OPEN, {}, []),
    "another than what is needed": (PLAIN + obtainable("special"), OPEN, {}, []),
    "nothing answers for what is barred": (PLAIN + obtainable("plain"), {**OPEN, "g": True}, {}, []),
    "it stays open whether it is barred": (PLAIN + obtainable("plain"), {"f": True, "holder": "firm"}, {}, []),
    "it is open whether it is needed": (PLAIN + obtainable("plain"), {"g": False, "holder": "firm"}, {}, []),
    "nothing is needed": (PLAIN + obtainable("plain"), {**OPEN, "f": False}, {}, []),
    "it is held": (PLAIN + obtainable("plain"), OPEN, {"p": {**PERMIT, "revoked": State.NOT_APPLICABLE}}, []),
    "one of the same name was revoked": (
        PLAIN + obtainable("plain"),
        OPEN,
        {"a.plain_permit": {**PERMIT, "revoked": date(2020, 1, 1)}},
        PLAIN_ALONE,
    ),
    "who holds it is not known": (PLAIN + obtainable("plain"), {"f": True, "g": False}, {}, []),
}


def found_in(text: str, thing: dict[str, Any], permits: dict[str, Any]) -> dict[str, Any]:
    facts = Facts(
        {
            "Thing": {"one": Record(thing)},
            "Permit": {id_: Record(facts) for id_, facts in permits.items()},
            "Firm": {"firm": Record({})},
        },
        {},
    )
    (decision,) = decide(
        accepted(HEAD + text), facts, [Subject("Thing", "one")], as_of=date(2026, 1, 1), evaluate=reference.evaluate
    )
    return document(decision)


@pytest.mark.parametrize("name", CASES)
def test_the_fewest_records_that_make_a_milder_answer_certain(name: str) -> None:
    text, thing, permits, expected = CASES[name]
    (found,) = found_in(text, thing, permits)["next"]
    told = [([record["what"] for record in one["records"]], one["answer"]) for one in found["obtain"]]
    assert told == expected


def test_an_offer_says_what_is_asked_of_whom_under_which_law_in_every_format() -> None:
    found = found_in(PLAIN + obtainable("plain"), OPEN, {})
    assert found["next"][0]["obtain"][0]["records"] == [
        {"what": "a.plain_permit", "title": "a plain permit", "giver": "the Office", "cites": ["L 4"]}
    ]
    said = "obtain, if it has not taken place: a plain permit (L 4) from the Office; if granted, a1"
    assert list(Layers(found, found["parts"][0]).offers()) == [said]
    assert said[1:] in explanation_page.render(found)


# ---- nothing that evades

DAY = date(2026, 10, 1)
NUCLEAR = Subject("Transfer", "t-nuclear")


def test_every_fact_of_a_record_is_of_the_case(library: Policy, frontier: Facts) -> None:
    """Whatever is asked for, no record is another and what is added says nothing that the case does not say."""
    for id_, transfer in frontier.entities["Transfer"].items():
        found = facts_with(frontier, library.obtainables, Subject("Transfer", id_), DAY)
        said = {id_, DAY, *(one for one in transfer.facts.values())} | {
            frozenset({str(one)}) for one in transfer.facts.values()
        }
        for entity, records in found.entities.items():
            before = frontier.entities[entity]
            assert {name: one for name, one in records.items() if name in before} == before
            for one in records.keys() - before.keys():
                assert entity == "Licence"
                asked = {v for k, v in records[one].facts.items() if k != "authority"}
                assert asked <= said | {State.NOT_APPLICABLE, frozenset()}  # goods of a transfer of none
        assert found.relations == frontier.relations


def evasive_edits(library: Policy, frontier: Facts) -> Iterator[tuple[str, Fact]]:
    """Other things that could be said of the transfer."""
    fields = library.entities["Transfer"].fields
    own = frontier.entities["Transfer"][NUCLEAR.id]
    others = {
        "item": sorted(frontier.entities["Model"]),
        "kind": fields["kind"].type.values,
        "end_use": fields["end_use"].type.values,
        "destination": ("US", "GB", "JP", "DE"),
    }
    yield from ((name, value) for name, values in others.items() for value in values if value != own.get(name))
    yield "end_to_end_encrypted", True


def leaves(value: Any) -> Iterator[Any]:
    """All that stands in a document."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def test_no_evasive_edit_is_offered(library: Policy, frontier: Facts) -> None:
    """Dozens of other cases have a milder answer; the steps name unknown facts, records, days, and none of them."""
    (decision,) = decide(library, frontier, [NUCLEAR], jurisdictions=["US"], evaluate=reference.evaluate)
    found = document(decision)
    (steps,) = found["next"]
    assert [one["answer"] for one in steps["obtain"]] == ["licensed"]
    layers = Layers(found, found["parts"][0])
    words = {*leaves(steps["obtain"]), *leaves(steps["settle"]), *leaves(steps["questions"]), *leaves(steps["wait"])}
    texts = " ".join([*layers.offers(), *layers.steps()])
    answer = decision.answers[0]
    chain = library.decisions["licensing"].outcomes
    lowered = 0
    transfers = frontier.entities["Transfer"]
    for name, value in evasive_edits(library, frontier):
        other = {**transfers, NUCLEAR.id: Record({**transfers[NUCLEAR.id].facts, name: value})}
        facts = replace(frontier, entities={**frontier.entities, "Transfer": other})
        bounds = Interpreter(library, facts, decision.settled.as_of).decision("licensing", "US", NUCLEAR)
        if bounds.may <= chain.index(answer.may) and bounds.must < chain.index(answer.must):
            lowered += 1
            assert words.isdisjoint({name, value})
            assert str(value) not in texts.split()
    assert lowered >= 40
