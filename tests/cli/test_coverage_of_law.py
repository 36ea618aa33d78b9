"""What of the law is encoded, as data."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from licet.cli.main import main
from tests.conftest import ROOT
from tests.language.cases import Case, unpacked

PAGE = ROOT / "fixtures" / "language" / "good" / "22-gaps.md"


def test_each_provision_has_its_rules_gaps_and_tests() -> None:
    with unpacked(Case.read(PAGE).files):
        done = CliRunner().invoke(main, ["check", "policy.licet", "--coverage-of-law", "--format", "json"])
    found = {document["section"]: document for document in json.loads(done.output)}

    assert list(found) == ["734.3", "742.6(a)", "740.27", "746.2", "746.4", "760"]
    assert found["740.27"]["state"] == "partly"
    assert found["740.27"]["rules"] == []
    (gap,) = found["740.27"]["gaps"]
    assert gap["id"] == "us.demo.facilities"
    assert gap["cites"] == ["740.27(a)(3)"]
    assert gap["holds_in"] == ["an exception that is not encoded doubts the rule"]
    assert "neither" in gap["fails_in"]


def test_days_are_those_of_all_the_rules_of_one_name(tmp_path: Path) -> None:
    policy = tmp_path / "days.licet"
    policy.write_text(
        'module days "Days"\n  authority EAR "EAR"\nuse core.decisions\n'
        'coverage of EAR as read 2026-01-01\n  encoded "742.6"\n'
        'rule a "A"\n  for t: Transfer\n  cites EAR "742.6(a)"\n  in force from 2025-01-13 until 2026-01-01\n'
        '  unconfirmed from 2026-01-01 "no notice"\n  when t.kind is export\n'
        "  then licensing of t is licence_required\n",
        encoding="utf-8",
    )
    done = CliRunner().invoke(main, ["check", str(policy), "--coverage-of-law", "--format", "json"])
    ((rule,),) = [document["rules"] for document in json.loads(done.output)]

    assert rule["in_force"] == [{"from": "2025-01-13", "until": "2026-01-01"}]
    assert rule["unconfirmed"] == [{"from": "2026-01-01", "until": None}]
    assert (rule["holds_in"], rule["fails_in"]) == ([], [])
