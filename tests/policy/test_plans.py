"""Plans under the library: no evasive edit is offered; each fits the schema and a screen; the command and the verb."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema.validators import validator_for

from licet import api
from licet.cli.main import main
from licet.explain.ways import Plan, plan
from licet.facts.store import Facts, Record, Subject
from licet.ir.policy import Policy
from licet.report import plan_json, plan_text
from licet.resources import schema_file
from licet.run.reference.interpreter import Interpreter
from licet.values import Fact, State
from tests.conftest import ROOT
from tests.explain.test_obtained import leaves

FRONTIER = ROOT / "fixtures" / "frontier"
CHOSEN = (
    *("t-nuclear", "t-swiss", "t-opaque", "t-affiliate-2", "t-affiliate-3", "t-hanabi", "t-unstated"),
    *("t-fable-foreign", "t-fable-staff", "t-mythos-outsider", "t-denied", "t-unverified"),
)


def planned(library: Policy, frontier: Facts, id_: str, **asked: Any) -> Plan:
    """On the subject's own day, under the law of the United States."""
    day = frontier.entities["Transfer"][id_].get("date")
    assert isinstance(day, date)
    return plan(library, frontier, Subject("Transfer", id_), day, jurisdictions=["US"], **asked)


# ---- nothing that evades

Edit = tuple[str, str, Fact]  # of every record of an entity a field; of a relation without a field, its rows away
ELSEWHERE, EARLIER = ("US", "GB", "JP", "DE"), ("2022-01-01", "2025-05-14", "2025-09-28", "2026-06-11")
ITEMS = ("claude-2", "claude-opus-4", "deepseek-r1", "demo-below-line", "demo-published-base", "demo-small", "grok-1")


def evasive_edits(library: Policy) -> Iterator[Edit]:
    """Another item, kind, use, place, party or day; less compute said; published first; owners left out."""
    fields = library.entities["Transfer"].fields
    yield from (("Transfer", name, value) for name in ("kind", "end_use") for value in fields[name].type.values)
    yield from (("Transfer", "item", value) for value in ITEMS)
    yield from (("Transfer", "destination", value) for value in ELSEWHERE)
    yield from (("Transfer", "origin", value) for value in ("FR", "CH"))
    yield from (("Transfer", "date", date.fromisoformat(value)) for value in EARLIER)
    yield from (("Transfer", name, "sakura-compute") for name in ("consignee", "end_user"))
    yield from (("Transfer", name, State.NOT_APPLICABLE) for name in ("recipient", "end_user"))
    yield from (("Transfer", name, True) for name in ("end_to_end_encrypted", "facility_secure", "ofac_authorised"))
    yield from (("Model", "training_compute", value) for value in (10**20, 10**25))
    yield from (("Model", name, value) for name, value in (("weights_published", True), ("us_origin", False)))
    yield from (("Model", name, value) for name, value in (("below_published_frontier", True), ("us_content", 0)))
    places = ("country", "headquarters", "ultimate_parent_country")
    yield from (("Party", name, value) for name in places for value in ELSEWHERE)
    yield from (("Party", "kind", value) for value in ("commercial", "academic"))
    yield from (("Person", name, "US") for name in ("citizenship", "permanent_residence", "most_recent_nationality"))
    yield from ((name, "", State.ABSENT) for name in ("listed", "owns", "directive_names"))


def edited(frontier: Facts, edit: Edit) -> Facts:
    of, field, value = edit
    if not field:
        return replace(frontier, relations={**frontier.relations, of: ()})
    records = {id_: Record({**one.facts, field: value}) for id_, one in frontier.entities[of].items()}
    return replace(frontier, entities={**frontier.entities, of: records})


def bounds(library: Policy, facts: Facts, subject: Subject) -> tuple[int, int]:
    day = facts.record(subject).get("date")
    assert isinstance(day, date)
    found = Interpreter(library, facts, day).decision("licensing", "US", subject)
    return found.must, found.may


def forms(value: Fact) -> set[str]:
    """How a value may be told: as it is recorded, and in words."""
    if isinstance(value, bool):
        return {"= yes" if value else "= no"}
    if isinstance(value, int | Fraction):
        return {str(value), f"{value:.0e}".replace("e+", "e"), f"10^{len(str(value)) - 1}", f"{value} operations"}
    return {"no longer recorded"} if isinstance(value, State) else {str(value), str(value).replace("_", " ")}


def told_of_ways(document: Mapping[str, Any]) -> tuple[set[Any], str]:
    """The leaves of the document's ways, and the words of its texts' ways, in all widths."""
    kept = [answer[name] for answer in document["answers"] for name in ("offers", "questions", "hangs_on")]
    lines = [line for width in (60, 80, 140) for line in plan_text.render(document, width=width).split("\n")]
    words = re.findall(
        r"[\w.^=-]+", " ".join(line for line in lines if line.startswith("    ") or "  " in line.strip())
    )
    return set(leaves(kept)), f" {' '.join(words)} "


