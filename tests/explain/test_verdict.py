"""What a second program says of an explanation is shown wherever the explanation is, and a refusal is loud."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from licet.cli.main import main
from licet.explain import verdict
from licet.report import explanation_json, verdict_words

POLICY = """module one "One" jurisdiction A
entity Thing "thing"
  n : number "n"
decision final of x: Thing "final" outcomes keep < drop otherwise keep
rule big "Big" for x: Thing when x.n is at least 10 then final of x is drop
"""
REFUSAL = "A second program refuses this explanation. Do not rely on it."
AGREES = (
    "Checked by a second program: it agrees. It decided again 1 answer, 1 rule, 1 condition, 1 value that was read, "
    "4 sets of facts, 10 answers with something hidden or supposed."
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy.licet").write_text(POLICY, encoding="utf-8")
    (tmp_path / "facts.yaml").write_text("as_of: 2026-01-01\nThing:\n  - {id: a, n: 12}\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def lying(monkeypatch: pytest.MonkeyPatch) -> None:
    """Explanations in which the answer is milder than it is."""
    right = explanation_json.document

    def document(decision: Any) -> dict[str, Any]:
        found = right(decision)
        found["parts"][0]["answer"].update(must="keep", details=["<b>none</b>"])
        return found

    monkeypatch.setattr(explanation_json, "document", document)


def explain(folder: Path, *words: str) -> Result:
    given = ["explain", str(folder / "facts.yaml"), "a", "--policy", str(folder / "policy.licet"), *words]
    return CliRunner().invoke(main, given, catch_exceptions=False)


def said(text: str) -> str:
    return " ".join(text.split())


def test_an_explanation_says_that_a_second_program_agrees(folder: Path) -> None:
    done = explain(folder)

    assert done.exit_code == 0
    assert said(done.stdout).endswith(f"{AGREES} This is not legal advice.")
    page = explain(folder, "--format", "html").stdout
    assert '<p class="badge agrees"><b>Checked by a second program: it agrees.</b>' in page
    assert "1 condition, 1 value that was read, 4 sets of facts" in page
    assert "the second program took" in explain(folder, "--verbose").stderr


def test_or_that_none_was_asked(folder: Path) -> None:
    done = explain(folder, "--no-check")

    assert done.exit_code == 0
    assert said(done.stdout).endswith("Not checked by a second program. This is not legal advice.")
    assert "it agrees" not in done.stdout
    assert "Not checked by a second program" in explain(folder, "--format", "markdown", "--no-check").stdout
    assert "%% Not checked by a second program" in explain(folder, "--format", "mermaid", "--no-check").stdout
    page = explain(folder, "--format", "html", "--no-check").stdout
    assert '<p class="badge"><b>Not checked by a second program.</b></p>' in page
    assert "it agrees" not in page


@pytest.mark.usefixtures("lying")
def test_a_refusal_stands_above_all_and_ends_with_one(folder: Path) -> None:
    done = explain(folder)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0] == f"!! {REFUSAL}"
    assert lines[1].startswith("!!   - parts[0].answer.must says 'keep', and it is 'drop'")
    assert "it agrees" not in done.stdout

    done = explain(folder, "-o", str(folder / "sheet.html"))
    page = (folder / "sheet.html").read_text(encoding="utf-8")
    assert done.exit_code == 1
    assert done.stderr.startswith(f"error: {REFUSAL}\n  parts[0].answer.must says")
    assert page.index(REFUSAL) < page.index("<article")
    assert "<b>none</b>" not in page
    for format_, start in (("markdown", f"# {REFUSAL}\n\n- `parts[0].answer.must` says"), ("mermaid", "%% ")):
        done = explain(folder, "--format", format_)
        assert (done.exit_code, done.stdout.startswith(start)) == (1, True)
        assert REFUSAL in done.stdout
    assert "it agrees" not in page
    assert explain(folder, "--no-check").exit_code == 0


@pytest.mark.usefixtures("lying")
def test_json_is_the_document_itself_and_is_checked_on_demand(folder: Path) -> None:
    quiet, asked = explain(folder, "--format", "json"), explain(folder, "--format", "json", "--check")

    assert (quiet.exit_code, quiet.stderr) == (0, "")
    assert asked.exit_code == 1
    assert REFUSAL in asked.stderr
    assert json.loads(asked.stdout) == json.loads(quiet.stdout)
    assert "verdict" not in json.loads(quiet.stdout)


@pytest.mark.usefixtures("lying")
def test_of_all_pages_those_that_are_refused_are_named(folder: Path) -> None:
    given = ["explain", str(folder / "facts.yaml"), "--policy", str(folder / "policy.licet"), "--all"]
    for more, code in (([], 1), (["--no-check"], 0)):
        done = CliRunner().invoke(main, [*given, "-o", str(folder / f"pages{code}"), *more], catch_exceptions=False)
        (page,) = (folder / f"pages{code}").glob("*a*.html")
        assert done.exit_code == code
        assert (f"a second program refuses 1 of them: {page.name}" in done.stderr) is bool(code)
        assert (REFUSAL in page.read_text(encoding="utf-8")) is bool(code)


def test_characters_that_nobody_sees_are_in_no_label(folder: Path) -> None:
    """A cell with a line break is no forgery; what is shown of it is on one line."""
    policy = POLICY.replace('  n : number "n"', '  n : number "n"\n  name : text "name"')
    policy = policy.replace("x.n is at least 10", 'x.n is at least 10 and x.name is not "b"')
    (folder / "policy.licet").write_text(policy, encoding="utf-8")
    facts = 'Thing:\n  - {id: a, n: 12, name: "A\\nB \\u202Ecod.exe"}\n'
    (folder / "facts.yaml").write_text(f"as_of: 2026-01-01\n{facts}", encoding="utf-8")
    done = explain(folder)
    assert done.exit_code == 0, done.stdout
    assert "it agrees" in done.stdout
    document = json.loads(explain(folder, "--format", "json").stdout)
    assert document["labels"]["things"]["Thing/a"] == "A B <U+202E>cod.exe"
    assert document["parts"][0]["nodes"]["one.big@Thing/a"]["atoms"][1]["reads"] == {
        "Thing/a.name": "A\nB \u202ecod.exe"
    }


def test_what_was_asked_for_is_checked_as_it_was_asked(folder: Path) -> None:
    for words in (["--as-of", "2026-03-03"], ["--jurisdiction", "A"]):
        done = explain(folder, *words)
        assert done.exit_code == 0
        assert "it agrees" in done.stdout
    document = json.loads(explain(folder, "--format", "json", "--as-of", "2026-03-03").stdout)
    assert document["asked"] == {"as_of": "2026-03-03", "jurisdictions": []}


def test_what_the_second_program_cannot_read_is_not_said_to_be_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(*_: Any) -> Any:
        raise RecursionError

    monkeypatch.setattr(verdict, "refusals", too_deep)
    found = verdict.verdict_on({}, {}, {})

    assert not found.agrees
    assert verdict_words.line(found).startswith("Not checked by a second program: ")
    monkeypatch.undo()
    assert "lacks a part" in verdict.verdict_on({}, {}, {}).refused[0]


def test_ten_causes_are_told_and_the_others_counted() -> None:
    found = verdict.Verdict(tuple(f"cause {number}" for number in range(13)), {}, 0)

    assert verdict_words.causes(found)[9:] == ["cause 9", "and 3 more"]
