"""The contract of the command line: exit codes, streams, formats, schema."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema.validators import validator_for

from licet.cli.main import main
from licet.ir.policy import Policy
from licet.resources import schema_file
from licet.trials.examples import run_examples
from tests.conftest import ROOT

FRONTIER = str(ROOT / "fixtures" / "frontier")


def licet(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), catch_exceptions=False)


@pytest.fixture
def models(tmp_path: Path) -> str:
    """An inventory of two models."""
    facts = tmp_path / "facts.yaml"
    facts.write_text("as_of: 2026-11-20\nModel:\n  - {id: m}\n  - {id: n, training_compute: 2e25}\n", encoding="utf-8")
    return str(facts)


@pytest.mark.slow
def test_every_document_fits_the_schema() -> None:
    done = licet("decide", FRONTIER, "--format", "json")
    schema = json.loads(schema_file("decision-1.json").read_text(encoding="utf-8"))
    documents = json.loads(done.stdout)

    assert done.exit_code == 0
    assert len(documents) > 100
    kind = validator_for(schema)
    kind.check_schema(schema)
    for document in documents:
        kind(schema).validate(document)


def test_json_lines_are_one_document_each(models: str) -> None:
    done = licet("decide", models, "--format", "jsonl", "--as-of", "2026-06-15", "--engine", "reference")
    documents = [json.loads(line) for line in done.stdout.splitlines()]

    assert [(d["subject"]["id"], d["as_of"]) for d in documents] == [("m", "2026-06-15"), ("n", "2026-06-15")]


def test_the_format_follows_the_suffix(tmp_path: Path, models: str) -> None:
    done = licet("decide", models, "-o", str(tmp_path / "out.json"), "--engine", "reference")

    assert done.exit_code == 0
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))[0]["schema"] == "licet/decision/1"


def test_the_table_fits_eighty_columns() -> None:
    done = licet("decide", FRONTIER)

    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    assert "not legal advice" in done.stdout
    assert "cleared" not in done.stdout.lower()


def test_fail_on_looks_at_the_may_bound(tmp_path: Path) -> None:
    facts = tmp_path / "facts.yaml"
    facts.write_text("as_of: 2026-11-20\nModel:\n  - {id: m}\n", encoding="utf-8")

    assert licet("decide", str(facts), "--fail-on", "presumed").exit_code == 1
    facts.write_text("as_of: 2026-11-20\nModel:\n  - {id: m, training_compute: 1e24}\n", encoding="utf-8")
    assert licet("decide", str(facts), "--fail-on", "presumed").exit_code == 0
    assert licet("decide", str(facts), "--fail-on", "presumd").exit_code == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["decide", "no-such-file.yaml"], "there is no file or folder"),
        (["decide", FRONTIER, "--jurisdiction", "XX"], "no rule stands in the jurisdiction"),
        (["decide", FRONTIER, "--as-of", "15/06/2026"], "is not a date"),
        (["decide", FRONTIER, "--engine", "magic"], "magic"),
        (["explain", FRONTIER, "t-swis"], "did you mean `t-swiss`?"),
        (["explain", FRONTIER, "alpenrose"], "no decision is about one"),
        (
            ["explain", FRONTIER, "alpenrose", "restricted", "--jurisdiction", "EU"],
            "no rule of `EU` states `restricted`",
        ),
        (["audit-status", FRONTIER, "no-such-model"], "there is no subject"),
        (["help", "E999"], "there is no diagnostic"),
        (["check", str(ROOT / "grammar")], "there is no policy file"),
        (["frobnicate"], "No such command"),
    ],
)
def test_usage_mistakes_exit_with_two(words: list[str], says: str) -> None:
    done = licet(*words)

    assert done.exit_code == 2
    assert says in done.output
    assert "Traceback" not in done.output


def test_a_policy_without_tests_is_not_green(tmp_path: Path) -> None:
    file = tmp_path / "p.licet"
    file.write_text('module a "A"\nuse core.decisions\n', encoding="utf-8")

    assert licet("test", str(file)).exit_code == 2


@pytest.mark.parametrize("engine", ["reference", "forward", "columnar"])
def test_a_failing_test_says_what_came(tmp_path: Path, engine: str) -> None:
    file = tmp_path / "p.licet"
    file.write_text(
        'module a "A" jurisdiction EU\nuse eu.ai_act\n'
        'test "wrong" as of 2025-09-01\n  given m is Model { training_compute: 2e25 operations }\n'
        "  expect systemic_risk of m is not_presumed\n  expect rule systemic_risk_presumption fails for m\n",
        encoding="utf-8",
    )
    done = licet("test", str(file), "--engine", engine)

    assert done.exit_code == 1
    assert "expected: true" in done.output
    assert "it is presumed" in done.output
    assert "expected: fails" in done.output


@pytest.mark.slow
def test_the_library_passes_its_own_tests_and_covers_every_rule() -> None:
    done = licet("test", "--coverage")

    assert done.exit_code == 0, done.output
    match = re.search(r"(\d+) of (\d+) rules covered", done.output)
    assert match
    assert match[1] == match[2]


@pytest.mark.slow
def test_the_library_passes_its_own_tests_in_the_forward_engine(library: Policy) -> None:
    """One of three: it decides all of the frontier too. Properties are for the reference alone."""
    some = library.tests[::3]
    results, _ = run_examples(replace(library, tests=some), engine_name="forward")

    assert len(results) == len(some) > 50
    assert [result for result in results if result.failures] == []


def test_coverage_lists_what_no_test_touches(tmp_path: Path) -> None:
    file = tmp_path / "p.licet"
    file.write_text(
        'module a "A" jurisdiction EU\nuse core.decisions\n'
        "rule one for m: Model when m.training_compute is more than 1 operations then systemic_risk of m is presumed\n"
        'test "half" as of 2025-09-01\n  given m is Model { training_compute: 2e25 operations }\n'
        "  expect systemic_risk of m is presumed\n",
        encoding="utf-8",
    )
    done = licet("test", str(file), "--coverage")

    assert done.exit_code == 1
    assert "not covered: a.one never fails" in done.output


def test_audit_status_names_the_record_or_its_absence() -> None:
    found = licet("audit-status", FRONTIER, "demo-at-line").output
    absent = licet("audit-status", FRONTIER, "gpt-4-5").output

    assert "audit-04: misuse resistance passed" in found
    assert "expiring" in found
    assert "no audit record found" in absent


def test_audit_status_marks_what_is_superseded_below_what_decides() -> None:
    found = licet("audit-status", FRONTIER, "demo-eu-above").output
    before = licet("audit-status", FRONTIER, "demo-eu-above", "--as-of", "2026-03-01").output

    assert found.index("audit-09") < found.index("audit-08")
    assert [line.endswith("independent, superseded") for line in found.splitlines() if "valid until" in line] == [
        False, False, True,
    ]  # fmt: skip
    assert before.index("audit-08") < before.index("audit-09")
    assert before.count("not performed by then") == 2


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_help_has_an_example(command: str) -> None:
    done = licet(command, "--help")

    assert done.exit_code == 0
    assert "Example: licet" in " ".join(done.output.split())


def test_vocabulary_prints_a_schema() -> None:
    schema = json.loads(licet("vocabulary", "--format", "json-schema").output)

    assert "training_compute" in schema["properties"]["Model"]["items"]["properties"]
    assert "eccn" not in schema["properties"]["Model"]["items"]["properties"]


VOCABULARY = """
module demo "Demo"
  authority A "Act"
