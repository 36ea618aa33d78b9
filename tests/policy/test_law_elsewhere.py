"""Every line of `fixtures/law/elsewhere`: what leaves other places than the United States, and models on the Union's
market; the same weights from four places day by day; and what one law obliges while another asks for a licence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from licet.decide.dates import date_of
from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.facts.inventory.load import load_facts
from licet.facts.store import Facts, Subject
from licet.ir.outcomes import outcomes_claimed
from licet.run.reference.interpreter import Interpreter
from tests.policy.law import LAW, NOTHING, Record, library, told
from tests.policy.test_law import alone, blocks

ELSEWHERE = LAW / "elsewhere"
PLACES = ("AU", "CN", "EU", "GB", "JP", "KR", "MY", "NL", "SG", "other_places")
DAY = date(2026, 10, 1)
_WORDS = {"case", "under", "answer", "by", "owed"}
_MODEL = {"developer": "american_lab", "generality": "general", "placed_in_union_on": "2026-05-01"}


@dataclass(frozen=True)
class Line:
    subject: Subject
    written: Record

    @property
    def under(self) -> str:
        return str(self.written.get("under", "EU"))


def _read(page: str) -> Any:
    return yaml.load((ELSEWHERE / f"{page}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)


def _lines(page: str, type_: str = "Transfer") -> list[Line]:
    return [Line(Subject(type_, f"{page}-{line['case']}".replace(" ", "-")), line) for line in _read(page)]


TRANSFERS = (*_lines("union"), *_lines("places"))
MODELS = _lines("models", "Model")


def _own(line: Line) -> Record:
    return {key: value for key, value in line.written.items() if key not in _WORDS}


def _transfer(line: Line, homes: dict[str, str]) -> Record:
    own = _own(line)
    to = own.pop("to", "swiss")
    item = NOTHING if "goods" in own else "plain"
    return {
        "id": line.subject.id, "item": item, "kind": "export", "exporter": "lab", "consignee": to, "end_user": to,
        "origin": "FR", "destination": homes[to], "recipient": NOTHING, "end_use": "commercial", "knowledge": "none",
        "date": "2026-10-01", "red_flags": [], "region": NOTHING, **own,
    }  # fmt: skip


@cache
def _inventory() -> Facts:
    tables: dict[str, list[Record]] = _read("world")
    for party in tables["Party"]:
        home = party["country"]
        ordinary = {
            "kind": "commercial",
            "signed_code": False,
            "headquarters": home,
            "ultimate_parent_country": home,
            "incorporated_in": home,
        }
        party.update({**ordinary, **party, "name": party["id"]})
    tables["Model"] += [{"id": line.subject.id, **_MODEL, **line.written.get("model", {})} for line in MODELS]
    tables["derived_from"] = [
        {"derived": line.subject.id, "base": "base", "method": NOTHING, **line.written["base"]}
        for line in MODELS if "base" in line.written
    ]  # fmt: skip
    for model in tables["Model"]:
        ordinary = {"training_compute": "1e24", "weights_published": False, "us_origin": False, "us_content": "0%"}
        more = {"foreign_direct_product": False, "below_published_frontier": False}
        model.update({**ordinary, **more, **model, "name": model["id"]})
    homes = {party["id"]: party["country"] for party in tables["Party"]}
    tables["Transfer"] = [*(_transfer(line, homes) for line in TRANSFERS), *_story(homes), *_dilemma(homes)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "elsewhere.json"
        path.write_text(json.dumps(tables, default=str), encoding="utf-8")
        return load_facts(path, library())


@cache
def _decisions() -> dict[Subject, Decision]:
    asked = [line.subject for line in TRANSFERS]
    decided = decide(library(), _inventory(), asked, engine_name="columnar", jurisdictions=PLACES)
    return {decision.subject: decision for decision in decided}


@cache
def _decisions_on(day: date) -> dict[Subject, Decision]:
    asked = [line.subject for line in MODELS if line.written.get("day", DAY) == day]
    decided = decide(library(), _inventory(), asked, as_of=day, engine_name="columnar", jurisdictions=("EU",))
    return {decision.subject: decision for decision in decided}


def _came(decision: Decision, place: str) -> tuple[str, frozenset[str]]:
    """The answer under a law, and the rules, exceptions and gaps of that law that hold, are open, or are told."""
    answer = next(a for a in decision.answers if a.decision == "licensing" and a.jurisdiction == place)
    told_of = ("holds", "unknown", "not_encoded")
    by = {library().rules[line.id].group.rsplit(".", 1)[-1] for line in answer.rules if line.status in told_of}
    return told(answer.must, answer.may), frozenset(by)


@pytest.mark.parametrize("line", TRANSFERS, ids=lambda line: line.subject.id)
def test_line(line: Line) -> None:
    decision = _decisions()[line.subject]
    assert _came(decision, line.under) == (line.written["answer"], frozenset(line.written.get("by", [])))
    assert _duties(decision, "due") - {"keep_records"} == set(line.written.get("owed", []))


def _duties(decision: Decision, status: str) -> set[str]:
    return {duty.rule.rsplit(".", 1)[-1] for duty in decision.obligations if duty.status == status}


@pytest.mark.parametrize("line", MODELS, ids=lambda line: line.subject.id)
def test_model(line: Line) -> None:
    decision = _decisions_on(line.written.get("day", DAY))[line.subject]
    answer = next(a for a in decision.answers if a.decision == "systemic_risk")
    claiming = outcomes_claimed(library(), "systemic_risk")
    by = {
        one.id.rsplit(".", 1)[-1] for one in answer.rules if one.status in ("holds", "unknown") and one.id in claiming
    }
    assert (told(answer.must, answer.may), by) == (line.written["answer"], set(line.written.get("by", [])))
    assert _duties(decision, "due") == set(line.written.get("owed", []))
    assert _duties(decision, "may be due") == set(line.written.get("may", []))


# Weights that took 5e26 operations in the United States, unlisted in the Union, and others on a national list, to a
# company of Brazil from four places: what each law says of the departure from its own place, each time it changes.
FREE, OPEN, LICENCE = "no_licence_required", "no_licence_required to prohibited", "licence_required"
STORY = {
    "US": {"2025-01-12": FREE, "2025-05-14": FREE, "2025-05-15": LICENCE, "2026-11-20": LICENCE},
    "EU": {"2021-09-08": OPEN, "2021-09-09": FREE, "2025-05-15": FREE, "2026-11-20": FREE},
    "NL": {"2023-08-31": FREE, "2023-09-01": f"{FREE} to {LICENCE}", "2026-11-20": f"{FREE} to {LICENCE}"},
    "SG": {"2025-05-15": OPEN, "2026-11-20": OPEN},
}
_FROM = {"US": ("US", "american"), "EU": ("FR", "american"), "NL": ("NL", "national"), "SG": ("SG", "american")}


def _story(homes: dict[str, str]) -> Iterator[Record]:
    for place, days in STORY.items():
        origin, item = _FROM[place]
        for day in days:
            own = {"case": f"{place}-{day}", "to": "brazilian", "origin": origin, "item": item, "date": day}
            yield _transfer(Line(Subject("Transfer", f"story-{place}-{day}"), own), homes)


@pytest.mark.parametrize("place", STORY)
def test_the_same_weights_from_four_places_day_by_day(place: str) -> None:
    asked = [Subject("Transfer", f"story-{place}-{day}") for day in STORY[place]]
    decided = decide(library(), _inventory(), asked, engine_name="columnar", jurisdictions=(place,))
    answers = [next(a for a in d.answers if a.decision == "licensing" and a.jurisdiction == place) for d in decided]
    assert [told(a.must, a.may) for a in answers] == list(STORY[place].values())


def _dilemma(homes: dict[str, str]) -> Iterator[Record]:
    for case, own in {
        "asked": {"answers": "access"},
        "early": {"answers": "early_access", "date": "2026-08-01"},
        "documents": {"answers": "documents"},
        "elsewhere": {"answers": "documents_elsewhere"},
        "unasked": {},
        "small": {"answers": "access", "item": "plain"},
    }.items():
        line = {
            "to": "commission",
            "origin": "US",
            "exporter": "american_lab",
            "item": "american",
            "facility_secure": False,
        }
        yield _transfer(Line(Subject("Transfer", f"dilemma-{case}"), {**line, **own}), homes)


@pytest.mark.parametrize(
    ("case", "obliged", "american"),
    [
        ("asked", {"give_access"}, LICENCE),
        ("early", set(), LICENCE),  # the powers of Articles 91 and 92 began on the day after
        ("documents", {"give_information"}, LICENCE),
        ("elsewhere", set(), LICENCE),
        ("unasked", set(), LICENCE),
        ("small", {"give_access"}, FREE),
    ],
)
def test_what_the_union_obliges_and_the_united_states_forbid(case: str, obliged: set[str], american: str) -> None:
    """Access for the Commission in time, and no weights without a licence: neither yields, and both are told."""
    asked = [Subject("Transfer", f"dilemma-{case}")]
    (decision,) = decide(library(), _inventory(), asked, engine_name="columnar", jurisdictions=("EU", "US"))
    answers = {a.jurisdiction: told(a.must, a.may) for a in decision.answers if a.decision == "licensing"}
    assert answers == {"US": american, "EU": FREE}
    assert _duties(decision, "due") - {"keep_records", "keep_open_records"} == obliged


def test_every_limb_decides_alone_in_some_line() -> None:
    found = [
        block
        for rule in library().rules.values()
        if rule.jurisdiction in PLACES and rule.entity == "Transfer" and rule.trigger is not None
        for block in blocks(rule, rule.trigger, f"{rule.group} ")
    ]
    lacking = {name: {"lets through", "stops"} for _, names in found for name in names}
    for line in TRANSFERS:
        day: Any = date_of(library(), _inventory(), line.subject, None, None)
        formulas = Interpreter(library(), _inventory(), day).formulas
        for block, names in found:
            for env in block.bindings(formulas, line.subject.id):
                for name, word in zip(names, alone(block, formulas, env) or [""] * len(names), strict=True):
                    lacking[name].discard(word)
    assert len(lacking) > 30
    assert {name: words for name, words in lacking.items() if words} == {}
