"""The house rules that a machine can check: style, types, the direction of imports, and where things stand."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from licet.check.pages import PAGES, page
from tests.conftest import ROOT
from tests.language.cases import cases

ENGINE = ROOT / "engine" / "licet"
MODULES = sorted(ENGINE.rglob("*.py"))


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_ruff() -> None:
    done = run("ruff", "check", ".")
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_ruff_format() -> None:
    done = run("ruff", "format", "--check", ".")
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_mypy() -> None:
    done = run("mypy", "engine/licet", "engine/licet_check")
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_import_contract() -> None:
    code = "from importlinter.cli import lint_imports; import sys; sys.exit(lint_imports())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "3 kept, 0 broken" in done.stdout


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(ENGINE)))
def test_a_module_is_small_and_says_what_is_in_it(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "no first line that says what lives here"
    assert text.count("\n") <= 600
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 60, node.name


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one process: `-n 0`")
def test_the_tests_of_a_file_share_a_process(request: pytest.FixtureRequest) -> None:
    """Or each process makes the fixtures of every module. pytest-xdist writes the group of a test into its id, unless
    pytest is newer than it knows.
    """
    assert request.node.nodeid.endswith("@tests/house/test_house.py")


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    used = set()
    for module in MODULES:
        used |= set(re.findall(r'"([EFWS]\d{3})"', module.read_text(encoding="utf-8")))

    assert used == set(PAGES)
    for code in used:
        text = page(code)
        assert text is not None
        for part in ("**Avoid**", "**Prefer**", "**Why**"):
            assert part in text, (code, part)


def test_every_code_that_a_page_shows_exists() -> None:
    shown = {c for case in cases() for c in re.findall(r"(?:error|warning|style)\[(\w+)\]", case.text)}

    assert shown <= set(PAGES)
    assert len(shown) >= 25
