"""Every line of `fixtures/law/elsewhere`: what leaves other places than the United States."""

from __future__ import annotations

import json
from dataclasses import dataclass
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
from licet.run.reference.interpreter import Interpreter
from tests.policy.law import LAW, NOTHING, Record, library, told
from tests.policy.test_law import alone, blocks

ELSEWHERE = LAW / "elsewhere"
PLACES = ("AU", "CN", "EU", "GB", "JP", "KR", "MY", "NL", "SG")
_WORDS = {"case", "under", "answer", "by", "owed"}


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


def _own(line: Line) -> Record:
    return {key: value for key, value in line.written.items() if key not in _WORDS}


def _transfer(line: Line, homes: dict[str, str]) -> Record:
    own = _own(line)
    to = own.pop("to", "swiss")
    return {
        "id": line.subject.id, "item": "plain", "kind": "export", "exporter": "lab", "consignee": to, "end_user": to,
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
            "headquarters": home,
            "ultimate_parent_country": home,
            "incorporated_in": home,
        }
        party.update({**ordinary, **party, "name": party["id"]})
    for model in tables["Model"]:
        ordinary = {"training_compute": "1e24", "weights_published": False, "us_origin": False, "us_content": "0%"}
        model.update({**ordinary, "foreign_direct_product": False, **model, "name": model["id"]})
    homes = {party["id"]: party["country"] for party in tables["Party"]}
    tables["Transfer"] = [_transfer(line, homes) for line in TRANSFERS]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "elsewhere.json"
        path.write_text(json.dumps(tables, default=str), encoding="utf-8")
        return load_facts(path, library())


@cache
def _decisions() -> dict[Subject, Decision]:
    asked = [line.subject for line in TRANSFERS]
    decided = decide(library(), _inventory(), asked, engine_name="columnar", jurisdictions=PLACES)
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
    owed = {duty.rule.rsplit(".", 1)[-1] for duty in decision.obligations if duty.status == "due"}
    assert owed - {"keep_records"} == set(line.written.get("owed", []))


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
