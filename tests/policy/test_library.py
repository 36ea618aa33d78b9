"""The shipped law does not answer from silence, and still answers: ordinary transfers, and made-up inventories."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from licet.decide.decision import Answer, Decision
from licet.decide.from_outcome import decide
from licet.decide.grid import cells, grid
from licet.decide.grid_vocabulary import TRANSFER
from licet.facts.from_tables import read_tables
from licet.facts.inventory import load_facts
from licet.facts.policy_files import load_policy
from licet.facts.store import Facts, Subject
from licet.facts.tables import tables_from_facts
from licet.ir.policy import Policy
from tests.conftest import ROOT
from tests.facts.test_epoch_map import MAP, TABLE

FREE = "no_licence_required"
ORDINARY = ROOT / "fixtures" / "ordinary"
DAY = date(2026, 10, 1)
PLACES = ("BR", "CH", "CN", "JP")


def us_answer(decision: Decision) -> Answer:
    return next(a for a in decision.answers if a.decision == "licensing" and a.jurisdiction == "US")


def transfers(policy: Policy, facts: Facts) -> tuple[Decision, ...]:
    return decide(policy, facts, [Subject(TRANSFER, id_) for id_ in facts.entities[TRANSFER]], engine_name="columnar")


def us_answers(policy: Policy, facts: Facts) -> dict[str, Answer]:
    return {decision.subject.id: us_answer(decision) for decision in transfers(policy, facts)}


# ---- useful


def test_forty_ordinary_transfers_are_determined(library: Policy) -> None:
    answers = us_answers(library, load_facts(ORDINARY, library))
    assert len(answers) == 40
    assert {id_: (a.must, a.may) for id_, a in answers.items() if a.must != a.may} == {}
    assert Counter(a.must for a in answers.values()) == {FREE: 36, "licence_required": 2, "licence_exception": 2}


def test_no_gap_stays_open_on_more_than_a_tenth_of_them(library: Policy) -> None:
    found = transfers(library, load_facts(ORDINARY, library))
    open_ones = Counter(gap.gap for decision in found for gap in decision.not_encoded)
    assert {gap: n for gap, n in open_ones.items() if n > len(found) // 10} == {}


def share(pairs: Iterable[tuple[str, str]]) -> str:
    found = list(pairs)
    determined = sum(must == may for must, may in found)
    return f"{determined} of {len(found)} determined ({100 * determined / len(found):.1f} %)"


def test_how_many_answers_are_determined_is_told(library: Policy, frontier: Facts) -> None:
    """Printed with `-rP`."""
    answers = us_answers(library, frontier)
    print("frontier:", share((a.must, a.may) for a in answers.values()))
    assert sum(a.must == a.may for a in answers.values()) >= 0.75 * len(answers)


def epoch_table() -> Path | None:
    return next((p for p in (TABLE, ROOT.parent.parent / TABLE.relative_to(ROOT.parent)) if p.is_file()), None)


def test_how_many_answers_about_real_models_are_determined_is_told(library: Policy) -> None:
    if (table := epoch_table()) is None:
        pytest.skip(f"Epoch AI's table is not there: {TABLE}")
    facts = read_tables(table, library, mapping=MAP).facts
    made = grid(library, tables_from_facts(facts, library), DAY, destinations=list(PLACES))
    rows = cells(library, made.tables, TRANSFER, DAY, jurisdictions=["US"]).to_pylist()
    print("Epoch AI's models:", share((r["licensing.must"], r["licensing.may"]) for r in rows))
    named = [r for r in rows if r["licensing.must"] != r["licensing.may"]]
    assert all(r["missing"] for r in named), "what is open names what is missing"


# ---- safe: the law is told here a second time, in plain conditions on what is recorded

LISTS = ["EL", "MEU", "DPL", "UVL", "SDN", "ISN"]
PROGRAMMES = ["SDGT", "NPWMD", "ILLICIT-DRUGS-EO14059", "VENEZUELA"]
COUNTRIES = ["US", "PR", "JP", "BR", "CN", "HK", "MO", "RU", "BY", "CU", "KP", "SY", "IR", "IQ", "UA", "KH", "FR"]
END_USES = [
    "commercial", "commercial", "research", "military", "military_intelligence", "wmd", "nuclear", "missile",
    "chemical_biological", "maritime_nuclear", "semiconductors", "vessel_or_aircraft", "unstated",
]  # fmt: skip
KINDS = [
    "commercial",
    "commercial",
    "government",
    "military",
    "national_guard",
    "intelligence",
    "military_intelligence",
]
ROLES = ("purchaser", "intermediate_consignee", "consignee", "end_user")
MOVES = ("export", "reexport", "in_country_transfer")
US_PLACES = ("US", "PR")

Case = dict[str, Any]


@st.composite
def inventories(draw: st.DrawFn) -> Case:
    """One completely recorded transfer; most of what is unusual is left out most of the time."""
    place = st.sampled_from(COUNTRIES)

    def sometimes(values: st.SearchStrategy[Any], otherwise: object = "not applicable") -> object:
        return draw(values) if draw(st.integers(0, 5)) == 0 else otherwise

    parties: dict[str, Case] = {}
    for id_ in ("p1", "p2", "p3"):
        home = draw(place)
        parties[id_] = {
            "id": id_, "country": home, "headquarters": home, "ultimate_parent_country": draw(place),
            "incorporated_in": home, "kind": draw(st.sampled_from(KINDS)),
        }  # fmt: skip
    listed = [
        {"party": id_, "list": draw(st.sampled_from(LISTS)), "programme": draw(st.sampled_from(PROGRAMMES)),
         "requirement": "all items", "exceptions": [], "from": "2024-01-01", "until": "not applicable"}
        for id_ in parties if draw(st.integers(0, 3)) == 0
    ]  # fmt: skip
    party = st.sampled_from(sorted(parties))
    model = {
        "id": "m", "name": "M", "training_compute": draw(st.sampled_from(["1e24", "5e26"])),
        "weights_published": draw(st.integers(0, 4)) == 0, "below_published_frontier": False,
        "us_origin": draw(st.booleans()), "foreign_direct_product": False,
        "us_content": sometimes(st.sampled_from(["5%", "20%", "30%"])),
        "classified_as": sometimes(st.sampled_from([["EAR99"], ["5D002"], ["3A001"]])),
    }  # fmt: skip
    transfer = {
        "id": "t", "item": "m", "kind": draw(st.sampled_from([*MOVES, "remote_access"])),
        "exporter": sometimes(party), "purchaser": sometimes(party), "intermediate_consignee": sometimes(party),
        "consignee": draw(party), "end_user": draw(party), "recipient": "not applicable",
        "origin": draw(place), "destination": draw(place), "region": sometimes(st.just("crimea"), "elsewhere"),
        "transit": sometimes(st.just(["BY"])), "end_use": draw(st.sampled_from(END_USES)), "date": str(DAY),
        "knowledge": sometimes(st.sampled_from(["reason_to_know", "actual"]), "none"), "red_flags": [],
        "facility_secure": sometimes(st.just(True), False), "known_violation": sometimes(st.just("sent unlicensed")),
        "ofac_authorised": sometimes(st.just(True)),
    }  # fmt: skip
    return {"Party": list(parties.values()), "Model": [model], "Transfer": [transfer], "listed": listed, "owns": []}


class Told:
    """A case as its conditions ask for it."""

    def __init__(self, case: Case) -> None:
        self.t, self.m, self.listed = case["Transfer"][0], case["Model"][0], case["listed"]
        self.parties = {p["id"]: p for p in case["Party"]}

    def on(self, roles: Iterable[str], *lists: str, programmes: Iterable[str] | None = None) -> bool:
        who = {self.t[role] for role in roles}
        return any(
            r["party"] in who and r["list"] in lists and (programmes is None or r["programme"] in programmes)
            for r in self.listed
        )

    def party(self, role: str) -> Case:
        return self.parties[self.t[role]]

    @property
    def subject(self) -> bool:
        if self.m["weights_published"] and self.m["classified_as"] != ["5D002"]:
            return False
        content = {"5%": 5, "20%": 20, "30%": 30}.get(self.m["us_content"], 0)
        embargoed = self.t["destination"] in ("CU", "IR", "KP", "SY")
        return (
            self.t["origin"] in US_PLACES or self.m["us_origin"] or content > 25 or (content > 10 and embargoed)
        )  # fmt: skip

    @property
    def moved(self) -> bool:
        return self.t["kind"] in MOVES and not (
            self.t["origin"] in US_PLACES and self.t["destination"] in US_PLACES
        )  # fmt: skip

    @property
    def other_entry(self) -> bool:
        return self.m["classified_as"] in (["5D002"], ["3A001"])


EAR_PROGRAMMES = ("SDGT", "NPWMD", "ILLICIT-DRUGS-EO14059")
INTELLIGENCE = ("BY", "CN", "HK", "CU", "IR", "KH", "KP", "RU", "SY")

# Provision by provision: what must not be called free without a word, where `subject` and `moved` are true.
PROVISIONS: dict[str, Callable[[Told], bool]] = {
    "736.2(b)(4)": lambda c: c.on((*ROLES, "exporter"), "DPL"),
    "736.2(b)(8)": lambda c: c.t["transit"] == ["BY"],
    "736.2(b)(10)": lambda c: c.t["known_violation"] != "not applicable",
    "738.4": lambda c: c.other_entry,
    "742.6(a)(13)": lambda c: c.m["training_compute"] == "5e26" and not c.m["weights_published"],
    "744.2": lambda c: c.t["end_use"] in ("nuclear", "wmd") and c.t["destination"] not in ("FR", "JP"),
    "744.3": lambda c: c.t["end_use"] == "missile",
    "744.4": lambda c: c.t["end_use"] == "chemical_biological",
    "744.5": lambda c: c.t["end_use"] == "maritime_nuclear",
    "744.7": lambda c: c.t["end_use"] == "vessel_or_aircraft",
    "744.8": lambda c: c.on(ROLES, "SDN", programmes=EAR_PROGRAMMES) and c.t["ofac_authorised"] is not True,
    "744.11": lambda c: c.on(ROLES, "EL"),
    "744.19": lambda c: c.on(ROLES, "ISN"),
    "744.21": lambda c: c.t["destination"] in ("BY", "RU") and c.t["end_use"] == "military",
    "744.22": lambda c: c.t["destination"] in INTELLIGENCE and c.t["end_use"] == "military_intelligence",
    "744.23": lambda c: c.t["destination"] in ("CN", "HK", "MO") and c.t["end_use"] == "semiconductors",
    "746.2": lambda c: c.t["destination"] == "CU",
    "746.3": lambda c: c.t["destination"] == "IQ" and c.other_entry,
    "746.4": lambda c: c.t["destination"] == "KP",
    "746.6": lambda c: c.t["destination"] == "UA" and c.t["region"] == "crimea",
    "746.7": lambda c: c.t["destination"] == "IR",
    "746.8": lambda c: c.t["destination"] in ("BY", "RU"),
    "746.9": lambda c: c.t["destination"] == "SY",
    "knowledge": lambda c: c.t["knowledge"] != "none",
}


@settings(max_examples=12)
@given(st.lists(inventories(), min_size=20, max_size=20))
def test_free_and_determined_only_where_no_provision_concerns_the_case(cases: list[Case]) -> None:
    free = 0
    for case, decision in zip(cases, decided(cases), strict=True):
        answer, told = us_answer(decision), Told(case)
        if (answer.must, answer.may) != (FREE, FREE):
            continue
        free += 1
        if told.subject and told.moved:
            assert [name for name, concerns in PROVISIONS.items() if concerns(told)] == []
        stirred = [SHIPPED.rules[r.id] for r in answer.rules if r.status in ("holds", "unknown", "not_encoded")]
        assert [rule.id for rule in stirred if rule.kind != "exception"] == []
    event(f"{free} free and determined")


def decided(cases: list[Case]) -> tuple[Decision, ...]:
    """The transfer of each case; every case has records of its own."""
    together: dict[str, list[Case]] = {"Party": [], "Model": [], "Transfer": [], "listed": [], "owns": []}
    for number, case in enumerate(cases):
        own = {record["id"] for table in ("Party", "Model", "Transfer") for record in case[table]}
        for table, records in case.items():
            together[table] += [
                {k: f"{number}-{v}" if isinstance(v, str) and v in own else v for k, v in record.items()}
                for record in records
            ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "facts.json"
        path.write_text(json.dumps(together), encoding="utf-8")
        facts = load_facts(path, SHIPPED)
    subjects = [Subject(TRANSFER, f"{number}-t") for number in range(len(cases))]
    return decide(SHIPPED, facts, subjects, engine_name="columnar")


SHIPPED = load_policy()
