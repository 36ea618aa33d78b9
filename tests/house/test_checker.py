"""The checker is small, stands alone, and is read by nobody who is checked."""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from pathlib import Path

import pytest

from tests.conftest import ROOT

CHECKER = sorted((ROOT / "engine" / "licet_check").glob("*.py"))
ENGINE = sorted((ROOT / "engine" / "licet").rglob("*.py"))
MOST = 1588  # lines of code in all
SHOWN_BY = ("licet/explain/verdict.py",)  # the modules that show its verdict
_LAYOUT = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


def imported(path: Path) -> set[str]:
    """The packages that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def lines_of_code(text: str) -> int:
    """Without blank lines, comments, docstrings and imports."""
    passed_by: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            passed_by |= set(range(node.lineno, (node.end_lineno or 0) + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            passed_by |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    tokens = (t for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type not in _LAYOUT)
    return len({line for t in tokens for line in range(t.start[0], t.end[0] + 1)} - passed_by)


@pytest.mark.parametrize("module", CHECKER, ids=lambda p: p.name)
def test_it_imports_the_standard_library_and_itself(module: Path) -> None:
    assert imported(module) - sys.stdlib_module_names <= {"licet_check"}


def test_no_engine_imports_it_but_where_its_verdict_is_shown() -> None:
    users = [str(path.relative_to(ROOT / "engine")) for path in ENGINE if "licet_check" in imported(path)]

    assert users == list(SHOWN_BY)


def test_it_is_small() -> None:
    """The counter first: three lines of code, one of them within brackets that run over two."""
    assert lines_of_code('"""Doc\n\nstring."""\n\nfrom a import (\n    b,\n)\n# why\nx = 1  # so\ny = [\n    2]\n') == 3
    assert max(path.read_text(encoding="utf-8").count("\n") for path in CHECKER) <= 600
    assert sum(lines_of_code(path.read_text(encoding="utf-8")) for path in CHECKER) <= MOST


@pytest.mark.parametrize("module", CHECKER, ids=lambda p: p.name)
def test_its_functions_are_short_and_say_what_they_are_for(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 60, node.name
            assert ast.get_docstring(node) or node.name.startswith("_") or "." in node.name or _inner(tree, node), (
                node.name
            )


def _inner(tree: ast.Module, node: ast.FunctionDef) -> bool:
    outer = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n is not node)
    return any(node in ast.walk(function) for function in outer)