@pytest.mark.slow
def test_no_evasive_edit_is_offered_in_any_format(library: Policy, frontier: Facts) -> None:
    """The generator cannot make one; so the words are searched for the values of those that lower the answer."""
    subjects = [Subject("Transfer", id_) for id_ in CHOSEN]
    before = {subject: bounds(library, frontier, subject) for subject in subjects}
    lowered: dict[Edit, list[Subject]] = {}
    for edit in evasive_edits(library):
        facts = edited(frontier, edit)
        for subject in subjects:
            (must, may), (was, might) = bounds(library, facts, subject), before[subject]
            if must <= was and may <= might and (must, may) != (was, might):
                lowered.setdefault(edit, []).append(subject)
    told = {s: told_of_ways(plan_json.document(planned(library, frontier, s.id))) for s in subjects}

    assert len(lowered) >= 45
    assert {of for of, _, _ in lowered} >= {"Transfer", "Model", "Party", "listed", "owns"}
    for (of, field, value), concerned in lowered.items():
        for subject in concerned:
            said, text = told[subject]
            offered = {form for form in forms(value) if form in said or f" {form} " in text}
            assert not offered, (subject, of, field, value)


@pytest.mark.parametrize(
    ("planted", "value"),
    [("send it by remote access", "remote_access"), ("ship before 2025-05-14", date(2025, 5, 14)), ("10^25", 10**25)],
)
def test_an_edit_that_is_offered_is_found(planted: str, value: Fact, library: Policy, frontier: Facts) -> None:
    document = plan_json.document(planned(library, frontier, "t-affiliate-3"))
    (answer,) = document["answers"]
    question = {**answer["questions"][0], "kind": "fact", "ask": planted}
    _, text = told_of_ways({**document, "answers": [{**answer, "questions": [question]}]})

    assert any(f" {form} " in text for form in forms(value))


def test_ways_are_records_that_may_be_given_unknown_facts_and_later_days(library: Policy, frontier: Facts) -> None:
    """Whatever the text: nothing else can be offered, as nothing else is tried."""
    kinds = set()
    for id_ in CHOSEN[:5]:
        found = planned(library, frontier, id_)
        for answer in found.answers:
            unknown = set(found.decision.missing)
            assert all(record in library.obtainables for offer in answer.obtain for record in offer.records)
            assert {one for settling in answer.find_out.sets for one in settling.unknown} <= unknown
            assert {one.unknown for one in answer.find_out.questions} <= unknown
            if answer.wait is not None:
                assert found.decision.as_of is not None
                assert answer.wait.on > found.decision.as_of
            kinds |= {offer["kind"] for offer in plan_json.document(found)["answers"][0]["offers"]}
    assert kinds == {"obtain", "find_out", "wait"}


# ---- as a document and as a text


def test_documents_fit_the_schema(library: Policy, frontier: Facts) -> None:
    schema = json.loads(schema_file("plan-1.json").read_text(encoding="utf-8"))
    kind = validator_for(schema)
    kind.check_schema(schema)
    documents = [
        plan_json.document(planned(library, frontier, id_, audience=audience))
        for id_, audience in (("t-opaque", "reviewer"), ("t-swiss", "applicant"), ("t-affiliate-3", "applicant"))
    ]
    for document in documents:
        kind(schema).validate(json.loads(json.dumps(document)))
    (answer,) = documents[1]["answers"]
    offer = {**answer["offers"][0], "verified": False}
    assert not kind(schema).is_valid({**documents[1], "answers": [{**answer, "offers": [offer]}]})


@pytest.mark.parametrize("width", [60, 80, 140])
def test_a_text_fits_the_screen(width: int, library: Policy, frontier: Facts) -> None:
    text = plan_text.render(
        plan_json.document(planned(library, frontier, "t-opaque", audience="reviewer")), width=width
    )

    assert max(map(len, text.split("\n"))) <= width
    assert "not legal advice" in text
    assert not re.search(r"cleared|allowed to|act before", text)


def test_the_review_that_stands_is_told_beside_what_may_be_obtained(library: Policy, frontier: Facts) -> None:
    document = plan_json.document(planned(library, frontier, "t-swiss"))
    obtain = document["answers"][0]["offers"][0]

    assert (obtain["kind"], obtain["if"], obtain["answer"]) == ("obtain", "granted", ["licensed", "licensed"])
    assert obtain["beside"]["details"] == ["presumption_of_denial"]
    assert "if granted: licensed, which is more than no licence required" in plan_text.render(document, width=140)
    assert "what stands beside the answer now: presumption of denial" in plan_text.render(document, width=140)


# ---- the command and the verb


def licet(*words: str) -> Sequence[str]:
    done = CliRunner().invoke(main, ["plan", str(FRONTIER), *words], catch_exceptions=False)
    return str(done.exit_code), done.stdout, done.stderr


def test_what_has_taken_place_is_refused_without_a_plan() -> None:
    code, out, err = licet("t-swiss")

    assert (code, out) == ("2", "")
    assert "this happened on 2025-09-01; see `licet explain`" in err
    assert "voluntary disclosure is for counsel" in err


def test_the_verb_says_what_the_command_says(frontier: Facts) -> None:
    policy = api.load()
    found = policy.plan(frontier, ("Transfer", "t-nuclear"), as_of="2026-09-01", jurisdictions="US", to="licensed")
    code, out, _ = licet(
        "t-nuclear", "--as-of", "2026-09-01", "--jurisdiction", "US", "--to", "licensed", "--format", "json"
    )

    assert code == "0"
    assert json.loads(out)["answers"] == plan_json.document(found)["answers"]
    assert [offer["reaches"] for offer in json.loads(out)["answers"][0]["offers"]] == [True]
