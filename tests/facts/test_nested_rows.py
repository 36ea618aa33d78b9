"""Documents with lists in lists, read through maps: the two that ship, and what is refused of each."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from licet.facts.inventory.from_tables import Reading, read_sources
from licet.facts.store import Facts
from licet.ir.policy import Policy
from licet.release.framework_coverage import covered, framework_file
from licet.values import State
from tests.conftest import ROOT

MAPS = ROOT / "fixtures" / "maps"
DECLARATIONS, LOGS = MAPS / "cyclonedx_declarations.yaml", MAPS / "inspect_logs.yaml"
BOM: dict[str, Any] = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "metadata": {"timestamp": "2026-10-01T09:00:00Z"},
    "declarations": {
        "assessors": [{"bom-ref": "assessor-1", "thirdParty": True}],
        "attestations": [
            {
                "summary": "what was looked at",
                "assessor": "assessor-1",
                "map": [
                    {"requirement": "req-laws", "claims": ["claim-1"], "conformance": {"score": 1}},
                    {"requirement": "req-policy", "claims": ["claim-2"], "conformance": {"score": 0.5}},
                ],
            }
        ],
        "claims": [
            {"bom-ref": "claim-1", "predicate": "laws are known", "evidence": ["ev-1"]},
            {"bom-ref": "claim-2", "predicate": "a policy", "evidence": ["ev-2"], "counterEvidence": ["ev-3"]},
        ],
        "evidence": [
            {
                "bom-ref": "ev-1",
                "propertyName": "register",
                "description": "Register of laws",
                "created": "2026-03-01T00:00:00Z",
                "expires": "2027-03-01T00:00:00Z",
                "author": {"name": "compliance"},
                "reviewer": {"name": "internal audit"},
            },
            {"bom-ref": "ev-2", "propertyName": "policy", "created": "2026-03-01T12:30:00+02:00"},
            {"bom-ref": "ev-3", "propertyName": "complaint", "description": None, "created": "2026-08-01T00:00:00Z"},
        ],
    },
}
LOG: dict[str, Any] = {
    "version": 2,
    "status": "success",
    "eval": {
        "run_id": "run-1",
        "task_id": "task-1",
        "created": "2026-05-20T10:11:12+00:00",
        "task": "capture_the_flag",
        "model": "demo/closed-5e26",
        "packages": {"inspect_ai": "0.3"},
    },
    "results": {
        "total_samples": 10,
        "completed_samples": 10,
        "scores": [{"name": "flag", "metrics": {"accuracy": {"name": "accuracy", "value": 0.41}}}],
    },
    "invalidated": False,
}


def read(library: Policy, folder: Path, name: str, document: Any, map_: Path) -> Reading:
    (folder / name).write_text(json.dumps(document), encoding="utf-8")
    (folder / "world.yaml").write_text("as_of: 2026-11-20\nModel:\n  - {id: demo-closed-5e26}\n", encoding="utf-8")
    return read_sources([(folder, None)], library, mapping=map_)


def facts_of(reading: Reading) -> Facts:
    assert reading.usable, [d.message for d in reading.diagnostics]
    return reading.facts


def problems(reading: Reading) -> list[tuple[str, str]]:
    return [(d.code, d.message) for d in reading.diagnostics if d.severity == "error"]


def test_declarations_become_documents_and_verdicts(library: Policy, tmp_path: Path) -> None:
    facts = facts_of(read(library, tmp_path, "a.cdx.json", BOM, DECLARATIONS))
    documents, evidence = facts.entities["Document"], facts.entities["Evidence"]
    first, second = evidence["req-laws claim-1 ev-1"], evidence["req-policy claim-2 ev-2"]

    assert list(documents) == ["ev-1", "ev-2", "ev-3"]
    assert documents["ev-1"].get("review_due") == date(2027, 3, 1)
    assert documents["ev-2"].get("approved_on") == date(2026, 3, 1)
    assert documents["ev-3"].get("kind") == "other"
    assert documents["ev-3"].get("title") is State.ABSENT
    assert first.get("supports") == {"NIST GOVERN 1.1"}
    assert (first.get("document"), first.get("verdict"), first.get("reviewed_on")) == (
        "ev-1",
        "sufficient",
        date(2026, 10, 1),
    )
    assert first.get("against") is State.NOT_APPLICABLE
    assert (second.get("verdict"), second.get("against")) == ("partly", {"ev-3"})
    assert second.get("reviewer") is State.ABSENT


def test_what_they_show(library: Policy, tmp_path: Path) -> None:
    read(library, tmp_path, "a.cdx.json", BOM, DECLARATIONS)
    sources = [(tmp_path, None), (framework_file("nist-ai-rmf"), None)]
    found = covered(library, read_sources(sources, library, mapping=DECLARATIONS).facts, date(2026, 11, 20))

    assert {item.text("number"): item.status for item in found.items[:2]} == {
        "NIST GOVERN 1.1": "covered",
        "NIST GOVERN 1.2": "undetermined",
    }


def test_a_log_becomes_an_evaluation(library: Policy, tmp_path: Path) -> None:
    facts = facts_of(read(library, tmp_path, "a.eval.json", LOG, LOGS))
    (record,) = facts.entities["Evaluation"].values()

    assert list(facts.entities["Evaluation"]) == ["run-1 task-1 flag accuracy"]
    assert (record.get("score"), record.get("threshold")) == (Fraction(41, 100), Fraction(6, 10))
    assert (record.get("model"), record.get("hazard")) == ("demo-closed-5e26", "cyber")
    assert record.get("performed_on") == date(2026, 5, 20)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"status": "error"}, "the map requires `success` as `status`, and this is `error`"),
        ({"status": None}, "the map requires `success` as `status`, and this is nothing"),
        ({"invalidated": True}, "the map requires `false` or nothing as `invalidated`, and this is `true`"),
        (
            {"results": {**LOG["results"], "completed_samples": 8}},
            "the map requires `10` as `results.completed_samples`, and this is `8`",
        ),
    ],
)
def test_a_log_that_was_not_finished_is_refused(
    library: Policy, tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    reading = read(library, tmp_path, "a.eval.json", {**LOG, **changed}, LOGS)

    assert not reading.usable
    assert [code for code, _ in problems(reading)] == ["F005"]
    assert said in problems(reading)[0][1]


def test_unless_the_map_says_that_it_is_taken(library: Policy, tmp_path: Path) -> None:
    map_ = tmp_path / "taken.map.yaml"
    text = LOGS.read_text(encoding="utf-8").replace("status: success", "status: [success, cancelled]")
    (tmp_path / "facts").mkdir()
    map_.write_text(text, encoding="utf-8")
    facts = facts_of(read(library, tmp_path / "facts", "a.eval.json", {**LOG, "status": "cancelled"}, map_))

    assert len(facts.entities["Evaluation"]) == 1


def test_a_log_without_marks_of_invalidation_is_taken(library: Policy, tmp_path: Path) -> None:
    older = {key: value for key, value in LOG.items() if key != "invalidated"}

    assert len(facts_of(read(library, tmp_path, "a.eval.json", older, LOGS)).entities["Evaluation"]) == 1


def test_what_is_named_and_not_there_is_told(library: Policy, tmp_path: Path) -> None:
    wrong = deepcopy(BOM)
    wrong["declarations"]["claims"][0]["evidence"] = ["ev-4"]

    assert problems(read(library, tmp_path, "a.cdx.json", wrong, DECLARATIONS)) == [
        ("F009", "`ev-4` is named, and `declarations.evidence` has no member that is called so")
    ]


def test_an_attestation_with_a_claim_against_it_is_refused(library: Policy, tmp_path: Path) -> None:
    wrong = deepcopy(BOM)
    wrong["declarations"]["attestations"][0]["map"][0]["counterClaims"] = ["claim-2"]
    reading = read(library, tmp_path, "a.cdx.json", wrong, DECLARATIONS)

    assert not reading.usable
    assert "the map requires nothing as `map.counterClaims`" in problems(reading)[0][1]


def test_a_document_without_the_list_is_told(library: Policy, tmp_path: Path) -> None:
    found = problems(read(library, tmp_path, "a.cdx.json", {"bomFormat": "CycloneDX"}, DECLARATIONS))

    assert {code for code, _ in found} == {"F007"}
    assert "has no `declarations.evidence` that this map could make rows of" in found[0][1]


def test_what_is_required_is_written_as_a_mapping(library: Policy, tmp_path: Path) -> None:
    map_ = tmp_path / "wrong.map.yaml"
    (tmp_path / "facts").mkdir()
    text = LOGS.read_text(encoding="utf-8")
    start, end = text.index("    status: success"), text.index("  id:")
    map_.write_text(text[:start].rstrip() + " success\n" + text[end:], encoding="utf-8")
    found = problems(read(library, tmp_path / "facts", "a.eval.json", LOG, map_))

    assert found == [("F002", "`require` is not a mapping")]
