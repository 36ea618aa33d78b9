"""What a record's own mark opens: `open: [listed]` of a party says that there may be further listings of that party."""

from __future__ import annotations

from licet.facts.store import Opening, Subject
from licet.ir import policy as ir
from licet.ir.types import Kind


def openings_of(relation: ir.Relation, subject: Subject) -> tuple[Opening, ...]:
    """The rows that a relation may have besides those recorded, where a record says that it may lack some about it.

    A row is about a thing in the parameter that a bound of the relation is per, else in any that is of its type. None
    if there is no such parameter: then the mark means nothing.
    """
    fitting = [
        p.name for p in relation.parameters.values() if p.type.kind is Kind.ENTITY and p.type.name == subject.type
    ]
    per = [name for name in fitting if name in {bound.per for bound in relation.bounds}]
    found = tuple(Opening(((name, subject.id),), subject) for name in per or fitting)
    if found or not any(_has_members(p, subject.type) for p in relation.parameters.values()):
        return found
    return (Opening((), subject),)  # about it as a member of a set: of which rows that is, nothing is known


def _has_members(parameter: ir.Field, type_: str) -> bool:
    element = parameter.type.element
    return element is not None and element.kind is Kind.ENTITY and element.name == type_


def nothing_about(relation: str, type_: str) -> tuple[str, str]:
    """What is wrong with a mark that means nothing, and what to do."""
    return (
        f"no row of `{relation}` is about a {type_}",
        "put the mark at a record that its rows are about, or leave it out",
    )
