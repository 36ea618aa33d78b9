"""What somebody else needs to decide again: the policy, the facts that were read, and the explanation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from licet.explain.cone import Cone
from licet.explain.looked import Looked
from licet.explain.units import FactUnit, MemberUnit, Only, Pairs, RowUnit
from licet.facts.inventory.document import facts_document
from licet.facts.store import Facts, Opening, Record, Subject
from licet.ir import policy as ir
from licet.ir.canonical import digest
from licet.ir.canonical import document as policy_document
from licet.ir.types import Kind

SCHEMA = "licet/receipt/1"


def receipt(looked: Looked, explanation: dict[str, Any]) -> dict[str, Any]:
    """The document `licet/receipt/1` of an explained decision, not signed yet.

    Records and rows that nothing read are left out. `tlog_proof` is for the proof that a log holds the envelope.
    """
    decision = looked.decision
    facts = facts_document(facts_behind(looked))
    return {
        "schema": SCHEMA,
        "policy": policy_document(decision.settled.policy),
        "facts": facts,
        "explanation": explanation,
        "digests": {
            "policy": decision.policy_fingerprint,
            "facts": f"sha256:{digest(facts)}",
            "explanation": f"sha256:{digest(explanation)}",
        },
        "envelope": None,
        "tlog_proof": None,
    }


def facts_behind(looked: Looked) -> Facts:
    """The facts from which everything that an explanation says can be found again."""
    settled = looked.decision.settled
    with settled.turn:
        return facts_read(settled.policy, settled.facts, looked.decision.subject, looked.everywhere())


def facts_read(policy: ir.Policy, facts: Facts, subject: Subject, cones: Iterable[Cone]) -> Facts:
    """The facts of an inventory that some cones read, with what keeps records out of their scopes.

    A thing that a fact names is there, with what was read of it; so is the subject with the day that governs.
    """
    fields: dict[Subject, set[str]] = {subject: {policy.entities[subject.type].day}}
    places: dict[str, set[int]] = {}
    scopes: dict[str, set[Pairs]] = {}
    for cone in cones:
        for node in cone.nodes.values():
            fields.setdefault(node.thing, set())
        for unit in cone.units:
            match unit:
                case FactUnit(type=type_, id=id_, field=field):
                    fields.setdefault(Subject(type_, id_), set()).add(field)
                case MemberUnit(type=type_, id=id_):
                    fields.setdefault(Subject(type_, id_), set())
                case RowUnit(relation=relation):
                    places.setdefault(relation, set()).update(cone.places[unit])
                case Only(collection=name, scope=pairs):
                    scopes.setdefault(name, set()).add(pairs)
    tied = {name: {field for pairs in found for field, _ in pairs} for name, found in scopes.items()}
    relations = {name: tuple(facts.relations[name][place] for place in sorted(found)) for name, found in places.items()}
    records = {thing: _kept(facts, thing, found | tied.get(thing.type, set())) for thing, found in fields.items()}
    for name, kept in [*relations.items(), *((thing.type, (record,)) for thing, record in records.copy().items())]:
        for thing in _named(policy, name, kept):
            records.setdefault(thing, _kept(facts, thing, tied.get(thing.type, set())))
    for name, openings in facts.opened.items():
        told = [Record(dict(opening.facts)) for opening in openings if _may_lie_in(opening, scopes.get(name, ()))]
        for thing in _named(policy, name, told):
            records.setdefault(thing, _kept(facts, thing, tied.get(thing.type, set())))
    entities: dict[str, dict[str, Record]] = {}
    for thing, record in sorted(records.items()):
        entities.setdefault(thing.type, {})[thing.id] = record
    opened = {
        name: tuple(
            o for o in openings if all(thing in records for thing in _named(policy, name, [Record(dict(o.facts))]))
        )
        for name, openings in facts.opened.items()
    }
    return Facts(entities, relations, facts.as_of, opened, facts.members)


def _may_lie_in(opening: Opening, scopes: Iterable[Pairs]) -> bool:
    """Whether a further member that a mark allows may be one of a scope: it says nothing else of what ties that."""
    says = dict(opening.facts)
    return any(all(says.get(field, text) == text for field, text in pairs) for pairs in scopes)


def _kept(facts: Facts, thing: Subject, fields: set[str]) -> Record:
    record = facts.record(thing)
    return Record({name: fact for name, fact in record.facts.items() if name in fields})


def _named(policy: ir.Policy, owner: str, records: Iterable[Record]) -> Iterable[Subject]:
    """The things that some records name."""
    relation = policy.relations.get(owner)
    declared = policy.entities[owner].fields if relation is None else relation.parameters
    references = {name: field.type.name for name, field in declared.items() if field.type.kind is Kind.ENTITY}
    for record in records:
        for name, type_ in references.items():
            said = record.get(name)
            if isinstance(said, str):
                yield Subject(type_, said)
