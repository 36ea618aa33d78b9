"""`licet vocabulary --template`: an inventory that is right as it is, with one example of each thing."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from licet.cli.main import main
from licet.facts.inventory.load import load_facts
from licet.loading.policy_files import load_policy
from tests.conftest import ROOT

OTHER_SUBJECT = ROOT / "fixtures" / "food_recall" / "policy"


def licet(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.mark.parametrize("of", [(), ("--policy", OTHER_SUBJECT)], ids=["library", "another subject"])
def test_the_sheets_are_an_inventory_of_examples(of: tuple[object, ...], tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    done = licet("vocabulary", *of, "--template", folder)
    policy = load_policy([Path(str(one)) for one in of[1:]])
    facts = load_facts(folder, policy)

    sheets = {*policy.entities, *policy.relations}
    assert done.output == f"{len(sheets)} sheets written to {folder}; `README.md` there says what goes in them\n"
    assert {path.stem for path in folder.glob("*.csv")} == sheets
    for name, entity in policy.entities.items():
        (record,) = (one for id_, one in facts.entities[name].items() if id_ == "example")
        assert record.facts.keys() >= {field.name for field in entity.fields.values() if not field.derived} - {
            "accepted"
        }
    assert all(len(facts.relations[name]) == 1 for name in policy.relations)
    assert licet("decide", folder, *of).exit_code == 0


def test_nobodys_rows_are_written_over(tmp_path: Path) -> None:
    (tmp_path / "Model.csv").write_text("id\nmine\n", encoding="utf-8")
    done = licet("vocabulary", "--template", tmp_path)

    assert done.exit_code == 2
    assert "holds other things (`Model.csv`)" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["Model.csv"]


def test_the_page_says_what_each_column_takes(tmp_path: Path) -> None:
    licet("vocabulary", "--policy", OTHER_SUBJECT, "--template", tmp_path)

    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert page == (ROOT / "fixtures" / "food_recall" / "template.md").read_text(encoding="utf-8")


def test_examples_beside_rows_of_ones_own_are_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    licet("vocabulary", "--policy", OTHER_SUBJECT, "--template", folder)
    for name, row in (("Batch", "mine,maker,2026-01-01,2026-01-02,none,milk,milk,10 gram"), ("Maker", "maker,yes")):
        with (folder / f"{name}.csv").open("a", encoding="utf-8") as sheet:
            sheet.write(f"{row}\n")
    facts = load_facts(folder, load_policy([OTHER_SUBJECT]))
    decided = licet("batch", folder, "--policy", OTHER_SUBJECT, "--type", "Batch", "-o", tmp_path / "out.jsonl")

    assert {name: [*records] for name, records in facts.entities.items()} == {"Batch": ["mine"], "Maker": ["maker"]}
    assert all(not rows for rows in facts.relations.values())
    assert decided.exit_code == 0, decided.output
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8").count("\n") == 1

    changed = (folder / "Maker.csv").read_text(encoding="utf-8").replace("example,no", "example,yes")
    (folder / "Maker.csv").write_text(changed, encoding="utf-8")
    assert [*load_facts(folder, load_policy([OTHER_SUBJECT])).entities["Maker"]] == ["example", "maker"]
