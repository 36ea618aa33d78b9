"""The shipped law does not answer from silence, and still answers: ordinary transfers, and made-up inventories."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from licet.decide.decision import Answer, Decision
from licet.decide.from_outcome import decide
from licet.decide.gate import Gate
from licet.facts.inventory.from_tables import read_tables
from licet.facts.inventory.load import load_facts
from licet.facts.store import Facts, Subject
from licet.facts.tables import tables_from_facts
from licet.ir.policy import Policy
from licet.loading.policy_files import load_policy
from licet.release.grid import cells, grid
from licet.release.grid_vocabulary import TRANSFER
from licet.trials.examples import run_examples
from licet.values import Truth
from tests.conftest import ROOT
from tests.examples import examples
from tests.facts.test_epoch_map import MAP, TABLE

FREE = "no_licence_required"
ORDINARY = ROOT / "fixtures" / "ordinary"
DAY = date(2026, 10, 1)
PLACES = ("BR", "CH", "CN", "JP")


def us_answer(decision: Decision) -> Answer:
    return next(a for a in decision.answers if a.decision == "licensing" and a.jurisdiction == "US")


def transfers(policy: Policy, facts: Facts) -> tuple[Decision, ...]:
    """As the law of the United States alone answers."""
    asked = [Subject(TRANSFER, id_) for id_ in facts.entities[TRANSFER]]
    return decide(policy, facts, asked, engine_name="columnar", jurisdictions=["US"])


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

LISTS = ["EL", "MEU", "DPL", "UVL", "SDN", "SDN", "ISN", "other", "CMIC"]
PROGRAMMES = ["SDGT", "NPWMD", "ILLICIT-DRUGS-EO14059", "VENEZUELA"]
COUNTRIES = [
    "US", "US", "PR", "JP", "JP", "BR", "BR", "CH", "FR", "CN", "HK", "MO", "RU", "BY", "CU", "KP", "SY", "IR", "IQ",
    "UA", "KH", "GB", "KR", "AU", "SG", "MY",
]  # fmt: skip
END_USES = [
    "commercial", "commercial", "commercial", "research", "military", "military_intelligence", "wmd", "nuclear",
    "missile", "chemical_biological", "maritime_nuclear", "semiconductors", "vessel_or_aircraft",
    "training_for_other", "unstated",
]  # fmt: skip
KINDS = [
    "commercial", "commercial", "commercial", "government", "military", "national_guard", "intelligence",
    "military_intelligence",
]  # fmt: skip
COMPUTE = ["1e24", "1e24", "5e26", "unknown", "unknown"]
ROLES = ("purchaser", "intermediate_consignee", "consignee", "end_user")
MOVES = ("export", "reexport", "in_country_transfer")
US_PLACES = ("US", "PR")
NOTHING = "not applicable"

Case = dict[str, Any]


@st.composite
def licence(draw: st.DrawFn, id_: str, transfer: Case) -> Case:
    """A licence that mostly covers a transfer, and is then off in one thing or another."""

    def mostly(value: object, *others: object) -> object:
        return draw(st.sampled_from(others)) if draw(st.integers(0, 9)) == 0 else value

    party = ("p1", "p2", "p3")
    return {
        "id": id_, "authority": mostly("BIS", "Bureau of Industry and Security", "OFAC"),
        "models": mostly(["m"], [], ["b"], ["b", "m"]), "consignee": mostly(transfer["consignee"], *party),
        "destination": mostly(transfer["destination"], *COUNTRIES), "licensee": mostly(NOTHING, *party),
        "end_user": mostly(transfer["end_user"], NOTHING, *party),
        "person": mostly(transfer["recipient"], NOTHING, "h"),
        "purchaser": mostly(NOTHING, *party), "intermediate_consignee": mostly(NOTHING, *party),
        "end_use": mostly(transfer["end_use"], NOTHING, *END_USES),
        "valid_from": mostly("2026-01-01", str(DAY), "2026-10-02"),
        "valid_until": mostly("2026-12-31", str(DAY), "2026-09-30", "unknown"),
        "revoked_on": mostly(NOTHING, str(DAY), "2026-10-02", "unknown"),
        "conditions": mostly([], ["no retransfer"], "unknown"),
        "total_value": draw(st.sampled_from([NOTHING] * 3 + ["500", "1150", "2000"])),
        "total_units": draw(st.sampled_from([NOTHING] * 2 + ["1", "2"])),
    }  # fmt: skip


@st.composite
def inventories(draw: st.DrawFn) -> Case:
    """One completely recorded transfer; most of what is unusual is left out most of the time."""
    place = st.sampled_from(COUNTRIES)

    def sometimes(values: st.SearchStrategy[Any], otherwise: object = NOTHING) -> object:
        return draw(values) if draw(st.integers(0, 5)) == 0 else otherwise

    parties: dict[str, Case] = {}
    for id_ in ("p1", "p2", "p3"):
        home = draw(place)
        parties[id_] = {
            "id": id_, "country": home, "headquarters": home, "ultimate_parent_country": sometimes(place, home),
            "incorporated_in": home, "kind": sometimes(st.sampled_from(KINDS), "commercial"),
        }  # fmt: skip
    listed = [
        {"party": id_, "list": draw(st.sampled_from(LISTS)), "programme": draw(st.sampled_from(PROGRAMMES)),
         "requirement": "all items", "exceptions": [], "from": "2024-01-01", "until": NOTHING}
        for id_ in parties if draw(st.integers(0, 5)) == 0
    ]  # fmt: skip
    party = st.sampled_from(sorted(parties))
    person = {
        "id": "h", "name": "H", "employer": draw(party), "us_person": draw(st.integers(0, 3)) == 0,
        "most_recent_nationality": draw(place), "employment": draw(st.sampled_from(["regular_permanent", "visitor"])),
        "proscribed": sometimes(st.just(True)),
    }  # fmt: skip
    model = {
        "id": "m", "name": "M", "training_compute": draw(st.sampled_from(COMPUTE)),
        "weights_published": draw(st.integers(0, 4)) == 0, "below_published_frontier": False,
        "us_origin": draw(st.booleans()), "foreign_direct_product": False,
        "us_content": sometimes(st.sampled_from(["5%", "20%", "30%", "unknown"]), "0%"),
        "classified_as": sometimes(st.sampled_from([["EAR99"], ["5D002"], ["3A001"]])),
    }  # fmt: skip
    kind = draw(st.sampled_from([*MOVES, "export", "remote_access", "release", "publication"]))
    recipient = sometimes(st.just(NOTHING), "h") if kind == "release" else NOTHING
    transfer = {
        "id": "t", "item": "m", "kind": kind,
        "exporter": sometimes(party), "purchaser": sometimes(party), "intermediate_consignee": sometimes(party),
        "consignee": draw(party), "end_user": draw(party), "recipient": recipient,
        "origin": draw(place), "destination": draw(place), "region": sometimes(st.just("crimea"), "elsewhere"),
        "transit": sometimes(st.sampled_from([["BY"], ["US"]])), "end_use": draw(st.sampled_from(END_USES)),
        "date": str(DAY),
        "knowledge": sometimes(st.sampled_from(["reason_to_know", "actual"]), "none"), "red_flags": [],
        "facility_secure": sometimes(st.just(True), False), "known_violation": sometimes(st.just("sent unlicensed")),
        "ofac_authorised": sometimes(st.just(True)), "access_information": sometimes(st.just(True)),
        "end_to_end_encrypted": sometimes(st.just(True)), "value": "600", "units": "1",
    }  # fmt: skip
    licences = [draw(licence(f"l{i}", transfer)) for i in range(draw(st.sampled_from([0, 0, 1, 1, 2])))]
    held = st.sampled_from([record["id"] for record in licences] or [NOTHING])
    transfer["licence"] = draw(held) if draw(st.integers(0, 3)) else NOTHING
    earlier = {**transfer, "id": "e", "date": "2026-08-01", "licence": draw(held), "made_under": NOTHING}
    base = {"id": "b", "name": "B", "training_compute": draw(st.sampled_from(["1e24", "5e26", "unknown"])),
            "weights_published": False}  # fmt: skip
    step = {"derived": "m", "base": "b", "method": draw(st.sampled_from([NOTHING, NOTHING, "merge", "distillation"]))}
    letters = draw(st.integers(0, 7)) == 0
    return {
        "Party": list(parties.values()), "Person": [person], "Model": [model, base],
        "Transfer": [transfer, earlier] if draw(st.booleans()) else [transfer], "listed": listed,
        "Licence": licences, "derived_from": draw(st.sampled_from([[], [step]])),
        "owns": [], "Directive": [{"id": "d", "lifted_on": NOTHING}] if letters else [],
        "directive_names": [{"directive": "d", "model": "m", "from": "2026-01-01"}] if letters else [],
    }  # fmt: skip


class Told:
    """A case as its conditions ask for it."""

    def __init__(self, case: Case) -> None:
        self.t, self.m, self.listed = case["Transfer"][0], case["Model"][0], case["listed"]
        self.base, self.steps = case["Model"][1], case["derived_from"]
        self.licences = case["Licence"]
        self.earlier = case["Transfer"][1:]
        self.parties = {p["id"]: p for p in case["Party"]}
        self.person = case["Person"][0]
        self.letter = bool(case["directive_names"])

    def on(self, roles: Iterable[str], *lists: str, programmes: Iterable[str] | None = None) -> bool:
        who = {self.t[role] for role in roles}
        if self.shown:
            who.add(self.person["employer"])
        return any(
            r["party"] in who and r["list"] in lists and (programmes is None or r["programme"] in programmes)
            for r in self.listed
        )

    def those(self, *roles: str) -> list[Case]:
        """Who has one of these roles, by default any of 748.5(c) to (f) or employs whom it is shown to."""
        named = [self.parties[self.t[role]] for role in roles or ROLES if self.t[role] in self.parties]
        return named + ([self.parties[self.person["employer"]]] if self.shown and not roles else [])

    def of_a_party(self, field: str, values: Iterable[str], *roles: str) -> bool:
        return any(party[field] in values for party in self.those(*roles))

    @property
    def release(self) -> bool:
        return self.t["kind"] == "release"

    @property
    def shown(self) -> bool:
        """A release to a person; one without is to a company."""
        return self.release and self.t["recipient"] != NOTHING

    @property
    def foreign_person(self) -> bool:
        return self.shown and not self.person["us_person"]

    @property
    def subject(self) -> bool:
        if self.m["weights_published"] and self.m["classified_as"] != ["5D002"]:
            return False
        content = {"5%": 5, "20%": 20, "30%": 30}.get(self.m["us_content"], 0)
        return (
            self.t["origin"] in US_PLACES or self.m["us_origin"] or self.t["transit"] == ["US"] or content > 25
            or (content > 10 and self.t["destination"] in EMBARGOED)
        )  # fmt: skip

    @property
    def moved(self) -> bool:
        return self.t["kind"] in MOVES and not (
            self.t["origin"] in US_PLACES and self.t["destination"] in US_PLACES
        )  # fmt: skip

    @property
    def sent(self) -> bool:
        """Also what is released to a company, or shown in another country."""
        crosses = self.t["origin"] != self.t["destination"] and not (
            self.t["origin"] in US_PLACES and self.t["destination"] in US_PLACES)  # fmt: skip
        return self.subject and (self.moved or (self.release and (not self.shown or crosses)))

    @property
    def exported(self) -> bool:
        """Also what is shown to a foreign person."""
        return self.sent or (self.subject and self.foreign_person)

    @property
    def given(self) -> bool:
        return self.subject and (self.moved or self.release)

    @property
    def other_entry(self) -> bool:
        return self.m["classified_as"] in (["5D002"], ["3A001"])

    @property
    def us_person(self) -> bool:
        """Whether a person of the United States acts, as far as the record goes."""
        homes = ("country", "headquarters", "incorporated_in")
        return all(any(party[home] in US_PLACES for home in homes) for party in self.those("exporter"))

    @property
    def american(self) -> bool:
        """Also one whom Americans own."""
        return self.us_person or self.of_a_party("ultimate_parent_country", US_PLACES, "exporter")

    @property
    def controlled(self) -> bool:
        """Also where nobody denies it, by what a base took that is not said to be small, or by what it learned."""
        by_its_base = any(self.base["training_compute"] != "1e24" or s["method"] == "distillation" for s in self.steps)
        return not self.m["weights_published"] and (self.m["training_compute"] != "1e24" or by_its_base)

    @property
    def surely_controlled(self) -> bool:
        above = self.m["training_compute"] == "5e26" or (
            self.base["training_compute"] == "5e26" and any(s["method"] == NOTHING for s in self.steps))  # fmt: skip
        return above and not self.m["weights_published"]

    @property
    def licensed(self) -> Truth:
        """Whether a licence covers it, whatever was shipped under it before."""
        return max((self.covers(record) for record in self.licences), default=Truth.F)

    def covers(self, held: Case) -> Truth:
        t, named = self.t, [held[role] for role in ("purchaser", "intermediate_consignee")]
        of_whom = (held["person"], t["recipient"])
        employed = self.person["employment"] == "regular_permanent" and held["consignee"] == self.person["employer"]
        covers = (
            "m" in held["models"] and held["authority"] != "OFAC"
            and (held["end_use"] == t["end_use"] != "unstated"
                 or (held["end_use"] == NOTHING and t["end_use"] in ("commercial", "research", "medical")))
            and (held["consignee"], held["destination"]) == (t["consignee"], t["destination"])
            and t["end_user"] == (held["consignee"] if held["end_user"] == NOTHING else held["end_user"])
            and (of_whom[0] == of_whom[1] or (of_whom == (NOTHING, "h") and employed))
            and held["licensee"] in (NOTHING, t["exporter"])
            and (NOTHING in (named[0], t["purchaser"]) or named[0] == t["purchaser"])
            and (NOTHING in (named[1], t["intermediate_consignee"]) or named[1] == t["intermediate_consignee"]
                 or self.parties[t["intermediate_consignee"]]["country"] == held["destination"])
            and t["licence"] in (NOTHING, held["id"])
            and held["valid_from"] <= str(DAY) and held["valid_until"] >= str(DAY)
            and held["revoked_on"] > str(DAY)
        )  # fmt: skip
        vague = "unknown" in (held["valid_until"], held["revoked_on"])
        return Truth.F if not covers else Truth.U if vague else Truth.T

    @property
    def used_up(self) -> bool:
        """Whether the licence that it names surely has too little left; of the value a tenth more may be exported."""
        held = next((record for record in self.licences if record["id"] == self.t["licence"]), None)
        if held is None:
            return False
        shipments = 1 + sum(e["licence"] == held["id"] for e in self.earlier)
        value = 1.1 if self.t["origin"] in US_PLACES else 1
        return (held["total_units"] != NOTHING and shipments > int(held["total_units"])) or (
            held["total_value"] != NOTHING and 600 * shipments > value * int(held["total_value"]))  # fmt: skip

    @property
    def stays(self) -> bool:
        """What is published leaves wherever it is."""
        return self.t["origin"] == self.t["destination"] and self.t["kind"] != "publication"

    @property
    def regular(self) -> bool:
        employer = self.parties[self.person["employer"]]
        seats = {employer["headquarters"], employer["ultimate_parent_country"]}
        return self.person["employment"] == "regular_permanent" and bool(seats & LISTED_PLACES)


EMBARGOED = ("CU", "IR", "KP", "SY")
LISTED_PLACES = {"US", "PR", "JP", "FR", "GB", "KR", "AU"}  # of Supplement No. 5(a), among the countries that are drawn
ELSEWHERE = ("AU", "CN", "FR", "GB", "JP", "KR", "MY", "SG")  # one place of each law that is not encoded
EAR_PROGRAMMES = ("SDGT", "NPWMD", "ILLICIT-DRUGS-EO14059")
INTELLIGENCE = ("BY", "CN", "HK", "CU", "IR", "KH", "KP", "RU", "SY")
D4 = ("BY", "CN", "HK", "IR", "IQ", "KP", "MO", "RU", "SY")
D5 = ("BY", "CN", "HK", "CU", "IR", "IQ", "KP", "MO", "RU", "SY")
WEAPONS = ("wmd", "nuclear", "missile", "chemical_biological", "military_intelligence")
SPIES = ("military_intelligence", "national_guard")

# Provision by provision: what must not be called free without a word.
PROVISIONS: dict[str, Callable[[Told], bool]] = {
    "734.3": lambda c: c.m["weights_published"] and c.m["classified_as"] == ["3A001"] and c.t["kind"] in MOVES
    and c.t["origin"] in US_PLACES and c.t["destination"] not in US_PLACES,
    "734.4": lambda c: c.m["us_content"] == "unknown" and not c.m["weights_published"] and c.moved
    and c.t["destination"] == "CU",
    "734.9(e), (g)": lambda c: not c.m["weights_published"] and (c.moved or c.release) and c.on(ROLES, "EL"),
    "734.9(f), (j)": lambda c: c.controlled and c.moved and c.t["destination"] in ("BY", "RU", "IR"),
    "734.7": lambda c: c.subject and c.t["kind"] == "publication"
    and (c.controlled or c.m["classified_as"] == ["5D002"]),
    "734.19": lambda c: c.subject and c.t["access_information"] is True,
    "736.2(b)(4)": lambda c: c.given and c.on((*ROLES, "exporter"), "DPL"),
    "736.2(b)(7)": lambda c: c.us_person and c.t["end_use"] in WEAPONS,
    "736.2(b)(8)": lambda c: c.sent and c.t["transit"] == ["BY"],
    "736.2(b)(10)": lambda c: c.subject and c.t["known_violation"] != NOTHING,
    "738.4": lambda c: c.exported and c.other_entry,
    "742.6(a)(13)": lambda c: c.sent and c.controlled,
    "742.6(a)(13), deemed": lambda c: c.subject and c.controlled and c.foreign_person and not c.regular
    and c.t["destination"] in US_PLACES,
    "742.6(a)(13), abroad": lambda c: c.subject and c.controlled and c.foreign_person and not c.regular
    and c.t["destination"] not in (*US_PLACES, c.person["most_recent_nationality"]),
    "744.2": lambda c: c.exported and c.t["end_use"] in ("nuclear", "wmd")
    and c.t["destination"] not in ("AU", "FR", "GB", "JP"),
    "744.3": lambda c: c.exported and c.t["end_use"] == "missile",
    "744.4": lambda c: c.exported and c.t["end_use"] == "chemical_biological",
    "744.5": lambda c: c.exported and c.t["end_use"] == "maritime_nuclear",
    "744.6": lambda c: c.t["end_use"] == "training_for_other" and any(
        c.of_a_party(f, D5) for f in ("country", "headquarters", "ultimate_parent_country")),
    "744.6(c)(2)": lambda c: c.us_person and c.moved and not c.m["weights_published"] and c.t["destination"] in D5
    and c.t["end_use"] == "semiconductors",
    "744.7": lambda c: c.exported and c.t["end_use"] == "vessel_or_aircraft",
    "744.8": lambda c: c.given and c.on(ROLES, "SDN", programmes=EAR_PROGRAMMES) and c.t["ofac_authorised"] is not True,
    "744.11": lambda c: c.given and c.on(ROLES, "EL"),
    "744.11, used": lambda c: c.t["kind"] == "remote_access" and c.on(ROLES, "EL", "DPL"),
    "744.19": lambda c: c.on(ROLES, "ISN", "other"),
    "744.21": lambda c: c.exported and c.t["destination"] in ("BY", "RU") and c.t["end_use"] == "military",
    "744.21, users": lambda c: c.exported and any(
        p["kind"] in ("military", "intelligence", *SPIES) and p["country"] in ("BY", "RU") for p in c.those()),
    "744.22": lambda c: c.exported and c.t["destination"] in INTELLIGENCE and c.t["end_use"] == "military_intelligence",
    "744.22, users": lambda c: c.exported and any(
        p["kind"] in SPIES and p["country"] in INTELLIGENCE for p in c.those()),
    "744.22, organs elsewhere": lambda c: c.exported and any(p["kind"] == "military_intelligence" for p in c.those()),
    "744.23": lambda c: c.exported and c.t["end_use"] == "semiconductors" and (
        c.t["destination"] in D5 or any(
            c.of_a_party(f, D5) for f in ("country", "headquarters", "ultimate_parent_country"))),
    "746.2": lambda c: c.sent and c.t["destination"] == "CU",
    "746.3": lambda c: c.sent and c.t["destination"] == "IQ" and c.other_entry,
    "746.4": lambda c: c.sent and c.t["destination"] == "KP",
    "746.6": lambda c: c.sent and c.t["destination"] == "UA" and c.t["region"] == "crimea",
    "746.7": lambda c: c.sent and c.t["destination"] == "IR",
    "746.8": lambda c: c.sent and c.t["destination"] in ("BY", "RU"),
    "746.9": lambda c: c.sent and c.t["destination"] == "SY",
    "746, parties": lambda c: c.given and c.of_a_party("country", (*EMBARGOED, "RU", "BY")),
    "746.3, military": lambda c: c.sent and c.t["end_use"] == "military" and c.of_a_party("country", ("IQ",))
    and c.t["destination"] != "IQ",
    "746, nationals": lambda c: c.subject and c.foreign_person and c.person["most_recent_nationality"] in EMBARGOED,
    "31 CFR V, services": lambda c: c.t["kind"] in ("remote_access", "release") and (
        c.t["destination"] in EMBARGOED or c.of_a_party("country", EMBARGOED)),
    "31 CFR V, what part 746 does not reach": lambda c: c.t["kind"] in MOVES and not c.given
    and (c.american or c.t["origin"] in US_PLACES)
    and (c.t["destination"] in EMBARGOED or c.of_a_party("country", EMBARGOED)),
    "31 CFR V, the blocked": lambda c: c.t["ofac_authorised"] is not True
    and c.on(ROLES, "SDN") and c.t["kind"] != "publication",
    "772.1": lambda c: c.given and c.shown and c.person["proscribed"] is True,
    "letters": lambda c: c.letter and (c.moved or c.foreign_person or any(
        p["incorporated_in"] not in US_PLACES for p in c.those())),
    "knowledge": lambda c: c.given and c.t["knowledge"] != "none",
}  # fmt: skip


@settings(max_examples=examples(8))
@given(st.lists(inventories(), min_size=20, max_size=20))
def test_free_and_determined_only_where_no_provision_concerns_the_case(cases: list[Case]) -> None:
    free = licensed = 0
    for case, decision in zip(cases, decided(recorded(cases)), strict=True):
        answer, told = us_answer(decision), Told(case)
        overall = next(o for o in decision.overall if o.decision == "licensing")
        if overall.must == overall.may == FREE and told.t["kind"] != "remote_access":
            assert told.t["origin"] not in ELSEWHERE or told.stays
        asked = {"t": decision.subject.id}
        assert decision.settled.formulas.truth(HELD, asked) is told.licensed
        assert (decision.settled.formulas.truth(USED_UP, asked) is Truth.T) is told.used_up
        if told.sent and told.surely_controlled and told.t["end_to_end_encrypted"] is not True:
            assert answer.must != FREE
        assert answer.must != "licensed" or told.licensed is not Truth.F
        if answer.may == "licensed":
            licensed += 1
            assert told.licensed is Truth.T
            assert not told.used_up
        if (answer.must, answer.may) != (FREE, FREE):
            continue
        free += 1
        assert [name for name, concerns in PROVISIONS.items() if concerns(told)] == []
        stirred = [SHIPPED.rules[r.id] for r in answer.rules if r.status in ("holds", "unknown", "not_encoded")]
        assert [rule.id for rule in stirred if rule.kind != "exception"] == []
    event(f"{free} free and determined")
    event(f"{licensed} licensed at most")


@pytest.mark.slow
@settings(max_examples=examples(2))
@given(st.lists(inventories(), min_size=10, max_size=10))
def test_the_engines_and_the_gate_say_the_same_of_them(cases: list[Case]) -> None:
    facts = recorded(cases)
    columnar = decided(facts)
    for engine in ("reference", "forward"):
        for one, other in zip(columnar, decided(facts, engine), strict=True):
            assert one.answers == other.answers
            assert one.missing == other.missing
            assert one.obligations == other.obligations
    gate = Gate(SHIPPED, TRANSFER, tables_from_facts(facts, SHIPPED), None)
    for decision in columnar:
        again = gate({"id": decision.subject.id, **facts.record(decision.subject).facts})
        assert again.outcomes == {o.decision: (o.must, o.may) for o in decision.overall}


def recorded(cases: list[Case]) -> Facts:
    """All cases together; every one has records of its own."""
    together: dict[str, list[Case]] = {}
    for number, case in enumerate(cases):
        own = {record["id"] for records in case.values() for record in records if "id" in record}

        def named(value: Any, number: int = number, own: set[str] = own) -> Any:
            if isinstance(value, list):
                return [named(each) for each in value]
            return f"{number}-{value}" if isinstance(value, str) and value in own else value

        for table, records in case.items():
            together.setdefault(table, []).extend({k: named(v) for k, v in record.items()} for record in records)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "facts.json"
        path.write_text(json.dumps(together), encoding="utf-8")
        return load_facts(path, SHIPPED)


def decided(facts: Facts, engine: str = "columnar") -> tuple[Decision, ...]:
    """The transfer of each case, in their order."""
    subjects = [Subject(TRANSFER, id_) for id_ in facts.entities[TRANSFER] if id_.endswith("-t")]
    return decide(SHIPPED, facts, subjects, engine_name=engine)


SHIPPED = load_policy()
HELD = SHIPPED.rules["us.ear.licences.licence_held"].trigger
USED_UP = SHIPPED.rules["us.ear.licences.licence_used_up"].trigger
assert HELD is not None
assert USED_UP is not None


def test_each_module_stands_with_what_it_uses() -> None:
    """An author checks and tests one file of the library: nothing in it, or in what it uses, asks for another one."""
    seen = set()
    for file in sorted((ROOT / "policies").rglob("*.licet")):
        policy = load_policy([file])
        own = tuple(test for test in policy.tests if test.span is not None and Path(test.span.source.name) == file)
        seen |= {test.title for test in own}
        results, _ = run_examples(replace(policy, tests=own))
        assert [f for result in results for f in result.failures] == [], file

    assert len(seen) > 100


@pytest.mark.parametrize("engine", ["columnar", "forward"])
def test_records_with_nothing_else_in_the_inventory_are_decided(library: Policy, tmp_path: Path, engine: str) -> None:
    """Of what they could name nothing is recorded: no row, and no day on which one could stand."""
    days = ("2025-09-01", "2026-03-01", "2026-10-01")
    for type_ in ("Transfer", "Model", "Audit", "Person", "Licence", "Incident", "Filing", "LicenceCondition"):
        file = tmp_path / f"{type_}.yaml"
        dated = "date" in library.entities[type_].fields
        lines = [f"  - {{id: x{i}{f', date: {day}' if dated else ''}}}" for i, day in enumerate(days)]
        file.write_text("\n".join(["as_of: 2026-10-01", f"{type_}:", *lines]) + "\n", encoding="utf-8")
        facts = load_facts(file, library)
        asked = list(facts.subjects(type_))
        found, expected = (decide(library, facts, asked, engine_name=name) for name in (engine, "reference"))
        assert [d.overall for d in found] == [d.overall for d in expected], type_
        assert [d.missing for d in found] == [d.missing for d in expected], type_
