"""What policy authors use every day: formats of findings, fixes, formatting, reading, Markdown."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from click.testing import CliRunner, Result

from licet.cli.main import main
from licet.explain.read import sentence
from licet.ir.policy import Policy
from licet.report.diagnostics import FORMATS
from tests.conftest import ROOT
from tests.language.cases import FOLDERS, Case, unpacked

BROKEN = (
    'module a "A"\nuse core.decisions\n\nrule x "X"\n  for t: Transfer\n'
    "  whne t.kind == export\n  then licensing of t is prohibited\n"
)


def licet(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), catch_exceptions=False)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    file = tmp_path / "a.licet"
    file.write_text(BROKEN, encoding="utf-8")
    return file


def test_sarif_has_rules_results_and_places(broken: Path) -> None:
    run = json.loads(licet("check", str(broken), "--format", "sarif").stdout)["runs"][0]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]

    assert run["tool"]["driver"]["rules"][0]["id"] == run["results"][0]["ruleId"] == "E010"
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (6, 3, 7)


@pytest.mark.parametrize("page", ["bad/formats.md", "bad/tables-01-workbook.md", "good/01-a-rule.md"])
def test_sarif_fits_its_schema(page: str) -> None:
    """The schema is the one named in tests/data/README.md."""
    schema = json.loads((ROOT / "tests" / "data" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
    with unpacked(Case.read(FOLDERS[0] / page).files):
        document = json.loads(
            licet("check", "--format", "sarif", *sorted(str(f) for f in Path().glob("*.licet"))).stdout
        )

    jsonschema.validate(document, schema)
    assert bool(document["runs"][0]["results"]) == page.startswith("bad")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "version": "2"}, schema)


def test_every_format_has_its_golden_page() -> None:
    page = Case.read(FOLDERS[0] / "bad" / "formats.md").text

    for name in sorted(FORMATS):
        assert name == "full" or f"--format {name}" in page


def test_junit_is_xml_with_a_failure(broken: Path) -> None:
    root = ET.fromstring(licet("check", str(broken), "--format", "junit").stdout)

    assert root.attrib["failures"] == "1"
    assert root.find(".//failure") is not None


def test_github_commands(broken: Path) -> None:
    out = licet("check", str(broken), "--format", "github").stdout

    assert out.startswith("::error file=")
    assert "line=6,col=3" in out


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_exits_with_one(broken: Path, name: str) -> None:
    assert licet("check", str(broken), "--format", name).exit_code == 1


def test_one_broken_rule_does_not_hide_misspelt_names_elsewhere(broken: Path) -> None:
    text = BROKEN + '\nrule y "Y"\n  for t: Transfer\n  when t.destinaton is CH\n  then licensing of t is prohibited\n'
    broken.write_text(text + '\nexception z "Z"\n  to x\n  for t: Transfer\n', encoding="utf-8")
    out = licet("check", str(broken), "--format", "concise").stdout

    assert "did you mean `destination`?" in out
    assert "no rule `x`" not in out


def test_fix_repeats_until_nothing_is_left(broken: Path) -> None:
    done = licet("check", str(broken), "--fix")

    assert "when t.kind is export" in broken.read_text(encoding="utf-8")
    assert "error" not in done.stdout
    assert done.exit_code == 0


def test_fmt_check_diff_and_write(tmp_path: Path) -> None:
    file = tmp_path / "a.licet"
    file.write_text('module a "A"\nuse core.decisions\nrule x for t: Transfer then licensing of t is licensed\n')

    assert licet("fmt", "--check", str(file)).exit_code == 1
    assert "+rule x" in licet("fmt", "--diff", str(file)).stdout
    assert licet("fmt", str(file)).exit_code == 0
    assert licet("fmt", "--check", str(file)).exit_code == 0


def test_the_library_is_formatted() -> None:
    from licet.resources import policies_folder

    assert licet("fmt", "--check", str(policies_folder())).exit_code == 0


def test_fmt_of_a_broken_file_changes_nothing(broken: Path) -> None:
    assert licet("fmt", str(broken)).exit_code == 2
    assert broken.read_text(encoding="utf-8") == BROKEN


def test_fmt_reads_stdin() -> None:
    done = CliRunner().invoke(main, ["fmt", "-"], input='module a "A" jurisdiction US')

    assert done.output == 'module a "A"\n  jurisdiction US\n'


def test_read_says_a_rule_in_english() -> None:
    out = " ".join(licet("rule", "weights_licence").output.split())

    assert 'the item\'s ECCN includes "4E091"' in out
    assert "Not enforced from 2025-05-13" in out
    assert licet("rule", "weights_licens").exit_code == 2


def test_every_rule_of_the_library_can_be_read(library: Policy) -> None:
    for rule in library.rules.values():
        said = sentence(library, rule)
        assert rule.title in said
        assert said.endswith((".", '"'))


def test_a_literate_policy_keeps_its_places(tmp_path: Path) -> None:
    page = tmp_path / "policy.md"
    page.write_text(
        'Prose.\n\n```licet\nmodule a "A"\nuse core.decisions\n```\n\nMore prose with `rule` in it.\n\n'
        '```licet\nrule x "X"\n  for t: Transfer\n  when t.kindd is export\n  then licensing of t is licensed\n```\n',
        encoding="utf-8",
    )
    done = licet("check", str(page))

    assert "policy.md:13:10" in done.output
    assert "did you mean `kind`?" in done.output


def test_fix_never_writes_into_a_sheet(tmp_path: Path) -> None:
    policy, sheet = tmp_path / "a.licet", tmp_path / "kinds.csv"
    policy.write_text(
        'module a "A"\nuse core.decisions\n\ntable kinds "K"\n  for t: Transfer\n  decides licensing of t hit first'
        ' from "kinds.csv"\n',
        encoding="utf-8",
    )
    sheet.write_text("t.kind,t.value,licensing\nexport,== 5 USD,licensed\n", encoding="utf-8")
    before = sheet.read_text(encoding="utf-8")
    done = licet("check", str(policy), "--fix")

    assert f"{sheet}:B2" in done.output
    assert done.exit_code == 1
    assert sheet.read_text(encoding="utf-8") == before


def test_fmt_of_what_is_no_text_says_so(tmp_path: Path) -> None:
    file = tmp_path / "packed.zip"
    file.write_bytes(b"PK\x03\x04\x81\xff")

    done = licet("fmt", str(file))

    assert done.exit_code == 2
    assert "is not UTF-8 text: the byte at 4 cannot be read" in done.output
    assert file.read_bytes() == b"PK\x03\x04\x81\xff"
