"""One file of a set is checked among its siblings, and only what is wrong in it is told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from licet.cli.main import main
from licet.resources import policies_folder

DECISIONS = """module veld.decisions "D"
entity Thing "thing"
  heavy : boolean "heavy"
  light : boolean derived "light"
decision permit of x: Thing "permit" outcomes free < forbidden otherwise free
"""
CHIPS = """module veld.chips "C"
  jurisdiction VELD
  authority A "Act"
use veld.decisions

rule heavy "Heavy"
  for x: Thing
  cites A "1"
  when x.heavy
  then permit of x is forbidden
"""
TESTS = """module veld.tests "T"
use veld.chips

test "a"
  given x is Thing { heavy: yes }
  expect permit of x is forbidden

test "b"
  given x is Thing { heavy: no }
  expect permit of x is free
"""


@pytest.fixture
def veld(tmp_path: Path) -> Path:
    folder = tmp_path / "policies" / "veld"
    folder.mkdir(parents=True)
    for name, text in {"decisions": DECISIONS, "chips": CHIPS, "tests": TESTS}.items():
        (folder / f"{name}.licet").write_text(text, encoding="utf-8")
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize("name", ["chips", "tests", "decisions"])
def test_each_file_of_a_set_is_right_on_its_own(veld: Path, name: str) -> None:
    found = run("check", veld / f"{name}.licet")

    assert found.output.endswith("no findings\n"), found.output
    assert found.exit_code == 0


def test_each_file_of_a_copy_of_the_library_is_right_on_its_own(tmp_path: Path) -> None:
    copy = tmp_path / "mine"
    shutil.copytree(policies_folder(), copy)
    (copy / "us" / "ear" / "unread.licet").write_text("nothing that could be read", encoding="utf-8")
    for file in (
        copy / "us" / "ear" / "licences.licet",
        copy / "core" / "lists.licet",
        copy / "practice" / "risk.licet",
    ):
        found = run("check", file)
        assert found.exit_code == 0, found.output


def test_mistakes_elsewhere_are_not_told(veld: Path) -> None:
    (veld / "tests.licet").write_text(TESTS.replace("heavy", "haevy"), encoding="utf-8")
    (veld / "broken.licet").write_text('module veld.broken "B"\nrule', encoding="utf-8")

    assert run("check", veld / "chips.licet").exit_code == 0
    told = run("check", veld / "chips.licet", veld / "tests.licet").output
    assert "tests.licet" in told
    assert "broken" not in told


def test_another_version_of_the_file_beside_it_is_not_its_sibling(veld: Path) -> None:
    (veld / "chips.old.licet").write_text(CHIPS, encoding="utf-8")
    (veld / "demo.licet").write_text(CHIPS.replace("veld.chips", "demo"), encoding="utf-8")

    assert run("check", veld / "chips.licet").exit_code == 0


def test_a_file_decides_with_what_it_uses(veld: Path) -> None:
    (veld / "inv.yaml").write_text("Thing: [{id: a, heavy: yes}]", encoding="utf-8")
    found = run("decide", veld / "inv.yaml", "--policy", veld / "chips.licet")

    assert "forbidden" in found.output, found.output


def test_a_use_that_is_missing_is_one_error_and_mended(veld: Path) -> None:
    file = veld / "chips.licet"
    file.write_text(CHIPS.replace("use veld.decisions\n", ""), encoding="utf-8")
    found = run("check", file)

    assert found.output.count("error[") == 1, found.output
    assert "add `use veld.decisions` under the module's header" in found.output
    assert "and 1 more of its names" in found.output
    assert run("check", file, "--fix").exit_code == 0
    assert 'authority A "Act"\nuse veld.decisions\n' in file.read_text(encoding="utf-8")


def test_uses_of_the_library_that_are_missing_are_added(tmp_path: Path) -> None:
    file = tmp_path / "p.licet"
    file.write_text(
        'module demo "D"\n  jurisdiction US\n  authority EAR "15"\n\n'
        'rule a "A"\n  for t: Transfer\n  cites EAR "1"\n  when t.destination is in supplement_5a\n'
        "  then licensing of t is prohibited\n",
        encoding="utf-8",
    )
    assert run("check", file).output.count("error[") == 2  # of two modules, neither of which uses the other
    assert run("check", file, "--fix").exit_code == 0
    assert "use core.lists\nuse core.decisions\n" in file.read_text(encoding="utf-8")


def test_a_use_of_nothing_is_one_error(veld: Path) -> None:
    file = veld / "chips.licet"
    file.write_text(CHIPS.replace("veld.decisions", "veld.decision"), encoding="utf-8")
    found = run("check", file)

    assert found.output.count("error[") == 1, found.output
    assert "did you mean `veld.decisions`?" in found.output


CLASHES = """module mine "Mine"
entity Party "party"
  listed : boolean "listed"
entity Deal "deal"
  buyer : Party "buyer"
decision licensing of d: Deal "duty" outcomes free < ask otherwise free
rule r for d: Deal when {body} then licensing of d is ask
"""


@pytest.mark.parametrize("body", ["d.buyer.lisetd", "d.buyer.listed and d.id is X or not d.buyer.listed", "d is nice"])
def test_a_fault_in_a_policy_of_its_own_brings_none_of_the_library(tmp_path: Path, body: str) -> None:
    """It has names that the library has too: nobody asked for the library."""
    (tmp_path / "mine.licet").write_text(CLASHES.format(body=body), encoding="utf-8")
    done = CliRunner().invoke(main, ["check", str(tmp_path / "mine.licet")])

    assert done.exit_code == 1
    assert done.output.count("error[") == 1, done.output


def test_a_name_of_the_library_is_told_with_its_module(tmp_path: Path) -> None:
    text = "module mine\nrule r\n  for t: Transfer\n  when t is moved\n  then licensing of t is prohibited\n"
    (tmp_path / "mine.licet").write_text(text, encoding="utf-8")
    done = CliRunner().invoke(main, ["check", str(tmp_path / "mine.licet")])

    assert "the decision `licensing` is declared in module `core.decisions`, which `mine` does not use" in done.output
    assert "policies" not in done.output.replace(str(tmp_path), "")
