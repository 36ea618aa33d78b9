"""What of the law is encoded, as data."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
from click.testing import CliRunner

from licet.cli.main import main
from licet.decide.authority_index import asked_provision, resting_on
from licet.ir.policy import Citation, Policy
from licet.loading.policy_files import load_policy
from licet.resources import schema_file
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


def test_what_rests_on_a_provision_as_data() -> None:
    with unpacked(Case.read(PAGE).files):
        asked = ["law", "EAR 742.6", "--policy", "policy.licet", "--facts", "facts.yaml", "--tests", "--format", "json"]
        document = json.loads(CliRunner().invoke(main, asked).stdout)

    jsonschema.validate(document, json.loads(schema_file("law-1.json").read_text(encoding="utf-8")))
    assert [provision["section"] for provision in document["provisions"]] == ["742.6(a)"]
    found = {item["id"]: item for item in document["items"]}
    assert list(found) == ["us.demo.weights", "us.demo.lists", "us.demo.order"]
    weights = found["us.demo.weights"]
    assert (weights["kind"], weights["cites"], weights["broader"]) == ("rule", ["742.6(a)"], False)
    assert weights["excepted_by"] == ["us.demo.facilities", "us.demo.published", "us.demo.order"]
    assert weights["things"] == {"unknown": [{"type": "Transfer", "id": "japan"}]}
    assert (len(weights["holds_in"]), len(weights["fails_in"])) == (2, 1)
    assert document["open"] == [{"subject": {"type": "Transfer", "id": "japan"}, "decision": "licensing"}]


def test_a_provision_of_the_library_leads_to_lists_checks_and_parameters() -> None:
    policy = load_policy(())
    cited = {item.encoding.name: item for item in resting_on(policy, asked(policy, "EAR 742.6(a)(13)")).items}

    assert "us_places" in cited["weights_licence"].reads
    assert "us.ear.model_weights.aia" in cited["weights_licence"].excepted_by
    for sort, items in (("check", policy.checks.values()), ("parameter", policy.parameters.values())):
        for item in items:
            for cite in item.cites:
                resting = resting_on(policy, asked(policy, str(cite)))
                assert item.name in {one.encoding.name for one in resting.items if one.kind == sort}


def asked(policy: Policy, text: str) -> Citation:
    found = asked_provision(policy, text)
    assert found is not None
    return found
