"""W007: a term that conditions read and no rule concludes."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.lints.subject import Linted
from licet.diagnostics import Diagnostic
from licet.ir import nodes as n
from licet.ir.policy import TermHolds, TermValue
from licet.syntax import tree as t

Term = tuple[str, str]  # entity and name: two entities may each have a term of one name


def lint(linted: Linted) -> Iterator[Diagnostic]:
    """Of terms and derived fields that the author's own modules declare; gaps count, they may conclude."""
    concluded = {
        (rule.entity, effect.term)
        for rule in linted.policy.rules.values()
        for effect in rule.effects
        if isinstance(effect, TermHolds | TermValue)
    }
    reads = _reads(linted)
    for items in linted.items.values():
        for item in items:
            for term, name in _declared(item):
                if term in reads and term not in concluded:
                    yield _never(name, reads[term])


def _declared(item: t.Item) -> Iterator[tuple[Term, t.Word]]:
    if isinstance(item, t.Term):
        yield (item.parameter.type.names[0].text, item.name.text), item.name
    elif isinstance(item, t.Entity):
        yield from (((item.name.text, field.name.text), field.name) for field in item.fields if field.derived)


def _reads(linted: Linted) -> dict[Term, n.Holds | n.TermOf]:
    """Each term that is read, with the first place."""
    found: dict[Term, n.Holds | n.TermOf] = {}
    for node in linted.parts():
        match node:
            case n.Holds(term=name, entity=entity):
                found.setdefault((entity, name), node)
            case n.TermOf(name=name, base=base) if not isinstance(base, n.AsOf):
                found.setdefault((base.type.name, name), node)
            case _:
                pass
    return found


def _never(name: t.Word, read: n.Holds | n.TermOf) -> Diagnostic:
    return Diagnostic(
        "W007",
        f"no rule concludes `{name.text}`, which conditions read",
        name.span,
        others=((read.span, "read here"),) if read.span else (),
        help="write the rule that concludes it, or make it a field of the entity, which facts record",
        severity="warning",
    )
