"""An explanation as the document `licet/explanation/2` (docs/explanation.md), which a second program can refuse."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable
from typing import Any

from licet.decide.decision import NOTICE
from licet.explain.because import Because, because, in_order, nearest
from licet.explain.cone import Cone, ConeCondition, ConeRule
from licet.explain.labels import Labels
from licet.explain.looked import Looked
from licet.explain.next_steps import as_document, steps
from licet.explain.obtained import Offer, offers
from licet.explain.questions import TRUTHS, as_read, day_shown
from licet.explain.reads import DecisionRead, TermRead
from licet.explain.standing import Act, Change, acts, changes, unread
from licet.explain.sufficient import AnswerTrials
from licet.ir import policy as ir
from licet.ir.canonical import canonical_json, ordered
from licet.ir.types import Kind
from licet.run.reference.settled import Settled
from licet.run.reference.unknown_values import F, SetReading
from licet.values import Day, Range, Truth

SCHEMA = "licet/explanation/2"


def explanation_document(looked: Looked) -> dict[str, Any]:
    """Everything about the answers of one decision, in the order of their names."""
    decision = looked.decision
    with decision.settled.turn:
        parts = [_part(looked, cone, trials) for cone, trials in zip(looked.cones, looked.trials, strict=True)]
        return {
            "schema": SCHEMA,
            **_head(looked),
            "facts": {"inventory": decision.facts_fingerprint, "read": _read(looked.cones)},
            "parts": parts,
            "next": [
                as_document(decision.settled, cone, steps(decision, cone), _offered(looked, cone), part["changes"])
                for cone, part in zip(looked.cones, parts, strict=True)
            ],
            "notice": NOTICE,
        }


def proof_document(looked: Looked) -> dict[str, Any]:
    """Its proofs alone: the cones with what they read, and what things are called."""
    settled = looked.decision.settled
    with settled.turn:
        parts = [{**_answer(looked, cone), "nodes": _nodes(cone, settled)} for cone in looked.cones]
        return {**_head(looked), "parts": parts}


def _offered(looked: Looked, cone: Cone) -> tuple[Offer, ...]:
    """What may be asked for: of a decision alone."""
    answer = looked.answer(cone)
    return () if answer is None else offers(looked.decision, answer)


def _head(looked: Looked) -> dict[str, Any]:
    decision = looked.decision
    return {
        "subject": decision.subject._asdict(),
        "as_of": _day(decision.settled.as_of),
        "asked": {
            "as_of": None if decision.asked_day is None else str(decision.asked_day),
            "jurisdictions": list(decision.asked_places),
            **({"about": list(decision.asked_names)} if decision.asked_names else {}),
        },
        "policy": {
            "name": decision.policy_name,
            "fingerprint": decision.policy_fingerprint,
            "as_read": {name: str(day) for name, day in sorted(as_read(looked.decision).items())},
        },
        "labels": Labels(decision.settled.policy, decision.settled.facts).of(looked.cones),
    }


def _answer(looked: Looked, cone: Cone) -> dict[str, Any]:
    question, settled = cone.question, looked.decision.settled
    answer = looked.answer(cone)
    if answer is None:
        return {**question.key, "answer": question.answer(settled, cone.subject)}
    return {
        **question.key,
        "answer": {
            "must": answer.must,
            "may": answer.may,
            "details": list(answer.details),
            "possible": list(answer.possible_details),
            "enforced": list(answer.enforced_range),
        },
    }


def _day(day: Day) -> Any:
    low, high = (day.low, day.high) if isinstance(day, Range) else (day, day)
    return day_shown(low, high)  # type: ignore[arg-type] # the ends of a day are days


def _read(cones: Iterable[Cone]) -> str:
    """A fingerprint of all that was read, and of nothing else: other records may come and go."""
    units = {str(unit): value for cone in cones for unit, value in cone.units.items()}
    return "sha256:" + hashlib.sha256(canonical_json(ordered(units))).hexdigest()


def _part(looked: Looked, cone: Cone, trials: AnswerTrials) -> dict[str, Any]:
    settled = looked.decision.settled
    policy = settled.policy
    found = because(policy, cone, trials)

    def told(outcome: Hashable) -> Any:
        return cone.question.shown(policy, cone.subject, outcome)

    return {
        **_answer(looked, cone),
        "nodes": _nodes(cone, settled),
        "because": _because(found, cone),
        **_why_not(found, cone, policy),
        "necessary": in_order(found.necessary),
        "assumptions": [str(only) for only in found.assumptions],
        "acts": [_act(act, told(act.if_it_stands), told(act.if_not)) for act in acts(cone, trials, settled.as_of)],
        "unverified": [
            {
                "rule": one.rule.id,
                "certainty": one.rule.certainty,
                "note": one.rule.certainty_note,
                "if_not": None if one.if_not is None else told(one.if_not),
            }
            for one in unread(cone, trials)
        ],
        "changes": [_change(change, told(change.answer)) for change in changes(cone, trials, settled.as_of)],
    }


def _why_not(found: Because, cone: Cone, policy: ir.Policy) -> dict[str, Any]:
    if found.bounds is None:
        return {"nearest": _nearest(policy, cone)}
    chain = policy.decisions[cone.question.name].outcomes
    return {
        "why_not": {
            chain[outcome]: {
                "units": in_order(units),
                "nearest": _nearest(policy, cone, outcome),
            }
            for outcome, units in sorted(found.bounds.why_not.items())
        }
    }


def _nearest(policy: ir.Policy, cone: Cone, outcome: int | None = None) -> list[dict[str, Any]]:
    found = nearest(policy, cone, outcome)
    return [{"node": near.node, "stopped": list(near.stopped), "others": near.others} for near in found]


def _because(found: Because, cone: Cone) -> dict[str, Any]:
    bounds: dict[str, Any] = {}
    if found.bounds is not None:
        enforced = found.bounds.enforced
        bounds = {
            "floor": in_order(found.bounds.floor),
            "ceiling": in_order(found.bounds.ceiling),
            "enforced": None if enforced is None else in_order(enforced),
        }
    return {
        "exact": in_order(found.exact),
        **bounds,
        "searched": found.searched,
        "lines": [
            {
                "node": line.node,
                "claim": found.claim,
                "units": list(map(str, line.units)),
                "cites": list(ir.citations(cone.nodes[line.node].rule)),
            }
            for line in found.lines
        ],
    }


def _act(act: Act, if_it_stands: Any, if_not: Any) -> dict[str, Any]:
    return {
        "act": act.interval.note,
        "rules": list(act.rules),
        "status": act.kind,
        "from": act.interval.start and str(act.interval.start),
        "until": act.interval.end and str(act.interval.end),
        "if_it_stands": if_it_stands,
        "if_not": if_not,
    }


def _change(change: Change, answer: Any) -> dict[str, Any]:
    return {"on": str(change.on), "answer": answer, "cause": list(change.cause)}


# ---- nodes


def _nodes(cone: Cone, settled: Settled) -> dict[str, Any]:
    return {id_: _node(node, settled) for id_, node in cone.nodes.items()}


def _node(node: ConeRule, settled: Settled) -> dict[str, Any]:
    result = node.result
    return {
        "status": result.status,
        "live": TRUTHS[result.live],
        "body": TRUTHS[result.body],
        "applies": TRUTHS[result.applies],
        "effective": TRUTHS[result.effective],
        "excepts": list(node.rule.excepts),
        "beaten_by": sorted(node.beaten_by),
        "doubted_by": sorted(result.doubted_by),
        "atoms": [_atom(node, atom, settled) for atom in node.atoms],
        "values": [_atom(node, atom, settled) for atom in node.values],
    }


def _atom(node: ConeRule, atom: ConeCondition, settled: Settled) -> dict[str, Any]:
    found: dict[str, Any] = {"id": f"{node.id}#{atom.digest}", "at": atom.at}
    if atom.truth is not None:
        found |= {"truth": TRUTHS[atom.truth], "negated": atom.negated}
    reads = {str(unit): value for unit, value in atom.reads.units.items()}
    derives = {str(term): _term(term, settled) for term in atom.reads.terms}
    decides = {str(decided): _decided(decided, settled) for decided in atom.reads.decisions}
    return {**found, "reads": ordered(reads), "derives": ordered(derives), "decides": ordered(decides)}


def _term(read: TermRead, settled: Settled) -> Any:
    found = settled.term(read.thing.type, read.term, read.view, read.thing.id)
    declared = settled.policy.entities[read.thing.type].fields[read.term].type
    if declared.kind is Kind.BOOLEAN:
        return TRUTHS[found.contains(True)]
    return _values(found)


def _values(found: SetReading) -> dict[str, Any]:
    told: dict[str, Truth] = {str(value): truth for value, truth in found.members.items() if truth is not F}
    return {
        "members": ordered({value: TRUTHS[truth] for value, truth in told.items()}),
        "others": TRUTHS[found.others],
    }


def _decided(read: DecisionRead, settled: Settled) -> list[str]:
    bounds = settled.decision(read.decision, read.view, read.thing)
    chain = settled.policy.decisions[read.decision].outcomes
    return [chain[bounds.must], chain[bounds.may]]
