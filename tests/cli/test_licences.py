"""`licet licences`: what is left of a licence, shipment by shipment, and what its conditions ask."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
from click.testing import CliRunner

from licet.cli.main import main
from licet.resources import schema_file
from tests.conftest import ROOT

FRONTIER = ROOT / "fixtures" / "frontier"


def licences(*words: object) -> str:
    done = CliRunner().invoke(main, ["licences", *map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_balance_its_shipments_and_its_conditions() -> None:
    assert licences(FRONTIER, "licence-06").splitlines() == [
        "as of 2026-11-20",
        "licence-06: D-0000006 (fictional), 2026-03-02 to 2027-12-31",
        "  units: 0 left of 10",
        "  value: 0 USD left of 1,000,000 USD",
        "  shipments",
        "    2026-04-01 h-first: licensed (4 units, 400,000 USD)",
        "    2026-09-01 h-second: licensed (4 units, 400,000 USD)",
        "    2026-09-01 h-third: licence required (4 units, 400,000 USD)",
        "      doubtful: alone it is within the licence, with the others of its day it is",
        "          not: say which came first; accepted: the forwarder says that h-second",
        "          left first (fictional)",
        "  condition condition-01: overdue, no retransfer without written approval, binds",
        "      cerrado",
        "      due: demo-lab must obtain the acknowledgement in writing by 2026-04-01",
        "  condition condition-02: settled, a yearly report of use, binds cerrado",
        "not legal advice",
    ]


def test_what_is_left_on_a_day() -> None:
    shown = licences(FRONTIER, "licence-06", "--as-of", "2026-08-31")

    assert "  units: 6 left of 10" in shown.splitlines()
    assert "  value: 600,000 USD left of 1,000,000 USD" in shown.splitlines()


def test_every_licence_at_eighty_columns() -> None:
    shown = licences(FRONTIER)

    heads = [line.split(":")[0] for line in shown.splitlines() if line.startswith("licence-")]
    assert heads == [f"licence-0{number}" for number in range(1, 7)]
    assert max(map(len, shown.splitlines())) <= 80
    assert "  revoked on 2026-03-01" in shown.splitlines()


def test_the_same_for_a_program() -> None:
    document = json.loads(licences(FRONTIER, "--format", "json"))

    jsonschema.validate(document, json.loads(schema_file("licences-1.json").read_text(encoding="utf-8")))
    found = {one["licence"]: one for one in document["licences"]}
    assert found["licence-06"]["units"] == {"total": 10, "left": 0}
    assert found["licence-01"]["units"] == {"total": "not applicable", "left": "not applicable"}
    assert [one["id"] for one in found["licence-06"]["shipments"]] == ["h-first", "h-second", "h-third"]


def test_technology_has_no_balance_and_an_unknown_shipment_leaves_it_open(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text(
        "as_of: 2026-10-01\n"
        "Licence:\n"
        "  - {id: weights, number: W, items: technology, total_units: 5}\n"
        "  - {id: goods, number: G, valid_from: 2026-01-01, valid_until: 2027-12-31, total_units: 5}\n"
        "Transfer:\n"
        "  - {id: a, licence: goods, date: 2026-02-01, units: 2}\n"
        "  - {id: b, licence: goods, date: 2026-03-01}\n",
        encoding="utf-8",
    )

    shown = licences(file)

    assert "  units: not applicable, only commodities have a balance" in shown.splitlines()
    assert "  units: not known what is left of 5" in shown.splitlines()


def test_what_is_not_known_of_a_licence_is_said_as_such(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text(
        "as_of: 2026-10-01\n"
        "Licence:\n"
        "  - {id: l, number: L, items: unknown, total_units: unknown}\n"
        "Transfer:\n"
        "  - {id: a, licence: l, date: 2026-02-01, units: {at_least: 1, at_most: 2}}\n"
        "LicenceCondition:\n"
        "  - {id: c, licence: l, text: x, party: p, due_on: 2026-09-01, told_on: 2026-08-01}\n"
        "Party:\n  - {id: p}\n",
        encoding="utf-8",
    )
    shown = licences(file).splitlines()
    document = json.loads(licences(file, "--format", "json"))
    (found,) = document["licences"]
    (duty,) = found["conditions"][0]["obligations"]

    jsonschema.validate(document, json.loads(schema_file("licences-1.json").read_text(encoding="utf-8")))
    assert shown[1:3] == ["l: L, unknown to unknown", "  units: not known what is left"]
    assert found["units"] == {"total": "unknown", "left": "unknown"}
    assert "    2026-02-01 a: no licence required to prohibited (1 to 2 units)" in shown
    assert duty["status"] == "may be due"
    assert any(line.startswith("      may be due: ") for line in shown)


def test_a_jurisdiction_whose_rules_tell_nothing_of_conditions_is_refused() -> None:
    done = CliRunner().invoke(main, ["licences", str(FRONTIER), "licence-06", "--jurisdiction", "EU"])

    assert done.exit_code == 2
    assert done.stderr == "error: no rule of EU decides `condition_status`\n"


def test_no_licence_is_on_record(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text("as_of: 2026-10-01\nParty:\n  - {id: p}\n", encoding="utf-8")

    assert "no licence is on record" in licences(file)
