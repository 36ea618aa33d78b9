"""What is not known of a fact, and an inventory in which it is told: for whoever decides again with more known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from licet.decide.missing.trace import row_name
from licet.facts.store import Facts, Record
from licet.ir import policy as ir
from licet.values import Fact, Range, State

FactName = tuple[tuple[str, str], str]  # type and id, or relation and row, as `Missing` has them; and the fact


def declared(policy: ir.Policy, owner: str, name: str) -> ir.Field | None:
    """The field of an entity or the parameter of a relation."""
    if owner in policy.entities:
        return policy.entities[owner].fields.get(name)
    return policy.relations[owner].parameters.get(name) if owner in policy.relations else None


def recorded(policy: ir.Policy, facts: Facts, name: FactName) -> Fact:
    """What is recorded of a fact."""
    (owner, id_), fact = name
    if owner in policy.entities:
        return facts.entities.get(owner, {}).get(id_, Record({})).get(fact)
    rows = facts.relations.get(owner, ())
    return next((row for row in rows if row_name(policy, owner, row) == id_), Record({})).get(fact)


def told(policy: ir.Policy, facts: Facts, known: Mapping[FactName, Fact]) -> Facts:
    """The facts with some told; of rows with one name, those that do not say it are told."""
    entities = dict(facts.entities)
    relations = dict(facts.relations)
    for ((owner, id_), name), value in known.items():
        if owner in policy.entities:
            records = entities.get(owner, {})
            entities[owner] = {**records, id_: saying(records.get(id_, Record({})), {name: value})}
        else:
            relations[owner] = tuple(
                saying(row, {name: value}) if row_name(policy, owner, row) == id_ and is_open(row.get(name)) else row
                for row in relations[owner]
            )
    return replace(facts, entities=entities, relations=relations)


def saying(record: Record, known: Mapping[str, Fact]) -> Record:
    """A record with some facts in place of what it says of them."""
    return replace(record, facts={**record.facts, **known})


def is_open(fact: object) -> bool:
    """Whether it is not known what a fact is."""
    return isinstance(fact, Range) or (isinstance(fact, State) and fact is not State.NOT_APPLICABLE)


def inside(value: object, known: Range) -> bool:
    """Whether a fact that is recorded as a range may be a value."""
    return (known.low is None or value >= known.low) and (known.high is None or value <= known.high)  # type: ignore[operator]