unit TPP "performance"
unit mm2 "square millimetre"
enumeration use "use" one of civil spelt "Civil use" < military
code eccn "ECCN" parts "[0-9]", "[A-E]", "[0-9]{3}"
entity Chip "chip"
  density : quantity TPP per mm2 always applies "density"
  use : use blank means not applicable "use"
  eccn : eccn "ECCN"
relation sold(chip: Chip, until: date blank means not applicable) "sales"
define dense(c: Chip) "dense" means c.density is at least 5 TPP per mm2
check odd "Odd"
  for c: Chip
  when dense(c)
  then c is doubtful because "hardly so"
"""
FITTING = [
    {"id": "a", "density": "592 TPP per mm2", "use": "Civil use", "eccn": "3A090", "accepted": {"odd": "measured"}},
    {"id": "b", "density": "unknown", "use": "not applicable", "open": ["tags"]},
    {"id": "c", "density": {"at_least": "1 TPP per mm2"}, "use": None, "eccn": "undetermined"},
]
UNFITTING = [
    {"id": "a", "density": "not applicable"},
    {"id": "a", "use": "Military use"},
    {"id": "a", "accepted": {"even": "no check"}},
    {"density": 1},
]


def test_the_schema_knows_what_the_vocabulary_says(tmp_path: Path) -> None:
    (tmp_path / "policy.licet").write_text(VOCABULARY)
    printed = licet("vocabulary", "--policy", str(tmp_path / "policy.licet"), "--format", "json-schema").output
    schema = json.loads(printed)
    validator = validator_for(schema)(schema)

    validator.check_schema(schema)
    assert [list(validator.iter_errors({"Chip": [record]})) for record in FITTING] == [[], [], []]
    assert all(list(validator.iter_errors({"Chip": [record]})) for record in UNFITTING)
    assert validator.is_valid({"sold": [{"chip": "a"}, {"chip": "a", "until": "2026-01-01"}]})
    assert "left blank" in schema["properties"]["sold"]["items"]["properties"]["until"]["description"]


def test_each_row_of_a_table_is_covered_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "p.licet"
    file.write_text(
        'module a "A" jurisdiction EU\nuse core.decisions\n'
        'table grid "G"\n  for m: Model\n  decides systemic_risk of m hit first\n'
        "  | m.training_compute => systemic_risk |\n"
        "  | > 2e25 operations => presumed |\n  | > 1e25 operations => presumed |\n"
        'test "two" as of 2025-09-01\n  given m is Model { training_compute: 3e25 operations }\n'
        "  given n is Model { training_compute: 1e20 operations }\n"
        "  expect systemic_risk of m is presumed\n",
        encoding="utf-8",
    )
    done = licet("test", str(file), "--coverage")

    assert done.exit_code == 1
    assert "not covered: a.grid.row_2 never holds" in done.output
    assert "1 of 2 rules covered" in done.output
