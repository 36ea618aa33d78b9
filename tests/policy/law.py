"""The world and the lines of `fixtures/law`, read, completed with what is ordinary, and decided at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from licet.decide.decision import Answer, Decision
from licet.decide.from_outcome import decide
from licet.facts.inventory.load import load_facts
from licet.facts.store import Facts, Subject
from licet.ir.policy import HasOutcome, Policy, Rule
from licet.loading.policy_files import load_policy
from tests.conftest import ROOT

LAW = ROOT / "fixtures" / "law"
EXPECTED = ("case", "answer", "by", "details", "enforced", "owed")
NOTHING = "not applicable"

Record = dict[str, Any]

# What a record of the world leaves out is ordinary.
_ORDINARY: dict[str, Record] = {
    "Model": {"weights_published": False, "below_published_frontier": False, "foreign_direct_product": False,
              "us_content": "0%"},
    "Item": {"us_origin": True, "foreign_direct_product": False, "us_content": "0%", "for_data_centres": True},
    "Party": {"kind": "commercial", "approved_in_uae": False},
    "Person": {"us_person": False, "employment": "regular_permanent"},
    "Licence": {"authority": "BIS", "valid_from": "2026-01-01", "valid_until": "2026-12-31", "revoked_on": NOTHING,
                "conditions": []},
    "listed": {"programme": "EAR", "requirement": "For all items subject to the EAR (See §744.11 of the EAR)",
               "exceptions": [], "from": "2024-01-01"},
}  # fmt: skip
_HOMES = ("headquarters", "ultimate_parent_country", "incorporated_in")


@dataclass(frozen=True)
class Line:
    """One case as it is written, with the page it stands on."""

    page: str
    written: Record

    @property
    def id(self) -> str:
        return f"{self.page}-{self.written['case']}".replace(" ", "-").replace(",", "").replace("'", "")

    @property
    def expected(self) -> tuple[str, frozenset[str], tuple[str, ...], str]:
        answer = str(self.written["answer"])
        return (
            answer,
            frozenset(self.written.get("by", [])),
            tuple(self.written.get("details", [])),
            str(self.written.get("enforced", answer)),
        )

    @property
    def owed(self) -> frozenset[str]:
        return frozenset(self.written.get("owed", []))

    def transfer(self, homes: dict[str, str]) -> Record:
        own = {key: value for key, value in self.written.items() if key not in EXPECTED}
        to = own.pop("to", "brazil")
        ordinary: Record = {
            "item": "small", "kind": "export", "exporter": "lab", "consignee": to, "end_user": to, "origin": "US",
            "destination": homes[to], "recipient": NOTHING, "end_use": "commercial", "knowledge": "none",
            "date": "2026-10-01", "red_flags": [], "region": NOTHING,
        }  # fmt: skip
        if "goods" in own:
            del ordinary["item"]  # nobody names a model
            ordinary["supplement_2_dd"] = False
        return {"id": self.id, **ordinary, **own}


@cache
def lines() -> tuple[Line, ...]:
    pages = sorted(path for path in LAW.glob("*.yaml") if path.stem != "world")
    return tuple(Line(path.stem, written) for path in pages for written in _read(path))


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)


def world() -> dict[str, list[Record]]:
    tables = {table: [{**_ORDINARY.get(table, {}), **r} for r in records] for table, records in _read(
        LAW / "world.yaml").items()}  # fmt: skip
    for party in tables["Party"]:
        party.update({home: party.get(home, party["country"]) for home in _HOMES})
    for person in tables["Person"]:
        person["citizenship"] = person["most_recent_nationality"] = person.pop("nationality")
    for record in (r for table in ("Model", "Item", "Party", "Person") for r in tables[table]):
        record.setdefault("name", record["id"])
    return tables


@cache
def library() -> Policy:
    return load_policy()


@cache
def inventory() -> Facts:
    tables = world()
    homes = {party["id"]: party["country"] for party in tables["Party"]}
    tables["Transfer"] = [line.transfer(homes) for line in lines()]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "law.json"
        path.write_text(json.dumps(tables, default=str), encoding="utf-8")
        return load_facts(path, library())


@cache
def decisions() -> dict[str, Decision]:
    asked = [Subject("Transfer", line.id) for line in lines()]
    decided = decide(library(), inventory(), asked, engine_name="columnar", jurisdictions=("US",))
    return {decision.subject.id: decision for decision in decided}


def us_answer(decision: Decision) -> Answer:
    return next(a for a in decision.answers if a.decision == "licensing" and a.jurisdiction == "US")


def told(must: str, may: str) -> str:
    return must if must == may else f"{must} to {may}"


def rests_on(decision: Decision) -> Iterator[str]:
    """The rules that hold or are open and state an outcome, and the gaps that the answer hangs on."""
    for line in us_answer(decision).rules:
        rule = library().rules[line.id]
        if line.status in ("holds", "unknown") and not rule.is_open and _decides(rule):
            yield rule.group.rsplit(".", 1)[-1]
    for gap in decision.not_encoded:
        yield gap.gap.rsplit(".", 1)[-1]


def _decides(rule: Rule) -> bool:
    return any(isinstance(effect, HasOutcome) and effect.decision == "licensing" for effect in rule.effects)


def came(decision: Decision) -> tuple[str, frozenset[str], tuple[str, ...], str]:
    answer = us_answer(decision)
    return (
        told(answer.must, answer.may),
        frozenset(rests_on(decision)),
        answer.details,
        told(*answer.enforced_range),
    )
