"""S002: lists, terms, defines and uses that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.lints.subject import Linted
from licet.diagnostics import Diagnostic, Span
from licet.ir import nodes as n
from licet.ir.policy import TermHolds, TermValue
from licet.ir.walk import walk
from licet.syntax import tree as t


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """A declared list or term that no condition reads; `use` of a module twice, or of itself."""
    lists, terms = _read(linted)
    concluded = {
        (r.entity, e.term)
        for r in linted.policy.rules.values()
        for e in r.effects
        if isinstance(e, TermHolds | TermValue)
    }
    for module, items in linted.items.items():
        seen: dict[str, Span] = {}
        for item in items:
            match item:
                case t.ListDeclaration(name=name) if name.text not in lists:
                    yield _unused("list", name)
                case t.Term(name=name) if (_entity(item), name.text) not in terms | concluded:
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


def _entity(term: t.Term) -> str:
    """Two entities may each have a term of one name."""
    return term.parameter.type.names[0].text


def _read(linted: Linted) -> tuple[set[str], set[tuple[str, str]]]:
    """The lists, and the terms by entity and name."""
    lists: set[str] = set()
    terms: set[tuple[str, str]] = set()
    for node in _nodes(linted):
        match node:
            case n.ListNamed(name=name):
                lists.add(name)
            case n.Holds(term=name, entity=entity):
                terms.add((entity, name))
            case n.TermOf(name=name, base=base) if not isinstance(base, n.AsOf):
                terms.add((base.type.name, name))
            case _:
                pass
    return lists, terms


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
