"""What changed between two policies, as the document `licet/diff/1`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from licet.changes.items import LawItem
from licet.changes.law import law_digest
from licet.changes.moves import Move, Responsible
from licet.changes.sides import SIDES, ChangeWitness, DecisionFound, PolicyDiff, SideFound
from licet.decide.decision import NOTICE
from licet.ir.canonical import fingerprint

SCHEMA = "licet/diff/1"


def document(found: PolicyDiff, refs: tuple[str, str]) -> dict[str, Any]:
    """The whole of it; `refs` say where the two policies were read."""
    witnesses = [s.witness for one in found.decisions for s in one.sides.values() if s.witness is not None]
    inventory = found.inventory
    return {
        "schema": SCHEMA,
        **{
            name: {"law": law_digest(policy), "fingerprint": fingerprint(policy), "ref": ref}
            for name, policy, ref in zip(("old", "new"), found.policies, refs, strict=True)
        },
        "items": [_item(item) for item in found.items],
        "decisions": [_decision(one, found.items, witnesses) for one in found.decisions],
        "witnesses": [_witness(witness) for witness in witnesses],
        "inventory": None
        if inventory is None
        else {
            "subjects": inventory.subjects,
            "moved": inventory.moved,
            "only_old": inventory.only_old,
            "only_new": inventory.only_new,
        },
        "moves": [_move(move) for move in (inventory.moves if inventory is not None else ())],
        "notice": NOTICE,
    }


def _item(item: LawItem) -> dict[str, Any]:
    limbs = [{"at": limb.at, "old": limb.old, "new": limb.new} for limb in item.limbs]
    head = {"kind": item.kind, "what": item.what, "id": item.id, "was": item.was}
    return {**head, "limbs": limbs, "cites": list(item.cites)}


def _decision(one: DecisionFound, items: tuple[LawItem, ...], witnesses: list[ChangeWitness]) -> dict[str, Any]:
    found: dict[str, Any] = {"decision": one.decision}
    found.update((side, _side(one.sides[side], witnesses)) for side in SIDES)
    sure = one.certainty
    told = {"less": sure.less, "more": sure.more, "tried": sure.tried, "world": sure.world or None}
    return {**found, "items": [items[place].id for place in one.items], "certainty": told}


def _side(found: SideFound, witnesses: list[ChangeWitness]) -> Mapping[str, Any]:
    place = None if found.witness is None else next(i for i, w in enumerate(witnesses) if w is found.witness)
    said = {"verdict": found.verdict, "by": found.by or None, "witness": place, "tried": found.tried}
    return {**said, "not_encoded": list(found.open)}


def _witness(witness: ChangeWitness) -> dict[str, Any]:
    def answer(outcomes: tuple[str, str], rules: tuple[str, ...]) -> dict[str, Any]:
        return {"must": outcomes[0], "may": outcomes[1], "rules": list(rules)}

    return {
        "decision": witness.decision,
        "side": witness.side,
        "world": witness.world,
        "subject": {"type": witness.subject[0], "id": witness.subject[1]},
        "as_of": None if witness.as_of is None else str(witness.as_of),
        "old": answer(witness.old, witness.old_rules),
        "new": answer(witness.new, witness.new_rules),
        "test": witness.test or None,
    }


def _move(move: Move) -> dict[str, Any]:
    return {
        "what": move.what,
        "decision": move.decision,
        "jurisdiction": move.jurisdiction,
        "from": list(move.old),
        "to": list(move.new),
        "direction": move.direction,
        "certainty": move.certainty,
        "surely": move.surely,
        "rows": move.rows,
        "subjects": list(move.subjects),
        "more": move.rows - len(move.subjects),
        "responsible": [_responsible(one) for one in move.responsible],
    }


def _responsible(one: Responsible) -> dict[str, Any]:
    causes = one.causes
    return {
        "sets": [[{"kind": c.kind, "of": c.of, "field": c.field or None} for c in some] for some in causes.sets],
        "how": causes.how if causes.sets else None,
        "fault": causes.fault or None,
        "rows": one.rows,
    }
