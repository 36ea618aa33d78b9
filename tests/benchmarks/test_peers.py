"""The generated policy is a policy, and its translations say what the reference interpreter says."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pyarrow as pa
import pytest
from benchmarks.peers import answers, facts
from benchmarks.peers.engine import Engine
from benchmarks.peers.generated_python import GeneratedPython
from benchmarks.peers.licet_ import Licet
from benchmarks.peers.measure import check_alike
from benchmarks.peers.policy import OUTCOMES, Policy, generate

ROWS = 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("peers")


@pytest.fixture(scope="module")
def policy() -> Policy:
    return generate(50)


@pytest.fixture(scope="module")
def licet(policy: Policy, folder: Path) -> Licet:
    return Licet(policy, folder)


@pytest.fixture(scope="module")
def gaps(policy: Policy, folder: Path) -> Path:
    return facts.write(policy, folder / "gaps.parquet", ROWS)


@pytest.fixture(scope="module")
def truth(licet: Licet, gaps: Path) -> pa.Table:
    return licet.reference(gaps, ROWS)


def test_the_generated_policy_checks(licet: Licet, policy: Policy) -> None:
    assert [d for d in licet.loaded.findings if d.severity == "error"] == []
    assert len(licet.loaded.checked.rules) == len(policy.rules) == 50


def test_the_same_seed_gives_the_same_policy(policy: Policy) -> None:
    assert generate(50) == policy
    assert generate(50, seed=2) != policy


def test_columnar_is_the_reference_on_generated_facts(
    licet: Licet, policy: Policy, gaps: Path, truth: pa.Table
) -> None:
    assert check_alike(policy, [licet], gaps, truth) == {}
    assert {OUTCOMES[place] for place in truth["must"].to_pylist()} == set(OUTCOMES)


def test_every_form_of_the_sql_is_the_reference(
    policy: Policy, folder: Path, gaps: Path, truth: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("duckdb", reason="duckdb is in the extra `benchmark`")
    module = import_module("benchmarks.peers.duckdb_sql")
    monkeypatch.setattr(module, "TRIED", 100)
    engine = module.DuckDB(policy, folder)
    for form in range(len(engine.forms)):
        engine.use(form)
        assert compared(engine, policy, gaps, truth) == ROWS * 52


def test_polars_is_the_reference(policy: Policy, folder: Path, gaps: Path, truth: pa.Table) -> None:
    pytest.importorskip("polars", reason="polars is in the extra `benchmark`")
    engine = import_module("benchmarks.peers.polars_").Polars(policy, folder)
    assert compared(engine, policy, gaps, truth) == ROWS * 52


def compared(engine: Engine, policy: Policy, path: Path, truth: pa.Table) -> int:
    out = path.with_name("answers.out")
    engine.whole(path, out)
    return answers.compare(policy, engine.name, engine.read(out), truth)


def test_generated_python_agrees_where_nothing_is_missing(licet: Licet, policy: Policy, folder: Path) -> None:
    path = facts.write(policy, folder / "whole.parquet", ROWS, missing=0)
    assert check_alike(policy, [licet, GeneratedPython(policy, folder)], path, None) == {"generated Python": ROWS * 52}


def test_a_difference_is_an_error(policy: Policy, folder: Path) -> None:
    path = facts.write(policy, folder / "whole.parquet", ROWS, missing=0)
    found = GeneratedPython(policy, folder).compute(path)
    name = policy.rules[0].name
    other = found.set_column(found.column_names.index(name), name, found[policy.rules[1].name])
    with pytest.raises(answers.DisagreementError, match=name):
        answers.compare(policy, "other", other, found)
