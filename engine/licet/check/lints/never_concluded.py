"""W007: a term that rules read and none concludes."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.lints.subject import Linted, Term, declared_term, terms_read
from licet.diagnostics import Diagnostic
from licet.ir import nodes as n
from licet.syntax import tree as t


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """Of terms and derived fields that the author's own modules declare; gaps count, they may conclude."""
    concluded = linted.terms_concluded()
    reads = terms_read(linted.parts())
    for items in linted.items.values():
        for item in items:
            for term, name in _declared(item):
                if term in reads and term not in concluded:
                    yield _never(name, reads[term])


def _declared(item: t.Item) -> Iterator[tuple[Term, t.Word]]:
    if isinstance(item, t.Term):
        yield declared_term(item), item.name
    elif isinstance(item, t.Entity):
        yield from (((item.name.text, field.name.text), field.name) for field in item.fields if field.derived)


def _never(name: t.Word, read: n.Holds | n.TermOf) -> Diagnostic:
    return Diagnostic(
        "W007",
        f"no rule concludes `{name.text}`, which rules read",
        name.span,
        others=((read.span, "read here"),) if read.span else (),
        help="write the rule that concludes it, or make it a field of the entity, which facts record",
        severity="warning",
    )
