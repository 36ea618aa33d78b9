"""`licet roster`: each row of access with its releases, the person's state, and what is due."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
from click.testing import CliRunner

from licet.cli.main import main
from licet.resources import schema_file
from tests.conftest import ROOT

FRONTIER = ROOT / "fixtures" / "frontier"


def roster(*words: object) -> str:
    done = CliRunner().invoke(main, ["roster", *map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_each_row_with_its_release_and_what_is_due() -> None:
    shown = roster(FRONTIER, "person-13")

    assert shown.splitlines() == [
        "person-13: withhold as of 2026-11-20",
        "  demo-closed-5e26: source code in US",
        "      reviewed on: unknown",
        "      t-release-swiss-owned of 2025-09-01: licence required (deemed_licence",
        "          holds)",
        "  decided by: access_in_order holds, access_withheld holds",
        "  due: edelweiss-us must escort the person on the site, or settle its vetting",
        "not legal advice",
    ]


def test_everybody_with_access_and_nobody_else() -> None:
    shown = roster(FRONTIER)

    assert [line.split(":")[0] for line in shown.splitlines() if line.startswith("person-")] == [
        f"person-{number}" for number in ("01", "03", "04", "05", "07", "10", "13", "18")
    ]
    assert max(map(len, shown.splitlines())) <= 80
    assert "(deemed_licence defeated by regular_employees)" in " ".join(shown.split())
    assert "no release on record" in shown


def test_the_same_for_a_program() -> None:
    document = json.loads(roster(FRONTIER, "person-05", "--format", "json"))
    (found,) = document["persons"]

    jsonschema.validate(document, json.loads(schema_file("roster-1.json").read_text(encoding="utf-8")))

    assert found["access"] == {"must": "open", "may": "open"}
    assert found["rows"][0]["model"] == "demo-closed-5e26"
    assert found["rows"][0]["releases"] == [
        {"id": "t-release-contractor", "licensing": {"must": "licence_required", "may": "licence_required"}}
    ]


def test_names_stay_as_they_are_and_only_values_are_put_into_words(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text(
        "as_of: 2026-10-01\n"
        "Model:\n  - {id: my_model}\n"
        "Person:\n  - {id: p_1}\n"
        "has_access:\n"
        "  - {person: p_1, model: my_model, level: source_code, place: US, granted_by: head_of research}\n",
        encoding="utf-8",
    )
    shown = roster(file).splitlines()
    ((row,),) = (one["rows"] for one in json.loads(roster(file, "--format", "json"))["persons"])

    assert shown[1] == "  my_model: source code in US"
    assert "      granted by: head_of research" in shown
    assert (row["person"], row["model"], row["level"]) == ("p_1", "my_model", "source_code")


def test_nobody_has_access(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text("Person:\n  - {id: p}\n", encoding="utf-8")

    assert roster(file).splitlines() == ["no access is on record", "not legal advice"]
