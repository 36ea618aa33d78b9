"""Matches over formulas, operands and effects: what they do with a node that is none of their cases is said.

A match over every sort of node ends in `assert_never`, so that a new sort is a type error there; one that goes on
with a node's parts, or asks the reference, names what it goes on with. What is left is about some sorts of nodes and
passes the others by: `case _`, of which there may be fewer, and not more.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

ENGINE = ROOT / "engine" / "licet"
MOST = 46
NODES = ("n", "ir")  # what modules call `licet.ir.nodes` and `licet.ir.policy`


def is_of_node(pattern: ast.pattern) -> bool:
    """Whether a pattern is for some sort of node."""
    match pattern:
        case ast.MatchClass(cls=ast.Attribute(value=ast.Name(id=module))):
            return module in NODES
        case ast.MatchOr(patterns=patterns):
            return any(map(is_of_node, patterns))
        case ast.MatchAs(pattern=ast.pattern() as inner):
            return is_of_node(inner)
        case _:
            return False


def passing_by(tree: ast.AST) -> Iterator[int]:
    """The lines of `case _` in matches over nodes that pass the others by without a word."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Match) and any(is_of_node(case.pattern) for case in node.cases):
            last = node.cases[-1]
            is_bare = isinstance(last.pattern, ast.MatchAs) and last.pattern.name is None and last.guard is None
            if is_bare and "assert_never" not in ast.unparse(last.body[0]) and not isinstance(last.body[0], ast.Raise):
                yield last.pattern.lineno


def test_the_counter() -> None:
    text = "match x:\n case n.Not():\n  a\n case {}:\n  {}"
    assert list(passing_by(ast.parse(text.format("_", "pass")))) == [4]
    assert not list(passing_by(ast.parse(text.format("_", "assert_never(x)"))))
    assert not list(passing_by(ast.parse(text.format("other", "f(other)"))))
    assert not list(passing_by(ast.parse("match x:\n case 1:\n  a\n case _:\n  b")))


def test_what_a_match_does_with_other_nodes_is_said() -> None:
    found = [
        f"{path.relative_to(ENGINE)}:{line}"
        for path in sorted(Path(ENGINE).rglob("*.py"))
        for line in passing_by(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert len(found) <= MOST, "\n".join(found)
