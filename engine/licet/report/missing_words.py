"""How a missing fact is called, and what to ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from licet.decide.grounds.laws import DEFAULT
from licet.ir import policy as ir
from licet.ir.types import Kind


@dataclass(frozen=True, slots=True)
class MissingWords:
    """`owner` is what has the fact: an entity or a row of a relation. `whether`: the fact is a yes or a no."""

    owner: str
    fact: str
    ask: str
    whether: bool


def missing_words(policy: ir.Policy, type_: str, fact: str) -> MissingWords:
    """In the words of the vocabulary; of a relation whose rows may be incomplete, the relation's own."""
    entity, relation = policy.entities.get(type_), policy.relations.get(type_)
    owner = entity.phrase if entity else relation.phrase if relation else ""
    fields = entity.fields if entity else relation.parameters if relation else {}
    field = fields.get(fact)
    if field is not None:
        return MissingWords(owner or type_, field.phrase or _said(fact), field.absent, field.type.kind is Kind.BOOLEAN)
    listed = policy.relations.get(fact)
    phrase = f"{listed.phrase}, perhaps incomplete" if listed and listed.phrase else _said(fact)
    return MissingWords(owner or _said(type_), phrase, "", whether=False)


def law_words(fact: Mapping[str, str]) -> str:
    """Law that is missing in a row of the result table: `status of the rule us.ear.x (unconfirmed): EAR 1: a note`."""
    more = f": {fact['note']}" if fact["note"] else ""
    if fact["type"] == DEFAULT:
        return f"the default {fact['id']} ({fact['state']}){more}"
    return f"{fact['fact']} of the {fact['type']} {fact['id']} ({fact['state']}){more}"


def _said(name: str) -> str:
    return name.replace("_", " ")
