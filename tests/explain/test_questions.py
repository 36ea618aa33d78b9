"""What rules conclude of a thing, explained by name: nothing is cited too much, and nothing too little."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from jsonschema.validators import validator_for

from licet.decide.from_outcome import decide
from licet.explain.looked import Looked
from licet.explain.named import narrowed
from licet.explain.questions import decisions_about, names_about
from licet.explain.sufficient import AnswerTrials
from licet.explain.units import FactUnit, Only
from licet.explain.verdict import verdict
from licet.facts.store import Facts, Record, Subject
from licet.ir.policy import Policy
from licet.report.explanation_json import document
from licet.report.explanation_words import asked_of
from licet.report.explanations import FORMATS, render_document
from licet.resources import schema_file
from licet.run.reference import interpreter as reference
from tests.run.generated import of_generated
from tests.run.worlds import accepted, subjects

SCHEMA = json.loads(schema_file("explanation-2.json").read_text(encoding="utf-8"))


@of_generated(6)
def test_generated_policies(policy: Policy, facts: Facts, day: date | None) -> None:
    facts = replace(facts, fingerprint=f"sha256:{'0' * 64}")
    for subject in subjects(facts)[::3]:
        names = sorted({*names_about(policy, subject.type).values()} - decisions_about(policy, subject.type))
        if not names:
            continue
        (whole,) = decide(policy, facts, [subject], as_of=day, evaluate=reference.evaluate)
        decision = narrowed(whole, names)
        looked = Looked(decision)
        found = document(decision, looked)
        validator_for(SCHEMA)(SCHEMA).validate(found)
        assert {asked_of(part) for part in found["parts"]} == set(names)
        assert (refused := verdict(decision, found).refused) == (), (facts, refused)
        for part, cone in zip(found["parts"], looked.cones, strict=True):
            anew = AnswerTrials(policy, looked.rows, decision.settled.as_of, cone)
            answer = cone.question.outcome(decision.settled, subject)
            exact = {unit for unit in cone.units if str(unit) in part["because"]["exact"]}
            assert anew.told(cone.units) == anew.told(exact) == answer
            assert all(anew.told(exact - {unit}) != answer for unit in exact)
            # That there is nothing else in a scope tells of the facts that keep a record out of it.
            tied = {
                (unit.collection, field) for unit in cone.units if isinstance(unit, Only) for field, _ in unit.scope
            }
            for unit, fewer in without_one(facts):
                world = reference.Interpreter(policy, fewer, decision.settled.as_of)
                told = unit in cone.units or (unit.type, unit.field) in tied
                assert told or cone.question.outcome(world, subject) == answer, (facts, unit)


def without_one(facts: Facts) -> Iterator[tuple[FactUnit, Facts]]:
    """Each inventory with a recorded fact fewer, and the fact."""
    for type_, records in facts.entities.items():
        for id_, record in records.items():
            for field in record.facts:
                left = Record({name: fact for name, fact in record.facts.items() if name != field})
                fewer = replace(facts, entities={**facts.entities, type_: {**records, id_: left}})
                yield FactUnit(type_, id_, field), fewer


def test_every_format_tells_it(library: Policy, frontier: Facts) -> None:
    (whole,) = decide(library, frontier, [Subject("Party", "half-owned")], evaluate=reference.evaluate)
    decision = narrowed(whole, ("restricted",))
    found = document(decision)
    shown = {name: render_document(decision, found, name, width=100) for name in FORMATS}

    assert found["parts"][0]["acts"][0]["if_it_stands"] == "true"
    assert all("2026-11-09" in shown[name] for name in ("text", "markdown", "html", "pdf"))
    assert "Not determined" in shown["html"]
    assert "If it is in force: yes. If it is not: no." in shown["html"]
    assert "Why no other answer" not in shown["html"], "of a term there is no other outcome to exclude"
    assert 'answer{{"restricted: not determined"}}' in shown["mermaid"]
    assert "# Party half-owned" in shown["markdown"]
    assert json.loads(shown["json"])["asked"]["about"] == ["restricted"]


def test_what_would_state_it_and_does_not(library: Policy, frontier: Facts) -> None:
    """Of a party on no list the rules with the fewest conditions against them; of one on a list the others."""
    told = {}
    for id_ in ("alpenrose", "listed-one"):
        (whole,) = decide(library, frontier, [Subject("Party", id_)], evaluate=reference.evaluate)
        decision = narrowed(whole, ("restricted",))
        found = document(decision)
        told[id_] = [near["node"].partition("@")[0].rpartition(".")[2] for near in found["parts"][0]["nearest"]]
        page, text = (render_document(decision, found, name) for name in ("html", "text"))
        assert "What does not state it" in page
        assert f"`{told[id_][0]}` (EAR" in text.partition("Why not")[2]
        for near in found["parts"][0]["nearest"]:
            atoms = {atom["id"]: atom for atom in found["parts"][0]["nodes"][near["node"]]["atoms"]}
            against = [id_ for id_, atom in atoms.items() if (atom["truth"] == "true") == atom["negated"]]
            assert set(near["stopped"]) <= set(against), "what is as the rule asks stops nothing"
    assert told == {
        "alpenrose": ["blocked_person", "entity_list", "affiliate_50"],
        "listed-one": ["blocked_person", "affiliate_50"],
    }


def test_a_score_and_an_obligation_have_their_sheet(library: Policy, frontier: Facts) -> None:
    (whole,) = decide(library, frontier, [Subject("Transfer", "t-swiss")], evaluate=reference.evaluate)
    decision = narrowed(whole, ("diversion_risk", "us.ear.duties.keep_records"))
    found = document(decision)
    score, obligation = found["parts"]
    page, graph = (render_document(decision, found, name) for name in ("html", "mermaid"))

    assert score["answer"]["factors"] == {"practice.risk.diversion_risk.controlled_item": [["10", "10"]]}
    assert obligation["answer"]["duties"][0]["deadline"] == {"kind": "until", "day": {"at_least": "2030-09-01"}}
    assert "Transfer/t-swiss.date" in obligation["necessary"]
    assert all(text in page for text in ("risk of diversion: low", "adds 10", ">Due<", "until 2030-09-01 or later"))
    assert '{{"diversion risk: 10"}}' in graph


def test_what_is_hidden_is_known_no_better_than_what_is_recorded() -> None:
    """Of `vague` nobody recorded whether it leads to `a`; hidden, it must not be taken as leading there."""
    policy = accepted("""
module one "One"
entity Thing "thing"
  n : number "n"
  ref : Thing "ref"
  found : boolean derived "found"
rule r "R" for x: Thing when some v in Thing where (v.ref is x and v.ref.n is 1) then x is found
""")
    records = {"a": Record({"n": 2, "ref": "a"}), "vague": Record({"n": 1})}
    facts = Facts({"Thing": records}, {}, fingerprint=f"sha256:{'0' * 64}")
    (whole,) = decide(policy, facts, [Subject("Thing", "a")], evaluate=reference.evaluate)
    decision = narrowed(whole, ("found",))
    found = document(decision)

    assert found["parts"][0]["answer"] == "unknown"
    assert found["parts"][0]["because"]["exact"] == []
    assert verdict(decision, found).refused == ()
