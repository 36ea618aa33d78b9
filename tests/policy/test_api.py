"""The Python interface does what the command line does."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import licet
from licet.errors import FactsError, PolicyError
from licet.facts.store import Subject
from tests.conftest import ROOT


def test_load_decide_explain() -> None:
    policy = licet.load()
    facts = policy.facts(ROOT / "fixtures" / "frontier")
    subject = Subject("Transfer", "t-fable-foreign")
    decision = policy.decide(facts, [subject], as_of=date(2026, 6, 15))[0]

    assert [d.message for d in policy.check(today="2026-11-27")] == []
    assert repr(decision) == "<Decision Transfer t-fable-foreign as of 2026-06-15: licensing licence_required>"
    assert policy.explain(decision).parts[0].answer == "licence required"
    assert repr(policy).startswith("<Policy licet policy library: ")
    assert policy.fingerprint.startswith("sha256:")
    assert [path.name for path in policy.paths] == ["policies"]


def test_a_broken_policy_says_so_and_does_not_decide(tmp_path: Path) -> None:
    file = tmp_path / "p.licet"
    file.write_text('module a "A"\nrule x\n', encoding="utf-8")
    policy = licet.load(file)

    assert [d.code for d in policy.check()] == ["E011"]
    with pytest.raises(PolicyError):
        policy.facts(tmp_path)


def test_broken_facts_say_everything(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_text("Model:\n  - {id: m, nme: x}\n  - {id: m}\n", encoding="utf-8")
    with pytest.raises(FactsError) as raised:
        licet.load().facts(file)

    assert [d.code for d in raised.value.diagnostics] == ["F007", "F003"]
