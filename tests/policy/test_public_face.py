"""What `licet` exports, the keywords that its verbs share, and the Python that its pages show."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import licet
from tests.cli.lines import FACTS, POLICY
from tests.conftest import ROOT

TESTED = POLICY.replace("given d is Deal { amount: 20 }", "given d is Deal { amount: 20, buyer: p }").replace(
    "  expect licensing", "  given p is Party { listed: no }\n  expect licensing"
)
SHARED = {"as_of", "today", "jurisdictions", "engine"}
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# What reads a database runs in `test_sql_functions`, which has one.
PAGES.remove(ROOT / "docs" / "sql.md")
BLOCKS = [(page.name, text) for page in PAGES for text in _BLOCK.findall(page.read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> licet.Policy:
    folder = tmp_path_factory.mktemp("policy")
    (folder / "policy.licet").write_text(TESTED, encoding="utf-8")
    return licet.load(folder / "policy.licet")


@pytest.fixture(scope="module")
def facts(policy: licet.Policy, tmp_path_factory: pytest.TempPathFactory) -> licet.Facts:
    file = tmp_path_factory.mktemp("facts") / "facts.yaml"
    file.write_text(FACTS, encoding="utf-8")
    return policy.facts(file)


def test_what_is_exported_is_shown_and_explained() -> None:
    assert dir(licet) == sorted(licet.__all__)
    for name in licet.__all__:
        assert (getattr(licet, name).__doc__ or "").strip(), name
    with pytest.raises(AttributeError, match="has no `nothing`"):
        _ = licet.nothing  # type: ignore[attr-defined]


def test_every_error_is_exported() -> None:
    errors = {name for name, one in vars(licet.errors).items() if isinstance(one, type) and issubclass(one, Exception)}

    assert errors <= set(licet.__all__)
    assert all(issubclass(getattr(licet, name), licet.LicetError) for name in errors)


def test_every_method_says_what_it_does() -> None:
    methods = {name for name, one in vars(licet.Policy).items() if inspect.isfunction(one) and not name.startswith("_")}

    assert {"check", "decide", "decide_table", "gate", "matrix", "test", "format", "read", "explain"} <= methods
    assert all(inspect.getdoc(getattr(licet.Policy, name)) for name in methods)


def test_the_answer_that_the_readme_shows_is_that_of_a_page() -> None:
    """Pages of `fixtures/language/explained` are written by the commands in them."""
    ((command, answer),) = re.findall(r"```text\n\$ (.+?)\n(.+?)```", PAGES[0].read_text(encoding="utf-8"), re.DOTALL)
    page = (ROOT / "fixtures/language/explained/02-not-enforced.md").read_text(encoding="utf-8")

    assert f"$ {command.replace('fixtures/', '')}\n" in page
    assert answer in page


@pytest.mark.parametrize("verb", ["decide", "decide_table", "gate", "matrix"])
def test_verbs_share_their_keywords(verb: str) -> None:
    assert set(inspect.signature(getattr(licet.Policy, verb)).parameters) >= SHARED


def test_the_verb_of_a_cluster_shares_them_too() -> None:
    source = (ROOT / "engine" / "licet" / "spark.py").read_text(encoding="utf-8")
    (decide,) = (f for f in ast.parse(source).body if isinstance(f, ast.FunctionDef) and f.name == "decide")

    assert {argument.arg for argument in decide.args.kwonlyargs} >= SHARED


def test_engines_give_the_same_table(policy: licet.Policy, facts: licet.Facts, tmp_path: Path) -> None:
    (tmp_path / "facts.yaml").write_text(FACTS, encoding="utf-8")
    wanted = policy.decide_table(tmp_path / "facts.yaml", types="Deal", jurisdictions="US")

    for engine in ("columnar", "reference", "forward"):
        found = policy.decide_table(tmp_path / "facts.yaml", types="Deal", jurisdictions="US", engine=engine)
        assert found.schema.equals(wanted.schema)
        assert found.to_pylist() == wanted.to_pylist()
    assert policy.decide_table(facts, types="Deal", jurisdictions="US").to_pylist() == wanted.to_pylist()
    without = policy.decide_table(tmp_path / "facts.yaml", types="Deal", missing=False, engine="reference")
    assert without["missing"].null_count == 2


def test_types_leave_the_others_out(policy: licet.Policy, facts: licet.Facts) -> None:
    assert {d.subject.type for d in policy.decide(facts)} == {"Deal", "Party"}
    assert [d.subject.id for d in policy.decide(facts, types="Deal")] == ["d1", "d2"]
    assert policy.decide(facts, [("Party", "p1")], types=["Deal"]) == ()
    with pytest.raises(licet.UsageError, match="no decision is about `Dael`"):
        policy.decide(facts, types="Dael")


@pytest.mark.parametrize("engine", ["auto", "reference", "forward", "columnar"])
def test_a_gate_says_the_same_by_every_engine(policy: licet.Policy, facts: licet.Facts, engine: str) -> None:
    gate = policy.gate("Deal", facts, today="2026-02-01", engine=engine)
    case = {"buyer": "p1", "amount": 20, "date": "2026-01-01"}

    assert gate(case).outcomes == policy.gate("Deal", facts)(case).outcomes == {"licensing": ("ask", "ask")}
    assert policy.explain(gate.decision(case)).parts[0].answer == "ask"


def test_today_governs_what_has_no_day_at_all(tmp_path: Path) -> None:
    file = tmp_path / "p.licet"
    text = POLICY.replace("  date : date", "  sent : date").replace('L "2" when', 'L "2" in force from 2026-02-01 when')
    file.write_text(text, encoding="utf-8")
    gates = [licet.load(file).gate("Deal", today=day) for day in ("2026-01-31", "2026-02-01")]

    assert [gate({"amount": 20}).outcomes["licensing"] for gate in gates] == [("ask", "ask"), ("ask", "licence")]
    assert str(gates[0].decision({}).as_of) == "2026-01-31"


@pytest.mark.parametrize(
    "ask",
    [
        lambda p, f: p.decide(f, engine="magic"),
        lambda p, f: p.decide_table(f, engine="magic"),
        lambda p, f: p.gate("Deal", f, engine="magic"),
        lambda p, f: p.test(engine="magic"),
    ],
)
def test_an_unknown_engine_is_refused(
    policy: licet.Policy, facts: licet.Facts, ask: Callable[[licet.Policy, licet.Facts], Any]
) -> None:
    with pytest.raises(licet.UsageError, match="there is no engine `magic`"):
        ask(policy, facts)


def test_a_policy_tests_reads_and_lays_out_itself(policy: licet.Policy, facts: licet.Facts) -> None:
    found = policy.test(facts=facts)
    ((file, text),) = policy.format().items()

    assert found.passed
    assert repr(found) == "<Trials 1 passed, 0 failed, 5 not covered>"
    assert policy.read("big").startswith("Rule big.")
    with pytest.raises(licet.UsageError, match="did you mean `big`"):
        policy.read("bigg")
    assert text != file.read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    assert policy.format() == {file: text}
    assert policy.format("symbols") != {file: text}


def test_a_failing_test_is_there_to_look_at(tmp_path: Path) -> None:
    file = tmp_path / "p.licet"
    file.write_text(TESTED.replace("expect licensing of d is ask", "expect licensing of d is free"), encoding="utf-8")
    found = licet.load(file).test()

    assert not found.passed
    assert [failure.came for result in found.failed for failure in result.failures] == ["false: it is ask"]


MODELS = "Model:\n  - {id: claude-fable-5, training_compute: 1e27, weights_published: no}\n"
TRANSFERS = "Transfer:\n  - {id: t-swiss, item: claude-fable-5, destination: CH, date: 2026-06-15}\n"
EXPORTS = """module demo "Demo" jurisdiction US
  authority EAR "15 CFR Parts 730-774"
