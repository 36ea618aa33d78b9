"""Every line of `fixtures/law/practice`: what an organisation's own rules answer, and what is owed."""

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

from licet.decide.decision import Decision
from licet.decide.from_outcome import decide
from licet.facts.inventory.load import load_facts
from licet.facts.store import Facts, Subject
from licet.ir.outcomes import outcomes_claimed
from tests.policy.law import LAW, Record, library, told

DAY, LATER = date(2026, 10, 1), date(2027, 2, 1)
_AUDIT: Record = {"independent": True, "performed_on": "2026-06-01", "valid_until": "2027-05-31", "result": "passed"}
_EVALUATION: Record = {"score": 1, "threshold": 10, "performed_on": "2026-06-01"}
_ACCESS: Record = {"model": "closed", "level": "source_code", "place": "US", "reviewed_on": "2026-09-01"}
_SCREENED: Record = {"employer": "other", "screening": "no_licence_need", "screened_on": "2026-03-01"}
_TOLD = ("holds", "unknown", "not_encoded")
_INCIDENT: Record = {"kind": "serious_incident", "harms": ["other_harm"], "critical": True, "imminent": False}
_BOTH = [{"kind": "misuse_resistance"}, {"kind": "manipulation_resistance"}]


@dataclass(frozen=True)
class Line:
    """One case: the subject, and the rules that decide by the name of the decision."""

    subject: Subject
    written: Record

    @property
    def day(self) -> date:
        return LATER if self.written.get("in_2027") else DAY

    @property
    def expected(self) -> dict[str, tuple[str, frozenset[str]]]:
        if self.subject.type == "Person":
            return {"access": (self.written["access"], frozenset(self.written.get("by", [])))}
        if self.subject.type == "Incident":
            return {"reporting": (self.written["answer"], frozenset(self.written.get("by", [])))}
        return {
            "audit_status": (self.written["audits"], frozenset(self.written.get("by_audits", []))),
            "release_readiness": (self.written["ready"], frozenset(self.written.get("by", []))),
        }


def _lines(page: str, type_: str) -> list[Line]:
    written = yaml.load((LAW / "practice" / f"{page}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    return [Line(Subject(type_, f"{page}-{line['case']}".replace(" ", "-")), line) for line in written]


LINES = (*_lines("audits", "Model"), *_lines("staff", "Person"), *_lines("incidents", "Incident"))


def _records() -> Iterator[tuple[str, Record]]:
    """The tables' records: each line's own, completed with what is ordinary."""
    for party, signed in (("signer", True), ("other", False), ("college", False), ("unasked", "unknown")):
        kind = "academic" if party == "college" else "commercial"
        yield "Party", {"id": party, "country": "US", "signed_code": signed, "kind": kind}
    for model in ("closed", "other"):
        yield "Model", {"id": model, "developer": "other", "training_compute": "1e24", "weights_published": False}
    yield "Site", {"id": "plant", "operator": "other"}
    for line in LINES:
        id_, written = line.subject.id, line.written
        if line.subject.type == "Model":
            small = {"developer": "other", "training_compute": "1e24", "released_on": "2026-12-01"}
            yield "Model", {"id": id_, **small, **written.get("model", {})}
            for table, ordinary, own in (
                ("Audit", _AUDIT, written.get("records", _BOTH)),
                ("Evaluation", _EVALUATION, written.get("evaluations", [])),
            ):
                yield from ((table, {"id": f"{id_}-{n}", "model": id_, **ordinary, **r}) for n, r in enumerate(own))
        elif line.subject.type == "Incident":
            yield from _incident(id_, written)
        else:
            yield "Person", {"id": id_, **_SCREENED, **written.get("person", {})}
            yield from (("has_access", {"person": id_, **_ACCESS, **row}) for row in written.get("rows", [{}]))
            sites = written.get("sites", [])
            yield from (("goes_about", {"person": id_, "site": "plant", "alone": True, **row}) for row in sites)


def _incident(id_: str, written: Record) -> Iterator[tuple[str, Record]]:
    model = {"developer": "other", "training_compute": "2e26", "in_new_york": False, **written.get("model", {})}
    yield "Model", {"id": f"{id_}-model", **model}
    aware = written.get("incident", {}).get("aware_on", DAY)
    ordinary = {**_INCIDENT, "model": f"{id_}-model", "aware_on": aware, "reporter": "other"}
    yield "Incident", {"id": id_, **ordinary, **written.get("incident", {})}
    for n, filing in enumerate(written.get("filings", [])):
        yield "Filing", {"id": f"{id_}-{n}", "incident": id_, "kind": "first_report", "filed_on": aware, **filing}


def _inventory() -> Facts:
    tables: dict[str, list[Record]] = {}
    for table, record in _records():
        tables.setdefault(table, []).append(record)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "practice.json"
        path.write_text(json.dumps(tables, default=str), encoding="utf-8")
        return load_facts(path, library())


@cache
def _decisions() -> dict[Subject, Decision]:
    facts = _inventory()
    found: dict[Subject, Decision] = {}
    for day in (DAY, LATER):
        asked = [line.subject for line in LINES if line.day == day]
        found |= {one.subject: one for one in decide(library(), facts, asked, as_of=day, engine_name="columnar")}
    return found


def _came(decision: Decision, name: str) -> tuple[str, frozenset[str]]:
    """The answer over all laws, and the rules; of a report, where laws have rules of one name, with their module."""
    answers = [answer for answer in decision.answers if answer.decision == name]
    deciding = outcomes_claimed(library(), name)
    rules = (line.id for answer in answers for line in answer.rules if line.status in _TOLD and line.id in deciding)
    words = 2 if name == "reporting" else 1
    order = library().decisions[name].outcomes.index
    must, may = (max((getattr(one, end) for one in answers), key=order) for end in ("must", "may"))
    return told(must, may), frozenset(".".join(rule.split(".")[-words:]) for rule in rules)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.subject.id)
def test_line(line: Line) -> None:
    decision = _decisions()[line.subject]
    expected: dict[str, Any] = line.expected
    assert {name: _came(decision, name) for name in expected} == expected
    due = {duty.rule.rsplit(".", 1)[-1] for duty in decision.obligations if duty.status == "due"}
    assert due == set(line.written.get("owed", []))
