"""S002: lists, terms, defines and uses that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.lints.subject import Linted, declared_term, terms_read
from licet.diagnostics import Diagnostic, Span
from licet.ir import nodes as n
from licet.ir.walk import walk
from licet.syntax import tree as t


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """A declared list or term that no condition reads; `use` of a module twice, or of itself."""
    nodes = list(_nodes(linted))
    lists = {node.name for node in nodes if isinstance(node, n.ListNamed)}
    parameters = {node.name for node in nodes if isinstance(node, n.ParameterNamed)}
    lists |= {node.calendar for node in nodes if isinstance(node, n.Call)}
    used = {*terms_read(nodes), *linted.terms_concluded()}
    for module, items in linted.items.items():
        seen: dict[str, Span] = {}
        for item in items:
            match item:
                case t.ListDeclaration(name=name) if name.text not in lists:
                    yield _unused("list", name)
                case t.DatedParameter(name=name) if name.text not in parameters:
                    yield _unused("parameter", name)
                case t.Term(name=name) if declared_term(item) not in used:
                    yield _unused("term", name)
                case t.Define(name=name) if name.text not in linted.used_defines:
                    yield _unused("define", name)
                case t.Use(name=path):
                    if path.text == module:
                        yield _itself(path)
                    elif path.text in seen:
                        yield _twice(path, seen[path.text])
                    seen[path.text] = path.span
                case _:
                    pass


def _nodes(linted: Linted) -> Iterator[n.Formula | n.Operand]:
    yield from linted.parts()
    for test in linted.policy.tests:
        for expect in test.expects:
            if hasattr(expect, "condition"):
                yield from walk(expect.condition)


def _unused(sort: str, name: t.Word) -> Diagnostic:
    return Diagnostic(
        "S002",
        f"nothing reads the {sort} `{name.text}`",
        name.span,
        help=f"delete it, or write the rule that the {sort} is for",
        severity="style",
    )


def _itself(path: t.Path) -> Diagnostic:
    return Diagnostic(
        "S002",
        f"`{path.text}` uses itself",
        path.span,
        help="delete this: a module sees its own declarations",
        severity="style",
    )


def _twice(path: t.Path, first: Span) -> Diagnostic:
    return Diagnostic(
        "S002",
        f"`{path.text}` is used twice",
        path.span,
        others=((first, "first time"),),
        help="delete one of them",
        severity="style",
    )