use core.decisions
rule weights_licence "Weights" for t: Transfer cites EAR "742.6" when t.destination is not CH
  then licensing of t is licence_required
rule large for m: Model cites EAR "1" when m.training_compute is at least 1e26 operations
  then systemic_risk of m is presumed
test "to Japan" as of 2026-11-20
  given t is Transfer { destination: JP }
  expect licensing of t is licence_required
"""


@pytest.fixture
def exports(tmp_path: Path) -> licet.Policy:
    """A policy about models, in a folder with what the pages name."""
    (tmp_path / "exports.licet").write_text(EXPORTS, encoding="utf-8")
    (tmp_path / "fixtures" / "frontier").mkdir(parents=True)
    (tmp_path / "fixtures" / "frontier" / "models.yaml").write_text(MODELS + TRANSFERS, encoding="utf-8")
    (tmp_path / "models.csv").write_text("id,training_compute\nm,1e24\n", encoding="utf-8")
    return licet.load(tmp_path / "exports.licet")


@pytest.mark.parametrize("engine", ["auto", "reference", "forward"])
def test_a_matrix_has_a_row_for_each_cell(exports: licet.Policy, tmp_path: Path, engine: str) -> None:
    models = tmp_path / "fixtures" / "frontier"
    table = exports.matrix(models, destinations=["ch", "JP"], today="2026-11-20", jurisdictions="US", engine=engine)

    assert table.select(["model", "destination", "profile", "licensing.must"]).to_pylist() == [
        {"model": "claude-fable-5", "destination": place, "profile": "commercial", "licensing.must": outcome}
        for place, outcome in (("CH", "no_licence_required"), ("JP", "licence_required"))
    ]
    with pytest.raises(licet.UsageError, match="did you mean `academic`"):
        exports.matrix(models, profiles="acadmic", today="2026-11-20")
    with pytest.raises(licet.UsageError, match="on which day"):
        exports.matrix(models)


# ---- the pages


def test_the_python_of_the_pages_runs(exports: licet.Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a small inventory and policy; what is for a cluster is read only."""
    assert len(BLOCKS) >= 4
    monkeypatch.setattr(licet, "load", lambda: exports, raising=False)
    monkeypatch.chdir(tmp_path)
    row = {"id": "t", "kind": "export", "destination": "CH", "date": "2026-06-15"}
    known: dict[str, Any] = {"frame": pd.DataFrame([row]), "rows": [row]}
    shown = "\n".join(re.findall(r"^ {4}(.*)$", licet.__doc__ or "", re.MULTILINE))
    for page, text in (("licet", shown), *BLOCKS):
        code = compile(text, page, "exec")
        if "SparkSession" not in text:
            exec(code, known)

    assert known["cells"].num_rows == 2
    assert known["decision"].subject == ("Model", "claude-fable-5")
    assert known["decision"].overall[0].must == "presumed"
