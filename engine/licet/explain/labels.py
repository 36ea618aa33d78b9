"""What the parts of an explanation are called: names of things, phrases, values, sources, rules and their law."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from licet.explain.cone import Cone
from licet.explain.prove import source_text
from licet.explain.questions import OfDecision
from licet.explain.units import FactUnit, MemberUnit, Only, RowUnit, Unit
from licet.explain.words import Words, condition_in_words, show
from licet.facts.store import Facts, Record
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.effects import about
from licet.ir.types import Kind, Type
from licet.names import printable
from licet.values import State


class Labels:
    """The words for one policy and one inventory."""

    def __init__(self, policy: ir.Policy, facts: Facts) -> None:
        self._policy = policy
        self._facts = facts
        self._words = Words(policy)

    def of(self, cones: Iterable[Cone]) -> dict[str, Any]:
        """All labels of some cones, on one line each; no check reads them but that of unseen characters."""
        units: dict[str, Any] = {}
        rules: dict[str, Any] = {}
        atoms: dict[str, str] = {}
        things: dict[str, str] = {}
        outcomes: dict[str, str] = {}
        decisions: dict[str, list[str]] = {}
        asked: dict[str, str] = {}
        for cone in cones:
            for unit in cone.units:
                units[str(unit)] = self._unit(unit, cone)
                self._name(unit, things)
            self._thing(cone.subject.type, cone.subject.id, things)
            for node in cone.nodes.values():
                rules[node.rule.id] = self._rule(node.rule)
                self._thing(node.thing.type, node.thing.id, things)
                for atom in node.atoms:
                    assert not isinstance(atom.part, n.Known)
                    atoms[atom.digest] = condition_in_words(self._policy, atom.part)  # type: ignore[arg-type]
            if isinstance(cone.question, OfDecision):
                decisions[cone.question.name] = list(self._policy.decisions[cone.question.name].outcomes)
                for outcome in decisions[cone.question.name]:
                    outcomes[outcome] = outcome.replace("_", " ")
            else:
                asked[cone.question.name] = cone.question.phrase(self._policy, cone.subject)
        parts: Mapping[str, Mapping[str, Any]] = {
            **({"asked": asked} if asked else {}),
            "atoms": atoms,
            "decisions": decisions,
            "outcomes": outcomes,
            "rules": rules,
            "things": things,
            "units": units,
        }
        return {name: {key: _shown(part[key]) for key in sorted(part)} for name, part in parts.items()}

    # ---- things

    def _thing(self, type_: str, id_: str, things: dict[str, str]) -> None:
        name = self._facts.entities[type_][id_].get("name")
        things.setdefault(f"{type_}/{id_}", name if isinstance(name, str) else id_)

    def _name(self, unit: Unit, things: dict[str, str]) -> None:
        """Whatever a unit is of, or leads to."""
        if isinstance(unit, FactUnit | MemberUnit):
            self._thing(unit.type, unit.id, things)
        if isinstance(unit, FactUnit):
            fact = self._facts.entities[unit.type][unit.id].get(unit.field)
            type_ = self._type(unit.type, unit.field)
            if isinstance(fact, str) and type_.kind is Kind.ENTITY:
                self._thing(type_.name, fact, things)

    def _type(self, owner: str, field: str) -> Type:
        relation = self._policy.relations.get(owner)
        declared = self._policy.entities[owner].fields if relation is None else relation.parameters
        return declared[field].type

    # ---- units

    def _unit(self, unit: Unit, cone: Cone) -> dict[str, str]:
        match unit:
            case FactUnit(type=type_, id=id_, field=field):
                record = self._facts.entities[type_][id_]
                phrase = self._words.field_phrase(Type(Kind.ENTITY, type_), field)
                return self._told(phrase, self._value(type_, record, field), record, (field,))
            case RowUnit(relation=name):
                row = self._facts.relations[name][min(cone.places[unit])]
                said = [
                    f"{self._words.field_phrase(Type(Kind.ROW, name), field)} {self._value(name, row, field)}"
                    for field in self._policy.relations[name].parameters
                    if row.get(field) not in (State.ABSENT, State.NOT_APPLICABLE)
                ]
                return self._told(name.replace("_", " "), "; ".join(said), row, tuple(row.facts))
            case MemberUnit(type=type_, id=id_):
                return {"text": self._policy.entities[type_].phrase or type_, "value": id_, "source": ""}
            case Only(collection=name, scope=pairs):
                said = [f"{field.replace('_', ' ')} {text}" for field, text in pairs]
                return {
                    "text": f"no other record of {name.replace('_', ' ')}",
                    "value": ", ".join(said),
                    "source": "taken as complete",
                }

    def _told(self, text: str, value: str, record: Record, fields: tuple[str, ...]) -> dict[str, str]:
        sources = dict.fromkeys(source_text(record.provenance.get(field)) for field in fields)
        return {"text": text, "value": value, "source": "; ".join(filter(None, sources))}

    def _value(self, owner: str, record: Record, field: str) -> str:
        return show(record.get(field), self._type(owner, field))

    # ---- rules

    def _rule(self, rule: ir.Rule) -> dict[str, Any]:
        terms = dict.fromkeys(name for sort, name in map(about, rule.effects) if sort == "term")
        claimed = [e for e in rule.effects if isinstance(e, ir.HasOutcome)]
        return {
            "called": rule.called,
            "kind": rule.kind,
            "title": rule.title,
            "because": rule.because,
            "cites": [{"text": str(cite), "url": cite.url} for cite in rule.cites],
            "certainty": rule.certainty,
            "note": rule.certainty_note,
            "terms": list(terms),
            "outcomes": {e.decision: self._policy.decisions[e.decision].outcomes[e.outcome] for e in claimed},
        }


def _shown(label: Any) -> Any:
    """A label in which everything can be seen: the second program refuses it otherwise."""
    if isinstance(label, str):
        return printable(label.replace("\n", " "))
    if isinstance(label, dict):
        return {key: _shown(value) for key, value in label.items()}
    return [_shown(value) for value in label] if isinstance(label, list | tuple) else label
