"""What 8 U.S.C. 1324b asks of whoever looks at staff, as laws of the library: where somebody comes from is read for
licence need alone, and what screening found only of whom something is shown to.

Each law is also tried on a library with rules that break it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.changes.law import cone_of, inside
from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.facts.inventory.load import load_facts
from licet.facts.store import Subject
from licet.ir import nodes as n
from licet.ir.effects import HasOutcome, about
from licet.ir.policy import Policy, Rule
from licet.ir.strata import Strata
from licet.ir.walk import Part, parts_of
from licet.loading.policy_files import load_policy
from licet.resources import policies_folder
from tests.examples import examples

NEED = "licensing"
ORIGINS = ("citizenship", "permanent_residence", "most_recent_nationality", "nationalities", "us_person")
# Duties of the law that go with whatever is subject to the EAR, which a release to somebody from elsewhere may be.
OF_THE_LAW = {
    *("us.ear.duties.keep_records", "us.ear.duties.resolve_red_flags", "us.ear.duties.unverified_statement"),
    *("us.ear.red_flags.answer_red_flags", "us.ear.red_flags.look_for_the_others", "us.ear.red_flags.refrain_or_ask"),
}


BREAK_IT = {
    "read": "rule read for p: Person when p.citizenship is CN then access of p is withhold",
    "read_a_term": "rule read_a_term for p: Person when p is foreign_person under US then access of p is open",
    "excepted": "exception excepted to access_open for p: Person when p.permanent_residence is applicable",
    "owed": 'obligation owed for p: Person when not p.us_person then p.employer must "dismiss the person"',
    "owed_of_a_transfer": "obligation owed_of_a_transfer for t: Transfer when t is deemed_export under US\n"
    '  then t.exporter must "dismiss the person"',
    "shown": 'term local of p: Person "a local"\n'
    "rule shown for p: Person when p.nationalities includes US then p is local",
    "scored": 'score scored of p: Person "risk" range 0 to 9 add 9 when p.most_recent_nationality is not US',
    "checked": 'check checked for p: Person when p.citizenship is CN then p is doubtful because "so it is"',
}
KEEP_IT = {
    "needed": "rule needed for t: Transfer when t.recipient.citizenship is CN then licensing of t is licence_required",
    "on_need": "obligation on_need for t: Transfer when licensing of t is licence_required\n"
    '  then t.exporter must "wait"',
}
SCREENED = {
    "of_anybody": "rule of_anybody for p: Person when p.screening is pending then access of p is open",
    "of_somebody": "obligation of_somebody for m: Model when some p in Person where (p.screening is pending)\n"
    '  then m.developer must "ask"',
}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    """The whole library, and all these rules."""
    file = tmp_path_factory.mktemp("planted") / "planted.licet"
    rules = "\n".join((BREAK_IT | KEEP_IT | SCREENED).values())
    file.write_text(f'module planted "Planted"\nuse practice.staff\nuse us.ear.deemed_exports\n{rules}\n', "utf-8")
    return load_policy([policies_folder(), file])


# ---- what reads where somebody comes from

Term = tuple[str, str]  # an entity and a field or term of it


def terms_read(tops: Iterable[Part]) -> Iterator[tuple[Term, Part]]:
    """Each field and term that stands in conditions and operands, with what it is read of."""
    for part in (part for top in tops for part in inside(top)):
        match part:
            case n.FieldOf(base=base, name=name) | n.TermOf(base=base, name=name) if not isinstance(base, n.AsOf):
                yield (base.type.name, name), base
            case n.Holds(subject=subject, entity=entity, term=term):
                yield (entity, term), subject


def concluded(rule: Rule) -> set[Term]:
    return {(rule.entity, about(effect).name) for effect in rule.effects if about(effect).sort == "term"}


def read_origin(policy: Policy) -> set[str]:
    """The rules that read it, or a term that hangs on it, or have an exception that does; `licensing` passes it on to
    nobody: what reads a licence need does not read where somebody comes from.
    """
    beaten_by, read = Strata.of(policy).beaten_by, {("Person", field) for field in ORIGINS}
    readers: set[str] = set()
    while True:
        found = {
            rule.id
            for rule in policy.rules.values()
            if any(term in read for term, _ in terms_read(parts_of(rule)))
            or not readers.isdisjoint(beaten_by.get(rule.id, ()))
        }
        if found == readers:
            return found
        readers = found
        read |= {term for id_ in readers for term in concluded(policy.rules[id_])}


def beside_licence_need(policy: Policy) -> list[str]:
    """What reads where somebody comes from and is not what licence need hangs on; checks too."""
    need = cone_of(policy, NEED).rules
    readers = sorted(read_origin(policy) - OF_THE_LAW)
    rules = [id_ for id_ in readers if id_ not in need or _decides_more(policy.rules[id_])]
    origins = {("Person", field) for field in ORIGINS}
    checks = [c.id for c in policy.checks.values() if any(term in origins for term, _ in terms_read([c.body]))]
    return rules + checks


def _decides_more(rule: Rule) -> bool:
    """Whether it concludes something besides terms and outcomes of licence need."""
    return any(
        about(effect).sort != "term" and not (isinstance(effect, HasOutcome) and effect.decision == NEED)
        for effect in rule.effects
    )


def test_where_somebody_comes_from_is_read_for_licence_need_alone(library: Policy) -> None:
    assert "us.ear.deemed_exports.foreign_national" in read_origin(library)
    assert "us.ear.deemed_exports.regular_employees" not in read_origin(library)
    assert beside_licence_need(library) == []
    assert read_origin(library) >= OF_THE_LAW, "what no longer reads it is no exception"


def test_a_rule_that_reads_it_for_something_else_is_found(planted: Policy) -> None:
    found = {id_.split(".")[1] for id_ in beside_licence_need(planted) if id_.startswith("planted.")}
    assert found == set(BREAK_IT)


# ---- what reads what screening found


def read_of_anybody(policy: Policy) -> list[str]:
    """The rules that read a screening otherwise than along a row of access or the recipient of a transfer."""

    def is_shown_to(base: Part) -> bool:
        return isinstance(base, n.FieldOf) and not isinstance(base.base, n.AsOf) and (
            base.base.type.name, base.name) in {("has_access", "person"), ("Transfer", "recipient")}  # fmt: skip

    return [
        rule.id
        for rule in policy.rules.values()
        if any(t == ("Person", "screening") and not is_shown_to(base) for t, base in terms_read(parts_of(rule)))
    ]


def test_screening_is_read_only_of_whom_something_is_shown_to(library: Policy) -> None:
    assert read_of_anybody(library) == []


def test_a_rule_that_reads_the_screening_of_anybody_is_found(planted: Policy) -> None:
    assert read_of_anybody(planted) == [f"planted.{name}" for name in SCREENED]


def test_vetting_for_a_site_is_read_for_going_about_it_alone(library: Policy) -> None:
    readers = [
        rule
        for rule in library.rules.values()
        if any(term == ("Person", "site_vetting") for term, _ in terms_read(parts_of(rule)))
    ]
    assert [rule.id for rule in readers] == ["practice.staff.escorted"]
    assert {effect for rule in readers for effect in map(about, rule.effects) if effect.sort != "act"} == set()
    assert library.entities["Person"].fields["site_vetting"].type.values == ("cleared", "excluded", "open")


# ---- persons of equal licence need

Record = dict[str, Any]
COUNTRIES = ("US", "IN", "CN", "GB", "KP", "CH")
_PEOPLE = 6


@st.composite
def origins(draw: st.DrawFn) -> Record:
    country = st.sampled_from(COUNTRIES)
    last = draw(country)
    return {
        "citizenship": draw(country), "permanent_residence": draw(country), "most_recent_nationality": last,
        "nationalities": sorted({last, draw(country)}), "us_person": draw(st.booleans()),
    }  # fmt: skip


@st.composite
def staffs(draw: st.DrawFn) -> tuple[list[Record], list[Record], list[Record]]:
    """Persons without origins, two origins for each, and their access."""
    persons, access = [], []
    for number in range(_PEOPLE):
        id_ = f"p{number}"
        persons.append(
            {
                "id": id_, "employer": "lab", "employment": draw(st.sampled_from(["regular_permanent", "contractor"])),
                "screening": draw(st.sampled_from(["no_licence_need", "licence_needed", "pending", "unknown"])),
                "screened_on": "2026-03-01",
            }
        )  # fmt: skip
        if draw(st.integers(0, 3)):
            level = draw(st.sampled_from(["weights", "source_code", "api"]))
            day = draw(st.sampled_from(["2026-01-01", "2026-09-01", "unknown"]))
            access.append({"person": id_, "model": "m", "level": level, "place": "US", "reviewed_on": day})
    return persons, access, [draw(origins()) for _ in range(2 * _PEOPLE)]


def _decided(policy: Policy, folder: Path, persons: list[Record], access: list[Record]) -> dict[Subject, Decision]:
    """Of all persons, the model, and a release of it to each."""
    tables = {
        "Party": [{"id": "lab", "country": "US", "headquarters": "US", "ultimate_parent_country": "US",
                   "incorporated_in": "US", "kind": "commercial"}],
        "Model": [{"id": "m", "developer": "lab", "training_compute": "5e26", "weights_published": False,
                   "us_origin": True, "below_published_frontier": False}],
        "Person": persons, "has_access": access,
        "Transfer": [{"id": f"t-{p['id']}", "item": "m", "kind": "release", "exporter": "lab", "consignee": "lab",
                      "end_user": "lab", "recipient": p["id"], "origin": "US", "destination": "US",
                      "end_use": "commercial", "date": "2026-10-01", "red_flags": []} for p in persons],
    }  # fmt: skip
    file = folder / "staff.json"
    file.write_text(json.dumps(tables), encoding="utf-8")
    facts = load_facts(file, policy)
    asked = [subject for type_ in ("Person", "Model", "Transfer") for subject in facts.subjects(type_)]
    return {d.subject: d for d in decide(policy, facts, asked, engine_name="columnar")}


def moved_by_origin(
    policy: Policy, folder: Path, drawn: tuple[list[Record], list[Record], list[Record]]
) -> list[Subject]:
    """Whoever is answered otherwise where all persons come from elsewhere, though their licence need is the same."""
    persons, access, homes = drawn
    first, second = (
        _decided(policy, folder, [{**p, **home} for p, home in zip(persons, some, strict=True)], access)
        for some in (homes[:_PEOPLE], homes[_PEOPLE:])
    )
    same = [s for s in first if _need(first[s]) == _need(second[s])]
    return [s for s in same if _practice(first[s]) != _practice(second[s])]


def _need(decision: Decision) -> list[tuple[str, str]]:
    return [(a.must, a.may) for a in decision.answers if a.decision == NEED]


def _practice(decision: Decision) -> object:
    """All but licence need: the other answers, scores and what is owed."""
    answers = [(a.decision, a.must, a.may) for a in decision.answers if a.decision != NEED]
    return answers, decision.scores, [(duty.rule, duty.status, duty.deadline) for duty in decision.obligations]


@pytest.mark.slow
@settings(max_examples=examples(10))
@given(staffs())
def test_persons_of_equal_licence_need_are_answered_alike(library: Policy, shared: Path, drawn: Any) -> None:
    assert moved_by_origin(library, shared, drawn) == []


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("staff")


def test_a_rule_that_answers_by_origin_is_found(planted: Policy, shared: Path) -> None:
    persons: list[Record] = [{"id": f"p{number}", "employer": "lab"} for number in range(_PEOPLE)]
    homes: list[Record] = [{"citizenship": "CN"}, *[{"citizenship": "US"}] * (2 * _PEOPLE - 1)]

    assert moved_by_origin(planted, shared, (persons, [], homes)) == [Subject("Person", "p0")]
